//! What went wrong, in three lines for people.

use super::nearest::closest;
use super::notice::Notice;
use super::overlay::Overlay;
use super::overlay::reading::Reading;
use super::{App, Screen};
use crate::dataverse::{Error, Refused, TableSchema, denial};

/// A failure as it is shown: what happened, why, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What happened, in the user's words: `Not saved: Priority of CAS-01213.`
    pub what: String,
    /// Why, with the server's code where there is one.
    pub why: String,
    /// Keys or commands that lead on.
    pub next: String,
    /// Status, code and request id for a support case; empty where the server did not answer.
    pub details: Box<str>,
    /// The server's code, by which failures of one kind are told from others.
    pub code: Option<Box<str>>,
    /// Nothing went wrong: it is worth several lines, and stays until it was seen.
    pub is_news: bool,
}

impl Problem {
    /// A problem of which only the first line is known.
    pub fn new(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: String::new(),
            next: String::new(),
            details: Box::default(),
            code: None,
            is_news: false,
        }
    }

    /// Something done that is worth several lines.
    pub fn news(what: impl Into<String>) -> Self {
        Self { is_news: true, ..Self::new(what) }
    }

    /// Adds the reason.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = why.into();
        self
    }

    /// Adds what can be done.
    #[must_use]
    pub fn next(mut self, next: impl Into<String>) -> Self {
        self.next = next.into();
        self
    }
}

impl Problem {
    /// The same as a message over a screen that has something to show: Esc dismisses it and stays here.
    #[must_use]
    pub fn to_dismiss(&self) -> Self {
        Self { next: self.next.replace("Esc back", "Esc dismiss"), ..self.clone() }
    }
}

impl App {
    /// Something that went wrong is told now.
    pub fn is_trouble_shown(&self) -> bool {
        let of_sign_in = matches!(self.screen(), Screen::SignIn(sign_in) if sign_in.problem.is_some());
        let told = matches!(&self.notice, Some(Notice::Problem(problem)) if !problem.is_news);
        of_sign_in || told || self.failure_of_screen().is_some()
    }

    /// What went wrong and is told now, outside of the sign-in.
    pub fn shown_problem(&self) -> Option<&Problem> {
        match &self.notice {
            Some(Notice::Problem(problem)) => Some(problem),
            _ => self.failure_of_screen(),
        }
    }

    pub(in crate::app) fn show_refused(&mut self, refused: Option<Refused>) {
        match refused {
            Some(refused) => {
                let reading = Reading::new(refused.what.clone(), refused.lines()).tight();
                self.overlays.push(Overlay::Reading(Box::new(reading)));
            }
            None => self.say("No server has refused anything: no answer came."),
        }
    }

    /// Why the screen that is seen has nothing to show, or nothing that is still so.
    pub fn failure_of_screen(&self) -> Option<&Problem> {
        match self.screen() {
            Screen::Environments(screen) if screen.picker.is_empty() => self.places.problem(),
            Screen::Tables(tables) if tables.picker.is_empty() => self.tables.problem(),
            Screen::Grid(grid) => grid.rows.problem().filter(|_| grid.rows.value().is_none()),
            // Of a row that is gone its panel tells.
            Screen::Record(record) => {
                record.row.problem().filter(|_| record.gone || record.row.value().is_none())
            }
            _ => None,
        }
    }
}

impl Problem {
    /// The same; of a name that the server does not know, with the columns that may have been meant.
    #[must_use]
    pub fn nearest(mut self, error: &Error, schema: Option<&TableSchema>) -> Self {
        let Error::Api { message, .. } = error else { return self };
        let Some(schema) = schema.filter(|_| error.code() == Some(code::UNKNOWN_PROPERTY)) else {
            return self;
        };
        // "Could not find a property named 'x' on type 'Microsoft.Dynamics.CRM.incident'."
        let Some(unknown) = message.split('\'').nth(1) else { return self };
        let properties: Vec<String> =
            schema.columns.iter().map(|column| column.property().into_owned()).collect();
        let near = closest(unknown, properties.iter().map(String::as_str).filter(|name| *name != unknown));
        if !near.is_empty() {
            self.why = format!("{} Nearest: {}.", self.why, near.join(", "));
        }
        self
    }

    /// A problem from an answer of the client: `what` failed, without its full stop.
    pub fn of(what: &str, error: &Error) -> Self {
        let (why, next) = reason(error);
        let details = error.details().unwrap_or_default().into();
        let code = error.code().map(Box::from);
        Self { details, code, ..Self::new(format!("{what}.")).why(why).next(next) }
    }
}

