//! Carrying out operations (placeholder until merged).
use crate::dataverse::{Client, Error, Operation, Row};

pub enum Outcome { Done(Option<Row>), Conflict(Error), Gone(Error), NotDone(Error), Unknown(Error) }

pub async fn operate(client: &Client, operation: &Operation) -> Outcome {
    let done = match operation {
        Operation::Create(new) => super::create(client, new).await.map(Some),
        Operation::Delete(deletion) => super::delete(client, deletion).await.map(|()| None),
        _ => Err(Error::Invalid { what: "not yet".into() }),
    };
    match done {
        Ok(row) => Outcome::Done(row),
        Err(e) if e.is_outcome_unknown() => Outcome::Unknown(e),
        Err(e) if e.is_conflict() => Outcome::Conflict(e),
        Err(e) => Outcome::NotDone(e),
    }
}
pub async fn find_out(_: &Client, _: &Operation) -> Outcome { Outcome::NotDone(Error::Changed) }
