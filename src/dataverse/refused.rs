//! What a server sent in place of an answer, for a person who wants to see it as it came.

use std::time::Instant;

use bytes::Bytes;

/// So much of a body is kept.
const MAX: usize = 64 << 10;

/// The body of a refusal. It is shown when it is asked for, and never logged.
#[derive(Clone)]
pub struct Refused {
    /// Which request it answered: method, path without query, status, request id.
    pub what: String,
    /// The body as it came, at most 64 KiB of it.
    pub body: Bytes,
    /// When it came.
    pub at: Instant,
}

impl Refused {
    /// A body that came now.
    pub fn new(what: String, body: &[u8]) -> Refused {
        Refused { what, body: Bytes::copy_from_slice(&body[..body.len().min(MAX)]), at: Instant::now() }
    }

    /// The body line by line; bytes that are no text are replaced.
    pub fn lines(&self) -> Vec<String> {
        let text = String::from_utf8_lossy(&self.body);
        match text.trim().is_empty() {
            true => vec!["(no body)".to_owned()],
            false => text.lines().map(str::to_owned).collect(),
        }
    }
}

impl std::fmt::Debug for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Refused({}, {} bytes)", self.what, self.body.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_cut_shown_by_lines_and_never_printed() {
        let refused = Refused::new("GET /x, status 403".into(), &[b'a'; MAX + 1]);
        assert_eq!(refused.body.len(), MAX);
        let refused = Refused::new("GET /x, status 403".into(), b"one\ntwo \xff");
        assert_eq!(refused.lines(), ["one", "two \u{fffd}"]);
        assert!(!format!("{refused:?}").contains("one"));
        assert_eq!(Refused::new(String::new(), b" \n").lines(), ["(no body)"]);
    }
}
