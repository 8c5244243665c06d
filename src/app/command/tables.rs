//! Commands of the table list.

use super::{Command, CommandSpec, Scope};
use crate::app::key::Key;

/// Commands of the table list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TablesCommand {
    Open,
    Filter,
}

const fn spec(command: TablesCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Tables(command), name, title, Scope::Tables)
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(TablesCommand::Open, "table.open", "Open the table's rows").keys(&[&[Key::Enter]]).hint("rows"),
    spec(TablesCommand::Filter, "tables.filter", "Find a table by name")
        .keys(&[&[Key::Char('/')]])
        .hint("find"),
];
