//! What can be copied of a row, a cell and a query: pure texts, made when somebody asks.

mod marked;
mod pending;
pub mod shell;
pub mod table;

use std::borrow::Cow;

use super::command::copy::CopyCommand;
use super::edit::row_name;
use super::effect::Effect;
use super::overlay::Overlay;
use super::overlay::link::Link;
use super::screen::json::Json;
use super::screen::{Grid, form, record::Tab};
use super::{App, Screen};
use crate::dataverse::{Cell, Column, Query, Row, RowId, RowQuery, Table, TableSchema};

/// How a text was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Copied {
    /// By an escape sequence: whether the terminal took it cannot be known.
    Terminal,
    /// By a program of this desktop, which said that it is done.
    Tool(&'static str),
    /// It is too long for a terminal: it is in this file.
    File(String),
    /// It could not be handed over at all.
    Failed(String),
}

/// A text that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopiedText {
    pub text: String,
    /// `3 rows`: how many marked rows, or how much of what waits, are in it; empty for what is of one row.
    rows: String,
}

/// What the copy commands work on: the row under the cursor and what is around it.
struct Subject<'a> {
    table: &'a Table,
    schema: Option<&'a TableSchema>,
    row: Row,
    id: Option<RowId>,
    /// The columns that are shown, in their order.
    columns: Vec<&'a Column>,
    /// The column under the cursor.
    column: Option<&'a Column>,
    /// The query that the row came with; none for a row that was read alone.
    query: Option<&'a Query>,
}

impl<'a> Subject<'a> {
    fn of_grid(grid: &'a Grid, row: Row) -> Self {
        Self {
            table: &grid.table,
            schema: grid.schema.as_deref(),
            id: row.id(&grid.table.primary_id),
            row,
            columns: grid.columns.iter().collect(),
            column: grid.current_column(),
            query: grid.rows.value().map(super::rows::Rows::query),
        }
    }
}

