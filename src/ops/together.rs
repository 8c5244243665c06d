//! Carrying out several operations as one: all of them, or none.

use super::operate::{Outcome, find_out, unchanged};
use crate::dataverse::{Client, Error, Operation, TogetherError};

/// Carries out operations in one change set, once, and says of each what came of it.
///
/// What was refused says why; the others are [`Error::AllOrNothing`] then. Where the service does not say which one it
/// was, rows that were changed or deleted are looked for, and any other reason is that of each.
///
/// # Cancellation
///
/// Not safe: once begun, let it end, or the outcome is unknown.
pub async fn together(client: &Client, operations: &[Operation]) -> Vec<Outcome> {
    // An action has no `If-Match`.
    for (place, operation) in operations.iter().enumerate() {
        let (Operation::Act(action) | Operation::CreateAndAct(_, action)) = operation else { continue };
        if let Err(error) = unchanged(client, action.subject.as_ref()).await {
            return refused(operations.len(), place, &error);
        }
    }
    let TogetherError { error, place } = match client.together(operations).await {
        Ok(rows) => return rows.into_iter().map(Outcome::Done).collect(),
        Err(refused) => refused,
    };
    if error.is_outcome_unknown() {
        let mut outcomes = Vec::new();
        for operation in operations {
            outcomes.push(find_out(client, operation, error.clone()).await);
        }
        return outcomes;
    }
    if let Some(place) = place {
        return refused(operations.len(), place, &error);
    }
    if error.is_conflict() || error.is_not_found() {
        for (place, operation) in operations.iter().enumerate() {
            if let Some(found) = changed(client, operation).await {
                return refused(operations.len(), place, &found);
            }
        }
    }
    operations.iter().map(|_| Outcome::NotDone(error.clone())).collect()
}

/// One was refused, and none was carried out.
fn refused(count: usize, place: usize, error: &Error) -> Vec<Outcome> {
    let outcome = |at: usize| match at == place {
        true if error.is_not_found() => Outcome::Gone(error.clone()),
        true if error.is_conflict() => Outcome::Conflict(error.clone()),
        true => Outcome::NotDone(error.clone()),
        false => Outcome::NotDone(Error::AllOrNothing),
    };
    (0..count).map(outcome).collect()
}

/// Why the row of an operation is not as it was read, if it is not.
async fn changed(client: &Client, operation: &Operation) -> Option<Error> {
    let (row, etag) = match operation {
        Operation::Update(patch) => (patch.touched(), &patch.etag),
        Operation::Delete(deletion) => (deletion.itself(), &deletion.etag),
        _ => return None,
    };
    match client.row(&row).await {
        Ok(row) => (row.etag().as_deref() != Some(etag)).then_some(Error::Changed),
        Err(gone) => gone.is_not_found().then_some(gone),
    }
}
