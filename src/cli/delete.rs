//! `dv delete`

use std::io::Write;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::output::json_line;
use super::set::etag;
use super::writing::{self, print_wire};
use super::{CliError, Context, Kind, names, row_name, waits};
use crate::dataverse::{Client, Deletion, Error, Row, RowId, RowQuery, Table};
use crate::ops;
use crate::ops::backup::Failure;
use crate::text::harmless;

/// So many rows are deleted in one run at most.
const MOST: usize = 500;
/// So many rows are named before they are confirmed.
const NAMED: usize = 10;

/// Delete rows
///
/// Each row is read first and deleted only if nobody changed it in between. How many there are has to be said with
/// --confirm-delete; nobody is asked. Several rows are written to a file of the state folder before, unless nothing may be
/// kept on disk (--no-journal).
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dv delete incident CAS-01213-A1B2C3 --dry-run
  dv delete contact 9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11 4a6d4e48-0b12-ec11-b6e6-000d3a1b1f2c --confirm-delete 2")]
pub(super) struct DeleteArgs {
    /// Table, by logical or set name: incident or incidents
    table: String,
    /// The rows: GUIDs, ticket numbers, or column=value of an alternate key
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// How many rows will be deleted: the number of those that are there, each counted once
    #[arg(long, value_name = "N")]
    confirm_delete: Option<usize>,
    /// Delete only if the row, one alone, still has this ETag
    #[arg(long, value_name = "ETAG")]
    if_match: Option<String>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON, one deleted row a line
    #[arg(long)]
    json: bool,
}

/// A row that is there.
struct Doomed {
    deletion: Deletion,
    name: String,
}

