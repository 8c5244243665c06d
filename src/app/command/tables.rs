//! Commands of the table list.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;
use crate::app::screen::Screen;

/// Commands of the table list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TablesCommand {
    Open,
    Filter,
    ToggleSystem,
    ToggleCustom,
}

const fn spec(command: TablesCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Tables(command), name, title, Scope::Tables)
}

fn on_a_table(app: &App) -> Availability {
    match app.screen() {
        Screen::Tables(tables) if tables.current(app).is_some() => Availability::Yes,
        _ => Availability::No("There is no table here.".into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(TablesCommand::Open, "table.open", "Open the table's rows")
        .keys(&[&[Key::Enter]])
        .hint("rows")
        .enabled(on_a_table),
    spec(TablesCommand::Filter, "tables.filter", "Find a table by name")
        .keys(&[&[Key::Char('/')]])
        .hint("find"),
    spec(TablesCommand::ToggleSystem, "tables.system", "Show or hide system tables")
        .keys(&[&[Key::Char('z'), Key::Char('s')]])
        .hint("system tables"),
    spec(TablesCommand::ToggleCustom, "tables.custom", "Only custom tables, or all")
        .keys(&[&[Key::Char('z'), Key::Char('c')]]),
];
