//! Who may pass to the Web API and to Global Discovery: the anonymous challenge and the check of tokens.

use bytes::Bytes;
use http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, Response, StatusCode};
use uuid::Uuid;

use super::answer;
use super::api::Caller;
use super::clock::Clock;
use super::entra::{Entra, RESTRICTED, issuer_of_access_tokens};
use super::sites::{Origin, Seen, Sites};
use super::users::TENANT;

/// The guard of one resource.
#[derive(Debug)]
pub(crate) struct Border<'a> {
    pub(crate) origin: Origin,
    pub(crate) sites: &'a Sites,
    pub(crate) seen: Seen<'a>,
    pub(crate) entra: &'a Entra,
    pub(crate) clock: &'a Clock,
}

impl Border<'_> {
    /// Whom the request speaks for, or the 401 that it gets; 403 for an application that the environments keep out.
    pub(crate) fn check(&self, headers: &HeaderMap) -> Result<Caller, Box<Response<Bytes>>> {
        let header = headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap_or_default());
        let Some(header) = header else { return Err(Box::new(self.challenge(None))) };
        let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Box::new(self.challenge(None)));
        }
        let (caller, application) = self.caller(token.trim()).ok_or_else(|| Box::new(self.refusal()))?;
        if application == RESTRICTED && matches!(self.origin, Origin::Api(_)) {
            let text = format!(
                "Access to Dataverse API is restricted for this application Id: {application}. Please contact your \
                 administrator for more information."
            );
            return Err(Box::new(answer::odata_error(StatusCode::FORBIDDEN, "0x80095ffc", &text)));
        }
        Ok(caller)
    }

    /// The answer to a token that is refused, for whatever reason.
    pub(crate) fn refusal(&self) -> Response<Bytes> {
        self.challenge(Some(
            "error=\"invalid_token\", error_description=\"Error during token validation!\", ",
        ))
    }

    /// The challenge to a client that understands claims: its token is good but no longer enough.
    pub(crate) fn claims_challenge(&self, claims: &str) -> Response<Bytes> {
        self.challenge(Some(&format!("error=\"insufficient_claims\", claims=\"{claims}\", ")))
    }

    /// Whom a token speaks for, and the application it was given to.
    fn caller(&self, token: &str) -> Option<(Caller, Uuid)> {
        let claims = self.entra.claims(token)?;
        let now = self.clock.seconds();
        let current = claims["exp"].as_i64()? > now && claims["nbf"].as_i64()? <= now;
        let ours = claims["tid"].as_str() == Some(TENANT.to_string().as_str())
            && claims["iss"].as_str() == Some(issuer_of_access_tokens(TENANT).as_str());
        let meant = self.sites.named_by(claims["aud"].as_str()?) == Some(self.origin);
        if !(current && ours && meant) {
            return None;
        }
        let oid = Uuid::try_parse(claims["oid"].as_str()?).ok()?;
        let application = Uuid::try_parse(claims["appid"].as_str()?).ok()?;
        let app_id = if claims["scp"].is_string() { None } else { Some(application) };
        Some((Caller { oid, app_id }, application))
    }

    fn challenge(&self, reason: Option<&str>) -> Response<Bytes> {
        let tenant = match self.origin {
            Origin::Discovery => "common".to_owned(),
            _ => TENANT.to_string(),
        };
        let header = format!(
            "Bearer {}authorization_uri={}/{tenant}/oauth2/authorize, resource_id={}/",
            reason.unwrap_or_default(),
            self.seen.root(Origin::Entra),
            self.seen.root(self.origin),
        );
        let body = "HTTP Error 401 - Unauthorized: Access is denied";
        let mut response = answer::with_type(StatusCode::UNAUTHORIZED, "text/html", body);
        answer::set(&mut response, WWW_AUTHENTICATE, &header);
        answer::set(&mut response, HeaderName::from_static("req_id"), &Uuid::new_v4().to_string());
        response
    }
}
