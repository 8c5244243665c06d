//! How a command names one row: its key, a ticket number, or the values of an alternate key.

use super::CliError;
use crate::app::destination::{self, Destination};
use crate::app::finding::TICKET;
use crate::dataverse::metadata::keys;
use crate::dataverse::{Client, Filter, Query, RowId, Table, TableSchema, field};

/// Rows of one name that are told.
const TOLD: u32 = 6;

/// The key, where the name is one.
pub(super) fn key(name: &str) -> Option<RowId> {
    name.parse().ok()
}

/// Finds the one row that is named. A key is taken as it is; anything else is looked for.
///
/// # Errors
///
/// A usage error for what names no row; a failure when no row is called so, or several are.
pub(super) async fn find(client: &Client, schema: &TableSchema, name: &str) -> Result<RowId, CliError> {
    if let Some(id) = key(name) {
        return Ok(id);
    }
    let table = &schema.table;
    if let Some(Ok(place)) = destination::recognize(name)
        && let Destination::Ticket(number) = place.destination
        && let Some(column) = schema.column(TICKET)
    {
        return only(client, table, name, field(column.property()).eq(number.as_str())).await;
    }
    let keyed = destination::recognize(&format!("{} {name}", table.name));
    if let Some(Ok(place)) = keyed
        && let Destination::Key { values, .. } = place.destination
    {
        let known = client.table_keys(&table.name).await?;
        if let Some(no) = keys::no_key(table, &known, &values) {
            return Err(CliError::usage(no.what.trim_end_matches('.').to_owned()).note(no.known));
        }
        let condition = keys::condition(schema, &values).map_err(CliError::usage)?;
        return only(client, table, name, condition).await;
    }
    Err(CliError::usage(format!("`{name}` names no row")).hint(
        "a row is named by its key, a GUID; by a ticket number in full; or by an alternate key: `accountnumber=A-1`",
    ))
}

/// The same where nothing else of the table's columns is needed: a key costs no request.
///
/// # Errors
///
/// As [`find`].
pub(super) async fn find_in(client: &Client, table: &Table, name: &str) -> Result<RowId, CliError> {
    match key(name) {
        Some(id) => Ok(id),
        None => find(client, &client.table_schema(table).await?, name).await,
    }
}

async fn only(client: &Client, table: &Table, name: &str, filter: Filter) -> Result<RowId, CliError> {
    let shown = table.primary_name.iter().map(ToString::to_string);
    let query = Query::new(table.set.clone())
        .select(std::iter::once(table.primary_id.to_string()).chain(shown))
        .filter(filter)
        .top(TOLD);
    let page = client.page(&query).await?;
    let ids: Vec<RowId> = page.rows().filter_map(|row| row.id(&table.primary_id)).collect();
    match ids.as_slice() {
        [only] => Ok(*only),
        [] => Err(CliError::failed(format!("no {} is called {name}", table.display_name))
            .hint(format!("look for it: `dv rows {} --filter ...`", table.set))),
        ids => {
            let several = CliError::failed(format!("several rows of {} are called {name}", table.name));
            let told = ids.iter().fold(several, |error, id| error.note(id.to_string()));
            Err(told.hint("name one of them by its key"))
        }
    }
}
