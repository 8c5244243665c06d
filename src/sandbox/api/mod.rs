//! The Dataverse Web API. It is handed requests whose token has been checked and answers them from the store; it
//! knows nothing of sockets, TLS, tokens or faults.

use std::path::PathBuf;

use bytes::Bytes;
use uuid::Uuid;

use super::users::User;
use super::{Error, RowCounts};

/// What the API of one environment is made from.
#[derive(Debug)]
pub(crate) struct Config {
    /// Scheme, host and port, without a slash at the end: the root of every address in an answer.
    pub(crate) root: String,
    pub(crate) data: Option<PathBuf>,
    pub(crate) seed: u64,
    pub(crate) rows: RowCounts,
    pub(crate) organization: Organization,
    pub(crate) users: Vec<User>,
}

/// An environment, as `RetrieveCurrentOrganization` and Global Discovery tell of it.
#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) friendly_name: String,
    pub(crate) unique_name: String,
    pub(crate) url: String,
    pub(crate) tenant: Uuid,
    /// `OrganizationType`; 5 is a sandbox.
    pub(crate) kind: i32,
    /// 0 enabled, 1 disabled.
    pub(crate) state: i32,
    pub(crate) environment_id: Uuid,
}

/// Whom a checked token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) oid: Uuid,
    /// The client, when it called for itself and not for a person.
    pub(crate) app_id: Option<Uuid>,
}

#[derive(Debug)]
pub(crate) struct Api {
    config: Config,
}

impl Api {
    /// Opens the store, makes and fills it when it is new. Blocks.
    pub(crate) fn open(config: Config) -> Result<Api, Error> {
        Ok(Api { config })
    }

    /// Answers one request under `/api/data/`.
    pub(crate) async fn respond(
        &self,
        caller: &Caller,
        _request: http::Request<Bytes>,
    ) -> http::Response<Bytes> {
        tracing::debug!(?caller, environment = %self.config.organization.url, "not answered yet");
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = http::StatusCode::NOT_IMPLEMENTED;
        response
    }
}
