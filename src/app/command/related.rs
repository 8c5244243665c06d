//! Commands of the relationships of a record, and of the rows that are related to one.

use super::grid::GridCommand;
use super::record::RecordCommand;
use super::{Availability, Command, CommandSpec, Scope};
use crate::app::key::Key;
use crate::app::{App, Screen};

/// Commands of the relationships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelatedCommand {
    /// The rows on the other side.
    Open,
    /// The empty ones too.
    All,
    /// A new row on the other side.
    Add,
    /// Another row to this one.
    Attach,
    /// What is under the cursor from this one.
    Detach,
}

fn on_a_line(app: &App) -> Availability {
    match app.related() {
        Some(_) => Availability::Yes,
        None => Availability::No("Nothing stands here.".into()),
    }
}

fn addable(app: &App) -> Availability {
    match app.addable() {
        Ok(_) => Availability::Yes,
        Err(why) => Availability::No(why),
    }
}

const fn spec(command: RelatedCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Related(command), name, title, Scope::Related)
}

const fn find(command: RecordCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Record(command), name, title, Scope::Related)
}

const fn row(command: RelatedCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Related(command), name, title, Scope::RelatedRows)
}

fn on_a_row(app: &App) -> Availability {
    match app.screen() {
        Screen::Grid(grid) if !grid.is_empty() => Availability::Yes,
        _ => Availability::No("There is no row here.".into()),
    }
}

/// The table of these scopes.
pub const COMMANDS: &[CommandSpec] = &[
    spec(RelatedCommand::Open, "related.open", "Open the related rows, or the row that a lookup points to")
        .keys(&[&[Key::Enter]])
        .hint("open")
        .words("follow children parent lookup")
        .enabled(on_a_line),
    spec(RelatedCommand::Add, "related.add", "Add a related row: a new one that belongs to this row")
        .keys(&[&[Key::Char('a')]])
        .hint("add")
        .words("new create insert child")
        .enabled(addable),
    spec(RelatedCommand::All, "related.all", "Hide or show what is empty")
        .keys(&[&[Key::Char('z'), Key::Char('e')]])
        .hint("all"),
    spec(
        RelatedCommand::Attach,
        "related.attach",
        "Attach a row that exists; choose what a lookup points to",
    )
    .keys(&[&[Key::Char('A')]])
    .hint("attach")
    .words("associate link connect add")
    .enabled(on_a_line),
    spec(RelatedCommand::Detach, "related.detach", "Let the lookup point to nothing")
        .keys(&[&[Key::Char('X')]])
        .hint("detach")
        .words("disassociate unlink remove clear")
        .enabled(on_a_line),
    find(RecordCommand::Find, "related.find", "Find by name").keys(&[&[Key::Char('/')]]).hint("find"),
    find(RecordCommand::NextMatch, "related.next-match", "Next match").keys(&[&[Key::Char('n')]]),
    find(RecordCommand::PreviousMatch, "related.previous-match", "Previous match").keys(&[&[Key::Char('N')]]),
    // Once more, so that it stays what the hint line begins with.
    CommandSpec::new(
        Command::Grid(GridCommand::Open),
        "related-rows.open",
        "Open the row as a form",
        Scope::RelatedRows,
    )
    .keys(&[&[Key::Enter]])
    .hint("open")
    .enabled(on_a_row),
    row(RelatedCommand::Add, "related-rows.add", "New row that belongs to the same row")
        .keys(&[&[Key::Char('a')]])
        .hint("add")
        .words("new create insert child")
        .enabled(addable),
    row(RelatedCommand::Attach, "related-rows.attach", "Attach a row that exists")
        .keys(&[&[Key::Char('A')]])
        .hint("attach")
        .words("associate link connect add"),
    row(RelatedCommand::Detach, "related-rows.detach", "Detach the row, or the marked ones")
        .keys(&[&[Key::Char('X')]])
        .hint("detach")
        .words("disassociate unlink remove")
        .enabled(on_a_row),
];
