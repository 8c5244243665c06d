//! Files of notes, mails and columns that are saved here, and those that are looked at before they are put.

use std::io;

use super::Services;
use crate::app::problem::Problem;
use crate::dataverse::{LocalFile, StoredFile};
use crate::ops::file_column;
use crate::ops::save_file::{self, Unsaved};

impl Services {
    /// Saves a file to a path as it was typed.
    pub(super) async fn save_file(&self, file: &StoredFile, path: &str) -> Result<u64, Problem> {
        let saved = async {
            let client = self.client().map_err(|error| Unsaved::Unread(Box::new(error)))?;
            let path = save_file::place(path, self.home.as_deref())?;
            save_file::save(&client, file, &path).await
        };
        saved.await.map_err(|error| unsaved(&error))
    }

    /// Looks at a file that is to be put. A disk that is far away takes its time.
    pub(super) async fn look_at_file(&self, path: &str) -> Result<LocalFile, String> {
        let place = save_file::place(path, self.home.as_deref()).map_err(|error| error.to_string())?;
        let looked = tokio::task::spawn_blocking(move || file_column::look(&place)).await;
        looked.unwrap_or_else(|error| Err(format!("the file cannot be read: {error}")))
    }
}

const RETRY: &str = "Enter tries again, Esc closes.";
const OTHER: &str = "Type another path. Esc closes.";

/// What, why, and the keys of the form: it is still there.
fn unsaved(error: &Unsaved) -> Problem {
    let told = |why: &str, next: &str| Problem::new("It was not saved.").why(why).next(next);
    match error {
        Unsaved::Taken => Problem::new("It was not saved: something of that name exists.")
            .why("What exists is never overwritten.")
            .next("Type another name. Esc closes."),
        Unsaved::Folder => told("That is a folder.", "Type a / and a name behind it. Esc closes."),
        Unsaved::NoFolder(folder) => told(&format!("There is no folder {}.", folder.display()), OTHER),
        Unsaved::NoHome => told("The home folder is not known, so ~/ means nothing.", OTHER),
        Unsaved::System(error) => match error.kind() {
            io::ErrorKind::PermissionDenied => told("You may not write there.", OTHER),
            io::ErrorKind::ReadOnlyFilesystem => {
                told("Nothing can be written there: it is read-only.", OTHER)
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => told(
                "There is no room for it.",
                "Make room and press Enter, or type another path. Esc closes.",
            ),
            io::ErrorKind::InvalidFilename => told("The name is too long, or none.", OTHER),
            _ => told(&format!("The system says: {error}."), OTHER),
        },
        Unsaved::NoFile => told("There is no file any more.", "Esc closes, then r reads again."),
        Unsaved::Broken => told("What the server sent as its content cannot be decoded (no base64).", RETRY),
        Unsaved::Unread(error) => {
            let problem = Problem::of("It could not be fetched", error);
            let next = match error {
                error if error.needs_sign_in() => "Esc closes, then sign in again.",
                error if error.is_not_found() => "Esc closes, then r reads again.",
                error if error.is_forbidden() => "Esc closes.",
                _ => RETRY,
            };
            problem.next(next)
        }
    }
}
