//! Commands of the grid.

use super::{Command, CommandSpec, Scope};
use crate::app::key::Key;

/// Commands of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridCommand {
    Open,
    OpenJson,
}

const fn spec(command: GridCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Grid(command), name, title, Scope::Grid)
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(GridCommand::Open, "row.open", "Open the row as a form")
        .keys(&[&[Key::Enter], &[Key::Char('1')]])
        .hint("open"),
    spec(GridCommand::OpenJson, "row.open-json", "Open the row as JSON")
        .keys(&[&[Key::Char('2')]])
        .hint("JSON"),
];
