//! Saving a change, and finding out what became of it when the answer was lost.

use crate::dataverse::{Client, Error, Patch, Row};

/// What became of a save.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The change is on the server: the changed columns as they are now, and the row's new ETag.
    Saved(Row),
    /// Somebody else changed the row since it was read; nothing was saved. `current` has the touched columns as
    /// they are now, where they could be read.
    Conflict { error: Error, current: Option<Row> },
    /// The row does not exist any more; nothing was saved.
    Gone(Error),
    /// The answer was lost, and reading the row again did not tell whether the change was saved.
    Unknown { error: Error, current: Option<Row> },
    /// Nothing was saved: refused by the guard or the server, nobody signed in, no connection.
    NotSaved(Error),
}

impl Outcome {
    /// Why it was not saved; `None` when it was.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Self::Saved(_) => None,
            Self::Conflict { error, .. } | Self::Unknown { error, .. } => Some(error),
            Self::Gone(error) | Self::NotSaved(error) => Some(error),
        }
    }
}

/// Sends a change once, and says what came of it.
///
/// A change whose answer was lost is not sent again: the row is read and compared with what was to be saved and
/// with what was there before. A repeated save by a person is safe in every case, since it carries the ETag of the
/// row as it was read.
///
/// # Cancellation
///
/// Not safe: once begun, let it end, or the outcome is unknown.
pub async fn save(client: &Client, patch: &Patch) -> Outcome {
    match client.update(patch).await {
        Ok(row) => Outcome::Saved(row),
        Err(error) if error.is_outcome_unknown() => find_out(client, patch, error).await,
        Err(error) if error.is_conflict() => {
            let current = client.row(&patch.touched()).await.ok();
            Outcome::Conflict { error, current }
        }
        Err(error) if error.is_not_found() => Outcome::Gone(error),
        Err(error) => Outcome::NotSaved(error),
    }
}

/// Reads the row after an answer was lost.
pub(super) async fn find_out(client: &Client, patch: &Patch, error: Error) -> Outcome {
    let current = match client.row(&patch.touched()).await {
        Ok(current) => current,
        Err(gone) if gone.is_not_found() => return Outcome::Gone(gone),
        Err(_) => return Outcome::Unknown { error, current: None },
    };
    let same_version = patch.optimistic_concurrency && current.etag().is_some_and(|etag| etag == *patch.etag);
    if same_version {
        // The row has not changed at all. Should the lost request still arrive, it is the same change.
        return Outcome::NotSaved(error.cause());
    }
    if patch.is_applied_in(&current) {
        return Outcome::Saved(current);
    }
    if patch.optimistic_concurrency && patch.is_untouched_in(&current) {
        // Another column was changed by somebody else, so the server cannot have taken ours any more.
        return Outcome::Conflict { error: Error::Changed, current: Some(current) };
    }
    Outcome::Unknown { error, current: Some(current) }
}
