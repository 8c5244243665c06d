//! Commands of the review of pending changes.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;
use crate::app::screen::review::has_trouble;

/// Commands of the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewCommand {
    Send,
    Toggle,
    Drop,
    Resolve,
}

const fn spec(command: ReviewCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Review(command), name, title, Scope::Review)
}

fn refused(app: &App) -> Availability {
    let rows = app.pending.rows().iter().map(|row| &row.state);
    let operations = app.pending.operations().iter().map(|operation| &operation.state);
    match rows.chain(operations).any(has_trouble) {
        true => Availability::Yes,
        false => Availability::No("Nothing was refused.".into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(ReviewCommand::Send, "review.send", "Send the included changes")
        .keys(&[&[Key::Char('s')]])
        .hint("send")
        .words("save commit submit"),
    spec(ReviewCommand::Toggle, "review.toggle", "Take the record in or out")
        .keys(&[&[Key::Char(' ')]])
        .hint("in/out"),
    spec(ReviewCommand::Drop, "review.drop", "Drop the change, or all of the record's")
        .keys(&[&[Key::Char('D')]])
        .hint("drop"),
    spec(ReviewCommand::Resolve, "review.resolve", "See why the record was refused")
        .keys(&[&[Key::Enter]])
        .hint("why refused")
        .enabled(refused),
];
