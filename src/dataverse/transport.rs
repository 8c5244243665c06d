//! The one gate: every request to an environment passes [`Transport::send`].
//!
//! The guard is asked before a socket is used; a token goes to the environment's own origin and nowhere else;
//! waiting, repeating and renewing the token happen here and not in the callers.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use tokio::sync::watch;
use url::Url;
use uuid::Uuid;

use super::batch;
use super::exchange::{Again, Exchanges, Record, Try};
use super::file_column::Uploading;
use super::limits::{AT_ONCE, Limits, Throttle};
use super::refused_token::explained;
use super::request::{Request, Target};
use super::response::{Response, error_of, request_id, retry_after};
use super::retry::{Retry, WaitReason, Waiting, reason_to_retry};
use super::{Error, Guard, Refused};
use crate::auth::challenge::Challenge;
use crate::auth::{AccessToken, EnvironmentUrl, Tokens};

/// Root of the Web API below the environment's origin.
pub(super) const WEB_API: &str = "/api/data/v9.2/";

/// Our id of a request, which the service keeps with its own.
const CLIENT_REQUEST_ID: HeaderName = HeaderName::from_static("x-ms-client-request-id");

/// Sends requests of one environment. Cheap to clone; clones share the token, the guard and the waiting.
#[derive(Debug, Clone)]
pub(super) struct Transport {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    environment: EnvironmentUrl,
    root: &'static str,
    http: crate::http::Client,
    tokens: Tokens,
    guard: Guard,
    retry: Retry,
    waiting: watch::Sender<Option<Waiting>>,
    /// How far the file is that goes to the server.
    uploading: watch::Sender<Option<Uploading>>,
    /// Until when the server wants no requests of this user.
    pause: Mutex<Option<(Instant, Throttle)>>,
    /// What the last answer said is left.
    limits: Mutex<Option<Limits>>,
    refused: Mutex<Option<Refused>>,
    /// There was an answer before: a host that is not there now may come back.
    reached: AtomicBool,
    /// How many requests at once the service wants at most.
    at_once: AtomicUsize,
    exchanges: OnceLock<Exchanges>,
}

/// What came of one try.
enum Outcome {
    Done(Response),
    /// The token was not taken.
    Unauthorized(Error, HeaderMap),
    /// The same request may be sent again, after `at_least` if the server named a time.
    Again {
        error: Error,
        reason: WaitReason,
        at_least: Option<Duration>,
    },
    Failed(Error),
}

