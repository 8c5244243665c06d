//! Writes: sent once, and what became of them in the words of the core.

use super::Services;
use crate::app::Event;
use crate::app::event::{Operated, SaveFailure, Saved};
use crate::app::pending::Sent;
use crate::app::problem::Problem;
use crate::dataverse::{Error, Operation};
use crate::ops::{self, operate};

impl Services {
    /// Sends a write once, and says what became of it.
    pub async fn write(&self, sent: Sent) -> Event {
        let outcome = match self.client() {
            Ok(client) => operate(&client, &operation(&sent)).await,
            Err(error) => operate::Outcome::NotDone(error),
        };
        answer(sent, outcome)
    }

    /// Carries out several writes as one, and answers for each of them: last for what was refused itself, as the line
    /// tells what came last.
    pub async fn together(&self, sent: Vec<Sent>) -> Vec<Event> {
        let operations: Vec<Operation> = sent.iter().map(operation).collect();
        let outcomes = match self.client() {
            Ok(client) => ops::together(&client, &operations).await,
            Err(error) => operations.iter().map(|_| operate::Outcome::NotDone(error.clone())).collect(),
        };
        let mut answers: Vec<_> = sent.into_iter().zip(outcomes).collect();
        let is_by_itself =
            |outcome: &operate::Outcome| !matches!(outcome, operate::Outcome::NotDone(Error::AllOrNothing));
        answers.sort_by_key(|(_, outcome)| is_by_itself(outcome));
        answers.into_iter().map(|(sent, outcome)| answer(sent, outcome)).collect()
    }

    /// Finds out what became of an operation whose answer never came.
    ///
    /// # Errors
    ///
    /// See [`SaveFailure`].
    pub async fn find_out(&self, operation: &Operation) -> Result<Operated, SaveFailure> {
        let client = self.client().map_err(|error| SaveFailure::Unknown(cause(&error)))?;
        let reason = Error::Invalid { what: "it has not arrived at the server".to_owned() };
        let lost = Error::OutcomeUnknown { source: Box::new(reason) };
        operated(operate::find_out(&client, operation, lost).await)
    }
}

/// What is sent, without its number.
fn operation(sent: &Sent) -> Operation {
    match sent {
        Sent::Update(_, patch) => Operation::Update(patch.clone()),
        Sent::Operation(_, operation) => (**operation).clone(),
    }
}

/// What became of something that was sent, as the core knows it.
fn answer(sent: Sent, outcome: operate::Outcome) -> Event {
    match sent {
        Sent::Operation(id, _) => Event::Operated(id, operated(outcome)),
        Sent::Update(id, _) => Event::Written(id, operated(outcome).and_then(saved)),
    }
}

/// What an update answered. Without the row, reading it again tells.
fn saved(Operated { row }: Operated) -> Result<Saved, SaveFailure> {
    let row =
        row.ok_or_else(|| SaveFailure::Unknown(Problem::new("The service did not say how the row is now.")))?;
    Ok(Saved { row })
}

fn operated(outcome: operate::Outcome) -> Result<Operated, SaveFailure> {
    use operate::Outcome;
    match outcome {
        Outcome::Done(row) => Ok(Operated { row }),
        Outcome::Conflict(_) => Err(SaveFailure::Conflict),
        Outcome::Gone(_) => Err(SaveFailure::Gone),
        Outcome::Unknown(error) => Err(SaveFailure::Unknown(cause(&error))),
        Outcome::NotDone(error) if error.is_duplicate() => Err(SaveFailure::Duplicate(cause(&error))),
        Outcome::NotDone(error) if is_final(&error) => Err(SaveFailure::Refused(cause(&error))),
        Outcome::NotDone(error) => Err(SaveFailure::Failed(cause(&error))),
    }
}

/// Whether the same change would be refused again: no privilege, or a row that its state makes read-only.
fn is_final(error: &Error) -> bool {
    const READ_ONLY_STATE: &str = "0x8004022e";
    error.is_forbidden() || error.code() == Some(READ_ONLY_STATE)
}

/// Why a save failed. What was to be saved, and what can be done, the core knows better.
fn cause(error: &Error) -> Problem {
    let next = if error.needs_sign_in() { "g u sign in again" } else { "" };
    let Problem { why, details, code, .. } = Problem::of("", error);
    Problem { details, code, ..Problem::new(why).next(next) }
}
