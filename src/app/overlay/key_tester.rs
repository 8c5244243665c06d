//! Shows what each key arrives as: over SSH and in tmux some arrive as others, or not at all.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};

/// So many keys are remembered.
const REMEMBERED: usize = 50;

/// The keys that came, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyTester {
    /// What each one arrived as.
    pub seen: Vec<String>,
    /// The last one was Esc: another leaves.
    pub leaving: bool,
}

impl KeyTester {
    fn take(&mut self, input: &Input) {
        let seen = match input {
            Input::Key(Key::Char(c)) if c.is_ascii_graphic() => format!("{c}    the character"),
            Input::Key(Key::Char(' ')) => "Space".to_owned(),
            Input::Key(Key::Char(c)) => format!("{c}    the character U+{:04X}", u32::from(*c)),
            Input::Key(key) => key.to_string(),
            Input::Paste(text) => {
                format!("a paste of {} characters, marked as one by the terminal", text.chars().count())
            }
        };
        self.seen.push(seen);
        if self.seen.len() > REMEMBERED {
            self.seen.remove(0);
        }
    }
}

impl App {
    pub(super) fn key_tester_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::KeyTester(tester)) = self.overlays.last_mut() else { return vec![] };
        let is_esc = *input == Input::Key(Key::Esc);
        if *input == Input::Key(Key::Char('q')) || (is_esc && tester.leaving) {
            self.overlays.pop();
            return vec![];
        }
        tester.leaving = is_esc;
        tester.take(input);
        vec![]
    }
}
