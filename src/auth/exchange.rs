//! The `oauth2` crate's way out: our HTTP client, with the leniency and the memory that the crate lacks.
//!
//! The crate keeps little of an error and refuses numbers as text, so the last failure is kept here, and a good
//! answer is rewritten to what the crate expects.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use serde_json::{Map, Value};
use tokio::sync::Notify;

use super::refusal::GrantKind;
use super::{Asked, Error, Refusal};
use crate::http;
use crate::text::is_harmful;

/// Answers of an authority are small.
const MAX_ANSWER: usize = 1 << 20;
/// Longest code and address that are shown to a person.
const MAX_SHOWN: usize = 2048;
/// So many failures in a row end the waiting for a person.
const PATIENCE: u32 = 6;

/// What a request is for; decides how a good answer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A device code is asked for.
    DeviceCode,
    /// A token for the code that the browser brought.
    Code,
    /// A token for a refresh token.
    Refresh,
    /// A token is asked for again and again until a person has signed in.
    Poll,
    /// A token for an application that proves itself.
    Application,
}

/// One exchange with an authority.
#[derive(Debug)]
pub(super) struct Exchange<'h> {
    http: &'h http::Client,
    step: Step,
    asked: &'h Asked,
    failure: Mutex<Option<Error>>,
    misses: AtomicU32,
    gave_up: Notify,
    /// The answer to the last poll was lost on its way. It may have been the tokens.
    lost: AtomicBool,
    retry_after: Mutex<Option<Duration>>,
}

/// There is no answer for the crate; the reason is kept in the [`Exchange`].
#[derive(Debug, thiserror::Error)]
#[error("no answer from the sign-in service")]
pub(super) struct NoAnswer;

impl Step {
    fn grant(self) -> GrantKind {
        match self {
            Step::DeviceCode | Step::Refresh | Step::Application => GrantKind::Refresh,
            Step::Code => GrantKind::BrowserCode,
            Step::Poll => GrantKind::DeviceCode,
        }
    }
}

