//! Related rows inside rows.

use std::collections::HashMap;

use rusqlite::Connection;
use rusqlite::types::Value;
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use super::page::{Page, Plan};
use super::shape::Shape;
use crate::sandbox::odata::options::{Expand, Options};
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::schema::{Members, Relationship, Table};
use crate::sandbox::store::{quoted, type_column};

/// As many rows of a collection as come inside one row.
const MAX_CHILDREN: usize = 5000;
/// As many keys as one statement asks for.
const KEYS_AT_ONCE: usize = 500;

/// An expand whose name was found.
pub(super) enum Expansion<'a> {
    One { nav: &'a str, targets: Vec<Target<'a>> },
    Many { nav: &'a str, plan: Box<Plan<'a>>, expand: &'a Expand, of: Members<'a> },
}

/// One table behind a lookup, with what is wanted of it.
pub(super) struct Target<'a> {
    plan: Plan<'a>,
    polymorphic: bool,
    key_at: usize,
    type_at: Option<usize>,
}

/// Where the row of a lookup is to be found.
pub(super) type Links = Vec<Vec<Option<Uuid>>>;

impl<'a> Expansion<'a> {
    /// Finds the expands of a query and asks `shape` for the keys that they need.
    pub(super) fn find(
        call: &'a Call<'_>,
        table: &'a Table,
        expands: &'a [Expand],
        shape: &mut Shape<'a>,
    ) -> Result<Vec<Expansion<'a>>> {
        expands.iter().map(|expand| Expansion::one(call, table, expand, shape)).collect()
    }

    fn one(
        call: &'a Call<'_>,
        table: &'a Table,
        expand: &'a Expand,
        shape: &mut Shape<'a>,
    ) -> Result<Expansion<'a>> {
        if expand.reference {
            return Err(ApiError::not_implemented("$expand with $ref"));
        }
        let nav = expand.nav.as_str();
        let relationships = table.navigation(nav);
        if !relationships.is_empty() {
            let options = &expand.options;
            if !options.orderby.is_empty() || options.top.is_some() {
                return Err(ApiError::query(
                    "Only $select and $filter clause can be provided while doing $expand on many-to-one \
                     relationship or nested one-to-many relationship.",
                ));
            }
            if options.filter.is_some() && relationships.len() > 1 {
                return Err(ApiError::not_implemented(
                    "$filter where several tables stand behind one expand",
                ));
            }
            let tables = relationships.iter().map(|relationship| &relationship.target.table);
            let tables: Vec<&Table> = tables.filter_map(|name| call.schema().table(name)).collect();
            let mut targets = Vec::new();
            for relationship in relationships {
                targets.extend(Target::find(call, relationship, options, &tables, shape)?);
            }
            return Ok(Expansion::One { nav, targets });
        }
        match call.schema().collection(table, nav) {
            Some(of) => {
                let plan = Box::new(Plan::new(call, of.table(), &expand.options)?);
                Ok(Expansion::Many { nav, plan, expand, of })
            }
            None => Err(ApiError::no_property(nav, &table.name)),
        }
    }

    /// The part of the context address.
    pub(super) fn context(&self) -> String {
        match self {
            Expansion::One { nav, targets } => {
                let inner = targets.first().map(|target| target.plan.context()).unwrap_or_default();
                format!("{nav}({})", inner.trim_start_matches('(').trim_end_matches(')'))
            }
            Expansion::Many { nav, plan, .. } => {
                format!("{nav}({})", plan.context().trim_start_matches('(').trim_end_matches(')'))
            }
        }
    }

    /// The keys that this row refers to, one for each table behind the lookup.
    pub(super) fn links(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<Vec<Option<Uuid>>> {
        match self {
            Expansion::Many { .. } => Ok(Vec::new()),
            Expansion::One { targets, .. } => targets
                .iter()
                .map(|target| {
                    let here = match target.type_at {
                        Some(at) => {
                            row.get_ref(at)?.as_str().is_ok_and(|kind| kind == target.plan.table().name)
                        }
                        None => !target.polymorphic,
                    };
                    if here { super::shape::id_at(row, target.key_at) } else { Ok(None) }
                })
                .collect(),
        }
    }

    /// Appends the related rows to each of the rows of a page.
    pub(super) fn fill(
        &self,
        call: &Call<'_>,
        connection: &Connection,
        number: usize,
        page: &mut Page,
    ) -> Result<()> {
        match self {
            Expansion::One { nav, targets } => fill_one(call, connection, nav, targets, number, page),
            Expansion::Many { nav, plan, expand, of } => {
                fill_many(call, connection, nav, plan, expand, of, page)
            }
        }
    }
}

