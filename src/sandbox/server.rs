//! The listeners: accepting, TLS, HTTP/1.1 and HTTP/2, and the way of each request through checks, log, faults and
//! the part that answers it.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use bytes::Bytes;
use http::header::{HOST, ORIGIN};
use http::request::Parts;
use http::{Extensions, Method, Request, Response, StatusCode};
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::answer;
use super::api::PICTURE;
use super::border::Border;
use super::clock::Clock;
use super::controls::Controls;
use super::discovery;
use super::entra::Entra;
use super::environments::Environments;
use super::faults::{self, Ended, Faults, Here};
use super::gzip;
use super::line::{Breaker, Line};
use super::request_log::RequestLog;
use super::sites::{Origin, Sites};

/// What Dataverse takes at most, a file of 128 MB, with room around it.
const BODY_LIMIT: usize = 160 * 1024 * 1024;
/// The longest address that the service takes, in characters.
const ADDRESS_LIMIT: usize = 32_768;

/// Everything that answers.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) sites: Sites,
    pub(crate) entra: Entra,
    pub(crate) environments: Environments,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    /// How names of headers are written, see [`names`](super::names).
    pub(crate) spelling: Extensions,
}

/// The tasks of a sandbox and the word to stop.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running {
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

/// Accepts connections until the word to stop, and refuses them while the listener is to be closed.
pub(crate) async fn serve(
    mut listener: TcpListener,
    origin: Origin,
    tls: Option<TlsAcceptor>,
    world: Arc<World>,
    running: Running,
) {
    let mut closings = world.faults.doors.watch();
    let mut open = running.stop.child_token();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            seconds = closings.next(origin) => {
                open.cancel();
                let reopened = tokio::select! {
                    reopened = closed_for(listener, seconds) => reopened,
                    () = running.stop.cancelled() => return,
                };
                match reopened {
                    Ok(reopened) => listener = reopened,
                    Err(error) => {
                        tracing::error!(%error, origin = origin.name(), "a closed listener cannot open again");
                        return;
                    }
                }
                open = running.stop.child_token();
                continue;
            }
            () = running.stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, origin, tls.clone(), Arc::clone(&world));
                let open = open.clone();
                running.tasks.spawn(async move {
                    tokio::select! {
                        () = connection => {}
                        () = open.cancelled() => {}
                    }
                });
            }
            Err(error) => {
                // Out of descriptors, mostly: others must close some first.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

/// A listener at the same address, after a time in which nobody listens there. The address stays taken meanwhile,
/// so that it is still there.
async fn closed_for(listener: TcpListener, seconds: u64) -> std::io::Result<TcpListener> {
    let address = listener.local_addr()?;
    drop(listener);
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // The connections that were just ended hold the port, too.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    socket.listen(1024)
}

async fn connection(stream: TcpStream, origin: Origin, tls: Option<TlsAcceptor>, world: Arc<World>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "small answers may be late");
    }
    let breaker = Breaker::default();
    let line = Line::new(stream, breaker.clone());
    match tls {
        None => converse(line, origin, breaker, world).await,
        Some(acceptor) => match acceptor.accept(line).await {
            Ok(stream) => converse(stream, origin, breaker, world).await,
            Err(error) => tracing::debug!(%error, origin = origin.name(), "no TLS"),
        },
    }
}

async fn converse(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    origin: Origin,
    breaker: Breaker,
    world: Arc<World>,
) {
    let service = service_fn(move |request| {
        let (world, breaker) = (Arc::clone(&world), breaker.clone());
        async move {
            let mut response = Box::pin(world.answer(origin, request, &breaker)).await?;
            response.extensions_mut().extend(world.spelling.clone());
            Ok::<_, Ended>(response)
        }
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).preserve_header_case(true);
    builder.http2().timer(TokioTimer::new());
    if let Err(error) = builder.serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, origin = origin.name(), "connection ended");
    }
}

impl World {
    async fn answer(
        &self,
        origin: Origin,
        request: Request<Incoming>,
        breaker: &Breaker,
    ) -> Result<Response<Body>, Ended> {
        let (parts, body) = request.into_parts();
        if self.is_control(origin, &parts) {
            let response = match self.refuse_stranger(origin, &parts) {
                Some(refused) => refused,
                None => match read(body).await {
                    Ok(body) => self.controls().respond(&Request::from_parts(parts, body)).await,
                    Err(refused) => *refused,
                },
            };
            return Ok(response.map(Body::from));
        }
        let head = parts.method == Method::HEAD;
        let n = self.log.arrived(origin, &parts, self.clock.now());
        let here = self.here(origin, &parts);
        let fault = self.faults.strike(origin, &parts.method, &here.path);
        let service = matches!(origin, Origin::Api(_) | Origin::Discovery);
        let packs = service && gzip::wanted(&parts.headers);
        let stranger = self.refuse_stranger(origin, &parts);
        let request = match read(body).await {
            Ok(body) => Ok(Request::from_parts(parts, body)),
            Err(refused) => Err(refused),
        };
        let instead = match (&fault, &request) {
            (Some(fault), Ok(request)) => self.before(origin, fault, request, &here, breaker).await?,
            _ => None,
        };
        let mut response = match (instead, stranger, request) {
            (Some(response), ..) | (None, Some(response), _) => response,
            (None, None, Err(refused)) => *refused,
            (None, None, Ok(request)) => self.dispatch(origin, request).await,
        };
        if let Some(fault) = &fault {
            response = fault.spoil(response, &here);
        }
        let status = response.status();
        if head {
            let response = if packs { gzip::compress(response).await } else { response };
            self.log.answered(n, status);
            return Ok(answer::without_body(response).map(Body::from));
        }
        let response = faults::send(fault.as_ref(), response, packs, breaker).await?;
        self.log.answered(n, status);
        Ok(response)
    }

