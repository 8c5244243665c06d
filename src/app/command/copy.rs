//! What can be copied, printed and opened elsewhere: `y` and a letter, the same letters wherever there is a row.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;
use crate::app::overlay::print;

/// What is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyCommand {
    Cell,
    Raw,
    Row,
    RowWithHeader,
    Markdown,
    Json,
    Id,
    Column,
    Name,
    Url,
    Link,
    Curl,
    Line,
    /// What would be sent, as one `$batch`.
    Batch,
    /// One thing that waits, as curl.
    Write,
    /// Where a value is in a JSON text.
    Path,
    /// A value of a JSON text: text as it reads, everything else as it came.
    Value,
    /// Print as plain text what could be copied, or what was copied last.
    Print,
    /// What went wrong.
    Report,
    /// Show the row in a browser.
    Browser,
}

const fn spec(command: CopyCommand, name: &'static str, title: &'static str, scope: Scope) -> CommandSpec {
    CommandSpec::new(Command::Copy(command), name, title, scope).enabled(on_a_row)
}

fn on_a_row(app: &App) -> Availability {
    match app.has_subject() {
        true => Availability::Yes,
        false => Availability::No("There is no row here.".into()),
    }
}

fn with_pending(app: &App) -> Availability {
    match app.pending.is_empty() {
        false => Availability::Yes,
        true => Availability::No("Nothing pending.".into()),
    }
}

fn printable(app: &App) -> Availability {
    match app.copied.is_some() || print::has_something(app) {
        true => Availability::Yes,
        false => Availability::No("There is nothing to print here, and nothing was copied yet.".into()),
    }
}

fn in_trouble(app: &App) -> Availability {
    match app.shown_problem() {
        Some(_) => Availability::Yes,
        None => Availability::No("Nothing went wrong here.".into()),
    }
}

fn on_a_value(app: &App) -> Availability {
    match app.json().and_then(|json| json.path()) {
        Some(_) => Availability::Yes,
        None => Availability::No("There is no value here.".into()),
    }
}

/// The keys of a copy command.
macro_rules! y {
    ($letter:literal) => {
        &[&[Key::Char('y'), Key::Char($letter)]]
    };
}

/// The table of the grid.
pub const GRID: &[CommandSpec] = &[
    spec(CopyCommand::Cell, "copy.cell", "Copy the cell as shown", Scope::Grid).keys(y!('y')),
    spec(CopyCommand::Raw, "copy.raw", "Copy the raw value", Scope::Grid).keys(y!('v')),
    spec(CopyCommand::Row, "copy.row", "Copy the row, with tabs", Scope::Grid).keys(y!('r')),
    spec(CopyCommand::RowWithHeader, "copy.table", "Copy header and row, with tabs", Scope::Grid)
        .keys(y!('t')),
    spec(CopyCommand::Markdown, "copy.markdown", "Copy as Markdown", Scope::Grid).keys(y!('m')),
    spec(CopyCommand::Json, "copy.json", "Copy the JSON as it came", Scope::Grid).keys(y!('j')),
    spec(CopyCommand::Id, "copy.id", "Copy the row's id", Scope::Grid).keys(y!('i')).words("guid key"),
    spec(CopyCommand::Name, "copy.name", "Copy number or name", Scope::Grid).keys(y!('n')).words("ticket"),
    spec(CopyCommand::Column, "copy.column", "Copy the column's logical name", Scope::Grid).keys(y!('k')),
    spec(CopyCommand::Url, "copy.url", "Copy the query's OData URL", Scope::Grid)
        .keys(y!('u'))
        .words("address"),
    spec(CopyCommand::Link, "copy.link", "Copy a link to the app", Scope::Grid)
        .keys(y!('l'))
        .words("deep url"),
    spec(CopyCommand::Curl, "copy.curl", "Copy the query as curl", Scope::Grid).keys(y!('x')),
    spec(CopyCommand::Line, "copy.line", "Copy the query as dv", Scope::Grid)
        .keys(y!('q'))
        .words("command line"),
    spec(CopyCommand::Browser, "row.browser", "Open the row in a browser, or show its link", Scope::Grid)
        .keys(&[&[Key::Char('o')]])
        .words("web link qr"),
];

