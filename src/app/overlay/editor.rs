//! The editor of a text, number or date: one line that Enter stages, or a box of several lines that Ctrl-D stages.

use super::Overlay;
use crate::app::effect::Effect;
use crate::app::field::{self, Way, relative};
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::lines::Lines;
use crate::app::list::Step;
use crate::app::pending::{Staged, Target};
use crate::app::zone::Zone;
use crate::app::{App, Screen};
use crate::dataverse::{Change, Column};

/// An editor with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct Editor {
    /// The row.
    pub target: Target,
    /// The column.
    pub column: Column,
    /// What is typed.
    pub typed: Typed,
    /// Why Enter was refused.
    pub problem: Option<String>,
    initial: String,
}

/// What is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    Line(Line),
    Lines(Lines),
}

impl Typed {
    /// The text.
    pub fn text(&self) -> String {
        match self {
            Self::Line(line) => line.text().to_owned(),
            Self::Lines(lines) => lines.text(),
        }
    }
}

impl Editor {
    /// An editor that holds the staged value, otherwise the one that was read.
    pub fn new(target: Target, column: Column, now: Option<&Staged>, way: Way, zone: &Zone) -> Self {
        let initial = match now.map(|staged| &staged.change) {
            Some(Change::Null) => String::new(),
            Some(Change::Text(text) | Change::Number(text)) => field::begin(&column, text.clone(), zone),
            Some(Change::Link { .. }) => String::new(), // not edited as text
            Some(Change::YesNo(yes)) => yes.to_string(),
            None => {
                let cell = target.row.cell(&column.property());
                let text = cell.and_then(|cell| cell.raw_text().map(std::borrow::Cow::into_owned));
                field::begin(&column, text.unwrap_or_default(), zone)
            }
        };
        let mut editor = Self { target, column, typed: Typed::Line(Line::default()), problem: None, initial };
        editor.reset(way);
        editor
    }

    /// Nothing was changed.
    pub fn is_unchanged(&self) -> bool {
        self.typed.text() == self.initial
    }

    /// What is typed as text: of a number that is typed relative to the value before, the result.
    ///
    /// # Errors
    ///
    /// A sentence when there is no result.
    pub fn resolved(&self) -> Result<String, String> {
        self.resolve(&self.typed.text())
    }

    fn resolve(&self, typed: &str) -> Result<String, String> {
        match field::precision(&self.column.kind) {
            Some(precision) => {
                relative::resolve(typed, &self.initial, precision).map(std::borrow::Cow::into_owned)
            }
            None => Ok(typed.to_owned()),
        }
    }

    fn is_relative(&self, typed: &str) -> bool {
        field::precision(&self.column.kind).is_some() && relative::is_relative(typed)
    }

    /// The text that editing began with.
    pub(in crate::app) fn initial(&self) -> &str {
        &self.initial
    }

    fn reset(&mut self, way: Way) {
        // A value with line ends would lose them in a line.
        let lines = way == Way::Lines || self.initial.contains(['\n', '\r']);
        self.typed = if lines { Typed::Lines(Lines::new("")) } else { Typed::Line(Line::default()) };
        self.take(&self.initial.clone());
    }

    /// Holds another text.
    fn take(&mut self, text: &str) {
        match &mut self.typed {
            Typed::Line(line) => *line = Line::new(text),
            Typed::Lines(lines) => *lines = Lines::new(text),
        }
    }
}

impl App {
    /// What the editor would stage now.
    ///
    /// # Errors
    ///
    /// A sentence that says what is expected.
    pub fn read_editor(&self, editor: &Editor) -> Result<Staged, String> {
        self.read_typed(editor, &editor.typed.text())
    }

    /// What the editor would stage if this were typed.
    ///
    /// # Errors
    ///
    /// As [`App::read_editor`].
    pub(in crate::app) fn read_typed(&self, editor: &Editor, typed: &str) -> Result<Staged, String> {
        if editor.is_relative(typed) && self.marked().is_some_and(|marked| marked.count() > 1) {
            return Err("The marked rows have values of their own: type a number for all of them.".into());
        }
        field::read(&editor.column, &editor.resolve(typed)?, self.now, &self.zone)
    }

    pub(super) fn editor_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Editor(editor)) = self.overlays.last_mut() else { return vec![] };
        let dropped = self.dropped.as_ref().filter(|(column, _)| *column == editor.column.name);
        let dropped = dropped.map(|(_, text)| text.clone());
        editor.problem = None;
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g')) => {
                if !editor.is_unchanged() {
                    self.dropped = Some((editor.column.name.clone(), editor.typed.text()));
                    self.say("Dropped. e, then Up brings it back.");
                }
                self.overlays.pop();
            }
            Input::Key(Key::Up) if editor.is_unchanged() && dropped.is_some() => {
                editor.take(&dropped.unwrap_or_default());
            }
            Input::Key(Key::Tab | Key::BackTab) => {
                let step = if *input == Input::Key(Key::Tab) { 1 } else { -1 };
                if self.finish_editor() {
                    self.step_field(step);
                }
            }
            Input::Key(Key::Ctrl('o')) => return self.edit_typed_outside(),
            Input::Key(Key::Ctrl('r')) => {
                let way = match editor.typed {
                    Typed::Line(_) => Way::Line,
                    Typed::Lines(_) => Way::Lines,
                };
                editor.reset(way);
            }
            // In a box Enter begins a line.
            Input::Key(Key::Enter) if matches!(editor.typed, Typed::Lines(_)) => {
                if let Typed::Lines(lines) = &mut editor.typed {
                    lines.update(input);
                }
            }
            Input::Key(Key::Enter | Key::Ctrl('d')) => {
                self.finish_editor();
            }
            input => {
                let taken = match &mut editor.typed {
                    Typed::Line(line) => line.update(input),
                    Typed::Lines(lines) => lines.update(input),
                };
                if let (false, Input::Key(key)) = (taken, input) {
                    let stages = match editor.typed {
                        Typed::Line(_) => "Enter",
                        Typed::Lines(_) => "Ctrl-D",
                    };
                    editor.problem = Some(format!("`{key}` does nothing here. {stages} stages, Esc drops."));
                }
            }
        }
        vec![]
    }

    /// Stages what is typed and closes the editor; answers whether it could.
    fn finish_editor(&mut self) -> bool {
        let many = self.marked().is_some_and(|marked| marked.count() > 1);
        let Some(Overlay::Editor(editor)) = self.overlays.last() else { return false };
        if editor.is_unchanged() && !many {
            self.overlays.pop();
            self.say("Nothing changed.");
            return true;
        }
        match self.read_editor(editor) {
            Ok(staged) => {
                let (target, column) = (editor.target.clone(), editor.column.clone());
                self.overlays.pop();
                self.stage_meant(&target, &column, staged);
                true
            }
            Err(problem) => {
                if let Some(Overlay::Editor(editor)) = self.overlays.last_mut() {
                    editor.problem = Some(problem);
                }
                false
            }
        }
    }

    /// The next or the previous column of the grid, field of the form.
    fn step_field(&mut self, step: isize) {
        let width = self.grid_size().width;
        match self.screen_mut() {
            Screen::Grid(grid) => grid.go_to_column(grid.active.saturating_add_signed(step), width),
            Screen::Record(_) => self.step_record(Step::Rows(step)),
            Screen::SignIn(_)
            | Screen::Environments(_)
            | Screen::Tables(_)
            | Screen::Review(_)
            | Screen::Doctor(_)
            | Screen::Log(_)
            | Screen::Viewer(_) => {}
        }
    }
}
