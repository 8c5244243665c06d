//! What can go wrong on the way to a server and back.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

/// Why an exchange failed. Messages name the host, never the path or the query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The name has no address.
    #[error("the host {host} was not found")]
    NotResolved { host: String },
    /// Nothing listens there.
    #[error("{host} refused the connection")]
    Refused { host: String },
    /// The certificate is not one that this machine trusts for this host.
    #[error("the certificate of {host} is not trusted: {reason}")]
    Certificate { host: String, reason: String },
    /// TLS failed otherwise.
    #[error("no secure connection to {host}: {reason}")]
    Tls { host: String, reason: String },
    /// A proxy stands in between and wants a name and a password.
    #[error("the proxy on the way to {host} wants to know who asks (407)")]
    ProxyWantsSignIn { host: String },
    /// A proxy stands in between and does not lead on.
    #[error("the proxy on the way to {host} does not let the connection through")]
    ProxyRefused { host: String },
    /// No connection within the limit.
    #[error("no connection to {host} within {seconds} s")]
    ConnectTimedOut { host: String, seconds: u64 },
    /// Connected, but nothing came for too long.
    #[error("{host} sent nothing for {seconds} s")]
    Idle { host: String, seconds: u64 },
    /// The connection could not be made for another reason.
    #[error("no connection to {host}")]
    Connect {
        host: String,
        #[source]
        source: reqwest::Error,
    },
    /// The connection broke after the request was sent and before an answer came.
    #[error("{host} closed the connection without an answer")]
    NoAnswer {
        host: String,
        #[source]
        source: reqwest::Error,
    },
    /// The answer began and did not end as it should.
    #[error("the answer of {host} was cut off")]
    Cut {
        host: String,
        #[source]
        source: reqwest::Error,
    },
    /// The answer is larger than we hold in memory.
    #[error("the answer of {host} is larger than {} MiB", limit >> 20)]
    TooLarge { host: String, limit: usize },
    /// This machine has no certificate authorities.
    #[error("this system has no certificate authorities, so no server can be trusted")]
    NoCaStore,
    /// The file with more certificate authorities is of no use.
    #[error("cannot use the certificate file {}: {reason}", path.display())]
    CaFile { path: PathBuf, reason: String },
    /// The request or the client could not be set up.
    #[error("the request could not be made")]
    Setup(#[source] reqwest::Error),
}

impl Error {
    /// The request surely never left: the server cannot have acted on it.
    pub fn is_before_send(&self) -> bool {
        !matches!(
            self,
            Error::Idle { .. } | Error::NoAnswer { .. } | Error::Cut { .. } | Error::TooLarge { .. }
        )
    }