impl<'h> Exchange<'h> {
    /// `asked` decides which version of the protocol is spoken.
    pub(super) fn new(http: &'h http::Client, step: Step, asked: &'h Asked) -> Exchange<'h> {
        Exchange {
            http,
            step,
            asked,
            failure: Mutex::new(None),
            misses: AtomicU32::new(0),
            gave_up: Notify::new(),
            lost: AtomicBool::new(false),
            retry_after: Mutex::new(None),
        }
    }

    /// Completes when waiting on makes no sense: the authority was not there several times in a row.
    pub(super) async fn gave_up(&self) {
        self.gave_up.notified().await;
    }

    /// The failure in full; `otherwise` is what the crate said.
    pub(super) fn failure(&self, otherwise: &dyn std::error::Error) -> Error {
        self.take_failure().unwrap_or_else(|| Error::Answer { what: otherwise.to_string(), status: 200 })
    }

    /// The last failure, if there was one.
    pub(super) fn take_failure(&self) -> Option<Error> {
        lock(&self.failure).take()
    }

    /// How long the authority asked to wait with the last answer, in its `Retry-After`.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        *lock(&self.retry_after)
    }

    fn keep(&self, error: Error) {
        *lock(&self.failure) = Some(error);
    }

    /// A failure after which the next poll may do better. Too many of them, or one that will not go away, end it.
    fn missed(&self, error: Error) -> NoAnswer {
        let lasting = match &error {
            Error::Network { source, .. } => {
                // If the next answer is that the code was used, it was this one that used it.
                self.lost.fetch_or(!source.is_before_send(), Ordering::Relaxed);
                source.is_certificate()
            }
            _ => false,
        };
        self.keep(error);
        if self.misses.fetch_add(1, Ordering::Relaxed) + 1 >= PATIENCE || lasting {
            self.gave_up.notify_one();
        }
        NoAnswer
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, NoAnswer> {
        let request = request.map(|form| match self.asked.resource() {
            Some(resource) => Bytes::from(as_v1(&form, resource)),
            None => Bytes::from(form),
        });
        let response = match self.http.send(request).await {
            Ok(response) => response,
            Err(source) => return Err(self.missed(Error::Network { whom: "sign-in service", source })),
        };
        let status = response.status().as_u16();
        let seconds =
            response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
        *lock(&self.retry_after) = seconds.map(Duration::from_secs);
        if response.body().len() > MAX_ANSWER {
            return Err(self.missed(Error::Answer { what: "far too much".into(), status }));
        }
        match status {
            200 => match read(self.step, response.body()) {
                Ok(body) => {
                    self.misses.store(0, Ordering::Relaxed);
                    Ok(json(200, body))
                }
                Err(error) => {
                    self.keep(error);
                    self.gave_up.notify_one();
                    Err(NoAnswer)
                }
            },
            _ => self.read_error(status, response.body()),
        }
    }

    fn read_error(&self, status: u16, body: &[u8]) -> Result<HttpResponse, NoAnswer> {
        let Some(mut refusal) = Refusal::parse(status, body) else {
            let error = Error::Answer { what: kind_of(body).to_owned(), status };
            if self.step == Step::Poll && error.is_transient() {
                return Err(self.missed(error));
            }
            self.keep(error);
            self.gave_up.notify_one();
            return Err(NoAnswer);
        };
        tracing::info!(status, error = refusal.error, codes = ?refusal.codes, "sign-in service refused");
        let waiting = matches!(refusal.error.as_str(), "authorization_pending" | "slow_down");
        if self.step == Step::Poll && !waiting && refusal.is_transient() {
            return Err(self.missed(Error::Refused(Box::new(refusal))));
        }
        refusal.grant = self.step.grant();
        let body = Map::from_iter([("error".to_owned(), Value::String(refusal.error.clone()))]);
        let lost = self.lost.swap(false, Ordering::Relaxed);
        if waiting {
            self.misses.store(0, Ordering::Relaxed);
            self.take_failure();
        } else if lost && refusal.error == "invalid_grant" {
            self.keep(Error::LostAnswer);
        } else {
            self.keep(Error::Refused(Box::new(refusal)));
        }
        Ok(json(400, body))
    }
}

/// A request as the v1 endpoints know it: a resource in place of scopes, and other names for the device grant.
fn as_v1(form: &[u8], resource: &str) -> String {
    let mut out = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in url::form_urlencoded::parse(form) {
        match (&*name, &*value) {
            ("scope", _) => {}
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code") => {
                out.append_pair("grant_type", "device_code");
            }
            ("device_code", code) => {
                out.append_pair("code", code);
            }
            (name, value) => {
                out.append_pair(name, value);
            }
        }
    }
    out.append_pair("resource", resource).finish()
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'c> AsyncHttpClient<'c> for Exchange<'_> {
    type Error = NoAnswer;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, NoAnswer>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Reads a good answer and keeps of it what the crate needs, in the form it wants.
fn read(step: Step, body: &[u8]) -> Result<Map<String, Value>, Error> {
    let answer = match serde_json::from_slice(body) {
        Ok(Value::Object(answer)) => answer,
        _ => return Err(Error::Answer { what: kind_of(body).to_owned(), status: 200 }),
    };
    match step {
        Step::DeviceCode => device_answer(&answer),
        Step::Code | Step::Refresh | Step::Poll | Step::Application => token_answer(&answer),
    }
}

