//! The sandbox's own addresses, and which of them somebody means.

use std::net::{IpAddr, SocketAddr};

use http::header::HOST;
use http::uri::Authority;
use http::{HeaderMap, Request, Uri};
use url::{Host, Url};

/// One of the sandbox's listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The Web API of an environment, by its place in the list of them.
    Api(usize),
    Entra,
    Discovery,
    /// A stranger's server: answers anybody and keeps a record, so that a test can see what was sent astray.
    Foreign,
    /// A company's proxy that lets nobody through.
    Proxy,
    Controls,
}

impl Origin {
    /// The name in the request log and in fault matches.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Origin::Api(_) => "api",
            Origin::Entra => "entra",
            Origin::Discovery => "discovery",
            Origin::Foreign => "foreign",
            Origin::Proxy => "proxy",
            Origin::Controls => "controls",
        }
    }
}

/// Where each listener is.
#[derive(Debug, Clone)]
pub(crate) struct Sites {
    pub(crate) tls: bool,
    /// One for each environment, in the order of the list of them.
    pub(crate) api: Vec<SocketAddr>,
    pub(crate) entra: SocketAddr,
    pub(crate) discovery: SocketAddr,
    /// None when the controls are off, as they are themselves.
    pub(crate) foreign: Option<SocketAddr>,
    pub(crate) controls: Option<SocketAddr>,
}

impl Sites {
    fn scheme(&self) -> &'static str {
        if self.tls { "https" } else { "http" }
    }

    pub(crate) fn address(&self, origin: Origin) -> Option<SocketAddr> {
        match origin {
            Origin::Api(index) => self.api.get(index).copied(),
            Origin::Entra => Some(self.entra),
            Origin::Discovery => Some(self.discovery),
            Origin::Foreign => self.foreign,
            Origin::Proxy => None,
            Origin::Controls => self.controls,
        }
    }

    /// `scheme://host:port` of a listener, without a slash at the end.
    pub(crate) fn root(&self, address: SocketAddr) -> String {
        format!("{}://{address}", self.scheme())
    }

    pub(crate) fn entra_root(&self) -> String {
        self.root(self.entra)
    }

    pub(crate) fn discovery_root(&self) -> String {
        self.root(self.discovery)
    }

    /// The addresses as the sender of a request has them.
    pub(crate) fn seen_by<B>(&self, request: &Request<B>) -> Seen<'_> {
        let host = host_named(request.uri(), request.headers()).unwrap_or_else(|| {
            let ip = self.entra.ip();
            if ip.is_ipv6() { format!("[{ip}]") } else { ip.to_string() }
        });
        Seen { sites: self, host }
    }

    fn origins(&self) -> impl Iterator<Item = Origin> {
        let others = [Origin::Entra, Origin::Discovery, Origin::Foreign, Origin::Controls];
        (0..self.api.len()).map(Origin::Api).chain(others)
    }

    /// Which listener a resource identifier or an audience names, with or without the slash at its end.
    pub(crate) fn named_by(&self, identifier: &str) -> Option<Origin> {
        let url = Url::parse(identifier).ok()?;
        let bare = url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        if !bare || url.scheme() != self.scheme() || !is_loopback(url.host()?) {
            return None;
        }
        let port = url.port_or_known_default()?;
        let resource =
            |origin: &Origin| matches!(origin, Origin::Api(_) | Origin::Discovery | Origin::Foreign);
        self.origins()
            .filter(resource)
            .find(|origin| self.address(*origin).is_some_and(|address| address.port() == port))
    }

    /// Whether an authority (`Host`) is this listener under one of loopback's names.
    pub(crate) fn is_host_of(&self, origin: Origin, authority: &str) -> bool {
        let Ok(url) = Url::parse(&format!("{}://{authority}/", self.scheme())) else { return false };
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.path() == "/"
            && url.query().is_none();
        plain && self.is_at(origin, &url)
    }

    /// Whether an `Origin` header names this very listener.
    pub(crate) fn is_origin_of(&self, origin: Origin, header: &str) -> bool {
        Url::parse(header).is_ok_and(|url| url.scheme() == self.scheme() && self.is_at(origin, &url))
    }

    fn is_at(&self, origin: Origin, url: &Url) -> bool {
        let port = self.address(origin).map(|address| address.port());
        url.host().is_some_and(is_loopback) && url.port_or_known_default() == port
    }
}

/// The sandbox's addresses under the name of loopback that a client used: who asks `localhost` is answered with
/// `localhost`, for its certificates, its cookies and its comparisons.
#[derive(Debug, Clone)]
pub(crate) struct Seen<'a> {
    sites: &'a Sites,
    host: String,
}

impl Seen<'_> {
    /// `scheme://host:port` of a listener, without a slash at the end.
    pub(crate) fn root(&self, origin: Origin) -> String {
        let port = self.sites.address(origin).map_or(0, |address| address.port());
        format!("{}://{}:{port}", self.sites.scheme(), self.host)
    }
}

/// The host of a request without its port: HTTP/2 has it in the address, HTTP/1 in a header.
fn host_named(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    if let Some(host) = uri.host() {
        return Some(host.to_ascii_lowercase());
    }
    let authority = Authority::try_from(headers.get(HOST)?.as_bytes()).ok()?;
    Some(authority.host().to_ascii_lowercase())
}

/// Whether a host is this machine by name or by address. `localhost.` and names that merely begin so are not.
pub(crate) fn is_loopback(host: Host<&str>) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => IpAddr::from(address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(address).is_loopback(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites() -> Sites {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let (api, foreign) = (vec![at(81), at(85)], Some(at(84)));
        Sites { tls: false, api, entra: at(82), discovery: at(83), foreign, controls: None }
    }

    #[test]
    fn an_audience_is_known_with_and_without_its_slash() {
        assert_eq!(sites().named_by("http://127.0.0.1:81"), Some(Origin::Api(0)));
        assert_eq!(sites().named_by("http://127.0.0.1:81/"), Some(Origin::Api(0)));
        assert_eq!(sites().named_by("http://[::1]:85"), Some(Origin::Api(1)));
        assert_eq!(sites().named_by("http://localhost:83/"), Some(Origin::Discovery));
        for other in [
            "http://127.0.0.1:82",
            "https://127.0.0.1:81",
            "http://127.0.0.1:81/api",
            "http://contoso.example:81",
            "81",
        ] {
            assert_eq!(sites().named_by(other), None, "{other}");
        }
    }

    #[test]
    fn addresses_are_those_of_the_name_that_was_asked_for() {
        let sites = sites();
        for (uri, host, root) in [
            ("/x", "localhost:81", "http://localhost:82"),
            ("/x", "[::1]:81", "http://[::1]:82"),
            ("http://LOCALHOST:81/x", "", "http://localhost:82"),
            ("/x", "?", "http://127.0.0.1:82"),
        ] {
            let request = Request::get(uri).header(HOST, host).body(()).unwrap();
            assert_eq!(sites.seen_by(&request).root(Origin::Entra), root, "{uri} {host}");
        }
    }

    #[test]
    fn only_loopback_with_the_port_is_the_host() {
        for host in ["127.0.0.1:81", "localhost:81", "LOCALHOST:81", "[::1]:81"] {
            assert!(sites().is_host_of(Origin::Api(0), host), "{host}");
        }
        for host in [
            "127.0.0.1",
            "127.0.0.1:82",
            "evil.example:81",
            "localhost.evil.example:81",
            "a@127.0.0.1:81",
            "127.0.0.1:81/x",
        ] {
            assert!(!sites().is_host_of(Origin::Api(0), host), "{host}");
        }
    }
}
