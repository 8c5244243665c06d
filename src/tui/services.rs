//! What the effects of the core mean in terms of `ops` and the client.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use super::Start;
use crate::app::event::{SaveFailure, Saved};
use crate::app::problem::Problem;
use crate::app::{Progress, Reply, Request};
use crate::dataverse::{Client, Error, Patch, RowQuery};
use crate::ops::{self, Outcome};

/// The outside world as the runner uses it. Clones share the session.
#[derive(Debug, Clone)]
pub struct Services {
    start: Arc<Start>,
    client: Arc<Mutex<Option<Client>>>,
}

impl Services {
    /// Services for what the program was started with. Nothing is read or connected yet.
    ///
    /// # Errors
    ///
    /// When the settings make no sense.
    pub fn new(start: Start) -> io::Result<Self> {
        Ok(Self { start: Arc::new(start), client: Arc::default() })
    }

    /// Does the work of a request.
    pub async fn perform(&self, request: Request, progress: impl Fn(Progress) + Send + 'static) -> Reply {
        match request {
            Request::Connect => Reply::Connected(Ok(None)),
            Request::SignIn(_way) => {
                let _ = progress;
                Reply::SignedIn(Err(Problem::new("No sign-in.")))
            }
            Request::Tables => Reply::Tables(async { self.client()?.tables().await }.await),
            Request::Schema(table) => {
                Reply::Schema(async { self.client()?.table_schema(&table).await.map(Arc::new) }.await)
            }
            Request::Rows(query) => Reply::Rows(async { self.client()?.page(&query).await }.await),
            Request::NextPage(link, query) => {
                Reply::Rows(async { self.client()?.next_page(&link, &query).await }.await)
            }
            Request::Row(set, id) => {
                Reply::Row(async { self.client()?.row(&RowQuery::new(set, id)).await }.await)
            }
        }
    }

    /// Sends a change, and finds out what became of it.
    ///
    /// # Errors
    ///
    /// See [`SaveFailure`].
    pub async fn save(&self, patch: &Patch) -> Result<Saved, SaveFailure> {
        let failed = |error: &Error| SaveFailure::Failed(Problem::of("Not saved", error));
        let client = self.client().map_err(|error| failed(&error))?;
        match ops::save(&client, patch).await {
            Outcome::Saved(row) => Ok(Saved { row }),
            Outcome::Conflict { .. } => Err(SaveFailure::Conflict),
            Outcome::Gone(_) => Err(SaveFailure::Gone),
            Outcome::Unknown { error, .. } => {
                Err(SaveFailure::Unknown(Problem::of("Nobody knows whether it was saved", &error)))
            }
            Outcome::NotSaved(error) => Err(failed(&error)),
        }
    }

    /// Shows an address in the browser of this machine. That none came up is seen by the person at once.
    pub fn open_browser(&self, address: &str) {
        if let Err(error) = open::that_detached(address) {
            tracing::warn!(%error, "no browser was opened");
        }
    }

    fn client(&self) -> Result<Client, Error> {
        let client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        client.clone().ok_or_else(|| crate::auth::Error::SignInNeeded.into())
    }
}
