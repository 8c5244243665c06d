//! Small answers that several parts give.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use http::{HeaderValue, Response, StatusCode};
use serde_json::Value;

pub(crate) fn json(status: StatusCode, body: &Value) -> Response<Bytes> {
    with_type(status, "application/json; charset=utf-8", body.to_string())
}

pub(crate) fn html(status: StatusCode, body: String) -> Response<Bytes> {
    with_type(status, "text/html; charset=utf-8", body)
}

pub(crate) fn text(status: StatusCode, body: impl Into<String>) -> Response<Bytes> {
    with_type(status, "text/plain; charset=utf-8", body.into())
}

/// The Web API's error body.
pub(crate) fn odata_error(status: StatusCode, code: &str, message: &str) -> Response<Bytes> {
    let body = serde_json::json!({ "error": { "code": code, "message": message } });
    let mut response = with_type(status, "application/json; odata.metadata=minimal", body.to_string());
    response.headers_mut().insert("odata-version", HeaderValue::from_static("4.0"));
    response
}

/// An answer with a header whose value comes from a request or from the sandbox's own addresses. A value that no
/// header can carry is left out.
pub(crate) fn set(response: &mut Response<Bytes>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// The answer to HEAD: all that GET would get but the body.
pub(crate) fn without_body(mut response: Response<Bytes>) -> Response<Bytes> {
    let body = std::mem::take(response.body_mut());
    if !body.is_empty() {
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    }
    response
}

pub(crate) fn with_type(
    status: StatusCode,
    content_type: &'static str,
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let body = body.into();
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.body_mut() = body;
    response
}
