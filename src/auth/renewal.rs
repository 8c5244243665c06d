//! How an access token is got again.

use serde::{Deserialize, Serialize};

use super::CredentialSource;

/// How an access token is got again. It is kept with the token and holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Renewal {
    /// By the refresh token that came with it.
    #[default]
    RefreshToken,
    /// The application proves itself once more.
    Application(CredentialSource),
    /// The Azure CLI is asked once more.
    AzureCli,
    /// Not at all: a token from elsewhere.
    Never,
}
