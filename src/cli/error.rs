//! Errors of commands: text, causes, hints and the exit code.

use std::error::Error as StdError;
use std::io::{self, Write};

use crate::auth::UrlError;
use crate::text::harmless;
use crate::{auth, config, dataverse, http, ops, sandbox};

/// What went wrong, for a person and for a script.
#[derive(Debug)]
pub struct CliError {
    kind: Kind,
    source: Box<dyn StdError + Send + Sync>,
    notes: Vec<String>,
    hints: Vec<String>,
}

/// What kind of failure it is. Scripts see it as the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It did not work.
    Failed,
    /// It was asked in a way that cannot work.
    Usage,
    /// Somebody else changed the row.
    Conflict,
    /// The guard said no: read-only, production, confirmation.
    Refused,
    /// Sign-in is needed, or failed.
    SignIn,
    /// Nobody reads the output any more.
    BrokenPipe,
}

impl Kind {
    /// The exit code scripts rely on.
    pub fn exit_code(self) -> u8 {
        match self {
            Kind::BrokenPipe => 0,
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::Conflict => 3,
            Kind::Refused => 4,
            Kind::SignIn => 5,
        }
    }
}

impl CliError {
    /// An error of a kind; `source` is its text and its chain of causes.
    pub fn new(kind: Kind, source: impl Into<Box<dyn StdError + Send + Sync>>) -> CliError {
        CliError { kind, source: source.into(), notes: Vec::new(), hints: Vec::new() }
    }

    /// Something was asked in a way that cannot work.
    pub fn usage(message: impl Into<String>) -> CliError {
        CliError::new(Kind::Usage, message.into())
    }

    /// Something did not work.
    pub fn failed(source: impl Into<Box<dyn StdError + Send + Sync>>) -> CliError {
        CliError::new(Kind::Failed, source)
    }

    /// Adds a line with a fact beside the error.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> CliError {
        self.notes.push(note.into());
        self
    }

    /// Adds a line that says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> CliError {
        self.hints.push(hint.into());
        self
    }

    /// The same as a failure of another kind.
    #[must_use]
    pub fn of_kind(mut self, kind: Kind) -> CliError {
        self.kind = kind;
        self
    }

    /// Hints that name `dv login` name the profile that the person named.
    #[must_use]
    pub fn for_profile(mut self, name: &str) -> CliError {
        for hint in &mut self.hints {
            *hint = hint.replace("`dv login", &format!("`dv --profile {name} login"));
        }
        self
    }

    /// The code of the service that refused it, where it did.
    pub(super) fn code(&self) -> Option<&str> {
        self.source.downcast_ref::<dataverse::Error>()?.code()
    }

    /// The kind, which decides the exit code.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Writes `error: …`, the chain of causes, the notes and the hints. Text from a server is made harmless.
    ///
    /// # Errors
    ///
    /// When `out` cannot be written to.
    pub fn report(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.kind == Kind::BrokenPipe {
            return Ok(());
        }
        let mut said = self.source.to_string();
        writeln!(out, "error: {}", harmless(&said))?;
        let mut cause = self.source.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Transparent wrappers and causes that repeat what was said add nothing.
            if !text.is_empty() && !said.contains(&text) {
                // This one is our own text and shows the place in several lines.
                match error.is::<Box<toml::de::Error>>() {
                    true => in_lines(out, &text)?,
                    false => writeln!(out, "caused by: {}", harmless(&text))?,
                }
                said = text;
            }
            cause = error.source();
        }
        for note in &self.notes {
            writeln!(out, "note: {}", harmless(note))?;
        }
        for hint in &self.hints {
            writeln!(out, "hint: {}", harmless(hint))?;
        }
        Ok(())
    }
}

/// A cause of several lines; each is made harmless by itself.
fn in_lines(out: &mut dyn Write, text: &str) -> io::Result<()> {
    for (index, line) in text.trim_end().lines().enumerate() {
        let start = if index == 0 { "caused by: " } else { "  " };
        writeln!(out, "{start}{}", harmless(line))?;
    }
    Ok(())
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> CliError {
        let kind = match error.kind() {
            io::ErrorKind::BrokenPipe => Kind::BrokenPipe,
            _ => Kind::Failed,
        };
        CliError::new(kind, error)
    }
}

impl From<config::Error> for CliError {
    fn from(error: config::Error) -> CliError {
        let kind = match &error {
            config::Error::ProfileName(_)
            | config::Error::NoProfile { .. }
            | config::Error::ProfileExists { .. }
            | config::Error::Setting { .. }
            | config::Error::Value { .. }
            | config::Error::Secret { .. }
            | config::Error::Syntax { .. } => Kind::Usage,
            _ => Kind::Failed,
        };
        let hint = error.hint().map(ToOwned::to_owned);
        with_hints(CliError::new(kind, error), hint)
    }
}

impl From<http::Error> for CliError {
    fn from(error: http::Error) -> CliError {
        let hint = error.hint();
        with_hints(CliError::failed(error), hint)
    }
}

impl From<auth::Error> for CliError {
    fn from(error: auth::Error) -> CliError {
        from_auth(std::sync::Arc::new(error))
    }
}

