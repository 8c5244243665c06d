//! Making tokens: access tokens for a resource, id tokens for a client, refresh tokens for ourselves.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CACHE_CONTROL, PRAGMA};
use http::{HeaderValue, Request, Response, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::clients::{Client, Proof};
use super::documents::issuer_for;
use super::keys::{decode, encode};
use super::params::Params;
use super::refusal::Refusal;
use super::scopes::{Asked, Scope};
use super::{Ask, Entra, Version};
use crate::sandbox::answer;
use crate::sandbox::users::User;

/// 90 days, rolling: each answer brings a new token.
const REFRESH_SECONDS: i64 = 90 * 24 * 60 * 60;

/// What a refresh token stands for: a user and a client, not a resource.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Refresh {
    pub(super) user: Uuid,
    pub(super) client: Uuid,
    /// Used when the request names no scope.
    pub(super) scope: String,
    issued: i64,
    /// Counts the refresh tokens of this sandbox, so that all up to one can be revoked.
    number: u64,
    /// Makes each token another.
    nonce: String,
}

/// What somebody has been granted.
pub(super) struct Grant<'a> {
    pub(super) user: &'a User,
    pub(super) client: &'a Client,
    pub(super) proof: Proof,
    pub(super) scope: &'a Scope,
    pub(super) asked: &'a Asked,
    pub(super) scope_text: &'a str,
    pub(super) nonce: Option<&'a str>,
}

impl Entra {
    /// The answer with everything a person's grant entitles to.
    pub(super) fn user_tokens(&self, ask: &Ask<'_>, grant: &Grant<'_>) -> Result<Response<Bytes>, Refusal> {
        let access = self.user_access_token(grant)?;
        let mut body = json!({ "token_type": "Bearer" });
        match ask.version {
            Version::V2 => body["scope"] = json!(grant.asked.granted()),
            Version::V1 => body["scope"] = json!(grant.asked.scp()),
        }
        self.set_lifetime(&mut body, ask.version, &grant.asked.audience);
        body["access_token"] = json!(access);
        if grant.scope.offline_access {
            body["refresh_token"] = json!(self.refresh_token(grant)?);
        }
        if grant.scope.openid {
            body["id_token"] = json!(self.id_token(ask, grant)?);
        }
        if let Some(info) = client_info(ask, grant.user) {
            body["client_info"] = json!(info);
        }
        Ok(token_answer(&body))
    }

    /// The answer to an application that asks for itself.
    pub(super) fn application_tokens(
        &self,
        ask: &Ask<'_>,
        principal: &User,
        client: &Client,
        proof: Proof,
        asked: &Asked,
    ) -> Result<Response<Bytes>, Refusal> {
        let mut claims = self.common_claims(principal, client, proof, &asked.audience)?;
        claims["idtyp"] = json!("app");
        claims["sub"] = json!(principal.oid);
        let mut body = json!({ "token_type": "Bearer" });
        self.set_lifetime(&mut body, ask.version, &asked.audience);
        body["access_token"] = json!(self.keys.sign(&claims)?);
        Ok(token_answer(&body))
    }

    /// Reads a refresh token. What this sandbox did not issue is no grant; what is too old has expired.
    pub(super) fn read_refresh_token(&self, token: &str) -> Result<Refresh, Refusal> {
        let invalid = || Refusal::new(70000, "Provided grant is invalid or malformed.");
        let refresh: Refresh =
            token.strip_prefix("0.").and_then(|sealed| self.unseal(sealed)).ok_or_else(invalid)?;
        if self.grants().revoked_up_to.get(&refresh.user).is_some_and(|last| refresh.number <= *last) {
            let text = "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user \
                        might have changed or reset their password.";
            return Err(Refusal::new(50173, text));
        }
        if self.clock.seconds() >= refresh.issued + REFRESH_SECONDS {
            let text = "The refresh token has expired due to inactivity.";
            return Err(Refusal::new(700082, text));
        }
        Ok(refresh)
    }

    /// Revokes what the user of a request's refresh token has been given so far.
    pub(crate) fn revoke_refresh_of(&self, request: &Request<Bytes>) {
        let params = Params::of(request);
        if let Some(Ok(refresh)) = params.get("refresh_token").map(|token| self.read_refresh_token(token)) {
            let mut grants = self.grants();
            let last = grants.refresh_tokens;
            grants.revoked_up_to.insert(refresh.user, last);
        }
    }

    /// Refuses the access token of a request from now on.
    pub(crate) fn expire_token_of(&self, request: &Request<Bytes>) {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = header.and_then(|header| header.split_once(' ')).map(|(_, token)| token.trim());
        if let Some(id) = token.and_then(|token| self.keys.verify(token)).as_ref().and_then(token_id) {
            self.grants().expired.insert(id);
        }
    }

    /// The claims of an access token that was issued here and not taken back; whether they fit a resource is the
    /// resource's to judge.
    pub(crate) fn claims(&self, token: &str) -> Option<Value> {
        let claims = self.keys.verify(token)?;
        let expired = token_id(&claims).is_some_and(|id| self.grants().expired.contains(&id));
        if expired { None } else { Some(claims) }
    }

    fn refresh_token(&self, grant: &Grant<'_>) -> Result<String, Refusal> {
        let number = {
            let mut grants = self.grants();
            grants.refresh_tokens += 1;
            grants.refresh_tokens
        };
        let refresh = Refresh {
            number,
            user: grant.user.oid,
            client: grant.client.id,
            scope: grant.scope_text.to_owned(),
            issued: self.clock.seconds(),
            nonce: self.keys.secret_text(24)?,
        };
        Ok(format!("0.{}", self.seal(&refresh)))
    }

