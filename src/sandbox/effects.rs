//! What faults do to answers: errors in the form of each origin, pages of proxies, bodies that end early or crawl.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::header::{CONTENT_LENGTH, LOCATION, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use serde_json::json;

use super::answer;
use super::faults::StatusFault;
use super::sites::Origin;

/// A cut body is sent this long before the connection ends, so that what was sent has left.
const BEFORE_CUT: Duration = Duration::from_millis(50);

/// The connection ends without an answer, or within it.
#[derive(Debug, thiserror::Error)]
#[error("the connection was ended on purpose")]
pub(crate) struct Ended;

/// The answer of a `status` fault, in the form that this origin gives its errors. `refused_token` is its 401.
pub(crate) fn failure(
    origin: Origin,
    fault: &StatusFault,
    refused_token: impl FnOnce() -> Response<Bytes>,
) -> Response<Bytes> {
    let status = StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (code, message) = (fault.code.as_deref(), fault.message.as_deref());
    let mut response = if origin == Origin::Entra {
        let client_error = status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS;
        let error = code.unwrap_or(if client_error { "invalid_request" } else { "temporarily_unavailable" });
        let text = message.unwrap_or("AADSTS90033: A transient error has occurred. Please try again.");
        answer::json(status, &json!({ "error": error, "error_description": text }))
    } else if status == StatusCode::UNAUTHORIZED && code.is_none() {
        refused_token()
    } else {
        let (usual_code, usual_message) = match status {
            StatusCode::TOO_MANY_REQUESTS => (
                "0x80072322",
                "Number of requests exceeded the limit of 6000 over time window of 300 seconds.",
            ),
            StatusCode::PRECONDITION_FAILED => (
                "0x80060882",
                "The version of the existing record doesn't match the RowVersion property provided.",
            ),
            _ => ("0x80040216", "An unexpected error occurred."),
        };
        answer::odata_error(status, code.unwrap_or(usual_code), message.unwrap_or(usual_message))
    };
    if let Some(retry_after) = &fault.retry_after {
        answer::set(&mut response, RETRY_AFTER, retry_after);
    }
    response
}

/// What a captive portal or a company's proxy puts in the place of an answer.
pub(crate) fn proxy_page(status: Option<u16>) -> Response<Bytes> {
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let page = "<!doctype html><html><head><title>Network sign-in</title></head><body><h1>Sign in to the network</h1>\
                <p>Accept the terms of use to go on.</p></body></html>";
    answer::html(status, page.to_owned())
}

/// Sends the client elsewhere.
pub(crate) fn redirect(status: Option<u16>, to: &str) -> Response<Bytes> {
    let status = status.and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::FOUND);
    let mut response = answer::text(status, "");
    answer::set(&mut response, LOCATION, to);
    response
}

/// The page with its link to the next one changed by `change`, which gets the link as it was.
pub(crate) fn relinked(response: Response<Bytes>, change: impl FnOnce(&str) -> String) -> Response<Bytes> {
    const NAME: &str = "\"@odata.nextLink\":\"";
    let (mut parts, body) = response.into_parts();
    let text = std::str::from_utf8(&body).unwrap_or_default();
    // Within a string of the rows the quotes of the name would be escaped.
    let link = text.rsplit_once(NAME).and_then(|(before, rest)| Some((before, rest.split_once('"')?)));
    let Some((before, (link, after))) = link else { return Response::from_parts(parts, body) };
    let body = Bytes::from(format!("{before}{NAME}{}\"{after}", change(link)));
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    Response::from_parts(parts, body)
}

/// The answer with the end of its body missing and nothing that says so.
pub(crate) fn broken_off(response: Response<Bytes>) -> Response<Bytes> {
    let (mut parts, body) = response.into_parts();
    let half = body.slice(..body.len() / 2);
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(half.len()));
    Response::from_parts(parts, half)
}

/// The answer with its full length announced and only the beginning of its body: half, without a number.
pub(crate) fn cut_short(response: Response<Bytes>, after_bytes: Option<usize>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    let end = after_bytes.unwrap_or(body.len() / 2).min(body.len());
    let start = stream::once(std::future::ready(Ok(body.slice(..end))));
    let broken = stream::once(async {
        tokio::time::sleep(BEFORE_CUT).await;
        Err(Ended)
    });
    Response::from_parts(parts, Body::from_stream(start.chain(broken)))
}

/// The whole answer, so many bytes a second.
pub(crate) fn trickled(response: Response<Bytes>, bytes_per_s: u32) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    let rate = bytes_per_s.max(1);
    let size = (rate / 10).max(1);
    let pause = Duration::from_secs_f64(f64::from(size) / f64::from(rate));
    let chunks = stream::unfold(body, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let chunk = rest.split_to(rest.len().min(size as usize));
        Some((Ok::<Bytes, Ended>(chunk), rest))
    });
    Response::from_parts(parts, Body::from_stream(chunks))
}
