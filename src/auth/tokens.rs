//! Access tokens for requests, kept fresh.

use secrecy::{ExposeSecret, SecretString};

use super::Error;

/// Where a client gets its access token. Clones share it.
#[derive(Debug, Clone)]
pub struct Tokens {
    fixed: AccessToken,
}

/// A token for one origin.
#[derive(Debug, Clone)]
pub struct AccessToken {
    token: SecretString,
}

impl AccessToken {
    /// The token itself, for the `Authorization` header and nothing else.
    pub fn secret(&self) -> &str {
        self.token.expose_secret()
    }
}

impl Tokens {
    /// A ready token that is never renewed.
    pub fn fixed(token: SecretString) -> Self {
        Self { fixed: AccessToken { token } }
    }

    /// A token that should be good for the next request.
    ///
    /// # Errors
    ///
    /// When somebody has to sign in.
    pub async fn access_token(&self) -> Result<AccessToken, Error> {
        Ok(self.fixed.clone())
    }

    /// A token other than the one that was just refused.
    ///
    /// # Errors
    ///
    /// When there is none: a ready token cannot be renewed.
    pub async fn renew_after(&self, _rejected: &AccessToken) -> Result<AccessToken, Error> {
        Err(Error::SignInNeeded)
    }
}
