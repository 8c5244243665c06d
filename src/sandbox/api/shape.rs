//! Which columns of a table a row shows, how they are read and how they are written.

use std::collections::HashMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use uuid::Uuid;

use super::error::{ApiError, Result};
use super::format;
use super::prefer::Prefer;
use crate::sandbox::schema::{Column, Kind, Table, Target};
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

/// A column with everything about it that is the same in every row, ready to be copied.
#[derive(Debug)]
struct Field<'a> {
    column: &'a Column,
    at: usize,
    /// `,"title":`.
    name: Vec<u8>,
    /// `,"title@OData.Community.Display.V1.FormattedValue":`, when it is asked for.
    formatted: Option<Vec<u8>>,
    /// The formatted values of options.
    labels: Vec<(i64, Vec<u8>)>,
    lookup: Option<Lookup>,
}

/// What the annotations of a lookup need.
#[derive(Debug)]
struct Lookup {
    name_at: usize,
    type_at: Option<usize>,
    /// For each table that it can lead to, the annotations that tell of it.
    targets: Vec<(String, Vec<u8>)>,
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
        let property = of.property();
        let Annotations { formatted, navigation, logical_name } = self.annotations;
        let lookup = (of.is_lookup() && (formatted || navigation || logical_name)).then(|| Lookup {
            name_at: self.read(column(&name_column(of))),
            type_at: of.is_polymorphic().then(|| self.read(column(&type_column(of)))),
            targets: self.targets(of, &property),
        });
        self.fields.push(Field {
            column: of,
            at,
            name: format!(",\"{property}\":").into_bytes(),
            formatted: formatted.then(|| format!(",\"{property}@{FORMATTED}\":").into_bytes()),
            labels: labels(of),
            lookup,
        });
    }

    fn targets(&self, of: &Column, property: &str) -> Vec<(String, Vec<u8>)> {
        let annotations = |target: &Target| {
            let mut json = Vec::new();
            for (wanted, annotation, text) in [
                (self.annotations.navigation, NAVIGATION, &target.nav),
                (self.annotations.logical_name, LOGICAL_NAME, &target.table),
            ] {
                if wanted {
                    json.extend(format!(",\"{property}@{annotation}\":\"{text}\"").bytes());
                }
            }
            (target.table.clone(), json)
        };
        of.targets.iter().map(annotations).collect()
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
        out.extend_from_slice(b"{\"@odata.etag\":\"W/\\\"");
        format::integer(out, version);
        out.extend_from_slice(b"\\\"\"");
        for field in &self.fields {
            let value = row.get_ref(field.at)?;
            if value != ValueRef::Null {
                self.annotate(out, field, value, row, symbols)?;
            }
            out.extend_from_slice(&field.name);
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
        if let Some(lookup) = &field.lookup {
            let name = row.get_ref(lookup.name_at)?;
            if let (Some(formatted), Ok(name)) = (&field.formatted, name.as_str()) {
                out.extend_from_slice(formatted);
                format::string(out, name);
            }
            let target = match lookup.type_at {
                Some(at) => {
                    let kind = row.get_ref(at)?;
                    lookup.targets.iter().find(|(table, _)| kind.as_str().is_ok_and(|kind| kind == table))
                }
                None => lookup.targets.first(),
            };
            out.extend_from_slice(target.map_or(&[], |(_, annotations)| annotations));
            return Ok(());
        }
        let Some(formatted) = &field.formatted else { return Ok(()) };
        if let ValueRef::Integer(option) = value
            && let Some((_, label)) = field.labels.iter().find(|(value, _)| *value == option)
        {
            out.extend_from_slice(formatted);
            out.extend_from_slice(label);
            return Ok(());
        }
        let symbol = match self.currency {
            Some(at) if field.column.calculation_of.is_none() => {
                row.get_ref(at)?.as_blob().ok().and_then(|id| symbols.get(id))
            }
            _ => None,
        };
        if let Some(text) = format::formatted(field.column, value, symbol.map_or("$", String::as_str)) {
            out.extend_from_slice(formatted);
            format::string(out, &text);
        }
        Ok(())
    }
}

/// The labels of a column's options, as JSON.
fn labels(column: &Column) -> Vec<(i64, Vec<u8>)> {
    let values: Vec<i64> = match column.kind {
        Kind::Choice { options, .. } => options.iter().map(|option| option.value.into()).collect(),
        Kind::State { options } => options.iter().map(|option| option.value.into()).collect(),
        Kind::Status { options } => options.iter().map(|option| option.value.into()).collect(),
        Kind::YesNo { .. } => vec![0, 1],
        _ => Vec::new(),
    };
    let label = |value: &i64| {
        let mut json = Vec::new();
        format::string(&mut json, column.option_label(*value)?);
        Some((*value, json))
    };
    values.iter().filter_map(label).collect()
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
            _ => composite(table, name),
        };
        more.into_iter().for_each(&mut add);
    }
    table.column(&table.key).into_iter().for_each(&mut add);
    Ok(columns)
}

/// The column that shows a whole address, for a part of it.
fn composite<'a>(table: &'a Table, part: &str) -> Option<&'a Column> {
    let (address, _) = part.split_once('_').filter(|(address, _)| address.starts_with("address"))?;
    table.column(&format!("{address}_composite"))
}

/// The GUID at a place of a row.
pub(super) fn id_at(row: &Row<'_>, at: usize) -> rusqlite::Result<Option<Uuid>> {
    Ok(row.get_ref(at)?.as_blob().ok().and_then(|bytes| Uuid::from_slice(bytes).ok()))
}

fn column(name: &str) -> String {
    format!("t.{}", quoted(name))
}
