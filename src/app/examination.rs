//! What an examination of network, token, environment and terminal has found, as the screen shows it.

use std::fmt::Write as _;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Ok,
    /// Odd, but it stops nothing by itself.
    Warn,
    /// It stops work.
    Fail,
    /// Not run; the reason says why not.
    Skip,
}

impl Status {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }

    /// Something should be done about it.
    pub fn is_trouble(self) -> bool {
        matches!(self, Self::Warn | Self::Fail)
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name for people.
    pub title: String,
    /// How it ended.
    pub status: Status,
    /// In a few words.
    pub what: String,
    /// Why, in sentences.
    pub why: String,
    /// What to do, in sentences.
    pub next: String,
    /// It is about the token, and what is right instead of it stands in the requests.
    pub of_token: bool,
}

/// Everything that was found. Nothing of a token is in it but its claims.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Examination {
    /// The checks, in order.
    pub checks: Vec<Check>,
    /// What stands in the token, label and value.
    pub facts: Vec<(String, String)>,
    /// What is wrong and what exactly to change.
    pub verdict: String,
    /// Requests that would be right, with their names.
    pub requests: Vec<(String, String)>,
}

impl Examination {
    /// How many checks ended like this.
    pub fn count(&self, status: Status) -> usize {
        self.checks.iter().filter(|check| check.status == status).count()
    }

    /// `18 checks   13 ok   3 warn   1 fail   1 skip`
    pub fn counts(&self) -> String {
        let mut line = format!("{} checks", self.checks.len());
        for status in [Status::Ok, Status::Warn, Status::Fail, Status::Skip] {
            let count = self.count(status);
            if count > 0 {
                let _ = write!(line, "   {count} {}", status.word()); // writing to a String cannot fail
            }
        }
        line
    }

    /// All that there is to say about a check, as paragraphs.
    pub fn explanation(&self, index: usize) -> Vec<String> {
        let Some(check) = self.checks.get(index) else { return vec![] };
        let mut paragraphs = vec![format!("[{}] {}", check.status.word(), check.what)];
        paragraphs.extend([&check.why, &check.next].into_iter().filter(|text| !text.is_empty()).cloned());
        if check.of_token && check.status == Status::Fail {
            paragraphs.extend(self.requests.iter().map(|(name, request)| format!("{name}: {request}")));
        }
        if check.why.is_empty() && check.next.is_empty() {
            paragraphs.push("There is nothing to do about it.".to_owned());
        }
        paragraphs
    }

    /// The whole report as plain lines, to be handed to somebody else.
    pub fn plain(&self) -> String {
        let mut text = String::new();
        for check in &self.checks {
            let more = [&check.why, &check.next].map(|more| if more.is_empty() { "" } else { more.as_str() });
            let more = more.into_iter().filter(|more| !more.is_empty()).collect::<Vec<_>>().join(" ");
            let _ = writeln!(text, "[{}] {}: {}", check.status.word(), check.title, check.what);
            if !more.is_empty() {
                let _ = writeln!(text, "    {more}");
            }
        }
        let _ = write!(text, "\n{}\n", self.verdict);
        for (name, request) in &self.requests {
            let _ = write!(text, "\n{name}:\n{request}\n");
        }
        text
    }
}