impl DeleteArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let if_match = self.if_match.as_deref().map(etag).transpose()?;
        if if_match.is_some() && self.ids.len() > 1 {
            return Err(CliError::usage("--if-match is the ETag of one row, and several are named")
                .hint("delete them one by one"));
        }
        if self.ids.len() > MOST {
            return Err(CliError::usage(format!(
                "{} rows are named; at most {MOST} are deleted at once",
                self.ids.len()
            ))
            .hint("delete them in several runs"));
        }
        let client = writing::client(context, self.dry_run).await?;
        let _waits = waits::tell(&client);
        let table = names::table(&client, &self.table).await?;
        let rows = self.read(context, &client, &table).await?;
        if let (Some(given), [only]) = (&if_match, rows.as_slice())
            && only.deletion.etag != *given
        {
            let now = format!("the row's ETag is now {}", only.deletion.etag);
            return Err(CliError::from(Error::Changed).note(now).note("nothing was deleted"));
        }
        if self.dry_run {
            return rows.iter().try_for_each(|row| print_wire(&row.deletion.wire()?, self.json, out));
        }
        self.check_count(&table, &rows)?;
        back_up(context, &client, &table, &rows).await?;
        for (deleted, row) in rows.iter().enumerate() {
            match context.writes().whole(ops::delete(&client, &row.deletion)).await {
                Ok(()) => self.print(&table, row, out)?,
                Err(gone) if gone.is_not_found() => {
                    context.note(&format!("{} was deleted by somebody else meanwhile", row.deletion.id));
                }
                Err(error) => {
                    let told = CliError::from(error).note(format!("{} was not deleted", row.deletion.id));
                    return Err(match rows.len() {
                        1 => told,
                        all => told.note(format!("{deleted} of {all} rows were deleted before this")),
                    });
                }
            }
        }
        Ok(())
    }

    /// Reads the rows that are there, each once; those that are not are told.
    async fn read(&self, context: &Context, client: &Client, table: &Table) -> Result<Vec<Doomed>, CliError> {
        let ids = self.keys(client, table).await?;
        let (mut rows, mut missing) = (Vec::new(), Vec::new());
        for id in ids {
            let mut query = RowQuery::new(table.set.clone(), id);
            query.select =
                [&table.primary_id].into_iter().chain(&table.primary_name).map(ToString::to_string).collect();
            query.annotations = false;
            match client.row(&query).await {
                Ok(row) => {
                    rows.push(Doomed { deletion: Deletion::new(table, id, &row), name: name(table, &row) })
                }
                Err(error) if error.is_not_found() => missing.push((id, error)),
                Err(error) => return Err(error.into()),
            }
        }
        match missing.pop() {
            Some((_, error)) if rows.is_empty() => return Err(error.into()),
            last => missing.extend(last),
        }
        for (id, _) in missing {
            context.note(&format!("{} {id} is not there", table.name));
        }
        Ok(rows)
    }

    /// The keys that are named, each once, in the order of the names.
    async fn keys(&self, client: &Client, table: &Table) -> Result<Vec<RowId>, CliError> {
        let schema = match self.ids.iter().all(|name| row_name::key(name).is_some()) {
            true => None,
            false => Some(client.table_schema(table).await?),
        };
        let mut ids = Vec::new();
        for name in &self.ids {
            let id = match (row_name::key(name), &schema) {
                (Some(id), _) => id,
                (None, Some(schema)) => row_name::find(client, schema, name).await?,
                (None, None) => continue,
            };
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
        Ok(ids)
    }

    /// Refuses unless the number of rows was said.
    fn check_count(&self, table: &Table, rows: &[Doomed]) -> Result<(), CliError> {
        let count = rows.len();
        if self.confirm_delete == Some(count) {
            return Ok(());
        }
        let plural = if count == 1 { "row" } else { "rows" };
        let what = match self.confirm_delete {
            None => format!("this deletes {count} {plural} of {}, which has to be confirmed", table.name),
            Some(said) => {
                format!("this deletes {count} {plural} of {}, and {said} were confirmed", table.name)
            }
        };
        let mut refused = CliError::new(Kind::Refused, what);
        for row in rows.iter().take(NAMED) {
            refused = refused.note(format!("{}  {}", row.deletion.id, row.name));
        }
        if let Some(more) = count.checked_sub(NAMED).filter(|more| *more > 0) {
            refused = refused.note(format!("and {more} more"));
        }
        Err(refused.note("nothing was sent").hint(format!("if you mean these: --confirm-delete {count}")))
    }

    fn print(&self, table: &Table, row: &Doomed, out: &mut dyn Write) -> Result<(), CliError> {
        #[derive(Serialize)]
        struct Line<'a> {
            deleted: String,
            table: &'a str,
            name: &'a str,
        }
        let id = row.deletion.id;
        if self.json {
            let line = Line { deleted: id.to_string(), table: table.name.as_str(), name: &row.name };
            return json_line(out, &line).map_err(CliError::from);
        }
        writeln!(out, "deleted {} {id}  {}", table.name, harmless(&row.name)).map_err(CliError::from)
    }
}

/// Writes several rows to a file before any of them is deleted.
async fn back_up(context: &Context, client: &Client, table: &Table, rows: &[Doomed]) -> Result<(), CliError> {
    let settings = context.settings();
    if rows.len() < 2 {
        return Ok(());
    }
    if !settings.journal {
        context.note("there is no backup: nothing may be kept on disk");
        return Ok(());
    }
    let rows: Vec<_> = rows.iter().map(|row| (table.clone(), row.deletion.id)).collect();
    let written = ops::backup::back_up(client, &settings.paths.state, Timestamp::now(), &rows).await;
    let written = written.map_err(|failure| {
        let told = match failure {
            Failure::Unread(error) => CliError::from(error),
            disk @ Failure::Disk { .. } => CliError::failed(disk),
        };
        told.note("what is deleted could not be written to a file before, so nothing was deleted")
    })?;
    context.note(&format!("what is deleted is in {}", written.path.display()));
    Ok(())
}

/// What people call the row; its key where it has no name.
fn name(table: &Table, row: &Row) -> String {
    let name = table.primary_name.as_ref().and_then(|name| row.cell(name.as_str())?.raw_text());
    name.map_or_else(String::new, |name| name.into_owned())
}
