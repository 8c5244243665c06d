//! Commands of the sign-in screen.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;
use crate::app::screen::Screen;
use crate::app::session::Prompt;

/// Commands of the sign-in screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInCommand {
    OtherWay,
    NewCode,
    CopyCode,
    CopyAddress,
    OpenAddress,
    PrintPlain,
}

const fn spec(command: SignInCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::SignIn(command), name, title, Scope::SignIn)
}

fn prompted(app: &App) -> Availability {
    match app.screen() {
        Screen::SignIn(sign_in) if sign_in.prompt.is_some() => Availability::Yes,
        _ => Availability::No("There is no address to show yet.".into()),
    }
}

fn with_code(app: &App) -> Availability {
    match app.screen() {
        Screen::SignIn(sign_in) if matches!(sign_in.prompt, Some(Prompt::DeviceCode { .. })) => {
            Availability::Yes
        }
        Screen::SignIn(sign_in) if sign_in.prompt.is_some() => {
            Availability::No("A browser needs no code. Y copies the address".into())
        }
        _ => Availability::No("There is no code to copy yet.".into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(SignInCommand::CopyCode, "sign-in.copy-code", "Copy the code")
        .keys(&[&[Key::Char('y')]])
        .hint("copy code")
        .enabled(with_code),
    spec(SignInCommand::CopyAddress, "sign-in.copy-address", "Copy the address")
        .keys(&[&[Key::Char('Y')]])
        .hint("copy address")
        .enabled(prompted),
    spec(SignInCommand::PrintPlain, "sign-in.print", "Show address and code as plain text")
        .keys(&[&[Key::Char('P')]])
        .hint("plain text")
        .enabled(prompted),
    spec(SignInCommand::NewCode, "sign-in.again", "Start over with a new code")
        .keys(&[&[Key::Char('n')]])
        .hint("new code"),
    spec(SignInCommand::OtherWay, "sign-in.other-way", "Change between code and browser")
        .keys(&[&[Key::Char('b')]])
        .hint("other way"),
    spec(SignInCommand::OpenAddress, "sign-in.open", "Open the address in this machine's browser")
        .keys(&[&[Key::Char('o')]])
        .hint("open")
        .enabled(prompted),
];
