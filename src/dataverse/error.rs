//! What can go wrong between us and the Web API.

use std::sync::Arc;
use std::time::Duration;

use super::denial;
use super::limits::Throttle;
use crate::{auth, http};

/// An error of the client. Callers ask the `is_…` methods rather than match on statuses.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server answered with an OData error.
    #[error("{message}")]
    Api {
        /// HTTP status.
        status: u16,
        /// Dataverse code such as `0x80040217`; empty when the server gave none.
        code: String,
        /// The server's own words.
        message: String,
        /// `x-ms-service-request-id`, for a support case.
        request_id: Option<String>,
        /// Which request of a change set was refused, from 1, where the answer says it.
        part: Option<usize>,
    },
    /// Too many requests, and the retries are used up.
    #[error("the server asks to wait {} s", retry_after.as_secs())]
    Throttled {
        /// From `Retry-After`.
        retry_after: Duration,
        /// Which limit was hit.
        limit: Throttle,
    },
    /// The request did not reach the server, or the answer did not reach us.
    #[error("no connection to {host}")]
    Network {
        /// Host and port only: queries hold personal data.
        host: String,
        /// The cause.
        #[source]
        source: Arc<http::Error>,
    },
    /// The answer is not what the protocol says: HTML, cut JSON, a wrong shape.
    #[error("the server answered with {what} (status {status})")]
    Answer {
        /// What came instead, without any of the body.
        what: String,
        /// HTTP status.
        status: u16,
        /// `x-ms-service-request-id`.
        request_id: Option<String>,
    },
    /// An answer named another origin; nothing was sent there.
    #[error("the server's answer points to another origin: {origin}")]
    ForeignOrigin {
        /// Scheme, host and port.
        origin: String,
    },
    /// The guard refused the request; no socket was used.
    #[error("{reason}")]
    Refused {
        /// A sentence for people.
        reason: String,
    },
    /// A write was sent and its answer was lost: it may or may not have happened.
    #[error("the answer was lost: the change may have been saved")]
    OutcomeUnknown {
        /// Why no answer came.
        #[source]
        source: Box<Error>,
    },
    /// Another operation of the same change set was refused, so that this one was not carried out either.
    #[error("it is all or nothing, and another one was refused")]
    AllOrNothing,
    /// An upload in pieces broke off: not all of them were sent, so that the column has what it had.
    #[error("the upload broke off after {done} of {size} bytes: the column is as it was")]
    NotCommitted {
        /// Bytes that are with the server, which forgets them.
        done: u64,
        /// Bytes of the file.
        size: u64,
        /// Why no answer came.
        #[source]
        source: Box<Error>,
    },
    /// The row was read again before a save and is not as it was; nothing was sent.
    #[error("the row was changed since it was read")]
    Changed,
    /// What was asked for cannot be put into a request.
    #[error("{what}")]
    Invalid {
        /// A sentence for people.
        what: String,
    },
    /// The server did not take the token, and a new one would not help or was refused as well.
    #[error("the access token was refused: {what}")]
    TokenRefused {
        /// What is wrong with it, in a few words.
        what: String,
        /// Why, in sentences; empty when there is no more to say.
        why: String,
        /// What to do, as a sentence.
        next: String,
        /// It was given ready-made, so there is nothing to renew it with.
        given: bool,
        /// Dataverse code; empty when the server gave none, as usual.
        code: String,
        /// `x-ms-service-request-id`, for a support case.
        request_id: Option<String>,
    },
    /// No token could be had.
    #[error(transparent)]
    Auth(Arc<auth::Error>),
}

/// Codes that decide something.
mod code {
    pub(super) const CONCURRENCY_MISMATCH: &str = "0x80060882";
    pub(super) const CONCURRENCY_NOT_ENABLED: &str = "0x8006088d";
    pub(super) const DUPLICATE_KEY: &str = "0x80040237";
    pub(super) const DUPLICATES_FOUND: &str = "0x80040333";
    pub(super) const NOT_FOUND: &str = "0x80040217";
    pub(super) const NOT_FOUND_BY_KEY: &str = "0x80060891";
    pub(super) const THROTTLED: [&str; 3] = ["0x80072321", "0x80072322", "0x80072326"];
    pub(super) const UNKNOWN_PROPERTY: &str = "0x80060888";
}

impl Error {
    /// An answer with status 200 that is not what was asked for.
    pub(super) fn answer(what: impl Into<String>) -> Self {
        Self::Answer { what: what.into(), status: 200, request_id: None }
    }

