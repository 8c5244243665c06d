//! Rows of one table, planned once and read a page at a time.

use std::cell::Cell;
use std::collections::HashSet;

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};
use uuid::Uuid;

use super::access::Right;
use super::call::Call;
use super::error::{ApiError, Result};
use super::expand::{Expansion, Links};
use super::shape::{self, Shape, Symbols};
use crate::sandbox::odata::options::Options;
use crate::sandbox::odata::seek::{SortKey, behind, order_by};
use crate::sandbox::odata::sql::{Fragment, Translator};
use crate::sandbox::odata::{self};
use crate::sandbox::schema::{Members, Table};
use crate::sandbox::store::{quoted, type_column};

/// Bytes of related rows inside the rows of one page: more than any client can want, less than would hurt.
const MAX_RELATED: usize = 256 << 20;

/// A checked query.
pub(super) struct Plan<'a> {
    shape: Shape<'a>,
    select: Option<&'a [String]>,
    from: String,
    filter: Option<Fragment>,
    pub(super) keys: Vec<SortKey>,
    keys_at: usize,
    expansions: Vec<Expansion<'a>>,
    parent: Option<Parent>,
}

/// Where in a query a plan stands.
#[derive(Clone, Copy)]
pub(super) enum Place<'b> {
    /// It is the query itself.
    Top,
    /// Behind a lookup, which can lead to these tables.
    Lookup(&'b [&'b Table]),
    /// In the collections of the rows around it.
    Collection(&'b Members<'b>),
}

/// What ties a row to the row whose collection it is in.
struct Parent {
    /// The key of that row.
    sql: String,
    at: usize,
    /// For a lookup that can lead to several tables.
    only: Option<String>,
}

/// Rows as JSON objects, each without its closing brace.
pub(super) struct Page {
    pub(super) set: &'static str,
    pub(super) rows: Vec<PageRow>,
    /// There are rows behind these.
    pub(super) more: bool,
}

pub(super) struct PageRow {
    pub(super) id: Uuid,
    pub(super) version: i64,
    pub(super) json: Vec<u8>,
    /// Values of the sort keys; only the first and the last row of a page have them.
    pub(super) keys: Vec<Value>,
    pub(super) links: Links,
}

/// The rows of the collections of several rows, those of one parent together.
pub(super) struct Children {
    pub(super) rows: Vec<(Uuid, PageRow)>,
    /// Parents that have more of them.
    pub(super) cut: HashSet<Uuid>,
}

