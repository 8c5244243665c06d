//! Names that people type, found in the metadata; with suggestions where they are not.

use super::CliError;
use crate::app::nearest::closest;
use crate::dataverse::{Client, Column, Table, TableSchema};

/// The table of a logical or set name.
///
/// # Errors
///
/// When there is no such table; the message has the closest names.
pub(super) async fn table(client: &Client, name: &str) -> Result<Table, CliError> {
    match client.table(name).await {
        Ok(Some(table)) => return Ok(table),
        Ok(None) => {}
        // A server that does not filter definitions lists them all the same.
        Err(error) if matches!(error.status(), Some(400 | 501)) => {}
        Err(error) => return Err(error.into()),
    }
    let tables = client.tables().await?;
    let same = |candidate: &str| candidate.eq_ignore_ascii_case(name);
    if let Some(table) = tables.iter().find(|table| same(table.name.as_str()) || same(table.set.as_str())) {
        return Ok(table.clone());
    }
    let names = tables.iter().flat_map(|table| [table.name.as_str(), table.set.as_str()]);
    Err(unknown(&format!("there is no table `{name}` in this environment"), name, names)
        .hint("list them with `dv tables`"))
}

/// The column of a logical name, or of the property its value travels under.
///
/// # Errors
///
/// When the table has no such column; the message has the closest names.
pub(super) fn column<'a>(schema: &'a TableSchema, name: &str) -> Result<&'a Column, CliError> {
    let name = name.trim();
    schema.column(name).or_else(|| schema.column_of_property(name)).ok_or_else(|| {
        let names = schema.columns.iter().map(|column| column.name.as_str());
        unknown(&format!("the table {} has no column `{name}`", schema.table.name), name, names)
    })
}

/// An error with the closest names.
pub(super) fn unknown<'a>(message: &str, name: &str, names: impl Iterator<Item = &'a str>) -> CliError {
    let error = CliError::failed(message.to_owned());
    match closest(name, names).as_slice() {
        [] => error,
        [only] => error.hint(format!("did you mean {only}?")),
        [others @ .., last] => error.hint(format!("did you mean {} or {last}?", others.join(", "))),
    }
}