/// The table of a record.
pub const RECORD: &[CommandSpec] = &[
    spec(CopyCommand::Cell, "record.copy-value", "Copy the value as shown", Scope::Record).keys(y!('y')),
    spec(CopyCommand::Raw, "record.copy-raw", "Copy the raw value", Scope::Record).keys(y!('v')),
    spec(CopyCommand::Row, "record.copy-row", "Copy the row, with tabs", Scope::Record).keys(y!('r')),
    spec(CopyCommand::RowWithHeader, "record.copy-table", "Copy header and row, with tabs", Scope::Record)
        .keys(y!('t')),
    spec(CopyCommand::Markdown, "record.copy-markdown", "Copy as Markdown", Scope::Record).keys(y!('m')),
    spec(CopyCommand::Json, "record.copy-json", "Copy the JSON as it came", Scope::Record).keys(y!('j')),
    spec(CopyCommand::Id, "record.copy-id", "Copy the row's id", Scope::Record)
        .keys(y!('i'))
        .words("guid key"),
    spec(CopyCommand::Name, "record.copy-name", "Copy number or name", Scope::Record)
        .keys(y!('n'))
        .words("ticket"),
    spec(CopyCommand::Column, "record.copy-column", "Copy the column's logical name", Scope::Record)
        .keys(y!('k')),
    spec(CopyCommand::Url, "record.copy-url", "Copy the row's OData URL", Scope::Record)
        .keys(y!('u'))
        .words("address"),
    spec(CopyCommand::Link, "record.copy-link", "Copy a link to the app", Scope::Record)
        .keys(y!('l'))
        .words("deep url"),
    spec(CopyCommand::Curl, "record.copy-curl", "Copy the request as curl", Scope::Record).keys(y!('x')),
    spec(CopyCommand::Line, "record.copy-line", "Copy the request as dv", Scope::Record)
        .keys(y!('q'))
        .words("command line"),
    spec(
        CopyCommand::Browser,
        "record.browser",
        "Open the row in a browser, or show its link",
        Scope::Record,
    )
    .keys(&[&[Key::Char('o')]])
    .words("web link qr"),
];

/// The table of the review.
pub const REVIEW: &[CommandSpec] = &[
    spec(CopyCommand::Batch, "review.copy-batch", "Copy what would be sent as $batch", Scope::Review)
        .keys(y!('b'))
        .words("multipart change set")
        .hint("$batch")
        .enabled(with_pending),
    spec(
        CopyCommand::Write,
        "review.copy-curl",
        "Copy the operation as curl, without a token",
        Scope::Review,
    )
    .keys(y!('x'))
    .words("request")
    .hint("curl")
    .enabled(with_pending),
];

/// The table of JSON, wherever it is shown.
pub const TREE: &[CommandSpec] = &[
    spec(CopyCommand::Path, "json.copy-path", "Copy the path, as jq spells it", Scope::Tree)
        .keys(y!('p'))
        .enabled(on_a_value),
    spec(CopyCommand::Value, "json.copy-value", "Copy the value", Scope::Tree)
        .keys(y!('v'))
        .words("raw")
        .enabled(on_a_value),
];

/// The table of a JSON file by itself.
pub const VIEWER: &[CommandSpec] =
    &[spec(CopyCommand::Print, "viewer.print", "Show plainly what can be copied", Scope::Viewer)
        .keys(&[&[Key::Char('P')]])
        .enabled(printable)];

/// The table of what every screen has.
pub const EVERYWHERE: &[CommandSpec] = &[
    CommandSpec::new(
        Command::Copy(CopyCommand::Report),
        "copy.report",
        "Copy what went wrong, for support",
        Scope::Global,
    )
    .keys(y!('e'))
    .words("problem error request id")
    .enabled(in_trouble),
    CommandSpec::new(
        Command::Copy(CopyCommand::Print),
        "copy.print",
        "Show plainly what can be copied",
        Scope::Global,
    )
    .keys(&[&[Key::Char('P')]])
    .words("clipboard")
    .enabled(printable),
];