    /// The same request may work a moment later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Error::ConnectTimedOut { .. }
                | Error::Idle { .. }
                | Error::Connect { .. }
                | Error::NoAnswer { .. }
                | Error::Cut { .. }
        )
    }

    /// The connection was made and broke: before, during or in place of the answer.
    pub fn is_broken_connection(&self) -> bool {
        matches!(self, Error::NoAnswer { .. } | Error::Cut { .. })
    }

    /// The server is not one this machine trusts.
    pub fn is_certificate(&self) -> bool {
        matches!(self, Error::Certificate { .. } | Error::NoCaStore)
    }

    /// The name has no address.
    pub fn is_not_resolved(&self) -> bool {
        matches!(self, Error::NotResolved { .. })
    }

    /// Nothing listens there.
    pub fn is_refused(&self) -> bool {
        matches!(self, Error::Refused { .. })
    }

    /// A proxy did not let the connection through.
    pub fn is_proxy(&self) -> bool {
        matches!(self, Error::ProxyWantsSignIn { .. } | Error::ProxyRefused { .. })
    }

    /// The secure connection could not be made, for whatever reason.
    pub fn is_tls(&self) -> bool {
        matches!(self, Error::Certificate { .. } | Error::Tls { .. } | Error::NoCaStore)
    }

    /// Took too long.
    pub fn is_timeout(&self) -> bool {
        matches!(self, Error::ConnectTimedOut { .. } | Error::Idle { .. })
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Error::NotResolved { .. } => "check the spelling of the address and this machine's network",
            Error::Refused { .. } => "check the address and the port, and whether the server is running",
            Error::Certificate { reason, .. } if reason == EXPIRED || reason == EARLY => {
                "check the clock of this machine; if it is right, only the server's owner can help"
            }
            Error::Certificate { reason, .. } if reason == OTHER_HOST => {
                "check the address; a proxy or a portal may answer in its place"
            }
            Error::Certificate { .. } => {
                "if the server's authority is your organisation's own, name its certificate with --ca-file"
            }
            Error::NoCaStore => {
                "install the package ca-certificates, set SSL_CERT_FILE, or name a certificate with --ca-file"
            }
            Error::ProxyWantsSignIn { .. } => {
                "put name and password into the proxy's address: HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT"
            }
            Error::ProxyRefused { .. } => {
                "ask whoever runs the proxy to allow the host, or name the host in NO_PROXY"
            }
            Error::ConnectTimedOut { .. } | Error::Connect { .. } => {
                "check this machine's network and proxy settings (HTTPS_PROXY, NO_PROXY)"
            }
            Error::Idle { .. } | Error::NoAnswer { .. } | Error::Cut { .. } => "try again",
            Error::TooLarge { .. } => "ask for fewer rows or columns at a time",
            Error::CaFile { .. } => "the file must hold one or more certificates in PEM form",
            Error::Tls { .. } | Error::Setup(_) => return None,
        };
        Some(hint.to_owned())
    }

    pub(super) fn building(error: reqwest::Error) -> Error {
        // rustls-platform-verifier has no type of its own for this.
        let no_roots = |error: &(dyn StdError + 'static)| error.to_string().contains("No CA certificates");
        let no_store = chain(&error).any(no_roots);
        match no_store {
            true => Error::NoCaStore,
            false => Error::Setup(error.without_url()),
        }
    }

    pub(super) fn request(error: reqwest::Error) -> Error {
        Error::Setup(error.without_url())
    }

    pub(super) fn sending(error: reqwest::Error, host: &str) -> Error {
        let host = host.to_owned();
        let error = error.without_url();
        if error.is_builder() {
            return Error::Setup(error);
        }
        if !error.is_connect() {
            return match error.is_timeout() && !is_forgotten(&error) {
                true => Error::Idle { host, seconds: super::IDLE.as_secs() },
                false => Error::NoAnswer { host, source: error },
            };
        }
        if error.is_dns() {
            // The port has no part in the look-up of a name.
            let name = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
            return Error::NotResolved { host: name.to_owned() };
        }
        if let Some(tls) = chain(&error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
            return match tls {
                rustls::Error::InvalidCertificate(reason) => {
                    Error::Certificate { host, reason: certificate_reason(reason) }
                }
                other => Error::Tls { host, reason: other.to_string() },
            };
        }
        // hyper-util keeps the type of its tunnel's errors to itself.
        let of_tunnel =
            chain(&error).map(ToString::to_string).find(|text| text.starts_with("tunnel error: "));
        match of_tunnel.as_deref() {
            Some("tunnel error: proxy authorization required") => return Error::ProxyWantsSignIn { host },
            Some("tunnel error: unsuccessful") => return Error::ProxyRefused { host },
            _ => {}
        }
        if error.is_timeout() {
            return Error::ConnectTimedOut { host, seconds: super::CONNECT.as_secs() };
        }
        let refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
        if chain(&error).filter_map(|cause| cause.downcast_ref::<io::Error>()).any(refused) {
            return Error::Refused { host };
        }
        Error::Connect { host, source: error }
    }

    pub(super) fn reading(error: reqwest::Error, host: &str) -> Error {
        let host = host.to_owned();
        let error = error.without_url();
        match error.is_timeout() && !is_forgotten(&error) {
            true => Error::Idle { host, seconds: super::IDLE.as_secs() },
            false => Error::Cut { host, source: error },
        }
    }
}

/// The other end did not say that it is still there. Hyper keeps the type of this to itself.
fn is_forgotten(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| cause.to_string() == "keep-alive timed out")
}

const EXPIRED: &str = "it has expired";
const EARLY: &str = "it is not valid yet";
const OTHER_HOST: &str = "it is for another host";

fn certificate_reason(reason: &rustls::CertificateError) -> String {
    use rustls::CertificateError as Reason;
    match reason {
        Reason::UnknownIssuer => "its issuer is not known here".into(),
        Reason::Expired | Reason::ExpiredContext { .. } => EXPIRED.into(),
        Reason::NotValidYet | Reason::NotValidYetContext { .. } => EARLY.into(),
        Reason::NotValidForName | Reason::NotValidForNameContext { .. } => OTHER_HOST.into(),
        Reason::Revoked => "it was revoked".into(),
        other => other.to_string(),
    }
}

/// An error and its causes. An `io::Error` hides the error it wraps from `source`, so it is opened.
fn chain<'e>(error: &'e (dyn StdError + 'static)) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| cause(*error))
}

fn cause<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e (dyn StdError + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(inner) => Some(inner),
        None => error.source(),
    }
}
