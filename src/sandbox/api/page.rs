//! Rows of one table, planned once and read a page at a time.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use uuid::Uuid;

use super::call::Call;
use super::error::Result;
use super::expand::{Expansion, Links};
use super::shape::{self, Shape};
use crate::sandbox::odata::options::Options;
use crate::sandbox::odata::seek::{SortKey, behind, order_by};
use crate::sandbox::odata::sql::{Fragment, Translator};
use crate::sandbox::odata::{self};
use crate::sandbox::schema::Table;

/// A checked query.
pub(super) struct Plan<'a> {
    shape: Shape<'a>,
    select: Option<&'a [String]>,
    from: String,
    filter: Option<Fragment>,
    pub(super) keys: Vec<SortKey>,
    keys_at: usize,
    expansions: Vec<Expansion<'a>>,
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
    pub(super) keys: Vec<Value>,
    pub(super) links: Links,
}

impl<'a> Plan<'a> {
    pub(super) fn new(call: &'a Call<'_>, table: &'a Table, options: &'a Options) -> Result<Plan<'a>> {
        Plan::among(call, table, options, &[])
    }

    /// A plan for one of several tables that the same query may lead to. Not to be made within a write: see
    /// [`Call::hold`].
    pub(super) fn among(
        call: &'a Call<'_>,
        table: &'a Table,
        options: &'a Options,
        others: &[&Table],
    ) -> Result<Plan<'a>> {
        let mut shape = Shape::new(table, options.select.as_deref(), &call.prefer, others)?;
        let expansions = Expansion::find(call, table, &options.expand, &mut shape)?;
        let mut translator = Translator::new(call.schema(), table, call.context());
        let filter = match &options.filter {
            Some(text) => {
                let alias = |name: &str| call.query.get(&format!("@{name}")).map(str::to_owned);
                Some(translator.condition(&odata::filter(text, &alias)?)?)
            }
            None => None,
        };
        let keys = translator.order(&options.orderby)?;
        call.hold(table)?;
        translator.tables().try_for_each(|table| call.hold(table))?;
        let places: Vec<usize> = keys.iter().map(|key| shape.read(key.sql.clone())).collect();
        let keys_at = places.first().copied().unwrap_or_default();
        Ok(Plan {
            shape,
            select: options.select.as_deref(),
            from: translator.from(),
            filter,
            keys,
            keys_at,
            expansions,
        })
    }

    pub(super) fn table(&self) -> &'a Table {
        self.shape.table
    }

    /// What stands behind the set in a context address: `(title,customerid_account(name))`.
    pub(super) fn context(&self) -> String {
        let mut parts: Vec<String> = self.select.unwrap_or_default().to_vec();
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
            let conditions = [only, self.filter.as_ref(), Some(&range)];
            let conditions: Vec<&Fragment> = conditions.into_iter().flatten().collect();
            let filter: Vec<_> = conditions.iter().map(|part| part.sql.as_str()).collect();
            let sql = format!(
                "SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {}",
                self.shape.list(),
                self.from,
                filter.join(" AND "),
                order_by(&self.keys),
                limit + 1 - rows.len()
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut found =
                statement.query(params_from_iter(conditions.iter().flat_map(|part| &part.values)))?;
            while let Some(row) = found.next()? {
                let mut json = Vec::with_capacity(256);
                self.shape.write(&mut json, row, &symbols)?;
                let keys = (0..self.keys.len()).map(|key| row.get(self.keys_at + key));
                let links = self.expansions.iter().map(|expansion| expansion.links(row));
                rows.push(PageRow {
                    id: shape::id_at(row, 0)?.unwrap_or_default(),
                    version: row.get(1)?,
                    json,
                    keys: keys.collect::<rusqlite::Result<_>>()?,
                    links: links.collect::<rusqlite::Result<_>>()?,
                });
            }
        }
        let more = rows.len() > limit;
        rows.truncate(limit);
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
