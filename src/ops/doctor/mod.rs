//! What stands between this machine and the rows of an environment, check by check, and what to do about it.
//!
//! The order of the checks is fixed, and each of them is always there: what could not be looked at says after which
//! one it waits. Nothing of a token, a code or a secret is in what comes out.

mod network;
mod server;
mod terminal;
mod token;
mod verdict;

use crate::auth::{self, Authority, Claims, EnvironmentUrl, Tokens};
use crate::http;
use crate::ops::Expected;

pub use network::is_of_this_machine;
pub use terminal::Terminal;
pub use token::{explain, facts};
pub use verdict::Verdict;

/// A check, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Id {
    Dns,
    Tcp,
    Tls,
    Challenge,
    Token,
    Audience,
    Tenant,
    Issuer,
    Scope,
    Expiry,
    Clock,
    Whoami,
    Privileges,
    Limits,
    Terminal,
    Clipboard,
    EscapeTime,
    Keys,
}

impl Id {
    /// All of them, in order.
    pub const ALL: [Id; 18] = [
        Id::Dns,
        Id::Tcp,
        Id::Tls,
        Id::Challenge,
        Id::Token,
        Id::Audience,
        Id::Tenant,
        Id::Issuer,
        Id::Scope,
        Id::Expiry,
        Id::Clock,
        Id::Whoami,
        Id::Privileges,
        Id::Limits,
        Id::Terminal,
        Id::Clipboard,
        Id::EscapeTime,
        Id::Keys,
    ];

    /// The name that scripts know it by.
    pub fn name(self) -> &'static str {
        match self {
            Id::Dns => "dns",
            Id::Tcp => "tcp",
            Id::Tls => "tls",
            Id::Challenge => "challenge",
            Id::Token => "token",
            Id::Audience => "audience",
            Id::Tenant => "tenant",
            Id::Issuer => "issuer",
            Id::Scope => "scope",
            Id::Expiry => "expiry",
            Id::Clock => "clock",
            Id::Whoami => "whoami",
            Id::Privileges => "privileges",
            Id::Limits => "limits",
            Id::Terminal => "terminal",
            Id::Clipboard => "clipboard",
            Id::EscapeTime => "escape_time",
            Id::Keys => "keys",
        }
    }

    /// The name that people read.
    pub fn title(self) -> &'static str {
        match self {
            Id::Dns => "DNS",
            Id::Tcp => "TCP",
            Id::Tls => "TLS",
            Id::Challenge => "Challenge",
            Id::Token => "Token",
            Id::Audience => "Audience",
            Id::Tenant => "Tenant",
            Id::Issuer => "Issuer",
            Id::Scope => "Scope",
            Id::Expiry => "Expiry",
            Id::Clock => "Clock",
            Id::Whoami => "WhoAmI",
            Id::Privileges => "Privileges",
            Id::Limits => "API limits",
            Id::Terminal => "Terminal",
            Id::Clipboard => "Clipboard",
            Id::EscapeTime => "Escape time",
            Id::Keys => "Keys",
        }
    }

    /// It is about the terminal, not about the environment.
    pub fn is_of_the_terminal(self) -> bool {
        self >= Id::Terminal
    }
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Ok,
    /// Odd, but it stops nothing by itself.
    Warn,
    /// It stops work.
    Fail,
    /// Not run; `Check::why` says why not.
    Skip,
}

impl Status {
    /// The word of scripts and people alike.
    pub fn word(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "fail",
            Status::Skip => "skip",
        }
    }
}

/// One check and how it ended. Text from servers is in it as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub id: Id,
    /// How it ended.
    pub status: Status,
    /// In a few words.
    pub what: String,
    /// Why, in sentences; for one that was skipped what it waits for.
    pub why: String,
    /// What to do, in sentences.
    pub next: String,
}

impl Check {
    fn new(id: Id, status: Status, what: impl Into<String>) -> Check {
        Check { id, status, what: what.into(), why: String::new(), next: String::new() }
    }

    fn ok(id: Id, what: impl Into<String>) -> Check {
        Check::new(id, Status::Ok, what)
    }

    fn warn(id: Id, what: impl Into<String>) -> Check {
        Check::new(id, Status::Warn, what)
    }

    fn fail(id: Id, what: impl Into<String>) -> Check {
        Check::new(id, Status::Fail, what)
    }

    fn skip(id: Id, why: impl Into<String>) -> Check {
        Check::new(id, Status::Skip, "not run").why(why)
    }

    /// Not run, because another check did not end well.
    fn after(id: Id, other: Id) -> Check {
        Check::skip(id, format!("after {}", other.name()))
    }

    fn why(mut self, why: impl Into<String>) -> Check {
        self.why = why.into();
        self
    }

    fn next(mut self, next: impl Into<String>) -> Check {
        self.next = next.into();
        self
    }
}

/// What is examined.
#[derive(Debug)]
pub struct Subject<'a> {
    /// The environment, where one is known.
    pub environment: Option<EnvironmentUrl>,
    /// The authority that was given by hand.
    pub authority: Option<Authority>,
    /// The tokens of a sign-in or from outside; nothing when nobody is signed in.
    pub tokens: Result<Option<Tokens>, auth::Error>,
    /// Tables to look for privileges on, by logical or set name.
    pub tables: &'a [String],
    /// The proxy on the way to the environment.
    pub proxy: Option<Proxy>,
    /// What is known of the environment: the organization that must be behind its address.
    pub expected: Expected,
}

/// A proxy on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proxy {
    /// The variable that names it.
    pub variable: String,
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Every check, in the order of [`Id::ALL`].
    pub checks: Vec<Check>,
    /// What stands in the token, where there is one that can be read.
    pub claims: Option<Claims>,
    /// What is wrong and what exactly to change.
    pub verdict: Verdict,
}

impl Report {
    /// No check failed.
    pub fn is_fine(&self) -> bool {
        self.checks.iter().all(|check| check.status != Status::Fail)
    }

    /// A check.
    pub fn check(&self, id: Id) -> Option<&Check> {
        self.checks.iter().find(|check| check.id == id)
    }
}

/// Examines everything. Each part has a time limit of its own, so that a server that is silent ends nothing but its
/// own check.
///
/// # Cancellation
///
/// Safe: everything is read only.
pub async fn examine(http: &http::Client, subject: &Subject<'_>, terminal: &Terminal) -> Report {
    let (mut checks, probed) = network::look(http, subject).await;
    let terminal = terminal.look();
    let (token, server) = server::ask(http, subject, &checks, probed.as_ref()).await;
    checks.extend(token.checks);
    checks.extend(server);
    checks.extend(terminal.await);
    let verdict = verdict::of(&checks, subject, token.claims.as_ref(), probed.as_ref());
    Report { checks, claims: token.claims, verdict }
}

/// Examines a token alone, without any network.
pub fn inspect(token: &str, environment: Option<EnvironmentUrl>, now: jiff::Timestamp) -> Report {
    let told = token::offline(token, environment.as_ref(), now);
    let offline = |id| Check::skip(id, "offline: `dv doctor` runs it");
    let checks: Vec<Check> = Id::ALL
        .into_iter()
        .map(|id| told.checks.iter().find(|check| check.id == id).cloned().unwrap_or_else(|| offline(id)))
        .collect();
    let subject = Subject {
        environment,
        authority: None,
        tokens: Ok(None),
        tables: &[],
        proxy: None,
        expected: Expected::default(),
    };
    let verdict = verdict::of(&checks, &subject, told.claims.as_ref(), None);
    Report { checks, claims: told.claims, verdict }
}
