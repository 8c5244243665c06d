//! What is left of the service's limits.

use std::time::Duration;

use http::HeaderMap;

/// What the last answer said is left, for this user at the server that answered.
///
/// Source: "Service protection API limits" of the Dataverse documentation: 6,000 requests and 20 minutes of work
/// within 5 minutes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Requests.
    pub requests: u64,
    /// Time that the server works, where it was told.
    pub time: Option<Duration>,
}

/// Requests within the window.
pub const REQUESTS: u64 = 6_000;

/// Requests at once while the service has named no number.
pub(super) const AT_ONCE: usize = 6;
/// More are refused, whatever a header says.
const MOST_AT_ONCE: usize = 52;

/// Which of the service's limits was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Throttle {
    /// The server did not say.
    Unknown,
    /// Requests within the window.
    Requests,
    /// Time that the server works within the window.
    Time,
    /// Requests at once.
    Concurrent,
}

impl Throttle {
    pub(super) fn of_code(code: &str) -> Self {
        match code {
            "0x80072322" => Self::Requests,
            "0x80072321" => Self::Time,
            "0x80072326" => Self::Concurrent,
            _ => Self::Unknown,
        }
    }

    /// The limit in words; none when it is not known.
    pub fn words(self) -> Option<&'static str> {
        match self {
            Self::Unknown => None,
            Self::Requests => Some("6,000 requests per 5 min"),
            Self::Time => Some("20 min of work per 5 min"),
            Self::Concurrent => Some("52 requests at once"),
        }
    }
}

impl Limits {
    pub(super) fn of(headers: &HeaderMap) -> Option<Limits> {
        let text = |name: &str| headers.get(name)?.to_str().ok();
        let requests = text("x-ms-ratelimit-burst-remaining-xrm-requests")?.trim().parse().ok()?;
        let time = text("x-ms-ratelimit-time-remaining-xrm-requests")
            .and_then(|seconds| seconds.trim().replace(',', "").parse().ok())
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Some(Limits { requests, time })
    }

    /// How many requests at once the service recommends, where it does.
    ///
    /// Source: `x-ms-dop-hint` in "Send parallel requests" of the Dataverse documentation.
    pub(super) fn at_once(headers: &HeaderMap) -> Option<usize> {
        let hint: usize = headers.get("x-ms-dop-hint")?.to_str().ok()?.trim().parse().ok()?;
        (hint > 0).then(|| hint.min(MOST_AT_ONCE))
    }

    /// So little is left that a larger piece of work would be stopped.
    pub fn is_low(&self) -> bool {
        self.requests < REQUESTS / 5
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn limits_come_from_two_headers_and_odd_values_are_none() {
        let limits = |requests: &'static str, time: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-ms-ratelimit-burst-remaining-xrm-requests", HeaderValue::from_static(requests));
            headers.insert("x-ms-ratelimit-time-remaining-xrm-requests", HeaderValue::from_static(time));
            Limits::of(&headers)
        };
        let usual = limits("5877", "1,199.81").unwrap();
        assert_eq!((usual.requests, usual.time.map(|time| time.as_secs())), (5_877, Some(1_199)));
        assert!(!usual.is_low() && limits("1199", "1").unwrap().is_low());
        assert_eq!(limits("5", "-1"), Some(Limits { requests: 5, time: None }));
        assert_eq!(limits("many", "1"), None);
        assert_eq!(Limits::of(&HeaderMap::new()), None);
    }
}
