//! The token endpoint: one function a grant.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::Response;
use http::header::AUTHORIZATION;
use jiff::{Timestamp, ToSpan};
use ring::digest;
use url::{Url, form_urlencoded};
use uuid::Uuid;

use super::clients::{Client, Proof};
use super::keys::encode;
use super::refusal::Refusal;
use super::scopes::{Asked, Scope};
use super::tokens::Grant;
use super::{Ask, Entra, Tenant, Version, make_room};
use crate::sandbox::sites::Origin;
use crate::sandbox::users::User;

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const CODE_MINUTES: i64 = 10;

/// Authorization codes that have been handed out.
#[derive(Debug, Default)]
pub(super) struct Codes(HashMap<String, Code>);

/// What an authorization code stands for.
#[derive(Debug, Clone)]
pub(super) struct Code {
    pub(super) user: Uuid,
    pub(super) client: Uuid,
    pub(super) redirect: String,
    pub(super) scope: String,
    pub(super) nonce: Option<String>,
    pub(super) challenge: Option<Challenge>,
    pub(super) expires: Timestamp,
    pub(super) redeemed: bool,
}

/// A PKCE challenge.
#[derive(Debug, Clone)]
pub(super) struct Challenge {
    pub(super) value: String,
    pub(super) hashed: bool,
}

impl Challenge {
    fn is_met_by(&self, verifier: &str) -> bool {
        let well_formed = (43..=128).contains(&verifier.len())
            && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        let value = match self.hashed {
            true => encode(digest::digest(&digest::SHA256, verifier.as_bytes())),
            false => verifier.to_owned(),
        };
        well_formed && value == self.value
    }
}

impl Codes {
    /// Keeps a new code, and forgets those that have been dead for a day.
    pub(super) fn insert(&mut self, code: String, meaning: Code, now: Timestamp) {
        let dead = now.saturating_sub(24.hours()).unwrap_or(Timestamp::MIN);
        self.0.retain(|_, code| code.expires > dead);
        make_room(&mut self.0, |code| code.expires);
        self.0.insert(code, meaning);
    }
}

impl Entra {
    pub(super) fn token(&self, ask: &Ask<'_>) -> Result<Response<Bytes>, Refusal> {
        let grant_type = ask.params.need("grant_type")?;
        if ask.version == Version::V2 && ask.params.get("resource").is_some() {
            let text = "The 'resource' request parameter is not supported.";
            return Err(Refusal::new(901002, text));
        }
        if ask.tenant == Tenant::Personal {
            let text = "The grant type is not supported over the /common or /consumers endpoints. Please use the \
                        /organizations or tenant-specific endpoint.";
            return Err(Refusal::new(9001023, text));
        }
        match grant_type {
            "urn:ietf:params:oauth:grant-type:device_code" | "device_code" => self.by_device_code(ask),
            "authorization_code" => self.by_authorization_code(ask),
            "refresh_token" => self.by_refresh_token(ask),
            "client_credentials" => self.by_client_credentials(ask),
            other => {
                let text = format!("The app requested an unsupported grant type '{other}'.");
                Err(Refusal::new(70003, text))
            }
        }
    }

    fn by_device_code(&self, ask: &Ask<'_>) -> Result<Response<Bytes>, Refusal> {
        let (client, proof) = self.client(ask)?;
        let device_code = match ask.params.get("code") {
            Some(code) if ask.params.get("device_code").is_none() => code,
            _ => ask.params.need("device_code")?,
        };
        let now = self.clock.now();
        let (user, scope_text) = self.grants().devices.redeem(device_code, client.id, now, |device| {
            let ready = self.lifetimes.auto_approve.is_some_and(|after| now >= device.approves_at(after));
            if !ready {
                return Ok(None);
            }
            self.automatic(device.hint.as_deref()).map(|user| Some(user.oid))
        })?;
        let scope = Scope::parse(&scope_text, &self.sites)?;
        let asked = scope.single()?;
        let user = self.admit(ask.tenant, client, user, asked)?;
        self.user_tokens(
            ask,
            &Grant { user, client, proof, scope: &scope, asked, scope_text: &scope_text, nonce: None },
        )
    }

