//! Commands of the request log.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::key::Key;

/// Commands of the request log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogCommand {
    Detail,
    Filter,
    Follow,
    CopyId,
    CopyUrl,
    CopyCurl,
}

impl LogCommand {
    /// Whether it copies a text.
    pub fn copies(self) -> bool {
        matches!(self, Self::CopyId | Self::CopyUrl | Self::CopyCurl)
    }
}

const fn spec(command: LogCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Log(command), name, title, Scope::Log)
}

fn on_a_line(app: &App) -> Availability {
    match app.log().and_then(|log| log.current(app)) {
        Some(_) => Availability::Yes,
        None => Availability::No("There is no request here.".into()),
    }
}

fn on_a_request(app: &App) -> Availability {
    match (on_a_line(app), app.logged()) {
        (Availability::Yes, None) => Availability::No("It was here already: nothing was sent.".into()),
        (availability, _) => availability,
    }
}

/// What a write sent is not kept, so no command line could send it again.
fn on_a_read(app: &App) -> Availability {
    match app.logged() {
        Some(exchange) if exchange.method != "GET" => {
            Availability::No("What a write sends is not kept, so curl could not repeat it.".into())
        }
        _ => on_a_request(app),
    }
}

/// The table of this scope.
pub const COMMANDS: &[CommandSpec] = &[
    spec(LogCommand::Detail, "log.detail", "Read all that is known of the request")
        .keys(&[&[Key::Enter]])
        .hint("detail")
        .enabled(on_a_line),
    spec(LogCommand::Filter, "log.filter", "Find requests by path, status, code or id")
        .keys(&[&[Key::Char('/')]])
        .hint("find"),
    spec(LogCommand::CopyId, "log.copy-id", "Copy the request id")
        .keys(&[&[Key::Char('y'), Key::Char('i')]])
        .hint("id")
        .words("support case")
        .enabled(on_a_request),
    spec(LogCommand::CopyCurl, "log.copy-curl", "Copy the request as curl, without a token")
        .keys(&[&[Key::Char('y'), Key::Char('x')]])
        .hint("curl")
        .enabled(on_a_read),
    spec(LogCommand::CopyUrl, "log.copy-url", "Copy the address")
        .keys(&[&[Key::Char('y'), Key::Char('u')]])
        .words("url")
        .enabled(on_a_request),
    spec(LogCommand::Follow, "log.follow", "Follow the newest request, or stay")
        .keys(&[&[Key::Char('z'), Key::Char('t')]])
        .hint("follow")
        .words("tail"),
];
