//! `dv resolve`

use std::io::Write;

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::operating::{carry_out, print_wires};
use super::output::json_line;
use super::values::{self, Given};
use super::{CliError, Context, names, note, row_name, waits, writing};
use crate::app::field::{Purpose, written};
use crate::app::zone::Zone;
use crate::dataverse::metadata::Choice;
use crate::dataverse::{
    Action, Change, Client, Column, ColumnKind, ColumnName, Operation, Row, RowQuery, Subject, TableSchema,
};
use crate::text::harmless;

/// State code of an active case.
const ACTIVE: &str = "0";
/// State code of a resolved one.
const RESOLVED: i32 = 1;
/// The service's word for a case with open activities.
const OPEN_ACTIVITIES: &str = "0x8004440a";

/// Resolve a case
///
/// The case is closed by the action CloseIncident and leaves a row of incidentresolution. A note travels in the same
/// change set: both are there afterwards, or neither. When somebody changed the case since it was read, nothing is
/// sent and the exit code is 3.
#[derive(Debug, Args)]
#[command(after_help = "\
Texts are given as for `dv set`: @file is the text of a file, - that of standard input.

Examples:
  dv resolve CAS-01213-A1B2C3 --text \"Replaced the power supply\" --minutes 25
  dv resolve CAS-01213-A1B2C3 --text Done --type \"Information Provided\" --note @mail.txt --dry-run")]
pub(super) struct ResolveArgs {
    /// The case: a GUID, a ticket number, or column=value of an alternate key
    case: String,
    /// Further columns of the resolution (incidentresolution), and their values
    #[arg(value_name = "COLUMN=VALUE")]
    values: Vec<String>,
    /// How it was resolved, in a line
    #[arg(long, value_name = "TEXT|@FILE|-")]
    text: String,
    /// Status reason, by label or number; without it the first one of resolved cases
    #[arg(long = "type", value_name = "REASON")]
    reason: Option<String>,
    /// Billable minutes
    #[arg(long, value_name = "N")]
    minutes: Option<u32>,
    /// A note on the case
    #[arg(long, value_name = "TEXT|@FILE|-")]
    note: Option<String>,
    /// Show what would be sent, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

impl ResolveArgs {
    /// Runs the command and writes to `out`.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let (given, note) = self.given()?;
        let client = writing::client(context, self.dry_run).await?;
        let _waits = waits::tell(&client);
        let table = names::table(&client, "incident").await?;
        let schema = client.table_schema(&table).await?;
        let status = self.status(&schema)?;
        let resolution = resolution(context, &client, &given).await?;
        let id = row_name::find(&client, &schema, &self.case).await?;
        let mut query = RowQuery::new(table.set.clone(), id);
        query.select = vec!["title".to_owned(), "statecode".to_owned()];
        let row = client.row(&query).await?;
        let name = row.cell("title").and_then(|cell| Some(cell.raw_text()?.into_owned())).unwrap_or_default();
        must_be_active(&row, &name)?;
        let etag = row.etag().unwrap_or_default().into_owned();
        let case =
            Subject { set: table.set.clone(), primary_id: table.primary_id.clone(), id, etag, done: None };
        let close = Action::close_incident(case, status, &resolution);
        let (operation, note) = match note {
            None => (Operation::Act(close), None),
            Some(text) => {
                let text = ("notetext".into(), Change::Text(text));
                let note = note::on(&client, &table, id, vec![text]).await?;
                let note_id = note.id;
                (Operation::CreateAndAct(note, close), Some(note_id))
            }
        };
        if self.dry_run {
            return print_wires(context, &operation, self.json, out);
        }
        carry_out(context, &client, &operation).await.map_err(|error| match error.code() {
            Some(OPEN_ACTIVITIES) => error.note("nothing was done").hint(format!(
                "complete or cancel them first: `dv rows activitypointers --filter \
                 \"_regardingobjectid_value eq {id} and statecode eq 0\"`"
            )),
            _ => error,
        })?;
        if self.json {
            let line = Line {
                resolved: id.to_string(),
                table: table.name.as_str(),
                name: &name,
                status,
                note: note.map(|note| note.to_string()),
            };
            return json_line(out, &line).map_err(CliError::from);
        }
        writeln!(out, "resolved {} {id}  {}", table.name, harmless(&name))?;
        if let Some(note) = note {
            writeln!(out, "made annotation {note}")?;
        }
        Ok(())
    }

    /// The columns of the resolution, and the note.
    fn given(&self) -> Result<(Vec<Given>, Option<String>), CliError> {
        let mut arguments = vec![format!("subject={}", self.text)];
        arguments.extend(self.minutes.map(|minutes| format!("timespent={minutes}")));
        arguments.extend(self.values.iter().cloned());
        arguments.extend(self.note.iter().map(|note| format!("--note={note}")));
        let mut given = values::read(&arguments)?;
        if given.first().is_none_or(|text| text.text.trim().is_empty()) {
            return Err(CliError::usage("the resolution has no text").hint("say in a line how: --text TEXT"));
        }
        let note = if self.note.is_some() { given.pop() } else { None };
        if note.as_ref().is_some_and(|note| note.text.trim().is_empty()) {
            return Err(CliError::usage("the note has no text").hint("without a note leave out --note"));
        }
        if given.iter().any(|given| matches!(given.column.as_str(), "incidentid" | "_incidentid_value")) {
            return Err(CliError::usage("incidentid is the case that is resolved").hint("leave it out"));
        }
        Ok((given, note.map(|note| note.text)))
    }

    /// The status reason that the case gets.
    fn status(&self, schema: &TableSchema) -> Result<i32, CliError> {
        let column = schema
            .column("statuscode")
            .ok_or_else(|| CliError::failed("the table incident has no status reasons"))?;
        let options: Vec<Choice> = schema.status_of_state(RESOLVED).into_iter().cloned().collect();
        let first = options.first().map(|option| option.value);
        let Some(asked) = self.reason.as_deref().filter(|asked| !asked.trim().is_empty()) else {
            return first.ok_or_else(|| CliError::failed("no status reason is one of resolved cases"));
        };
        let column = Column { kind: ColumnKind::Choice { options }, ..column.clone() };
        let nothing = Row::empty();
        let staged = written::read(&column, asked, &nothing, Timestamp::now(), &Zone::default())
            .map_err(|why| CliError::usage(format!("--type: {why}")))?;
        match staged.change {
            Change::Number(number) => number.parse().map_err(CliError::failed),
            _ => Err(CliError::usage(format!("--type: `{asked}` is no status reason"))),
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    resolved: String,
    table: &'a str,
    name: &'a str,
    status: i32,
    note: Option<String>,
}

/// What the row of incidentresolution gets.
async fn resolution(
    context: &Context,
    client: &Client,
    given: &[Given],
) -> Result<Vec<(ColumnName, Change)>, CliError> {
    let table = names::table(client, "incidentresolution").await?;
    let schema = client.table_schema(&table).await?;
    let columns = writing::columns(&schema, given, Purpose::Create)?;
    let nothing = Row::empty();
    let staged = writing::staged(context, client, &schema, &columns, given, &nothing).await?;
    Ok(writing::changes(&columns, &staged))
}

fn must_be_active(row: &Row, name: &str) -> Result<(), CliError> {
    let Some(state) = row.cell("statecode").filter(|state| state.json != ACTIVE) else { return Ok(()) };
    let state = state.text().map(std::borrow::Cow::into_owned).unwrap_or_default();
    Err(CliError::failed(format!("the case is not active: it is {state}"))
        .note(name.to_owned())
        .note("nothing was sent"))
}
