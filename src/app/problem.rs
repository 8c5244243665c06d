//! What went wrong, in three lines for people.

/// A failure as it is shown: what happened, why, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What happened, in the user's words: `Not saved: Priority of CAS-01213.`
    pub what: String,
    /// Why, with the server's code where there is one.
    pub why: String,
    /// Keys or commands that lead on.
    pub next: String,
}

impl Problem {
    /// A problem of which only the first line is known.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), why: String::new(), next: String::new() }
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
