//! A kept sign-in to one environment.

use std::time::{Duration, SystemTime};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Asked, Grant, Renewal, Target};

/// Under what a sign-in is kept. A token is never used for another environment than its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Origin of the environment.
    pub environment: String,
    /// Application id.
    pub client_id: String,
    /// Address of the authority, without a slash at the end.
    pub authority: String,
    /// The account's name, where the authority told it.
    #[serde(default, alias = "user")]
    pub account: Option<String>,
}

/// A kept sign-in.
#[derive(Debug, Clone)]
pub struct Entry {
    pub key: Key,
    /// The sign-in that it came from. All that came from one share the newest refresh token: an authority may take back
    /// all of them when an older one is used.
    pub family: Uuid,
    /// When the person or the application signed in.
    pub signed_in: SystemTime,
    /// Where it is renewed.
    pub token_endpoint: String,
    /// What it was asked for.
    pub asked: Asked,
    /// How it is renewed.
    pub renewal: Renewal,
    /// Claims that the next sign-in must send along, as JSON.
    pub claims: Option<String>,
    pub access_token: SecretString,
    pub refresh_token: Option<SecretString>,
    /// When the access token came.
    pub obtained: SystemTime,
    /// How long it lives from then on, where the authority said so.
    pub lifetime: Option<Duration>,
}

impl Entry {
    /// A sign-in that was just made.
    pub(super) fn of(target: &Target, grant: Grant, family: Uuid, now: SystemTime) -> Entry {
        let asked = match grant.renewal {
            Renewal::Application(_) => &target.asked_by_application,
            _ => &target.asked,
        };
        Entry {
            key: target.key(grant.user.as_deref()),
            family,
            signed_in: now,
            token_endpoint: target.endpoints.token.to_string(),
            asked: asked.clone(),
            renewal: grant.renewal,
            claims: None,
            access_token: grant.access_token,
            refresh_token: grant.refresh_token,
            obtained: now,
            lifetime: grant.expires_in,
        }
    }

    /// The same sign-in with the tokens that came now.
    pub(super) fn renewed_by(&self, grant: Grant) -> Entry {
        Entry {
            access_token: grant.access_token,
            refresh_token: grant.refresh_token.or_else(|| self.refresh_token.clone()),
            obtained: SystemTime::now(),
            lifetime: grant.expires_in,
            ..self.clone()
        }
    }

    /// The tenant in the authority's path.
    pub(super) fn tenant(&self) -> Option<&str> {
        let (_, path) = self.key.authority.split_once("://")?.1.split_once('/')?;
        (!path.is_empty() && !path.contains('/')).then_some(path)
    }

    /// It is this account's, in any case.
    pub(super) fn is_of(&self, account: &str) -> bool {
        self.key.account.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(account))
    }
}
