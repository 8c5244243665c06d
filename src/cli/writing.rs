//! What commands that write have in common: the guard before anything is sent, values of columns, what is told of a
//! write that was, was not, or was not to be sent.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use super::context::read_only_reason;
use super::output::{Columns, json_line};
use super::values::Given;
use super::{CliError, Context, Kind, names};
use crate::app::edit::short_pair;
use crate::app::field::{self, Purpose, written};
use crate::app::pending::Staged;
use crate::app::zone::Zone;
use crate::dataverse::metadata::DateBehavior;
use crate::dataverse::{Change, Client, Column, ColumnKind, ColumnName, Row, TableSchema, Wire};
use crate::ops;
use crate::ops::lookup::{self, Unclear};
use crate::text::harmless;

/// A client that may write. Where that is certain beforehand, the refusal costs no request. A dry run may look at
/// everything.
///
/// # Errors
///
/// Of kind [`Kind::Refused`] for whatever is read-only, and as [`Context::connect`].
pub(super) async fn client(context: &Context, dry_run: bool) -> Result<Client, CliError> {
    let settings = context.settings();
    if settings.read_only && !dry_run {
        return Err(CliError::new(Kind::Refused, read_only_reason(settings))
            .hint("`--dry-run` shows what would be sent"));
    }
    let alias = context.alias()?;
    let refused = |reason: String| {
        CliError::new(Kind::Refused, reason).hint(format!("if you mean it: --write {alias}"))
    };
    let expected = context.expected()?;
    if expected.production == Some(true) && !expected.unlocked && !dry_run {
        return Err(refused("This is a production environment: read-only.".to_owned()));
    }
    let (client, _) = context.connect().await?;
    match client.guard().read_only() {
        Some(reason) if !dry_run => Err(refused(reason)),
        _ => Ok(client),
    }
}

/// The columns that values are given for.
///
/// # Errors
///
/// For a column that is not there or takes no value: nothing was sent then.
pub(super) fn columns<'a>(
    schema: &'a TableSchema,
    given: &[Given],
    purpose: Purpose,
) -> Result<Vec<&'a Column>, CliError> {
    let mut columns: Vec<&Column> = Vec::new();
    for Given { column: name, .. } in given {
        let column = names::column(schema, name)?;
        if column.name == schema.table.primary_id && purpose == Purpose::Create {
            return Err(CliError::usage(format!("{name} is the key of the row")).hint("give it by --id GUID"));
        }
        if columns.iter().any(|other| other.name == column.name) {
            return Err(
                CliError::usage(format!("{} is given twice", column.name)).hint("leave one of them out")
            );
        }
        field::writable(column, purpose).map_err(|why| CliError::usage(format!("{name}: {why}")))?;
        columns.push(column);
    }
    Ok(columns)
}

/// Reads the values of columns. `row` has the columns as they are now; an empty one is a row that is made.
///
/// # Errors
///
/// A usage error for a value that the column cannot have; a failure for a lookup that finds no row or several.
pub(super) async fn staged(
    context: &Context,
    client: &Client,
    schema: &TableSchema,
    columns: &[&Column],
    given: &[Given],
    row: &Row,
) -> Result<Vec<Staged>, CliError> {
    let zone = zone(context, client, columns).await;
    let now = Timestamp::now();
    let paths = match columns.iter().any(|column| is_lookup(column)) {
        true => client.lookup_paths(&schema.table.name).await?,
        false => Vec::new(),
    };
    let mut all = Vec::new();
    for (column, Given { text, .. }) in columns.iter().zip(given) {
        let wrong = |why: String| CliError::usage(format!("{}: {why}", column.name));
        all.push(match is_lookup(column) {
            true if text.trim().is_empty() => {
                let nothing = field::null(column).map_err(wrong)?;
                let change = lookup::clear(&paths, column, row.cell(&column.property()).as_ref())?;
                Staged { change, ..nothing }
            }
            true => {
                let text = named(client, column, text).await?;
                let lookup::Found { change, text } = lookup::find(client, &paths, column, &text).await?;
                Staged { change, text }
            }
            false => written::read(column, text, row, now, &zone).map_err(wrong)?,
        });
    }
    Ok(all)
}

