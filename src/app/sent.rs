//! What was sent in this run and arrived, so that it can be taken back: the old values are staged again, and reviewed and
//! sent like any other change.

use std::collections::{BTreeMap, BTreeSet};

use super::notice::Notice;
use super::pending::{
    OperationId, OperationKind, PendingOperation, PendingRow, RowKey, Staged, Target, capital,
};
use super::problem::Problem;
use super::{App, as_read};
use crate::dataverse::{Change, ColumnName, Operation, Row, Table};

/// So many sends can be taken back.
const MOST: usize = 50;

/// Sends, the newest last.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct SentBatches {
    batches: Vec<Batch>,
    /// What was staged to take something back: sending that is no news that could be taken back again.
    back: BTreeMap<(RowKey, ColumnName), Change>,
    /// The same of links.
    back_links: BTreeSet<OperationId>,
}

/// What was sent by one confirmation.
#[derive(Debug, Clone, Default, PartialEq)]
struct Batch {
    edits: Vec<SentEdit>,
    /// Where among them those of a row are.
    of_row: BTreeMap<RowKey, Vec<usize>>,
    /// Rows that were deleted, as they were read.
    deleted: Vec<Target>,
    /// Links that were made or taken away.
    links: Vec<PendingOperation>,
    /// What cannot be taken back, and what can be done instead, as sentences.
    others: Vec<String>,
}

/// A changed column that arrived.
#[derive(Debug, Clone, PartialEq)]
struct SentEdit {
    /// The row as it is since.
    target: Target,
    column: ColumnName,
    label: String,
    /// What it was before; nothing where that was not read.
    old: Option<Staged>,
}

impl SentBatches {
    /// What arrives from here on was confirmed together.
    pub(super) fn begin(&mut self) {
        if self.batches.last().is_none_or(|batch| *batch != Batch::default()) {
            self.batches.push(Batch::default());
        }
        if self.batches.len() > MOST {
            self.batches.remove(0);
        }
    }

    /// The changes of a row arrived; `newer` has them and the row's new version.
    pub(super) fn saved(&mut self, row: &PendingRow, newer: &Row, tables: &[Table]) {
        self.renewed(&row.key(), newer);
        let Some(batch) = self.batches.last_mut() else { return };
        for edit in &row.edits {
            if self.back.remove(&(row.key(), edit.column.clone())).as_ref() == Some(&edit.new.change) {
                continue;
            }
            let cell = row.target.row.cell(&edit.property());
            let old = cell.and_then(|cell| match &edit.new.change {
                Change::Link { navigation, .. } => as_read::link(&cell, Some(navigation), tables),
                _ => as_read::value(&cell),
            });
            batch.of_row.entry(row.key()).or_default().push(batch.edits.len());
            batch.edits.push(SentEdit {
                target: Target { row: row.target.row.merged(newer), ..row.target.clone() },
                column: edit.column.clone(),
                label: edit.label.clone(),
                old: old.map(|change| Staged { change, text: edit.old.clone() }),
            });
        }
    }

    /// An operation was carried out.
    pub(super) fn carried_out(&mut self, operation: &PendingOperation) {
        let Some(batch) = self.batches.last_mut() else { return };
        if let (OperationKind::Delete, Some(target)) = (operation.kind, &operation.about) {
            return batch.deleted.push(target.clone());
        }
        if let Operation::Associate(_) = operation.operation {
            if !self.back_links.remove(&operation.id) {
                batch.links.push(operation.clone());
            }
            return;
        }
        let instead = match operation.kind {
            OperationKind::Close => "x o reactivates it",
            OperationKind::Reactivate => "x r or x c ends it again",
            OperationKind::Create => "D on the new record deletes it",
            OperationKind::Act if operation.operation.runs_workflow() => {
                "nothing here takes back what it did"
            }
            OperationKind::Act => "set it again by hand",
            OperationKind::Merge | OperationKind::Delete => "nothing here brings it back",
        };
        batch.others.push(format!("{}: {instead}.", capital(&operation.title)));
    }

    /// A row has a new version that is ours.
    pub(super) fn renewed(&mut self, key: &RowKey, newer: &Row) {
        for batch in &mut self.batches {
            for place in batch.of_row.get(key).into_iter().flatten() {
                let row = &mut batch.edits[*place].target.row;
                *row = row.merged(newer);
            }
        }
    }
}

impl App {
    /// Stages what the columns were before the last send, and says what cannot be taken back. Again: the send before.
    pub(in crate::app) fn take_back(&mut self) {
        while self.sent.batches.last() == Some(&Batch::default()) {
            self.sent.batches.pop();
        }
        let Some(batch) = self.sent.batches.last() else {
            return self.say("Nothing was sent in this run that could be taken back.");
        };
        let busy = batch.edits.iter().find(|edit| {
            let row = self.pending.row(&edit.target.table.name, edit.target.id);
            row.is_some_and(PendingRow::is_sending)
        });
        if let Some(edit) = busy {
            let said = format!("{} is being saved. Wait for the answer.", edit.target.name);
            return self.say(said);
        }
        let Some(Batch { edits, deleted, links, mut others, .. }) = self.sent.batches.pop() else { return };
        let mut staged = Vec::new();
        self.pending.begin_together();
        for SentEdit { target, column, label, old } in edits {
            let Some(old) = old else {
                others.push(format!("{label} of {}: what it was before was not read.", target.name));
                continue;
            };
            let now = target.row.cell(&old.change.property(&column));
            let now = now.and_then(|cell| cell.text().map(|text| text.into_owned()));
            staged.push(format!(
                "{label} {} -> {} of {}",
                now.as_deref().unwrap_or("-"),
                old.text,
                target.name
            ));
            self.sent.back.insert((target.key(), column.clone()), old.change.clone());
            self.pending.stage_value(&target, &column, &label, old);
        }
        for operation in links.iter().filter_map(|sent| self.linked_back(sent)).collect::<Vec<_>>() {
            self.sent.back_links.insert(operation.id);
            staged.push(operation.title.clone());
            self.pending.add(operation);
        }
        for target in deleted {
            match self.schemas.get(&target.table.name).cloned() {
                Some(schema) => {
                    let operation = self.made_again(&target, &schema);
                    staged.push(operation.title.clone());
                    self.pending.add(operation);
                }
                None => others.push(format!("{}: its columns are not known.", target.name)),
            }
        }
        self.pending.end_together();
        let back = match staged.as_slice() {
            [] => "Nothing could be staged to take the last send back.".to_owned(),
            [one] => format!("Staged to take back: {one}.  w reviews it"),
            more => {
                format!("{} changes are staged to take back what was sent last.  w reviews them", more.len())
            }
        };
        let others = match others.as_slice() {
            [] => return self.say(back),
            [one] => format!("Not taken back: {one}"),
            [first, more @ ..] => format!("Not taken back: {first} And {} more.", more.len()),
        };
        self.notice = Some(Notice::Problem(Problem::new(back).why(others)));
    }
}
