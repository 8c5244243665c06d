//! Commands of the review of pending changes.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;

/// Commands of the review.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewCommand {
    Send,
    Toggle,
    Edit,
    Drop,
    Open,
    Together,
}

const fn spec(command: ReviewCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Review(command), name, title, Scope::Review)
}

fn editable(app: &App) -> Availability {
    match app.no_review_edit() {
        None => Availability::Yes,
        Some(reason) => Availability::No(reason),
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
    spec(
        ReviewCommand::Open,
        "review.open",
        "See why it was refused, a value in full, or each of equal changes",
    )
    .keys(&[&[Key::Enter]])
    .hint("open"),
    spec(ReviewCommand::Edit, "review.edit", "Edit the value, or that of all equal changes")
        .keys(&[&[Key::Char('e')]])
        .hint("edit")
        .words("change")
        .enabled(editable),
    spec(
        ReviewCommand::Together,
        "review.together",
        "Send all in one request, all or nothing, or one by one",
    )
    .keys(&[&[Key::Char('z'), Key::Char('g')]])
    .words("atomic transaction change set batch"),
];
