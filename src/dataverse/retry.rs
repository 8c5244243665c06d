//! When a request is sent again, and how long it waits.

use std::time::{Duration, Instant};

use backon::{BackoffBuilder, ExponentialBuilder};
use http::StatusCode;

use super::limits::Throttle;

/// How patient the transport is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often a request is sent at most, the first time included.
    pub tries: usize,
    /// First wait where the server names none; doubles each time, with jitter.
    pub first: Duration,
    /// Longest wait where the server names none.
    pub longest: Duration,
    /// A server that asks to wait longer than this is not waited for.
    pub cap: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            tries: 5,
            first: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            cap: Duration::from_secs(300),
        }
    }
}

impl Retry {
    pub(super) fn delays(&self) -> impl Iterator<Item = Duration> + Send + use<> {
        ExponentialBuilder::default()
            .with_min_delay(self.first)
            .with_max_delay(self.longest)
            .with_max_times(self.tries.saturating_sub(1))
            .with_jitter()
            .build()
    }
}

/// A request waits to be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// When it is sent.
    pub until: Instant,
    /// Which try comes next; the second is 2.
    pub attempt: u32,
    /// Why.
    pub reason: WaitReason,
}

/// Why a request is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitReason {
    /// Too many requests, and by which limit.
    Throttled(Throttle),
    /// The service or something before it is not available: 502, 503 or 504.
    Unavailable(u16),
    /// No connection, or it broke.
    Connection,
}

impl WaitReason {
    /// The server asked for it.
    pub fn is_throttled(self) -> bool {
        matches!(self, Self::Throttled(_))
    }
}

/// Whether an answer says that the same request may be sent again.
///
/// Reads on 429, 502, 503 and 504. Writes only where the server says that it did nothing: 429, and 503 with a
/// time to come back.
pub(super) fn reason_to_retry(status: StatusCode, is_write: bool, has_time: bool) -> Option<WaitReason> {
    match status.as_u16() {
        429 => Some(WaitReason::Throttled(Throttle::Unknown)),
        503 if !is_write || has_time => Some(WaitReason::Unavailable(503)),
        status @ (502 | 504) if !is_write => Some(WaitReason::Unavailable(status)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_write_is_sent_again_only_where_the_server_did_nothing() {
        let reason =
            |status, write, time| reason_to_retry(StatusCode::from_u16(status).unwrap(), write, time);
        for status in [429, 502, 503, 504] {
            assert!(reason(status, false, false).is_some(), "{status}");
        }
        assert!(reason(429, true, false).is_some());
        assert!(reason(503, true, true).is_some());
        assert_eq!(reason(503, true, false), None);
        assert_eq!(reason(502, true, true), None);
        assert_eq!(reason(504, true, true), None);
        for status in [200, 400, 401, 404, 412, 500, 501] {
            assert_eq!(reason(status, false, true), None, "{status}");
        }
    }

    #[test]
    fn waits_grow_and_end() {
        let waits: Vec<_> = Retry::default().delays().collect();
        assert_eq!(waits.len(), 4);
        assert!(waits[0] >= Duration::from_millis(500) && waits[3] >= Duration::from_secs(4));
    }
}
