//! Answers, and what is wrong with them.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, ETAG, RETRY_AFTER};
use http::{HeaderMap, HeaderName, StatusCode};
use serde::Deserialize;

use super::{Error, Page, Row};

/// Error bodies are read up to here; what is longer is no OData error.
const ERROR_BODY: usize = 256 << 10;
/// Longest message of a server that is kept.
const MESSAGE: usize = 4_000;

/// An answer that is not an error.
#[derive(Debug, Clone)]
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Response {
    /// Something else than the Web API has answered, as far as the head says: a page of a proxy or a portal.
    pub(super) fn is_foreign(&self) -> bool {
        let is_ours = |kind: &str| kind.contains("json") || kind.trim_start().starts_with("multipart/");
        !self.body.is_empty() && !content_type(&self.headers).is_some_and(|kind| is_ours(&kind))
    }

    /// What a write was answered with, where that is not looked at further: nothing, or something of the service's own.
    pub(super) fn of_write(self) -> Result<Option<Row>, Error> {
        match self.body.is_empty() {
            true => Ok(None),
            // The server has done it, or somebody in between answered for it.
            false => self.row().map(Some).map_err(|error| Error::OutcomeUnknown { source: Box::new(error) }),
        }
    }

    pub(super) fn page(self) -> Result<Page, Error> {
        let head = self.head();
        let body = self.json().map_err(|error| head.complete(error))?;
        Page::decode(body.clone()).map_err(|error| head.told(&body).unwrap_or_else(|| head.complete(error)))
    }

    pub(super) fn row(self) -> Result<Row, Error> {
        let (head, etag) = (self.head(), self.etag());
        let body = self.json().map_err(|error| head.complete(error))?;
        if let Some(error) = head.told(&body) {
            return Err(error);
        }
        let row = Row::from_json(body).map_err(|error| head.complete(error))?;
        Ok(match etag {
            Some(etag) => row.with_etag(etag),
            None => row,
        })
    }

    pub(super) fn decode<T: serde::de::DeserializeOwned>(self) -> Result<T, Error> {
        let head = self.head();
        let parsed = self.json().and_then(|body| {
            let text =
                std::str::from_utf8(&body).map_err(|_| Error::answer("an answer that is not UTF-8"))?;
            serde_json::from_str(text).map_err(|error| Error::malformed(text, &error))
        });
        parsed.map_err(|error| head.complete(error))
    }

    /// The body, if it says that it is JSON or does not say what it is.
    fn json(self) -> Result<Bytes, Error> {
        match content_type(&self.headers) {
            Some(kind) if !kind.contains("json") => Err(Error::answer(format!("{kind} instead of JSON"))),
            _ => Ok(self.body),
        }
    }

    pub(super) fn etag(&self) -> Option<String> {
        text(&self.headers, &ETAG).filter(|etag| !etag.is_empty())
    }

    fn head(&self) -> Head {
        Head { status: self.status.as_u16(), request_id: request_id(&self.headers) }
    }
}

struct Head {
    status: u16,
    request_id: Option<String>,
}

impl Head {
    fn complete(&self, error: Error) -> Error {
        error.in_response(self.status, self.request_id.as_deref())
    }

    /// The error that a body tells although its status is a good one.
    fn told(&self, body: &Bytes) -> Option<Error> {
        let error = wire_error(body)?;
        error.code.is_some().then(|| error.into_error(self.status, self.request_id.clone(), "an error"))
    }
}

/// The error that an answer other than 2xx means. The body may be JSON, HTML, empty or huge.
pub(super) fn error_of(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> Error {
    let request_id = request_id(headers);
    match wire_error(body) {
        Some(error) => error.into_error(status.as_u16(), request_id, &plain(status)),
        None if matches!(status.as_u16(), 401 | 403 | 404 | 412 | 429 | 502 | 503 | 504) => Error::Api {
            status: status.as_u16(),
            code: String::new(),
            message: plain(status),
            request_id,
            part: None,
        },
        None if status.is_redirection() => Error::Answer {
            what: "a redirect, which is not followed".to_owned(),
            status: status.as_u16(),
            request_id,
        },
        None => {
            let kind = content_type(headers).unwrap_or_else(|| "no content type".to_owned());
            let what = format!("an error that is not in the form of the Web API ({kind})");
            Error::Answer { what, status: status.as_u16(), request_id }
        }
    }
}

fn wire_error(body: &Bytes) -> Option<WireError> {
    (body.len() <= ERROR_BODY).then(|| serde_json::from_slice::<WireBody>(body).ok()).flatten()?.error
}

/// The status in words.
fn plain(status: StatusCode) -> String {
    format!("the server answered {} {}", status.as_u16(), status.canonical_reason().unwrap_or(""))
        .trim()
        .to_owned()
}

fn shortened(message: String) -> String {
    match message.char_indices().nth(MESSAGE) {
        Some((end, _)) => format!("{} …", &message[..end]),
        None => message,
    }
}

#[derive(Deserialize)]
struct WireBody {
    error: Option<WireError>,
}

#[derive(Deserialize)]
struct WireError {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    innererror: Option<WireInner>,
}

impl WireError {
    /// Without words of its own, or of what is inside it, the error is told by `otherwise`.
    fn into_error(self, status: u16, request_id: Option<String>, otherwise: &str) -> Error {
        let inner = self.innererror.and_then(|inner| inner.message);
        let message = self.message.filter(|message| !message.trim().is_empty()).or(inner);
        Error::Api {
            status,
            code: self.code.unwrap_or_default(),
            message: message.map_or_else(|| otherwise.to_owned(), shortened),
            request_id,
            part: None,
        }
    }
}

#[derive(Deserialize)]
struct WireInner {
    #[serde(default)]
    message: Option<String>,
}

/// How long the server asks to wait: seconds or a date. What is neither is `None`.
///
/// A date is compared with the server's own `Date`, so that a wrong clock here does not matter.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = text(headers, &RETRY_AFTER)?;
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let until = http_date(&value)?;
    let now = server_time(headers).unwrap_or_else(jiff::Timestamp::now);
    Some(Duration::try_from(until.duration_since(now)).unwrap_or_default())
}

