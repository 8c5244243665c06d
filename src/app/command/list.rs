//! Movement in anything that is a list.

use super::{Command, CommandSpec, Scope};
use crate::app::key::Key;
use crate::app::list::Step;

/// Movement commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListCommand {
    Down,
    Up,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    First,
    Last,
}

impl ListCommand {
    /// The step of the cursor.
    pub fn step(self) -> Step {
        match self {
            Self::Down => Step::Rows(1),
            Self::Up => Step::Rows(-1),
            Self::HalfDown => Step::Halves(1),
            Self::HalfUp => Step::Halves(-1),
            Self::PageDown => Step::Halves(2),
            Self::PageUp => Step::Halves(-2),
            Self::First => Step::First,
            Self::Last => Step::Last,
        }
    }
}

const fn spec(command: ListCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::List(command), name, title, Scope::List)
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(ListCommand::Down, "list.down", "Next row").keys(&[&[Key::Char('j')], &[Key::Down]]),
    spec(ListCommand::Up, "list.up", "Previous row").keys(&[&[Key::Char('k')], &[Key::Up]]),
    spec(ListCommand::HalfDown, "list.half-down", "Half a page down").keys(&[&[Key::Ctrl('d')]]),
    spec(ListCommand::HalfUp, "list.half-up", "Half a page up").keys(&[&[Key::Ctrl('u')]]),
    spec(ListCommand::PageDown, "list.page-down", "A page down").keys(&[&[Key::PageDown], &[Key::Ctrl('f')]]),
    spec(ListCommand::PageUp, "list.page-up", "A page up").keys(&[&[Key::PageUp], &[Key::Ctrl('b')]]),
    spec(ListCommand::First, "list.first", "First row")
        .keys(&[&[Key::Char('g'), Key::Char('g')], &[Key::Home]]),
    spec(ListCommand::Last, "list.last", "Last row").keys(&[&[Key::Char('G')], &[Key::End]]),
];
