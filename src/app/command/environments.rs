//! Commands of the list of environments.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;
use crate::app::screen::Screen;

/// Commands of the list of environments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnvironmentsCommand {
    Open,
    Filter,
    Address,
    Tag,
    Details,
    SignOut,
    /// The one at this place of the list, from 0.
    Nth(usize),
}

const fn spec(command: EnvironmentsCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Environments(command), name, title, Scope::Environments)
}

/// The first nine have a digit each.
macro_rules! nth {
    ($($n:literal $key:literal $name:literal $title:literal),*) => {
        [$(spec(EnvironmentsCommand::Nth($n), $name, $title).keys(&[&[Key::Char($key)]])),*]
    };
}

fn on_an_environment(app: &App) -> Availability {
    match app.screen() {
        Screen::Environments(screen) if screen.current(app).is_some() => Availability::Yes,
        _ => Availability::No("There is no environment here.  a takes an address".into()),
    }
}

const NTH: [CommandSpec; 9] = nth!(
    0 '1' "environment.open-1" "Open the first environment",
    1 '2' "environment.open-2" "Open the second environment",
    2 '3' "environment.open-3" "Open the third environment",
    3 '4' "environment.open-4" "Open the fourth environment",
    4 '5' "environment.open-5" "Open the fifth environment",
    5 '6' "environment.open-6" "Open the sixth environment",
    6 '7' "environment.open-7" "Open the seventh environment",
    7 '8' "environment.open-8" "Open the eighth environment",
    8 '9' "environment.open-9" "Open the ninth environment"
);

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(EnvironmentsCommand::Open, "environment.open", "Open the environment")
        .keys(&[&[Key::Enter]])
        .hint("open")
        .enabled(on_an_environment),
    spec(EnvironmentsCommand::Filter, "environments.filter", "Find an environment by name")
        .keys(&[&[Key::Char('/')]])
        .hint("filter"),
    spec(EnvironmentsCommand::Address, "environments.address", "Open an address that is typed or pasted")
        .keys(&[&[Key::Char('a')]])
        .hint("address"),
    spec(EnvironmentsCommand::Tag, "environment.tag", "Label, colour, alias, production and read-only")
        .keys(&[&[Key::Char('e')]])
        .hint("tag")
        .enabled(on_an_environment),
    spec(EnvironmentsCommand::Details, "environment.details", "Who you are there, and what it is")
        .keys(&[&[Key::Char('d')]])
        .hint("details")
        .enabled(on_an_environment),
    spec(EnvironmentsCommand::SignOut, "environments.sign-out", "Sign out of all that is listed")
        .keys(&[&[Key::Char('X')]])
        .hint("sign out"),
    NTH[0],
    NTH[1],
    NTH[2],
    NTH[3],
    NTH[4],
    NTH[5],
    NTH[6],
    NTH[7],
    NTH[8],
];
