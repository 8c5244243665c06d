//! Related rows inside rows.

use std::collections::HashMap;

use rusqlite::Connection;
use rusqlite::types::Value;
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use super::page::{Children, Page, PageRow, Place, Plan, bounded};
use super::shape::Shape;
use crate::sandbox::odata::cookie;
use crate::sandbox::odata::options::Expand;
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
    Many(Many<'a>),
}

/// One table behind a lookup, with what is wanted of it.
pub(super) struct Target<'a> {
    table: &'a Table,
    /// None: the address is enough.
    plan: Option<Plan<'a>>,
    polymorphic: bool,
    key_at: usize,
    type_at: Option<usize>,
}

/// A collection.
pub(super) struct Many<'a> {
    nav: &'a str,
    plan: Box<Plan<'a>>,
    /// The options, for the address of the collection.
    query: &'a str,
    limit: usize,
    /// With expands around or inside, the collection comes in pages whose links go on; without, all of it comes,
    /// beside an address that reads it once more.
    paged: bool,
}

/// Where the row of a lookup is to be found.
pub(super) type Links = Vec<Vec<Option<Uuid>>>;

impl<'a> Expansion<'a> {
    /// Finds the expands of a query and asks `shape` for the keys that they need. `nested`: the query is itself
    /// an expand.
    pub(super) fn find(
        call: &'a Call<'_>,
        table: &'a Table,
        expands: &'a [Expand],
        nested: bool,
        shape: &mut Shape<'a>,
    ) -> Result<Vec<Expansion<'a>>> {
        let schema = call.schema();
        let collection = |expand: &Expand| schema.collection(table, &expand.nav);
        let linked = |expand: &Expand| matches!(collection(expand), Some(Members::Linked(_)));
        let deep = |expand: &Expand| collection(expand).is_some() && !expand.options.expand.is_empty();
        if expands.iter().any(linked) && (nested || expands.iter().any(deep)) {
            return Err(ApiError::query(
                "A many-to-many relationship cannot be expanded together with nested expands.",
            ));
        }
        expands.iter().map(|expand| Expansion::one(call, table, expand, nested, shape)).collect()
    }

    fn one(
        call: &'a Call<'_>,
        table: &'a Table,
        expand: &'a Expand,
        nested: bool,
        shape: &mut Shape<'a>,
    ) -> Result<Expansion<'a>> {
        let nav = expand.nav.as_str();
        let options = &expand.options;
        let ordered = !options.orderby.is_empty() || options.top.is_some();
        let relationships = table.navigation(nav);
        if !relationships.is_empty() {
            if ordered {
                return Err(only_select_and_filter());
            }
            let tables = relationships.iter().map(|relationship| &relationship.target.table);
            let tables: Vec<&Table> = tables.filter_map(|name| call.schema().table(name)).collect();
            let mut targets = Vec::new();
            for relationship in relationships {
                targets.extend(Target::find(call, relationship, expand, &tables, shape)?);
            }
            return Ok(Expansion::One { nav, targets });
        }
        let Some(of) = call.schema().collection(table, nav) else {
            return Err(ApiError::no_property(nav, &table.name));
        };
        if expand.reference {
            return Err(ApiError::query(
                "Expand with $ref is only supported on lookup type navigation property.",
            ));
        }
        let paged = nested || !options.expand.is_empty();
        if paged && ordered {
            return Err(only_select_and_filter());
        }
        let limit = match paged {
            true => call.prefer.page_size.unwrap_or(MAX_CHILDREN),
            false => options.top.unwrap_or(MAX_CHILDREN),
        };
        let plan = Box::new(Plan::at(call, of.table(), options, Place::Collection(&of))?);
        Ok(Expansion::Many(Many { nav, plan, query: &expand.query, limit: limit.min(MAX_CHILDREN), paged }))
    }

    /// The part of the context address.
    pub(super) fn context(&self) -> String {
        let (nav, plan) = match self {
            Expansion::One { nav, targets } => match targets.first() {
                Some(Target { plan: None, .. }) => return format!("{nav}/$ref"),
                target => (*nav, target.and_then(|target| target.plan.as_ref())),
            },
            Expansion::Many(many) => (many.nav, Some(many.plan.as_ref())),
        };
        match plan.map(Plan::context).filter(|context| !context.is_empty()) {
            Some(context) => format!("{nav}{context}"),
            None => format!("{nav}()"),
        }
    }

    /// The keys that this row refers to, one for each table behind the lookup.
    pub(super) fn links(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<Vec<Option<Uuid>>> {
        let Expansion::One { targets, .. } = self else { return Ok(Vec::new()) };
        let link = |target: &Target<'_>| {
            let here = match target.type_at {
                Some(at) => row.get_ref(at)?.as_str().is_ok_and(|kind| kind == target.table.name),
                None => !target.polymorphic,
            };
            if here { super::shape::id_at(row, target.key_at) } else { Ok(None) }
        };
        targets.iter().map(link).collect()
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
            Expansion::Many(many) => many.fill(call, connection, page),
        }
    }
}