/// The time at the server when it answered.
pub(super) fn server_time(headers: &HeaderMap) -> Option<jiff::Timestamp> {
    text(headers, &DATE).and_then(|date| http_date(&date))
}

fn http_date(text: &str) -> Option<jiff::Timestamp> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|date| date.timestamp())
}

pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    ["x-ms-service-request-id", "req_id"]
        .iter()
        .find_map(|name| text(headers, &HeaderName::from_static(name)))
}

fn content_type(headers: &HeaderMap) -> Option<String> {
    let value = text(headers, &CONTENT_TYPE)?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        .filter(|kind| !kind.is_empty())
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(k, v)| (HeaderName::from_static(k), HeaderValue::from_static(v))).collect()
    }

    fn error(status: u16, body: &str) -> Error {
        let id = headers(&[("x-ms-service-request-id", "r-1")]);
        error_of(StatusCode::from_u16(status).unwrap(), &id, &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn an_odata_error_keeps_code_message_and_request_id() {
        let error =
            error(404, r#"{"error":{"code":"0x80040217","message":"incident With Id = x Does Not Exist"}}"#);
        assert_eq!(error.code(), Some("0x80040217"));
        assert_eq!(error.to_string(), "incident With Id = x Does Not Exist");
        assert_eq!(error.request_id(), Some("r-1"));
    }

    #[test]
    fn odd_error_bodies_are_errors_all_the_same() {
        let huge = format!(r#"{{"error":{{"code":"a","message":"{}"}}}}"#, "x".repeat(10 << 20));
        let deep = "[".repeat(100_000);
        for (status, body) in [
            (404, r#"{"error":{"code":"","message":"no"}}"#),
            (404, ""),
            (403, "<html>denied</html>"),
            (500, r#"{"error":{"message":null,"innererror":{"message":"deep down"}}}"#),
            (500, "null"),
            (500, deep.as_str()),
            (400, huge.as_str()),
        ] {
            let error = error(status, body);
            assert_eq!(error.status(), Some(status));
            assert!(error.to_string().len() < 5_000);
        }
        assert_eq!(
            error(500, r#"{"error":{"innererror":{"message":"deep down"}}}"#).to_string(),
            "deep down"
        );
    }

    #[test]
    fn an_error_under_a_good_status_is_told_in_the_words_of_the_server() {
        let response = |body: &'static str| Response {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from_static(body.as_bytes()),
        };
        let body = r#"{"error":{"code":"0x80040216","message":"boo"}}"#;
        assert_eq!(response(body).page().unwrap_err().to_string(), "boo");
        assert_eq!(response(body).row().unwrap_err().to_string(), "boo");
        assert!(response(r#"{"error":"a column","id":"1"}"#).row().is_ok());
    }

    #[test]
    fn html_with_status_200_is_an_error_that_names_it() {
        let response = Response {
            status: StatusCode::OK,
            headers: headers(&[("content-type", "text/html; charset=utf-8")]),
            body: Bytes::from_static(b"<html></html>"),
        };
        let error = response.page().unwrap_err();
        assert_eq!(error.to_string(), "the server answered with text/html instead of JSON (status 200)");
    }

    #[test]
    fn retry_after_is_seconds_or_a_date_by_the_clock_of_the_server() {
        let wait = |value: &'static str| {
            retry_after(&headers(&[("retry-after", value), ("date", "Mon, 23 Nov 2026 10:00:00 GMT")]))
        };
        assert_eq!(wait("37"), Some(Duration::from_secs(37)));
        assert_eq!(wait("0"), Some(Duration::ZERO));
        assert_eq!(wait("Mon, 23 Nov 2026 10:00:30 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(wait("Mon, 23 Nov 2026 09:00:00 GMT"), Some(Duration::ZERO));
        for garbage in ["soon", "", "-1", "1.5", "99999999999999999999"] {
            assert_eq!(wait(garbage), None, "{garbage}");
        }
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
