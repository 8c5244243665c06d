//! Asking an environment without a token: its answer names where its people sign in.

use bytes::Bytes;
use jiff::Timestamp;

use super::challenge::Challenge;
use super::{EnvironmentUrl, Error, Service};
use crate::http::{self, HeaderMap};

/// What an environment answered to a request without a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    /// HTTP status; 401 from an environment.
    pub status: u16,
    /// The challenge, if there is one for Bearer tokens.
    pub challenge: Option<Challenge>,
    /// The time at the server, from `Date`.
    pub time: Option<Timestamp>,
}

impl Probed {
    /// The challenge of an environment, or what came instead of one.
    ///
    /// # Errors
    ///
    /// The text says what came, as the end of a sentence.
    pub fn challenge(&self) -> Result<&Challenge, String> {
        match (self.status, &self.challenge) {
            (401, Some(challenge)) => Ok(challenge),
            (401, None) => Err("it wants a sign-in of another kind".to_owned()),
            (300..=399, _) => Err(format!("it points elsewhere (status {})", self.status)),
            (404, _) => Err("there is no Web API at that address (status 404)".to_owned()),
            _ => Err(format!("it answered with status {} instead of asking for a sign-in", self.status)),
        }
    }
}

/// Asks a service without a token.
///
/// # Errors
///
/// When no answer came.
pub async fn probe(
    http: &http::Client,
    environment: &EnvironmentUrl,
    service: Service,
) -> Result<Probed, Error> {
    let request = http::Request::get(format!("{environment}{}", service.probed()))
        .header("accept", "application/json")
        .body(Bytes::new())
        .map_err(|_| Error::Setting { given: environment.to_string(), what: "an address" })?;
    let response =
        http.send(request).await.map_err(|source| Error::Network { whom: "environment", source })?;
    Ok(Probed {
        status: response.status().as_u16(),
        challenge: Challenge::of(response.headers()),
        time: time(response.headers()),
    })
}

fn time(headers: &HeaderMap) -> Option<Timestamp> {
    let date = headers.get("date")?.to_str().ok()?;
    jiff::fmt::rfc2822::parse(date.trim()).ok().map(|date| date.timestamp())
}
