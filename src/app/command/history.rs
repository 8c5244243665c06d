//! Commands that go where the person was before, and that keep a view fresh.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::history::Way;
use crate::app::key::Key;

/// Commands of the history and of the watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryCommand {
    Go(Way),
    Watch,
}

const fn spec(command: HistoryCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::History(command), name, title, Scope::Global)
}

fn there_is(app: &App, way: Way, reason: &str) -> Availability {
    match app.screens.has(way) {
        true => Availability::Yes,
        false => Availability::No(reason.into()),
    }
}

fn watchable(app: &App) -> Availability {
    match app.unwatchable() {
        None => Availability::Yes,
        Some(reason) => Availability::No(reason.into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(HistoryCommand::Go(Way::Back), "history.back", "Back to the view before this one")
        .keys(&[&[Key::Char('[')]])
        .words("previous")
        .enabled(|app| there_is(app, Way::Back, "There is no view before this one.")),
    spec(HistoryCommand::Go(Way::Forward), "history.forward", "Forward again after going back")
        .keys(&[&[Key::Char(']')]])
        .words("next")
        .enabled(|app| there_is(app, Way::Forward, "There is no view after this one.")),
    spec(HistoryCommand::Go(Way::Last), "history.last", "The last view; again returns")
        .keys(&[&[Key::Char('-')]])
        .words("toggle previous")
        .enabled(|app| there_is(app, Way::Last, "There is no view before this one.")),
    spec(HistoryCommand::Watch, "watch", "Read this view again every 60 seconds, or stop that")
        .keys(&[&[Key::Char('z'), Key::Char('w')]])
        .words("refresh auto tail")
        .enabled(watchable),
];
