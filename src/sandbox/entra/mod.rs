//! Entra ID: discovery documents, keys, sign-in by device code and in a browser, tokens. It knows the directory and
//! the sandbox's addresses; of the Web API it knows only that an environment is a resource one can get a token for.

mod authorize;
mod clients;
mod device;
mod documents;
mod keys;
mod ordered;
mod pages;
mod params;
mod refusal;
mod scopes;
mod session;
mod token;
mod tokens;

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ALLOW, ORIGIN};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use jiff::Timestamp;
use uuid::{Uuid, uuid};

use self::clients::Clients;
pub(crate) use self::clients::{FAILING_CLIENTS, PUBLIC_CLIENT, RESTRICTED};
use self::device::Devices;
pub(crate) use self::device::{Decision, DeviceError};
use self::keys::Keys;
use self::params::Params;
use self::refusal::{Ids, Refusal};
use self::token::Codes;
pub(crate) use self::tokens::issuer_of_access_tokens;
use super::clock::Clock;
use super::sites::{Origin, Seen, Sites};
use super::users::{OTHER_TENANT, TENANT, User};
use super::{Error, answer};

/// The directory of personal accounts, which `consumers` stands for.
const PERSONAL_TENANT: Uuid = uuid!("9188040d-6c67-4c5b-b112-36a304b66dad");

/// So many device codes, and as many authorization codes, are remembered at once.
const MOST_WAITING: usize = 10_000;

/// How long people get to sign in and tokens live.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lifetimes {
    pub(crate) auto_approve: Option<Duration>,
    pub(crate) device_code: Duration,
    pub(crate) access_token: Duration,
}

#[derive(Debug)]
pub(crate) struct Entra {
    clock: Clock,
    sites: Sites,
    users: Vec<User>,
    lifetimes: Lifetimes,
    clients: Clients,
    keys: Keys,
    /// For what clients keep for us: refresh tokens and the cookie of a session.
    seal_key: ring::hmac::Key,
    grants: Mutex<Grants>,
}

/// What has been handed out, and what of it no longer counts.
#[derive(Debug, Default)]
struct Grants {
    devices: Devices,
    codes: Codes,
    /// How many refresh tokens there have been.
    refresh_tokens: u64,
    /// The last refresh token of a user that no longer counts, by object id.
    revoked_up_to: HashMap<Uuid, u64>,
    /// Access tokens that a fault took back, by their id.
    expired: HashSet<String>,
}

/// The two families of addresses: v2.0 asks with `scope`, v1 with `resource` and answers with numbers as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

/// The tenant in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tenant {
    Ours,
    Other,
    /// `organizations` and `common`: wherever the user is at home.
    Any,
    /// `consumers`: personal accounts, of which there are none.
    Personal,
}

/// One request, taken apart.
struct Ask<'a> {
    tenant: Tenant,
    /// The tenant as spelled in the address.
    tenant_name: &'a str,
    version: Version,
    params: Params,
    request: &'a Request<Bytes>,
    /// The sandbox's addresses as the client has them.
    seen: Seen<'a>,
    ids: Ids,
}

