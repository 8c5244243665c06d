//! What arrives from the terminal, on its way to the core.

use std::io;

use jiff::Timestamp;
use tokio::time::Instant;

use super::console::Console;
use super::input::Arrival;
use crate::app::key::{Input, Key};
use crate::app::{App, Effect, Event};

/// What has to be known of earlier arrivals.
#[derive(Debug, Default)]
pub(super) struct Typing {
    /// The beginning of a key is held.
    held: bool,
    /// What is held was typed before a question was drawn that it would answer.
    stale: bool,
    /// The program stopped by itself and will hear that it goes on.
    suspended: bool,
}

impl Typing {
    /// Gives an arrival to the core and answers what is to be done about it.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub(super) fn take(
        &mut self,
        app: &mut App,
        console: &mut impl Console,
        arrival: Arrival,
    ) -> io::Result<Vec<Effect>> {
        Ok(match arrival {
            Arrival::Event(Event::Input(_)) | Arrival::Burst(_) if self.stale => vec![],
            Arrival::Event(event) => {
                let mut effects = app.update(Event::Clock(Timestamp::now()));
                effects.extend(app.update(event));
                effects
            }
            Arrival::Burst(text) => {
                let mut effects = app.update(Event::Clock(Timestamp::now()));
                effects.extend(burst(app, &text));
                effects
            }
            Arrival::Traits(traits) => {
                console.learned(&traits);
                app.touch();
                vec![]
            }
            Arrival::Answered => {
                console.line().answered(Instant::now());
                vec![]
            }
            Arrival::Held(held) => {
                self.held = held;
                self.stale &= held;
                vec![]
            }
            Arrival::Stop => vec![Effect::Suspend],
            Arrival::Continued if std::mem::take(&mut self.suspended) => vec![],
            Arrival::Continued => {
                console.come_back()?;
                vec![Effect::Redraw]
            }
        })
    }

    /// The next frame shows the state as it is now.
    pub(super) fn before_frame(&mut self, app: &App) {
        self.stale |= self.held && app.has_unseen_question();
    }

    /// The program was stopped, and continued.
    pub(super) fn suspended(&mut self) {
        self.suspended = true;
    }
}

/// Text that came at once: it is typed where text is typed, and what is left of it elsewhere is a paste.
fn burst(app: &mut App, text: &str) -> Vec<Effect> {
    let text = text.replace("\r\n", "\n");
    let mut effects = vec![];
    for (at, c) in text.char_indices() {
        if !app.takes_text() {
            let rest = &text[at..];
            if !rest.trim().is_empty() {
                effects.extend(app.update(Event::Input(Input::Paste(rest.to_owned()))));
            }
            break;
        }
        let key = match c {
            '\r' | '\n' => Key::Enter,
            '\t' => Key::Tab,
            c => Key::Char(c),
        };
        effects.extend(app.update(Event::Input(Input::Key(key))));
    }
    effects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::copy::Copied;
    use crate::app::layout::Size;
    use crate::app::session::{Start, Way};
    use crate::tui::Traits;

    /// Remembers what it was told.
    #[derive(Default)]
    struct Told {
        learned: Option<Traits>,
        came_back: usize,
    }

    impl Console for Told {
        fn copy(&mut self, _text: &str) -> io::Result<Copied> {
            Ok(Copied::Terminal)
        }

        fn announce(&mut self, _text: &str) -> io::Result<()> {
            Ok(())
        }

        fn leave(&mut self, _text: &str) -> io::Result<()> {
            Ok(())
        }

        fn come_back(&mut self) -> io::Result<()> {
            self.came_back += 1;
            Ok(())
        }

        fn suspend(&mut self) -> io::Result<()> {
            Ok(())
        }

        fn learned(&mut self, traits: &Traits) {
            self.learned = Some(*traits);
        }
    }

    fn at_the_environments() -> App {
        let start = Start {
            version: "0".into(),
            environment: None,
            places: vec![],
            way: Way::DeviceCode,
            remote: true,
            ascii: false,
            desktop: false,
            keymap: crate::app::keymap::Keymap::default(),
        };
        App::new(start, Size { width: 80, height: 24 }, Timestamp::UNIX_EPOCH)
    }

    fn key(c: char) -> Arrival {
        Arrival::Event(Event::Input(Input::Key(Key::Char(c))))
    }

    fn quits(effects: &[Effect]) -> bool {
        effects.contains(&Effect::Quit)
    }

    #[test]
    fn a_burst_is_typed_where_text_is_typed_and_runs_nothing_elsewhere() {
        let (mut app, mut console, mut typing) = (at_the_environments(), Told::default(), Typing::default());
        let burst = Arrival::Burst("QQ contoso\rQ".into());
        assert!(!quits(&typing.take(&mut app, &mut console, burst).unwrap()));
        typing.take(&mut app, &mut console, key('/')).unwrap();
        assert!(app.takes_text());
        let burst = Arrival::Burst("contoso Q\tQ and more\rQ".into());
        assert!(!quits(&typing.take(&mut app, &mut console, burst).unwrap()), "nor behind the field");
        assert!(!app.takes_text() && app.notice.is_some());
        assert!(quits(&typing.take(&mut app, &mut console, key('Q')).unwrap()), "typed it does");
    }

    #[test]
    fn what_the_terminal_says_of_itself_is_handed_on_and_brings_a_frame() {
        let (mut app, mut console, mut typing) = (at_the_environments(), Told::default(), Typing::default());
        app.drawn();
        let traits = Traits { synchronized: true, ..Traits::default() };
        typing.take(&mut app, &mut console, Arrival::Traits(traits)).unwrap();
        assert_eq!(console.learned, Some(traits));
        assert!(app.is_dirty());
    }

    #[test]
    fn the_screen_is_taken_again_after_a_stop_that_was_not_ours() {
        let (mut app, mut console, mut typing) = (at_the_environments(), Told::default(), Typing::default());
        assert_eq!(typing.take(&mut app, &mut console, Arrival::Stop).unwrap(), [Effect::Suspend]);
        typing.suspended();
        assert_eq!(typing.take(&mut app, &mut console, Arrival::Continued).unwrap(), []);
        assert_eq!(console.came_back, 0);
        assert_eq!(typing.take(&mut app, &mut console, Arrival::Continued).unwrap(), [Effect::Redraw]);
        assert_eq!(console.came_back, 1);
    }
}