    async fn dispatch(&self, origin: Origin, mut request: Request<Bytes>) -> Response<Bytes> {
        let service = matches!(origin, Origin::Api(_) | Origin::Discovery);
        if service && self.is_too_long(origin, &request) {
            let text = "The length of the URL exceeds the maximum of 32,768 characters.";
            return answer::odata_error(StatusCode::URI_TOO_LONG, "0x80060888", text);
        }
        if service && request.method() == Method::HEAD {
            *request.method_mut() = Method::GET;
        }
        match origin {
            Origin::Entra => self.entra.respond(request).await,
            Origin::Api(index) => {
                let path = request.uri().path();
                if path != "/api/data"
                    && !path.starts_with("/api/data/")
                    && !path.eq_ignore_ascii_case(PICTURE)
                {
                    return answer::text(StatusCode::NOT_FOUND, "The Web API is at /api/data/v9.2/.");
                }
                match self.border(origin, &request).check(request.headers()) {
                    Ok(caller) => self.environments.respond(index, &caller, request).await,
                    Err(refused) => *refused,
                }
            }
            Origin::Discovery => match self.border(origin, &request).check(request.headers()) {
                Ok(caller) => {
                    discovery::respond(&self.environments, &self.sites.seen_by(&request), &caller, &request)
                }
                Err(refused) => *refused,
            },
            // It serves whoever comes, so that what was sent astray shows in the log and not as a failed connection.
            Origin::Foreign => answer::with_type(StatusCode::OK, "application/json", r#"{"value":[]}"#),
            Origin::Proxy => faults::refused_proxy(),
            Origin::Controls => answer::text(StatusCode::NOT_FOUND, "The controls are at /_sandbox/."),
        }
    }

    fn is_too_long(&self, origin: Origin, request: &Request<Bytes>) -> bool {
        let root = self.sites.address(origin).map_or(0, |address| self.sites.root(address).len());
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        root + path.len() > ADDRESS_LIMIT
    }

    /// The addresses around a request.
    fn here(&self, origin: Origin, parts: &Parts) -> Here {
        let root = |origin| self.sites.address(origin).map(|address| self.sites.root(address));
        Here {
            root: root(origin).unwrap_or_default(),
            api: root(Origin::Api(0)).unwrap_or_default(),
            foreign: root(Origin::Foreign).unwrap_or_default(),
            path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        }
    }

    pub(super) fn border(&self, origin: Origin, request: &Request<Bytes>) -> Border<'_> {
        let seen = self.sites.seen_by(request);
        Border { origin, sites: &self.sites, seen, entra: &self.entra, clock: &self.clock }
    }

    fn controls(&self) -> Controls<'_> {
        let (entra, log, faults) = (&self.entra, &self.log, &self.faults);
        Controls { entra, log, faults, environments: &self.environments }
    }

    fn is_control(&self, origin: Origin, parts: &Parts) -> bool {
        let shared = origin == Origin::Api(0) && self.sites.controls.is_some();
        origin == Origin::Controls || (shared && parts.uri.path().starts_with("/_sandbox/"))
    }

    /// The refusal of a request that a web page elsewhere may have caused: another name for this host (a rebound
    /// name), or another site as its origin.
    fn refuse_stranger(&self, origin: Origin, parts: &Parts) -> Option<Response<Bytes>> {
        if origin == Origin::Proxy {
            return None;
        }
        let mut hosts = parts.headers.get_all(HOST).iter();
        let host = hosts.next().map(|host| host.to_str().unwrap_or_default());
        if hosts.next().is_some() {
            return Some(answer::text(StatusCode::BAD_REQUEST, "A request has one Host."));
        }
        let authority = parts.uri.authority().map(http::uri::Authority::as_str);
        let named = [host, authority].into_iter().flatten().collect::<Vec<_>>();
        if named.is_empty() || !named.iter().all(|name| self.sites.is_host_of(origin, name)) {
            let text = "Host must be this machine's loopback with the port of this listener.";
            return Some(answer::text(StatusCode::FORBIDDEN, text));
        }
        let guarded = matches!(origin, Origin::Api(_) | Origin::Discovery | Origin::Controls);
        let sent_by = parts.headers.get(ORIGIN).map(|value| value.to_str().unwrap_or_default());
        if guarded && sent_by.is_some_and(|sent_by| !self.sites.is_origin_of(origin, sent_by)) {
            return Some(answer::text(StatusCode::FORBIDDEN, "Requests of other sites are not answered."));
        }
        None
    }
}

async fn read(body: Incoming) -> Result<Bytes, Box<Response<Bytes>>> {
    let refused = || {
        let text = "The request body is too large or was cut off.";
        Box::new(answer::text(StatusCode::PAYLOAD_TOO_LARGE, text))
    };
    // One that says how long it will be need not come first.
    if body.size_hint().lower() > BODY_LIMIT as u64 {
        return Err(refused());
    }
    to_bytes(Body::new(body), BODY_LIMIT).await.map_err(|error| {
        tracing::debug!(%error, "a request body could not be read");
        refused()
    })
}
