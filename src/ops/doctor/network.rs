//! The way to the environment: name, connection, TLS, and the challenge to a request without a token.

use std::io;
use std::time::{Duration, Instant};

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::Url;

use super::{Check, Id, Subject};
use crate::auth::probe::{Probed, probe};
use crate::auth::target::foreign_resource;
use crate::auth::{self, Authority, EnvironmentUrl, Service};
use crate::http::{self, is_loopback};

/// How long a name or a connection may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the environment may take for its first answer.
pub(super) const ANSWER: Duration = Duration::from_secs(20);

/// The four checks, and what the environment answered.
pub(super) async fn look(http: &http::Client, subject: &Subject<'_>) -> (Vec<Check>, Option<Probed>) {
    let Some(environment) = &subject.environment else {
        let none = |id| Check::skip(id, "no environment was given");
        return ([Id::Dns, Id::Tcp, Id::Tls, Id::Challenge].map(none).to_vec(), None);
    };
    let Ok(url) = Url::parse(environment.origin()) else { return (vec![], None) };
    let (host, port) = match &subject.proxy {
        Some(proxy) => (proxy.host.clone(), proxy.port),
        None => (plain(&url), url.port_or_known_default().unwrap_or(443)),
    };
    let by = subject.proxy.as_ref().map(|proxy| {
        format!(" (of the proxy on the way, {}: it resolves and connects further)", proxy.variable)
    });
    let by = by.unwrap_or_default();
    let dns = dns(&host, port, &by).await;
    let tcp = match dns.status {
        super::Status::Fail => Check::after(Id::Tcp, Id::Dns),
        _ => tcp(&host, port, &by, subject.proxy.is_some()).await,
    };
    if tcp.status != super::Status::Ok {
        let rest = [Check::after(Id::Tls, Id::Tcp), Check::after(Id::Challenge, Id::Tcp)];
        return ([dns, tcp].into_iter().chain(rest).collect(), None);
    }
    let is_plain = url.scheme() == "http";
    let probing = timeout(ANSWER, probe(http, environment, Service::WebApi));
    let (tls, challenge, probed) = match probing.await {
        Err(_) => (secure(is_plain), silent(Id::Challenge, environment), None),
        Ok(Ok(probed)) => {
            (secure(is_plain), challenge(environment, subject.authority.as_ref(), &probed), Some(probed))
        }
        Ok(Err(auth::Error::Network { source, .. })) => {
            let why = why(&source);
            let next = source.hint().map(|hint| sentence(&hint)).unwrap_or_default();
            let failed = |id| Check::fail(id, source.to_string()).why(why.clone()).next(next.clone());
            match source.is_tls() || source.is_proxy() {
                true => (failed(Id::Tls), Check::after(Id::Challenge, Id::Tls), None),
                false => (secure(is_plain), failed(Id::Challenge), None),
            }
        }
        Ok(Err(error)) => (secure(is_plain), Check::fail(Id::Challenge, error.to_string()), None),
    };
    (vec![dns, tcp, tls, challenge], probed)
}

/// Connected, and then nothing.
pub(super) fn silent(id: Id, environment: &EnvironmentUrl) -> Check {
    Check::fail(id, format!("no answer within {} s", ANSWER.as_secs()))
        .why(format!("{} takes the connection and sends nothing.", environment.host()))
        .next("Try again in a minute; a proxy or a firewall may hold the answer back.")
}

/// The host without the brackets of an IPv6 address.
fn plain(url: &Url) -> String {
    url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned()
}

async fn dns(host: &str, port: u16, by: &str) -> Check {
    let looked = timeout(PATIENCE, lookup_host((host, port))).await;
    let found: Vec<String> = match looked {
        Ok(Ok(found)) => found.map(|address| address.ip().to_string()).collect(),
        Ok(Err(error)) => return unresolved(host, &error.to_string()),
        Err(_) => return unresolved(host, &format!("no answer within {} s", PATIENCE.as_secs())),
    };
    match found.as_slice() {
        [] => unresolved(host, "it has no address"),
        [first] => Check::ok(Id::Dns, format!("{host} is {first}{by}")),
        [first, rest @ ..] => Check::ok(Id::Dns, format!("{host} is {first} and {} more{by}", rest.len())),
    }
}

