//! Alternate keys: columns whose values tell rows apart for other systems.

use serde::Deserialize;

use super::{Column, ColumnKind, Table, TableSchema};
use crate::dataverse::filter::Literal;
use crate::dataverse::{ColumnName, Filter, RowId, field};

/// An alternate key of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AlternateKey {
    /// Logical name of the key itself.
    #[serde(rename = "LogicalName")]
    pub name: String,
    /// Its columns.
    #[serde(rename = "KeyAttributes")]
    pub columns: Vec<ColumnName>,
    /// `Active` once the server has built its index; values are not unique before.
    #[serde(rename = "EntityKeyIndexStatus", default)]
    pub index: Option<String>,
}

impl AlternateKey {
    /// Whether it consists of exactly these columns, in any order.
    pub fn is_of<'a>(&self, columns: impl IntoIterator<Item = &'a str>) -> bool {
        let mut given: Vec<&str> = columns.into_iter().collect();
        let mut own: Vec<&str> = self.columns.iter().map(ColumnName::as_str).collect();
        given.sort_unstable();
        own.sort_unstable();
        given == own
    }
}

#[derive(Deserialize)]
pub(in crate::dataverse) struct Answer {
    pub(in crate::dataverse) value: Vec<AlternateKey>,
}

/// Columns that are no key of a table, in sentences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoKey {
    /// What was asked for and is none.
    pub what: String,
    /// What there is.
    pub known: String,
}

/// What is wrong with naming a row of the table by these columns; nothing when they are one of its keys.
pub fn no_key(table: &Table, keys: &[AlternateKey], values: &[(String, String)]) -> Option<NoKey> {
    let columns = || values.iter().map(|(column, _)| column.as_str());
    if keys.iter().any(|key| key.is_of(columns())) {
        return None;
    }
    let all: Vec<String> = keys
        .iter()
        .map(|key| key.columns.iter().map(ToString::to_string).collect::<Vec<_>>().join(" with "))
        .collect();
    let known = match all.as_slice() {
        [] => format!("{} has no alternate keys.", table.display_name),
        all => format!("The keys of {} are: {}.", table.display_name, all.join(", ")),
    };
    let asked = columns().collect::<Vec<_>>().join(" with ");
    Some(NoKey { what: format!("{asked} is no key of {}.", table.display_name), known })
}

/// The condition that all of these columns have these values.
///
/// # Errors
///
/// A sentence for a column that is not there and a value that its kind cannot have.
pub fn condition(schema: &TableSchema, values: &[(String, String)]) -> Result<Filter, String> {
    let mut all: Option<Filter> = None;
    for (name, value) in values {
        let column = schema
            .column(name)
            .ok_or_else(|| format!("{} has no column `{name}`.", schema.table.display_name))?;
        let one = field(column.property()).eq(literal(column, value)?);
        all = Some(match all {
            Some(others) => others.and(one),
            None => one,
        });
    }
    all.ok_or_else(|| "There is no column to look in.".to_owned())
}

/// A value as a column wants it in a condition.
fn literal(column: &Column, value: &str) -> Result<Literal, String> {
    let no = |kind: &str| format!("{} is {kind}, and `{value}` is none.", column.display_name);
    match &column.kind {
        ColumnKind::Text { .. } | ColumnKind::Memo { .. } | ColumnKind::EntityName => {
            Ok(Literal::Text(value.to_owned()))
        }
        ColumnKind::Lookup { .. } | ColumnKind::Id => {
            value.parse::<RowId>().map(|id| Literal::Guid(id.0)).map_err(|_| no("an id"))
        }
        ColumnKind::DateTime { .. } => match (value.parse(), value.parse()) {
            (Ok(instant), _) => Ok(Literal::Instant(instant)),
            (_, Ok(date)) => Ok(Literal::Date(date)),
            _ => Err(no("a date such as 2026-11-23")),
        },
        _ => match value.parse::<rust_decimal::Decimal>() {
            Ok(_) => Ok(Literal::Number(value.to_owned())),
            Err(_) => Err(no("a number")),
        },
    }
}
