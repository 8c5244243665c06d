//! Commands of one row: its form and its JSON.

use super::{Command, CommandSpec, Scope};
use crate::app::key::Key;

/// Commands of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordCommand {
    Form,
    Json,
}

const fn spec(command: RecordCommand, name: &'static str, title: &'static str, scope: Scope) -> CommandSpec {
    CommandSpec::new(Command::Record(command), name, title, scope)
}

/// The table of these scopes.
pub const COMMANDS: &[CommandSpec] = &[
    spec(RecordCommand::Form, "record.form", "The row as a form", Scope::Record).keys(&[&[Key::Char('1')]]),
    spec(RecordCommand::Json, "record.json", "The row as JSON", Scope::Record).keys(&[&[Key::Char('2')]]),
];
