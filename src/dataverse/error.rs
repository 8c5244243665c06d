//! What can go wrong between us and the Web API.

use std::time::Duration;

use crate::auth;

/// An error of the client. Callers ask the `is_…` methods rather than match on statuses.
#[derive(Debug, thiserror::Error)]
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
    },
    /// Too many requests, and the retries are used up.
    #[error("the server asks to wait {} s", retry_after.as_secs())]
    Throttled {
        /// From `Retry-After`.
        retry_after: Duration,
    },
    /// The request did not reach the server, or the answer did not reach us.
    #[error("no connection to {host}")]
    Network {
        /// Host and port only: queries hold personal data.
        host: String,
        /// The cause.
        #[source]
        source: crate::http::Error,
    },
    /// The answer is not what the protocol says: HTML, cut JSON, a wrong shape.
    #[error("{what}")]
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
    /// No token could be had.
    #[error(transparent)]
    Auth(#[from] auth::Error),
}