fn is_lookup(column: &Column) -> bool {
    matches!(column.kind, ColumnKind::Lookup { .. })
}

/// What a lookup is to point to, with `me` for who is signed in where people can be meant.
async fn named<'a>(client: &Client, column: &Column, text: &'a str) -> Result<Cow<'a, str>, CliError> {
    let takes_people = matches!(&column.kind, ColumnKind::Lookup { targets }
        if targets.iter().any(|target| target.as_str() == "systemuser"));
    match takes_people && text.trim().eq_ignore_ascii_case("me") {
        true => Ok(Cow::Owned(format!("systemuser:{}", client.who_am_i().await?.user_id))),
        false => Ok(Cow::Borrowed(text)),
    }
}

/// The person's time zone, where a time of theirs is read.
async fn zone(context: &Context, client: &Client, columns: &[&Column]) -> Zone {
    let is_local = |column: &&Column| {
        matches!(column.kind, ColumnKind::DateTime { behavior: DateBehavior::UserLocal, .. })
    };
    if !columns.iter().any(is_local) {
        return Zone::default();
    }
    match ops::time_zone(client).await {
        Ok(Some((name, rules))) => Zone { name: name.to_owned(), rules },
        Ok(None) => {
            context.note("your settings name no time zone that is known here: times are read as UTC");
            Zone::default()
        }
        Err(error) => {
            context.note(&format!(
                "the time zone of your settings could not be read, so times are UTC: {error}"
            ));
            Zone::default()
        }
    }
}

/// The changes by column.
pub(super) fn changes(columns: &[&Column], staged: &[Staged]) -> Vec<(ColumnName, Change)> {
    columns.iter().zip(staged).map(|(column, staged)| (column.name.clone(), staged.change.clone())).collect()
}

/// Prints a write that is not sent: method and address, deciding headers, body. As JSON it is one object on a line.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(super) fn print_wire(wire: &Wire, json: bool, out: &mut dyn Write) -> Result<(), CliError> {
    #[derive(Serialize)]
    struct Line<'a> {
        method: &'a str,
        path: &'a str,
        headers: serde_json::Map<String, serde_json::Value>,
        body: Option<&'a RawValue>,
    }
    if json {
        let headers = wire.headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into()));
        let body = Some(wire.body.as_str()).filter(|body| !body.is_empty());
        let body = body.map(serde_json::from_str).transpose().map_err(CliError::failed)?;
        let line = Line { method: &wire.method, path: &wire.path, headers: headers.collect(), body };
        return json_line(out, &line).map_err(CliError::from);
    }
    writeln!(out, "{} {}", wire.method, harmless(&wire.path))?;
    for (name, value) in &wire.headers {
        writeln!(out, "{name}: {}", harmless(value))?;
    }
    if !wire.body.is_empty() {
        writeln!(out, "{}", harmless(&wire.body))?;
    }
    Ok(())
}

/// Prints what became of columns: label, name, the old value, the new one, long ones cut.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(super) fn print_changes(
    columns: &[&Column],
    old: &Row,
    new: &Row,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut lines = Columns::default();
    for column in columns {
        let (old, new) = short_pair(&text(old, column), &text(new, column));
        lines.push(&[&column.display_name, column.name.as_str(), &old, "->", &new]);
    }
    lines.write(out)
}

/// What people read of a column; `-` is no value.
pub(super) fn text(row: &Row, column: &Column) -> String {
    let cell = row.cell(&column.property());
    cell.as_ref().and_then(|cell| cell.text()).map_or_else(|| "-".to_owned(), Cow::into_owned)
}

impl From<Unclear> for CliError {
    fn from(Unclear { what, candidates, next }: Unclear) -> CliError {
        candidates.into_iter().fold(CliError::failed(what), CliError::note).hint(next)
    }
}

impl From<lookup::Failure> for CliError {
    fn from(failure: lookup::Failure) -> CliError {
        match failure {
            lookup::Failure::Dataverse(error) => error.into(),
            lookup::Failure::Unclear(unclear) => unclear.into(),
        }
    }
}
