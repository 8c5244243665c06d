//! Commands of the request log.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::exchanges::Entry;
use crate::app::key::Key;

/// Commands of the request log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogCommand {
    Detail,
    Filter,
    Follow,
    Repeat,
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
    match app.log().and_then(|log| log.current(app)) {
        None => on_a_line(app),
        Some(Entry::Sent(_)) => Availability::Yes,
        Some(Entry::Cached { .. }) => Availability::No("It was here already: nothing was sent.".into()),
        Some(Entry::Traced(_)) => {
            Availability::No("Of a sign-in, a list or a check only host and path are kept.".into())
        }
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

/// A write is never sent a second time from here, and what went elsewhere has no token of this session.
fn on_a_repeatable(app: &App) -> Availability {
    let no = |reason: &str| Availability::No(reason.into());
    let here = app.session.identity().map(|identity| identity.address.as_str());
    match app.log().and_then(|log| log.current(app)) {
        None => no("There is no request here."),
        Some(Entry::Cached { .. }) => no("It was here already: nothing was sent."),
        Some(Entry::Traced(_)) => {
            no("Only reads of the environment can be sent again, not those of a sign-in.")
        }
        Some(Entry::Sent(exchange)) if exchange.method != "GET" => {
            no("This was a write: what it sent is not kept, and no write is sent twice.")
        }
        Some(Entry::Sent(exchange)) if here != Some(exchange.origin.as_str()) => {
            no("This went to another environment than the one you are in.")
        }
        Some(Entry::Sent(_)) => Availability::Yes,
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
    spec(LogCommand::Repeat, "log.repeat", "Send the read once more")
        .keys(&[&[Key::Char('.')]])
        .hint("repeat")
        .words("again replay retry")
        .enabled(on_a_repeatable),
    spec(LogCommand::Follow, "log.follow", "Follow the newest request, or stay")
        .keys(&[&[Key::Char('z'), Key::Char('t')]])
        .hint("follow")
        .words("tail"),
];
