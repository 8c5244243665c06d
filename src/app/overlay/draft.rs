//! A form over the screen for what is made or done: a note, a task, a resolution, a new row. Nothing in it is sent: it
//! is staged.

use std::sync::Arc;

use crate::app::field::choice::Pick;
use crate::app::finding::Hit;
use crate::app::key::{Input, Key};
use crate::app::letters;
use crate::app::line::Line;
use crate::app::lines::Lines;
use crate::app::pending::{Staged, Target};
use crate::dataverse::around::OpenActivity;
use crate::dataverse::{Column, ColumnName, Table, TableName};

/// The form with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// What it becomes.
    pub recipe: Recipe,
    /// The rows that it is about, each once.
    pub about: Vec<Target>,
    /// What it is, for its frame.
    pub title: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The field with the cursor; behind the fields, the open activity.
    pub at: usize,
    /// Why it is not staged.
    pub problem: Option<String>,
    /// What it does besides, as sentences.
    pub effects: Vec<String>,
    /// It is to be staged as soon as the columns of its tables are here.
    pub is_waiting: bool,
    /// Esc was pressed once over something that was typed.
    warned: bool,
}

/// What a form becomes.
#[derive(Debug, Clone, PartialEq)]
pub enum Recipe {
    /// The end of a case.
    /// `open`: its activities that are not done yet.
    Resolve { resolutions: Table, notes: Option<Table>, open: Vec<OpenActivity> },
    /// A row of a table, with columns that are not asked for. `link` is its lookup to the row that it is about.
    Create { table: Table, link: Option<ColumnName>, given: Vec<Given>, word: String },
}

/// A column that is not asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    pub column: ColumnName,
    pub label: String,
    pub is: Is,
}

/// What it is set to.
#[derive(Debug, Clone, PartialEq)]
pub enum Is {
    Value(Staged),
    /// A lookup to this row.
    Row(Box<Hit>),
}

/// One field.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// The table of its column.
    pub table: TableName,
    pub column: ColumnName,
    pub label: String,
    pub required: bool,
    pub value: Value,
}

/// What is in a field.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// One line; Enter goes on.
    Line(Line),
    /// Several lines; Enter begins a new one.
    Lines(Lines),
    /// One of some options, by letter.
    Pick { options: Vec<Pick>, at: Option<usize> },
    /// The path of a file, and what was read there.
    File { line: Line, read: Option<Arc<FileToSend>> },
    /// A row that is searched for.
    Row { column: Box<Column>, hit: Option<Box<Hit>> },
}

/// A file that was read, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileToSend {
    /// Its own name.
    pub name: String,
    pub mime_type: String,
    /// How many bytes are in it.
    pub size: u64,
    /// What is in it, as base64.
    pub body: String,
}

/// What an input did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Did {
    /// It is to be staged.
    Finished,
    /// A row is to be searched for.
    Searched,
    /// The open activity under the cursor is to be seen.
    Visited,
    Closed,
    Stayed,
    Nothing,
}

impl Field {
    /// What is typed or picked, as text; empty for nothing.
    pub fn text(&self) -> String {
        match &self.value {
            Value::Line(line) | Value::File { line, .. } => line.text().to_owned(),
            Value::Lines(lines) => lines.text(),
            Value::Row { hit, .. } => hit.as_ref().map_or_else(String::new, |hit| hit.name.clone()),
            Value::Pick { options, at } => {
                at.and_then(|at| options.get(at)).map_or_else(String::new, |pick| pick.staged.text.clone())
            }
        }
    }

    /// Puts a text into a field that takes one.
    pub(in crate::app) fn fill(&mut self, text: &str) {
        match &mut self.value {
            Value::Line(line) => *line = Line::new(text),
            Value::Lines(lines) => *lines = Lines::new(text),
            Value::File { line, read } => (*line, *read) = (Line::new(text), None),
            Value::Pick { .. } | Value::Row { .. } => {}
        }
    }

    /// What is picked; nothing for what is typed.
    pub fn picked(&self) -> Option<Staged> {
        match &self.value {
            Value::Pick { options, at } => Some(options.get((*at)?)?.staged.clone()),
            Value::Line(_) | Value::Lines(_) | Value::File { .. } | Value::Row { .. } => None,
        }
    }

    /// Nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.text().trim().is_empty()
    }

    /// It is typed.
    fn is_text(&self) -> bool {
        matches!(self.value, Value::Line(_) | Value::Lines(_) | Value::File { .. })
    }

    fn input(&mut self, input: &Input) -> bool {
        match &mut self.value {
            Value::Line(line) => line.update(input),
            Value::File { line, read } => {
                let did = line.update(input);
                if did {
                    *read = None; // it may be another file now
                }
                did
            }
            Value::Lines(lines) => lines.update(input),
            Value::Pick { options, at } => pick_input(options, at, input),
            Value::Row { hit, .. } => match input {
                Input::Key(Key::Backspace | Key::Char('-')) => {
                    *hit = None;
                    true
                }
                _ => false,
            },
        }
    }
}