impl<'a> Plan<'a> {
    /// Not to be made within a write: see [`Call::hold`].
    pub(super) fn new(call: &'a Call<'_>, table: &'a Table, options: &'a Options) -> Result<Plan<'a>> {
        Plan::at(call, table, options, Place::Top)
    }

    pub(super) fn at(
        call: &'a Call<'_>,
        table: &'a Table,
        options: &'a Options,
        place: Place<'_>,
    ) -> Result<Plan<'a>> {
        call.require(Right::Read, table)?;
        let others = match place {
            Place::Lookup(tables) => tables,
            _ => &[],
        };
        let mut shape = Shape::new(table, options.select.as_deref(), &call.prefer, others)?;
        let nested = !matches!(place, Place::Top);
        let expansions = Expansion::find(call, table, &options.expand, nested, &mut shape)?;
        let mut translator = Translator::new(call.schema(), table, call.context());
        let filter = options.filter.as_deref();
        let filter = filter.map(|text| condition(call, text, place, &mut translator)).transpose()?;
        let keys = translator.order(&options.orderby)?;
        call.hold(table)?;
        translator.tables().try_for_each(|table| call.hold(table))?;
        let mut from = translator.from();
        let parent = match place {
            Place::Collection(members) => {
                if let Members::Linked(link) = members {
                    call.hold(link.intersect)?;
                }
                let (parent, join) = tie(members, &mut shape);
                from.push_str(&join);
                Some(parent)
            }
            _ => None,
        };
        let places: Vec<usize> = keys.iter().map(|key| shape.read(key.sql.clone())).collect();
        let keys_at = places.first().copied().unwrap_or_default();
        let select = options.select.as_deref();
        Ok(Plan { shape, select, from, filter, keys, keys_at, expansions, parent })
    }

    pub(super) fn table(&self) -> &'a Table {
        self.shape.table
    }

    /// What stands behind the set in a context address: `(title,customerid_account(name))`.
    pub(super) fn context(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for name in self.select.unwrap_or_default() {
            if !parts.contains(name) {
                parts.push(name.clone());
            }
        }
        parts.extend(self.expansions.iter().map(Expansion::context));
        if parts.is_empty() { String::new() } else { format!("({})", parts.join(",")) }
    }

    /// Reads up to `limit` rows behind `last`, with everything that was expanded.
    pub(super) fn page(
        &self,
        call: &Call<'_>,
        connection: &Connection,
        only: Option<&Fragment>,
        last: Option<&[Value]>,
        limit: usize,
    ) -> Result<Page> {
        let symbols = shape::symbols(connection)?;
        let mut rows: Vec<PageRow> = Vec::new();
        let ranges = match last {
            Some(last) => behind(&self.keys, last),
            None => vec![Fragment { sql: "1".to_owned(), values: Vec::new() }],
        };
        for range in ranges {
            if rows.len() > limit {
                break;
            }
            let conditions: Vec<_> = only.into_iter().chain(&self.filter).chain([&range]).collect();
            let sql = self.statement(&conditions, &order_by(&self.keys), Some(limit + 1 - rows.len()));
            let mut statement = connection.prepare_cached(&sql)?;
            let mut found =
                statement.query(params_from_iter(conditions.iter().flat_map(|part| &part.values)))?;
            while let Some(row) = found.next()? {
                let ends = rows.is_empty() || rows.len() + 1 == limit;
                let size = rows.last().map_or(256, |row| row.json.len() + row.json.len() / 8);
                rows.push(self.row(row, &symbols, ends, size)?);
            }
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
        self.filled(call, connection, rows, more)
    }

    /// Reads the rows of the collections of `parents`, up to `limit` of each.
    pub(super) fn children(
        &self,
        call: &Call<'_>,
        connection: &Connection,
        parents: &[Uuid],
        limit: usize,
    ) -> Result<Children> {
        let mut children = Children { rows: Vec::new(), cut: HashSet::new() };
        let Some(parent) = &self.parent else { return Ok(children) };
        let symbols = shape::symbols(connection)?;
        let mut sql = format!("{} IN ({})", parent.sql, vec!["?"; parents.len()].join(", "));
        if let Some(only) = &parent.only {
            sql.push_str(&format!(" AND {only}"));
        }
        let keys = parents.iter().map(|key| Value::Blob(key.as_bytes().to_vec()));
        let only = Fragment { sql, values: keys.collect() };
        let conditions: Vec<_> = [&only].into_iter().chain(&self.filter).collect();
        let order = format!("{}, {}", parent.sql, order_by(&self.keys));
        // Only of a single collection it is known how many rows are enough.
        let enough = (parents.len() == 1).then_some(limit + 1);
        let mut statement = connection.prepare_cached(&self.statement(&conditions, &order, enough))?;
        let mut found = statement.query(params_from_iter(conditions.iter().flat_map(|part| &part.values)))?;
        let (mut rows, mut of, mut here, mut size) = (Vec::new(), Vec::new(), 0, 0);
        while let Some(row) = found.next()? {
            let key = shape::id_at(row, parent.at)?.unwrap_or_default();
            if of.last() != Some(&key) {
                here = 0;
            }
            if here == limit {
                children.cut.insert(key);
                continue;
            }
            let row = self.row(row, &symbols, here == 0 || here + 1 == limit, 256)?;
            size += row.json.len();
            bounded(size)?;
            rows.push(row);
            of.push(key);
            here += 1;
        }
        let page = self.filled(call, connection, rows, false)?;
        children.rows = of.into_iter().zip(page.rows).collect();
        Ok(children)
    }

    fn statement(&self, conditions: &[&Fragment], order: &str, limit: Option<usize>) -> String {
        let filter: Vec<_> = conditions.iter().map(|part| part.sql.as_str()).collect();
        let (list, from, filter) = (self.shape.list(), &self.from, filter.join(" AND "));
        let limit = limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default();
        format!("SELECT {list} FROM {from} WHERE {filter} ORDER BY {order}{limit}")
    }

    fn row(&self, row: &Row<'_>, symbols: &Symbols, with_keys: bool, size: usize) -> Result<PageRow> {
        let mut json = Vec::with_capacity(size);
        self.shape.write(&mut json, row, symbols)?;
        let keys = if with_keys { self.keys.len() } else { 0 };
        let keys = (0..keys).map(|key| row.get(self.keys_at + key));
        let links = self.expansions.iter().map(|expansion| expansion.links(row));
        Ok(PageRow {
            id: shape::id_at(row, 0)?.unwrap_or_default(),
            version: row.get(1)?,
            json,
            keys: keys.collect::<rusqlite::Result<_>>()?,
            links: links.collect::<rusqlite::Result<_>>()?,
        })
    }

    fn filled(
        &self,
        call: &Call<'_>,
        connection: &Connection,
        rows: Vec<PageRow>,
        more: bool,
    ) -> Result<Page> {
        let mut page = Page { set: self.table().declared.set, rows, more };
        for (number, expansion) in self.expansions.iter().enumerate() {
            expansion.fill(call, connection, number, &mut page)?;
        }
        Ok(page)
    }

    /// How many rows there are, counted up to `cap + 1`.
    pub(super) fn count(
        &self,
        connection: &Connection,
        only: Option<&Fragment>,
        cap: usize,
    ) -> Result<usize> {
        let conditions: Vec<&Fragment> = only.into_iter().chain(self.filter.as_ref()).collect();
        let mut filter: Vec<_> = conditions.iter().map(|part| part.sql.as_str()).collect();
        if filter.is_empty() {
            filter.push("1");
        }
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT {})",
            self.from,
            filter.join(" AND "),
            cap + 1
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let values = conditions.iter().flat_map(|part| &part.values);
        let count: i64 = statement.query_row(params_from_iter(values), |row| row.get(0))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }
}

