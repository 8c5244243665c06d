//! Looks for a row that is named by its id, its ticket number or a key, and for rows with a text.

use std::sync::Arc;

use futures_util::{StreamExt, stream};

use super::Services;
use crate::app::destination::has_group;
use crate::app::finding::{Found, Hit, Search, Searched, TICKET, TextSearch};
use crate::app::looking_up::{LookupFound, LookupSearch};
use crate::app::problem::Problem;
use crate::app::quick_search::QuickSearch;
use crate::dataverse::metadata::keys;
use crate::dataverse::{
    Client, Error, Filter, NewRow, Page, Query, QuickFind, Row, RowId, RowQuery, Table, TableSchema, field,
};

/// Rows that are read of many; nobody chooses among more.
const MOST: u32 = 100;
/// The same for each table of several.
const MOST_OF_A_TABLE: u32 = 20;
/// When a row was changed last.
const CHANGED: &str = "modifiedon";

impl Services {
    /// Finds the rows that are meant, in the environment of the session.
    pub(super) async fn find(&self, search: &Search) -> Result<Found, Problem> {
        let client = self.client().map_err(|error| failed(search, &error))?;
        find(&client, search).await
    }

    /// Finds the rows that a new one is too much like.
    pub(super) async fn duplicates(&self, table: &Table, new: &NewRow) -> Result<Found, Problem> {
        let asked = async { self.client()?.duplicates(&table.name, new).await }.await;
        let page = asked.map_err(|error| Problem::of("Cannot list the rows that are like it", &error))?;
        Ok(hits(table, &page, false))
    }

    /// Finds the rows that a lookup could point to, and how it is written.
    pub(super) async fn look_up(&self, wanted: &LookupSearch) -> Result<LookupFound, Problem> {
        let failed = |error: Error| Problem::of("Cannot look for rows", &error);
        let client = self.client().map_err(failed)?;
        let paths = match &wanted.paths_of {
            Some(table) => Some((table.clone(), client.lookup_paths(table).await.map_err(failed)?)),
            None => None,
        };
        Ok(LookupFound { paths, found: find(&client, &wanted.search).await? })
    }
}

fn failed(search: &Search, error: &Error) -> Problem {
    let next = format!("{} try again   Esc dismiss", search.again());
    Problem::of(&format!("Cannot look for {}", search.text()), error).next(&next)
}

/// Finds the rows that are meant.
///
/// # Errors
///
/// What stands in the way, with the keys that lead on.
async fn find(client: &Client, search: &Search) -> Result<Found, Problem> {
    let failed = |error: Error| failed(search, &error);
    match search {
        Search::Id { id, tables } => by_id(client, *id, tables).await.map_err(failed),
        Search::Number { table, digits } => {
            let filter = field(TICKET).contains(format!("-{digits}"));
            let mut found = rows(client, table, filter, true).await.map_err(failed)?;
            found.hits.retain(|hit| has_group(&hit.name, digits));
            Ok(found)
        }
        Search::Ticket { table, text } => {
            let exact = field(TICKET).eq(text.as_str());
            let found = rows(client, table, exact, true).await.map_err(failed)?;
            if !found.hits.is_empty() {
                return Ok(found);
            }
            rows(client, table, field(TICKET).starts_with(text), true).await.map_err(failed)
        }
        Search::Key { table, schema, values } => {
            let keys = client.table_keys(&table.name).await.map_err(failed)?;
            if let Some(no) = keys::no_key(table, &keys, values) {
                return Err(Problem::new(no.what).why(no.known).next("g i try again   Esc dismiss"));
            }
            let schema = match schema {
                Some(schema) => Arc::clone(schema),
                None => Arc::new(client.table_schema(table).await.map_err(failed)?),
            };
            let filter = keys::condition(&schema, values).map_err(|why| {
                Problem::new(format!("Cannot look for {}.", search.text()))
                    .why(why)
                    .next("g i try again   Esc dismiss")
            })?;
            // A condition and not an address: values with `/`, `&` and the like cannot stand in the address of a key.
            rows(client, table, filter, false).await.map_err(failed)
        }
        Search::Text(search) => by_text(client, search).await.map_err(failed),
    }
}

