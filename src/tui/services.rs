//! What the effects of the core mean in terms of `ops` and the client.

use crate::app::event::{SaveFailure, Saved};
use crate::app::problem::Problem;
use crate::app::{Progress, Reply, Request};
use crate::dataverse::Patch;

/// The outside world as the runner uses it. Clones share the session.
#[derive(Debug, Clone)]
pub struct Services {}

impl Services {
    pub fn new(_start: super::Start) -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Does the work of a request.
    pub async fn perform(&self, request: Request, _progress: impl Fn(Progress) + Send + 'static) -> Reply {
        match request {
            Request::Connect => Reply::Connected(Ok(None)),
            Request::SignIn(_) => Reply::SignedIn(Err(Problem::new("No sign-in."))),
            _ => Reply::Connected(Ok(None)),
        }
    }

    /// Sends a change.
    ///
    /// # Errors
    ///
    /// See [`SaveFailure`].
    pub async fn save(&self, _patch: &Patch) -> Result<Saved, SaveFailure> {
        Err(SaveFailure::Conflict)
    }

    /// Shows an address in the browser of this machine.
    pub fn open_browser(&self, address: &str) {
        let _ = open::that_detached(address);
    }
}