impl App {
    fn subject(&self) -> Option<Subject<'_>> {
        match self.screen() {
            Screen::Grid(grid) => Some(Subject::of_grid(grid, grid.current_row()?)),
            Screen::Record(record) => {
                let schema = self.schemas.get(&record.table.name).map(AsRef::as_ref);
                let name = match record.tab {
                    Tab::Form => self.form_column(),
                    Tab::Json => schema.and_then(|schema| self.json_column(schema)),
                    Tab::Related | Tab::Timeline => None,
                };
                Some(Subject {
                    table: &record.table,
                    schema,
                    row: record.row.value()?.clone(),
                    id: Some(record.id),
                    columns: form::fields(self, record).iter().flat_map(form::Fields::columns).collect(),
                    column: schema.zip(name).and_then(|(schema, name)| schema.column(name.as_str())),
                    query: None,
                })
            }
            _ => None,
        }
    }

    /// Whether there is a row whose parts can be copied.
    pub(in crate::app) fn has_subject(&self) -> bool {
        self.subject().is_some()
    }

    pub(in crate::app) fn run_copy(&mut self, command: CopyCommand) -> Vec<Effect> {
        match command {
            CopyCommand::Print => self.begin_print(),
            CopyCommand::Report => match self.report() {
                Some(report) => return self.copy(report),
                None => self.say("Nothing went wrong here."),
            },
            CopyCommand::Browser => return self.open_link(),
            CopyCommand::Path | CopyCommand::Value => {
                let take = if command == CopyCommand::Path { Json::path } else { Json::value };
                match self.json().and_then(take) {
                    Some(text) => return self.copy(text),
                    None => self.say("There is no value here."),
                }
            }
            command => match self.text_of_pending(command).or_else(|| self.text_of_marked(command)) {
                Some(Ok((text, rows))) => return self.copy_of(text, rows),
                Some(Err(reason)) => self.say(reason),
                None => match self.text_of(command) {
                    Ok(text) => return self.copy(text),
                    Err(reason) => self.say(reason),
                },
            },
        }
        vec![]
    }

    /// The text that a command copies.
    ///
    /// # Errors
    ///
    /// A sentence that says why there is none.
    fn text_of(&self, command: CopyCommand) -> Result<String, String> {
        self.text_of_subject(&self.subject().ok_or("There is no row here.")?, command)
    }

    fn text_of_subject(&self, subject: &Subject<'_>, command: CopyCommand) -> Result<String, String> {
        let column = || subject.column.ok_or("There is no column here.");
        let id = || subject.id.ok_or("The row came without its key.");
        let origin = self.session.identity().map_or("", |identity| identity.address.as_str());
        Ok(match command {
            CopyCommand::Cell => {
                let text = self.shown(subject, column()?);
                text.ok_or_else(|| format!("{} has no value here.", column_name(subject)))?
            }
            CopyCommand::Raw => {
                let property = column()?.property();
                let cell = subject.row.cell(&property);
                let raw = cell.as_ref().and_then(Cell::raw_text).map(Cow::into_owned);
                raw.ok_or_else(|| format!("{} has no value here.", column_name(subject)))?
            }
            CopyCommand::Row => table::tsv(&[self.cells(subject)]),
            CopyCommand::RowWithHeader => table::tsv(&[header(subject), self.cells(subject)]),
            CopyCommand::Markdown => table::markdown(&header(subject), &[self.cells(subject)]),
            CopyCommand::Json => subject.row.json().to_owned(),
            CopyCommand::Id => id()?.to_string(),
            CopyCommand::Column => column()?.name.to_string(),
            CopyCommand::Name => row_name(subject.schema, subject.table, id()?, &subject.row),
            CopyCommand::Url => match subject.query {
                Some(query) => query.address(origin),
                None => RowQuery::new(subject.table.set.clone(), id()?).address(origin),
            },
            CopyCommand::Link => link(origin, subject.table, id()?),
            CopyCommand::Curl => match subject.query {
                Some(query) => shell::curl(origin, &query.address(origin), query.prefer().as_deref()),
                None => {
                    let query = RowQuery::new(subject.table.set.clone(), id()?);
                    shell::curl(origin, &query.address(origin), query.prefer().as_deref())
                }
            },
            CopyCommand::Line => match subject.query {
                Some(query) if query.view().is_some() => {
                    return Err("`dv rows` runs no view of the server. Its address and a line for curl can be copied.".into());
                }
                Some(query) => shell::rows(origin, subject.table, query),
                None => shell::get(origin, subject.table, id()?),
            },
            CopyCommand::Path
            | CopyCommand::Value
            | CopyCommand::Batch
            | CopyCommand::Write
            | CopyCommand::Print
            | CopyCommand::Report
            | CopyCommand::Browser => String::new(),
        })
    }

    /// A cell as the screen shows it, harmless; staged where that is so. None is no value.
    fn shown(&self, subject: &Subject<'_>, column: &Column) -> Option<String> {
        let edit = subject.id.and_then(|id| self.pending.edit(&subject.table.name, id, &column.name));
        let text = match edit {
            Some(edit) => Some(edit.new.text.clone()).filter(|text| text != "-"),
            None => {
                let property = column.shown();
                subject.row.cell(&property).and_then(|cell| cell.text().map(Cow::into_owned))
            }
        };
        text.map(|text| table::plain(&text))
    }

    fn cells(&self, subject: &Subject<'_>) -> Vec<String> {
        subject.columns.iter().map(|column| self.shown(subject, column).unwrap_or_default()).collect()
    }

    /// Shows the row in the browser of this desktop; elsewhere its link, to be opened where the person sits.
    fn open_link(&mut self) -> Vec<Effect> {
        let link = match self.text_of(CopyCommand::Link) {
            Ok(link) => link,
            Err(reason) => {
                self.say(reason);
                return vec![];
            }
        };
        if self.start.desktop {
            self.say("Opened in the browser.");
            return vec![Effect::OpenBrowser(link)];
        }
        self.overlays.push(Overlay::Link(Link::new(link)));
        vec![]
    }

    /// Hands text over and says how. What the terminal does with it, or what was done in its place, comes as an event.
    pub(in crate::app) fn copy(&mut self, text: String) -> Vec<Effect> {
        self.copy_of(text, String::new())
    }

    /// The same, of rows that are told.
    fn copy_of(&mut self, text: String, rows: String) -> Vec<Effect> {
        self.copied = Some(CopiedText { text: text.clone(), rows });
        self.was_copied(Copied::Terminal);
        vec![Effect::Copy(text)]
    }

    /// Says how the last text was handed over.
    pub(in crate::app) fn was_copied(&mut self, how: Copied) {
        let Some(copied) = &self.copied else { return };
        let (bytes, print) = (copied.text.len(), self.print_last_keys());
        let (sent, tool) = match copied.rows.as_str() {
            "" => ("Sent".to_owned(), "Copied".to_owned()),
            rows => (format!("{rows} sent"), format!("{rows} copied")),
        };
        let doubt = if copied.rows.is_empty() { "Empty paste? " } else { "" };
        self.say(match how {
            Copied::Terminal => {
                format!("{sent} to terminal clipboard (OSC 52, {bytes} bytes). {doubt}{print} prints it.")
            }
            Copied::Tool(name) => format!("{tool} with {name}. {bytes} bytes. {print} prints it."),
            Copied::File(path) => {
                format!("Too long for a terminal's clipboard: written to {path}. {print} prints it.")
            }
            Copied::Failed(reason) => format!("Not copied. {reason} {print} prints it."),
        });
    }

    /// What went wrong, for somebody who should help: no token, no body, no query.
    fn report(&self) -> Option<String> {
        let problem = self.shown_problem()?;
        let mut lines = vec![format!("dv {}", self.start.version), problem.what.clone(), problem.why.clone()];
        if let Some(identity) = self.session.identity() {
            lines.push(format!("Environment: {}", identity.address));
        }
        if !problem.details.is_empty() {
            lines.push(format!("Answer: {}", problem.details));
        }
        let id = problem.details.split("request ").nth(1);
        if let Some(exchange) = id.and_then(|id| self.requests.of_request(id)) {
            let path = exchange.target.split('?').next().unwrap_or_default();
            lines.push(format!("Request: {} {path}, try {}", exchange.method, exchange.attempt));
            lines.push(format!("Client request id: {}", exchange.client_request_id));
            lines.push(format!("Sent: {} UTC", exchange.at.strftime("%Y-%m-%d %H:%M:%S")));
        }
        lines.push(format!("Copied: {} UTC", self.now.strftime("%Y-%m-%d %H:%M:%S")));
        lines.retain(|line| !line.is_empty());
        Some(lines.into_iter().map(|line| table::plain(&line)).collect::<Vec<_>>().join("\n"))
    }
}

fn column_name(subject: &Subject<'_>) -> String {
    subject.column.map_or_else(String::new, |column| column.display_name.clone())
}

fn header(subject: &Subject<'_>) -> Vec<String> {
    subject.columns.iter().map(|column| column.display_name.clone()).collect()
}

/// The address of a row in the app that people use in a browser.
fn link(origin: &str, table: &Table, id: RowId) -> String {
    format!("{origin}/main.aspx?pagetype=entityrecord&etn={}&id={id}", table.name)
}
