//! From a key to a staged value: which row and column are meant, whether they can be edited, and with what.

use std::sync::Arc;

use super::effect::Effect;
use super::field::{self, Way};
use super::overlay::Overlay;
use super::overlay::choice_menu::{self, ChoiceMenu};
use super::overlay::choices_menu::ChoicesMenu;
use super::overlay::column_menu::ColumnMenu;
use super::overlay::editor::Editor;
use super::overlay::lookup::Wish;
use super::panes::Pane;
use super::pending::{Outcome, RowKey, Staged, Target};
use super::{App, Screen};
use crate::dataverse::{Column, ColumnKind, ColumnName, Row, RowId, Table, TableName, TableSchema};

/// The last change that was staged, to be repeated on another row.
#[derive(Debug, Clone, PartialEq)]
pub struct LastChange {
    table: TableName,
    column: Column,
    staged: Staged,
}

/// What people call a row: the number they quote, otherwise its name, otherwise its key.
pub fn row_name(schema: Option<&TableSchema>, table: &Table, id: RowId, row: &Row) -> String {
    let quoted = schema.and_then(|schema| schema.default_columns().first().copied());
    let quoted =
        quoted.filter(|column| matches!(column.kind, ColumnKind::Text { .. })).map(|column| &column.name);
    let names = quoted.into_iter().chain(&table.primary_name);
    let mut texts =
        names.filter_map(|name| row.cell(name.as_str())?.text().map(std::borrow::Cow::into_owned));
    texts.find(|text| !text.is_empty()).unwrap_or_else(|| id.to_string())
}

impl App {
    /// The row that an edit is meant for, and its table's columns.
    ///
    /// # Errors
    ///
    /// A sentence that says why nothing can be edited now.
    pub(in crate::app) fn edit_target(&self) -> Result<(Target, Arc<TableSchema>), String> {
        const NO_COLUMNS: &str = "The table's columns have not been read yet.";
        if let Some(reason) = self.read_only() {
            return Err(reason);
        }
        if let Some(marked) = self.marked() {
            let count = marked.count();
            let reason = marked.left_out.first().cloned().unwrap_or_default();
            let target = marked.targets.into_iter().next();
            let target =
                target.ok_or_else(|| format!("None of the {count} marked rows can be changed: {reason}."))?;
            let schema = self.schemas.get(&target.table.name).ok_or(NO_COLUMNS)?;
            return Ok((target, Arc::clone(schema)));
        }
        let (table, row) = self.row_here()?;
        let schema = self.schemas.get(&table.name).ok_or(NO_COLUMNS)?;
        let id = row.id(&table.primary_id).ok_or("The row came without its key.")?;
        let name = row_name(Some(schema), table, id, &row);
        if row.etag().is_none() {
            return Err(format!("{name} came without its version, so it cannot be saved safely."));
        }
        if self.pending.row(&table.name, id).is_some_and(super::pending::PendingRow::is_sending) {
            return Err(format!("{name} is being saved. Wait for the answer."));
        }
        Ok((Target { table: table.clone(), id, name, row }, Arc::clone(schema)))
    }

    /// The row under the cursor.
    fn row_here(&self) -> Result<(&Table, Row), String> {
        const NOT_READ: &str = "The row has not been read yet.";
        Ok(match self.screen() {
            Screen::Grid(grid) => match &self.preview.record {
                Some(record) if self.focus() == Pane::Detail => {
                    (&record.table, record.row.value().cloned().ok_or(NOT_READ)?)
                }
                _ => (&grid.table, grid.current_row().ok_or("There is no row here.")?),
            },
            Screen::Record(record) => (&record.table, record.row.value().cloned().ok_or(NOT_READ)?),
            Screen::SignIn(_)
            | Screen::Environments(_)
            | Screen::Tables(_)
            | Screen::Review(_)
            | Screen::Doctor(_)
            | Screen::Log(_)
            | Screen::Viewer(_) => {
                return Err("There is no row here.".into());
            }
        })
    }

    /// The file column under the cursor, and its row. To save a file nothing has to be writable.
    fn file_here(&self) -> Option<(Target, Column)> {
        let (table, row) = self.row_here().ok()?;
        let schema = self.schemas.get(&table.name)?;
        let column = self.edit_column(schema).filter(|column| column.kind.is_file())?;
        let id = row.id(&table.primary_id)?;
        let name = row_name(Some(schema), table, id, &row);
        Some((Target { table: table.clone(), id, name, row }, column))
    }

