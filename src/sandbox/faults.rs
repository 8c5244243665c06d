//! Faults that a test can order: which requests they strike, how often, and what happens to them. Everything is
//! counted and seeded, so the same requests in the same order are struck alike in every run.

use std::sync::{Mutex, PoisonError};

use http::Method;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::sites::Origin;

/// A fault as it is ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    #[serde(rename = "match", default)]
    which: Match,
    /// How many requests are struck; null is all of them.
    #[serde(default = "once")]
    times: Option<u64>,
    /// The chance of each matching request, from 0 to 1.
    #[serde(default = "always")]
    probability: f64,
    #[serde(default = "first_seed")]
    seed: u64,
    fault: Fault,
}

/// Which requests a fault is for. What is absent matches everything.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Match {
    /// `api`, `entra` or `discovery`, or several joined by `|`.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<String>,
    /// A regular expression, found anywhere in the path as sent, with its query or without.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// How many matching requests pass first.
    #[serde(default)]
    skip: u64,
}

/// What happens to a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Fault {
    /// An error instead of an answer; nothing is done.
    Status(StatusFault),
    /// A proxy's page instead of an answer; nothing is done.
    Html {
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
    /// The connection ends after so many bytes of the body; without a number, half-way.
    Cut {
        #[serde(skip_serializing_if = "Option::is_none")]
        after_bytes: Option<usize>,
    },
    /// The connection is reset before anything is done.
    ResetBefore {},
    /// Everything is done, and the connection is reset instead of an answer.
    ResetAfter {},
    /// The answer takes longer.
    Delay { ms: u64 },
    /// The body comes at this pace.
    Trickle { bytes_per_s: u32 },
    /// The body ends in the middle of its JSON, and its length says that this is all.
    BadJson {},
    /// The body is packed, and ends in the middle of the packed bytes. Only for a client that takes gzip.
    GzipCut {},
    /// A redirect, 302 without a status, to an address or to `foreign`.
    Redirect {
        #[serde(skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
        to: String,
    },
    /// The link to the next page leads astray. A page without one is left alone.
    NextLink { to: LinkTarget },
    /// The access token of the request is refused from now on.
    ExpireToken {},
    /// Every refresh token that the user of the request's refresh token has is refused from now on.
    RevokeRefresh {},
    /// The sandbox's time moves.
    Clock { seconds: i64 },
}

/// Where a bent link leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LinkTarget {
    /// The same path on the stranger's server.
    Foreign,
    /// The very page it stands on.
    #[serde(rename = "self")]
    Itself,
    /// The same path without scheme and host.
    Relative,
}

/// The error of a `status` fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusFault {
    pub(crate) status: u16,
    /// The text of `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Faults {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last_id: u64,
    list: Vec<Placed>,
}

/// A fault in place, as `GET /_sandbox/faults` shows it.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Placed {
    id: u64,
    #[serde(flatten)]
    order: Order,
    /// How many requests it has struck.
    hits: u64,
    #[serde(skip)]
    origins: Option<Vec<String>>,
    #[serde(skip)]
    method: Option<Method>,
    #[serde(skip)]
    path: Option<Regex>,
    #[serde(skip)]
    passed: u64,
    #[serde(skip)]
    dice: u64,
}

impl Faults {
    /// Puts a fault in place and gives its id. Refuses, in words, what could never strike.
    pub(crate) fn add(&self, order: Order) -> Result<u64, String> {
        let origins = match &order.which.origin {
            None => None,
            Some(text) => {
                let names: Vec<String> = text.split('|').map(str::to_owned).collect();
                if let Some(odd) =
                    names.iter().find(|name| !matches!(name.as_str(), "api" | "entra" | "discovery"))
                {
                    return Err(format!("match.origin is api, entra or discovery, not {odd:?}"));
                }
                Some(names)
            }
        };
        let method = match &order.which.method {
            None => None,
            Some(text) => {
                Some(Method::try_from(text.as_str()).map_err(|_| format!("{text:?} is no method"))?)
            }
        };
        let path = match &order.which.path {
            None => None,
            Some(text) => Some(Regex::new(text).map_err(|why| format!("match.path: {why}"))?),
        };
        if !(0.0..=1.0).contains(&order.probability) {
            return Err("probability is a number from 0 to 1".to_owned());
        }
        let status = match &order.fault {
            Fault::Status(fault) => Some(fault.status),
            Fault::Html { status } | Fault::Redirect { status, .. } => *status,
            _ => None,
        };
        if let Some(status) = status.filter(|status| !(200..=599).contains(status)) {
            return Err(format!("{status} is no status of an answer"));
        }
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.last_id += 1;
        let id = inner.last_id;
        let dice = order.seed;
        inner.list.push(Placed { id, order, hits: 0, origins, method, path, passed: 0, dice });
        Ok(id)
    }