    /// Writes something down for a client to bring back, so that nobody else can write it.
    pub(super) fn seal(&self, meaning: &impl Serialize) -> String {
        let payload = encode(json!(meaning).to_string());
        let tag = ring::hmac::sign(&self.seal_key, payload.as_bytes());
        format!("{payload}.{}", encode(tag))
    }

    pub(super) fn unseal<T: DeserializeOwned>(&self, sealed: &str) -> Option<T> {
        let (payload, tag) = sealed.split_once('.')?;
        ring::hmac::verify(&self.seal_key, payload.as_bytes(), &decode(tag)?).ok()?;
        serde_json::from_slice(&decode(payload)?).ok()
    }

    fn user_access_token(&self, grant: &Grant<'_>) -> Result<String, Refusal> {
        let user = grant.user;
        let mut claims = self.common_claims(user, grant.client, grant.proof, &grant.asked.audience)?;
        describe(&mut claims, user);
        for (name, value) in [
            ("puid", json!(format!("10032000{:08X}", user.oid.as_fields().0))),
            ("scp", json!(grant.asked.scp())),
            ("sub", json!(pairwise(user, &grant.asked.audience))),
        ] {
            claims[name] = value;
        }
        Ok(self.keys.sign(&claims)?)
    }

    /// The claims of a v1.0 access token, which is what Dataverse takes, whichever endpoint was asked.
    fn common_claims(
        &self,
        principal: &User,
        client: &Client,
        proof: Proof,
        audience: &str,
    ) -> Result<Value, Refusal> {
        let now = self.clock.seconds();
        Ok(json!({
            "aud": audience,
            "iss": issuer_of_access_tokens(principal.tenant),
            "iat": now,
            "nbf": now,
            "exp": now + self.token_seconds(),
            "acr": "1",
            "aio": self.keys.secret_text(24)?,
            "appid": client.id,
            "appidacr": proof.acr(),
            "oid": principal.oid,
            "rh": format!("0.{}", self.keys.secret_text(24)?),
            "tid": principal.tenant,
            "uti": self.keys.secret_text(16)?,
            "ver": "1.0",
        }))
    }

    /// What the client may know of the person. The v1 endpoints have names of their own for it.
    fn id_token(&self, ask: &Ask<'_>, grant: &Grant<'_>) -> Result<String, Refusal> {
        let user = grant.user;
        let now = self.clock.seconds();
        let mut claims = json!({
            "aud": grant.client.id,
            "iss": issuer_for(ask, &user.tenant.to_string()),
            "iat": now,
            "nbf": now,
            "exp": now + self.token_seconds(),
            "name": user.full_name,
            "oid": user.oid,
            "sub": pairwise(user, &grant.client.id.to_string()),
            "tid": user.tenant,
            "uti": self.keys.secret_text(16)?,
        });
        match ask.version {
            Version::V1 => {
                describe(&mut claims, user);
                claims["ver"] = json!("1.0");
            }
            Version::V2 => {
                claims["preferred_username"] = json!(user.upn);
                claims["ver"] = json!("2.0");
            }
        }
        if let Some(nonce) = grant.nonce {
            claims["nonce"] = json!(nonce);
        }
        Ok(self.keys.sign(&claims)?)
    }

    fn token_seconds(&self) -> i64 {
        i64::try_from(self.lifetimes.access_token.as_secs()).unwrap_or(i64::MAX / 2)
    }

    fn set_lifetime(&self, body: &mut Value, version: Version, audience: &str) {
        let seconds = self.token_seconds();
        match version {
            Version::V2 => {
                body["expires_in"] = json!(seconds);
                body["ext_expires_in"] = json!(seconds);
            }
            Version::V1 => {
                let now = self.clock.seconds();
                body["expires_in"] = json!(seconds.to_string());
                body["ext_expires_in"] = json!(seconds.to_string());
                body["expires_on"] = json!((now + seconds).to_string());
                body["not_before"] = json!(now.to_string());
                body["resource"] = json!(audience);
            }
        }
    }
}

/// The issuer of v1.0 access tokens.
pub(crate) fn issuer_of_access_tokens(tenant: Uuid) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

/// Who somebody is, in the claims of v1.0 tokens.
fn describe(claims: &mut Value, user: &User) {
    let (given, family) = user.full_name.split_once(' ').unwrap_or((user.full_name, ""));
    for (name, value) in [
        ("amr", json!(["pwd", "mfa"])),
        ("family_name", json!(family)),
        ("given_name", json!(given)),
        ("ipaddr", json!("192.0.2.10")),
        ("name", json!(user.full_name)),
        ("unique_name", json!(user.upn)),
        ("upn", json!(user.upn)),
    ] {
        claims[name] = value;
    }
}

/// `client_info`, for who asks for it: the account in a form that the client keeps it by.
pub(super) fn client_info(ask: &Ask<'_>, user: &User) -> Option<String> {
    let wanted = ask.params.get("client_info") == Some("1");
    wanted.then(|| encode(json!({ "uid": user.oid, "utid": user.tenant }).to_string()))
}

/// What tells one token from another.
fn token_id(claims: &Value) -> Option<String> {
    claims["uti"].as_str().map(str::to_owned)
}

/// A subject that differs from one audience to the next.
fn pairwise(user: &User, audience: &str) -> String {
    let both = format!("{}|{audience}", user.oid);
    URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, both.as_bytes()))
}

fn token_answer(body: &Value) -> Response<Bytes> {
    let mut response = answer::json(StatusCode::OK, body);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store, no-cache"));
    response.headers_mut().insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
