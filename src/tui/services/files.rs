//! Files of columns: saved here, and looked at before they are put.

use std::path::Path;

use super::Services;
use crate::app::problem::Problem;
use crate::dataverse::{FileColumn, LocalFile};
use crate::ops::file_column::{self, Failure};

impl Services {
    /// Saves the file of a column; tells where, and how many bytes.
    pub(super) async fn save_file(&self, of: &FileColumn, path: &str) -> Result<(String, u64), Problem> {
        let client = self.client().map_err(|error| Problem::of(NOT_SAVED, &error))?;
        let saved = async {
            let download = file_column::begin(&client, of).await?;
            file_column::save(download, Path::new(path)).await
        };
        match saved.await {
            Ok(bytes) => Ok((path.to_owned(), bytes)),
            Err(Failure::Dataverse(error)) => Err(Problem::of(NOT_SAVED, &error)),
            Err(failure) => Err(told(&failure)),
        }
    }
}

const NOT_SAVED: &str = "The file was not saved";

fn told(failure: &Failure) -> Problem {
    let problem = Problem::new(format!("{NOT_SAVED}."));
    match failure {
        Failure::Exists(path) => problem
            .why(format!("{} is there already, and is never overwritten.", path.display()))
            .next("e s saves it under another name"),
        Failure::Disk { path, source } => problem
            .why(format!("{} cannot be written: {source}.", path.display()))
            .next("e s saves it elsewhere"),
        failure => problem.why(format!("{failure}.")).next("r reads the record again"),
    }
}

/// Looks at a file that is to be put. A disk that is far away takes its time.
pub(super) async fn look_at_file(path: String) -> Result<LocalFile, String> {
    let looked = tokio::task::spawn_blocking(move || file_column::look(Path::new(&path))).await;
    looked.unwrap_or_else(|error| Err(format!("the file cannot be read: {error}")))
}
