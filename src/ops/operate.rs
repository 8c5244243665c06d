//! Carrying out an operation, and finding out what became of it when the answer was lost.

use super::save::{self, save};
use super::{create, delete, file_column};
use crate::dataverse::{Action, Client, Error, Operation, Row, Subject};

/// What became of an operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was carried out; the row that the server answered with, where it did.
    Done(Option<Row>),
    /// The row that it is about was changed by somebody else since it was read; nothing was done.
    Conflict(Error),
    /// The row that it is about does not exist any more; nothing was done.
    Gone(Error),
    /// Nothing was done: refused by the guard or the server, nobody signed in, no connection.
    NotDone(Error),
    /// The answer was lost, and looking for its traces did not tell whether it was carried out.
    Unknown(Error),
}

/// Carries out an operation once, and says what came of it. It is never sent a second time.
///
/// An action has no `If-Match`: the row that it is about is read just before, and a change since it was read stops it.
/// A change in between is not seen.
///
/// # Cancellation
///
/// Not safe: once begun, let it end, or the outcome is unknown.
pub async fn operate(client: &Client, operation: &Operation) -> Outcome {
    let sent = match operation {
        Operation::Update(patch) => return of_save(save(client, patch).await),
        Operation::Create(new) => client.create(new).await.map(Some),
        Operation::Delete(deletion) => client.delete(deletion).await.map(|()| None),
        Operation::Act(action) => match unchanged(client, action.subject.as_ref()).await {
            // What an action answers is no row of the one that it is about.
            Ok(()) => client.act(action).await.map(|_| None),
            Err(error) => Err(error),
        },
        Operation::CreateAndAct(new, action) => match unchanged(client, action.subject.as_ref()).await {
            Ok(()) => client.create_and_act(new, action).await.map(|()| None),
            Err(error) => Err(error),
        },
        Operation::Associate(association) => client.associate(association).await.map(|()| None),
        Operation::File(change) => match unchanged(client, Some(&change.subject)).await {
            Ok(()) => file_column::change(client, change).await,
            Err(error) => Err(error),
        },
    };
    match sent {
        Err(error) if error.is_outcome_unknown() => find_out(client, operation, error).await,
        // Of a link it is not told which of three is not there: two rows and the link itself.
        Err(error)
            if error.is_not_found()
                && !matches!(operation, Operation::Create(_) | Operation::Associate(_)) =>
        {
            Outcome::Gone(error)
        }
        sent => of_result(sent),
    }
}

/// Looks for the traces of an operation whose answer was lost. `lost` is an [`Error::OutcomeUnknown`] with the reason.
pub async fn find_out(client: &Client, operation: &Operation, lost: Error) -> Outcome {
    match operation {
        Operation::Update(patch) => of_save(save::find_out(client, patch, lost).await),
        // Both or neither: the row tells of the action too.
        Operation::Create(new) | Operation::CreateAndAct(new, _) => {
            of_result(create::find_out(client, new, lost).await.map(Some))
        }
        Operation::Delete(deletion) => {
            of_result(delete::find_out(client, deletion, lost).await.map(|()| None))
        }
        Operation::Act(action) => acted(client, action, lost).await,
        Operation::File(change) => file_column::find_out(client, change, lost).await,
        Operation::Associate(association) => match client.is_linked(association).await {
            Ok(is_linked) if is_linked == association.attach => Outcome::Done(None),
            Ok(_) => Outcome::NotDone(lost.cause()),
            Err(_) => Outcome::Unknown(lost),
        },
    }
}

async fn acted(client: &Client, action: &Action, lost: Error) -> Outcome {
    let Some(subject) = action.subject.as_ref() else { return Outcome::Unknown(lost) };
    let Some((column, change)) = &subject.done else { return Outcome::Unknown(lost) };
    let row = match client.row(&subject.itself()).await {
        Ok(row) => row,
        Err(gone) if gone.is_not_found() => return Outcome::Gone(gone),
        Err(_) => return Outcome::Unknown(lost),
    };
    let is_done = row.cell(&change.property(column)).is_some_and(|cell| change.is_value(cell.json));
    match row.etag() {
        _ if is_done => Outcome::Done(Some(row)),
        Some(etag) if etag == *subject.etag => Outcome::NotDone(lost.cause()),
        _ => Outcome::Unknown(lost),
    }
}

/// Makes sure that the row that something is about is as it was read. A refused write costs no request.
pub(super) async fn unchanged(client: &Client, subject: Option<&Subject>) -> Result<(), Error> {
    if let Some(reason) = client.guard().read_only() {
        return Err(Error::Refused { reason });
    }
    let Some(subject) = subject.filter(|subject| !subject.etag.is_empty()) else {
        return Ok(());
    };
    let row = client.row(&subject.itself()).await?;
    match row.etag() {
        Some(etag) if etag == *subject.etag => Ok(()),
        _ => Err(Error::Changed),
    }
}

fn of_result(result: Result<Option<Row>, Error>) -> Outcome {
    match result {
        Ok(row) => Outcome::Done(row),
        Err(error) if error.is_outcome_unknown() => Outcome::Unknown(error),
        Err(error) if error.is_conflict() => Outcome::Conflict(error),
        Err(error) => Outcome::NotDone(error),
    }
}

fn of_save(outcome: save::Outcome) -> Outcome {
    match outcome {
        save::Outcome::Saved(row) => Outcome::Done(Some(row)),
        save::Outcome::Conflict { error, .. } => Outcome::Conflict(error),
        save::Outcome::Gone(error) => Outcome::Gone(error),
        save::Outcome::Unknown { error, .. } => Outcome::Unknown(error),
        save::Outcome::NotSaved(error) => Outcome::NotDone(error),
    }
}
