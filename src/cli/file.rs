//! `dv file`

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;

use super::operating::{carry_out, print_wires};
use super::output::json_line;
use super::set::etag;
use super::{CliError, Context, Kind, names, row_name, waits, writing};
use crate::app::exchanges::size;
use crate::app::file_name::harmless_or;
use crate::dataverse::{Client, Column, FileChange, FileColumn, Operation, Row, RowId, Table, TableSchema};
use crate::ops::file_column::{self, Failure};
use crate::text::harmless;

/// Files and images in columns: save one, put one, remove one
#[derive(Debug, Args)]
pub(super) struct FileArgs {
    #[command(subcommand)]
    command: FileCommand,
}

#[derive(Debug, Subcommand)]
enum FileCommand {
    Get(GetArgs),
    Put(PutArgs),
    Remove(RemoveArgs),
}

/// Which column of which row.
#[derive(Debug, Args)]
struct Place {
    /// Table, by logical or set name: account or accounts
    table: String,
    /// The row: a GUID, a ticket number, or column=value of an alternate key
    id: String,
    /// The file or image column, by its logical name
    column: String,
}

/// Save the file of a column
///
/// Nothing is ever overwritten, and the file appears only once all of it is here, closed to others.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  dv file get contoso_inspection 9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11 contoso_report
  dv file get account accountnumber=A-1 entityimage --out - > logo.png")]
struct GetArgs {
    #[command(flatten)]
    place: Place,
    /// Where to, `-` for standard output; otherwise here, under the name that the file has there
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print what was saved as JSON
    #[arg(long)]
    json: bool,
}

/// Put a file into a column, in place of the one that is there
///
/// The row is read just before, and nothing is sent when somebody else changed it in between. Large files go in pieces,
/// and the column has what it had until the last one came.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  dv file put contoso_inspection 9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11 contoso_report report.pdf")]
struct PutArgs {
    #[command(flatten)]
    place: Place,
    /// The file, which keeps its name
    file: PathBuf,
    #[command(flatten)]
    writing: WritingArgs,
}

/// Remove the file of a column
///
/// It cannot be brought back; what is meant has to be said with --confirm-delete 1.
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  dv file remove contoso_inspection 9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11 contoso_report --confirm-delete 1")]
struct RemoveArgs {
    #[command(flatten)]
    place: Place,
    /// How many files will be removed: 1
    #[arg(long, value_name = "N")]
    confirm_delete: Option<usize>,
    #[command(flatten)]
    writing: WritingArgs,
}

#[derive(Debug, Args)]
struct WritingArgs {
    /// Go on only if the row still has this ETag
    #[arg(long, value_name = "ETAG")]
    if_match: Option<String>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

/// What was saved, put or removed.
#[derive(Serialize)]
struct Line<'a> {
    table: &'a str,
    id: String,
    column: &'a str,
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

impl FileArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        match self.command {
            FileCommand::Get(args) => args.run(context, out).await,
            FileCommand::Put(args) => args.run(context, out).await,
            FileCommand::Remove(args) => args.run(context, out).await,
        }
    }
}

impl GetArgs {
    async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let to_output = self.out.as_ref().is_some_and(|path| path.as_os_str() == "-");
        if to_output && self.json {
            return Err(CliError::usage("standard output is either the file or JSON")
                .hint("name a file with --out, or leave --json out"));
        }
        let client = context.client().await?;
        let _waits = waits::tell(&client);
        let Found { table, id, of, .. } = self.place.find(&client).await?;
        let mut download = file_column::begin(&client, &of).await?;
        if to_output {
            while let Some(bytes) = download.next().await? {
                out.write_all(&bytes)?;
            }
            return out.flush().map_err(CliError::from);
        }
        let name = download.head().name.clone();
        let path = self.out.unwrap_or_else(|| {
            PathBuf::from(harmless_or(name.as_deref().unwrap_or_default(), of.column.as_str()))
        });
        let bytes = file_column::save(download, &path).await?;
        let path = path.display().to_string();
        if self.json {
            let line = Line {
                table: table.name.as_str(),
                id: id.to_string(),
                column: of.column.as_str(),
                name: name.as_deref(),
                size: Some(bytes),
                file: Some(path),
            };
            return json_line(out, &line).map_err(CliError::from);
        }
        writeln!(out, "saved {}  {}", harmless(&path), size(bytes)).map_err(CliError::from)
    }
}

