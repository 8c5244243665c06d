//! What is about to be deleted or merged, into a file.

use std::path::Path;

use jiff::Timestamp;

use super::Services;
use crate::app::event::BackedUp;
use crate::app::pending::RowKey;
use crate::app::problem::Problem;
use crate::dataverse::{RowId, Table};
use crate::ops::backup::{self, Failure};

const NOT_SENT: &str = "Nothing was sent: the records could not be written to a file before";

impl Services {
    /// Writes rows to a new file beside the journal.
    pub(super) async fn back_up(&self, rows: &[(Table, RowId)]) -> Result<BackedUp, Problem> {
        let Some(folder) = &self.journal_folder else {
            return Err(Problem::new(format!("{NOT_SENT}.")).why("Nothing may be kept on disk."));
        };
        let client = self.client().map_err(|error| Problem::of(NOT_SENT, &error))?;
        let written =
            backup::back_up(&client, folder, Timestamp::now(), rows).await.map_err(|error| told(&error))?;
        let of_row = written.rows.into_iter().map(|(place, row)| {
            let (table, id) = &rows[place];
            (RowKey { table: table.name.clone(), id: *id }, row)
        });
        Ok(BackedUp { path: shown(&written.path, self.home.as_deref()), rows: of_row.collect() })
    }
}

fn told(failure: &Failure) -> Problem {
    match failure {
        Failure::Unread(error) => Problem::of(NOT_SENT, error),
        disk @ Failure::Disk { .. } => Problem::new(format!("{NOT_SENT}."))
            .why(format!("{disk}."))
            .next("s sends again   Esc keep it pending"),
    }
}

/// With `~` for the home folder.
fn shown(path: &Path, home: Option<&Path>) -> String {
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => Path::new("~").join(rest).display().to_string(),
        None => path.display().to_string(),
    }
}