    fn by_authorization_code(&self, ask: &Ask<'_>) -> Result<Response<Bytes>, Refusal> {
        let code_text = ask.params.need("code")?;
        let redirect = ask.params.need("redirect_uri")?;
        let (client, proof) = self.client(ask)?;
        let mut grants = self.grants();
        let code = grants
            .codes
            .0
            .get_mut(code_text)
            .filter(|code| code.client == client.id)
            .ok_or_else(|| Refusal::new(70000, "Provided grant is invalid or malformed."))?;
        if code.redeemed {
            let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an \
                        existing refresh token.";
            return Err(Refusal::new(54005, text));
        }
        if self.clock.now() >= code.expires {
            let text = "The provided authorization code or refresh token has expired due to inactivity. Send a new \
                        interactive authorization request for this user and resource.";
            return Err(Refusal::new(70008, text));
        }
        if code.redirect != redirect {
            let text = "The redirect URI does not match the one of the authorization request.";
            return Err(Refusal::new(50011, text));
        }
        let verifier = ask.params.get("code_verifier");
        let proven = match (&code.challenge, verifier) {
            (Some(challenge), Some(verifier)) => challenge.is_met_by(verifier),
            (None, None) => true,
            _ => false,
        };
        // Right or wrong: who guesses has one guess.
        code.redeemed = true;
        if !proven {
            let text =
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.";
            return Err(Refusal::new(501481, text));
        }
        let code = code.clone();
        drop(grants);

        let granted = Scope::parse(&code.scope, &self.sites)?;
        let scope_text = self.scope_text(ask)?.unwrap_or_else(|| code.scope.clone());
        let mut scope = Scope::parse(&scope_text, &self.sites)?;
        scope.offline_access |= granted.offline_access;
        scope.openid |= granted.openid;
        // Without a scope of its own the first resource of the authorization request is meant.
        let asked = match ask.params.get("scope") {
            Some(_) => scope.single()?,
            None => &scope.first,
        };
        let user = self.admit(ask.tenant, client, code.user, asked)?;
        let nonce = code.nonce.as_deref();
        let grant = Grant { user, client, proof, scope: &scope, asked, scope_text: &scope_text, nonce };
        self.user_tokens(ask, &grant)
    }

    fn by_refresh_token(&self, ask: &Ask<'_>) -> Result<Response<Bytes>, Refusal> {
        let token = ask.params.need("refresh_token")?;
        let (client, proof) = self.client(ask)?;
        let refresh = self.read_refresh_token(token)?;
        if refresh.client != client.id {
            return Err(Refusal::new(70000, "The provided grant was issued to another application."));
        }
        let scope_text = self.scope_text(ask)?.unwrap_or_else(|| refresh.scope.clone());
        let mut scope = Scope::parse(&scope_text, &self.sites)?;
        scope.offline_access = true;
        // A refresh that names several resources gets the first.
        let asked = &scope.first;
        let user = self.admit(ask.tenant, client, refresh.user, asked)?;
        let grant = Grant { user, client, proof, scope: &scope, asked, scope_text: &scope_text, nonce: None };
        self.user_tokens(ask, &grant)
    }

    fn by_client_credentials(&self, ask: &Ask<'_>) -> Result<Response<Bytes>, Refusal> {
        if ask.tenant == Tenant::Any {
            let text = "No tenant-identifying information found in either the request or implied by any provided \
                        credentials.";
            return Err(Refusal::new(50059, text));
        }
        let (client, proof) = self.client(ask)?;
        if proof == Proof::None {
            return Err(secret_needed());
        }
        let scope_text = match self.scope_text(ask)? {
            Some(text) => text,
            None => {
                return Err(Refusal::missing(if ask.version == Version::V1 { "resource" } else { "scope" }));
            }
        };
        let scope = Scope::parse(&scope_text, &self.sites)?;
        let asked = scope.single()?;
        if !asked.is_default() {
            let text = format!(
                "The provided value for the input parameter 'scope' is not valid. The scope {scope_text} is not valid: \
                 client credential flows must have a scope value with /.default suffixed to the resource identifier."
            );
            return Err(Refusal::new(70011, text));
        }
        refuse_elsewhere(ask.tenant, asked)?;
        let principal =
            self.users.iter().find(|user| user.application_id == Some(client.id)).ok_or_else(|| {
                Refusal::new(
                    700016,
                    format!("Application '{}' has no service principal in this tenant.", client.id),
                )
            })?;
        self.application_tokens(ask, principal, client, proof, asked)
    }

    /// The scope of a token request, v1's `resource` written as one.
    pub(super) fn scope_text(&self, ask: &Ask<'_>) -> Result<Option<String>, Refusal> {
        Ok(match ask.version {
            Version::V2 => ask.params.get("scope").map(str::to_owned),
            Version::V1 if ask.params.get("grant_type") == Some("client_credentials") => {
                ask.params.get("resource").map(|resource| format!("{resource}/.default"))
            }
            Version::V1 => ask
                .params
                .get("resource")
                .map(|resource| format!("{resource}/user_impersonation openid offline_access")),
        })
    }

