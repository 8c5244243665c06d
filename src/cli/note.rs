//! `dv note`

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use uuid::Uuid;

use super::operating::{carry_out, print_wires};
use super::output::json_line;
use super::{CliError, Context, Kind, names, row_name, values, waits, writing};
use crate::dataverse::{Change, Client, ColumnName, NewRow, Operation, RowId, RowQuery, Table};
use crate::ops::attaching::{FileToAttach, LARGEST, Unattached};

/// Write a note on a row and print its id
///
/// The id is chosen here, so that a note whose answer was lost is looked for and never made twice.
#[derive(Debug, Args)]
#[command(after_help = "\
Texts are given as for `dv set`: @file is the text of a file, - that of standard input.

Examples:
  dv note incident CAS-01213-A1B2C3 \"Called back, nobody there\"
  dv note account accountnumber=A-1 @minutes.txt --title \"Visit\" --attach photo.jpg")]
pub(super) struct NoteArgs {
    /// Table, by logical or set name: incident or incidents
    table: String,
    /// The row: a GUID, a ticket number, or column=value of an alternate key
    id: String,
    /// The text; with a file it may be left out
    #[arg(value_name = "TEXT|@FILE|-", required_unless_present = "attach")]
    text: Option<String>,
    /// Title of the note
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// A file that goes with it
    #[arg(long, value_name = "FILE")]
    attach: Option<PathBuf>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print what was made as JSON
    #[arg(long)]
    json: bool,
}

impl NoteArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let text = self.text.as_deref().map(|text| values::one("text", text)).transpose()?;
        let text = text.filter(|text| !text.trim().is_empty());
        if text.is_none() && self.attach.is_none() {
            return Err(
                CliError::usage("the note has no text").hint("give a text, @file, - or --attach FILE")
            );
        }
        let attachment = self.attach.as_deref().map(read).transpose()?;
        let client = writing::client(context, self.dry_run).await?;
        let _waits = waits::tell(&client);
        let table = names::table(&client, &self.table).await?;
        let id = row_name::find_in(&client, &table, &self.id).await?;
        let mut row = RowQuery::new(table.set.clone(), id);
        (row.select, row.annotations) = (vec![table.primary_id.to_string()], false);
        client.row(&row).await?;
        if let Some(attachment) = &attachment {
            must_fit(attachment, context, &client).await?;
        }
        let mut columns: Vec<(ColumnName, Change)> = Vec::new();
        let mut add = |name: &str, change| columns.push((name.into(), change));
        if let Some(title) = &self.title {
            add("subject", Change::Text(title.clone()));
        }
        if let Some(text) = text {
            add("notetext", Change::Text(text));
        }
        let file = attachment.as_ref().map(|attachment| attachment.name.clone());
        if let Some(attachment) = attachment {
            add("isdocument", Change::YesNo(true));
            add("filename", Change::Text(attachment.name.clone()));
            add("mimetype", Change::Text(attachment.mime_type().to_owned()));
            // What is shown is for people: nobody reads a file as base64.
            let body = match self.dry_run {
                true => format!("({} bytes as base64)", attachment.bytes.len()),
                false => attachment.body(),
            };
            add("documentbody", Change::Text(body));
        }
        let note = on(&client, &table, id, columns).await?;
        let note_id = note.id;
        let operation = Operation::Create(note);
        if self.dry_run {
            return print_wires(context, &operation, self.json, out);
        }
        carry_out(context, &client, &operation).await.map_err(|error| match error.kind() {
            Kind::Failed => error.note(format!("the id of the note is {note_id}")),
            _ => error,
        })?;
        if self.json {
            let (note, on, table) = (note_id.to_string(), id.to_string(), table.name.as_str());
            return json_line(out, &Line { note, on, table, file }).map_err(CliError::from);
        }
        writeln!(out, "{note_id}").map_err(CliError::from)
    }
}

#[derive(Serialize)]
struct Line<'a> {
    note: String,
    on: String,
    table: &'a str,
    file: Option<String>,
}

/// A note on a row, with an id of ours. The columns come first, the link to the row last.
///
/// # Errors
///
/// A usage error for a table whose rows take no notes.
pub(super) async fn on(
    client: &Client,
    table: &Table,
    id: RowId,
    columns: Vec<(ColumnName, Change)>,
) -> Result<NewRow, CliError> {
    let notes = names::table(client, "annotation").await?;
    let paths = client.lookup_paths(&notes.name).await?;
    let path = paths.into_iter().find(|path| path.column.as_str() == "objectid" && path.target == table.name);
    let path = path.ok_or_else(|| {
        CliError::usage(format!("rows of {} take no notes", table.name))
            .hint("notes are switched on where the table is designed")
    })?;
    let to = Some((table.set.clone(), id));
    let link = ("objectid".into(), Change::Link { navigation: path.navigation, to });
    Ok(NewRow {
        set: notes.set,
        primary_id: notes.primary_id,
        id: RowId(Uuid::new_v4()),
        values: columns.into_iter().chain([link]).collect(),
        detect_duplicates: false,
    })
}

fn read(path: &Path) -> Result<FileToAttach, CliError> {
    let unreadable =
        |why: String| CliError::usage(format!("the file {} cannot be read: {why}", path.display()));
    FileToAttach::read(path, LARGEST).map_err(|error| match error {
        Unattached::TooLarge { name, most } => too_large(&name, most),
        error => unreadable(error.to_string()),
    })
}

/// Asks the organization how large a file may be, before all of it travels. Not everybody may ask.
async fn must_fit(file: &FileToAttach, context: &Context, client: &Client) -> Result<(), CliError> {
    match client.largest_file().await {
        Ok(Some(most)) if file.bytes.len() as u64 > most => Err(too_large(&file.name, most)),
        Ok(_) => Ok(()),
        Err(error) if error.needs_sign_in() => Err(error.into()),
        Err(error) => {
            context.note(&format!("how large a file may be could not be read: {error}"));
            Ok(())
        }
    }
}

fn too_large(name: &str, most: u64) -> CliError {
    CliError::usage(format!("the file {name} is too large: at most {most} bytes go with a note here"))
        .note("nothing was sent")
        .hint("administrators set the limit: maximum file size for attachments")
}
