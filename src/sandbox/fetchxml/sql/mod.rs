//! Queries as SQL with parameters. Values become parameters; only names of the schema become text.

mod aggregate;
mod filter;
mod links;
mod order;
mod places;
mod show;

use super::Error;
use super::ast::Fetch;
use crate::sandbox::odata::seek::SortKey;
use crate::sandbox::odata::sql::{Context, Fragment};
use crate::sandbox::schema::{Column, Schema, Table};
use places::Places;

/// As many rows as an aggregate may read.
const MAX_AGGREGATED: usize = 50_000;
/// SQLite reads 2,000 expressions in one statement.
const MAX_EXPRESSIONS: usize = 2_000;

/// A checked query.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    pub(crate) table: &'a Table,
    /// All tables that it reads, the main one too.
    pub(crate) tables: Vec<&'a Table>,
    pub(crate) outputs: Vec<Output<'a>>,
    /// The expressions behind SELECT.
    pub(crate) select: Vec<String>,
    from: Fragment,
    filter: Fragment,
    group: Vec<String>,
    pub(crate) keys: Vec<SortKey>,
    /// Place of the first key among the expressions; none when pages are only counted, not sought.
    pub(crate) keys_at: Option<usize>,
    /// Place of the row's version, where a row of the answer is a row of the table.
    pub(crate) version_at: Option<usize>,
    /// All columns of the main table are shown.
    pub(crate) whole: bool,
    distinct: bool,
    /// An aggregate may read as many rows.
    pub(crate) input_limit: Option<usize>,
}

/// One property of the answer's rows.
#[derive(Debug)]
pub(crate) struct Output<'a> {
    pub(crate) property: String,
    pub(crate) content: Content<'a>,
    /// Name of the column, where the property is called otherwise.
    pub(crate) renamed: bool,
    pub(crate) name: String,
    pub(crate) at: usize,
    /// Places of the name and the table behind a lookup, and of the currency of an amount.
    pub(crate) name_at: Option<usize>,
    pub(crate) type_at: Option<usize>,
    pub(crate) currency_at: Option<usize>,
}

/// What a property holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Content<'a> {
    Column(&'a Column),
    /// A count, or a part of a date.
    Number,
    FiscalPeriod,
    FiscalYear,
}

/// What OData options add to a stored query.
#[derive(Debug, Default)]
pub(crate) struct Extra<'a> {
    /// The main table as `t` with the tables that paths of the options led to.
    pub(crate) from: Option<String>,
    pub(crate) filter: Option<Fragment>,
    /// Instead of the query's own order.
    pub(crate) order: Option<Vec<SortKey>>,
    pub(crate) tables: Vec<&'a Table>,
}

impl<'a> Query<'a> {
    pub(crate) fn new(
        schema: &'a Schema,
        fetch: &'a Fetch,
        context: Context,
        extra: Extra<'a>,
    ) -> Result<Query<'a>, Error> {
        let entity = &fetch.entity;
        let table = schema.table(&entity.table).ok_or_else(|| Error::no_table(&entity.table))?;
        let mut places = Places::new(schema, context, table);
        places.tables.extend(extra.tables);
        let mut from = links::from(&mut places, entity, extra.from)?;
        let mut filter = filter::all(&mut places, 0, &entity.filters)?;
        let linked = links::conditions(&mut places, 0, &entity.links)?;
        filter = filter::and(filter, linked);
        if let Some(extra) = extra.filter {
            filter = filter::and(filter, extra);
        }
        let mut query = Query {
            table,
            tables: Vec::new(),
            outputs: Vec::new(),
            select: Vec::new(),
            from: std::mem::take(&mut from),
            filter,
            group: Vec::new(),
            keys: Vec::new(),
            keys_at: None,
            version_at: None,
            whole: false,
            distinct: fetch.distinct && !fetch.aggregate,
            input_limit: None,
        };
        if fetch.aggregate {
            let limit = fetch.aggregate_limit.unwrap_or(MAX_AGGREGATED).min(MAX_AGGREGATED);
            query.input_limit = Some(limit);
            aggregate::outputs(&places, fetch, &mut query)?;
        } else {
            show::outputs(&places, fetch, &mut query)?;
            query.keys = match extra.order {
                Some(keys) => order::completed(&places, fetch, keys),
                None => order::keys(&places, fetch)?,
            };
            if !query.distinct {
                query.keys_at = Some(query.select.len());
                query.select.extend(query.keys.iter().map(|key| key.sql.clone()));
            }
        }
        if query.select.len() > MAX_EXPRESSIONS {
            return Err(Error::argument("The query asks for too many columns."));
        }
        query.tables = places.tables;
        Ok(query)
    }

    /// The statement for rows that also pass `conditions`, from row `offset` on.
    pub(crate) fn rows(&self, conditions: &[&Fragment], limit: usize, offset: u64) -> Fragment {
        let mut fragment = self.body(&self.select.join(", "), conditions);
        if !self.keys.is_empty() {
            fragment.sql.push_str(" ORDER BY ");
            fragment.sql.push_str(&crate::sandbox::odata::seek::order_by(&self.keys));
        }
        fragment.sql.push_str(&format!(" LIMIT {limit} OFFSET {offset}"));
        fragment
    }

    /// The statement that counts the rows of the answer, up to `cap`.
    pub(crate) fn count(&self, conditions: &[&Fragment], cap: usize) -> Fragment {
        let whole = self.distinct || !self.group.is_empty();
        let list = if whole { self.select.join(", ") } else { "1".to_owned() };
        self.counted(self.body(&list, conditions), cap)
    }

    /// The statement that counts the rows that an aggregate reads, up to `cap`.
    pub(crate) fn count_input(&self, conditions: &[&Fragment], cap: usize) -> Fragment {
        self.counted(self.source("SELECT 1", conditions), cap)
    }

    fn counted(&self, inner: Fragment, cap: usize) -> Fragment {
        Fragment { sql: format!("SELECT COUNT(*) FROM ({} LIMIT {cap})", inner.sql), values: inner.values }
    }

    fn body(&self, list: &str, conditions: &[&Fragment]) -> Fragment {
        let distinct = if self.distinct { "DISTINCT " } else { "" };
        let mut fragment = self.source(&format!("SELECT {distinct}{list}"), conditions);
        if !self.group.is_empty() {
            fragment.sql.push_str(" GROUP BY ");
            fragment.sql.push_str(&self.group.join(", "));
        }
        fragment
    }

    fn source(&self, select: &str, conditions: &[&Fragment]) -> Fragment {
        let mut sql = format!("{select} FROM {} WHERE {}", self.from.sql, self.filter.sql);
        let mut values = [self.from.values.as_slice(), self.filter.values.as_slice()].concat();
        for condition in conditions {
            sql.push_str(" AND ");
            sql.push_str(&condition.sql);
            values.extend(condition.values.iter().cloned());
        }
        Fragment { sql, values }
    }

    fn read(&mut self, sql: String) -> usize {
        self.select.push(sql);
        self.select.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_has_no_more_columns_than_sqlite_reads() {
        let schema = Schema::standard();
        let context = Context { user: uuid::Uuid::nil(), now: 0 };
        let refused = |number: usize| {
            let attributes: String =
                (0..number).map(|n| format!("<attribute name='ownerid' alias='a{n}'/>")).collect();
            let text = format!("<fetch><entity name='incident'>{attributes}</entity></fetch>");
            let fetch = crate::sandbox::fetchxml::fetch(&text).unwrap();
            Query::new(&schema, &fetch, context, Extra::default()).is_err()
        };
        assert!(!refused(600) && refused(700));
    }
}
