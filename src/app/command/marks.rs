//! Commands that mark rows of a grid.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;
use crate::app::screen::Screen;

/// Commands of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkCommand {
    Toggle,
    Range,
    All,
    Query,
    Invert,
    None,
}

const fn spec(command: MarkCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Mark(command), name, title, Scope::Grid)
}

fn on_a_row(app: &App) -> Availability {
    match app.screen() {
        Screen::Grid(grid) if grid.is_empty() => Availability::No("There is no row here.".into()),
        Screen::Grid(_) => Availability::Yes,
        _ => Availability::No("Open a table first.".into()),
    }
}

fn with_marks(app: &App) -> Availability {
    match app.screen() {
        Screen::Grid(grid) if grid.marks.is_empty() => Availability::No("Nothing is marked.".into()),
        _ => on_a_row(app),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(MarkCommand::Toggle, "mark", "Mark the row, or unmark it, and go down")
        .keys(&[&[Key::Char(' ')]])
        .hint("mark")
        .words("select")
        .enabled(on_a_row),
    spec(MarkCommand::Range, "mark.range", "Mark from here to where v is pressed again")
        .keys(&[&[Key::Char('v')]])
        .words("select visual")
        .enabled(on_a_row),
    spec(MarkCommand::All, "mark.all", "Mark all rows held; with a filter, those that match")
        .keys(&[&[Key::Char('M'), Key::Char('a')]])
        .words("select")
        .enabled(on_a_row),
    spec(MarkCommand::Query, "mark.query", "Mark all rows that match on the server, also those not read")
        .keys(&[&[Key::Char('M'), Key::Char('q')]])
        .words("select everything bulk")
        .enabled(on_a_row),
    spec(MarkCommand::Invert, "mark.invert", "Invert the marks among the rows held")
        .keys(&[&[Key::Char('M'), Key::Char('i')]])
        .enabled(on_a_row),
    spec(MarkCommand::None, "mark.none", "Clear the marks")
        .keys(&[&[Key::Char('M'), Key::Char('n')]])
        .words("unselect unmark")
        .enabled(with_marks),
];
