//! A change set: several writes in one request, all of them carried out or none.
//!
//! # Source
//!
//! [Execute batch operations using the Web API](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/execute-batch-operations-using-web-api)

use std::fmt::Write as _;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode};
use uuid::Uuid;

use super::Error;
use super::request::{Request, Target};
use super::response::{Response, error_of};
use super::transport::WEB_API;

/// One request that carries out all of these, or none.
///
/// # Errors
///
/// [`Error::Invalid`] for what cannot stand in a part.
pub(super) fn change_set(writes: &[Request]) -> Result<Request, Error> {
    let (batch, set) = (format!("batch_{}", Uuid::new_v4()), format!("changeset_{}", Uuid::new_v4()));
    let mut body = format!("--{batch}\r\nContent-Type: multipart/mixed; boundary={set}\r\n\r\n");
    for (number, write) in (1..).zip(writes) {
        let Target::Path(path) = &write.target else {
            return Err(Error::Invalid { what: "a link in a change set".to_owned() });
        };
        let _ = write!(
            body,
            "--{set}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
             Content-ID: {number}\r\n\r\n{} {WEB_API}{path} HTTP/1.1\r\n",
            write.method
        ); // a String takes everything
        for (name, value) in &write.headers {
            let value = value.to_str().map_err(|_| Error::Invalid {
                what: "a value that cannot stand in a request header".to_owned(),
            })?;
            let _ = write!(body, "{name}: {value}\r\n");
        }
        body.push_str("\r\n");
        body.push_str(&String::from_utf8_lossy(&write.body));
        body.push_str("\r\n");
    }
    let _ = write!(body, "--{set}--\r\n--{batch}--\r\n");
    let mut request = Request::post("$batch", Bytes::from(body));
    let kind = HeaderValue::from_str(&format!("multipart/mixed; boundary={batch}"));
    let kind = kind.map_err(|_| Error::Invalid { what: "a boundary".to_owned() })?;
    request.headers.retain(|(name, _)| name != CONTENT_TYPE);
    request.headers.push((CONTENT_TYPE, kind));
    Ok(request)
}

/// Makes sure that each of `count` writes was answered, and well.
///
/// # Errors
///
/// The error of the write that failed: nothing was carried out then. [`Error::OutcomeUnknown`] when answers are missing.
pub(super) fn check(response: Response, count: usize) -> Result<(), Error> {
    let parts = parts(&response.body);
    if let Some(error) = parts.iter().find_map(Part::error) {
        return Err(error);
    }
    if parts.len() != count {
        let what = format!("{} answers to {count} changes", parts.len());
        let foreign = if response.is_foreign() { response.row().err() } else { None };
        return Err(Error::OutcomeUnknown {
            source: Box::new(foreign.unwrap_or_else(|| Error::answer(what))),
        });
    }
    Ok(())
}

/// The error inside an answer of several parts; nothing where there is none.
pub(super) fn error_in(headers: &HeaderMap, body: &Bytes) -> Option<Error> {
    let kind = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let is_multipart = kind.trim_start().to_ascii_lowercase().starts_with("multipart/");
    is_multipart.then(|| parts(body).iter().find_map(Part::error)).flatten()
}

struct Part {
    status: StatusCode,
    body: Bytes,
}

impl Part {
    fn error(&self) -> Option<Error> {
        (!self.status.is_success()).then(|| error_of(self.status, &HeaderMap::new(), &self.body))
    }
}

/// The answers inside a body, in order. Lines may end either way; what makes no sense is left out.
fn parts(body: &Bytes) -> Vec<Part> {
    let mut parts = Vec::new();
    let text = String::from_utf8_lossy(body);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(status) = line.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.split(' ').next()) else {
            continue;
        };
        let Ok(status) = StatusCode::from_bytes(status.as_bytes()) else { continue };
        // The headers of the part, up to an empty line.
        while lines.next_if(|line| !line.is_empty() && !line.starts_with("--")).is_some() {}
        lines.next_if(|line| line.is_empty());
        let mut content = String::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("--")) {
            content.push_str(line);
            content.push('\n');
        }
        parts.push(Part { status, body: Bytes::from(content) });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(body: &'static str) -> Response {
        Response { status: StatusCode::OK, headers: HeaderMap::new(), body: Bytes::from(body) }
    }

    const GOOD: &str = "--batchresponse_1\r\nContent-Type: multipart/mixed; boundary=changesetresponse_2\r\n\r\n\
        --changesetresponse_2\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\
        Content-ID: 1\r\n\r\nHTTP/1.1 204 No Content\r\nOData-Version: 4.0\r\n\r\n\r\n\
        --changesetresponse_2\r\nContent-Type: application/http\r\nContent-ID: 2\r\n\r\n\
        HTTP/1.1 204 No Content\r\n\r\n\r\n--changesetresponse_2--\r\n--batchresponse_1--\r\n";

    #[test]
    fn a_change_set_is_good_when_each_of_its_parts_is() {
        assert!(check(response(GOOD), 2).is_ok());
        assert!(check(response(GOOD), 3).unwrap_err().is_outcome_unknown());
        assert!(check(response(""), 2).unwrap_err().is_outcome_unknown());
    }

    #[test]
    fn the_error_of_one_part_is_the_error_of_all() {
        let body = "--batchresponse_1\nContent-Type: application/http\n\nHTTP/1.1 400 Bad Request\n\
            Content-Type: application/json\n\n\
            {\"error\":{\"code\":\"0x8004440a\",\"message\":\"open activities\"}}\n--batchresponse_1--\n";
        assert_eq!(check(response(body), 2).unwrap_err().code(), Some("0x8004440a"));
    }
}