fn token_answer(answer: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
    // Some services answer an error with status 200.
    let odd = answer.contains_key("error") && !answer.contains_key("access_token");
    let whole = || Value::Object(answer.clone()).to_string();
    if let Some(refusal) = odd.then(|| Refusal::parse(200, whole().as_bytes())).flatten() {
        return Err(Error::Refused(Box::new(refusal)));
    }
    let mut out = Map::new();
    let token = text(answer, "access_token").filter(|token| !token.is_empty());
    let token = token.ok_or_else(|| Error::Answer { what: "no access token".into(), status: 200 })?;
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Error::Answer { what: "a token that is none".into(), status: 200 });
    }
    out.insert("access_token".into(), token.into());
    // Some services leave it out; another kind would be sent in a way that we do not know.
    match answer.get("token_type") {
        None | Some(Value::Null) => {}
        Some(Value::String(kind)) if kind.eq_ignore_ascii_case("bearer") => {}
        Some(_) => {
            let what = "a token of another type than Bearer".to_owned();
            return Err(Error::Answer { what, status: 200 });
        }
    }
    out.insert("token_type".into(), "bearer".into());
    if let Some(seconds) = number(answer, "expires_in") {
        out.insert("expires_in".into(), seconds.into());
    }
    for name in ["refresh_token", "id_token"] {
        if let Some(value) = text(answer, name).filter(|value| !value.is_empty()) {
            out.insert(name.into(), value.into());
        }
    }
    Ok(out)
}

/// The rules for a device answer: no control, bidi or invisible characters anywhere, an interval of 1 to 60 s, 5 s without one.
fn device_answer(answer: &Map<String, Value>) -> Result<Map<String, Value>, Error> {
    if answer.values().any(is_unsafe) || answer.keys().any(|key| key.chars().any(is_harmful)) {
        return Err(Error::UnsafeAnswer("it holds characters that a terminal obeys or hides"));
    }
    let missing = |name: &str| Error::Answer { what: format!("no {name}"), status: 200 };
    let mut out = Map::new();
    for name in ["device_code", "user_code"] {
        let value = text(answer, name).filter(|value| !value.is_empty()).ok_or_else(|| missing(name))?;
        out.insert(name.into(), value.into());
    }
    let address = text(answer, "verification_uri").or_else(|| text(answer, "verification_url"));
    let address = address.ok_or_else(|| missing("verification_uri"))?;
    if address.len().max(text(answer, "user_code").map_or(0, str::len)) > MAX_SHOWN {
        return Err(Error::UnsafeAnswer("it is too long for a screen"));
    }
    out.insert("verification_uri".into(), address.into());
    out.insert("expires_in".into(), number(answer, "expires_in").unwrap_or(900).min(86_400).into());
    out.insert("interval".into(), interval(number(answer, "interval")).into());
    Ok(out)
}

/// How often to ask, in seconds.
fn interval(sent: Option<u64>) -> u64 {
    match sent {
        None | Some(0) => 5,
        Some(seconds) => seconds.min(60),
    }
}

fn text<'a>(answer: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    answer.get(name)?.as_str()
}

/// A number, also one sent as text or with a fraction.
fn number(answer: &Map<String, Value>, name: &str) -> Option<u64> {
    let text = match answer.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        (number.is_finite() && number >= 0.0).then_some(number as u64)
    })
}

fn is_unsafe(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().any(is_harmful),
        Value::Array(values) => values.iter().any(is_unsafe),
        Value::Object(map) => map.iter().any(|(key, value)| key.chars().any(is_harmful) || is_unsafe(value)),
        _ => false,
    }
}

fn kind_of(body: &[u8]) -> &'static str {
    match body.trim_ascii_start().first() {
        None => "an empty body",
        Some(b'<') => "a page of HTML or XML instead of JSON",
        Some(b'{' | b'[') => "JSON that is not as it should be",
        Some(_) => "text instead of JSON",
    }
}