fn from_auth(error: std::sync::Arc<auth::Error>) -> CliError {
    let kind = if error.is_usage() {
        Kind::Usage
    } else if error.is_sign_in() {
        Kind::SignIn
    } else {
        Kind::Failed
    };
    let hints = error.hints();
    with_hints(CliError::new(kind, error), hints)
}

impl From<UrlError> for CliError {
    fn from(error: UrlError) -> CliError {
        CliError::new(Kind::Usage, error)
            .hint("an environment looks like contoso.crm4 or https://contoso.crm4.dynamics.com")
    }
}

impl From<dataverse::Error> for CliError {
    fn from(error: dataverse::Error) -> CliError {
        match error {
            dataverse::Error::Auth(error) => from_auth(error),
            dataverse::Error::Network { ref source, .. } => {
                let hints = source.hint().into_iter().chain([CLOSER.to_owned()]);
                with_hints(CliError::failed(error), hints)
            }
            dataverse::Error::TokenRefused { ref why, ref next, given, .. } => {
                let notes: Vec<String> = [why.clone()]
                    .into_iter()
                    .chain(error.details())
                    .filter(|note| !note.is_empty())
                    .collect();
                let hints = [next.clone()].into_iter().chain(given.then(|| GIVEN.to_owned()));
                let told = with_hints(CliError::new(Kind::SignIn, error), hints);
                notes.into_iter().fold(told, CliError::note)
            }
            dataverse::Error::Invalid { .. } => CliError::new(Kind::Usage, error),
            error if error.needs_sign_in() => {
                CliError::new(Kind::SignIn, error).hint("sign in again: `dv login`")
            }
            error if error.is_conflict() => told(Kind::Conflict, error),
            error if error.is_refused() => told(Kind::Refused, error),
            error => told(Kind::Failed, error),
        }
    }
}

/// What looks at the way to the server step by step.
const CLOSER: &str = "`dv doctor` looks closer";

/// What becomes of a token that nobody can renew.
const GIVEN: &str = "a token that was given ready-made (DV_TOKEN, --token-stdin) is not renewed: `dv doctor` shows how to ask for the \
     right one; `dv login` signs in, without DV_TOKEN";

/// An error of the Web API with what a support case needs and what to do next.
fn told(kind: Kind, error: dataverse::Error) -> CliError {
    let details = match &error {
        // Its message has the status.
        dataverse::Error::Answer { request_id, .. } => request_id.as_ref().map(|id| format!("request {id}")),
        other => other.details(),
    };
    let hint = error.hint().map(ToOwned::to_owned);
    let told = with_hints(CliError::new(kind, error), hint);
    details.into_iter().fold(told, CliError::note)
}

impl From<ops::Failure> for CliError {
    fn from(failure: ops::Failure) -> CliError {
        match failure {
            ops::Failure::Dataverse(error) => error.into(),
            ops::Failure::OtherOrganization(other) => {
                let next = other.next();
                let refused = CliError::new(Kind::Refused, other).note(ops::OtherOrganization::WHY);
                match next {
                    Some(next) => refused.hint(format!("if that is the one you mean: `{next}`")),
                    None => refused,
                }
            }
        }
    }
}

impl From<sandbox::Error> for CliError {
    fn from(error: sandbox::Error) -> CliError {
        let kind = match &error {
            sandbox::Error::NotLoopback(_) => Kind::Usage,
            _ => Kind::Failed,
        };
        CliError::new(kind, error)
    }
}

fn with_hints(error: CliError, hints: impl IntoIterator<Item = String>) -> CliError {
    hints.into_iter().fold(error, CliError::hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(error: CliError) -> String {
        let mut out = Vec::new();
        error.report(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[derive(Debug, thiserror::Error)]
    #[error("no connection to contoso")]
    struct Outer(#[source] io::Error);

    #[test]
    fn an_error_is_told_with_its_causes_and_what_to_do() {
        let error = CliError::failed(Outer(io::Error::other("refused\u{1b}[2J"))).hint("is it running?");
        assert_eq!(
            printed(error),
            "error: no connection to contoso\ncaused by: refused^[[2J\nhint: is it running?\n"
        );
    }

    #[test]
    fn a_broken_pipe_is_quiet_and_no_failure() {
        let error = CliError::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(error.kind().exit_code(), 0);
        assert_eq!(printed(error), "");
    }

    #[test]
    fn exit_codes_are_those_that_scripts_rely_on() {
        let kinds = [Kind::Failed, Kind::Usage, Kind::Conflict, Kind::Refused, Kind::SignIn];
        assert_eq!(kinds.map(Kind::exit_code), [1, 2, 3, 4, 5]);
        let conflict = dataverse::Error::Api {
            status: 412,
            code: "0x80060882".into(),
            message: "changed".into(),
            request_id: None,
            part: None,
        };
        assert_eq!(CliError::from(conflict).kind(), Kind::Conflict);
        assert_eq!(CliError::from(dataverse::Error::from(auth::Error::SignInNeeded)).kind(), Kind::SignIn);
    }
}