/// Why a request failed, and the keys that lead on.
fn reason(error: &Error) -> (String, &'static str) {
    const AGAIN: &str = "r try again   Esc back";
    let coded = |words: &str| match (error.status(), error.code()) {
        (Some(status), Some(code)) => format!("{words} ({status}, {code})."),
        (Some(status), None) => format!("{words} ({status})."),
        _ => format!("{words}."),
    };
    match error {
        _ if error.is_conflict() => {
            (coded("Someone changed the row after you read it"), "r read it again   Esc back")
        }
        Error::TokenRefused { what, why, next, .. } => {
            // What to type at a shell helps nobody here; the keys are the same for all.
            let more = [why, next].into_iter().filter(|text| !text.is_empty() && !text.contains("dv "));
            let more: Vec<&str> = more.map(String::as_str).collect();
            let refused = coded(&format!("The token was refused: {what}"));
            (
                format!("{refused} {}", more.join(" ")).trim_end().to_owned(),
                "g u sign in again   g d look closer   r try again",
            )
        }
        Error::Api { code, message, .. } if denial::of_code(code).is_some() || error.is_forbidden() => {
            let hint = error.hint().filter(|_| code != code::NO_PRIVILEGE).unwrap_or_default();
            let why = coded(&privilege(code, message));
            let why = if hint.is_empty() { why } else { format!("{why} {}.", capital(hint)) };
            (why, "Esc back   g t other tables")
        }
        Error::Api { message, .. } if error.code() == Some(code::PLUG_IN) => {
            (coded(&format!("A plug-in refused: {}", sentence(message))), AGAIN)
        }
        Error::Auth(why) if error.needs_sign_in() => {
            let why = sentence(&why.to_string()).to_owned();
            (format!("The sign-in is no longer good: {why}."), "g u sign in again   r try again")
        }
        _ if error.needs_sign_in() => {
            (coded("The sign-in is no longer good"), "g u sign in again   r try again")
        }
        _ if error.is_not_found() => {
            (coded("It was deleted, or your roles never let you see it"), "r try again   Esc back")
        }
        Error::Throttled { retry_after, limit } => {
            let limit = limit.words().map(|limit| format!(" ({limit})")).unwrap_or_default();
            let why = format!("Dataverse asks to wait {} s{limit}.", retry_after.as_secs());
            (why, "r try again then   Esc back")
        }
        Error::Network { source, .. } => {
            let hint = source.hint().map(|hint| format!(" {}.", capital(&hint))).unwrap_or_default();
            let why = capital(sentence(&source.to_string()));
            (format!("{why}.{hint}"), "r try again   g d look closer   Esc back")
        }
        Error::ForeignOrigin { .. } => (
            format!("{}. Nothing was sent there.", capital(sentence(&error.to_string()))),
            "r try again   g d look closer   Esc back",
        ),
        Error::Answer { what, .. } => (coded(&format!("The server sent {what}")), AGAIN),
        Error::Api { message, .. } => (coded(sentence(message)), AGAIN),
        _ => (format!("{}.", capital(sentence(&error.to_string()))), AGAIN),
    }
}

/// Codes of the server that deserve words of their own.
mod code {
    pub(super) const NO_PRIVILEGE: &str = "0x80040220";
    pub(super) const UNKNOWN_PROPERTY: &str = "0x80060888";
    pub(super) const PLUG_IN: &str = "0x80040265";
}

/// The privilege that the server's words name, in words of ours.
fn privilege(code: &str, message: &str) -> String {
    denial::missing_privilege(code, message)
        .map_or_else(|| sentence(message).to_owned(), |name| format!("Your roles lack {name}"))
}

/// A hint as a sentence of its own.
fn capital(hint: &str) -> String {
    let mut letters = hint.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Text without a full stop at its end: a code follows.
fn sentence(text: &str) -> &str {
    text.trim().trim_end_matches('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(status: u16, code: &str, message: &str) -> Error {
        Error::Api { status, code: code.into(), message: message.into(), request_id: None, part: None }
    }

    #[test]
    fn a_missing_privilege_is_named() {
        let message =
            "Principal user (Id=1) is missing prvReadIncident privilege on OTC=112 for entity 'incident'.";
        let problem = Problem::of("Cannot read Cases", &api(403, "0x80040220", message));
        assert_eq!(problem.what, "Cannot read Cases.");
        assert_eq!(problem.why, "Your roles lack prvReadIncident (403, 0x80040220).");
        assert!(problem.next.contains("Esc back"));
    }

    #[test]
    fn a_refusal_of_the_environment_says_whom_to_ask_whatever_its_status_is() {
        for (status, code, words) in
            [(403, "0x8004a104", "enable the environment"), (400, "0x80095ffc", "allow this application id")]
        {
            let problem = Problem::of("Cannot list the tables", &api(status, code, "No."));
            assert!(problem.why.contains(words) && problem.why.contains(code), "{problem:?}");
        }
    }

    #[test]
    fn every_problem_has_three_lines() {
        let errors = [
            api(404, "0x80040217", "gone"),
            api(412, "0x80060882", "changed"),
            api(400, "0x80040265", "Plug-in says no."),
            api(500, "", "oops"),
            api(401, "", "who are you"),
            Error::TokenRefused {
                what: "for Microsoft Graph, not for this environment".into(),
                why: "Your token is for Microsoft Graph.".into(),
                next: "Sign in again: `dv login`.".into(),
                given: false,
                code: String::new(),
                request_id: None,
            },
            Error::Throttled {
                retry_after: std::time::Duration::from_secs(42),
                limit: crate::dataverse::Throttle::Requests,
            },
            Error::Answer { what: "a page of HTML".into(), status: 200, request_id: None },
            Error::Refused { reason: "This session is read-only.".into() },
        ];
        for error in errors {
            let problem = Problem::of("Cannot read Cases", &error);
            assert!(!problem.why.is_empty() && !problem.next.is_empty(), "{problem:?}");
            assert!(problem.why.ends_with('.') && !problem.why.ends_with(".."), "{problem:?}");
        }
    }
}
