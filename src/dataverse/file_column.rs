//! The bytes of file and image columns: read in ranges, sent whole or in chunks, taken away.
//!
//! Nothing here knows files of this machine: bytes come and go piece by piece, and whoever moves them sees how far it is.

use bytes::Bytes;
use http::header::{CONTENT_RANGE, LOCATION};
use http::{HeaderMap, StatusCode};
use percent_encoding::percent_decode;
use serde::{Deserialize, Serialize};

use super::query::encoded;
use super::request::{CHUNK_SIZE, FILE_NAME, FILE_SIZE, Request, Target};
use super::{Client, Column, ColumnKind, ColumnName, Error, NextLink, RowId, RowQuery, SetName, Wire};

/// Bytes in one request while the service names no other number. A file of at most so many goes in one piece.
///
/// Source: "Use file column data" of the Dataverse documentation, which advises chunks of 4 MB.
pub const CHUNK: u64 = 4 << 20;
/// Larger chunks are not made, whatever a header says: each is in memory.
const LARGEST_CHUNK: u64 = 32 << 20;

/// A column of one row that holds a file or an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileColumn {
    /// Entity set of the table.
    pub set: SetName,
    /// The row.
    pub id: RowId,
    /// Logical name.
    pub column: ColumnName,
    /// Holds an image: what is read as its value is a small picture, and another column says which it is.
    pub image: bool,
}

/// A file as the service describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileHead {
    /// Its name, as somebody gave it: not fit for a terminal or a path. Images may have none.
    pub name: Option<String>,
    /// How many bytes.
    pub size: u64,
}

impl FileColumn {
    /// A column of a row; none where the column holds something else.
    pub fn of(set: SetName, id: RowId, column: &Column) -> Option<Self> {
        let image = match column.kind {
            ColumnKind::File { .. } => false,
            ColumnKind::Image { .. } => true,
            _ => return None,
        };
        Some(Self { set, id, column: column.name.clone(), image })
    }

    /// The column that says which file it is: another file has another id.
    pub fn tells(&self) -> String {
        if self.image { format!("{}id", self.column) } else { self.column.to_string() }
    }

    /// The column that has the name of the file; images have none.
    pub fn names(&self) -> String {
        format!("{}_name", self.column)
    }

    /// The row with what tells which file it has, and what the file is called.
    pub fn described(&self, primary_id: &ColumnName) -> RowQuery {
        let names = (!self.image).then(|| self.names());
        let select = [primary_id.to_string(), self.tells()].into_iter().chain(names).collect();
        RowQuery { select, annotations: false, ..RowQuery::new(self.set.clone(), self.id) }
    }

    /// The request that takes the file away.
    pub fn removal(&self) -> Wire {
        Wire::of(&Request::remove_file(self))
    }

    /// The request that brings a file, or the first of several.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for a name that no header can hold.
    pub fn upload(&self, name: &str, size: u64) -> Result<Wire, Error> {
        let request = match size > CHUNK {
            true => Request::begin_upload(self, name)?,
            false => Request::whole_file(self, name, Bytes::new())?,
        };
        Ok(Wire::of(&request))
    }

    pub(super) fn path(&self) -> String {
        format!("{}/{}", RowQuery::new(self.set.clone(), self.id).path(), encoded(self.column.as_str()))
    }
}

impl Client {
    /// Which file a column has; nothing when it has none.
    ///
    /// # Errors
    ///
    /// As every read; [`Error::is_not_found`] for a row that is not there.
    pub async fn file_id(&self, of: &FileColumn) -> Result<Option<String>, Error> {
        let tells = of.tells();
        let query = RowQuery {
            select: vec![tells.clone()],
            annotations: false,
            ..RowQuery::new(of.set.clone(), of.id)
        };
        let row = self.row(&query).await?;
        Ok(row.cell(&tells).and_then(|cell| Some(cell.raw_text()?.into_owned())))
    }

