//! Files that go with notes: from a file here to what is sent.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// No organization allows files that are larger, in bytes.
pub const LARGEST: u64 = 128 << 20;

/// A file, read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileToAttach {
    /// Its own name, without the folders before it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Why a file cannot go with a note.
#[derive(Debug, thiserror::Error)]
pub enum Unattached {
    /// The service takes text for a name.
    #[error("its name is no text")]
    NoName,
    /// As the system says.
    #[error(transparent)]
    Unreadable(#[from] io::Error),
    /// It has more bytes than that.
    #[error("the file {name} is too large: at most {most} bytes")]
    TooLarge { name: String, most: u64 },
}

impl FileToAttach {
    /// Reads a file of at most so many bytes. It may be a pipe. Blocks.
    ///
    /// # Errors
    ///
    /// [`Unattached`].
    pub fn read(path: &Path, most: u64) -> Result<Self, Unattached> {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or(Unattached::NoName)?.to_owned();
        let mut bytes = Vec::new();
        File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
        match bytes.len() as u64 > most {
            true => Err(Unattached::TooLarge { name, most }),
            false => Ok(Self { name, bytes }),
        }
    }

    /// What is in it, as `documentbody` has it.
    pub fn body(&self) -> String {
        STANDARD.encode(&self.bytes)
    }

    /// By the end of the name; anything else is bytes.
    pub fn mime_type(&self) -> &'static str {
        let end = self.name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
        match end.as_deref().unwrap_or_default() {
            "txt" | "log" => "text/plain",
            "csv" => "text/csv",
            "htm" | "html" => "text/html",
            "md" => "text/markdown",
            "json" => "application/json",
            "xml" => "application/xml",
            "pdf" => "application/pdf",
            "zip" => "application/zip",
            "jpg" | "jpeg" => "image/jpeg",
            "png" => "image/png",
            "gif" => "image/gif",
            "svg" => "image/svg+xml",
            "webp" => "image/webp",
            "eml" => "message/rfc822",
            "msg" => "application/vnd.ms-outlook",
            "doc" => "application/msword",
            "xls" => "application/vnd.ms-excel",
            "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
            _ => "application/octet-stream",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_what_is_allowed_and_called_by_its_own_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Quote.PDF");
        std::fs::write(&path, b"\0\xffhello").unwrap();
        let file = FileToAttach::read(&path, 7).unwrap();
        assert_eq!(
            (&*file.name, &*file.body(), file.mime_type()),
            ("Quote.PDF", "AP9oZWxsbw==", "application/pdf")
        );
        let large = FileToAttach::read(&path, 6);
        assert!(matches!(large, Err(Unattached::TooLarge { most: 6, .. })), "{large:?}");
        let none = FileToAttach::read(&folder.path().join("none"), 6);
        assert!(
            matches!(none, Err(Unattached::Unreadable(error)) if error.kind() == io::ErrorKind::NotFound)
        );
    }
}