fn only_select_and_filter() -> ApiError {
    ApiError::query(
        "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or \
         nested one-to-many relationship.",
    )
}

impl<'a> Target<'a> {
    /// A table that the sandbox does not have has no rows to show.
    fn find(
        call: &'a Call<'_>,
        relationship: Relationship<'a>,
        expand: &'a Expand,
        others: &[&Table],
        shape: &mut Shape<'a>,
    ) -> Result<Option<Target<'a>>> {
        let column = relationship.column;
        let Some(table) = call.schema().table(&relationship.target.table) else { return Ok(None) };
        let key_at = shape.read(format!("t.{}", quoted(&column.name)));
        let type_at =
            column.is_polymorphic().then(|| shape.read(format!("t.{}", quoted(&type_column(column)))));
        let plan = match expand.reference {
            true => None,
            false => Some(Plan::at(call, table, &expand.options, Place::Lookup(others))?),
        };
        Ok(Some(Target { table, plan, polymorphic: column.is_polymorphic(), key_at, type_at }))
    }

    /// The rows of these keys, as finished objects.
    fn read(
        &self,
        call: &Call<'_>,
        connection: &Connection,
        keys: &[Uuid],
        found: &mut HashMap<Uuid, Vec<u8>>,
    ) -> Result<()> {
        let Some(plan) = &self.plan else {
            let reference = |key: &Uuid| {
                let address = format!("{}/{}({key})", call.root, self.table.declared.set);
                (*key, format!("{{\"@odata.id\":\"{address}\"}}").into_bytes())
            };
            found.extend(keys.iter().map(reference));
            return Ok(());
        };
        for keys in keys.chunks(KEYS_AT_ONCE) {
            let places = vec!["?"; keys.len()].join(", ");
            let only = Fragment {
                sql: format!("t.{} IN ({places})", quoted(&self.table.key)),
                values: keys.iter().map(|key| Value::Blob(key.as_bytes().to_vec())).collect(),
            };
            for row in plan.page(call, connection, Some(&only), None, keys.len())?.rows {
                found.insert(row.id, object(self.table, row));
            }
        }
        Ok(())
    }
}

/// A related row as a finished object. A user comes with the owner that it is.
fn object(table: &Table, row: PageRow) -> Vec<u8> {
    let mut json = row.json;
    if table.name == "systemuser" {
        json.extend(format!(",\"ownerid\":\"{}\"", row.id).bytes());
    }
    json.push(b'}');
    json
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
        target.read(call, connection, &keys, &mut found)?;
    }
    let mut size = 0;
    for row in &mut page.rows {
        let related = row.links.get(number).into_iter().flatten().flatten().find_map(|key| found.get(key));
        let related = related.map_or(b"null".as_slice(), Vec::as_slice);
        size += related.len();
        bounded(size)?;
        row.json.extend(format!(",\"{nav}\":").bytes());
        row.json.extend(related);
    }
    Ok(())
}

impl Many<'_> {
    fn fill(&self, call: &Call<'_>, connection: &Connection, page: &mut Page) -> Result<()> {
        // A few rows of each parent are found faster one parent at a time than among all rows of all of them.
        let at_once = if self.limit < MAX_CHILDREN { 1 } else { KEYS_AT_ONCE };
        let mut size = 0;
        for rows in page.rows.chunks_mut(at_once) {
            let parents: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
            let Children { rows: children, cut } =
                self.plan.children(call, connection, &parents, self.limit)?;
            let mut of: HashMap<Uuid, Vec<PageRow>> = HashMap::new();
            for (parent, child) in children {
                size += child.json.len();
                bounded(size)?;
                of.entry(parent).or_default().push(child);
            }
            for row in rows {
                let children = of.remove(&row.id).unwrap_or_default();
                let address = format!("{}/{}({})/{}", call.root, page.set, row.id, self.nav);
                let link = self.link(&address, &children, cut.contains(&row.id));
                self.append(&mut row.json, children, link);
            }
        }
        Ok(())
    }

    fn append(&self, json: &mut Vec<u8>, children: Vec<PageRow>, link: Option<String>) {
        json.extend(format!(",\"{}\":[", self.nav).bytes());
        for (index, child) in children.into_iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            json.extend(object(self.plan.table(), child));
        }
        json.push(b']');
        if let Some(link) = link {
            json.extend(format!(",\"{}@odata.nextLink\":", self.nav).bytes());
            super::format::string(json, &link);
        }
    }

    fn link(&self, address: &str, children: &[PageRow], more: bool) -> Option<String> {
        let mut query = self.query.to_owned();
        if self.paged {
            let (first, last) = (children.first()?, children.last()?);
            if !more {
                return None;
            }
            let token = cookie::encode(2, &self.plan.keys, &first.keys, &last.keys);
            query.push_str(if query.is_empty() { "$skiptoken=" } else { "&$skiptoken=" });
            query.push_str(&token);
        }
        let mark = if query.is_empty() { "" } else { "?" };
        Some(format!("{address}{mark}{query}"))
    }
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
