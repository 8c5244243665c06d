//! Answers as the parts of one.

use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue};
use uuid::Uuid;

use super::super::reply::Reply;

/// A `multipart/mixed` that is being written.
#[derive(Debug)]
pub(super) struct Response {
    boundary: String,
    out: Vec<u8>,
}

impl Response {
    pub(super) fn new(name: &str) -> Response {
        Response { boundary: format!("{name}_{}", Uuid::new_v4()), out: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.out.len()
    }

    /// Adds the answer to one request.
    pub(super) fn add(&mut self, content_id: Option<&str>, reply: &Reply) {
        self.line(&format!("--{}", self.boundary));
        self.line("Content-Type: application/http");
        self.line("Content-Transfer-Encoding: binary");
        if let Some(id) = content_id {
            self.line(&format!("Content-ID: {id}"));
        }
        self.line("");
        let status = reply.status;
        let reason = status.canonical_reason().unwrap_or("Unknown");
        self.line(&format!("HTTP/1.1 {} {reason}", status.as_u16()));
        if status.is_client_error() || status.is_server_error() {
            self.line(&format!("REQ_ID: {}", Uuid::new_v4()));
        }
        if let Some(kind) = reply.headers.get(CONTENT_TYPE) {
            self.header("Content-Type", kind);
        }
        self.line("OData-Version: 4.0");
        self.headers(&reply.headers);
        self.line("");
        self.out.extend(&reply.body);
        self.line("");
    }

    fn headers(&mut self, headers: &HeaderMap) {
        // What a part has made is where a request by itself would have said it is.
        if let Some(address) = headers.get("odata-entityid") {
            self.header("Location", address);
        }
        for (name, value) in headers.iter().filter(|(name, _)| *name != CONTENT_TYPE) {
            self.header(&written(name), value);
        }
    }

    /// Adds the answers to a change set.
    pub(super) fn nest(&mut self, inner: Response) {
        self.line(&format!("--{}", self.boundary));
        self.line(&format!("Content-Type: multipart/mixed; boundary={}", inner.boundary));
        self.line("");
        self.out.extend(inner.closed());
    }

    fn closed(mut self) -> Vec<u8> {
        self.line(&format!("--{}--", self.boundary));
        self.out
    }

    pub(super) fn finish(self) -> Reply {
        let kind = format!("multipart/mixed; boundary={}", self.boundary);
        let mut reply = Reply::empty(http::StatusCode::OK).with("content-type", &kind);
        reply.body = self.closed().into();
        reply
    }

    fn header(&mut self, name: &str, value: &HeaderValue) {
        self.out.extend(name.bytes());
        self.out.extend(b": ");
        self.out.extend(value.as_bytes());
        self.line("");
    }

    fn line(&mut self, text: &str) {
        self.out.extend(text.bytes());
        self.out.extend(b"\r\n");
    }
}

/// A header's name as the service writes it.
fn written(name: &HeaderName) -> String {
    match name.as_str() {
        "odata-entityid" => "OData-EntityId".to_owned(),
        "etag" => "ETag".to_owned(),
        name if name.starts_with("x-") => name.to_owned(),
        name => {
            let words = name.split('-').map(|word| {
                let (first, rest) = word.split_at(word.len().min(1));
                format!("{}{rest}", first.to_ascii_uppercase())
            });
            words.collect::<Vec<_>>().join("-")
        }
    }
}