    pub(crate) fn list(&self) -> Vec<Placed> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).list.clone()
    }

    pub(crate) fn clear(&self) {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).list.clear();
    }

    /// The fault that strikes this request, if any: the first in the order of their ordering. Later ones do not see
    /// a request that was struck.
    pub(crate) fn strike(&self, origin: Origin, method: &Method, path: &str) -> Option<Fault> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.list.iter_mut().find_map(|placed| placed.strike(origin, method, path))
    }
}

impl Placed {
    fn strike(&mut self, origin: Origin, method: &Method, path: &str) -> Option<Fault> {
        let bare = path.split('?').next().unwrap_or(path);
        let matches = match &self.origins {
            Some(names) => names.iter().any(|name| name == origin.name()),
            None => matches!(origin, Origin::Api(_) | Origin::Entra | Origin::Discovery),
        } && self.method.as_ref().is_none_or(|own| own == method)
            && self.path.as_ref().is_none_or(|own| own.is_match(path) || own.is_match(bare));
        if !matches || self.order.times.is_some_and(|times| self.hits >= times) {
            return None;
        }
        if self.passed < self.order.which.skip {
            self.passed += 1;
            return None;
        }
        if self.roll() >= self.order.probability {
            return None;
        }
        self.hits += 1;
        Some(self.order.fault.clone())
    }

    /// The next number of this fault's own sequence, in [0, 1): SplitMix64.
    fn roll(&mut self) -> f64 {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.dice;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        // 53 bits are what a double holds exactly.
        (bits >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn once() -> Option<u64> {
    Some(1)
}

fn always() -> f64 {
    1.0
}

fn first_seed() -> u64 {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(text: &str) -> Order {
        serde_json::from_str(text).unwrap()
    }

    fn strikes(faults: &Faults, count: usize) -> Vec<bool> {
        (0..count)
            .map(|_| faults.strike(Origin::Api(0), &Method::GET, "/api/data/v9.2/accounts?x").is_some())
            .collect()
    }

    #[test]
    fn skip_and_times_count_matching_requests_only() {
        let faults = Faults::default();
        let text = r#"{"match":{"origin":"api","method":"GET","path":"/v9.2/accounts$","skip":1},"times":2,
            "fault":{"kind":"reset_before"}}"#;
        faults.add(order(text)).unwrap();
        assert!(faults.strike(Origin::Entra, &Method::GET, "/v9.2/accounts?x").is_none());
        assert!(faults.strike(Origin::Api(0), &Method::POST, "/v9.2/accounts?x").is_none());
        assert!(faults.strike(Origin::Api(0), &Method::GET, "/v9.2/accounts(1)?x").is_none());
        assert_eq!(strikes(&faults, 5), [false, true, true, false, false]);
        assert_eq!(serde_json::to_value(faults.list()).unwrap()[0]["hits"], 2);
    }

    #[test]
    fn probability_falls_alike_for_the_same_seed_and_differently_for_another() {
        let run = |seed: u64| {
            let faults = Faults::default();
            let text = format!(
                r#"{{"times":null,"probability":0.5,"seed":{seed},"fault":{{"kind":"delay","ms":1}}}}"#
            );
            faults.add(order(&text)).unwrap();
            strikes(&faults, 64)
        };
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
        let struck = run(1).into_iter().filter(|struck| *struck).count();
        assert!((16..48).contains(&struck), "{struck}");
    }

    #[test]
    fn an_order_that_makes_no_sense_is_refused_in_words() {
        for text in [
            r#"{"match":{"origin":"moon"},"fault":{"kind":"reset_before"}}"#,
            r#"{"match":{"path":"("},"fault":{"kind":"reset_before"}}"#,
            r#"{"probability":2.0,"fault":{"kind":"reset_before"}}"#,
            r#"{"fault":{"kind":"status","status":1}}"#,
        ] {
            assert!(Faults::default().add(order(text)).is_err(), "{text}");
        }
        assert!(serde_json::from_str::<Order>(r#"{"fault":{"kind":"volcano"}}"#).is_err());
    }
}
