//! The address of an environment that is in no list.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};

impl App {
    pub(super) fn address_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Address(line)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => drop(self.overlays.pop()),
            Input::Key(Key::Backspace) if line.is_empty() => drop(self.overlays.pop()),
            Input::Key(Key::Enter) => {
                let address = line.text().trim().to_owned();
                self.overlays.pop();
                if !address.is_empty() {
                    return self.open_place(address);
                }
            }
            input => {
                if !line.update(input) {
                    self.say_unbound(input);
                }
            }
        }
        vec![]
    }
}