    /// Who asks, and the proof given: none for a public client, a secret or an assertion for a confidential one.
    fn client(&self, ask: &Ask<'_>) -> Result<(&Client, Proof), Refusal> {
        let basic = basic_credentials(ask);
        let id = match (ask.params.get("client_id"), &basic) {
            (Some(id), Some((basic_id, _))) if id != basic_id => {
                return Err(Refusal::new(
                    90023,
                    "The client of the Authorization header is not the one of the body.",
                ));
            }
            (Some(id), _) => id,
            (None, Some((id, _))) => id,
            (None, None) => return Err(Refusal::missing("client_id")),
        };
        let client = self.clients.find(id)?;
        let secret = ask.params.get("client_secret").or(basic.as_ref().map(|(_, secret)| secret.as_str()));
        let assertion = ask.params.get("client_assertion");
        if client.public {
            if secret.is_some_and(|secret| !secret.is_empty()) || assertion.is_some() {
                let text =
                    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.";
                return Err(Refusal::new(700025, text));
            }
            return Ok((client, Proof::None));
        }
        let proof = match (assertion, secret) {
            (Some(assertion), _) => {
                if ask.params.need("client_assertion_type")? != ASSERTION_TYPE {
                    return Err(Refusal::new(90023, "The client assertion has an unknown type."));
                }
                let ours = |audience: &str| self.is_token_endpoint(ask.tenant, audience);
                self.clients.check_assertion(client, assertion, ours, self.clock.seconds())?
            }
            (None, Some(secret)) => self.clients.check_secret(client, secret)?,
            (None, None) => return Err(secret_needed()),
        };
        Ok((client, proof))
    }

    /// Whether an assertion's audience is the token endpoint of this tenant, by any of the tenant's and of loopback's
    /// names, or the tenant's issuer.
    fn is_token_endpoint(&self, tenant: Tenant, audience: &str) -> bool {
        let Ok(url) = Url::parse(audience) else { return false };
        let path = url.path().trim_start_matches('/').split_once('/');
        self.sites.is_origin_of(Origin::Entra, audience)
            && path.is_some_and(|(name, endpoint)| {
                Tenant::named(name) == Some(tenant)
                    && matches!(endpoint, "oauth2/v2.0/token" | "oauth2/token" | "v2.0")
            })
    }

    /// Whether this person may have a token of this resource through this client.
    pub(super) fn admit(
        &self,
        tenant: Tenant,
        client: &Client,
        user: Uuid,
        asked: &Asked,
    ) -> Result<&User, Refusal> {
        refuse_elsewhere(tenant, asked)?;
        self.refuse_unlisted(client, asked)?;
        let user = self.user(user).ok_or_else(|| Refusal::new(50034, "The user account does not exist."))?;
        if let Some(code) = user.refused_with {
            return Err(Refusal::of_user(code, user.upn));
        }
        if tenant == Tenant::Other {
            return Err(Refusal::of_user(50020, user.upn));
        }
        if !client.assigned {
            let text = format!(
                "Your administrator has configured the application {} ('{}') to block users unless they are \
                 specifically granted ('assigned') access to the application. The signed-in user '{}' is blocked \
                 because they are not a direct member of a group with access, nor had access directly assigned by an \
                 administrator.",
                client.name, client.id, user.upn
            );
            return Err(Refusal::new(50105, text));
        }
        if !client.consented {
            let text = format!(
                "The user or administrator has not consented to use the application with ID '{}' named '{}'. Send an \
                 interactive authorization request for this user and resource.",
                client.id, client.name
            );
            return Err(Refusal::new(65001, text));
        }
        Ok(user)
    }

    /// Whether the client's registration lists the resource.
    pub(super) fn refuse_unlisted(&self, client: &Client, asked: &Asked) -> Result<(), Refusal> {
        if client.lists_dataverse || !asked.dataverse {
            return Ok(());
        }
        let text = format!(
            "Invalid resource. The client has requested access to a resource which is not listed in the requested \
             permissions in the client's application registration. Client app ID: {}({}). Resource value from request: \
             {}. Resource app ID: 00000007-0000-0000-c000-000000000000.",
            client.id, client.name, asked.audience
        );
        Err(Refusal::new(650057, text))
    }
}

/// The environments are in one tenant only.
pub(super) fn refuse_elsewhere(tenant: Tenant, asked: &Asked) -> Result<(), Refusal> {
    if tenant == Tenant::Other && asked.dataverse {
        let text = format!(
            "The resource principal named {} was not found in the tenant named Fabrikam. You might have sent your \
             authentication request to the wrong tenant.",
            asked.audience
        );
        return Err(Refusal::new(500011, text));
    }
    Ok(())
}

fn secret_needed() -> Refusal {
    Refusal::new(
        7000218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    )
}

/// Id and secret of an `Authorization: Basic` header, each form-encoded as RFC 6749 2.3.1 asks.
fn basic_credentials(ask: &Ask<'_>) -> Option<(String, String)> {
    let header = ask.request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| {
        form_urlencoded::parse(format!("v={part}").as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((plain(id)?, plain(secret)?))
}

/// When a code handed out now stops working.
pub(super) fn code_expiry(now: Timestamp) -> Timestamp {
    now.saturating_add(CODE_MINUTES.minutes()).unwrap_or(Timestamp::MAX)
}
