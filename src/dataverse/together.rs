//! Several operations in one change set: all of them are carried out, or none.

use super::request::Request;
use super::{Client, Deletion, Error, Operation, Patch, Row, batch};

/// So many requests fit into one `$batch`.
///
/// # Source
///
/// [Execute batch operations using the Web API](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api)
pub const MOST_TOGETHER: usize = 1_000;

/// Why a change set was not carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct TogetherError {
    /// What was refused, or went wrong.
    pub error: Error,
    /// The place of the operation that was refused, where the service says it.
    pub place: Option<usize>,
}

impl Client {
    /// Carries out all of these operations, in their order, or none. Answers, operation by operation, with the row as it
    /// is now where the service tells.
    ///
    /// Versions are compared by the service alone, so that tables without optimistic concurrency cannot take part, nor can
    /// files, which go in pieces, and no two operations may change the same row: the first would give it a new version.
    ///
    /// # Errors
    ///
    /// - The error of the operation that was refused, with its place in `operations`; nothing was carried out.
    /// - [`Error::OutcomeUnknown`] when the answer was lost. It is not sent again.
    /// - [`Error::Invalid`] for what cannot stand in a change set; nothing was sent.
    /// - [`Error::Refused`] by the guard; nothing was sent.
    pub async fn together(&self, operations: &[Operation]) -> Result<Vec<Option<Row>>, TogetherError> {
        let requests = operations.iter().map(requests).collect::<Result<Vec<_>, _>>();
        let requests = requests.map_err(|error| TogetherError { error, place: None })?;
        let all = requests.concat();
        let sent = async {
            let response = self.transport.send(batch::change_set(&all)?).await?;
            batch::answers(response, all.len())
        };
        let mut answers = match sent.await {
            Ok(answers) => answers.into_iter(),
            Err(error) => {
                let place = part(&error).and_then(|part| place(&requests, part));
                return Err(TogetherError { error, place });
            }
        };
        let mut rows = Vec::new();
        for (operation, requests) in operations.iter().zip(&requests) {
            let first = answers.next();
            let (body, etag) = first.map(|answer| (answer.body, answer.etag)).unwrap_or_default();
            answers.by_ref().take(requests.len() - 1).for_each(drop);
            let row = String::from_utf8(body.to_vec()).ok().and_then(|json| Row::from_json(json).ok());
            rows.push(match (row, operation) {
                (Some(row), Operation::Update(_) | Operation::Create(_)) => Some(row),
                // An answer without a body: it was carried out all the same.
                (None, Operation::Update(patch)) => {
                    let read = self.row(&patch.touched()).await;
                    let sent = || Row::from_json(patch.body()).ok();
                    let with_etag = |row: Row| etag.map_or(row.clone(), |etag| row.with_etag(etag));
                    read.ok().or_else(|| sent().map(with_etag))
                }
                _ => None,
            });
        }
        Ok(rows)
    }
}

/// What an operation sends.
fn requests(operation: &Operation) -> Result<Vec<Request>, Error> {
    Ok(match operation {
        Operation::Update(Patch { etag, .. }) | Operation::Delete(Deletion { etag, .. })
            if etag.is_empty() =>
        {
            return Err(Error::Invalid { what: "a row without a version in a change set".to_owned() });
        }
        Operation::Update(patch) => {
            patch.check()?;
            vec![Request::update(patch, &patch.etag)?]
        }
        Operation::Create(new) => vec![Request::create(new)?],
        Operation::Delete(deletion) => vec![Request::delete(deletion, &deletion.etag)?],
        Operation::Act(action) => vec![Request::action(action)],
        Operation::Associate(association) => vec![Request::link(association)],
        Operation::CreateAndAct(new, action) => vec![Request::create_unseen(new)?, Request::action(action)],
        Operation::File(_) => {
            return Err(Error::Invalid { what: "a file in a change set".to_owned() });
        }
    })
}

fn part(error: &Error) -> Option<usize> {
    match error {
        Error::Api { part, .. } => *part,
        _ => None,
    }
}

/// The operation that has a request of the change set, counted from 1.
fn place(requests: &[Vec<Request>], part: usize) -> Option<usize> {
    let mut last = 0;
    requests.iter().position(|requests| {
        last += requests.len();
        (1..=last).contains(&part)
    })
}