    /// Begins to read the file of a column; nothing when it has none. Its first bytes are read then.
    ///
    /// # Errors
    ///
    /// As every read; [`Error::Answer`] for bytes that do not say that they are a file.
    pub async fn download(&self, of: &FileColumn) -> Result<Option<Download>, Error> {
        let Some(id) = self.file_id(of).await? else { return Ok(None) };
        let (head, first) = match self.range(of, 0).await {
            Ok(Some(range)) => range,
            Ok(None) => return Ok(None),
            // No byte is at the beginning of a file without bytes.
            Err(error) if error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE.as_u16()) => {
                (FileHead { name: None, size: 0 }, Bytes::new())
            }
            Err(error) => return Err(error),
        };
        Ok(Some(Download { client: self.clone(), of: of.clone(), id, head, first: Some(first), done: 0 }))
    }

    /// The bytes from here on, up to a chunk of them.
    async fn range(&self, of: &FileColumn, start: u64) -> Result<Option<(FileHead, Bytes)>, Error> {
        let response = self.transport.send(Request::file_range(of, start..start + CHUNK)?).await?;
        if response.status == StatusCode::NO_CONTENT {
            return Ok(None);
        }
        let size = text(&response.headers, FILE_SIZE.as_str()).and_then(|size| size.trim().parse().ok());
        let Some(size) = size else { return Err(Error::answer("something that does not say it is a file")) };
        let begins = match response.status {
            StatusCode::PARTIAL_CONTENT => place(&response.headers).map(|(first, _)| first),
            _ => Some(0),
        };
        let end = start.saturating_add(response.body.len() as u64);
        if begins != Some(start) || end > size || (response.body.is_empty() && size > start) {
            return Err(Error::answer("other bytes of the file than those that were asked for"));
        }
        let name = response.headers.get(FILE_NAME).map(|name| file_name(name.as_bytes()));
        Ok(Some((FileHead { name, size }, response.body)))
    }

    /// Begins to send a file of `size` bytes to a column. In pieces nothing is in the column until the last one came;
    /// what is small goes with the first [`Upload::send`].
    ///
    /// # Errors
    ///
    /// - [`Error::Refused`] by the guard; nothing was sent.
    /// - [`Error::NotCommitted`] when an answer was lost: the column has what it had.
    ///
    /// # Source
    ///
    /// [Use file column data](https://learn.microsoft.com/power-apps/developer/data-platform/file-column-data)
    pub async fn upload(&self, to: &FileColumn, name: &str, size: u64) -> Result<Upload, Error> {
        let upload = |session, chunk| Upload {
            client: self.clone(),
            to: to.clone(),
            name: name.to_owned(),
            size,
            chunk,
            done: 0,
            session,
            ended: false,
        };
        if size <= CHUNK {
            return Ok(upload(None, CHUNK));
        }
        let response = self.transport.send(Request::begin_upload(to, name)?).await;
        let response = response.map_err(|error| not_committed(error, 0, size))?;
        let link = text(&response.headers, LOCATION.as_str());
        let link = link.ok_or_else(|| Error::answer("no place to send the file to"))?;
        let chunk = text(&response.headers, CHUNK_SIZE.as_str()).and_then(|size| size.trim().parse().ok());
        let chunk = chunk.filter(|size| *size > 0).unwrap_or(CHUNK).min(LARGEST_CHUNK);
        let upload = upload(Some(NextLink::new(link)), chunk);
        upload.tell();
        Ok(upload)
    }

    /// Takes the file of a column away.
    ///
    /// # Errors
    ///
    /// As every write; [`Error::OutcomeUnknown`] when the answer was lost. It is not sent again.
    pub async fn remove_file(&self, of: &FileColumn) -> Result<(), Error> {
        self.transport.send(Request::remove_file(of)).await?.of_write().map(drop)
    }
}

/// A file that is being read. Dropping it ends the reading.
#[derive(Debug)]
pub struct Download {
    client: Client,
    of: FileColumn,
    id: String,
    head: FileHead,
    first: Option<Bytes>,
    done: u64,
}

impl Download {
    /// Name and size.
    pub fn head(&self) -> &FileHead {
        &self.head
    }

    /// The next bytes; nothing once all were there.
    ///
    /// # Errors
    ///
    /// As every read; [`Error::Changed`] when the column has another file by now, so that the pieces do not belong
    /// together.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let bytes = match self.first.take() {
            Some(first) => first,
            None if self.done >= self.head.size => return Ok(None),
            None => match self.client.range(&self.of, self.done).await? {
                Some((head, bytes)) if head == self.head => bytes,
                _ => return Err(Error::Changed),
            },
        };
        let in_pieces = self.done > 0;
        self.done += bytes.len() as u64;
        if in_pieces && self.done >= self.head.size {
            // Another file of the same name and size shows in its id alone.
            let id = self.client.file_id(&self.of).await?;
            if id.as_deref() != Some(self.id.as_str()) {
                return Err(Error::Changed);
            }
        }
        Ok((!bytes.is_empty()).then_some(bytes))
    }
}

