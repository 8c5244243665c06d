//! The terminal while it is ours: raw mode, the other screen, and the way back from every exit.

use std::io::{self, IsTerminal, stdout};
use std::sync::Arc;

use crossterm::cursor::{MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use tokio::sync::Notify;

use super::backend::{Ability, ScreenBackend};

/// The real terminal.
pub type RealTerminal = Terminal<ScreenBackend>;

/// Columns and rows of the terminal that output goes to; nothing when it goes elsewhere.
pub fn size() -> Option<(u16, u16)> {
    stdout().is_terminal().then(|| crossterm::terminal::size().ok()).flatten()
}

/// Holds the terminal; gives it back when dropped, however the program ends.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, the other screen, pastes marked as such.
    ///
    /// A panic, in whatever task, gives it back before its message is printed, and tells `broken`.
    ///
    /// # Errors
    ///
    /// When standard output is no terminal.
    pub fn take(broken: Arc<Notify>, ability: Ability) -> io::Result<(Self, RealTerminal)> {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = give_back();
            report(panic);
            broken.notify_one();
        }));
        enter()?;
        let guard = Self(());
        let terminal = Terminal::new(ScreenBackend::new(ability))?;
        Ok((guard, terminal))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = give_back(); // nobody is left to tell
    }
}

/// Takes the screen (again): at the start, after a suspension, after plain text.
///
/// # Errors
///
/// When the terminal is gone.
pub fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, Clear(ClearType::All), MoveTo(0, 0))
}

/// Gives the screen back as it was.
///
/// # Errors
///
/// When the terminal is gone.
pub fn give_back() -> io::Result<()> {
    execute!(stdout(), SetAttribute(Attribute::Reset), DisableBracketedPaste, LeaveAlternateScreen, Show)?;
    disable_raw_mode()
}
