//! Making a row, and finding out what became of it when the answer was lost.

use crate::dataverse::{Client, Error, NewRow, Row};

/// Makes a row once, and answers with it.
///
/// A request whose answer was lost is not sent again: the row is looked for by its id, which is ours. A repeated call
/// is safe in every case, since the server refuses an id that is taken.
///
/// # Errors
///
/// As [`Client::create`]; [`Error::OutcomeUnknown`] only where the row could not be looked for either.
///
/// # Cancellation
///
/// Not safe: once begun, let it end, or the outcome is unknown.
pub async fn create(client: &Client, new: &NewRow) -> Result<Row, Error> {
    match client.create(new).await {
        Err(error) if error.is_outcome_unknown() => find_out(client, new, error).await,
        result => result,
    }
}

/// Looks for a row whose creation was not answered, for the reason that `lost` has.
///
/// # Errors
///
/// Why the answer was lost when the row is not there; `lost` itself when it could not be looked for.
pub(super) async fn find_out(client: &Client, new: &NewRow, lost: Error) -> Result<Row, Error> {
    match client.row(&new.itself()).await {
        Ok(row) => Ok(row),
        // Should the lost request still arrive, it makes the same row.
        Err(missing) if missing.is_not_found() => Err(lost.cause()),
        Err(_) => Err(lost),
    }
}