impl Draft {
    pub fn new(recipe: Recipe, about: Vec<Target>, title: String, fields: Vec<Field>) -> Self {
        let (problem, effects) = (None, vec![]);
        Self { recipe, about, title, fields, at: 0, problem, effects, is_waiting: false, warned: false }
    }

    /// The tables whose columns it has.
    pub fn tables(&self) -> Vec<Table> {
        match &self.recipe {
            Recipe::Resolve { resolutions, notes, .. } => {
                std::iter::once(resolutions).chain(notes).cloned().collect()
            }
            Recipe::Create { table, .. } => vec![table.clone()],
        }
    }

    /// The activities of the case that are not done yet, as far as they are known.
    pub fn open(&self) -> &[OpenActivity] {
        match &self.recipe {
            Recipe::Resolve { open, .. } => open,
            Recipe::Create { .. } => &[],
        }
    }

    /// The one of them that is under the cursor.
    pub fn activity(&self) -> Option<&OpenActivity> {
        self.open().get(self.at.checked_sub(self.fields.len())?)
    }

    /// The last place that the cursor can be at.
    fn end(&self) -> usize {
        (self.fields.len() + self.open().len()).saturating_sub(1)
    }

    /// Keeps the cursor where something is: there may be fewer fields and activities than before.
    pub(in crate::app) fn fit(&mut self) {
        self.at = self.at.min(self.end());
    }

    /// Characters are text rather than letters that pick.
    pub fn takes_text(&self) -> bool {
        self.fields.get(self.at).is_some_and(Field::is_text)
    }

    /// The fields that are required and empty, with their places. A file says enough by itself.
    pub fn missing(&self) -> impl Iterator<Item = (usize, &Field)> {
        let is_file = |field: &Field| matches!(field.value, Value::File { .. }) && !field.is_empty();
        let is_enough = self.fields.iter().any(is_file);
        let missing = move |field: &Field| field.required && field.is_empty() && !is_enough;
        self.fields.iter().enumerate().filter(move |(_, field)| missing(field))
    }

    fn is_at_row(&self) -> bool {
        matches!(self.fields.get(self.at).map(|field| &field.value), Some(Value::Row { .. }))
    }

    pub(in crate::app) fn input(&mut self, input: &Input) -> Did {
        let warned = std::mem::take(&mut self.warned);
        let (last, end) = (self.fields.len().saturating_sub(1), self.end());
        let lines = matches!(self.fields.get(self.at).map(|field| &field.value), Some(Value::Lines(_)));
        match input {
            Input::Key(Key::Ctrl('d' | 's')) => return Did::Finished,
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => {
                let typed = |field: &Field| field.is_text() && !field.is_empty();
                if self.fields.iter().any(typed) && !warned {
                    self.warned = true;
                    self.problem = Some("Esc again drops what you typed. Ctrl-D stages it.".to_owned());
                    return Did::Stayed;
                }
                return Did::Closed;
            }
            Input::Key(Key::Tab) => self.at = if self.at >= end { 0 } else { self.at + 1 },
            Input::Key(Key::BackTab) => self.at = self.at.checked_sub(1).unwrap_or(end),
            Input::Key(Key::Enter) if self.activity().is_some() => return Did::Visited,
            Input::Key(Key::Enter | Key::Char('e' | '/')) if self.is_at_row() => return Did::Searched,
            Input::Key(Key::Enter) if !lines && self.at < last => self.at += 1,
            Input::Key(Key::Enter) if !lines => {
                self.problem = Some("Enter does not stage. Ctrl-D does.".to_owned());
                return Did::Stayed;
            }
            Input::Key(Key::Down) if !lines => self.at = (self.at + 1).min(end),
            Input::Key(Key::Up) if !lines => self.at = self.at.saturating_sub(1),
            input => {
                let Some(field) = self.fields.get_mut(self.at) else { return Did::Nothing };
                if !field.input(input) {
                    return Did::Nothing;
                }
            }
        }
        self.problem = None;
        self.is_waiting = false;
        Did::Stayed
    }
}

/// The letters that pick options.
pub fn letters_of(options: &[Pick]) -> Vec<Option<char>> {
    letters::assign(options.iter().map(|pick| pick.staged.text.as_str()))
}

fn pick_input(options: &[Pick], at: &mut Option<usize>, input: &Input) -> bool {
    let last = options.len().saturating_sub(1);
    match input {
        Input::Key(Key::Right | Key::Char('j')) => *at = Some(at.map_or(0, |at| (at + 1).min(last))),
        Input::Key(Key::Left | Key::Char('k')) => *at = Some(at.map_or(0, |at| at.saturating_sub(1))),
        Input::Key(Key::Backspace | Key::Char('-')) => *at = None,
        Input::Key(Key::Char(c)) => {
            let Some(found) = letters_of(options).iter().position(|letter| *letter == Some(*c)) else {
                return false;
            };
            *at = Some(found);
        }
        _ => return false,
    }
    true
}