impl<'a> Target<'a> {
    /// A table that the sandbox does not have has no rows to show.
    fn find(
        call: &'a Call<'_>,
        relationship: Relationship<'a>,
        options: &'a Options,
        others: &[&Table],
        shape: &mut Shape<'a>,
    ) -> Result<Option<Target<'a>>> {
        let column = relationship.column;
        let Some(table) = call.schema().table(&relationship.target.table) else { return Ok(None) };
        let key_at = shape.read(format!("t.{}", quoted(&column.name)));
        let type_at =
            column.is_polymorphic().then(|| shape.read(format!("t.{}", quoted(&type_column(column)))));
        let plan = Plan::among(call, table, options, others)?;
        Ok(Some(Target { plan, polymorphic: column.is_polymorphic(), key_at, type_at }))
    }
}

fn fill_one(
    call: &Call<'_>,
    connection: &Connection,
    nav: &str,
    targets: &[Target<'_>],
    number: usize,
    page: &mut Page,
) -> Result<()> {
    let mut found: HashMap<Uuid, Vec<u8>> = HashMap::new();
    for (index, target) in targets.iter().enumerate() {
        let mut keys: Vec<Uuid> =
            page.rows.iter().filter_map(|row| row.links.get(number)?.get(index).copied().flatten()).collect();
        keys.sort();
        keys.dedup();
        for keys in keys.chunks(KEYS_AT_ONCE) {
            let places = vec!["?"; keys.len()].join(", ");
            let key = quoted(&target.plan.table().key);
            let only = Fragment {
                sql: format!("t.{key} IN ({places})"),
                values: keys.iter().map(|key| Value::Blob(key.as_bytes().to_vec())).collect(),
            };
            let related = target.plan.page(call, connection, Some(&only), None, keys.len())?;
            for mut row in related.rows {
                if target.plan.table().name == "systemuser" {
                    row.json.extend(format!(",\"ownerid\":\"{}\"", row.id).bytes());
                }
                found.insert(row.id, row.json);
            }
        }
    }
    for row in &mut page.rows {
        let related = row.links.get(number).into_iter().flatten().flatten().find_map(|key| found.get(key));
        row.json.extend(format!(",\"{nav}\":").bytes());
        match related {
            Some(json) => {
                row.json.extend(json);
                row.json.push(b'}');
            }
            None => row.json.extend(b"null"),
        }
    }
    Ok(())
}

fn fill_many(
    call: &Call<'_>,
    connection: &Connection,
    nav: &str,
    plan: &Plan<'_>,
    expand: &Expand,
    of: &Members<'_>,
    page: &mut Page,
) -> Result<()> {
    let set = page.set;
    for row in &mut page.rows {
        let only = members(of, row.id);
        let limit = expand.options.top.unwrap_or(MAX_CHILDREN).min(MAX_CHILDREN);
        let children = plan.page(call, connection, Some(&only), None, limit)?;
        row.json.extend(format!(",\"{nav}\":[").bytes());
        for (index, child) in children.rows.iter().enumerate() {
            if index > 0 {
                row.json.push(b',');
            }
            row.json.extend(&child.json);
            row.json.push(b'}');
        }
        let query = expand.raw.replace(';', "&");
        let mark = if query.is_empty() { "" } else { "?" };
        let link = format!("{}/{set}({})/{nav}{mark}{query}", call.root, row.id);
        row.json.extend(format!("],\"{nav}@odata.nextLink\":").bytes());
        super::format::string(&mut row.json, &link);
    }
    Ok(())
}

/// The condition for the members of a row's collection.
pub(super) fn members(of: &Members<'_>, id: Uuid) -> Fragment {
    let sql = match of {
        Members::Children(Relationship { column, target, .. }) => {
            let mut sql = format!("t.{} = ?", quoted(&column.name));
            if column.is_polymorphic() {
                sql.push_str(&format!(" AND t.{} = '{}'", quoted(&type_column(column)), target.table));
            }
            sql
        }
        Members::Linked(link) => format!(
            "t.{} IN (SELECT {} FROM {} WHERE {} = ?)",
            quoted(&link.table.key),
            quoted(link.there.column),
            quoted(&link.intersect.name),
            quoted(link.here.column)
        ),
    };
    Fragment { sql, values: vec![Value::Blob(id.as_bytes().to_vec())] }
}
