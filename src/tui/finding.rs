//! Looks for a row that is named by its id, its ticket number or a key.

use std::sync::Arc;

use super::Services;
use crate::app::destination::has_group;
use crate::app::finding::{Found, Hit, Search, TICKET};
use crate::app::problem::Problem;
use crate::dataverse::metadata::keys;
use crate::dataverse::{Client, Error, Filter, Query, Row, RowId, RowQuery, Table, field};

/// Rows that are read of many; nobody chooses among more.
const MOST: u32 = 100;

impl Services {
    /// Finds the rows that are meant, in the environment of the session.
    pub(super) async fn find(&self, search: &Search) -> Result<Found, Problem> {
        let client = self.client().map_err(|error| failed(search, &error))?;
        find(&client, search).await
    }
}

fn failed(search: &Search, error: &Error) -> Problem {
    Problem::of(&format!("Cannot look for {}", search.text()), error).next("g i try again   Esc dismiss")
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
    }
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
    let name = table.primary_name.iter().map(ToString::to_string);
    let ticket = tickets.then(|| TICKET.to_owned());
    let mut query = Query::new(table.set.clone()).filter(filter).page_size(MOST);
    query = query.select([table.primary_id.to_string()].into_iter().chain(ticket).chain(name));
    if tickets {
        query = query.order_by(TICKET);
    }
    let page = client.page(&query).await?;
    let hits = page.rows().filter_map(|row| hit(table, &row, tickets)).collect();
    Ok(Found { hits, more: page.next_link().is_some(), unread: vec![] })
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
