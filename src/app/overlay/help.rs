//! Help: every command of a screen with its keys, searchable. Enter runs the one under the cursor.

use super::Overlay;
use crate::app::App;
use crate::app::command::{self, CommandSpec, Scope};
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::list::List;
use crate::app::picker::Picker;

/// State of help.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// What matches.
    pub picker: Picker,
    /// The commands of every screen, not only of the one below.
    pub everywhere: bool,
    scopes: &'static [Scope],
}

/// The scopes of all screens, in the order of help.
const EVERY_SCOPE: &[Scope] = &[
    Scope::SignIn,
    Scope::Environments,
    Scope::Tables,
    Scope::Grid,
    Scope::Record,
    Scope::Form,
    Scope::Json,
    Scope::Tree,
    Scope::Viewer,
    Scope::Review,
    Scope::Doctor,
    Scope::List,
    Scope::Global,
];

impl Help {
    /// Help for a screen with these scopes.
    pub fn new(scopes: &'static [Scope]) -> Self {
        let mut help = Self { picker: Picker::default(), everywhere: false, scopes };
        help.fill();
        help
    }

    /// The commands listed, in the order of the picker's entries.
    pub fn commands(&self) -> impl Iterator<Item = &'static CommandSpec> {
        command::of(if self.everywhere { EVERY_SCOPE } else { self.scopes })
    }

    fn fill(&mut self) {
        let texts =
            |spec: &CommandSpec| vec![spec.title.to_owned(), spec.all_keys_text(), spec.name.to_owned()];
        self.picker.set_entries(self.commands().map(texts).collect());
    }
}

impl App {
    pub(in crate::app) fn help_input(&mut self, input: &Input) -> Vec<Effect> {
        let height = self.size.body_height();
        let Some(Overlay::Help(help)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c') | Key::F(1)) => {
                self.overlays.pop();
            }
            Input::Key(Key::Tab) => {
                help.everywhere = !help.everywhere;
                help.fill();
                help.picker.list = List::default();
            }
            Input::Key(Key::Enter) => {
                let spec = help.picker.current().and_then(|entry| help.commands().nth(entry));
                let Some(spec) = spec else {
                    self.say("Nothing matches. Esc closes");
                    return vec![];
                };
                self.overlays.pop();
                if self.screen().scopes().contains(&spec.scope) {
                    return self.run(spec);
                }
                self.say(format!("`{}` is not for this screen.", spec.title));
            }
            input => {
                if !help.picker.update(input, height) {
                    self.say_unbound(input);
                }
            }
        }
        vec![]
    }
}
