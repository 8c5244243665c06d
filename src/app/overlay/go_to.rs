//! Where to: what leads to a row, typed, or pasted and offered.

use super::Overlay;
use crate::app::App;
use crate::app::destination::{self, Place};
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};

/// Somewhere to go to that a person may have meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Where.
    pub place: Place,
    /// What is asked.
    pub question: String,
}

impl App {
    pub(super) fn go_to_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::GoTo(line)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => drop(self.overlays.pop()),
            Input::Key(Key::Backspace) if line.is_empty() => drop(self.overlays.pop()),
            Input::Key(Key::Enter) => match destination::typed(line.text()) {
                Ok(place) => {
                    self.overlays.pop();
                    return self.go_to(place);
                }
                Err(why) => self.say(why),
            },
            input => {
                if !line.update(input) {
                    self.say_unbound(input);
                }
            }
        }
        vec![]
    }

    pub(super) fn offer_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Offer(offer)) = self.overlays.last() else { return vec![] };
        match input {
            Input::Key(Key::Enter) => {
                let place = offer.place.clone();
                self.overlays.pop();
                return self.take_offer(place);
            }
            Input::Key(Key::Esc | Key::Backspace | Key::Char('q' | 'n') | Key::Ctrl('g' | 'c')) => {
                self.overlays.pop();
                self.say("Not gone anywhere.");
            }
            Input::Key(key) => self.say(format!("`{key}` is no answer.  Enter goes, Esc does not")),
            Input::Paste(text) => {
                let text = text.clone();
                self.overlays.pop();
                self.pasted(&text);
            }
        }
        vec![]
    }
}
