//! Commands of the review of pending changes.

use super::{Command, CommandSpec, Scope};
use crate::app::key::Key;

/// Commands of the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewCommand {
    Send,
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[CommandSpec::new(
    Command::Review(ReviewCommand::Send),
    "review.send",
    "Send the included changes",
    Scope::Review,
)
.keys(&[&[Key::Char('s')]])
.hint("send")];