fn unresolved(host: &str, why: &str) -> Check {
    Check::fail(Id::Dns, format!("the host {host} was not found"))
        .why(sentence(why))
        .next("Check the spelling of the address, and this machine's network and name servers.")
}

async fn tcp(host: &str, port: u16, by: &str, proxied: bool) -> Check {
    let begun = Instant::now();
    let failed = |what: String, why: String| {
        Check::fail(Id::Tcp, what).why(why).next(match proxied {
            true => "Check the proxy's address, or take it out of the environment.",
            false => "Check the address and the port. Behind a company's firewall set HTTPS_PROXY.",
        })
    };
    match timeout(PATIENCE, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => {
            Check::ok(Id::Tcp, format!("port {port} answers in {} ms{by}", begun.elapsed().as_millis()))
        }
        Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => {
            failed(format!("{host} refuses connections at port {port}"), "Nothing listens there.".to_owned())
        }
        Ok(Err(error)) => {
            failed(format!("no connection to {host}, port {port}"), sentence(&error.to_string()))
        }
        Err(_) => failed(
            format!("no connection to {host}, port {port}"),
            format!("Nothing came within {} s: a firewall may drop the packets.", PATIENCE.as_secs()),
        ),
    }
}

fn secure(is_plain: bool) -> Check {
    match is_plain {
        true => Check::skip(Id::Tls, "plain http on this machine"),
        false => Check::ok(Id::Tls, "the certificate is trusted and for this host"),
    }
}

fn challenge(environment: &EnvironmentUrl, by_hand: Option<&Authority>, probed: &Probed) -> Check {
    let host = environment.host();
    let challenge = match probed.challenge() {
        Ok(challenge) => challenge,
        Err(what) => {
            return Check::fail(Id::Challenge, "it does not answer like an environment")
                .why(format!("{host} was asked without a token, and {what}."))
                .next(match probed.status {
                    200..=399 => {
                        "Check the address. A proxy, a portal or a sign-in page may answer in its place."
                    }
                    429 | 500.. => "The service has trouble: try again in a minute.",
                    401 => "Check the address. Servers of your own (on premises) sign in another way, which dv does not do.",
                    _ => "Check the address: it is the one in the browser's address bar in Dynamics 365.",
                });
        }
    };
    let known = challenge.authorization_uri.as_deref().map(Authority::of_challenge);
    let foreign = foreign_resource(challenge, environment);
    let odd = |what: &str, why: String, next: &str| {
        let make = if by_hand.is_some() { Check::warn } else { Check::fail };
        make(Id::Challenge, what).why(why).next(next)
    };
    if let Some(resource) = foreign {
        return odd(
            "it asks for a sign-in to another environment",
            format!("{host} names {resource} (`resource_id`) as what a token must be for."),
            "Check the address of the environment.",
        );
    }
    match known {
        None => odd(
            "its challenge names no authority",
            format!("{host} says not where its people sign in (`authorization_uri`)."),
            "Give the authority by hand: --authority https://login.microsoftonline.com/TENANT.",
        ),
        Some(Err(error)) if by_hand.is_none() => {
            Check::fail(Id::Challenge, "it sends sign-ins to a host that nobody vouches for")
                .why(format!("{}.", sentence(&error.to_string()).trim_end_matches('.')))
                .next("If you trust that host, give the authority by hand: --authority URL.")
        }
        Some(_) => {
            let tenant = challenge.authorization_uri.as_deref().and_then(Authority::tenant_in);
            let tenant = tenant.unwrap_or_else(|| "of no name".to_owned());
            Check::ok(Id::Challenge, format!("tenant {tenant}, resource {environment}"))
        }
    }
}

/// The causes of a failure behind its first words.
fn why(error: &http::Error) -> String {
    let mut texts = Vec::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        texts.push(error.to_string());
        cause = error.source();
    }
    texts.dedup();
    match texts.is_empty() {
        true => String::new(),
        false => sentence(&texts.join(": ")),
    }
}

/// Text with a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim().trim_end_matches('.');
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    if first.is_empty() { String::new() } else { format!("{first}{}.", letters.as_str()) }
}

/// Whether an address is on this machine, where no proxy is used.
pub fn is_of_this_machine(environment: &EnvironmentUrl) -> bool {
    Url::parse(environment.origin()).is_ok_and(|url| is_loopback(&url))
}
