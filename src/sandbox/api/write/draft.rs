use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, params_from_iter};
use uuid::Uuid;

use super::super::error::{ApiError, Result};
use crate::sandbox::schema::{Column, Table};
use crate::sandbox::store::{Counter, has, make, name_column, next, quoted, type_column};

/// A row that is about to be saved: what is stored now, and what changes.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) table: &'a Table,
    /// Empty for a new row.
    stored: BTreeMap<String, Value>,
    changed: BTreeMap<String, Value>,
}

/// What a lookup is to point to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Link {
    pub(super) table: String,
    pub(super) id: Uuid,
    pub(super) name: Option<String>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(table: &'a Table) -> Draft<'a> {
        Draft { table, stored: BTreeMap::new(), changed: BTreeMap::new() }
    }

    /// A draft of a row that must be there.
    pub(super) fn of(connection: &Connection, table: &'a Table, id: Uuid) -> Result<Draft<'a>> {
        Draft::find(connection, table, id)?.ok_or_else(|| ApiError::no_row(table, id))
    }

    pub(super) fn find(connection: &Connection, table: &'a Table, id: Uuid) -> Result<Option<Draft<'a>>> {
        if !has(connection, table)? {
            return Ok(None);
        }
        let sql = format!("SELECT * FROM {} WHERE {} = ?1", quoted(&table.name), quoted(&table.key));
        let mut statement = connection.prepare_cached(&sql)?;
        let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let stored = statement.query_row([id.as_bytes().as_slice()], |row| {
            let cells = names.iter().enumerate().map(|(at, name)| Ok((name.clone(), row.get(at)?)));
            cells.collect::<rusqlite::Result<_>>()
        });
        Ok(stored.optional()?.map(|stored| Draft { table, stored, changed: BTreeMap::new() }))
    }

    /// The version that an ETag is made of.
    pub(super) fn version(&self) -> i64 {
        match self.before("versionnumber") {
            Value::Integer(version) => *version,
            _ => 0,
        }
    }

    pub(super) fn is_new(&self) -> bool {
        self.stored.is_empty()
    }

    /// The value after the save.
    pub(super) fn get(&self, name: &str) -> &Value {
        self.changed.get(name).unwrap_or_else(|| self.before(name))
    }

    /// The value before the save.
    pub(super) fn before(&self, name: &str) -> &Value {
        self.stored.get(name).unwrap_or(&Value::Null)
    }

    pub(super) fn changes(&self, name: &str) -> bool {
        self.changed.contains_key(name)
    }

    /// The columns that have another value after the save than before it.
    pub(super) fn differences(&self) -> impl Iterator<Item = &'a Column> + '_ {
        let changed = self.changed.iter().filter(|(name, value)| self.before(name) != *value);
        changed.filter_map(|(name, _)| self.table.column(name))
    }

    pub(super) fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// Whether another column than these gets another value.
    pub(super) fn alters_beside(&self, columns: &[&str]) -> bool {
        self.changed
            .iter()
            .any(|(name, value)| !columns.contains(&name.as_str()) && self.before(name) != value)
    }

    pub(super) fn is_null(&self, name: &str) -> bool {
        *self.get(name) == Value::Null
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Value::Integer(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn id(&self, name: &str) -> Option<Uuid> {
        match self.get(name) {
            Value::Blob(bytes) => Uuid::from_slice(bytes).ok(),
            _ => None,
        }
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.changed.insert(name.to_owned(), value);
    }

    pub(super) fn set_id(&mut self, name: &str, id: Uuid) {
        self.set(name, Value::Blob(id.as_bytes().to_vec()));
    }

    pub(super) fn set_text(&mut self, name: &str, text: impl Into<String>) {
        self.set(name, Value::Text(text.into()));
    }

    /// Points a lookup to a row, or to none.
    pub(super) fn link(&mut self, column: &Column, link: Option<&Link>) {
        self.set(&column.name, link.map_or(Value::Null, |link| Value::Blob(link.id.as_bytes().to_vec())));
        if !column.is_lookup() {
            return;
        }
        let name = link.and_then(|link| link.name.clone()).map_or(Value::Null, Value::Text);
        self.set(&name_column(column), name);
        if column.is_polymorphic() {
            let table = link.map_or(Value::Null, |link| Value::Text(link.table.clone()));
            self.set(&type_column(column), table);
        }
    }

    /// Points a lookup by the name of its column; nothing happens where the table has none.
    pub(super) fn link_named(&mut self, column: &str, link: Option<&Link>) {
        if let Some(column) = self.table.column(column) {
            self.link(column, link);
        }
    }

    /// What a lookup points to after the save.
    pub(super) fn linked(&self, column: &Column) -> Option<Link> {
        let id = self.id(&column.name)?;
        let table = match column.is_polymorphic() {
            true => self.text(&type_column(column))?.to_owned(),
            false => column.targets.first()?.table.clone(),
        };
        Some(Link { table, id, name: self.text(&name_column(column)).map(str::to_owned) })
    }

    pub(super) fn insert(&mut self, transaction: &Transaction<'_>) -> Result<()> {
        make(transaction, self.table)?;
        self.stamp(transaction)?;
        let names: Vec<_> = self.changed.keys().map(|name| quoted(name)).collect();
        let places = vec!["?"; names.len()].join(", ");
        let sql =
            format!("INSERT INTO {} ({}) VALUES ({places})", quoted(&self.table.name), names.join(", "));
        transaction.prepare_cached(&sql)?.execute(params_from_iter(self.changed.values()))?;
        Ok(())
    }

    pub(super) fn update(&mut self, transaction: &Transaction<'_>, id: Uuid) -> Result<()> {
        self.stamp(transaction)?;
        let names: Vec<_> = self.changed.keys().map(|name| format!("{} = ?", quoted(name))).collect();
        let sql = format!(
            "UPDATE {} SET {} WHERE {} = ?",
            quoted(&self.table.name),
            names.join(", "),
            quoted(&self.table.key)
        );
        let key = Value::Blob(id.as_bytes().to_vec());
        let values = self.changed.values().chain([&key]);
        let done = transaction.prepare_cached(&sql)?.execute(params_from_iter(values))?;
        if done == 1 { Ok(()) } else { Err(ApiError::no_row(self.table, id)) }
    }

    fn stamp(&mut self, transaction: &Transaction<'_>) -> Result<()> {
        let version = next(transaction, Counter::Version)?;
        self.set("versionnumber", Value::Integer(version));
        Ok(())
    }
}
