//! Answers in the place of others: errors in the form of each origin, pages of proxies, redirects, given words.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, PROXY_AUTHENTICATE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};

use super::address::{Here, Target};
use super::json::quoted;
use super::kind::{GivenAnswer, StatusFault};
use crate::sandbox::answer;

/// The error of the Web API or of Global Discovery.
pub(crate) fn failure(fault: &StatusFault) -> Response<Bytes> {
    let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (code, message) = match status {
        StatusCode::TOO_MANY_REQUESTS => {
            ("0x80072322", "Number of requests exceeded the limit of 6000 over time window of 300 seconds.")
        }
        StatusCode::UNAUTHORIZED => ("0x80044302", "The request is not authenticated."),
        StatusCode::FORBIDDEN => ("0x80040220", "SecLib::AccessCheckEx failed."),
        StatusCode::NOT_FOUND => ("0x80040217", "The record does not exist."),
        StatusCode::PRECONDITION_FAILED => (
            "0x80060882",
            "The version of the existing record doesn't match the RowVersion property provided.",
        ),
        _ => ("0x80040216", "An unexpected error occurred."),
    };
    let message = padded(fault.message.as_deref().unwrap_or(message), fault.bytes);
    let body = format!(
        "{{\"error\":{{\"code\":{},\"message\":{}{}}}}}",
        quoted(fault.code.as_deref().unwrap_or(code)),
        quoted(&message),
        inner_errors(fault.inner_errors.unwrap_or(0)),
    );
    let mut response = answer::with_type(status, "application/json; odata.metadata=minimal", body);
    response.headers_mut().insert("odata-version", HeaderValue::from_static("4.0"));
    retrying(response, fault)
}

/// An answer with the `Retry-After` of the fault.
pub(crate) fn retrying(mut response: Response<Bytes>, fault: &StatusFault) -> Response<Bytes> {
    if let Some(retry_after) = &fault.retry_after {
        answer::set(&mut response, RETRY_AFTER, retry_after);
    }
    response
}

/// The message, longer if it is to be.
pub(crate) fn padded(message: &str, bytes: Option<usize>) -> String {
    let missing = bytes.unwrap_or(0).saturating_sub(message.len());
    format!("{message}{}", ".".repeat(missing))
}

/// As the service had them once: the outermost is `innererror`, those within are `internalexception`.
fn inner_errors(depth: u32) -> String {
    let inner = |name: &str| {
        format!(
            ",\"{name}\":{{\"message\":\"Inner.\",\"type\":\"System.Exception\",\"stacktrace\":\"   at A.B()\""
        )
    };
    let Some(deeper) = depth.checked_sub(1) else { return String::new() };
    let (deeper, all) = (deeper as usize, depth as usize);
    [inner("innererror"), inner("internalexception").repeat(deeper), "}".repeat(all)].concat()
}

/// What a captive portal or a company's proxy puts in the place of an answer.
pub(crate) fn proxy_page(status: Option<u16>) -> Response<Bytes> {
    let page = "<!doctype html><html><head><title>Network sign-in</title></head><body><h1>Sign in to the network</h1>\
                <p>Accept the terms of use to go on.</p></body></html>";
    answer::html(status_or(status, StatusCode::OK), page.to_owned())
}

/// What a proxy says to who has not signed in with it.
pub(crate) fn refused_proxy() -> Response<Bytes> {
    let page = "<!doctype html><html><body><h1>407 Proxy Authentication Required</h1></body></html>";
    let mut response = answer::html(StatusCode::PROXY_AUTHENTICATION_REQUIRED, page.to_owned());
    answer::set(&mut response, PROXY_AUTHENTICATE, "Basic realm=\"Contoso proxy\"");
    response
}

/// Sends the client elsewhere.
pub(crate) fn redirect(status: Option<u16>, to: &Target, here: &Here) -> Response<Bytes> {
    let mut response = answer::text(status_or(status, StatusCode::FOUND), "");
    if let Ok(to) = HeaderValue::from_bytes(to.of_request(here).as_bytes()) {
        response.headers_mut().insert(LOCATION, to);
    }
    response
}

/// An answer word for word.
pub(crate) fn given(given: &GivenAnswer) -> Response<Bytes> {
    let kind = given.content_type.as_deref().unwrap_or("application/json; odata.metadata=minimal");
    let mut response = Response::new(Bytes::from(given.body.clone()));
    *response.status_mut() = status_or(given.status, StatusCode::OK);
    answer::set(&mut response, CONTENT_TYPE, kind);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(given.body.len()));
    response
}

fn status_or(status: Option<u16>, usual: StatusCode) -> StatusCode {
    status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_errors_lie_within_each_other() {
        let fault = StatusFault { status: 500, inner_errors: Some(3), ..StatusFault::default() };
        let body: serde_json::Value = serde_json::from_slice(failure(&fault).body()).unwrap();
        let innermost = &body["error"]["innererror"]["internalexception"]["internalexception"];
        assert_eq!(innermost["type"], "System.Exception");
        assert!(innermost.get("internalexception").is_none());
    }
}
