//! What waits to be sent as text: all of it as one `$batch`, one thing of it as a command line.

use super::shell;
use crate::app::command::copy::CopyCommand;
use crate::app::pending::{Item, Pending, RowState};
use crate::app::{App, Screen};
use crate::dataverse::{Error, FileChange, Operation, Wire, batch};

impl App {
    /// The text that a command copies of what waits, and how much is in it where that is to be told; nothing when the
    /// command is about something else.
    pub(super) fn text_of_pending(&self, command: CopyCommand) -> Option<Result<(String, String), String>> {
        let origin = self.session.identity().map_or("", |identity| identity.address.as_str());
        match command {
            CopyCommand::Batch => Some(batch_of(&self.pending, origin, self.sends_together())),
            CopyCommand::Write => Some(
                self.reviewed()
                    .ok_or_else(|| "Nothing is pending.".to_owned())
                    .and_then(|item| Ok((curl_of(&self.pending, &item, origin)?, String::new()))),
            ),
            _ => None,
        }
    }

    /// The review sends all in one change set.
    fn sends_together(&self) -> bool {
        matches!(self.screen(), Screen::Review(review) if review.together)
    }

    /// What the line under the cursor of the review is about.
    fn reviewed(&self) -> Option<Item> {
        let Screen::Review(screen) = self.screen() else { return None };
        screen.reviewed().first().cloned()
    }
}

/// The `$batch` of what the next send takes along, in its order, in a change set each or `together` in one, and how much
/// that is of what waits.
///
/// # Errors
///
/// A sentence when nothing can be in it.
fn batch_of(pending: &Pending, origin: &str, together: bool) -> Result<(String, String), String> {
    let all = pending.items().len();
    // A file is read when it is sent: its bytes are in no text.
    let fits = |item: &Item| file_of(pending, item).is_none();
    let items = pending.sendable().into_iter().filter(fits);
    let wires: Vec<Vec<Wire>> = items.filter_map(|item| wires(pending, &item)?.ok()).collect();
    let count = wires.len();
    if count == 0 {
        return Err("Nothing is included that can be sent in a $batch.".into());
    }
    let sets = if together { vec![wires.concat()] } else { wires };
    let text = batch(origin, &sets).map_err(|error| error.to_string())?.body;
    let plural = if all == 1 { "" } else { "s" };
    Ok((
        text,
        match all - count {
            0 => format!("{count} operation{plural}"),
            left => format!("{count} of {all} operations ({left} left out)"),
        },
    ))
}

/// The command line that does what an item would do.
///
/// # Errors
///
/// A sentence that says why there is none.
fn curl_of(pending: &Pending, item: &Item, origin: &str) -> Result<String, String> {
    match pending.state(item) {
        Some(RowState::Sending(_) | RowState::Queued) => {
            return Err("It is on its way. Wait for the answer.".into());
        }
        Some(state) if state.is_unsettled() => {
            return Err("It cannot be sent as it is. Enter says why.".into());
        }
        _ => {}
    }
    let wires = wires(pending, item).ok_or("Nothing is pending.")?;
    let wires = wires.map_err(|error| error.to_string())?;
    let file = file_of(pending, item).and_then(|change| change.file.as_ref());
    match wires.as_slice() {
        [one] if file.is_some() && one.headers.iter().any(|(name, _)| *name == "x-ms-transfer-mode") => {
            Err("A file of this size goes in pieces: no single request sends it.".into())
        }
        [one] => Ok(shell::curl_write(origin, one, file.map(|file| file.path.as_str()))),
        several => {
            let together = batch(origin, &[several.to_vec()]).map_err(|error| error.to_string())?;
            Ok(shell::curl_write(origin, &together, None))
        }
    }
}

/// What an item sends; nothing for what does not wait any more.
fn wires(pending: &Pending, item: &Item) -> Option<Result<Vec<Wire>, Error>> {
    Some(match item {
        Item::Row(key) => pending.row(&key.table, key.id)?.patch().wire().map(|wire| vec![wire]),
        Item::Operation(id) => pending.operation(*id)?.operation.wires(),
    })
}

/// The change that brings a file.
fn file_of<'a>(pending: &'a Pending, item: &Item) -> Option<&'a FileChange> {
    match &pending.operation_of(item)?.operation {
        Operation::File(change) if change.file.is_some() => Some(change),
        _ => None,
    }
}
