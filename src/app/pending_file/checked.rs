//! What a file says, held against the environment that is here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::app::edit::{row_name, short};
use crate::app::pending::{Edit, PendingOperation, PendingRow, RowKey, Staged, Target, old_text};
use crate::app::zone::Zone;
use crate::dataverse::{
    Association, Change, Column, ColumnKind, ColumnName, FileChange, LookupPath, NewRow, Operation, Row,
    RowId, RowsByKey, SetName, Table, TableName, TableSchema,
};

use super::PendingFile;

/// What is known of the environment.
pub(super) struct Here<'a> {
    pub(super) tables: &'a [Table],
    pub(super) schemas: &'a BTreeMap<TableName, Arc<TableSchema>>,
    pub(super) paths: &'a BTreeMap<TableName, Vec<LookupPath>>,
    /// Rows that the file is about, as they are now.
    pub(super) rows: &'a BTreeMap<RowKey, Row>,
    pub(super) origin: &'a str,
    pub(super) now: Timestamp,
    pub(super) zone: &'a Zone,
}

/// What is to be staged.
pub(super) struct Loaded {
    pub(super) rows: Vec<PendingRow>,
    pub(super) operations: Vec<PendingOperation>,
    /// So many rows have another version by now.
    pub(super) changed: usize,
}

/// A change, or an operation's values, of a table.
type Values<'a> = &'a [(ColumnName, Change)];

/// The tables whose columns have to be known, as they are here.
pub(super) fn tables(file: &PendingFile, known: &[Table]) -> Result<Vec<Table>, String> {
    let mut found: Vec<Table> = Vec::new();
    let mut add = |table: Option<&Table>, called: &str| match table {
        None => Err(format!("there is no table {} here.", short(called))),
        Some(table) => {
            if found.iter().all(|other| other.name != table.name) {
                found.push(table.clone());
            }
            Ok(())
        }
    };
    let about = file.operations.iter().filter_map(|operation| operation.about.as_ref());
    for target in file.rows.iter().map(|row| &row.target).chain(about) {
        let name = &target.table.name;
        add(known.iter().find(|table| table.name == *name), name.as_str())?;
    }
    for set in file.operations.iter().flat_map(|operation| made(&operation.operation)).map(|new| &new.set) {
        add(known.iter().find(|table| table.set == *set), set.as_str())?;
    }
    Ok(found)
}

/// The rows that an operation makes.
fn made(operation: &Operation) -> Option<&NewRow> {
    match operation {
        Operation::Create(new) | Operation::CreateAndAct(new, _) => Some(new),
        _ => None,
    }
}

/// A version that names one: never `*`, which would stand for any.
pub(super) fn is_version(etag: &str) -> bool {
    let inside = etag.strip_prefix("W/").unwrap_or(etag);
    let inside = inside.strip_prefix('"').and_then(|inside| inside.strip_suffix('"'));
    inside
        .is_some_and(|inside| !inside.is_empty() && inside.bytes().all(|b| b.is_ascii_graphic() && b != b'"'))
}

