//! What reached the sandbox: enough to prove what a client sent, never a token or a body.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use http::header::{AUTHORIZATION, IF_MATCH};
use http::request::Parts;
use http::{HeaderName, StatusCode};
use jiff::Timestamp;
use serde::Serialize;

use super::sites::Origin;

/// How many requests are remembered; the oldest go first.
const LIMIT: usize = 100_000;

/// One request, as `GET /_sandbox/requests` shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Entry {
    /// Counts from 1 in the order of arrival.
    n: u64,
    time: Timestamp,
    origin: &'static str,
    method: String,
    /// With the query, as sent.
    path: String,
    /// None while the request is being answered, and for one that never gets an answer.
    status: Option<u16>,
    if_match: Option<String>,
    prefer: Option<String>,
    /// Whether there was an `Authorization` header.
    authorization: bool,
}

#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: VecDeque<Entry>,
    forgotten: u64,
}

impl RequestLog {
    /// Notes a request and gives its number.
    pub(crate) fn arrived(&self, origin: Origin, parts: &Parts, time: Timestamp) -> u64 {
        let text = |name: HeaderName| {
            parts.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        };
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        if inner.entries.len() == LIMIT {
            inner.entries.pop_front();
            inner.forgotten += 1;
        }
        let n = inner.forgotten + inner.entries.len() as u64 + 1;
        inner.entries.push_back(Entry {
            n,
            time,
            origin: origin.name(),
            method: parts.method.to_string(),
            path: match origin {
                // A proxy is asked for whole addresses, and to connect to a host.
                Origin::Proxy => parts.uri.to_string(),
                _ => parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
            },
            status: None,
            if_match: text(IF_MATCH),
            prefer: text(HeaderName::from_static("prefer")),
            authorization: parts.headers.contains_key(AUTHORIZATION),
        });
        n
    }

    pub(crate) fn answered(&self, n: u64, status: StatusCode) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let index = n.checked_sub(inner.forgotten + 1).and_then(|index| usize::try_from(index).ok());
        if let Some(entry) = index.and_then(|index| inner.entries.get_mut(index)) {
            entry.status = Some(status.as_u16());
        }
    }

    /// Forgets all requests. Numbers go on.
    pub(crate) fn clear(&self) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.forgotten += inner.entries.len() as u64;
        inner.entries.clear();
    }

    /// The requests after number `since`, oldest first.
    pub(crate) fn since(&self, since: u64) -> Vec<Entry> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let skip = usize::try_from(since.saturating_sub(inner.forgotten)).unwrap_or(usize::MAX);
        inner.entries.iter().skip(skip).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_hundred_thousand_are_kept_and_numbers_go_on() {
        let log = RequestLog::default();
        let (parts, ()) = http::Request::get("/a?b=c").body(()).unwrap().into_parts();
        for _ in 0..LIMIT + 5 {
            log.arrived(Origin::Api(0), &parts, Timestamp::UNIX_EPOCH);
        }
        log.answered(3, StatusCode::OK);
        log.answered(LIMIT as u64 + 5, StatusCode::NOT_FOUND);
        let all = log.since(0);
        assert_eq!((all.len(), all[0].n, all[LIMIT - 1].n), (LIMIT, 6, LIMIT as u64 + 5));
        let last = log.since(LIMIT as u64 + 4);
        assert_eq!((last.len(), last[0].status, last[0].path.as_str()), (1, Some(404), "/a?b=c"));
        assert!(log.since(LIMIT as u64 + 5).is_empty());
    }
}