    /// JSON that does not parse. Nothing of the body goes into the message.
    pub(super) fn malformed(text: &str, error: &serde_json::Error) -> Self {
        let start = text.trim_start();
        Self::answer(match start.as_bytes().first() {
            None => "an empty body".to_owned(),
            Some(b'<') => "a page of HTML or XML instead of JSON".to_owned(),
            Some(_) if error.is_eof() => "JSON that was cut short".to_owned(),
            Some(_) => format!(
                "JSON that is not as it should be, at line {} column {}",
                error.line(),
                error.column()
            ),
        })
    }

    /// The same answer with what the head of the response says.
    pub(super) fn in_response(self, on_status: u16, id: Option<&str>) -> Self {
        match self {
            Self::Answer { what, .. } => {
                Self::Answer { what, status: on_status, request_id: id.map(ToOwned::to_owned) }
            }
            other => other,
        }
    }

    /// Someone else changed the row since it was read.
    pub fn is_conflict(&self) -> bool {
        match self {
            Self::Changed => true,
            Self::Api { status, code, .. } => {
                code == code::CONCURRENCY_MISMATCH
                    || (*status == 412 && code != code::DUPLICATE_KEY && code != code::DUPLICATES_FOUND)
            }
            _ => false,
        }
    }

    /// The query names something that the table has not.
    pub fn is_unknown_property(&self) -> bool {
        self.code() == Some(code::UNKNOWN_PROPERTY)
    }

    /// Duplicate detection found rows like the one that was to be made.
    pub fn is_duplicate(&self) -> bool {
        self.code() == Some(code::DUPLICATES_FOUND)
    }

    /// Why no answer came, of a write whose answer was lost; any other error as it is.
    #[must_use]
    pub fn cause(self) -> Self {
        match self {
            Self::OutcomeUnknown { source } => *source,
            other => other,
        }
    }

    /// The table does not compare ETags.
    pub fn is_concurrency_not_enabled(&self) -> bool {
        self.code() == Some(code::CONCURRENCY_NOT_ENABLED)
    }

    /// Trying again later may help, without changing anything.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Throttled { .. } | Self::Network { .. } => true,
            Self::Api { status, code, .. } => {
                matches!(status, 429 | 502 | 503 | 504) || code::THROTTLED.contains(&code.as_str())
            }
            Self::Answer { status, .. } => matches!(status, 429 | 502 | 503 | 504),
            _ => false,
        }
    }

    /// The row, table or address does not exist, or not any more.
    pub fn is_not_found(&self) -> bool {
        match self {
            Self::Api { status, code, .. } => {
                *status == 404 || code == code::NOT_FOUND || code == code::NOT_FOUND_BY_KEY
            }
            _ => false,
        }
    }

    /// The user may not do this.
    pub fn is_forbidden(&self) -> bool {
        matches!(self, Self::Api { status: 403, .. })
    }

    /// The server did not take the token.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Api { status: 401, .. } | Self::TokenRefused { .. })
    }

    /// Nothing works until somebody signs in.
    pub fn needs_sign_in(&self) -> bool {
        match self {
            Self::Auth(error) => error.is_sign_in(),
            Self::OutcomeUnknown { source } | Self::NotCommitted { source, .. } => source.needs_sign_in(),
            _ => self.is_unauthorized(),
        }
    }

    /// No connection, or it broke.
    pub fn is_network(&self) -> bool {
        match self {
            Self::Network { .. } => true,
            Self::OutcomeUnknown { source } | Self::NotCommitted { source, .. } => source.is_network(),
            _ => false,
        }
    }

    /// The guard refused; nothing was sent.
    pub fn is_refused(&self) -> bool {
        matches!(self, Self::Refused { .. })
    }

    /// A write whose answer was lost.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Self::OutcomeUnknown { .. })
    }

    /// HTTP status, where there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api { status, .. } | Self::Answer { status, .. } => Some(*status),
            Self::Throttled { .. } => Some(429),
            Self::TokenRefused { .. } => Some(401),
            Self::OutcomeUnknown { source } | Self::NotCommitted { source, .. } => source.status(),
            _ => None,
        }
    }

    /// Dataverse code such as `0x80040217`, where the server gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Api { code, .. } | Self::TokenRefused { code, .. } if !code.is_empty() => Some(code),
            Self::OutcomeUnknown { source } | Self::NotCommitted { source, .. } => source.code(),
            _ => None,
        }
    }

    /// The server's id of the request, for a support case.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Api { request_id, .. }
            | Self::Answer { request_id, .. }
            | Self::TokenRefused { request_id, .. } => request_id.as_deref(),
            Self::OutcomeUnknown { source } | Self::NotCommitted { source, .. } => source.request_id(),
            _ => None,
        }
    }

    /// Status, code and request id in a line for a support case, where the server answered.
    pub fn details(&self) -> Option<String> {
        let status = self.status()?;
        let code = self.code().map(|code| format!(", code {code}")).unwrap_or_default();
        let request = self.request_id().map(|id| format!(", request {id}")).unwrap_or_default();
        Some(format!("status {status}{code}{request}"))
    }

    /// What to do about it, where there is something to say.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            _ if self.is_conflict() => "read the row again, look at what changed, and repeat the edit",
            _ if self.needs_sign_in() => "sign in again: `dv login`",
            Self::Api { code, .. } if let Some(denial) = denial::of_code(code) => denial.next,
            _ if self.is_forbidden() => "ask an administrator whether your security roles allow this",
            Self::Api { code, .. } if code == code::UNKNOWN_PROPERTY => {
                "check names and expressions: lookups go by _name_value, and names are case-sensitive"
            }
            _ if self.is_not_found() => "check the table and the id; the row may have been deleted",
            Self::Throttled { .. } => "wait, then try again; fewer requests at a time help",
            Self::Network { .. } => "check the address, the network and the proxy settings",
            Self::Answer { .. } => {
                "something between here and Dataverse may have answered: a proxy or a sign-in page"
            }
            Self::ForeignOrigin { .. } => "nothing was sent there; check the environment's address",
            Self::NotCommitted { .. } => "check the connection, then send the file again",
            Self::OutcomeUnknown { .. } => "read the row again before repeating the change",
            _ if self.is_transient() => "try again in a while",
            _ => return None,
        })
    }
}

