//! Files that go with notes.

use std::sync::Arc;
use std::{fs, io};

use super::Services;
use crate::app::desk::MOST_STAGED;
use crate::app::file_name::shown;
use crate::app::overlay::draft::FileToSend;
use crate::ops::attaching::{FileToAttach, Unattached};
use crate::ops::save_file;
use crate::text::grouped;

impl Services {
    /// Reads a file that is to go with a note, as far as it is not larger than the organization allows.
    pub(super) async fn read_file(&self, path: &str) -> Result<Arc<FileToSend>, String> {
        let place = save_file::place(path, self.home.as_deref());
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
