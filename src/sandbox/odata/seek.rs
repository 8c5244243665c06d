//! Where a page begins: behind the last row of the page before, by the values of its sort keys.

use rusqlite::types::Value;

use super::sql::Fragment;
use crate::sandbox::schema::{Column, Kind};

/// One key of an order. The last one is always the primary key, so that no two rows are equal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SortKey {
    /// How the cookie calls it.
    pub(crate) name: String,
    pub(crate) sql: String,
    pub(crate) descending: bool,
    pub(crate) nullable: bool,
    pub(crate) storage: Storage,
}

/// What SQLite keeps a value as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Storage {
    Integer,
    Real,
    Text,
    Blob,
}

impl Storage {
    pub(crate) fn of(column: &Column) -> Storage {
        match column.kind {
            Kind::Text { .. }
            | Kind::Memo { .. }
            | Kind::EntityName
            | Kind::Virtual
            | Kind::MultiChoice { .. }
            | Kind::Image => Storage::Text,
            Kind::Double { .. } => Storage::Real,
            Kind::Lookup { .. } | Kind::Id | Kind::File { .. } => Storage::Blob,
            _ => Storage::Integer,
        }
    }
}

/// `ORDER BY`. Null comes before every value, as in SQL Server.
pub(crate) fn order_by(keys: &[SortKey]) -> String {
    let keys: Vec<_> =
        keys.iter().map(|key| format!("{}{}", key.sql, if key.descending { " DESC" } else { "" })).collect();
    keys.join(", ")
}

/// The rows behind `last`, as conditions whose rows follow one another: first those that share all keys but the
/// last, then those that share fewer. Each is a range of an index, so that a page far down costs no more than the
/// first one; a single condition with OR would be a scan.
pub(crate) fn behind(keys: &[SortKey], last: &[Value]) -> Vec<Fragment> {
    let mut ranges = Vec::new();
    for depth in (0..keys.len().min(last.len())).rev() {
        let (key, value) = (&keys[depth], &last[depth]);
        let shared = same(&keys[..depth], &last[..depth]);
        let null = *value == Value::Null;
        match (key.descending, null) {
            (false, true) => ranges.push(and(&shared, format!("{} IS NOT NULL", key.sql), None)),
            (false, false) => ranges.push(and(&shared, format!("{} > ?", key.sql), Some(value))),
            (true, true) => {}
            (true, false) => {
                ranges.push(and(&shared, format!("{} < ?", key.sql), Some(value)));
                if key.nullable {
                    ranges.push(and(&shared, format!("{} IS NULL", key.sql), None));
                }
            }
        }
    }
    ranges
}

fn same(keys: &[SortKey], values: &[Value]) -> Fragment {
    let sql: Vec<_> = keys.iter().map(|key| format!("{} IS ?", key.sql)).collect();
    Fragment { sql: sql.join(" AND "), values: values.to_vec() }
}

fn and(shared: &Fragment, sql: String, value: Option<&Value>) -> Fragment {
    let mut values = shared.values.clone();
    values.extend(value.cloned());
    let sql = if shared.sql.is_empty() { sql } else { format!("{} AND {sql}", shared.sql) };
    Fragment { sql, values }
}

#[cfg(test)]
mod tests {
    use rusqlite::{Connection, params_from_iter};

    use super::*;
    use crate::sandbox::odata::options::Options;
    use crate::sandbox::odata::sql::{Context, Translator};
    use crate::sandbox::odata::uri::QueryString;
    use crate::sandbox::schema::Schema;
    use crate::sandbox::store::Store;

    fn plan(connection: &Connection, sql: &str, values: &[Value]) -> String {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map(params_from_iter(values), |row| row.get::<_, String>(3)).unwrap();
        steps.map(|step| step.unwrap()).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_page_far_down_is_found_by_an_index_and_needs_no_sort() {
        let schema = Schema::standard();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("rows.db"), &schema, |_| Ok(())).unwrap();
        let table = schema.table("incident").unwrap();
        let context = Context { user: uuid::Uuid::nil(), now: 0 };
        let id = Value::Blob(vec![7; 16]);
        let (text, number) = (Value::Text("m".to_owned()), Value::Integer(5));
        for (order, last) in [
            ("incidentid", vec![id.clone()]),
            ("createdon desc", vec![number.clone(), id.clone()]),
            ("createdon", vec![number.clone(), id.clone()]),
            ("title", vec![text.clone(), id.clone()]),
            ("title desc", vec![text.clone(), id.clone()]),
            ("title desc", vec![Value::Null, id.clone()]),
            ("prioritycode desc", vec![number.clone(), id.clone()]),
            ("statecode,createdon", vec![number.clone(), number.clone(), id.clone()]),
            ("_customerid_value", vec![text.clone(), id.clone()]),
            ("_ownerid_value desc", vec![text.clone(), id.clone()]),
        ] {
            let query = QueryString::parse(&format!("$orderby={order}")).unwrap();
            let options = Options::parse(&query).unwrap();
            let mut translator = Translator::new(&schema, table, context);
            let keys = translator.order(&options.orderby).unwrap();
            let read: rusqlite::Result<()> = store.read(|connection| {
                for range in behind(&keys, &last) {
                    let sql = format!(
                        "SELECT t.title FROM {} WHERE {} ORDER BY {} LIMIT 51",
                        translator.from(),
                        range.sql,
                        order_by(&keys)
                    );
                    let plan = plan(connection, &sql, &range.values);
                    assert!(plan.starts_with("SEARCH t USING"), "{order}: {sql}: {plan}");
                    assert!(!plan.contains("TEMP B-TREE"), "{order}: {sql}: {plan}");
                }
                Ok(())
            });
            read.unwrap();
        }
    }
}
