//! `dv set`

use std::io::Write;

use clap::Args;

use super::json_rows::without_annotations;
use super::values::Given;
use super::writing::{self, print_changes, print_wire};
use super::{CliError, Context, Kind, names, row_name, values, waits};
use crate::app::edit::short;
use crate::app::field::Purpose;
use crate::app::pending::Staged;
use crate::dataverse::{Client, Column, ColumnKind, Error, Patch, Row, RowId, RowQuery, Table};
use crate::ops::{self, Outcome};

/// Change columns of one row
///
/// The row is read first and sent with its ETag: when somebody else changes it in between, nothing is saved and the
/// exit code is 3. What is as it should be is not sent.
#[derive(Debug, Args)]
#[command(after_help = "\
Values: choices by label or number (several: \"Clean, Wet\"), yes/no, dates as in the editors (tomorrow, +3d, \
2026-11-27 09:00), lookups by GUID, TABLE:GUID, or a name that one row has; `me` for people. `column=` is no value, `column=@file` the \
text of a file, `column=-` that of standard input; `column=@@x` begins with @.

Examples:
  dv set incident CAS-01213-A1B2C3 prioritycode=High followupby=tomorrow
  dv set account accountnumber=A-1 primarycontactid=\"Ada Lovelace\" description=@notes.txt --dry-run")]
pub(super) struct SetArgs {
    /// Table, by logical or set name: incident or incidents
    pub(super) table: String,
    /// The row: a GUID, a ticket number, or column=value of an alternate key
    pub(super) id: String,
    /// Columns by logical name, and their new values
    #[arg(required = true, value_name = "COLUMN=VALUE")]
    pub(super) values: Vec<String>,
    /// Save only if the row still has this ETag
    #[arg(long, value_name = "ETAG")]
    pub(super) if_match: Option<String>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print the changed columns as JSON
    #[arg(long)]
    pub(super) json: bool,
}

impl SetArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let given = values::read(&self.values)?;
        self.save(given, context, out).await
    }

    /// The same with values that were read.
    pub(super) async fn save(
        self,
        given: Vec<Given>,
        context: &Context,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        let if_match = self.if_match.as_deref().map(etag).transpose()?;
        let client = writing::client(context, self.dry_run).await?;
        let _waits = waits::tell(&client);
        let table = names::table(&client, &self.table).await?;
        let schema = client.table_schema(&table).await?;
        let columns = writing::columns(&schema, &given, Purpose::Update)?;
        let id = row_name::find(&client, &schema, &self.id).await?;
        let row = read(&client, &table, id, &columns).await?;
        let staged = writing::staged(context, &client, &schema, &columns, &given, &row).await?;
        if if_match.is_some_and(|given| row.etag().is_none_or(|etag| etag != given)) {
            let now = row.etag().map(|etag| format!("the row's ETag is now {etag}"));
            return Err(now.into_iter().fold(CliError::from(Error::Changed), CliError::note));
        }
        let is_new = |(column, staged): &(&&Column, &_)| is_new(&row, column, staged);
        let (columns, staged): (Vec<&Column>, Vec<_>) = columns
            .iter()
            .zip(&staged)
            .filter(is_new)
            .map(|(column, staged)| (*column, staged.clone()))
            .unzip();
        if columns.is_empty() {
            context.note("it is already so: nothing was sent");
            return match self.json && !self.dry_run {
                true => writeln!(out, "{}", without_annotations(&row)).map_err(CliError::from),
                false => Ok(()),
            };
        }
        let patch = Patch::new(&table, id, &row, writing::changes(&columns, &staged));
        if self.dry_run {
            return print_wire(&patch.wire()?, self.json, out);
        }
        match context.writes().whole(ops::save(&client, &patch)).await {
            Outcome::Saved(saved) if self.json => writeln!(out, "{}", without_annotations(&saved))?,
            Outcome::Saved(saved) => print_changes(&columns, &row, &saved, out)?,
            Outcome::Gone(error) | Outcome::NotSaved(error) => return Err(error.into()),
            Outcome::Conflict { error, current } | Outcome::Unknown { error, current } => {
                return Err(with_current(error.into(), &columns, current.as_ref()));
            }
        }
        Ok(())
    }
}

/// An ETag as it stands in a row, or the digits of one.
pub(super) fn etag(given: &str) -> Result<String, CliError> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let inner = given.strip_prefix("W/\"").and_then(|rest| rest.strip_suffix('"'));
    match inner.unwrap_or(given) {
        version if digits(version) => Ok(format!("W/\"{version}\"")),
        _ => Err(CliError::usage(format!("`{given}` is no ETag"))
            .hint("it is the `@odata.etag` of a row, such as W/\"81053001\", or its digits")),
    }
}

/// The columns that are about to change, and the state that says which status reasons there are.
async fn read(client: &Client, table: &Table, id: RowId, columns: &[&Column]) -> Result<Row, CliError> {
    let mut query = RowQuery::new(table.set.clone(), id);
    query.select = columns.iter().map(|column| column.property().into_owned()).collect();
    if columns.iter().any(|column| matches!(column.kind, ColumnKind::Status { .. })) {
        query.select.push("statecode".to_owned());
    }
    Ok(client.row(&query).await?)
}

fn is_new(row: &Row, column: &Column, staged: &Staged) -> bool {
    row.cell(&column.property()).is_none_or(|cell| !staged.change.is_value(cell.json))
}

/// What the columns hold now, beside an error.
fn with_current(error: CliError, columns: &[&Column], current: Option<&Row>) -> CliError {
    let Some(current) = current else { return error };
    let kind = error.kind();
    let noted = columns.iter().fold(error, |error, column| {
        error.note(format!("{} is now {}", column.name, short(&writing::text(current, column))))
    });
    match kind {
        Kind::Conflict => noted.note("nothing was saved"),
        _ => noted,
    }
}