/// Refuses to go on when the related rows of a page come to more than it can hold.
pub(super) fn bounded(size: usize) -> Result<()> {
    match size > MAX_RELATED {
        true => Err(ApiError::query(
            "The related rows are too many for one answer: expand fewer, or select less.",
        )),
        false => Ok(()),
    }
}

/// The filter of a plan. Where several tables stand behind a lookup, the rows of one that does not have the
/// filter's columns pass none of it.
fn condition(
    call: &Call<'_>,
    text: &str,
    place: Place<'_>,
    translator: &mut Translator<'_>,
) -> Result<Fragment> {
    let (top, aliased) = (matches!(place, Place::Top), Cell::new(false));
    let alias = |name: &str| {
        aliased.set(true);
        call.query.get(&format!("@{name}")).map(str::to_owned)
    };
    let expr = odata::filter(text, &alias)?;
    if aliased.get() && !top {
        return Err(ApiError::query("Parameter aliases cannot be used inside $expand."));
    }
    let understands =
        |table: &&Table| Translator::new(call.schema(), table, call.context()).condition(&expr).is_ok();
    match (translator.condition(&expr), place) {
        (Err(odata::Error::NoProperty { .. }), Place::Lookup(tables)) if tables.iter().any(understands) => {
            Ok(Fragment { sql: "0".to_owned(), values: Vec::new() })
        }
        (condition, _) => Ok(condition?),
    }
}

/// How the rows of a plan are tied to the rows around it, and what must be joined for that.
fn tie(members: &Members<'_>, shape: &mut Shape<'_>) -> (Parent, String) {
    let (sql, only, join) = match members {
        Members::Children(relationship) => {
            let column = relationship.column;
            let only = column
                .is_polymorphic()
                .then(|| format!("t.{} = '{}'", quoted(&type_column(column)), relationship.target.table));
            (format!("t.{}", quoted(&column.name)), only, String::new())
        }
        Members::Linked(link) => {
            let join = format!(
                " JOIN {} AS links ON links.{} = t.{}",
                quoted(&link.intersect.name),
                quoted(link.there.column),
                quoted(&link.table.key)
            );
            (format!("links.{}", quoted(link.here.column)), None, join)
        }
    };
    (Parent { at: shape.read(sql.clone()), sql, only }, join)
}
