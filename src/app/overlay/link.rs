//! A link to be opened where the person sits: as text, or as a picture for a phone.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};

/// The link and how it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The address.
    pub address: String,
    /// As a QR code.
    pub picture: bool,
}

impl Link {
    /// A link as text.
    pub fn new(address: String) -> Self {
        Self { address, picture: false }
    }
}

impl App {
    pub(super) fn link_input(&mut self, input: &Input) -> Vec<Effect> {
        let has_blocks = !self.start.ascii;
        let Some(Overlay::Link(link)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Tab) if has_blocks => link.picture = !link.picture,
            Input::Key(
                Key::Esc | Key::Ctrl('g' | 'c') | Key::Char('q' | 'o') | Key::Enter | Key::Backspace,
            ) => {
                self.overlays.pop();
                self.notice = None;
            }
            Input::Key(Key::Char('y')) => {
                let address = link.address.clone();
                return self.copy(address);
            }
            Input::Key(Key::Char('P')) => return vec![Effect::Print(link.address.clone())],
            input => self.say_unbound(input),
        }
        vec![]
    }
}
