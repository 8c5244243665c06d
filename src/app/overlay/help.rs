//! Help: every command of a screen with its keys, searchable. Enter runs the one under the cursor.

use super::Overlay;
use super::concepts::CONCEPTS;
use crate::app::App;
use crate::app::command::{self, CommandSpec, Scope};
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::keymap::Keymap;
use crate::app::list::List;
use crate::app::picker::Picker;

/// State of help.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// What matches.
    pub picker: Picker,
    /// What is listed.
    pub page: Page,
    scopes: &'static [Scope],
}

/// What help lists; Tab goes from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The commands of the screen below.
    Screen,
    /// The commands of every screen.
    Everywhere,
    /// How the program thinks.
    Concepts,
}

impl Page {
    /// The page that Tab goes to.
    pub fn next(self) -> Self {
        match self {
            Self::Screen => Self::Everywhere,
            Self::Everywhere => Self::Concepts,
            Self::Concepts => Self::Screen,
        }
    }

    /// In two words.
    pub fn title(self) -> &'static str {
        match self {
            Self::Screen => "this screen",
            Self::Everywhere => "all screens",
            Self::Concepts => "concepts",
        }
    }
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
    Scope::Related,
    Scope::RelatedRows,
    Scope::Timeline,
    Scope::Tree,
    Scope::Viewer,
    Scope::Act,
    Scope::Review,
    Scope::Doctor,
    Scope::Log,
    Scope::List,
    Scope::Global,
];

impl Help {
    /// Help for the screen that is seen.
    pub fn new(app: &App) -> Self {
        let scopes = app.screen().scopes();
        let mut help = Self { picker: Picker::default(), page: Page::Screen, scopes };
        help.fill(app.keymap());
        help
    }

    /// The commands listed, in the order of the picker's entries.
    pub fn commands(&self) -> impl Iterator<Item = &'static CommandSpec> {
        command::of(match self.page {
            Page::Screen => self.scopes,
            Page::Everywhere => EVERY_SCOPE,
            Page::Concepts => &[],
        })
    }

    fn fill(&mut self, keymap: &Keymap) {
        let texts = |spec: &CommandSpec| {
            vec![spec.title.to_owned(), keymap.all_keys_text(spec), spec.name.to_owned()]
        };
        let concepts = if self.page == Page::Concepts { CONCEPTS } else { &[] };
        let concepts = concepts.iter().map(|(title, text)| vec![(*title).to_owned(), (*text).to_owned()]);
        self.picker.set_entries(self.commands().map(texts).chain(concepts).collect());
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
                help.page = help.page.next();
                help.fill(&self.start.keymap);
                help.picker.list = List::default();
            }
            Input::Key(Key::Enter) if help.page == Page::Concepts => {
                self.say("This is to be read.  Tab goes on to the keys, Esc closes");
            }
            Input::Key(Key::Enter) => {
                let spec = help.picker.current().and_then(|entry| help.commands().nth(entry));
                let Some(spec) = spec else {
                    self.say("Nothing matches.  Esc closes");
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
