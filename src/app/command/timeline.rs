//! Commands of the timeline of a record.

use super::act::ActCommand;
use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;

/// Commands of the timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimelineCommand {
    /// All of the text under the cursor.
    Whole,
    /// An attachment of the note or the mail under the cursor, to a file.
    Save,
}

fn on_an_entry(app: &App) -> Availability {
    match app.happened() {
        Some(_) => Availability::Yes,
        None => Availability::No("Nothing stands here.".into()),
    }
}

fn on_a_file(app: &App) -> Availability {
    match app.happened() {
        Some(happened) if happened.entry.files.is_empty() => {
            Availability::No("There is no attachment here.".into())
        }
        Some(happened) if happened.unsent.is_some() => {
            Availability::No("It is not sent yet: its file is here already.".into())
        }
        Some(_) => Availability::Yes,
        None => Availability::No("Nothing stands here.".into()),
    }
}

fn with_row(app: &App) -> Availability {
    match app.record().and_then(|record| record.row.value()) {
        Some(_) => Availability::Yes,
        None => Availability::No("The record is not here yet.".into()),
    }
}

/// `a` and a letter are shorter here than `x` and a letter: to add something is what one does on a timeline.
const fn add(command: ActCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Act(command), name, title, Scope::Timeline).enabled(with_row)
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    CommandSpec::new(
        Command::Timeline(TimelineCommand::Whole),
        "timeline.whole",
        "Read all of the text",
        Scope::Timeline,
    )
    .keys(&[&[Key::Enter]])
    .hint("read")
    .words("whole full more open")
    .enabled(on_an_entry),
    CommandSpec::new(
        Command::Timeline(TimelineCommand::Save),
        "timeline.save",
        "Save the attachment to a file",
        Scope::Timeline,
    )
    .keys(&[&[Key::Char('s')]])
    .hint("save file")
    .words("attachment file download write")
    .enabled(on_a_file),
    add(ActCommand::Note, "timeline.note", "Add a note")
        .keys(&[&[Key::Char('a'), Key::Char('n')]])
        .hint("note"),
    add(ActCommand::Task, "timeline.task", "Add a task")
        .keys(&[&[Key::Char('a'), Key::Char('t')]])
        .hint("task"),
    add(ActCommand::PhoneCall, "timeline.phone-call", "Add a phone call")
        .keys(&[&[Key::Char('a'), Key::Char('p')]]),
];
