//! Files of notes, and how it is told that they could not be saved.

use std::sync::Arc;
use std::{fs, io};

use super::Services;
use crate::app::desk::MOST_STAGED;
use crate::app::file_name::shown;
use crate::app::overlay::draft::FileToSend;
use crate::app::problem::Problem;
use crate::dataverse::RowId;
use crate::ops::attaching::{FileToAttach, Unattached};
use crate::ops::attachment::{self, Unsaved};
use crate::text::grouped;

impl Services {
    /// Saves the file of a note to a path as it was typed.
    pub(super) async fn save_attachment(&self, note: RowId, path: String) -> Result<u64, Problem> {
        let saved = async {
            let client = self.client().map_err(|error| Unsaved::Unread(Box::new(error)))?;
            let path = attachment::place(&path, self.home.as_deref())?;
            attachment::save(&client, note, &path).await
        };
        saved.await.map_err(|error| unsaved(&error))
    }

    /// Reads a file that is to go with a note, as far as it is not larger than the organization allows.
    pub(super) async fn read_file(&self, path: &str) -> Result<Arc<FileToSend>, String> {
        let place = attachment::place(path, self.home.as_deref());
        let place = place.map_err(|_| "The home folder is not known, so ~/ means nothing.".to_owned())?;
        let read = tokio::task::spawn_blocking(move || {
            // A pipe may never end, and nobody could stop waiting for it.
            match fs::metadata(&place)? {
                found if found.is_dir() => Err(Unattached::Unreadable(io::ErrorKind::IsADirectory.into())),
                found if !found.is_file() => {
                    Err(Unattached::Unreadable(io::Error::other("it is no plain file")))
                }
                _ => FileToAttach::read(&place, MOST_STAGED),
            }
        });
        let read = read.await.unwrap_or_else(|error| Err(Unattached::Unreadable(io::Error::other(error))));
        let file = read.map_err(|error| unread(path, &error))?;
        let size = file.bytes.len() as u64;
        match self.client().map_err(|error| error.to_string())?.largest_file().await {
            Ok(Some(most)) if size > most => return Err(too_large(most, "Administrators set that limit.")),
            Err(error) if error.needs_sign_in() => {
                return Err(
                    "The sign-in is no longer good. Stage the note without a file, then sign in.".into()
                );
            }
            // Not everybody may ask how large a file may be: then the service says so when the note is sent.
            Ok(_) | Err(_) => {}
        }
        let (body, mime_type) = (file.body(), file.mime_type().to_owned());
        Ok(Arc::new(FileToSend { name: file.name, mime_type, size, body }))
    }
}

fn unread(path: &str, error: &Unattached) -> String {
    let path = shown(path);
    match error {
        Unattached::TooLarge { most, .. } => too_large(*most, "`dv note --attach` sends larger ones."),
        Unattached::NoName => format!("{path} has no name that can be sent. Rename it first."),
        Unattached::Unreadable(error) => match error.kind() {
            io::ErrorKind::NotFound => format!("There is no file {path}."),
            io::ErrorKind::IsADirectory => format!("{path} is a folder. Type a / and a name behind it."),
            io::ErrorKind::PermissionDenied => format!("You may not read {path}."),
            _ => format!("{path} cannot be read: {error}."),
        },
    }
}

fn too_large(most: u64, more: &str) -> String {
    format!("Too large: at most {} bytes. {more}", grouped(most))
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
        Unsaved::NoFile => {
            told("The note has no file any more.", "Esc closes, then the timeline can be read again.")
        }
        Unsaved::Broken => told("What the server sent as its content cannot be decoded (no base64).", RETRY),
        Unsaved::Unread(error) => {
            let problem = Problem::of("It could not be fetched", error);
            let next = match error {
                error if error.needs_sign_in() => "Esc closes, then sign in again.",
                error if error.is_not_found() => "Esc closes, then the timeline can be read again.",
                error if error.is_forbidden() => "Esc closes.",
                _ => RETRY,
            };
            problem.next(next)
        }
    }
}
