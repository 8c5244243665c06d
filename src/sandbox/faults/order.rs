//! An order: a fault, and the requests that it is for.

use http::Method;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::doors::Closing;
use super::kind::Fault;
use crate::sandbox::sites::Origin;

/// What strikes without being named: the strangers' servers serve their visitors until somebody says otherwise.
const USUAL_ORIGINS: [&str; 3] = ["api", "entra", "discovery"];
const OTHER_ORIGINS: [&str; 2] = ["foreign", "proxy"];

/// A fault as it is ordered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    #[serde(rename = "match", default)]
    which: Match,
    /// How many requests are struck; null is all of them.
    #[serde(default = "once")]
    pub(super) times: Option<u64>,
    /// The chance of each matching request, from 0 to 1.
    #[serde(default = "always")]
    pub(super) probability: f64,
    #[serde(default = "first_seed")]
    pub(super) seed: u64,
    pub(super) fault: Fault,
}

/// Which requests a fault is for. What is absent matches everything.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Match {
    /// `api`, `entra` or `discovery`, or several joined by `|`. `foreign` and `proxy` match only when named.
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

/// A match, ready to be held against requests.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    origins: Vec<String>,
    method: Option<Method>,
    path: Option<Regex>,
    pub(super) skip: u64,
}

impl Order {
    /// The requests that it is for. Refuses, in words, what could never strike.
    pub(super) fn pattern(&self) -> Result<Pattern, String> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err("probability is a number from 0 to 1".to_owned());
        }
        self.fault.check()?;
        self.which.pattern()
    }

    /// A `refuse` that asks nothing of the request: it need not wait for one.
    pub(super) fn closing(&self) -> Option<Closing> {
        let Fault::Refuse { seconds } = self.fault else { return None };
        let Match { origin, method: None, path: None, skip: 0 } = &self.which else { return None };
        let origins = origin.as_deref().unwrap_or("api").split('|').map(str::to_owned).collect();
        (self.probability >= 1.0).then_some(Closing { origins, seconds })
    }
}

impl Match {
    fn pattern(&self) -> Result<Pattern, String> {
        let origins: Vec<String> = match &self.origin {
            None => USUAL_ORIGINS.map(str::to_owned).to_vec(),
            Some(text) => text.split('|').map(str::to_owned).collect(),
        };
        let known = |name: &str| USUAL_ORIGINS.contains(&name) || OTHER_ORIGINS.contains(&name);
        if let Some(odd) = origins.iter().find(|name| !known(name)) {
            return Err(format!("match.origin is api, entra, discovery, foreign or proxy, not {odd:?}"));
        }
        let method = match &self.method {
            None => None,
            Some(text) => {
                let method = Method::try_from(text.to_ascii_uppercase().as_str());
                Some(method.map_err(|_| format!("{text:?} is no method"))?)
            }
        };
        let path = match &self.path {
            None => None,
            Some(text) => Some(Regex::new(text).map_err(|why| format!("match.path: {why}"))?),
        };
        Ok(Pattern { origins, method, path, skip: self.skip })
    }
}

impl Pattern {
    pub(super) fn fits(&self, origin: Origin, method: &Method, path: &str) -> bool {
        let bare = path.split('?').next().unwrap_or(path);
        self.origins.iter().any(|name| name == origin.name())
            && self.method.as_ref().is_none_or(|own| own == method)
            && self.path.as_ref().is_none_or(|own| own.is_match(path) || own.is_match(bare))
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
