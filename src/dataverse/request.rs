//! Requests as values: nothing here sends anything.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_RANGE, CONTENT_TYPE, IF_MATCH, RANGE};
use http::{HeaderName, HeaderValue, Method};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::query::{ANNOTATIONS, encoded, segment};
use super::{
    Action, Association, Deletion, Error, Exchange, FileColumn, NewRow, NextLink, Patch, Query, RowQuery,
};

/// One request to the Web API, without its origin and without a token.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) target: Target,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    pub(super) body: Bytes,
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// Path and query below the service root, percent-encoded.
    Path(String),
    /// An address from an answer, to be checked before it is used.
    Link(NextLink),
}

/// `false` asks for duplicate detection.
const SUPPRESS_DUPLICATE_DETECTION: HeaderName = HeaderName::from_static("mscrm.suppressduplicatedetection");

pub(super) const PREFER: HeaderName = HeaderName::from_static("prefer");

/// How files are called, how large they are, and in pieces of which size they come.
pub(super) const FILE_NAME: HeaderName = HeaderName::from_static("x-ms-file-name");
pub(super) const FILE_SIZE: HeaderName = HeaderName::from_static("x-ms-file-size");
pub(super) const CHUNK_SIZE: HeaderName = HeaderName::from_static("x-ms-chunk-size");
const TRANSFER_MODE: HeaderName = HeaderName::from_static("x-ms-transfer-mode");

const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");
/// What headers, which are ASCII, hold only when it is encoded; everything that is not ASCII always is.
const IN_HEADER: &AsciiSet = &CONTROLS.add(b'%');