/// How far a file is that goes to the server in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Uploading {
    /// Bytes that are with the server.
    pub done: u64,
    /// Bytes of the file.
    pub size: u64,
}

/// A file that is being sent. As long as not all of it was, the column has what it had.
#[derive(Debug)]
pub struct Upload {
    client: Client,
    to: FileColumn,
    name: String,
    size: u64,
    chunk: u64,
    done: u64,
    session: Option<NextLink>,
    ended: bool,
}

impl Upload {
    /// How many bytes are to be sent next; nothing once the file is in its column.
    pub fn wants(&self) -> Option<u64> {
        (!self.ended).then(|| (self.size - self.done).min(self.chunk))
    }

    /// How many bytes are with the server.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Sends the next bytes, as many as [`Upload::wants`] says.
    ///
    /// # Errors
    ///
    /// - [`Error::NotCommitted`] when the answer to a piece was lost that is not the last: the column has what it had.
    /// - [`Error::OutcomeUnknown`] when it was that of the last piece, or of the only one.
    /// - [`Error::ForeignOrigin`] when they were to go elsewhere; nothing was sent there.
    /// - [`Error::Api`] with `0x80044a02` for more bytes than the column takes.
    pub async fn send(&mut self, bytes: Bytes) -> Result<(), Error> {
        let length = bytes.len() as u64;
        if self.wants() != Some(length) {
            return Err(Error::Invalid {
                what: "a piece of a file that is not as long as it should be".into(),
            });
        }
        let end = self.done + length;
        let request = match &self.session {
            None => Request::whole_file(&self.to, &self.name, bytes)?,
            Some(link) => {
                let place = format!("bytes {}-{}/{}", self.done, end - 1, self.size);
                Request::chunk(Target::Link(link.clone()), &self.name, &place, bytes)?
            }
        };
        let is_last = end == self.size;
        match self.client.transport.send(request).await {
            Ok(response) => drop(response.of_write()?),
            Err(error) if is_last => return Err(error),
            Err(error) => return Err(not_committed(error, self.done, self.size)),
        }
        self.done = end;
        self.ended = is_last;
        self.tell();
        Ok(())
    }

    fn tell(&self) {
        if self.session.is_some() {
            let far = Uploading { done: self.done, size: self.size };
            self.client.transport.uploading().send_replace(Some(far));
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.session.is_some() {
            self.client.transport.uploading().send_replace(None);
        }
    }
}

/// An answer that was lost before the last piece was sent says one thing for sure.
fn not_committed(error: Error, done: u64, size: u64) -> Error {
    match error {
        Error::OutcomeUnknown { source } => Error::NotCommitted { done, size, source },
        other => other,
    }
}

/// Where the bytes of an answer are: `bytes 0-4194303/25870370`.
fn place(headers: &HeaderMap) -> Option<(u64, u64)> {
    let value = text(headers, CONTENT_RANGE.as_str())?;
    let (place, total) = value.strip_prefix("bytes ")?.split_once('/')?;
    Some((place.split_once('-')?.0.trim().parse().ok()?, total.trim().parse().ok()?))
}

/// A name as headers have it: percent-encoded where it is not ASCII, or UTF-8, or Latin-1.
fn file_name(value: &[u8]) -> String {
    let decoded: Vec<u8> = percent_decode(value).collect();
    [decoded.as_slice(), value]
        .into_iter()
        .find_map(|bytes| std::str::from_utf8(bytes).ok().map(ToOwned::to_owned))
        .unwrap_or_else(|| value.iter().map(|byte| char::from(*byte)).collect())
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_read_in_every_form() {
        for (header, name) in [
            (&b"a b.pdf"[..], "a b.pdf"),
            (b"100%.pdf", "100%.pdf"),
            (b"Pr%C3%BCfung%201.pdf", "Prüfung 1.pdf"),
            ("Prüfung.pdf".as_bytes(), "Prüfung.pdf"),
            (b"Pr\xfcfung.pdf", "Prüfung.pdf"),
            (b"%E9.pdf", "%E9.pdf"),
        ] {
            assert_eq!(file_name(header), name);
        }
    }
}
