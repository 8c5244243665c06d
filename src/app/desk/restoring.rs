//! A row that was deleted is made again, under the key that it had.

use crate::app::App;
use crate::app::as_read;
use crate::app::edit::row_name;
use crate::app::effect::Effect;
use crate::app::field::{self, Purpose};
use crate::app::overlay::Overlay;
use crate::app::pending::{OperationKind, PendingOperation, PendingRow, RowState, Target};
use crate::dataverse::{Change, Column, ColumnKind, ColumnName, NewRow, Operation, TableSchema};

const NOTHING_DELETED: &str = "No record here was found to be deleted.";
/// Columns that the server fills for a new row in its own way.
const OWN: [&str; 4] = ["statuscode", "overriddencreatedon", "processid", "stageid"];

impl App {
    /// The row that can be made again: that of the panel, the one that is seen, or any whose changes found it deleted.
    fn deleted(&self) -> Option<Target> {
        let is_gone = |row: &&PendingRow| matches!(row.state, RowState::Gone(_));
        if let Some(Overlay::Gone(panel)) = self.overlays.last() {
            return self.pending.row(&panel.key.table, panel.key.id).map(|row| row.target.clone());
        }
        if let Some(record) = self.record().filter(|record| record.gone)
            && let Some(row) = record.row.value()
        {
            let known = self.pending.row(&record.table.name, record.id).map(|row| row.target.clone());
            let schema = self.schemas.get(&record.table.name).map(AsRef::as_ref);
            let name = row_name(schema, &record.table, record.id, row);
            let seen = Target { table: record.table.clone(), id: record.id, name, row: row.clone() };
            return Some(known.unwrap_or(seen));
        }
        self.pending.rows().iter().find(is_gone).map(|row| row.target.clone())
    }

    /// Why there is nothing to make again; nothing when there is.
    pub(in crate::app) fn nothing_deleted(&self) -> Option<&'static str> {
        match self.deleted() {
            Some(_) => None,
            None => Some(NOTHING_DELETED),
        }
    }

    /// Stages a new row with the key of one that is gone, its values as they were read and the staged ones on top of
    /// them. The staged changes become part of it: one undo brings them back as they were.
    pub(in crate::app) fn restore(&mut self) -> Vec<Effect> {
        let Some(target) = self.deleted() else {
            self.say(NOTHING_DELETED);
            return vec![];
        };
        if let Some(reason) = self.read_only() {
            self.say(reason);
            return vec![];
        }
        let Some(schema) = self.schemas.get(&target.table.name).cloned() else {
            self.say("The columns of its table are being read. Press it again when they are here.");
            return self.need_schema(&target.table);
        };
        let operation = self.made_again(&target, &schema);
        let said = format!("Staged: {}.  w reviews it", operation.title);
        self.pending.begin_together();
        self.drop_row(&target.key());
        self.pending.add(operation);
        self.pending.end_together();
        if matches!(self.overlays.last(), Some(Overlay::Gone(_))) {
            self.overlays.pop();
        }
        self.say(said);
        vec![]
    }

    /// What makes a row again that is gone.
    pub(in crate::app) fn made_again(&mut self, target: &Target, schema: &TableSchema) -> PendingOperation {
        let given = self.as_it_was(target, schema);
        let is_unread = |column: &&Column| is_set(column) && target.row.cell(&column.property()).is_none();
        let missing = schema.columns.iter().filter(is_unread).count();
        let values = given.iter().map(|(name, _, change, _)| (name.clone(), change.clone())).collect();
        let new = NewRow {
            set: target.table.set.clone(),
            primary_id: target.table.primary_id.clone(),
            id: target.id,
            values,
            detect_duplicates: false,
        };
        let title = format!("re-create {} {}", target.table.display_name, target.name);
        let mut operation = self.operation(OperationKind::Create, None, title, Operation::Create(new));
        operation.values = given.into_iter().map(|(_, label, _, text)| (label, text)).collect();
        operation.effects.push("It gets its id again. When and by whom it was created is new.".to_owned());
        operation.effects.push("What was deleted together with it does not come back.".to_owned());
        if missing > 0 {
            operation.effects.push(format!("{missing} columns were not read, and stay empty."));
        }
        operation
    }

    /// What is known of a row and is something: column, label, how it is set, how people read it.
    fn as_it_was(&self, target: &Target, schema: &TableSchema) -> Vec<(ColumnName, String, Change, String)> {
        let tables = self.tables.value().map_or(&[][..], Vec::as_slice);
        let edits = self.pending.row(&target.table.name, target.id).map_or(&[][..], |row| &row.edits);
        let columns = schema.columns.iter().filter(|column| is_set(column));
        let known = columns.filter_map(|column| {
            let label = column.display_name.clone();
            if let Some(edit) = edits.iter().find(|edit| edit.column == column.name) {
                return Some((column.name.clone(), label, edit.new.change.clone(), edit.new.text.clone()));
            }
            let cell = target.row.cell(&column.property())?;
            let change = match column.kind {
                ColumnKind::Lookup { .. } => as_read::link(&cell, None, tables)?,
                _ => as_read::value(&cell)?,
            };
            let text = cell.text().map_or_else(|| "-".to_owned(), |text| text.into_owned());
            Some((column.name.clone(), label, change, text))
        });
        known.filter(|(_, _, change, _)| !is_nothing(change)).collect()
    }
}

/// A column that a new row can be given.
fn is_set(column: &Column) -> bool {
    field::writable(column, Purpose::Create).is_ok()
        && !column.kind.is_file()
        && !OWN.contains(&column.name.as_str())
}

fn is_nothing(change: &Change) -> bool {
    matches!(change, Change::Null | Change::Link { to: None, .. })
}
