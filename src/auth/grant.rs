//! What a token endpoint grants.

use std::fmt;
use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{
    Client, EndpointNotSet, ExtraTokenFields, StandardRevocableToken, StandardTokenResponse, TokenResponse,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::{Claims, Renewal};

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
            user: reply.extra_fields().id_token.as_deref().and_then(user_of),
            renewal: Renewal::RefreshToken,
        }
    }
}

/// The person in an id token, for display. Nothing depends on it.
fn user_of(id_token: &str) -> Option<String> {
    let claims = Claims::read(id_token).ok()?;
    claims.user.or(claims.name)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    #[test]
    fn the_user_is_read_from_the_id_token_if_it_is_one() {
        let jwt = |claims: &str| format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(claims));
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
