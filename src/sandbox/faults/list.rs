//! The faults in place, and which of them strikes a request.

use std::sync::{Mutex, PoisonError};

use http::Method;
use serde::Serialize;

use super::doors::Doors;
use super::kind::Fault;
use super::order::{Order, Pattern};
use crate::sandbox::sites::Origin;

#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) doors: Doors,
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
    pattern: Pattern,
    /// It took effect when it was ordered.
    #[serde(skip)]
    done: bool,
    #[serde(skip)]
    passed: u64,
    #[serde(skip)]
    dice: u64,
}

impl Faults {
    /// Puts a fault in place and gives its id. Refuses, in words, what could never strike.
    pub(crate) fn add(&self, order: Order) -> Result<u64, String> {
        let pattern = order.pattern()?;
        let closing = order.closing();
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.last_id += 1;
        let id = inner.last_id;
        let (dice, done) = (order.seed, closing.is_some());
        inner.list.push(Placed { id, order, hits: u64::from(done), pattern, done, passed: 0, dice });
        drop(inner);
        if let Some(closing) = closing {
            self.doors.announce(closing);
        }
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
        let in_vain = matches!(self.order.fault, Fault::TouchRow(_)) && method.is_safe();
        if in_vain || self.done || !self.pattern.fits(origin, method, path) {
            return None;
        }
        if self.order.times.is_some_and(|times| self.hits >= times) {
            return None;
        }
        if self.passed < self.pattern.skip {
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
    fn a_touch_passes_by_what_changes_nothing_and_strangers_are_struck_only_by_name() {
        let faults = Faults::default();
        faults.add(order(r#"{"fault":{"kind":"touch_row"}}"#)).unwrap();
        assert_eq!(strikes(&faults, 2), [false, false]);
        assert!(faults.strike(Origin::Foreign, &Method::PATCH, "/").is_none());
        assert!(faults.strike(Origin::Api(0), &Method::PATCH, "/").is_some());
        faults
            .add(order(r#"{"match":{"origin":"foreign|proxy"},"times":2,"fault":{"kind":"html"}}"#))
            .unwrap();
        assert!(faults.strike(Origin::Foreign, &Method::GET, "/").is_some());
        assert!(faults.strike(Origin::Proxy, &Method::CONNECT, "/").is_some());
    }

    #[test]
    fn an_order_that_makes_no_sense_is_refused_in_words() {
        for text in [
            r#"{"match":{"origin":"moon"},"fault":{"kind":"reset_before"}}"#,
            r#"{"match":{"path":"("},"fault":{"kind":"reset_before"}}"#,
            r#"{"probability":2.0,"fault":{"kind":"reset_before"}}"#,
            r#"{"match":{"method":"A B"},"fault":{"kind":"reset_before"}}"#,
            r#"{"fault":{"kind":"status","status":1}}"#,
            r#"{"fault":{"kind":"status","status":429,"retry_after":"1\n2"}}"#,
            r#"{"fault":{"kind":"status","status":500,"bytes":1000000000}}"#,
            r#"{"fault":{"kind":"answer","status":99}}"#,
            r#"{"fault":{"kind":"headers","set":{"a b":"c"}}}"#,
            r#"{"fault":{"kind":"headers","set":{"a":1}}}"#,
            r#"{"fault":{"kind":"touch_row","user":"nobody"}}"#,
            r#"{"fault":{"kind":"huge","what":"columns","size":100000000}}"#,
        ] {
            assert!(Faults::default().add(order(text)).is_err(), "{text}");
        }
        for text in [
            r#"{"fault":{"kind":"volcano"}}"#,
            r#"{"fault":{"kind":"reset_before","when":"now"}}"#,
            r#"{"fault":{"kind":"cut","part":"middle"}}"#,
            r#"{"match":{"paht":"x"},"fault":{"kind":"reset_before"}}"#,
        ] {
            assert!(serde_json::from_str::<Order>(text).is_err(), "{text}");
        }
    }
}