fn json(status: u16, body: Map<String, Value>) -> HttpResponse {
    let mut response = HttpResponse::new(Value::Object(body).to_string().into_bytes());
    *response.status_mut() =
        if status == 200 { oauth2::http::StatusCode::OK } else { oauth2::http::StatusCode::BAD_REQUEST };
    response.headers_mut().insert(
        oauth2::http::header::CONTENT_TYPE,
        oauth2::http::HeaderValue::from_static("application/json"),
    );
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(body: &str) -> Result<Map<String, Value>, Error> {
        read(Step::DeviceCode, body.as_bytes())
    }

    #[test]
    fn a_v1_endpoint_is_asked_for_a_resource_in_its_own_words() {
        let form = b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=D&client_id=c&scope=x";
        let sent = as_v1(form, "https://contoso.crm4.dynamics.com/");
        assert_eq!(
            sent,
            "grant_type=device_code&code=D&client_id=c&resource=https%3A%2F%2Fcontoso.crm4.dynamics.com%2F"
        );
    }

    #[test]
    fn an_interval_is_between_one_and_sixty_and_five_without() {
        let cases =
            [(None, 5), (Some(0), 5), (Some(1), 1), (Some(60), 60), (Some(61), 60), (Some(u64::MAX), 60)];
        for (sent, used) in cases {
            assert_eq!(interval(sent), used, "{sent:?}");
        }
    }

    #[test]
    fn a_device_answer_may_be_bare_or_of_the_older_kind() {
        let bare = device(r#"{"device_code":"d","user_code":"U","verification_uri":"https://a/"}"#).unwrap();
        assert_eq!((&bare["expires_in"], &bare["interval"]), (&Value::from(900), &Value::from(5)));
        let old = r#"{"device_code":"d","user_code":"U","verification_url":"https://a/","expires_in":"300","interval":"7"}"#;
        let old = device(old).unwrap();
        assert_eq!((&old["expires_in"], &old["interval"]), (&Value::from(300), &Value::from(7)));
        assert_eq!(old["verification_uri"], "https://a/");
    }

    #[test]
    fn characters_that_act_or_hide_anywhere_in_a_device_answer_are_an_error() {
        let fine = r#"{"device_code":"d","user_code":"U","verification_uri":"https://a/","message":"Gehö M","x":{"y":["Z"]}}"#;
        assert!(device(fine).is_ok());
        for part in ["d\"", "U\"", "https://a/\"", "M\"", "Z\"", "y\""] {
            for bad in ["\\u001b[2J", "\\n", "\\u009b", "\\u007f", "\\u202e", "\\u2066", "\\u200b"] {
                let hostile = fine.replacen(part, &format!("{}{bad}\"", part.trim_end_matches('"')), 1);
                assert_ne!(hostile, fine);
                assert!(matches!(device(&hostile), Err(Error::UnsafeAnswer(_))), "{hostile}");
            }
        }
    }

    #[test]
    fn a_token_answer_may_lack_everything_but_the_token() {
        let answer = read(Step::Refresh, br#"{"access_token":"a.b"}"#).unwrap();
        assert_eq!(Value::Object(answer).to_string(), r#"{"access_token":"a.b","token_type":"bearer"}"#);
        let old = br#"{"access_token":"a","expires_in":"3599","refresh_token":"r","scope":["odd"],"token_type":"Bearer"}"#;
        assert_eq!(read(Step::Refresh, old).unwrap()["expires_in"], 3599);
    }

    #[test]
    fn a_token_is_a_bearer_token_or_none_of_ours() {
        for (kind, fits) in [
            (r#""Bearer""#, true),
            (r#""BEARER""#, true),
            ("null", true),
            (r#""pop""#, false),
            (r#""""#, false),
            ("1", false),
        ] {
            let body = format!(r#"{{"access_token":"a","token_type":{kind}}}"#);
            assert_eq!(read(Step::Refresh, body.as_bytes()).is_ok(), fits, "{kind}");
        }
    }

    #[test]
    fn what_is_no_token_answer_is_refused() {
        for odd in ["{}", "[]", "", "<html>", r#"{"access_token":""}"#, r#"{"access_token":"a\r\nb"}"#] {
            assert!(matches!(read(Step::Refresh, odd.as_bytes()), Err(Error::Answer { .. })), "{odd}");
        }
    }
}
