//! Multipart answers that lack parts or are not divided as they say.

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response};
use serde::{Deserialize, Serialize};

/// What becomes of an answer to `$batch`. Any other answer is left alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchFault {
    /// How many of its parts are missing, counted from the end.
    #[serde(default)]
    drop: usize,
    /// What the header says divides the parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    boundary: Option<String>,
    /// The line that ends the last part is missing.
    #[serde(default)]
    unclosed: bool,
}

impl BatchFault {
    pub(super) fn spoil(&self, response: Response<Bytes>) -> Response<Bytes> {
        let (mut parts, body) = response.into_parts();
        let kind = parts.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let text = std::str::from_utf8(&body).unwrap_or_default();
        let Some(spoiled) = boundary(kind).and_then(|boundary| self.divided(text, boundary)) else {
            return Response::from_parts(parts, body);
        };
        if let Some(name) = &self.boundary
            && let Ok(kind) = HeaderValue::from_str(&format!("multipart/mixed; boundary={name}"))
        {
            parts.headers.insert(CONTENT_TYPE, kind);
        }
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(spoiled.len()));
        Response::from_parts(parts, Bytes::from(spoiled))
    }

    /// The body divided anew. None when the boundary divides nothing.
    fn divided(&self, text: &str, boundary: &str) -> Option<String> {
        let line = format!("--{boundary}");
        let (before, rest) = text.split_once(&line)?;
        let (inside, end) = rest.split_once(&format!("{line}--")).unwrap_or((rest, ""));
        let all: Vec<&str> = inside.split(&line).collect();
        let mut out = before.to_owned();
        for part in &all[..all.len().saturating_sub(self.drop)] {
            out.push_str(&line);
            out.push_str(part);
        }
        if !self.unclosed {
            out.push_str(&format!("{line}--{end}"));
        }
        Some(out)
    }
}

fn boundary(content_type: &str) -> Option<&str> {
    let rest = content_type.strip_prefix("multipart/mixed")?;
    let (_, rest) = rest.split_once("boundary=")?;
    Some(rest.split(';').next().unwrap_or(rest).trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--b\r\nContent-Type: application/http\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--b\r\n\
        Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n\r\n--c--\r\n--b--\r\n";

    fn spoiled(fault: &str, kind: &str) -> (String, String) {
        let fault: BatchFault = serde_json::from_str(fault).unwrap();
        let response = Response::builder().header(CONTENT_TYPE, kind).body(Bytes::from(BODY)).unwrap();
        let response = fault.spoil(response);
        let kind = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
        (kind, String::from_utf8(response.into_body().to_vec()).unwrap())
    }

    #[test]
    fn parts_are_missing_and_boundaries_lie() {
        let kind = "multipart/mixed; boundary=\"b\"";
        assert_eq!(spoiled("{}", kind).1, BODY);
        let (_, fewer) = spoiled(r#"{"drop":1}"#, kind);
        assert!(fewer.contains("200 OK") && !fewer.contains("204") && fewer.ends_with("--b--\r\n"));
        assert_eq!(spoiled(r#"{"drop":9}"#, kind).1, "--b--\r\n");
        let (_, open) = spoiled(r#"{"unclosed":true}"#, kind);
        assert!(open.ends_with("--c--\r\n") && !open.contains("--b--"));
        let (kind, body) = spoiled(r#"{"boundary":"other"}"#, kind);
        assert_eq!((kind.as_str(), body.as_str()), ("multipart/mixed; boundary=other", BODY));
        assert_eq!(spoiled(r#"{"drop":1}"#, "application/json").1, BODY);
    }
}
