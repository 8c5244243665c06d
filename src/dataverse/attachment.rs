//! The files of notes and mails, which no list reads.

use super::{Client, Error, FileColumn, RowId, RowQuery};

/// A file that the service keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredFile {
    /// The one that goes with a note.
    Note(RowId),
    /// One of those that go with a mail: the row of the file, not that of the mail.
    Mail(RowId),
    /// The one in a column of a row.
    Column(Box<FileColumn>),
}

/// The file of a note or a mail, as the service sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// As the server has it; no name for a file here.
    pub name: Option<String>,
    /// What is in it, as base64; nothing where there is no file.
    pub body: Option<String>,
}

impl Client {
    /// Reads the file of a note, and nothing else of it.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] for a note that does not exist or not any more.
    pub async fn attachment(&self, note: RowId) -> Result<AttachedFile, Error> {
        self.attached("annotations", note, "documentbody").await
    }

    /// Reads a file that goes with a mail, and nothing else of it.
    ///
    /// # Errors
    ///
    /// [`Error::is_not_found`] for a file that does not exist or not any more.
    pub async fn mail_attachment(&self, file: RowId) -> Result<AttachedFile, Error> {
        self.attached("activitymimeattachments", file, "body").await
    }

    async fn attached(&self, set: &str, id: RowId, body: &str) -> Result<AttachedFile, Error> {
        let select = vec![body.to_owned(), "filename".to_owned()];
        let query = RowQuery { select, annotations: false, ..RowQuery::new(set, id) };
        let row = self.row(&query).await?;
        let text = |name: &str| Some(row.cell(name)?.raw_text()?.into_owned());
        Ok(AttachedFile { name: text("filename"), body: text(body) })
    }
}