impl Transport {
    /// `root` is the path of the service below the origin.
    pub(super) fn new(
        environment: EnvironmentUrl,
        root: &'static str,
        http: crate::http::Client,
        tokens: Tokens,
        guard: Guard,
        retry: Retry,
    ) -> Self {
        let (waiting, _) = watch::channel(None);
        let (pause, limits, refused) = (Mutex::new(None), Mutex::new(None), Mutex::new(None));
        let reached = AtomicBool::new(false);
        let shared = Shared {
            environment,
            root,
            http,
            tokens,
            guard,
            retry,
            waiting,
            uploading: watch::Sender::new(None),
            pause,
            limits,
            refused,
            reached,
            at_once: AtomicUsize::new(AT_ONCE),
            exchanges: OnceLock::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    pub(super) fn environment(&self) -> &EnvironmentUrl {
        &self.shared.environment
    }

    pub(super) fn tokens(&self) -> &Tokens {
        &self.shared.tokens
    }

    pub(super) fn guard(&self) -> &Guard {
        &self.shared.guard
    }

    /// What the last answer said is left of the service's limits.
    pub(super) fn limits(&self) -> Option<Limits> {
        *self.shared.limits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the server sent last in place of an answer.
    pub(super) fn refused(&self) -> Option<Refused> {
        self.shared.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests may be on their way at once.
    pub(super) fn at_once(&self) -> usize {
        self.shared.at_once.load(Ordering::Relaxed)
    }

    /// Tells of every exchange from here on. Whoever is named first stays.
    pub(super) fn tell(&self, exchanges: Exchanges) {
        let _ = self.shared.exchanges.set(exchanges); // told already
    }

    pub(super) fn waiting(&self) -> watch::Receiver<Option<Waiting>> {
        self.shared.waiting.subscribe()
    }

    pub(super) fn uploading(&self) -> &watch::Sender<Option<Uploading>> {
        &self.shared.uploading
    }

    /// Sends a request until it has an answer, the tries are used up or it must not be repeated.
    ///
    /// # Cancellation
    ///
    /// Dropping the future of a read is safe. A write that was begun may have happened.
    pub(super) async fn send(&self, request: Request) -> Result<Response, Error> {
        if request.is_write() {
            self.shared.guard.check_write()?;
        }
        let uri = self.address(&request.target)?;
        let mut token = self.shared.tokens.access_token().await?;
        let (mut renewed, mut stepped_up) = (false, false);
        let mut delays = self.shared.retry.delays();
        let (mut attempt, mut sent, mut again) = (1, 0, None);
        let id = Uuid::new_v4().to_string();
        loop {
            self.wait_for_pause(attempt).await;
            sent += 1;
            let this = Try { attempt: sent, again, client_request_id: &id };
            again = Some(Again::NewToken);
            match self.try_once(&request, &uri, &token, this).await? {
                Outcome::Done(response) => return Ok(response),
                Outcome::Failed(error) => return Err(error),
                Outcome::Unauthorized(_, headers) if let Some(claims) = self.wanted_claims(&headers) => {
                    token = self.shared.tokens.step_up(&token, claims, stepped_up).await?;
                    stepped_up = true;
                }
                Outcome::Unauthorized(error, headers) if renewed || self.shared.tokens.is_given() => {
                    let Shared { environment, tokens, .. } = &*self.shared;
                    return Err(explained(error, &headers, environment, &token, tokens));
                }
                Outcome::Unauthorized(..) => {
                    token = self.shared.tokens.renew_after(&token).await?;
                    renewed = true;
                }
                Outcome::Again { error, reason, at_least } => {
                    if at_least.is_some_and(|wait| wait > self.shared.retry.cap) {
                        return Err(error);
                    }
                    let Some(delay) = delays.next() else { return Err(error) };
                    attempt += 1;
                    let delay = delay.max(at_least.unwrap_or_default());
                    self.wait(delay, attempt, reason).await;
                    again = Some(Again::Waited(reason, delay));
                }
            }
        }
    }

    /// What a policy asks for in a new token, of tokens that can be renewed.
    fn wanted_claims(&self, headers: &HeaderMap) -> Option<String> {
        let challenge = Challenge::of(headers).filter(|_| !self.shared.tokens.is_given())?;
        challenge.claims()
    }

    /// The address of a request, after it was made sure that it is in this environment.
    fn address(&self, target: &Target) -> Result<Uri, Error> {
        let origin = self.shared.environment.origin();
        let address = match target {
            Target::Path(path) => format!("{origin}{}{path}", self.shared.root),
            Target::Link(link) => checked(link.as_str(), origin)?,
        };
        address.parse().map_err(|_| Error::Invalid { what: "an address that cannot be requested".to_owned() })
    }

    async fn try_once(
        &self,
        request: &Request,
        uri: &Uri,
        token: &AccessToken,
        this: Try<'_>,
    ) -> Result<Outcome, Error> {
        let started = Instant::now();
        let mut sent = self.http_request(request, uri, token)?;
        if let Ok(id) = HeaderValue::from_str(this.client_request_id) {
            sent.headers_mut().insert(CLIENT_REQUEST_ID, id);
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let origin = self.shared.environment.origin();
        let mut record = Record::start(&self.shared.exchanges, origin, target, request, this);
        // Whoever is told of exchanges needs no traces of the same requests.
        let http = if record.is_some() { self.shared.http.untraced() } else { self.shared.http.clone() };
        let result = http.send(sent).await;
        let outcome = match result {
            Ok(response) => {
                self.shared.reached.store(true, Ordering::Relaxed);
                let (parts, body) = response.into_parts();
                let limits = Limits::of(&parts.headers);
                if let Some(at_once) = Limits::at_once(&parts.headers) {
                    self.shared.at_once.store(at_once, Ordering::Relaxed);
                }
                if let Some(limits) = limits {
                    *self.shared.limits.lock().unwrap_or_else(PoisonError::into_inner) = Some(limits);
                }
                tracing::debug!(
                    method = %request.method,
                    path = uri.path(),
                    status = parts.status.as_u16(),
                    bytes = body.len(),
                    ms = started.elapsed().as_millis(),
                    request_id = request_id(&parts.headers),
                    "answered"
                );
                let response = Response { status: parts.status, headers: parts.headers, body };
                let is_foreign = response.is_foreign() && !request.wants_bytes();
                if !response.status.is_success() || is_foreign {
                    let kept = Some(refused(request, uri, &response));
                    *self.shared.refused.lock().unwrap_or_else(PoisonError::into_inner) = kept;
                }
                let error = error_in(&response);
                if let Some(record) = &mut record {
                    record.answered(&response, limits, error.as_ref().and_then(Error::code));
                }
                judge(request, response, error)
            }
            Err(error) => {
                if let Some(record) = &mut record {
                    record.failed(&error);
                }
                tracing::debug!(
                    method = %request.method,
                    path = uri.path(),
                    ms = started.elapsed().as_millis(),
                    %error,
                    "no answer"
                );
                self.judge_failure(request, error)
            }
        };
        Ok(outcome)
    }

    fn http_request(
        &self,
        request: &Request,
        uri: &Uri,
        token: &AccessToken,
    ) -> Result<http::Request<Bytes>, Error> {
        let invalid = |_| Error::Invalid { what: "a token that cannot stand in a request header".to_owned() };
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {}", token.secret())).map_err(invalid)?;
        authorization.set_sensitive(true);
        let mut sent = http::Request::new(request.body.clone());
        *sent.method_mut() = request.method.clone();
        *sent.uri_mut() = uri.clone();
        sent.headers_mut().extend(request.headers.iter().cloned());
        sent.headers_mut().insert(AUTHORIZATION, authorization);
        Ok(sent)
    }

    fn judge_failure(&self, request: &Request, error: crate::http::Error) -> Outcome {
        let never_left = error.is_before_send();
        let was_there = self.shared.reached.load(Ordering::Relaxed);
        let transient =
            error.is_transient() || (was_there && (error.is_refused() || error.is_not_resolved()));
        let host = self.host();
        let error = Error::Network { host, source: Arc::new(error) };
        match (request.is_write(), never_left) {
            (true, false) => Outcome::Failed(Error::OutcomeUnknown { source: Box::new(error) }),
            _ if transient => Outcome::Again { error, reason: WaitReason::Connection, at_least: None },
            _ => Outcome::Failed(error),
        }
    }

    fn host(&self) -> String {
        let origin = self.shared.environment.origin();
        origin.split_once("://").map_or(origin, |(_, host)| host).to_owned()
    }

    /// Waits out a time in which the server wants no requests of this user.
    async fn wait_for_pause(&self, attempt: u32) {
        loop {
            let pause = *self.shared.pause.lock().unwrap_or_else(PoisonError::into_inner);
            let Some((until, limit)) = pause.filter(|(until, _)| *until > Instant::now()) else { return };
            let reason = WaitReason::Throttled(limit);
            let _shown = Shown::new(&self.shared.waiting, Waiting { until, attempt, reason });
            tokio::time::sleep_until(until.into()).await;
        }
    }

    async fn wait(&self, delay: Duration, attempt: u32, reason: WaitReason) {
        let until = Instant::now() + delay;
        if let WaitReason::Throttled(limit) = reason {
            let mut pause = self.shared.pause.lock().unwrap_or_else(PoisonError::into_inner);
            *pause = Some(pause.map_or((until, limit), |pause| pause.max((until, limit))));
        }
        tracing::info!(ms = delay.as_millis(), attempt, ?reason, "waits before the next try");
        let _shown = Shown::new(&self.shared.waiting, Waiting { until, attempt, reason });
        tokio::time::sleep_until(until.into()).await;
    }
}

/// Shows a wait for as long as it lives, so that a cancelled request does not go on counting down.
struct Shown<'a>(&'a watch::Sender<Option<Waiting>>);

impl<'a> Shown<'a> {
    fn new(sender: &'a watch::Sender<Option<Waiting>>, waiting: Waiting) -> Self {
        sender.send_replace(Some(waiting));
        Self(sender)
    }
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        self.0.send_replace(None);
    }
}

fn refused(request: &Request, uri: &Uri, response: &Response) -> Refused {
    let id = request_id(&response.headers).map(|id| format!(", request {id}")).unwrap_or_default();
    let what = format!("{} {}, status {}{id}", request.method, uri.path(), response.status.as_u16());
    Refused::new(what, &response.body)
}

/// The error that an answer means, in the server's words; none for a good one.
fn error_in(response: &Response) -> Option<Error> {
    (!response.status.is_success()).then(|| {
        let inside = batch::error_in(&response.headers, &response.body);
        inside.unwrap_or_else(|| error_of(response.status, &response.headers, &response.body))
    })
}

fn judge(request: &Request, response: Response, error: Option<Error>) -> Outcome {
    let Some(error) = error else { return Outcome::Done(response) };
    let at_least = retry_after(&response.headers);
    let limit = error.code().map_or(Throttle::Unknown, Throttle::of_code);
    let error = match (response.status, at_least) {
        (StatusCode::TOO_MANY_REQUESTS, Some(retry_after)) => Error::Throttled { retry_after, limit },
        _ => error,
    };
    if response.status == StatusCode::UNAUTHORIZED {
        return Outcome::Unauthorized(error, response.headers);
    }
    match reason_to_retry(response.status, request.is_write(), at_least.is_some()) {
        Some(reason) => {
            let reason = if reason.is_throttled() { WaitReason::Throttled(limit) } else { reason };
            Outcome::Again { error, reason, at_least }
        }
        // A gateway speaks, not the service: nobody knows whether the service has acted.
        None if request.is_write() && is_from_a_gateway(response.status, &error) => {
            Outcome::Failed(Error::OutcomeUnknown { source: Box::new(error) })
        }
        None => Outcome::Failed(error),
    }
}

fn is_from_a_gateway(status: StatusCode, error: &Error) -> bool {
    match status.as_u16() {
        502..=504 => true,
        // The service says what went wrong in its own form; a bare 500 is not from it.
        500 => matches!(error, Error::Answer { .. }),
        _ => false,
    }
}

/// An address from an answer, if it has exactly this origin: scheme, host and port, without a user name.
fn checked(link: &str, origin: &str) -> Result<String, Error> {
    let url = Url::parse(link).map_err(|_| Error::answer("a link that is no absolute address"))?;
    let named = match url.origin() {
        url::Origin::Opaque(_) => format!("{}:", url.scheme()),
        origin => origin.ascii_serialization(),
    };
    let with_user = !url.username().is_empty() || url.password().is_some();
    match named == origin && !with_user {
        true => Ok(url.into()),
        false => Err(Error::ForeignOrigin {
            origin: if with_user { format!("{named} (with a user name)") } else { named },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_used_only_within_the_environments_own_origin() {
        let origin = "https://contoso.crm4.dynamics.com";
        for good in [
            "https://contoso.crm4.dynamics.com/api/data/v9.2/contacts?$skiptoken=%3Ccookie%20a=%22b%22%3E",
            "https://CONTOSO.crm4.dynamics.com:443/x",
        ] {
            assert!(checked(good, origin).is_ok(), "{good}");
        }
        for bad in [
            "http://contoso.crm4.dynamics.com/x",
            "https://contoso.crm4.dynamics.com:8443/x",
            "https://contoso.crm4.dynamics.com.evil.example/x",
            "https://evil.example/https://contoso.crm4.dynamics.com/",
            "https://contoso.crm4.dynamics.com@evil.example/x",
            "https://user@contoso.crm4.dynamics.com/x",
            "https://cont\u{43e}so.crm4.dynamics.com/x",
            "https:\\\\evil.example\\x",
            "//evil.example/x",
            "/api/data/v9.2/contacts",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "",
        ] {
            assert!(checked(bad, origin).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_link_is_sent_as_it_came() {
        let link = "http://127.0.0.1:81/api/data/v9.2/contacts?$select=fullname&$skiptoken=%3Ccookie%20pagenumber=%222%22%3E";
        assert_eq!(checked(link, "http://127.0.0.1:81").unwrap(), link);
    }
}
