//! Pending changes into a file, and out of one.

use std::io;

use super::Services;
use crate::app::file_name::shown;
use crate::app::pending_file::PendingFile;
use crate::app::problem::Problem;
use crate::ops::pending_file::{self, Contents, MOST, Unread, Unwritten};
use crate::ops::save_file::{self, Unsaved};
use crate::text::grouped;
use crate::tui::journal;

impl Services {
    /// Writes changes to a path as it was typed; answers it as a person finds it.
    pub(super) async fn save_pending(&self, file: PendingFile, path: &str) -> Result<String, Problem> {
        let place = save_file::place(path, self.home.as_deref());
        let place = place.map_err(|error| unwritten(path, &error.into()))?;
        let written = tokio::task::spawn_blocking(move || pending_file::write(&place, &contents(file)));
        let written =
            written.await.unwrap_or_else(|error| Err(Unsaved::System(io::Error::other(error)).into()));
        written.map(|()| shown(path)).map_err(|error| unwritten(path, &error))
    }

    /// Reads the changes in the file at a path as it was typed.
    pub(super) async fn load_pending(&self, path: &str) -> Result<Box<PendingFile>, Problem> {
        let Ok(place) = save_file::place(path, self.home.as_deref()) else {
            return Err(not_loaded("the home folder is not known, so ~/ means nothing."));
        };
        let read = tokio::task::spawn_blocking(move || pending_file::read(&place).and_then(understood));
        let read = read.await.unwrap_or_else(|error| Err(Unread::System(io::Error::other(error))));
        read.map(Box::new).map_err(|error| unread(path, &error))
    }
}

fn contents(file: PendingFile) -> Contents {
    let PendingFile { environment, at, rows, operations } = file;
    let rows = rows.into_iter().map(journal::kept_row).collect();
    let operations = operations.iter().map(journal::operation::kept).collect();
    Contents { environment, at, rows, operations }
}

/// The other way round.
fn understood(contents: Contents) -> Result<PendingFile, Unread> {
    let Contents { environment, at, rows, operations } = contents;
    let operations = operations.iter().map(journal::operation::pending).collect::<Result<_, _>>();
    Ok(PendingFile {
        environment,
        at,
        rows: rows.into_iter().map(journal::pending).collect(),
        operations: operations.map_err(|error| Unread::Damaged(format!("an operation: {error}")))?,
    })
}

fn unread(path: &str, error: &Unread) -> Problem {
    let path = shown(path);
    not_loaded(&match error {
        Unread::System(error) => match error.kind() {
            io::ErrorKind::NotFound => format!("there is no file {path}."),
            io::ErrorKind::PermissionDenied => format!("you may not read {path}."),
            _ => format!("{path} cannot be read: {error}."),
        },
        Unread::TooLarge => format!("{path} has more than {} bytes.", grouped(MOST)),
        error => format!("{path}: {error}."),
    })
}

fn not_loaded(why: &str) -> Problem {
    Problem::new(format!("Nothing was loaded: {why}")).next("Esc dismiss")
}

fn unwritten(path: &str, error: &Unwritten) -> Problem {
    let path = shown(path);
    let why = match error {
        Unwritten::TooLarge => {
            format!("It would have more than {} bytes, and could not be loaded.", grouped(MOST))
        }
        Unwritten::Unsaved(Unsaved::Taken) => "What exists is never overwritten.".to_owned(),
        Unwritten::Unsaved(Unsaved::Folder) => "That is a folder. Type a / and a name behind it.".to_owned(),
        Unwritten::Unsaved(Unsaved::NoFolder(folder)) => format!("There is no folder {}.", folder.display()),
        Unwritten::Unsaved(Unsaved::NoHome) => {
            "The home folder is not known, so ~/ means nothing.".to_owned()
        }
        Unwritten::Unsaved(error) => format!("The system says: {error}."),
    };
    let problem = Problem::new(format!("Not written: {path}.")).why(why);
    problem.next(": pending save and another path   Esc dismiss")
}
