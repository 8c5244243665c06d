//! What a token endpoint grants.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oauth2::basic::BasicTokenType;
use oauth2::{
    Client, EndpointNotSet, ExtraTokenFields, StandardRevocableToken, StandardTokenResponse, TokenResponse,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::Renewal;

/// Tokens as they came.
#[derive(Debug)]
pub struct Grant {
    /// For requests. Opaque.
    pub access_token: SecretString,
    /// For the next access token. Not every authority gives one, nor every time.
    pub refresh_token: Option<SecretString>,
    /// How long the access token lives, where the authority says so.
    pub expires_in: Option<Duration>,
    /// Who signed in, as the id token says. Nothing depends on it.
    pub user: Option<String>,
    /// How the next access token is got.
    pub renewal: Renewal,
}

/// Our shape of the crate's client: token replies with an id token.
pub(super) type OauthClient = Client<
    oauth2::basic::BasicErrorResponse,
    Reply,
    oauth2::basic::BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    oauth2::basic::BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
>;

pub(super) type Reply = StandardTokenResponse<IdToken, BasicTokenType>;

/// What OpenID Connect adds to a reply.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

impl fmt::Debug for IdToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdToken([REDACTED])")
    }
}

impl From<Reply> for Grant {
    fn from(reply: Reply) -> Grant {
        Grant {
            access_token: reply.access_token().secret().as_str().into(),
            refresh_token: reply.refresh_token().map(|token| token.secret().as_str().into()),
            expires_in: reply.expires_in(),
            user: reply.extra_fields().id_token.as_deref().and_then(|token| claims_of(token).user()),
            renewal: Renewal::RefreshToken,
        }
    }
}

/// What a JWT says of its person and its end, for display. Its signature is not looked at: nothing depends on it.
#[derive(Default, Deserialize)]
pub(super) struct Claims {
    preferred_username: Option<String>,
    upn: Option<String>,
    unique_name: Option<String>,
    email: Option<String>,
    name: Option<String>,
    pub(super) exp: Option<u64>,
}

impl Claims {
    /// The person's name, the one to sign in with first.
    pub(super) fn user(self) -> Option<String> {
        self.preferred_username.or(self.upn).or(self.unique_name).or(self.email).or(self.name)
    }
}

/// The claims of a token; none where it is not a JWT.
pub(super) fn claims_of(jwt: &str) -> Claims {
    let read = |jwt: &str| {
        let payload = jwt.split('.').nth(1)?;
        let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        serde_json::from_slice(&json).ok()
    };
    read(jwt).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_read_from_the_id_token_if_it_is_one() {
        let jwt = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
        let user_of = |jwt: &str| claims_of(jwt).user();
        let user = user_of(&jwt(r#"{"upn":"anna@contoso.example","name":"Anna"}"#));
        assert_eq!(user.as_deref(), Some("anna@contoso.example"));
        for odd in ["", "a", "a.b", "a.!!.c", &jwt("[]"), &jwt("{}")] {
            assert_eq!(user_of(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_grant_prints_without_its_tokens() {
        let reply = r#"{"access_token":"SECRET1","token_type":"Bearer","refresh_token":"SECRET2","id_token":"SECRET3"}"#;
        let reply: Reply = serde_json::from_str(reply).unwrap();
        let printed = format!("{reply:?} {:?}", Grant::from(reply.clone()));
        assert!(!printed.contains("SECRET"), "{printed}");
    }
}
