//! What went over the wire, for a person who wants to know: the head of each exchange, never a body or a token.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use http::HeaderName;
use http::header::{CONTENT_LENGTH, IF_MATCH};
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use super::limits::Limits;
use super::request::{PREFER, Request};
use super::response::{Response, request_id};
use super::retry::WaitReason;
use super::transport::WEB_API;

/// Where exchanges are told to.
pub type Exchanges = UnboundedSender<Exchange>;

/// One request as it was sent, and how it was answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    /// When it was sent.
    pub at: Timestamp,
    /// Until the whole answer was here, or until it was clear that none comes.
    pub took: Duration,
    /// `GET`, `PATCH`.
    pub method: String,
    /// Scheme, host and port.
    pub origin: String,
    /// Path and query, as they were sent. A query may hold personal data: this is for memory, not for a file.
    pub target: String,
    /// The ETag that the row had to have.
    pub if_match: Option<String>,
    /// What was preferred: sizes of pages, annotations.
    pub prefer: Option<String>,
    /// HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// Dataverse code such as `0x80060882`; empty when the server gave none.
    pub code: String,
    /// Why no answer came.
    pub failure: String,
    /// Size of the body after decompression.
    pub bytes: usize,
    /// Size of the body on the wire, where the answer told it: one that is compressed does not.
    pub on_wire: Option<u64>,
    /// Which try this was; the second is 2.
    pub attempt: u32,
    /// Why it was sent once more.
    pub again: Option<Again>,
    /// Our id of the request, the same for all its tries.
    pub client_request_id: String,
    /// The server's id of the request, for a support case.
    pub request_id: Option<String>,
    /// What the answer said is left of the service's limits.
    pub limits: Option<Limits>,
}

impl Exchange {
    /// The whole address.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin, self.target)
    }

    /// Path and query below the root of the Web API.
    pub fn below_root(&self) -> &str {
        self.target.strip_prefix(WEB_API).unwrap_or(&self.target)
    }
}

/// Why a request was sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// After a wait.
    Waited(WaitReason, Duration),
    /// With a new token.
    NewToken,
}

/// Tells of an exchange when it is dropped: also of one that was called off.
#[derive(Debug)]
pub(super) struct Record<'a> {
    told: &'a Exchanges,
    started: Instant,
    exchange: Exchange,
}

/// Which try of a request this is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Try<'a> {
    pub(super) attempt: u32,
    pub(super) again: Option<Again>,
    pub(super) client_request_id: &'a str,
}

impl<'a> Record<'a> {
    /// A record of a request that is sent now; none when nobody is told.
    pub(super) fn start(
        told: &'a OnceLock<Exchanges>,
        origin: &str,
        target: &str,
        request: &Request,
        this: Try<'_>,
    ) -> Option<Self> {
        let told = told.get()?;
        let header = |wanted: &HeaderName| {
            let (_, value) = request.headers.iter().find(|(name, _)| name == wanted)?;
            Some(value.to_str().ok()?.to_owned())
        };
        let exchange = Exchange {
            at: Timestamp::now(),
            took: Duration::ZERO,
            method: request.method.to_string(),
            origin: origin.to_owned(),
            target: without_session(target),
            if_match: header(&IF_MATCH),
            prefer: header(&PREFER),
            status: None,
            code: String::new(),
            failure: "called off".to_owned(),
            bytes: 0,
            on_wire: None,
            attempt: this.attempt,
            again: this.again,
            client_request_id: this.client_request_id.to_owned(),
            request_id: None,
            limits: None,
        };
        Some(Self { told, started: Instant::now(), exchange })
    }

    pub(super) fn answered(&mut self, response: &Response, limits: Option<Limits>, code: Option<&str>) {
        let exchange = &mut self.exchange;
        exchange.failure.clear();
        exchange.status = Some(response.status.as_u16());
        exchange.bytes = response.body.len();
        let length = response.headers.get(CONTENT_LENGTH);
        exchange.on_wire = length.and_then(|length| length.to_str().ok()?.trim().parse().ok());
        exchange.request_id = request_id(&response.headers);
        exchange.limits = limits;
        exchange.code = code.unwrap_or_default().to_owned();
    }

    pub(super) fn failed(&mut self, error: &crate::http::Error) {
        self.exchange.failure = error.to_string();
    }
}

/// Whoever has the token of an upload may send pieces of it: nobody needs to read it.
fn without_session(target: &str) -> String {
    const TOKEN: &str = "sessiontoken=";
    match target.find(TOKEN) {
        Some(at) => format!("{}...", &target[..at + TOKEN.len()]),
        None => target.to_owned(),
    }
}

impl Drop for Record<'_> {
    fn drop(&mut self) {
        self.exchange.took = self.started.elapsed();
        let _ = self.told.send(self.exchange.clone()); // nobody listens any more
    }
}
