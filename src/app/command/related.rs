//! Commands of the relationships of a record.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;

/// Commands of the relationships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelatedCommand {
    /// The rows on the other side.
    Open,
    /// The empty ones too.
    All,
}

fn on_a_line(app: &App) -> Availability {
    match app.related() {
        Some(_) => Availability::Yes,
        None => Availability::No("Nothing stands here.".into()),
    }
}

const fn spec(command: RelatedCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Related(command), name, title, Scope::Related)
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(RelatedCommand::Open, "related.open", "Open the related rows, or the row that a lookup points to")
        .keys(&[&[Key::Enter]])
        .hint("open")
        .words("follow children parent lookup")
        .enabled(on_a_line),
    spec(RelatedCommand::All, "related.all", "Hide or show what is empty")
        .keys(&[&[Key::Char('z'), Key::Char('e')]])
        .hint("all"),
];
