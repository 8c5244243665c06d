//! Commands of the panes of a grid.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;
use crate::app::screen::Screen;

/// Commands of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaneCommand {
    Preview,
    ScrollDown,
    ScrollUp,
    Zoom,
    Next,
    Previous,
    NextRecord,
    PreviousRecord,
}

const fn spec(command: PaneCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Pane(command), name, title, Scope::Grid)
}

fn with_preview(app: &App) -> Availability {
    match app.is_preview_shown() {
        true => Availability::Yes,
        false => Availability::No("The preview is not shown.  p shows it".into()),
    }
}

/// Next and previous record: a row whose neighbours are there.
fn beside_preview(app: &App) -> Availability {
    match app.screen() {
        Screen::Grid(grid) if grid.is_empty() => Availability::No("There is no row here.".into()),
        _ => with_preview(app),
    }
}

fn with_panes(app: &App) -> Availability {
    match app.screen() {
        Screen::Grid(_) if app.pane_count() > 1 => Availability::Yes,
        Screen::Grid(_) => Availability::No("There is one pane only.  p opens the preview".into()),
        _ => Availability::No("Open a table first.".into()),
    }
}

/// The preview can be hidden at any time, and shown when there is something to show.
fn to_show_or_hide(app: &App) -> Availability {
    match app.screen() {
        Screen::Grid(grid) if grid.is_empty() && !app.is_preview_shown() => {
            Availability::No("There is no row to show.".into())
        }
        Screen::Grid(_) => Availability::Yes,
        _ => Availability::No("Open a table first.".into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(PaneCommand::Preview, "preview", "Show or hide the form of the row under the cursor")
        .keys(&[&[Key::Char('p')]])
        .hint("preview")
        .words("peek detail pane")
        .enabled(to_show_or_hide),
    spec(PaneCommand::Next, "pane.next", "Next pane")
        .keys(&[&[Key::Tab]])
        .hint("pane")
        .words("focus")
        .enabled(with_panes),
    spec(PaneCommand::Previous, "pane.previous", "Previous pane")
        .keys(&[&[Key::BackTab]])
        .enabled(with_panes),
    spec(PaneCommand::Zoom, "zoom", "Give the pane with the keys all the room, or share it again")
        .keys(&[&[Key::Char('Z')]])
        .words("maximize full")
        .enabled(with_panes),
    spec(PaneCommand::ScrollDown, "preview.down", "Scroll the preview down")
        .keys(&[&[Key::Char('}')]])
        .enabled(with_preview),
    spec(PaneCommand::ScrollUp, "preview.up", "Scroll the preview up")
        .keys(&[&[Key::Char('{')]])
        .enabled(with_preview),
    spec(PaneCommand::NextRecord, "preview.next", "Next record, with the preview open")
        .keys(&[&[Key::Char('J')]])
        .enabled(beside_preview),
    spec(PaneCommand::PreviousRecord, "preview.previous", "Previous record, with the preview open")
        .keys(&[&[Key::Char('K')]])
        .enabled(beside_preview),
];
