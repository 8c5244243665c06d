//! The person's own editor: a value, or a row as JSON, handed over as a file and read again when the editor has ended.
//!
//! Must not know: how an editor is started and where the file is. What was written there and not staged is kept by
//! cell, and is what the next editor begins with.

mod line_ends;
mod row;

use std::sync::Arc;

use super::effect::Effect;
use super::field::{self, Way};
use super::overlay::Overlay;
use super::overlay::editor::Editor;
use super::pending::{RowKey, Target};
use super::screen::record::Tab;
use super::{App, Screen};
use crate::dataverse::{ColumnKind, ColumnName, TableSchema};
use line_ends::LineEnds;

/// How a line begins that says something about the text below it, and is not part of that.
const NOTE: &str = "#dv: ";

/// A text to be edited outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What the file holds at first.
    pub text: String,
    /// It is JSON; else plain text.
    pub is_json: bool,
}

/// How that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// The editor ended well, with this in the file.
    Done(String),
    /// It did not end well, or not at all: a clause such as `vim ended with 1`, and what is in the file.
    Failed { why: String, text: Option<String> },
    /// Nothing can be edited; a sentence that says what to do.
    Impossible(String),
}

/// What is being edited outside.
#[derive(Debug, Clone, PartialEq)]
pub struct Outside {
    subject: Subject,
    target: Target,
    /// What the file held at first.
    written: String,
    /// Its first line is ours.
    noted: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Subject {
    /// A value, and how its lines end.
    Cell(Box<Editor>, LineEnds),
    /// A row, and its JSON as it is without the change.
    Row(Arc<TableSchema>, String),
}

/// What was written and not staged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unstaged {
    text: String,
    /// Why it was not.
    why: String,
}

/// A column of a row; without a column the row as JSON.
pub type Place = (RowKey, Option<ColumnName>);

impl Outside {
    fn place(&self) -> Place {
        let column = match &self.subject {
            Subject::Cell(editor, ..) => Some(editor.column.name.clone()),
            Subject::Row(..) => None,
        };
        (self.target.key(), column)
    }

    /// What is in the file without what is not the person's: the line on top, and the line end that editors add.
    fn taken<'a>(&self, file: &'a str) -> &'a str {
        let text = file.strip_prefix('\u{feff}').unwrap_or(file);
        let text = match text.split_once('\n') {
            Some((first, rest)) if self.noted && first.starts_with(NOTE.trim_end()) => rest,
            None if self.noted && text.starts_with(NOTE.trim_end()) => "",
            _ => text,
        };
        match self.written.ends_with('\n') {
            true => text,
            false => text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text),
        }
    }

    /// The file is as it was.
    fn is_unchanged(&self, file: &str) -> bool {
        let rest = file.strip_prefix(self.written.as_str());
        let ends: &[&str] = if self.written.ends_with('\n') { &[""] } else { &["", "\n", "\r\n"] };
        rest.is_some_and(|rest| ends.contains(&rest))
    }
}

impl App {
    /// Hands the value or the row under the cursor to the person's own editor.
    pub(super) fn edit_outside(
        &mut self,
        target: Target,
        schema: &Arc<TableSchema>,
    ) -> Result<Vec<Effect>, String> {
        if matches!(self.screen(), Screen::Record(record) if record.tab == Tab::Json) {
            let json = row::json(&target, schema, |column| self.staged(&target.key(), &column.name));
            return Ok(self.hand_over(Subject::Row(Arc::clone(schema), json.clone()), target, json));
        }
        let column = self.edit_column(schema).ok_or("There is no column here.")?;
        let way = field::way(&column)?;
        if !matches!(way, Way::Line | Way::Lines) {
            return Err(format!("{} is no text to be written.  e chooses", column.display_name));
        }
        let now = self.staged(&target.key(), &column.name);
        let editor = Editor::new(target, column, now, way, &self.zone);
        let text = editor.initial().to_owned();
        Ok(self.edit_value_outside(editor, &text))
    }

    /// Hands over what is typed so far in the editor on the screen.
    pub(super) fn edit_typed_outside(&mut self) -> Vec<Effect> {
        let Some(Overlay::Editor(editor)) = self.overlays.last() else { return vec![] };
        let (editor, typed) = (Editor::clone(editor), editor.typed.text());
        // What is on the screen is newer.
        self.unstaged.remove(&(editor.target.key(), Some(editor.column.name.clone())));
        self.edit_value_outside(editor, &typed)
    }

    fn edit_value_outside(&mut self, editor: Editor, text: &str) -> Vec<Effect> {
        let ends = LineEnds::of(editor.initial());
        let (target, text) = (editor.target.clone(), ends.for_file(text));
        self.hand_over(Subject::Cell(Box::new(editor), ends), target, text)
    }