/// Equal when they tell people the same: causes are compared by their words.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        let causes = |error: &Self| match error {
            Self::Network { source, .. } => source.to_string(),
            Self::OutcomeUnknown { source } | Self::NotCommitted { source, .. } => {
                format!("{source}: {:?}", source.status())
            }
            _ => String::new(),
        };
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && self.to_string() == other.to_string()
            && self.status() == other.status()
            && self.code() == other.code()
            && self.request_id() == other.request_id()
            && causes(self) == causes(other)
    }
}

impl From<auth::Error> for Error {
    fn from(error: auth::Error) -> Self {
        Self::Auth(Arc::new(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(status: u16, code: &str) -> Error {
        Error::Api { status, code: code.into(), message: "no".into(), request_id: None, part: None }
    }

    #[test]
    fn each_no_names_whom_to_ask_for_what() {
        for (code, word) in [
            ("0x80072560", "add this user"),
            ("0x80042f09", "security role"),
            ("0x80040225", "enable this user"),
            ("0x8004d24b", "licence"),
            ("0x8004a112", "enable this user"),
            ("0x8004a104", "enable the environment"),
            ("0x80095ffc", "application id"),
            ("0x80040220", "privilege named above"),
        ] {
            assert!(
                api(400, code).hint().unwrap().contains(word),
                "{code}: its status is not everywhere 403"
            );
            assert!(api(403, code).hint().unwrap().contains(word), "{code}");
        }
        assert!(!api(403, "0x80072560").hint().unwrap().contains("privilege"));
    }

    #[test]
    fn a_412_is_a_conflict_unless_it_is_about_a_duplicate() {
        assert!(api(412, "0x80060882").is_conflict());
        assert!(api(412, "").is_conflict());
        assert!(!api(412, "0x80040237").is_conflict());
        assert!(!api(412, "0x80040333").is_conflict());
    }

    #[test]
    fn errors_are_told_apart_by_what_can_be_done() {
        assert!(api(404, "").is_not_found());
        assert!(api(403, "0x80040220").is_forbidden());
        assert!(api(401, "").needs_sign_in());
        assert!(api(503, "").is_transient());
        assert!(!api(400, "0x80060888").is_transient());
        assert!(Error::Refused { reason: "read-only".into() }.is_refused());
        assert!(api(400, "0x8006088d").is_concurrency_not_enabled());
    }

    #[test]
    fn errors_compare_by_what_they_say() {
        assert_eq!(api(404, "a"), api(404, "a"));
        assert_ne!(api(404, "a"), api(404, "b"));
        let lost = |status| Error::OutcomeUnknown { source: Box::new(api(status, "")) };
        assert_ne!(lost(502), lost(504));
        assert_ne!(api(502, ""), lost(502));
    }
}
