//! What passed a client, for a person who wants to know: where to and how it went; no query, no header, no body.

use std::time::{Duration, Instant};

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedSender;

use super::{Error, Response, host_and_port};

/// Where traces are told to.
pub type Traces = UnboundedSender<Trace>;

/// One request, and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// When it was sent.
    pub at: Timestamp,
    /// Until the whole answer was here, or until it was clear that none comes.
    pub took: Duration,
    /// `GET`, `POST`.
    pub method: String,
    /// Scheme, host and port, without a user name.
    pub origin: String,
    /// The path alone: codes and tokens can be in a query.
    pub path: String,
    /// HTTP status; none when no answer came.
    pub status: Option<u16>,
    /// Why no answer came.
    pub failure: String,
    /// Size of the body after decompression.
    pub bytes: usize,
}

/// Tells of a request when it is dropped: also of one that was called off.
#[derive(Debug)]
pub(super) struct Record {
    told: Traces,
    started: Instant,
    trace: Trace,
}

impl Record {
    pub(super) fn start(told: &Traces, request: &Request<Bytes>) -> Self {
        let scheme = request.uri().scheme_str().unwrap_or_default();
        let trace = Trace {
            at: Timestamp::now(),
            took: Duration::ZERO,
            method: request.method().to_string(),
            origin: format!("{scheme}://{}", host_and_port(request.uri())),
            path: request.uri().path().to_owned(),
            status: None,
            failure: "called off".to_owned(),
            bytes: 0,
        };
        Self { told: told.clone(), started: Instant::now(), trace }
    }

    pub(super) fn ended(&mut self, result: &Result<Response<Bytes>, Error>) {
        match result {
            Ok(response) => {
                self.trace.failure.clear();
                self.trace.status = Some(response.status().as_u16());
                self.trace.bytes = response.body().len();
            }
            Err(error) => self.trace.failure = error.to_string(),
        }
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        self.trace.took = self.started.elapsed();
        let _ = self.told.send(self.trace.clone()); // nobody listens any more
    }
}