    /// Begins with what was written before and not staged, where something was.
    fn hand_over(&mut self, subject: Subject, target: Target, text: String) -> Vec<Effect> {
        let outside = Outside { subject, target, written: text, noted: false };
        match self.unstaged.get(&outside.place()).cloned() {
            Some(Unstaged { text, why }) => self.hand_over_again(outside, &text, &why),
            None => self.begin_outside(outside),
        }
    }

    /// With a line on top that says what the matter is.
    fn hand_over_again(&mut self, outside: Outside, text: &str, why: &str) -> Vec<Effect> {
        let written = format!("{NOTE}{why} Left as it is, nothing is staged.\n{text}");
        self.begin_outside(Outside { written, noted: true, ..outside })
    }

    fn begin_outside(&mut self, outside: Outside) -> Vec<Effect> {
        let is_json = matches!(outside.subject, Subject::Row(..));
        let draft = Draft { text: outside.written.clone(), is_json };
        self.outside = Some(outside);
        vec![Effect::EditText(draft)]
    }

    /// The editor has ended.
    pub(super) fn text_edited(&mut self, edited: Edited) -> Vec<Effect> {
        let Some(outside) = self.outside.take() else { return vec![] };
        let again = self.again();
        match edited {
            Edited::Impossible(what) => self.say(what),
            Edited::Done(file) if outside.is_unchanged(&file) => self.say(match outside.noted {
                true => format!("Nothing staged.  {again} opens what you wrote"),
                false => "Nothing changed.".to_owned(),
            }),
            Edited::Done(file) => return self.take_edited(outside, &file),
            Edited::Failed { why, text } => match text.filter(|text| !outside.is_unchanged(text)) {
                Some(file) => {
                    let text = outside.taken(&file).to_owned();
                    let note = format!("{why}; without this line it is staged as it stands.");
                    self.unstaged.insert(outside.place(), Unstaged { text, why: note });
                    self.say(format!("{why}: nothing changed.  {again} opens what you wrote"));
                }
                None => self.say(format!("{why}: nothing changed.")),
            },
        }
        vec![]
    }

    /// What leads to a text that was not staged.
    fn again(&self) -> &'static str {
        if self.overlays.is_empty() { "E" } else { "Esc, then E" }
    }

    /// Stages what was written, or leads back to the editor.
    fn take_edited(&mut self, outside: Outside, file: &str) -> Vec<Effect> {
        let text = outside.taken(file);
        let staged = match &outside.subject {
            Subject::Cell(editor, ends) => self.stage_written(editor, &ends.value_of(text)),
            Subject::Row(schema, json) => self.stage_row(&outside.target, schema, json, text),
        };
        match staged {
            Ok(()) => {
                self.unstaged.remove(&outside.place());
                vec![]
            }
            Err(why) => {
                let text = text.to_owned();
                self.unstaged.insert(outside.place(), Unstaged { text: text.clone(), why: why.clone() });
                self.hand_over_again(outside, &text, &why)
            }
        }
    }

    fn stage_written(&mut self, editor: &Editor, text: &str) -> Result<(), String> {
        let is_text = matches!(editor.column.kind, ColumnKind::Text { .. } | ColumnKind::Memo { .. });
        let staged = self.read_typed(editor, if is_text { text } else { text.trim() })?;
        if matches!(self.overlays.last(), Some(Overlay::Editor(_))) {
            self.overlays.pop();
        }
        self.stage_meant(&editor.target, &editor.column, staged);
        Ok(())
    }

    /// Stages what differs in a row's JSON: all of it, as one step, or nothing.
    fn stage_row(
        &mut self,
        target: &Target,
        schema: &TableSchema,
        before: &str,
        after: &str,
    ) -> Result<(), String> {
        let ways = row::Ways {
            paths: self.lookup_paths.get(&target.table.name).map_or(&[][..], Vec::as_slice),
            tables: self.tables.value().map_or(&[][..], Vec::as_slice),
            now: self.now,
            zone: &self.zone,
        };
        let changes = row::changes(target, schema, before, after, &ways).map_err(row::Trouble::told)?;
        match changes.as_slice() {
            [] => self.say("Nothing changed."),
            [(column, staged)] => self.stage(target, column, staged.clone()),
            several => {
                self.pending.begin_together();
                for (column, staged) in several {
                    self.pending.stage(target, column, staged.clone());
                }
                self.pending.end_together();
                self.say(format!("{} values staged on {}.  w review  u undo", several.len(), target.name));
            }
        }
        Ok(())
    }
}
