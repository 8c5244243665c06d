//! Rows above and below others, along the lookup with which a table refers to itself.

use rusqlite::types::Value;

use super::operator::Operator;
use super::subject::Subject;
use super::value;
use crate::sandbox::odata::Error;
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::schema::{Column, Schema, Table};
use crate::sandbox::store::quoted;

/// A table whose rows have parents of the same table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hierarchy<'a> {
    pub(crate) table: &'a Table,
    parent: &'a Column,
}

impl<'a> Hierarchy<'a> {
    /// The hierarchy that the values of a column are rows of: a table's own for its key, the target's for a lookup.
    pub(crate) fn of(schema: &'a Schema, table: &'a Table, column: &'a Column) -> Option<Hierarchy<'a>> {
        if column.name == table.key {
            return Hierarchy::within(table);
        }
        column.targets.iter().find_map(|target| Hierarchy::within(schema.table(&target.table)?))
    }

    /// A table may refer to itself for other reasons, as with `masterid`; the lookup to a parent says so.
    fn within(table: &'a Table) -> Option<Hierarchy<'a>> {
        let parent = table.columns.iter().find(|column| {
            column.is_lookup()
                && !column.is_polymorphic()
                && column.name.contains("parent")
                && column.targets.iter().any(|target| target.table == table.name)
        })?;
        Some(Hierarchy { table, parent })
    }

    /// The keys below (or above) a row. A circle of parents ends where it began.
    fn keys(self, operator: Operator) -> String {
        let (table, key, parent) =
            (quoted(&self.table.name), quoted(&self.table.key), quoted(&self.parent.name));
        let down = format!("SELECT h.{key} FROM {table} AS h JOIN line ON h.{parent} = line.id");
        let up = format!("SELECT h.{parent} FROM {table} AS h JOIN line ON h.{key} = line.id");
        let first_up = format!("SELECT {parent} FROM {table} WHERE {key} = ?");
        let first_down = format!("SELECT {key} FROM {table} WHERE {parent} = ?");
        let (first, step) = match operator {
            Operator::Above => (first_up.as_str(), up),
            Operator::AboveOrEqual => ("SELECT ?", up),
            Operator::UnderOrEqual => ("SELECT ?", down),
            _ => (first_down.as_str(), down),
        };
        format!(
            "(WITH RECURSIVE line(id) AS ({first} UNION {step}) SELECT id FROM line WHERE id IS NOT NULL)"
        )
    }
}

pub(super) fn translate(
    schema: &Schema,
    operator: Operator,
    subject: &Subject<'_>,
    values: &[String],
) -> Result<Fragment, Error> {
    let hierarchy = Hierarchy::of(schema, subject.table, subject.column).filter(|_| subject.is_value());
    let (Some(hierarchy), Some(text)) = (hierarchy, values.first()) else {
        return Err(Error::Refused {
            message: format!("The column '{}' does not refer to a hierarchy.", subject.column.name),
        });
    };
    let value = value::stored(subject, text)?;
    if value == Value::Null {
        return Err(Error::Value { message: "A row was expected as value of the condition.".to_owned() });
    }
    let (sql, keys) = (subject.sql(), hierarchy.keys(operator));
    let sql = match operator {
        Operator::NotUnder => format!("({sql} IS NULL OR {sql} NOT IN {keys})"),
        _ => format!("({sql} IN {keys})"),
    };
    Ok(Fragment { sql, values: vec![value] })
}
