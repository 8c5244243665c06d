//! `dv create`

use std::io::Write;

use clap::Args;
use uuid::Uuid;

use super::json_rows::on_one_line;
use super::writing::{self, print_wire};
use super::{CliError, Context, names, values, waits};
use crate::app::field::Purpose;
use crate::dataverse::{Client, Error, NewRow, Row, RowId, RowQuery, Table};
use crate::ops;

/// Make a row and print its id
///
/// The id is chosen here, so that a row whose answer was lost is looked for and never made twice.
#[derive(Debug, Args)]
#[command(after_help = "\
Values are given as for `dv set`.

Examples:
  dv create contact lastname=Lovelace firstname=Ada parentcustomerid=account:Litware
  dv create incident title=\"No paper\" customerid=account:GUID description=- < mail.txt")]
pub(super) struct CreateArgs {
    /// Table, by logical or set name: incident or incidents
    table: String,
    /// Columns by logical name, and their values
    #[arg(required = true, value_name = "COLUMN=VALUE")]
    values: Vec<String>,
    /// Key of the new row; one is made up without it
    #[arg(long, value_name = "GUID")]
    id: Option<String>,
    /// Make the row although the rules of duplicate detection find others like it
    #[arg(long)]
    allow_duplicates: bool,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the row as JSON
    #[arg(long)]
    json: bool,
}

impl CreateArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let asked = self.id.as_deref().map(key).transpose()?;
        let given = values::read(&self.values)?;
        let client = writing::client(context, self.dry_run).await?;
        let _waits = waits::tell(&client);
        let table = names::table(&client, &self.table).await?;
        let schema = client.table_schema(&table).await?;
        let columns = writing::columns(&schema, &given, Purpose::Create)?;
        let nothing = Row::empty();
        let staged = writing::staged(context, &client, &schema, &columns, &given, &nothing).await?;
        if let Some(id) = asked {
            must_be_free(&client, &table, id).await?;
        }
        let id = asked.unwrap_or_else(|| RowId(Uuid::new_v4()));
        let new = NewRow {
            set: table.set.clone(),
            primary_id: table.primary_id.clone(),
            id,
            values: writing::changes(&columns, &staged),
            detect_duplicates: !self.allow_duplicates,
        };
        if self.dry_run {
            return print_wire(&new.wire()?, self.json, out);
        }
        let made = context.writes().whole(ops::create(&client, &new)).await;
        let row = made.map_err(|error| not_made(error, &table, id))?;
        if self.json {
            out.write_all(&on_one_line(row.json().as_bytes()))?;
            out.write_all(b"\n")?;
        } else {
            writeln!(out, "{}", row.id(&table.primary_id).unwrap_or(id))?;
        }
        Ok(())
    }
}

fn key(text: &str) -> Result<RowId, CliError> {
    text.parse().map_err(|_| {
        CliError::usage(format!("`{text}` is not the key of a row")).hint(
            "a key is a GUID, such as 9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11; without --id one is made up",
        )
    })
}

/// Somebody's own key: what was made under it before must not be taken for what is made now.
async fn must_be_free(client: &Client, table: &Table, id: RowId) -> Result<(), CliError> {
    let mut query = RowQuery::new(table.set.clone(), id);
    query.select = vec![table.primary_id.to_string()];
    query.annotations = false;
    match client.row(&query).await {
        Ok(_) => Err(CliError::failed(format!("there is a row {id} in {} already", table.name))
            .note("nothing was sent")
            .hint(format!(
                "look at it: `dv get {} {id}`; change it: `dv set {} {id} ...`",
                table.name, table.name
            ))),
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn not_made(error: Error, table: &Table, id: RowId) -> CliError {
    let (unsure, lost) = (error.is_outcome_unknown(), error.is_network());
    let told = match error.is_duplicate() {
        true => CliError::from(error).hint("make it all the same: --allow-duplicates"),
        false => CliError::from(error),
    };
    match unsure || lost {
        true => told.note(format!("the id of the row is {id}")).hint(format!(
            "see whether it is there: `dv get {} {id}`; --id {id} cannot make it twice",
            table.name
        )),
        false => told,
    }
}
