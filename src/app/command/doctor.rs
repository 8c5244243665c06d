//! Commands of the doctor.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;
use crate::app::screen::Screen;

/// Commands of the doctor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoctorCommand {
    Explain,
    Claims,
    KeyTester,
    Copy,
    Print,
    Again,
}

const fn spec(command: DoctorCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Doctor(command), name, title, Scope::Doctor)
}

fn examined(app: &App) -> Availability {
    match app.screen() {
        Screen::Doctor(doctor) if doctor.report.value().is_some() => Availability::Yes,
        Screen::Doctor(doctor) if !doctor.report.is_pending() => {
            Availability::No("Nothing was examined. r runs the checks.".into())
        }
        _ => Availability::No("Still examining ...".into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(DoctorCommand::Explain, "doctor.explain", "Explain the check under the cursor")
        .keys(&[&[Key::Enter]])
        .hint("explain")
        .words("why what next")
        .enabled(examined),
    spec(DoctorCommand::Claims, "doctor.claims", "Show what stands in the token, never the token")
        .keys(&[&[Key::Char('t')]])
        .hint("token claims")
        .words("jwt audience scope decode")
        .enabled(examined),
    spec(DoctorCommand::KeyTester, "doctor.keys", "Test what each key sends")
        .keys(&[&[Key::Char('K')]])
        .hint("key tester"),
    spec(DoctorCommand::Copy, "doctor.copy", "Copy the report")
        .keys(&[&[Key::Char('y')]])
        .hint("copy report")
        .enabled(examined),
    spec(DoctorCommand::Print, "doctor.print", "Show the report as plain text")
        .keys(&[&[Key::Char('P')]])
        .enabled(examined),
    spec(DoctorCommand::Again, "doctor.again", "Run the checks again")
        .keys(&[&[Key::Char('r')], &[Key::Ctrl('r')], &[Key::F(5)]])
        .hint("run again"),
];
