//! The file of a note, which no list reads.

use super::{Client, Error, FileColumn, RowId, RowQuery};

/// A file that the service keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredFile {
    /// The one that goes with a note.
    Note(RowId),
    /// The one in a column of a row.
    Column(Box<FileColumn>),
}

/// The file of a note, as the service sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// As the server has it; no name for a file here.
    pub name: Option<String>,
    /// What is in it, as base64; nothing where the note has no file.
    pub body: Option<String>,
}

impl Client {
    /// Reads the file of a note, and nothing else of it.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] for a note that does not exist or not any more.
    pub async fn attachment(&self, note: RowId) -> Result<AttachedFile, Error> {
        let select = vec!["documentbody".to_owned(), "filename".to_owned()];
        let query = RowQuery { select, annotations: false, ..RowQuery::new("annotations", note) };
        let row = self.row(&query).await?;
        let text = |name: &str| Some(row.cell(name)?.raw_text()?.into_owned());
        Ok(AttachedFile { name: text("filename"), body: text("documentbody") })
    }
}