    /// The column under the cursor.
    pub(in crate::app) fn edit_column(&self, schema: &TableSchema) -> Option<Column> {
        match self.screen() {
            Screen::Grid(_) if self.focus() == Pane::Detail => {
                schema.column(self.preview_column()?.as_str()).cloned()
            }
            Screen::Grid(grid) => grid.current_column().cloned(),
            Screen::Record(record) => {
                let name = match record.tab {
                    super::screen::record::Tab::Form => self.form_column()?,
                    super::screen::record::Tab::Json => self.json_column(schema)?,
                    super::screen::record::Tab::Related => self.related_lookup()?,
                    super::screen::record::Tab::Timeline => return None,
                };
                schema.column(name.as_str()).cloned()
            }
            Screen::SignIn(_)
            | Screen::Environments(_)
            | Screen::Tables(_)
            | Screen::Review(_)
            | Screen::Doctor(_)
            | Screen::Log(_)
            | Screen::Viewer(_) => None,
        }
    }

    /// Runs an editing command on the row under the cursor.
    pub(in crate::app) fn run_edit(&mut self, command: EditCommand) -> Vec<Effect> {
        self.try_edit(command).unwrap_or_else(|reason| {
            self.say(reason);
            vec![]
        })
    }

    fn try_edit(&mut self, command: EditCommand) -> Result<Vec<Effect>, String> {
        if command == EditCommand::Edit
            && let Some((target, column)) = self.file_here()
        {
            self.open_file(target, column);
            return Ok(vec![]);
        }
        let (target, schema) = self.edit_target()?;
        match command {
            EditCommand::Change => {
                let menu = ColumnMenu::new(target, &schema).ok_or("This table has no choices to change.")?;
                self.overlays.push(Overlay::ColumnMenu(Box::new(menu)));
            }
            EditCommand::Repeat => {
                let last = self.last_change.clone().ok_or("Nothing to repeat yet. e edits, c changes.")?;
                if last.table != target.table.name {
                    return Err("The last change was made in another table.".into());
                }
                let status = matches!(last.column.kind, ColumnKind::Status { .. });
                let valid = || {
                    choice_menu::picks(&target, &last.column).iter().any(|pick| pick.staged == last.staged)
                };
                if status && self.marked().is_none() && !self.is_marked_by_query() && !valid() {
                    return Err(format!("{} cannot be {} now.", target.name, last.staged.text));
                }
                self.stage_meant(&target, &last.column, last.staged);
            }
            EditCommand::Edit => {
                let column = self.edit_column(&schema).ok_or("There is no column here.")?;
                return Ok(self.open_editor(target, column));
            }
            EditCommand::OwnEditor => return self.edit_outside(target, &schema),
            EditCommand::Clear => {
                let column = self.edit_column(&schema).ok_or("There is no column here.")?;
                field::way(&column)?;
                let null = field::null(&column)?;
                if matches!(column.kind, ColumnKind::Lookup { .. }) {
                    let mut effects = self.open_editor(target, column);
                    effects.extend(self.wish(Wish::Empty));
                    return Ok(effects);
                }
                self.stage_meant(&target, &column, null);
            }
        }
        Ok(vec![])
    }

    /// Opens the editor that fits the column, or says why there is none.
    pub(in crate::app) fn open_editor(&mut self, target: Target, column: Column) -> Vec<Effect> {
        let way = match field::way(&column) {
            Ok(way) => way,
            Err(reason) => {
                self.say(reason);
                return vec![];
            }
        };
        if column.secured {
            let label = &column.display_name;
            self.say(format!(
                "{label} is secured: it may be hidden from you, and the server may refuse a new value."
            ));
        }
        let edit = self.pending.edit(&target.table.name, target.id, &column.name);
        let now = edit.map(|edit| &edit.new);
        let overlay = match way {
            Way::Menu => Overlay::ChoiceMenu(Box::new(ChoiceMenu::new(target, column, now))),
            Way::Search => return self.open_lookup(target, column),
            Way::Several => Overlay::ChoicesMenu(Box::new(ChoicesMenu::new(target, column, now))),
            Way::Line | Way::Lines => {
                Overlay::Editor(Box::new(Editor::new(target, column, now, way, &self.zone)))
            }
        };
        self.overlays.push(overlay);
        vec![]
    }

