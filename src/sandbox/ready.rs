use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

/// What a script has to know of a running sandbox: the line that `dv sandbox` prints. Addresses have no slash at
/// their end. The secret in it is good for nothing but this sandbox.
#[derive(Debug, Clone, Serialize)]
pub struct Ready {
    /// The first environment.
    pub url: String,
    /// With the tenant.
    pub authority: String,
    pub tenant: String,
    /// A public client.
    pub client_id: String,
    /// None when the controls are off.
    pub controls: Option<String>,
    /// A server that belongs to somebody else. None when the controls are off.
    pub foreign: Option<String>,
    /// Global Discovery.
    pub discovery: String,
    /// The certificate authority to trust, PEM; none without TLS.
    pub ca: Option<PathBuf>,
    pub environments: Vec<ReadyEnvironment>,
    pub users: Vec<ReadyUser>,
    pub confidential: Confidential,
    /// Client ids that fail, by the AADSTS number or by the Web API's code that they fail with. Those of confidential
    /// clients have the secret of [`Ready::confidential`].
    pub clients: BTreeMap<String, String>,
    /// A proxy that answers 407 to everything, always by plain http. None when the controls are off.
    pub proxy: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ReadyEnvironment {
    pub name: String,
    pub url: String,
    pub organization_id: String,
    /// `OrganizationType`.
    #[serde(rename = "type")]
    pub kind: i32,
    pub state: i32,
}

#[derive(Debug, Clone, Serialize)]
pub struct ReadyUser {
    pub name: String,
    pub upn: String,
    pub oid: String,
    pub roles: Vec<String>,
}

/// The client of the application user.
#[derive(Clone, Serialize)]
pub struct Confidential {
    pub client_id: String,
    pub client_secret: String,
    /// PEM, readable by its owner alone, as is the key.
    pub certificate: PathBuf,
    pub private_key: PathBuf,
}

impl std::fmt::Debug for Confidential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Confidential").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}
