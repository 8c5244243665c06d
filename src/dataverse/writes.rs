//! Rows that are changed, made and deleted.

use super::batch;
use super::request::Request;
use super::response::Response;
use super::{Action, Client, Deletion, Error, Function, NewRow, Patch, Row, RowQuery};

impl Client {
    /// Updates an existing row and answers with the changed columns and the row's new ETag.
    ///
    /// The row must be as it was read: the server compares ETags. Where the table does not support that, the row
    /// is read and the touched columns are compared first, and a change in between is not seen.
    ///
    /// The answer of a server that sends no body is read from the row afterwards. Should that fail, the row that
    /// comes back is what was sent, without an ETag unless the server named it.
    ///
    /// # Errors
    ///
    /// - [`Error::is_conflict`] when somebody else changed the row; nothing was saved.
    /// - [`Error::OutcomeUnknown`] when the answer was lost. It is not sent again.
    /// - [`Error::Refused`] by the guard; nothing was sent.
    pub async fn update(&self, patch: &Patch) -> Result<Row, Error> {
        if patch.changes.is_empty() {
            return Err(Error::Invalid { what: "there is nothing to save".to_owned() });
        }
        patch.check()?;
        if patch.optimistic_concurrency && !patch.etag.is_empty() {
            match self.send_update(patch, &patch.etag).await {
                Err(error) if error.is_concurrency_not_enabled() => {}
                result => return result,
            }
        }
        // Before anything is read: a refused write should not cost a request.
        self.guard().check_write()?;
        let current = self.row(&patch.touched()).await?;
        if !patch.is_untouched_in(&current) {
            return Err(Error::Changed);
        }
        self.send_update(patch, "*").await
    }

    async fn send_update(&self, patch: &Patch, if_match: &str) -> Result<Row, Error> {
        let response = self.transport.send(Request::update(patch, if_match)?).await?;
        self.written(response, &patch.touched(), patch.body()).await
    }

    /// Makes a row under an id of the client's and answers with all its columns.
    ///
    /// The same row cannot be made twice: the server refuses an id that is taken. Where the answer has no body the
    /// row is read afterwards; should that fail, the row that comes back is what was sent.
    ///
    /// # Errors
    ///
    /// - [`Error::is_duplicate`] when duplicate detection was asked for and found some; nothing was made.
    /// - [`Error::Api`] with 400 for a value that the server refuses, 403 without the privilege to create, 412 and
    ///   `0x80040237` for an id or a key that another row has.
    /// - [`Error::OutcomeUnknown`] when the answer was lost. It is not sent again; the id tells what became of it.
    /// - [`Error::Refused`] by the guard; nothing was sent.
    ///
    /// # Source
    ///
    /// [Create a table row using the Web API](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/create-entity-web-api)
    pub async fn create(&self, new: &NewRow) -> Result<Row, Error> {
        let response = self.transport.send(Request::create(new)?).await?;
        self.written(response, &new.itself(), new.body()).await
    }

    /// Deletes a row that is as it was read: the server compares ETags. Where the table does not support that, the
    /// row's ETag is read and compared first, and a change in between is not seen.
    ///
    /// # Errors
    ///
    /// - [`Error::is_conflict`] when somebody else changed the row; it is still there.
    /// - [`Error::is_not_found`] when it is not there, or not any more.
    /// - [`Error::Api`] with 405 and `0x80040227` when other rows keep it from being deleted.
    /// - [`Error::OutcomeUnknown`] when the answer was lost. It is not sent again.
    /// - [`Error::Refused`] by the guard; nothing was sent.
    ///
    /// # Source
    ///
    /// [Update and delete table rows using the Web API](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/update-delete-entities-using-web-api)
    pub async fn delete(&self, deletion: &Deletion) -> Result<(), Error> {
        if deletion.optimistic_concurrency && !deletion.etag.is_empty() {
            match self.send_delete(deletion, &deletion.etag).await {
                Err(error) if error.is_concurrency_not_enabled() => {}
                result => return result,
            }
        }
        // Before anything is read: a refused write should not cost a request.
        self.guard().check_write()?;
        let current = self.row(&deletion.itself()).await?;
        if current.etag().as_deref().unwrap_or_default() != deletion.etag {
            return Err(Error::Changed);
        }
        self.send_delete(deletion, "*").await
    }

    async fn send_delete(&self, deletion: &Deletion, if_match: &str) -> Result<(), Error> {
        self.transport.send(Request::delete(deletion, if_match)?).await?.of_write().map(drop)
    }

    /// Carries out an action, and tells what it answered, where it did.
    ///
    /// # Errors
    ///
    /// - [`Error::Api`] with the code of the business rule that refused it.
    /// - [`Error::OutcomeUnknown`] when the answer was lost. It is not sent again.
    /// - [`Error::Refused`] by the guard; nothing was sent.
    pub async fn act(&self, action: &Action) -> Result<Option<Row>, Error> {
        self.transport.send(Request::action(action)).await?.of_write()
    }

    /// Asks a function. It changes nothing, so that it is repeated as every read.
    ///
    /// # Errors
    ///
    /// As every read; [`Error::Api`] with 405 for an action.
    pub async fn ask(&self, function: &Function) -> Result<Row, Error> {
        self.transport.send(Request::get(&function.path)).await?.row()
    }

    /// Makes a row and carries out an action behind it, in one request: both or neither.
    ///
    /// # Errors
    ///
    /// As [`Client::create`] and [`Client::act`].
    pub async fn create_and_act(&self, new: &NewRow, action: &Action) -> Result<(), Error> {
        let writes = [Request::create_unseen(new)?, Request::action(action)];
        let response = self.transport.send(batch::change_set(&writes)?).await?;
        batch::answers(response, writes.len()).map(drop)
    }

    /// The row in the answer to a write; where there is none, as it is read now, or else as it was `sent`.
    async fn written(&self, response: Response, row: &RowQuery, sent: String) -> Result<Row, Error> {
        if !response.body.is_empty() {
            // The server has taken the change, or somebody in between answered for it.
            return response.row().map_err(|error| Error::OutcomeUnknown { source: Box::new(error) });
        }
        let etag = response.etag();
        match self.row(row).await {
            Ok(row) => Ok(row),
            Err(_) => {
                let row = Row::from_json(sent)?;
                Ok(match etag {
                    Some(etag) => row.with_etag(etag),
                    None => row,
                })
            }
        }
    }
}
