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
    AzureCli,
    Application,
    Token,
    Address,
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

fn in_browser(app: &App) -> Availability {
    match app.screen() {
        Screen::SignIn(sign_in) if matches!(sign_in.prompt, Some(Prompt::Browser { .. })) => {
            Availability::Yes
        }
        _ => Availability::No("An address is pasted after a sign-in in a browser.  b begins one".into()),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(SignInCommand::Address, "sign-in.paste", "Paste the address that a browser elsewhere ended at")
        .keys(&[&[Key::Char('p')]])
        .hint("paste address")
        .words("redirect")
        .enabled(in_browser),
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
    spec(SignInCommand::AzureCli, "sign-in.azure-cli", "Use the session of the Azure CLI")
        .keys(&[&[Key::Char('a')]])
        .words("az"),
    spec(SignInCommand::Application, "sign-in.application", "Sign in as an application")
        .keys(&[&[Key::Char('s')]])
        .words("service principal secret certificate client credentials"),
    spec(SignInCommand::Token, "sign-in.token", "Use a ready token; it cannot be renewed")
        .keys(&[&[Key::Char('t')]])
        .words("bearer"),
    spec(SignInCommand::OpenAddress, "sign-in.open", "Open the address in this machine's browser")
        .keys(&[&[Key::Char('o')]])
        .hint("open")
        .enabled(prompted),
];