impl Request {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, Target::Path(path.into()))
    }

    /// A read whose answer has formatted values and the targets of lookups beside the values.
    pub(super) fn labelled(path: impl Into<String>) -> Result<Self, Error> {
        Self::get(path).prefer(Some(ANNOTATIONS.to_owned()))
    }

    fn new(method: Method, target: Target) -> Self {
        let headers = vec![
            (ACCEPT, HeaderValue::from_static("application/json")),
            (HeaderName::from_static("odata-maxversion"), HeaderValue::from_static("4.0")),
            (HeaderName::from_static("odata-version"), HeaderValue::from_static("4.0")),
        ];
        Self { method, target, headers, body: Bytes::new() }
    }

    /// The first page of a query.
    pub(super) fn page(query: &Query) -> Result<Self, Error> {
        Self::get(query.path()).prefer(query.prefer())
    }

    /// A later page of a query; the preferences are those of the first.
    pub(super) fn next_page(link: &NextLink, query: &Query) -> Result<Self, Error> {
        Self::new(Method::GET, Target::Link(link.clone())).prefer(query.prefer())
    }

    /// One row.
    pub(super) fn row(query: &RowQuery) -> Result<Self, Error> {
        Self::get(query.path()).prefer(query.prefer())
    }

    /// A read that was sent before, word for word.
    pub(super) fn again(exchange: &Exchange) -> Result<Self, Error> {
        if exchange.method != Method::GET.as_str() {
            return Err(Error::Invalid { what: "a write that would be sent a second time".to_owned() });
        }
        Self::new(Method::GET, Target::Link(NextLink::new(exchange.url()))).prefer(exchange.prefer.clone())
    }

    /// An update that answers with the changed columns. `if_match` is an ETag, or `*` for a row that must exist.
    pub(super) fn update(patch: &Patch, if_match: &str) -> Result<Self, Error> {
        let mut request = Self::new(Method::PATCH, Target::Path(patch.touched().path()));
        request.headers.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        request.headers.push((IF_MATCH, header(if_match)?));
        request.body = Bytes::from(patch.body());
        request.prefer(Some(format!("return=representation,{ANNOTATIONS}")))
    }

    /// A new row that comes back with all its columns.
    pub(super) fn create(new: &NewRow) -> Result<Self, Error> {
        Self::create_unseen(new)?.prefer(Some("return=representation".to_owned()))
    }

    /// A new row that does not come back.
    pub(super) fn create_unseen(new: &NewRow) -> Result<Self, Error> {
        if let Some((column, _)) = new.values.iter().find(|(_, change)| !change.is_well_formed()) {
            return Err(Error::Invalid { what: format!("the value of {column} is not a number") });
        }
        let mut request = Self::post(&segment(&new.set), Bytes::from(new.body()));
        if new.detect_duplicates {
            request.headers.push((SUPPRESS_DUPLICATE_DETECTION, HeaderValue::from_static("false")));
        }
        Ok(request)
    }

    /// An action.
    pub(super) fn action(action: &Action) -> Self {
        let mut request = Self::post(&action.path, Bytes::from(action.body.clone()));
        if request.body.is_empty() {
            request.headers.retain(|(name, _)| name != CONTENT_TYPE);
        }
        request
    }

    /// A link between two rows, made or taken away.
    pub(super) fn link(association: &Association) -> Self {
        match association.attach {
            true => Self::post(&association.place(), Bytes::from(association.body())),
            false => Self::new(Method::DELETE, Target::Path(association.place())),
        }
    }

    /// Something with a body in JSON.
    pub(super) fn post(path: &str, body: Bytes) -> Self {
        let mut request = Self::new(Method::POST, Target::Path(path.to_owned()));
        request.headers.push((CONTENT_TYPE, HeaderValue::from_static("application/json")));
        request.body = body;
        request
    }

    /// The end of a row. `if_match` is an ETag, or `*`.
    pub(super) fn delete(deletion: &Deletion, if_match: &str) -> Result<Self, Error> {
        let mut request =
            Self::new(Method::DELETE, Target::Path(RowQuery::new(deletion.set.clone(), deletion.id).path()));
        request.headers.push((IF_MATCH, header(if_match)?));
        Ok(request)
    }

    /// Bytes of a file.
    pub(super) fn file_range(of: &FileColumn, range: std::ops::Range<u64>) -> Result<Self, Error> {
        let size = if of.image { "?size=full" } else { "" };
        let mut request = Self::get(format!("{}/$value{size}", of.path()));
        request.headers.retain(|(name, _)| name != ACCEPT);
        request.headers.push((ACCEPT, BYTES));
        // A range of what is packed is no range of the file.
        request.headers.push((ACCEPT_ENCODING, HeaderValue::from_static("identity")));
        request.headers.push((RANGE, header(&format!("bytes={}-{}", range.start, range.end - 1))?));
        Ok(request)
    }

    /// A file in one piece.
    pub(super) fn whole_file(to: &FileColumn, name: &str, bytes: Bytes) -> Result<Self, Error> {
        let mut request = Self::new(Method::PATCH, Target::Path(to.path()));
        request.headers.push((CONTENT_TYPE, BYTES));
        request.headers.push((FILE_NAME, header(&utf8_percent_encode(name, IN_HEADER).to_string())?));
        request.body = bytes;
        Ok(request)
    }

    /// Asks for a place where the pieces of a file may go.
    pub(super) fn begin_upload(to: &FileColumn, name: &str) -> Result<Self, Error> {
        let path = format!("{}?x-ms-file-name={}", to.path(), encoded(name));
        let mut request = Self::new(Method::PATCH, Target::Path(path));
        request.headers.push((TRANSFER_MODE, HeaderValue::from_static("chunked")));
        Ok(request)
    }

    /// A piece of a file.
    pub(super) fn chunk(target: Target, name: &str, place: &str, bytes: Bytes) -> Result<Self, Error> {
        let mut request = Self::new(Method::PATCH, target);
        request.headers.push((CONTENT_TYPE, BYTES));
        request.headers.push((CONTENT_RANGE, header(place)?));
        request.headers.push((FILE_NAME, header(&utf8_percent_encode(name, IN_HEADER).to_string())?));
        request.body = bytes;
        Ok(request)
    }

    /// The end of a file in a column.
    pub(super) fn remove_file(of: &FileColumn) -> Self {
        Self::new(Method::DELETE, Target::Path(of.path()))
    }

    /// The answer is to be bytes that are nobody's business, not the words of the service.
    pub(super) fn wants_bytes(&self) -> bool {
        self.headers.iter().any(|(name, value)| name == ACCEPT && value == BYTES)
    }

    fn prefer(mut self, preferences: Option<String>) -> Result<Self, Error> {
        if let Some(preferences) = preferences {
            self.headers.push((PREFER, header(&preferences)?));
        }
        Ok(self)
    }

    /// Whether the request can change anything on the server.
    pub(super) fn is_write(&self) -> bool {
        !matches!(self.method, Method::GET | Method::HEAD)
    }
}

fn header(value: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(value)
        .map_err(|_| Error::Invalid { what: "a value that cannot stand in a request header".to_owned() })
}
