//! What an environment says of itself, and of the person in it.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::load::Load;
use crate::app::places::Listed;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;

/// The details of one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Details {
    /// The environment, with the facts that are known already.
    pub place: Listed,
    /// What it answers.
    pub asked: Load<Vec<(String, String)>>,
}

impl Details {
    /// Every fact that is known, labels and values.
    pub fn facts(&self) -> Vec<(&str, &str)> {
        let answered = self.asked.value().map_or(&[][..], Vec::as_slice);
        let mut facts: Vec<(&str, &str)> =
            self.place.facts.iter().map(|(label, value)| (*label, value.as_str())).collect();
        for (label, value) in answered {
            let fact = (label.as_str(), value.as_str());
            if !facts.contains(&fact) {
                facts.push(fact);
            }
        }
        facts
    }
}

impl App {
    pub(super) fn details_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Details(details)) = self.overlays.last() else { return vec![] };
        match input {
            Input::Key(Key::Enter) => {
                let address = details.place.address.clone();
                let mut effects = self.close_details();
                effects.extend(self.open_place(address));
                effects
            }
            Input::Key(Key::Char(key @ ('y' | 'P'))) => {
                let facts = details.facts();
                let lines: Vec<String> =
                    facts.iter().map(|(label, value)| format!("{label}: {value}")).collect();
                let text = lines.join("\n");
                if *key == 'y' { self.copy(text) } else { vec![Effect::Print(text)] }
            }
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c') | Key::Char('q' | 'd') | Key::Backspace) => {
                self.close_details()
            }
            input => {
                self.say_unbound(input);
                vec![]
            }
        }
    }

    fn close_details(&mut self) -> Vec<Effect> {
        self.overlays.pop();
        self.notice = None;
        match self.tickets.cancel(Slot::Details) {
            true => vec![Effect::Cancel(Slot::Details)],
            false => vec![],
        }
    }

    /// Takes what an environment said of itself.
    pub(in crate::app) fn details_came(
        &mut self,
        result: Result<Vec<(String, String)>, Problem>,
    ) -> Vec<Effect> {
        for overlay in &mut self.overlays {
            if let Overlay::Details(details) = overlay {
                details.asked.finish(result);
                break;
            }
        }
        vec![]
    }

    /// The question was called off.
    pub(in crate::app) fn details_stopped(&mut self) {
        for overlay in &mut self.overlays {
            if let Overlay::Details(details) = overlay {
                details.asked.cancel();
            }
        }
    }
}