/// Learns what is not known of the tables, one after the other, as each is several requests at once; then asks all of
/// them for their rows, as many at once as the service recommends.
async fn by_text(client: &Client, search: &TextSearch) -> Result<Found, Error> {
    let mut found = Found::default();
    for searched in &search.among {
        let learned = learn(client, searched).await;
        found.learned.extend(readable(learned, &searched.table, &mut found.unread)?);
    }
    let mut asked = Vec::new();
    for (schema, find) in &found.learned {
        asked.push(with_text(client, search, schema, find.as_ref()));
    }
    let answers: Vec<_> = stream::iter(asked).buffered(client.at_once()).collect().await;
    let tables: Vec<Table> = found.learned.iter().map(|(schema, _)| schema.table.clone()).collect();
    for (answer, table) in answers.into_iter().zip(&tables) {
        let of_table = readable(answer, table, &mut found.unread)?.unwrap_or_default();
        found.hits.extend(of_table.hits);
        found.more.extend(of_table.more);
    }
    Ok(found)
}

/// An answer; none, and why, of a table that the person may not read or that is gone.
fn readable<T>(
    answer: Result<T, Error>,
    table: &Table,
    unread: &mut Vec<(String, String)>,
) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_forbidden() || error.is_not_found() => {
            unread.push((table.display_name.clone(), error.to_string()));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

async fn learn(client: &Client, searched: &Searched) -> Result<(Arc<TableSchema>, Option<QuickFind>), Error> {
    let schema = match &searched.schema {
        Some(schema) => Arc::clone(schema),
        None => Arc::new(client.table_schema(&searched.table).await?),
    };
    let find = match &searched.find {
        Some(find) => find.clone(),
        None => client.quick_find(&schema).await?,
    };
    Ok((schema, find))
}

/// The newest rows of a table with the text in what its quick search looks at.
async fn with_text(
    client: &Client,
    search: &TextSearch,
    schema: &TableSchema,
    find: Option<&QuickFind>,
) -> Result<Found, Error> {
    let quick = QuickSearch { schema, find, tables: &search.tables };
    // A table without a column that can hold the text has no row with it.
    let Ok((_, filter)) = quick.of_text(&search.text) else { return Ok(Found::default()) };
    let tickets = schema.column(TICKET).is_some();
    let mut query = select(&schema.table, tickets).filter(filter).page_size(MOST_OF_A_TABLE);
    if schema.column(CHANGED).is_some() {
        query = query.order_by_desc(CHANGED);
    }
    Ok(hits(&schema.table, &client.page(&query).await?, tickets))
}

/// Asks one table after the other, and stops at the first that has the row.
async fn by_id(client: &Client, id: RowId, tables: &[Table]) -> Result<Found, Error> {
    let mut found = Found::default();
    for table in tables {
        let mut query = RowQuery::new(table.set.clone(), id);
        query.select = table.primary_name.iter().map(ToString::to_string).collect();
        query.annotations = false;
        match client.row(&query).await {
            Ok(row) => {
                found.hits.extend(hit(table, &row, false));
                return Ok(found);
            }
            Err(error) if error.is_not_found() => {}
            Err(error) if error.is_forbidden() => {
                found.unread.push((table.display_name.clone(), error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The rows of a table that meet a condition, by ticket number where the table has them.
async fn rows(client: &Client, table: &Table, filter: Filter, tickets: bool) -> Result<Found, Error> {
    let mut query = select(table, tickets).filter(filter).page_size(MOST);
    if tickets {
        query = query.order_by(TICKET);
    }
    Ok(hits(table, &client.page(&query).await?, tickets))
}

/// A query of what a hit shows.
fn select(table: &Table, tickets: bool) -> Query {
    let name = table.primary_name.iter().map(ToString::to_string);
    let ticket = tickets.then(|| TICKET.to_owned());
    Query::new(table.set.clone()).select([table.primary_id.to_string()].into_iter().chain(ticket).chain(name))
}

fn hits(table: &Table, page: &Page, tickets: bool) -> Found {
    let more = page.next_link().map(|_| table.name.clone()).into_iter().collect();
    let hits = page.rows().filter_map(|row| hit(table, &row, tickets)).collect();
    Found { hits, more, ..Found::default() }
}

fn hit(table: &Table, row: &Row, tickets: bool) -> Option<Hit> {
    let id = row.id(&table.primary_id)?;
    let text = |column: &str| Some(row.cell(column)?.text()?.into_owned());
    let name = table.primary_name.as_ref().and_then(|name| text(name.as_str()));
    let (name, detail) = match text(TICKET).filter(|_| tickets) {
        Some(ticket) => (ticket, name.unwrap_or_default()),
        None => (name.unwrap_or_else(|| id.to_string()), table.display_name.clone()),
    };
    Some(Hit { table: table.clone(), id, name, detail })
}
