//! The one way to make an HTTP client: TLS roots, proxies, no redirects, time-outs, bounded bodies.
//!
//! Must not know: Entra ID or Dataverse.

mod error;
mod trace;

pub use ::http::{HeaderMap, Request, Response};
pub use error::Error;
pub use trace::{Trace, Traces};

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use reqwest::Certificate;

/// How long a connection may take to be made, TLS included.
const CONNECT: Duration = Duration::from_secs(15);
/// How long nothing may come before we give up. A slow answer that moves is not cut off.
const IDLE: Duration = Duration::from_secs(30);
/// On a connection that several requests share: how long nothing may come before it is asked whether it is still there,
/// and how long it may take to answer. One that a sleep or a router has forgotten would hold every request up for ever.
const QUIET: Duration = Duration::from_secs(5);
/// Largest body in memory, after decompression.
const MAX_BODY: usize = 256 << 20;
/// Largest room that is made for a body before it comes.
const RESERVE: usize = 16 << 20;

/// What a client trusts.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Certificate authorities to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
}

/// Sends requests. Cheap to clone; clones share connections.
///
/// Redirects are answers like any other, never followed. Loopback is never reached through a proxy; other hosts
/// by the system's proxy settings. TLS is verified by the system's roots, set up when the first https request
/// is made, so that plain loopback works on a machine without any.
#[derive(Debug, Clone)]
pub struct Client {
    inner: Arc<Inner>,
    traces: Option<Traces>,
}

#[derive(Debug)]
struct Inner {
    certificates: Vec<Certificate>,
    plain: OnceLock<reqwest::Client>,
    loopback: OnceLock<reqwest::Client>,
    remote: OnceLock<reqwest::Client>,
}

/// Where a request goes, as far as the set-up of the connection depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Route {
    /// http on loopback: no proxy, no certificates.
    Plain,
    /// https on loopback: no proxy.
    Loopback,
    /// Everything else.
    Remote,
}

/// Makes a client.
///
/// # Errors
///
/// [`Error::CaFile`] when the file cannot be read or holds no certificate.
pub fn client(options: &Options) -> Result<Client, Error> {
    install_crypto();
    let certificates = match &options.ca_file {
        Some(path) => read_certificates(path)?,
        None => Vec::new(),
    };
    let inner =
        Inner { certificates, plain: OnceLock::new(), loopback: OnceLock::new(), remote: OnceLock::new() };
    Ok(Client { inner: Arc::new(inner), traces: None })
}

/// Chooses the implementation of TLS's cryptography for this process, unless that was done before.
pub fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may be quicker; then there is one all the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

impl Client {
    /// The same client, which tells of what it sends.
    #[must_use]
    pub fn traced(&self, traces: Traces) -> Self {
        Self { inner: Arc::clone(&self.inner), traces: Some(traces) }
    }

    /// The same client, which tells whom another one tells.
    #[must_use]
    pub fn traced_like(&self, other: &Client) -> Self {
        Self { inner: Arc::clone(&self.inner), traces: other.traces.clone() }
    }

    /// The same client, for somebody who tells more of what is sent.
    #[must_use]
    pub fn untraced(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), traces: None }
    }

    /// Sends a request and reads the whole answer, at most 256 MiB after decompression.
    ///
    /// Every status is an answer. Fails after 15 s without a connection and after 30 s without progress; a body
    /// that ends too early is an error, never a shorter body.
    ///
    /// # Errors
    ///
    /// [`Error::is_before_send`] tells whether the server can have seen the request.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection. The server may have acted on the request.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let Some(traces) = &self.traces else { return self.send_untold(request).await };
        let mut record = trace::Record::start(traces, &request);
        let result = self.send_untold(request).await;
        record.ended(&result);
        result
    }

    async fn send_untold(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Error> {
        let host = host_and_port(request.uri());
        let request = reqwest::Request::try_from(request).map_err(Error::request)?;
        let client = self.route(Route::of(request.url()))?;
        let mut response = client.execute(request).await.map_err(|error| Error::sending(error, &host))?;
        let mut parts = Response::new(());
        *parts.status_mut() = response.status();
        *parts.version_mut() = response.version();
        std::mem::swap(parts.headers_mut(), response.headers_mut());
        // What the server says of the length saves copies; it is not trusted further than that.
        let expected = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut body = Vec::with_capacity(expected.min(RESERVE));
        while let Some(chunk) = response.chunk().await.map_err(|error| Error::reading(error, &host))? {
            if body.len() + chunk.len() > MAX_BODY {
                return Err(Error::TooLarge { host, limit: MAX_BODY });
            }
            body.extend_from_slice(&chunk);
        }
        body.shrink_to_fit(); // it may be kept for long
        Ok(parts.map(|()| Bytes::from(body)))
    }

    fn route(&self, route: Route) -> Result<&reqwest::Client, Error> {
        let slot = match route {
            Route::Plain => &self.inner.plain,
            Route::Loopback => &self.inner.loopback,
            Route::Remote => &self.inner.remote,
        };
        match slot.get() {
            Some(client) => Ok(client),
            None => {
                let client = build(route, &self.inner.certificates)?;
                Ok(slot.get_or_init(|| client))
            }
        }
    }
}

impl Route {
    fn of(url: &url::Url) -> Route {
        match (is_loopback(url), url.scheme()) {
            (true, "http") => Route::Plain,
            (true, _) => Route::Loopback,
            (false, _) => Route::Remote,
        }
    }
}

/// Whether an address is on this machine: `localhost`, a name below it, 127.0.0.0/8 or `[::1]`.
pub fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn build(route: Route, certificates: &[Certificate]) -> Result<reqwest::Client, Error> {
    let builder = reqwest::Client::builder()
        .user_agent(concat!("dvtui/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .read_timeout(IDLE)
        .pool_idle_timeout(Duration::from_secs(60))
        .http2_keep_alive_interval(QUIET)
        .http2_keep_alive_timeout(QUIET);
    let builder = match route {
        Route::Plain | Route::Loopback => builder.no_proxy(),
        Route::Remote => builder,
    };
    let builder = match route {
        Route::Plain => builder.tls_certs_only([]),
        Route::Loopback | Route::Remote if certificates.is_empty() => builder,
        Route::Loopback | Route::Remote => builder.tls_certs_merge(certificates.iter().cloned()),
    };
    builder.build().map_err(Error::building)
}

fn read_certificates(path: &Path) -> Result<Vec<Certificate>, Error> {
    let unusable = |reason: String| Error::CaFile { path: path.to_owned(), reason };
    let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if certificates.is_empty() => Err(unusable("it holds no PEM certificate".into())),
        Ok(certificates) => Ok(certificates),
        Err(_) => Err(unusable("it is not PEM".into())),
    }
}

fn host_and_port(uri: &http::Uri) -> String {
    uri.authority()
        .map(|authority| authority.as_str().rsplit('@').next().unwrap_or_default().to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
