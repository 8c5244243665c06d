//! Deleting a row, and finding out what became of it when the answer was lost.

use crate::dataverse::{Client, Deletion, Error};

/// Deletes a row once.
///
/// A request whose answer was lost is not sent again: the row is looked for.
///
/// # Errors
///
/// As [`Client::delete`]; [`Error::OutcomeUnknown`] only where looking for the row did not tell either.
///
/// # Cancellation
///
/// Not safe: once begun, let it end, or the outcome is unknown.
pub async fn delete(client: &Client, deletion: &Deletion) -> Result<(), Error> {
    match client.delete(deletion).await {
        Err(error) if error.is_outcome_unknown() => find_out(client, deletion, error).await,
        result => result,
    }
}

/// Looks for a row whose deletion was not answered, for the reason that `lost` has.
///
/// # Errors
///
/// Why the answer was lost when the row is as it was; [`Error::Changed`] when somebody else changed it; `lost` itself
/// when looking did not tell.
pub(super) async fn find_out(client: &Client, deletion: &Deletion, lost: Error) -> Result<(), Error> {
    match client.row(&deletion.itself()).await {
        Err(gone) if gone.is_not_found() => Ok(()),
        Ok(row) if row.etag().is_some_and(|etag| etag == *deletion.etag) => Err(lost.cause()),
        // What was changed by somebody else cannot be deleted by the lost request any more.
        Ok(_) if deletion.optimistic_concurrency => Err(Error::Changed),
        _ => Err(lost),
    }
}