impl Here<'_> {
    /// The rows that have to be read: those that are changed, and those that are pointed to.
    pub(super) fn wanted(&self, file: &PendingFile) -> Result<Vec<RowsByKey>, String> {
        let mut ids: BTreeMap<TableName, BTreeSet<RowId>> = BTreeMap::new();
        let mut columns: BTreeMap<TableName, BTreeSet<String>> = BTreeMap::new();
        let mut links: Vec<(SetName, RowId)> = Vec::new();
        for row in &file.rows {
            let table = self.table(&row.target.table.name)?;
            ids.entry(table.name.clone()).or_default().insert(row.target.id);
            for edit in &row.edits {
                let column = self.column(table, &edit.column)?;
                self.way(table, column, &edit.new.change)?;
                columns.entry(table.name.clone()).or_default().insert(column.property().into_owned());
                links.extend(pointed(&edit.new.change));
            }
        }
        for operation in &file.operations {
            let about = operation.about.as_ref().map(|target| (target.table.name.clone(), target.id));
            let into = operation.into.as_ref().map(|key| (key.table.clone(), key.id));
            for (table, id) in about.into_iter().chain(into) {
                self.table(&table)?;
                ids.entry(table).or_default().insert(id);
            }
            let of_table = match &operation.operation {
                Operation::Update(patch) => Some((self.table(&patch.table)?, patch.changes.as_slice())),
                Operation::File(FileChange { column, .. }) => {
                    self.column(self.table_of(&column.set)?, &column.column)?;
                    None
                }
                Operation::Associate(Association { from, to, .. }) => {
                    links.extend([from.clone(), to.clone()]);
                    None
                }
                other => match made(other) {
                    Some(new) => Some((self.table_of(&new.set)?, new.values.as_slice())),
                    None => None,
                },
            };
            if let Some((table, values)) = of_table {
                self.check(table, values)?;
                links.extend(values.iter().filter_map(|(_, change)| pointed(change)));
            }
        }
        for (set, id) in links {
            ids.entry(self.table_of(&set)?.name.clone()).or_default().insert(id);
        }
        let rows = ids.into_iter().map(|(name, ids)| {
            let table = self.table(&name)?.clone();
            let mut select = columns.remove(&name).unwrap_or_default();
            select.extend(self.naming(&table));
            Ok(RowsByKey { select: select.into_iter().collect(), ids: ids.into_iter().collect(), table })
        });
        rows.collect()
    }

    /// The columns that a row of a table is called by.
    fn naming(&self, table: &Table) -> Vec<String> {
        let quoted = self.schemas.get(&table.name);
        let quoted = quoted.and_then(|schema| schema.default_columns().first().copied());
        let quoted = quoted.filter(|column| matches!(column.kind, ColumnKind::Text { .. }));
        let names = quoted.map(|column| &column.name).into_iter().chain(&table.primary_name);
        let mut names: Vec<String> = names.map(ToString::to_string).collect();
        if names.is_empty() {
            names.push(table.primary_id.to_string());
        }
        names
    }

    fn check(&self, table: &Table, values: Values<'_>) -> Result<(), String> {
        for (name, change) in values {
            let column = self.column(table, name)?;
            self.way(table, column, change)?;
            if !change.is_well_formed() {
                return Err(format!("the value of {} is none.", column.display_name));
            }
        }
        Ok(())
    }

    pub(super) fn table(&self, name: &TableName) -> Result<&Table, String> {
        let table = self.tables.iter().find(|table| table.name == *name);
        table.ok_or_else(|| format!("there is no table {} here.", short(name.as_str())))
    }

    pub(super) fn table_of(&self, set: &SetName) -> Result<&Table, String> {
        let table = self.tables.iter().find(|table| table.set == *set);
        table.ok_or_else(|| format!("there is no table {} here.", short(set.as_str())))
    }

    pub(super) fn column(&self, table: &Table, name: &ColumnName) -> Result<&Column, String> {
        let schema = self.schemas.get(&table.name);
        let column = schema.and_then(|schema| schema.column(name.as_str()));
        column.ok_or_else(|| format!("{} has no column {} here.", table.display_name, short(name.as_str())))
    }

    /// A lookup is written in a way of its own, and nothing else is written like one: a file could name one column and
    /// have another one changed.
    fn way(&self, table: &Table, column: &Column, change: &Change) -> Result<(), String> {
        let wrong = || format!("the value of {} cannot be written here.", column.display_name);
        let is_lookup = matches!(column.kind, ColumnKind::Lookup { .. });
        let Change::Link { navigation, to } = change else {
            return if is_lookup && *change != Change::Null { Err(wrong()) } else { Ok(()) };
        };
        let to = to.as_ref().map(|(set, _)| self.table_of(set)).transpose()?;
        let paths = self.paths.get(&table.name).map_or(&[][..], Vec::as_slice);
        // The way of an owner is told for the table of all owners alone.
        let leads =
            |path: &LookupPath| path.target.as_str() == "owner" || to.is_none_or(|to| to.name == path.target);
        let is_way =
            |path: &&LookupPath| path.column == column.name && path.navigation == *navigation && leads(path);
        match is_lookup && paths.iter().any(|path| is_way(&path)) {
            true => Ok(()),
            false => Err(wrong()),
        }
    }

    /// What is staged of the file.
    pub(super) fn changes(&self, file: &PendingFile) -> Result<Loaded, String> {
        let mut changed = BTreeSet::new();
        let mut rows = Vec::new();
        for row in &file.rows {
            let (target, is_same) = self.target(&row.target)?;
            if !row.target.row.etag().is_some_and(|etag| is_version(&etag)) {
                return Err(format!("the change of {} came without a version.", target.name));
            }
            if !is_same {
                changed.insert(target.key());
            }
            let edits = row.edits.iter().map(|edit| self.edit(&target, edit));
            let edits = edits.collect::<Result<_, String>>()?;
            rows.push(PendingRow { target, edits, ..row.clone() });
        }
        let mut operations = Vec::new();
        for operation in &file.operations {
            let about = operation.about.as_ref().map(|about| self.target(about)).transpose()?;
            if let Some((target, false)) = &about {
                changed.insert(target.key());
            }
            operations.push(self.operation(operation, about.map(|(target, _)| target))?);
        }
        Ok(Loaded { rows, operations, changed: changed.len() })
    }

    /// A row of the file as it is called here, and whether it has still the version that it had. Where it has, its values
    /// are those of the server; otherwise they are those of the file, and the send finds the conflict.
    fn target(&self, of: &Target) -> Result<(Target, bool), String> {
        let table = self.table(&of.table.name)?.clone();
        let newer = self.rows.get(&RowKey { table: table.name.clone(), id: of.id });
        let newer = newer.ok_or_else(|| {
            format!("{} {} is not there any more, or you may not see it.", table.display_name, of.id)
        })?;
        let name = row_name(self.schemas.get(&table.name).map(AsRef::as_ref), &table, of.id, newer);
        let (row, is_same) = match of.row.etag() {
            Some(etag) => {
                let is_same = newer.etag().as_deref() == Some(&*etag);
                (if is_same { of.row.merged(newer) } else { of.row.clone() }, is_same)
            }
            // It was never read with one: it is based on what the row is now.
            None => (of.row.merged(newer), true),
        };
        Ok((Target { table, id: of.id, name, row }, is_same))
    }

    fn edit(&self, target: &Target, edit: &Edit) -> Result<Edit, String> {
        let column = self.column(&target.table, &edit.column)?;
        let change = edit.new.change.clone();
        Ok(Edit {
            column: column.name.clone(),
            label: column.display_name.clone(),
            old: old_text(&target.row, &change.property(&column.name)),
            new: Staged { text: self.text(column, &change), change },
        })
    }

    /// What people call a row that something points to: its key where nothing better is known.
    pub(super) fn name(&self, set: &SetName, id: RowId) -> String {
        let Ok(table) = self.table_of(set) else { return id.to_string() };
        let row = self.rows.get(&RowKey { table: table.name.clone(), id });
        let schema = self.schemas.get(&table.name).map(AsRef::as_ref);
        row.map_or_else(|| id.to_string(), |row| row_name(schema, table, id, row))
    }
}

/// The row that a lookup points to.
fn pointed(change: &Change) -> Option<(SetName, RowId)> {
    match change {
        Change::Link { to, .. } => to.clone(),
        _ => None,
    }
}
