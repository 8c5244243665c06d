//! `multipart/mixed` as text: delimiter lines, and headers before each part. Lines end in CRLF or in LF alone.

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::super::error::{ApiError, Result};
use super::MAX_OPERATIONS;

/// Headers of one part.
const MAX_HEADERS: usize = 200;

/// What the delimiter lines have between them.
#[derive(Debug)]
pub(super) struct Multipart<'a> {
    pub(super) parts: Vec<&'a [u8]>,
}

/// The boundary that a `Content-Type` of several parts gives.
pub(super) fn boundary(content_type: &str) -> Result<String> {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/mixed") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            0x8006_0888,
            format!(
                "A supported MIME type could not be found that matches the content type of the request. A batch is \
                 'multipart/mixed', not '{}'.",
                kind.trim()
            ),
        ));
    }
    let parameters = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let mut boundaries = parameters.filter(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"));
    let boundary = boundaries.next().map(|(_, value)| value.trim().trim_matches('"'));
    match boundary.filter(|boundary| !boundary.is_empty() && boundary.len() <= 70) {
        Some(boundary) => Ok(boundary.to_owned()),
        None => Err(malformed("The content type of a batch has a boundary of up to 70 characters.")),
    }
}

pub(super) fn malformed(message: impl AsRef<str>) -> ApiError {
    ApiError::query(format!("The batch request is invalid. {}", message.as_ref()))
}

impl<'a> Multipart<'a> {
    /// Cuts a body at its delimiters. What stands before the first and behind the last one says nothing.
    pub(super) fn read(body: &'a [u8], boundary: &str) -> Result<Multipart<'a>> {
        let delimiter = format!("--{boundary}");
        let mut parts = Vec::new();
        let mut start = None;
        let mut at = 0;
        while at < body.len() {
            let end = line_end(body, at);
            let rest = body[at..end].trim_ascii_end().strip_prefix(delimiter.as_bytes());
            let last = rest == Some(b"--");
            if last || rest == Some(b"") {
                if let Some(start) = start {
                    parts.push(without_line_end(&body[start..at.max(start)]));
                }
                if last {
                    return Ok(Multipart { parts });
                }
                if parts.len() > MAX_OPERATIONS {
                    return Err(too_many());
                }
                start = Some(end);
            }
            at = end;
        }
        Err(malformed(format!("The end '{delimiter}--' is missing.")))
    }
}

pub(super) fn too_many() -> ApiError {
    malformed(format!("It has more than {MAX_OPERATIONS} requests."))
}

/// Where the line that begins at `at` ends, its line feed included.
fn line_end(text: &[u8], at: usize) -> usize {
    text[at..].iter().position(|byte| *byte == b'\n').map_or(text.len(), |found| at + found + 1)
}

/// The line end before a delimiter belongs to the delimiter.
fn without_line_end(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    text.strip_suffix(b"\r").unwrap_or(text)
}

/// The next line, without its end, and what follows.
pub(super) fn line(text: &[u8]) -> (&[u8], &[u8]) {
    let (line, rest) = text.split_at(line_end(text, 0));
    (without_line_end(line), rest)
}

/// Headers up to an empty line or the end, and what follows.
pub(super) fn headers(mut text: &[u8]) -> Result<(HeaderMap, &[u8])> {
    let mut headers = HeaderMap::new();
    while !text.is_empty() {
        let (header, rest) = line(text);
        text = rest;
        if header.trim_ascii().is_empty() {
            break;
        }
        let wrong = || malformed(format!("'{}' is no header.", String::from_utf8_lossy(header)));
        let colon = header.iter().position(|byte| *byte == b':').ok_or_else(wrong)?;
        let name = HeaderName::from_bytes(header[..colon].trim_ascii()).map_err(|_| wrong())?;
        let value = HeaderValue::from_bytes(header[colon + 1..].trim_ascii()).map_err(|_| wrong())?;
        if headers.len() >= MAX_HEADERS {
            return Err(malformed(format!("A part has more than {MAX_HEADERS} headers.")));
        }
        headers.append(name, value);
    }
    Ok((headers, text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_boundary_comes_quoted_or_bare() {
        for (text, expected) in [
            ("multipart/mixed; boundary=\"batch_1\"", "batch_1"),
            ("multipart/mixed;boundary=batch_1", "batch_1"),
            ("Multipart/Mixed; type=x; Boundary=batch_1 ; charset=utf-8", "batch_1"),
        ] {
            assert_eq!(boundary(text).unwrap(), expected, "{text}");
        }
        assert_eq!(boundary("application/json").unwrap_err().status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        for text in ["multipart/mixed", "multipart/mixed; boundary=\"\""] {
            assert_eq!(boundary(text).unwrap_err().status, StatusCode::BAD_REQUEST, "{text}");
        }
    }

    #[test]
    fn parts_stand_between_the_delimiters_whatever_ends_the_lines() {
        for end in ["\r\n", "\n"] {
            let text =
                ["preamble", "--x", "A: 1", "", "one", "--xy", "--x ", "two", "", "--x--", "epilogue", ""];
            let text = text.join(end);
            let read = Multipart::read(text.as_bytes(), "x").unwrap();
            let first = ["A: 1", "", "one", "--xy"].join(end);
            assert_eq!(read.parts, [first.as_bytes(), format!("two{end}").as_bytes()]);
            let (headers, rest) = headers(read.parts[0]).unwrap();
            assert_eq!(
                (&headers["a"], rest),
                (&HeaderValue::from_static("1"), &first.as_bytes()[4 + 2 * end.len()..])
            );
        }
        assert!(Multipart::read(b"--x\r\none\r\n", "x").is_err(), "the end is missing");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in proptest::collection::vec(
            proptest::sample::select(&["--x", "--x--", "\r\n", "\n", "\r", "a", ":", " ", "é"][..]), 0..30)) {
            let text = text.concat();
            if let Ok(read) = Multipart::read(text.as_bytes(), "x") {
                for part in read.parts {
                    let _ = headers(part);
                }
            }
        }
    }
}
