//! From the parts of a batch to the requests in them.

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};

use super::super::error::{ApiError, Result};
use super::MAX_OPERATIONS;
use super::multipart::{Multipart, boundary, headers, line, malformed, too_many};

/// What a batch is made of.
#[derive(Debug)]
pub(super) enum Item {
    One(Operation),
    ChangeSet(Vec<Operation>),
}

/// A request within a batch.
#[derive(Debug)]
pub(super) struct Operation {
    pub(super) content_id: Option<String>,
    pub(super) method: Method,
    /// As it was sent: whole, relative or a reference.
    pub(super) address: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// Reads all parts before any of them is run.
pub(super) fn items(batch: &Multipart<'_>) -> Result<Vec<Item>> {
    let mut items = Vec::with_capacity(batch.parts.len());
    let mut count = 0;
    for part in &batch.parts {
        let (mime, rest) = headers(part)?;
        let content_type = content_type(&mime);
        let item = if is(&content_type, "application/http") {
            Item::One(operation(&mime, rest)?)
        } else if is(&content_type, "multipart/mixed") {
            Item::ChangeSet(change_set(&Multipart::read(rest, &boundary(&content_type)?)?)?)
        } else {
            return Err(malformed(format!("A part cannot be '{content_type}'.")));
        };
        count += match &item {
            Item::One(_) => 1,
            Item::ChangeSet(operations) => operations.len(),
        };
        if count > MAX_OPERATIONS {
            return Err(too_many());
        }
        items.push(item);
    }
    Ok(items)
}

fn change_set(set: &Multipart<'_>) -> Result<Vec<Operation>> {
    let mut operations: Vec<Operation> = Vec::with_capacity(set.parts.len());
    for part in &set.parts {
        let (mime, rest) = headers(part)?;
        let content_type = content_type(&mime);
        if !is(&content_type, "application/http") {
            return Err(malformed(format!("A part of a change set cannot be '{content_type}'.")));
        }
        let operation = operation(&mime, rest)?;
        if operation.method == Method::GET || operation.method == Method::HEAD {
            return Err(malformed(format!(
                "A change set holds writes only, and '{} {}' is a query.",
                operation.method, operation.address
            )));
        }
        let Some(id) = &operation.content_id else {
            return Err(ApiError::query(
                "The 'Content-ID' header is missing. Every request in a change set must have one.",
            ));
        };
        if operations.iter().any(|other| other.content_id.as_ref() == Some(id)) {
            return Err(malformed(format!(
                "The content ID '{id}' was found more than once in a change set."
            )));
        }
        operations.push(operation);
    }
    Ok(operations)
}

fn content_type(headers: &HeaderMap) -> String {
    headers
        .get(CONTENT_TYPE)
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .unwrap_or_default()
}

fn is(content_type: &str, kind: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(kind)
}

/// Request line, headers and body. An address may hold blanks; the first and the last one of the line part it.
fn operation(mime: &HeaderMap, mut text: &[u8]) -> Result<Operation> {
    let request = loop {
        let (request, rest) = line(text);
        text = rest;
        if !request.trim_ascii().is_empty() || text.is_empty() {
            break String::from_utf8_lossy(request).trim().to_owned();
        }
    };
    let wrong = || malformed(format!("'{request}' is no request line."));
    let (method, rest) = request.split_once(' ').ok_or_else(wrong)?;
    let (address, version) = rest.rsplit_once(' ').ok_or_else(wrong)?;
    if !version.starts_with("HTTP/") || address.trim().is_empty() {
        return Err(wrong());
    }
    let method = Method::from_bytes(method.as_bytes()).map_err(|_| wrong())?;
    let (headers, body) = headers(text)?;
    let id = mime.get("content-id").or_else(|| headers.get("content-id"));
    let content_id = id.and_then(|id| id.to_str().ok()).map(|id| id.trim().to_owned());
    Ok(Operation {
        content_id: content_id.filter(|id| !id.is_empty()),
        method,
        address: address.trim().to_owned(),
        headers,
        body: Bytes::copy_from_slice(body),
    })
}