impl PutArgs {
    async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let local = file_column::look(&self.file).map_err(CliError::usage)?;
        let if_match = self.writing.if_match.as_deref().map(etag).transpose()?;
        let client = writing::client(context, self.writing.dry_run).await?;
        let _waits = waits::tell(&client);
        let found = self.place.find(&client).await?;
        let column = found.updatable()?;
        if let Some(most) = column.most_bytes().filter(|most| local.size > *most) {
            return Err(CliError::usage(format!(
                "the file {} is too large: {} takes at most {most} bytes",
                local.name, column.name
            ))
            .note("nothing was sent")
            .hint("who designs the table sets the limit: maximum file size"));
        }
        let row = found.read(&client, if_match.as_deref()).await?;
        let (name, bytes) = (local.name.clone(), local.size);
        let change = FileChange::new(&found.table, &row, found.of.clone(), Some(local));
        self.writing
            .send(context, &client, Operation::File(change), out, |json, out| {
                if json {
                    return json_line(out, &found.line(Some(&name), Some(bytes)));
                }
                writeln!(
                    out,
                    "put {} into {} of {}  {}",
                    harmless(&name),
                    found.of.column,
                    found.id,
                    size(bytes)
                )
            })
            .await
    }
}

impl RemoveArgs {
    async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let if_match = self.writing.if_match.as_deref().map(etag).transpose()?;
        let client = writing::client(context, self.writing.dry_run).await?;
        let _waits = waits::tell(&client);
        let found = self.place.find(&client).await?;
        found.updatable()?;
        let row = found.read(&client, if_match.as_deref()).await?;
        let change = FileChange::new(&found.table, &row, found.of.clone(), None);
        if change.had.is_none() {
            context.note("there is no file in it: nothing was sent");
            return Ok(());
        }
        if !self.writing.dry_run && self.confirm_delete != Some(1) {
            let what = format!("this removes the file in {}, which has to be confirmed", found.of.column);
            return Err(CliError::new(Kind::Refused, what)
                .note("nothing was sent")
                .hint("if you mean it: --confirm-delete 1"));
        }
        let name = found.name(&row);
        self.writing
            .send(context, &client, Operation::File(change), out, |json, out| {
                if json {
                    return json_line(out, &found.line(name.as_deref(), None));
                }
                writeln!(out, "removed {} of {}", found.of.column, found.id)
            })
            .await
    }
}

impl WritingArgs {
    /// Sends it and tells so, or shows what would be sent.
    async fn send(
        &self,
        context: &Context,
        client: &Client,
        operation: Operation,
        out: &mut dyn Write,
        tell: impl FnOnce(bool, &mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), CliError> {
        if self.dry_run {
            return print_wires(context, &operation, self.json, out);
        }
        carry_out(context, client, &operation).await?;
        tell(self.json, out).map_err(CliError::from)
    }
}

/// The place that was named.
struct Found {
    schema: TableSchema,
    table: Table,
    id: RowId,
    of: FileColumn,
}

impl Place {
    async fn find(&self, client: &Client) -> Result<Found, CliError> {
        let table = names::table(client, &self.table).await?;
        let schema = client.table_schema(&table).await?;
        let column = names::column(&schema, &self.column)?;
        let no_file = || {
            CliError::usage(format!("{} holds neither files nor images", column.name))
                .hint("`dv get` prints other columns, `dv set` changes them")
        };
        let id = row_name::find(client, &schema, &self.id).await?;
        let of = FileColumn::of(table.set.clone(), id, column).ok_or_else(no_file)?;
        Ok(Found { table, id, of, schema })
    }
}

impl Found {
    /// The column, which takes another file.
    fn updatable(&self) -> Result<&Column, CliError> {
        let column = names::column(&self.schema, self.of.column.as_str())?;
        match column.updatable {
            true => Ok(column),
            false => Err(CliError::usage(format!("{} is read-only", column.name))),
        }
    }

    /// The row with its ETag and what tells which file it has.
    async fn read(&self, client: &Client, if_match: Option<&str>) -> Result<Row, CliError> {
        let query = self.of.described(&self.table.primary_id);
        let row = client.row(&query).await?;
        if if_match.is_some_and(|given| row.etag().is_none_or(|etag| etag != given)) {
            let now = row.etag().map(|etag| format!("the row's ETag is now {etag}"));
            let error = CliError::from(crate::dataverse::Error::Changed).note("nothing was sent");
            return Err(now.into_iter().fold(error, CliError::note));
        }
        Ok(row)
    }

    fn name(&self, row: &Row) -> Option<String> {
        Some(row.cell(&self.of.names())?.raw_text()?.into_owned())
    }

    fn line<'a>(&'a self, name: Option<&'a str>, size: Option<u64>) -> Line<'a> {
        let (table, column) = (self.table.name.as_str(), self.of.column.as_str());
        Line { table, id: self.id.to_string(), column, name, size, file: None }
    }
}

impl From<Failure> for CliError {
    fn from(failure: Failure) -> CliError {
        match failure {
            Failure::Dataverse(error) => error.into(),
            Failure::Exists(_) => {
                CliError::failed(failure).note("it is as it was").hint("name another file: --out FILE")
            }
            Failure::NoFile(_) | Failure::Disk { .. } => CliError::failed(failure),
        }
    }
}