    /// Stages a value and says what that did.
    pub(in crate::app) fn stage(&mut self, target: &Target, column: &Column, staged: Staged) {
        self.stage_named(target, &column.name, &column.display_name, staged.clone());
        self.remember_change(target, column, &staged);
    }

    /// The same for a column of which no more than its names is known.
    pub(in crate::app) fn stage_named(
        &mut self,
        target: &Target,
        column: &ColumnName,
        label: &str,
        staged: Staged,
    ) {
        let text = short(&staged.text);
        let said = match self.pending.stage_value(target, column, label, staged.clone()) {
            Outcome::Staged { from } => {
                let (from, to) = short_pair(&from, &staged.text);
                format!("{label} {from} -> {to} staged on {}.{}", target.name, self.after_staging())
            }
            Outcome::Back if self.pending.row(&target.table.name, target.id).is_none() => {
                format!("{label} back to {text} on {}: nothing left to send.", target.name)
            }
            Outcome::Back => format!("{label} back to {text} on {}.", target.name),
            Outcome::Unchanged => format!("{label} of {} is {text} already.", target.name),
        };
        self.say(said);
    }

    /// Keeps a change, to be repeated on another row.
    pub(in crate::app) fn remember_change(&mut self, target: &Target, column: &Column, staged: &Staged) {
        let (table, column, staged) = (target.table.name.clone(), column.clone(), staged.clone());
        self.last_change = Some(LastChange { table, column, staged });
    }

    /// Takes the last staged edit back.
    pub(in crate::app) fn undo(&mut self) {
        let said = self.pending.undo().unwrap_or_else(|reason| reason);
        self.say(said);
    }

    /// Stages the edit again that was undone last.
    pub(in crate::app) fn redo(&mut self) {
        let said = self.pending.redo().unwrap_or_else(|reason| reason);
        self.say(said);
    }

    /// The staged value of a column of a row.
    pub fn staged(&self, key: &RowKey, column: &ColumnName) -> Option<&Staged> {
        self.pending.edit(&key.table, key.id, column).map(|edit| &edit.new)
    }
}

/// Editing commands, by whichever key of whichever screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditCommand {
    /// The column under the cursor.
    Edit,
    /// The same, or the row as JSON, in the person's own editor.
    OwnEditor,
    /// One of the table's choices.
    Change,
    /// No value.
    Clear,
    /// The last change again.
    Repeat,
}

/// A value in one line: the first line of several, and not too much of it.
pub fn short(text: &str) -> String {
    const MOST: usize = 40;
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let more = lines.count();
    let cut: String = first.chars().take(MOST).collect();
    let dots = if cut.len() < first.len() { "..." } else { "" };
    match more {
        0 => format!("{cut}{dots}"),
        more => format!("{cut}{dots} ({} lines)", more + 1),
    }
}

/// [`short`] leaves something of it out.
pub fn is_cut(text: &str) -> bool {
    short(text).len() != text.len()
}

/// Two values in one line each: of long ones with the same beginning, what follows it.
pub fn short_pair(old: &str, new: &str) -> (String, String) {
    const LONG: usize = 24;
    const KEPT: usize = 8;
    let same = old.chars().zip(new.chars()).take_while(|(old, new)| old == new).count();
    if same < LONG {
        return (short(old), short(new));
    }
    let tail = |text: &str| {
        let rest: String = text.chars().skip(same - KEPT).collect();
        format!("...{}", short(&rest.replace('\n', " ")))
    };
    (tail(old), tail(new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_texts_the_part_that_differs_is_told() {
        let old = "Reset to factory settings did not help.";
        let pair = short_pair(old, &format!("{old}\nMore text"));
        assert_eq!(pair, ("...ot help.".into(), "...ot help. More text".into()));
        assert_eq!(short_pair("Normal", "High"), ("Normal".into(), "High".into()));
        assert_eq!(short("a\nb\nc"), "a (3 lines)");
        assert_eq!(short(&"x".repeat(50)), format!("{}...", "x".repeat(40)));
    }
}
