//! The strip of a high terminal: the last requests of the session, whatever screen is seen.

use super::App;
use super::effect::Effect;
use super::exchanges::Entry;
use super::layout::Size;

/// Rows of the strip: a rule and two requests.
const ROWS: u16 = 3;
/// From this height on there is room for it.
const HIGH: u16 = 40;

impl App {
    /// The size of the terminal.
    pub fn terminal(&self) -> Size {
        Size { height: self.size.height + self.strip, ..self.size }
    }

    /// Gives the screens the room that a terminal of this size has for them.
    pub(in crate::app) fn take_room(&mut self, terminal: Size) -> Vec<Effect> {
        self.strip = if self.wants_strip && terminal.height >= HIGH { ROWS } else { 0 };
        self.size = Size { height: terminal.height - self.strip, ..terminal };
        self.fit();
        self.read_grid()
    }

    /// Shows the strip, or no longer.
    pub(in crate::app) fn toggle_strip(&mut self) -> Vec<Effect> {
        let terminal = self.terminal();
        self.wants_strip = !self.wants_strip;
        let effects = self.take_room(terminal);
        self.say(match (self.wants_strip, self.strip) {
            (true, 0) => format!("The last requests are shown as soon as the terminal has {HIGH} rows."),
            (true, _) => "The last requests stand below.  g l all of them".to_owned(),
            (false, _) => "The last requests are no longer shown.".to_owned(),
        });
        effects
    }

    /// The requests of the strip, newest first.
    pub fn strip_entries(&self) -> impl Iterator<Item = &Entry> {
        self.requests.newest_first().take(usize::from(self.strip.saturating_sub(1)))
    }
}
