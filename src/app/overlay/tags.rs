//! What a person says of an environment: label, colour, alias, production, read-only.

use super::Overlay;
use crate::app::App;
use crate::app::effect::{Effect, Request};
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::notice::Notice;
use crate::app::places::{Listed, Tags};
use crate::app::problem::Problem;
use crate::app::tickets::Slot;

/// The fields, from above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Label,
    Colour,
    Alias,
    Production,
    ReadOnly,
}

/// All fields in their order.
pub const FIELDS: [Field; 5] =
    [Field::Label, Field::Colour, Field::Alias, Field::Production, Field::ReadOnly];

/// Colours that Left and Right go through; any other can be typed.
const COLOURS: [&str; 8] = ["", "red", "yellow", "green", "cyan", "blue", "magenta", "#ff8800"];

impl Field {
    /// What stands before the field.
    pub fn label(self) -> &'static str {
        match self {
            Self::Label => "Label",
            Self::Colour => "Colour",
            Self::Alias => "Alias",
            Self::Production => "Production",
            Self::ReadOnly => "Read-only",
        }
    }

    /// What stands behind it.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Label => "stands in row 1 beside the name",
            Self::Colour => "of the badge: a name or #rrggbb",
            Self::Alias => "is typed to unlock writes",
            Self::Production => "what it says of itself is never taken back",
            Self::ReadOnly => "nothing is ever written through this profile",
        }
    }
}

/// The form with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct TagForm {
    /// The environment.
    pub place: Listed,
    /// The field that has the keys.
    pub at: usize,
    label: Line,
    colour: Line,
    alias: Line,
    production: Option<bool>,
    read_only: bool,
}

impl TagForm {
    /// A form with what the profile says now.
    pub fn new(place: Listed) -> Self {
        let Tags { label, colour, alias, production, read_only } = place.tags.clone();
        let (label, colour, alias) = (Line::new(label), Line::new(colour), Line::new(alias));
        Self { place, at: 0, label, colour, alias, production, read_only }
    }

    /// The text of a field that is typed.
    pub fn line(&self, field: Field) -> Option<&Line> {
        match field {
            Field::Label => Some(&self.label),
            Field::Colour => Some(&self.colour),
            Field::Alias => Some(&self.alias),
            Field::Production | Field::ReadOnly => None,
        }
    }

    fn line_mut(&mut self, field: Field) -> Option<&mut Line> {
        match field {
            Field::Label => Some(&mut self.label),
            Field::Colour => Some(&mut self.colour),
            Field::Alias => Some(&mut self.alias),
            Field::Production | Field::ReadOnly => None,
        }
    }

    /// What a field that is chosen says.
    pub fn choice(&self, field: Field) -> &'static str {
        match (field, self.production, self.read_only) {
            (Field::Production, None, _) => "as it says of itself",
            (Field::Production, Some(true), _) | (Field::ReadOnly, _, true) => "yes",
            (Field::Production, Some(false), _) | (Field::ReadOnly, _, false) => "no",
            _ => "",
        }
    }

    /// What is to be written.
    pub fn tags(&self) -> Tags {
        let text = |line: &Line| line.text().trim().to_owned();
        Tags {
            label: text(&self.label),
            colour: text(&self.colour),
            alias: text(&self.alias),
            production: self.production,
            read_only: self.read_only,
        }
    }

    fn turn(&mut self, forward: bool) {
        match FIELDS[self.at] {
            Field::Production => {
                self.production = match (self.production, forward) {
                    (None, true) | (Some(false), false) => Some(true),
                    (Some(true), true) | (None, false) => Some(false),
                    (Some(false), true) | (Some(true), false) => None,
                };
            }
            Field::ReadOnly => self.read_only = !self.read_only,
            Field::Colour => {
                let now = COLOURS.iter().position(|colour| *colour == self.colour.text()).unwrap_or(0);
                let step = if forward { 1 } else { COLOURS.len() - 1 };
                self.colour = Line::new(COLOURS[(now + step) % COLOURS.len()]);
            }
            Field::Label | Field::Alias => {}
        }
    }
}

impl App {
    pub(super) fn tags_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Tags(form)) = self.overlays.last_mut() else { return vec![] };
        let field = FIELDS[form.at];
        let is_text = matches!(field, Field::Label | Field::Alias);
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => {
                self.overlays.pop();
                self.say("Nothing written.");
            }
            Input::Key(Key::Enter) => {
                let request = Request::Tag(Box::new(form.place.clone()), form.tags());
                self.overlays.pop();
                return vec![Effect::Run(self.tickets.issue(Slot::Profile), request)];
            }
            Input::Key(Key::Down | Key::Tab | Key::Ctrl('n')) => form.at = (form.at + 1) % FIELDS.len(),
            Input::Key(Key::Up | Key::BackTab | Key::Ctrl('p')) => {
                form.at = (form.at + FIELDS.len() - 1) % FIELDS.len();
            }
            Input::Key(Key::Left) if !is_text => form.turn(false),
            Input::Key(Key::Right) if !is_text => form.turn(true),
            Input::Key(Key::Char(' ')) if form.line(field).is_none() => form.turn(true),
            input => {
                let typed = form.line_mut(field).map(|line| line.update(input));
                if typed != Some(true) {
                    self.say("Left and Right change it, Enter writes the profile, Esc drops");
                }
            }
        }
        vec![]
    }

    /// A profile was written, or not.
    pub(in crate::app) fn tagged(&mut self, result: Result<Vec<Listed>, Problem>) -> Vec<Effect> {
        match result {
            Ok(places) => {
                if let Some(identity) = self.session.identity_mut()
                    && let Some(place) = places.iter().find(|place| place.address == identity.address)
                {
                    let colour = place.tags.colour.clone();
                    identity.colour = Some(colour).filter(|colour| !colour.is_empty()).map(Into::into);
                }
                if self.places.is_pending() {
                    self.tickets.cancel(Slot::Places);
                }
                self.places.finish(Ok(places));
                self.list_places();
                self.say("Written to the profile. It counts from the next time the environment is opened.");
            }
            Err(problem) => self.notice = Some(Notice::Problem(problem)),
        }
        vec![]
    }
}