impl Entra {
    pub(crate) fn new(
        clock: Clock,
        sites: Sites,
        users: Vec<User>,
        lifetimes: Lifetimes,
    ) -> Result<Entra, Error> {
        let keys = Keys::load()?;
        Ok(Entra {
            clock,
            sites,
            users,
            lifetimes,
            clients: Clients::new(&keys)?,
            seal_key: ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &keys.random_bytes(32)?),
            keys,
            grants: Mutex::default(),
        })
    }

    pub(crate) fn client_secret(&self) -> &str {
        &self.clients.secret
    }

    pub(crate) fn client_certificate_pem(&self) -> &str {
        &self.clients.certificate_pem
    }

    pub(crate) fn client_key_pem(&self) -> &'static str {
        self.clients.key_pem()
    }

    pub(crate) async fn respond(&self, request: Request<Bytes>) -> Response<Bytes> {
        let ids = Ids::of(&request);
        let header = request.headers().get("return-client-request-id").map(HeaderValue::as_bytes);
        let wanted = header.is_some_and(|value| value.eq_ignore_ascii_case(b"true"));
        let mut response = self.answer(&request, ids).await;
        answer::set(&mut response, HeaderName::from_static("x-ms-request-id"), &ids.trace.to_string());
        if wanted {
            let name = HeaderName::from_static("client-request-id");
            answer::set(&mut response, name, &ids.correlation.to_string());
        }
        response
    }

    async fn answer(&self, request: &Request<Bytes>, ids: Ids) -> Response<Bytes> {
        let path = request.uri().path().to_owned();
        let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        if matches!(segments.as_slice(), [""]) {
            return pages::root();
        }
        if matches!(segments.as_slice(), ["devicelogin"]) {
            return self.device_page(request);
        }
        let seen = self.sites.seen_by(request);
        let tenant_name = segments.first().copied().unwrap_or_default();
        let (version, rest) = match segments.get(1..).unwrap_or_default() {
            ["v2.0", ".well-known", "openid-configuration"] => (Version::V2, "configuration"),
            [".well-known", "openid-configuration"] => (Version::V1, "configuration"),
            ["discovery", "v2.0", "keys"] => (Version::V2, "keys"),
            ["discovery", "keys"] => (Version::V1, "keys"),
            ["discovery", "instance"] => return documents::instance(&seen),
            ["oauth2", "v2.0", endpoint] => (Version::V2, *endpoint),
            ["oauth2", endpoint] => (Version::V1, *endpoint),
            _ => return answer::text(StatusCode::NOT_FOUND, "There is nothing at this address."),
        };
        let Some(tenant) = Tenant::named(tenant_name) else {
            let text = format!(
                "Tenant '{tenant_name}' not found. Check to make sure you have the correct tenant ID."
            );
            let refusal = Refusal::new(90002, text);
            return match rest {
                "authorize" => pages::refused(&refusal),
                _ => refusal.response(self.clock.now(), ids),
            };
        };
        let params = Params::of(request);
        let ask = Ask { tenant, tenant_name, version, params, request, seen, ids };
        match rest {
            "configuration" => documents::configuration(&ask),
            "keys" => answer::json(StatusCode::OK, &self.keys.document(&documents::issuer(&ask))),
            "authorize" => self.authorize(&ask).await,
            "devicecode" => self.posted(&ask, Self::device_code),
            "token" => self.posted(&ask, Self::token),
            "logout" => self.sign_out(&ask),
            _ => answer::text(StatusCode::NOT_FOUND, "There is nothing at this address."),
        }
    }

    /// Runs an endpoint that takes POST alone.
    fn posted(
        &self,
        ask: &Ask<'_>,
        endpoint: fn(&Entra, &Ask<'_>) -> Result<Response<Bytes>, Refusal>,
    ) -> Response<Bytes> {
        let result = if ask.request.method() == Method::POST {
            endpoint(self, ask)
        } else {
            let text = format!(
                "The endpoint only accepts POST requests. Received a {} request.",
                ask.request.method()
            );
            Err(Refusal::new(900561, text))
        };
        result.unwrap_or_else(|refusal| {
            tracing::debug!(%refusal, "refused");
            let mut response = refusal.response(self.clock.now(), ask.ids);
            if response.status() == StatusCode::METHOD_NOT_ALLOWED {
                response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            }
            response
        })
    }

    fn grants(&self) -> MutexGuard<'_, Grants> {
        self.grants.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A person by short name or user principal name.
    fn person(&self, name: &str) -> Option<&User> {
        self.people().find(|user| user.is_called(name))
    }

    fn people(&self) -> impl Iterator<Item = &User> {
        self.users.iter().filter(|user| user.application_id.is_none())
    }

    fn user(&self, oid: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.oid == oid)
    }

    /// The person that signs in when nobody is there to choose.
    fn automatic(&self, hint: Option<&str>) -> Result<&User, Refusal> {
        let name = hint.unwrap_or("anna");
        self.person(name).ok_or_else(|| {
            Refusal::new(50034, format!("The user account '{name}' does not exist in the Contoso directory."))
        })
    }

    /// Whether a form was sent by a page of ours, or by something that is no browser.
    fn is_own_form(&self, request: &Request<Bytes>) -> bool {
        request.headers().get(ORIGIN).is_none_or(|origin| {
            origin.to_str().is_ok_and(|origin| self.sites.is_origin_of(Origin::Entra, origin))
        })
    }
}

/// Takes out the oldest of what is waiting to be redeemed when there is too much of it.
fn make_room<T>(waiting: &mut HashMap<String, T>, age: impl Fn(&T) -> Timestamp) {
    if waiting.len() >= MOST_WAITING {
        let oldest = waiting.iter().min_by_key(|(_, one)| age(one)).map(|(name, _)| name.clone());
        oldest.and_then(|name| waiting.remove(&name));
    }
}

impl Tenant {
    fn named(name: &str) -> Option<Tenant> {
        if let Ok(id) = Uuid::try_parse(name) {
            return match id {
                TENANT => Some(Tenant::Ours),
                OTHER_TENANT => Some(Tenant::Other),
                PERSONAL_TENANT => Some(Tenant::Personal),
                _ => None,
            };
        }
        match name.to_ascii_lowercase().as_str() {
            "contoso.example" | "contoso.onmicrosoft.com" => Some(Tenant::Ours),
            "fabrikam.example" | "fabrikam.onmicrosoft.com" => Some(Tenant::Other),
            "organizations" | "common" => Some(Tenant::Any),
            "consumers" => Some(Tenant::Personal),
            _ => None,
        }
    }
}
