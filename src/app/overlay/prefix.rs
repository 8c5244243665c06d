//! The menu of a prefix key. It opens at once and waits for ever: a slow line cannot break a chord.

use std::collections::BTreeSet;

use crate::app::command::{self, Availability, Command, CommandSpec};
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::keymap::Meaning;
use crate::app::{App, Screen};

/// What may follow a prefix: the next key and its command, each command once. Nearer scopes hide farther ones.
pub fn entries(app: &App, prefix: Key) -> Vec<(Key, &'static CommandSpec)> {
    let mut entries: Vec<(Key, &'static CommandSpec)> = Vec::new();
    for spec in command::of(app.screen().scopes()) {
        for keys in app.keymap().sequences(spec) {
            if let [first, second] = keys
                && *first == prefix
                && !entries.iter().any(|(key, _)| key == second)
            {
                entries.push((*second, spec));
            }
        }
    }
    let mut told = BTreeSet::new();
    entries.retain(|(_, spec)| told.insert(spec.name));
    if matches!(app.screen(), Screen::Review(_)) {
        // Two lines of three would be about nothing that is here.
        let copies = |spec: &CommandSpec| matches!(spec.command, Command::Copy(_));
        entries.retain(|(_, spec)| !copies(spec) || (spec.enabled)(app) == Availability::Yes);
    }
    entries
}

impl App {
    pub(in crate::app) fn prefix_input(&mut self, prefix: Key, input: Input) -> Vec<Effect> {
        let Input::Key(key) = input else {
            self.say("Pasted text is not taken for keys.");
            return vec![];
        };
        if matches!(key, Key::Esc | Key::Ctrl('g') | Key::Backspace) {
            self.overlays.pop();
            return vec![];
        }
        match self.keymap().resolve(self.screen().scopes(), &[prefix, key]) {
            Meaning::Runs(spec) => {
                self.overlays.pop();
                self.run(spec)
            }
            Meaning::Begins | Meaning::Nothing => {
                self.say(format!("`{prefix} {key}` does nothing here.  Esc closes"));
                vec![]
            }
        }
    }
}
