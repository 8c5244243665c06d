//! Answers that suffer on their way: cut, stalled, slow, endless, badly packed.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderValue, Response};

use super::kind::{CutFault, Fault, Part, StallFault};
use super::page::broken_off;
use crate::sandbox::gzip;
use crate::sandbox::line::{Breaker, Then};

/// A cut body is sent this long before the connection ends, so that what was sent has left.
const BEFORE_CUT: Duration = Duration::from_millis(50);
/// Where headers end that nobody gave a number for: behind the status, in the first name.
const WITHIN_HEADERS: usize = 20;
/// Blanks at once.
const BLANKS: usize = 16 * 1024;

/// The connection ends without an answer, or within it.
#[derive(Debug, thiserror::Error)]
#[error("the connection was ended on purpose")]
pub(crate) struct Ended;

/// Sends an answer, packed when the client takes that, as a fault lets it.
pub(crate) async fn send(
    fault: Option<&Fault>,
    response: Response<Bytes>,
    packs: bool,
    breaker: &Breaker,
) -> Result<Response<Body>, Ended> {
    if let Some(Fault::Huge(huge)) = fault {
        return Ok(huge.send(response, packs));
    }
    if let Some(Fault::Endless { bytes_per_s }) = fault {
        return Ok(endless(response, *bytes_per_s));
    }
    let response = if packs { gzip::compress(response).await } else { response };
    let packed = response.headers().contains_key(CONTENT_ENCODING);
    Ok(match fault {
        Some(Fault::ResetAfter {}) => {
            breaker.reset();
            return Err(Ended);
        }
        Some(Fault::GzipCut {}) if packed => broken_off(response).map(Body::from),
        Some(Fault::GzipCorrupt {}) if packed => corrupted(response).map(Body::from),
        Some(Fault::Cut(cut)) => cut_short(response, cut, breaker.clone()),
        Some(Fault::Stall(stall)) => stalled(response, stall, breaker),
        Some(Fault::Trickle { bytes_per_s }) => trickled(response, *bytes_per_s),
        _ => response.map(Body::from),
    })
}

/// The answer with its full length announced and only the beginning of it sent.
fn cut_short(response: Response<Bytes>, cut: &CutFault, breaker: Breaker) -> Response<Body> {
    let CutFault { after_bytes, part, reset, chunked } = *cut;
    if part == Part::Headers {
        let then = if reset { Then::Reset } else { Then::End };
        breaker.limit(after_bytes.unwrap_or(WITHIN_HEADERS), then);
        return response.map(Body::from);
    }
    let start = beginning(&response, after_bytes);
    let broken = stream::once(async move {
        tokio::time::sleep(BEFORE_CUT).await;
        if reset {
            breaker.reset();
        }
        Err(Ended)
    });
    streamed(response, !chunked, start.chain(broken))
}

/// The beginning of an answer, and then nothing, for as long as the client waits.
fn stalled(response: Response<Bytes>, stall: &StallFault, breaker: &Breaker) -> Response<Body> {
    if stall.part == Part::Headers {
        breaker.limit(stall.after_bytes.unwrap_or(WITHIN_HEADERS), Then::Stall);
        return response.map(Body::from);
    }
    let start = beginning(&response, stall.after_bytes);
    streamed(response, true, start.chain(stream::pending()))
}

fn beginning(
    response: &Response<Bytes>,
    after_bytes: Option<usize>,
) -> impl Stream<Item = Result<Bytes, Ended>> + use<> {
    let body = response.body();
    let end = after_bytes.unwrap_or(body.len() / 2).min(body.len());
    stream::once(std::future::ready(Ok(body.slice(..end))))
}

/// The answer with this stream as its body, with the length that it had or in chunks.
fn streamed(
    response: Response<Bytes>,
    with_length: bool,
    body: impl Stream<Item = Result<Bytes, Ended>> + Send + 'static,
) -> Response<Body> {
    let (mut parts, whole) = response.into_parts();
    if whole.is_empty() {
        return Response::from_parts(parts, Body::empty());
    }
    if with_length {
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    } else {
        parts.headers.remove(CONTENT_LENGTH);
    }
    Response::from_parts(parts, Body::from_stream(body))
}

/// The whole answer, so many bytes a second.
fn trickled(response: Response<Bytes>, bytes_per_s: u32) -> Response<Body> {
    let (size, pause) = pace(bytes_per_s);
    let chunks = stream::unfold(response.body().clone(), move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let chunk = rest.split_to(rest.len().min(size));
        Some((Ok(chunk), rest))
    });
    streamed(response, true, chunks)
}

/// The answer without the end of its JSON, and blanks for ever.
fn endless(response: Response<Bytes>, bytes_per_s: Option<u32>) -> Response<Body> {
    let (mut parts, body) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let open = body.slice(..body.len().saturating_sub(1));
    let (size, pause) = bytes_per_s.map_or((BLANKS, Duration::ZERO), pace);
    let blanks = Bytes::from(vec![b' '; size]);
    let rest = stream::unfold(blanks, move |blanks| async move {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        Some((Ok::<Bytes, Ended>(blanks.clone()), blanks))
    });
    let start = stream::once(std::future::ready(Ok(open)));
    Response::from_parts(parts, Body::from_stream(start.chain(rest)))
}

/// How many bytes at once, and how long between them.
fn pace(bytes_per_s: u32) -> (usize, Duration) {
    let rate = bytes_per_s.max(1);
    let size = (rate / 10).max(1);
    (size as usize, Duration::from_secs_f64(f64::from(size) / f64::from(rate)))
}

/// Eight bytes in the middle turned around: whatever comes out, its checksum is another.
fn corrupted(response: Response<Bytes>) -> Response<Bytes> {
    response.map(|body| {
        let mut bytes = body.to_vec();
        let middle = bytes.len() / 2;
        for byte in bytes.iter_mut().skip(middle).take(8) {
            *byte = !*byte;
        }
        Bytes::from(bytes)
    })
}
