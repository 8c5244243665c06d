//! Which columns of a table a row shows, how they are read and how they are written.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::error::{ApiError, Result};
use super::format;
use super::prefer::Prefer;
use crate::sandbox::schema::{Column, Kind, Table};
use crate::sandbox::store::{name_column, quoted, type_column};

pub(super) const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
pub(super) const NAVIGATION: &str = "Microsoft.Dynamics.CRM.associatednavigationproperty";
pub(super) const LOGICAL_NAME: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";

/// The columns of an answer's rows. Place 0 of the SQL row is the key, place 1 the version.
#[derive(Debug)]
pub(super) struct Shape<'a> {
    pub(super) table: &'a Table,
    fields: Vec<Field<'a>>,
    sql: Vec<String>,
    currency: Option<usize>,
    annotations: Annotations,
}

#[derive(Debug)]
struct Field<'a> {
    column: &'a Column,
    property: String,
    at: usize,
    name_at: Option<usize>,
    type_at: Option<usize>,
}

#[derive(Debug, Clone, Copy)]
struct Annotations {
    formatted: bool,
    navigation: bool,
    logical_name: bool,
}

/// Symbols of the environment's currencies by their key.
pub(super) type Symbols = HashMap<Vec<u8>, String>;

/// Reads the symbols; there are few.
pub(super) fn symbols(connection: &Connection) -> rusqlite::Result<Symbols> {
    connection
        .prepare_cached("SELECT transactioncurrencyid, currencysymbol FROM transactioncurrency")?
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default())))?
        .collect()
}

impl<'a> Shape<'a> {
    /// `select` are names of properties; none means all of them. A name that only one of `others` has is passed
    /// over: an owner is a user or a team, and who asks for it names the columns of both.
    pub(super) fn new(
        table: &'a Table,
        select: Option<&[String]>,
        prefer: &Prefer,
        others: &[&Table],
    ) -> Result<Shape<'a>> {
        let columns = match select {
            None => table.stored().collect(),
            Some(names) => selected(table, names, others)?,
        };
        let mut shape = Shape {
            table,
            fields: Vec::with_capacity(columns.len()),
            sql: vec![column(&table.key), column("versionnumber")],
            currency: None,
            annotations: Annotations {
                formatted: prefer.wants(FORMATTED),
                navigation: prefer.wants(NAVIGATION),
                logical_name: prefer.wants(LOGICAL_NAME),
            },
        };
        for column in columns {
            shape.add(column);
        }
        let money = shape.fields.iter().any(|field| matches!(field.column.kind, Kind::Money { .. }));
        if money && table.column("transactioncurrencyid").is_some() {
            shape.currency = Some(shape.read(column("transactioncurrencyid")));
        }
        Ok(shape)
    }

    fn add(&mut self, of: &'a Column) {
        let at = match of.name.as_str() {
            name if name == self.table.key => 0,
            "versionnumber" => 1,
            name => self.read(column(name)),
        };
        let annotated =
            self.annotations.formatted || self.annotations.navigation || self.annotations.logical_name;
        let lookup = of.is_lookup() && annotated;
        let name_at = lookup.then(|| self.read(column(&name_column(of))));
        let type_at = (lookup && of.is_polymorphic()).then(|| self.read(column(&type_column(of))));
        self.fields.push(Field { column: of, property: of.property(), at, name_at, type_at });
    }

    /// Asks for one more expression and says at which place of the row it comes.
    pub(super) fn read(&mut self, sql: String) -> usize {
        self.sql.push(sql);
        self.sql.len() - 1
    }

    /// The list behind SELECT.
    pub(super) fn list(&self) -> String {
        self.sql.join(", ")
    }

    /// Appends a row as a JSON object without its closing brace, so that more can follow.
    pub(super) fn write(&self, out: &mut Vec<u8>, row: &Row<'_>, symbols: &Symbols) -> rusqlite::Result<()> {
        let version = row.get_ref(1)?.as_i64().unwrap_or_default();
        out.extend(format!("{{\"@odata.etag\":\"W/\\\"{version}\\\"\"").bytes());
        for field in &self.fields {
            let value = row.get_ref(field.at)?;
            if value != ValueRef::Null {
                self.annotate(out, field, value, row, symbols)?;
            }
            out.extend(b",\"");
            out.extend(field.property.bytes());
            out.extend(b"\":");
            format::json(out, field.column, value);
        }
        Ok(())
    }

    fn annotate(
        &self,
        out: &mut Vec<u8>,
        field: &Field<'_>,
        value: ValueRef<'_>,
        row: &Row<'_>,
        symbols: &Symbols,
    ) -> rusqlite::Result<()> {
        let mut annotation = |name: &str, text: &str| {
            out.extend(format!(",\"{}@{name}\":", field.property).bytes());
            format::string(out, text);
        };
        if let Some(name_at) = field.name_at {
            let kind = match field.type_at {
                Some(at) => row.get_ref(at)?.as_str().unwrap_or_default(),
                None => field.column.targets.first().map_or("", |target| target.table.as_str()),
            };
            let target = field.column.targets.iter().find(|target| target.table == kind);
            if self.annotations.formatted
                && let Ok(name) = row.get_ref(name_at)?.as_str()
            {
                annotation(FORMATTED, name);
            }
            if self.annotations.navigation
                && let Some(target) = target
            {
                annotation(NAVIGATION, &target.nav);
            }
            if self.annotations.logical_name {
                annotation(LOGICAL_NAME, kind);
            }
        } else if self.annotations.formatted {
            let symbol = match self.currency {
                Some(at) if field.column.calculation_of.is_none() => {
                    row.get_ref(at)?.as_blob().ok().and_then(|id| symbols.get(id))
                }
                _ => None,
            };
            if let Some(text) = format::formatted(field.column, value, symbol.map_or("$", String::as_str)) {
                annotation(FORMATTED, &text);
            }
        }
        Ok(())
    }
}

/// The columns of a `$select`, each once, the key at the end.
fn selected<'a>(table: &'a Table, names: &[String], others: &[&Table]) -> Result<Vec<&'a Column>> {
    let mut columns: Vec<&Column> = Vec::with_capacity(names.len() + 2);
    let mut add = |column: &'a Column| {
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column);
        }
    };
    for name in names {
        let Some(column) = table.property(name) else {
            if others.iter().any(|other| other.property(name).is_some()) {
                continue;
            }
            return Err(ApiError::no_property(name, &table.name));
        };
        if column.name != table.key {
            add(column);
        }
        let more = match column.kind {
            Kind::Money { .. } => table.column("transactioncurrencyid"),
            _ if name.starts_with("address1_") => table.column("address1_composite"),
            _ => None,
        };
        more.into_iter().for_each(&mut add);
    }
    table.column(&table.key).into_iter().for_each(&mut add);
    Ok(columns)
}

/// The GUID at a place of a row.
pub(super) fn id_at(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Uuid>> {
    Ok(row.get_ref(at)?.as_blob().ok().and_then(|bytes| Uuid::from_slice(bytes).ok()))
}

fn column(name: &str) -> String {
    format!("t.{}", quoted(name))
}
