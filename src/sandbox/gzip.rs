use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use http::{HeaderMap, HeaderValue, Response};

/// A body above this is compressed off the threads that serve.
const LARGE: usize = 64 * 1024;

/// Whether the client asked for gzip and did not rule it out with a weight of 0.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    let names = headers.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    names.flat_map(|value| value.split(',')).any(|item| {
        let mut parts = item.split(';').map(str::trim);
        let gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip") || name == "*");
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Ok(1.0), str::parse::<f32>);
        gzip && weight.is_ok_and(|weight| weight > 0.0)
    })
}

/// Compresses the body of an answer that has one and is not encoded yet.
pub(crate) async fn compress(mut response: Response<Bytes>) -> Response<Bytes> {
    let headers = response.headers();
    if response.body().is_empty() || headers.contains_key(CONTENT_ENCODING) || is_file(headers) {
        return response;
    }
    let body = response.body().clone();
    let packed = if body.len() > LARGE {
        tokio::task::spawn_blocking(move || pack(&body)).await.ok().flatten()
    } else {
        pack(&body)
    };
    if let Some(packed) = packed {
        let headers = response.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(CONTENT_LENGTH, HeaderValue::from(packed.len()));
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
        *response.body_mut() = packed.into();
    }
    response
}

/// Files are sent as they are, so that the numbers of their ranges hold.
fn is_file(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    kind == b"application/octet-stream" || kind.starts_with(b"image/")
}

fn pack(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_wanted_when_named_and_not_ruled_out() {
        for (value, expected) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("br", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(value));
            assert_eq!(wanted(&headers), expected, "{value}");
        }
        assert!(!wanted(&HeaderMap::new()));
    }
}
