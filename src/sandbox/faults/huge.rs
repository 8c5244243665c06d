//! Answers beyond measure, made while they are sent: however large, they take no room here.

use std::io::Write;

use axum::body::Body;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderValue, Response};
use serde::{Deserialize, Serialize};

use super::json;
use super::sending::Ended;

const BLOCK: usize = 60 * 1024;
/// A terabyte: what never ends has a kind of its own.
const LARGEST: u64 = 1 << 40;
/// Each column has its own text, which takes time.
const MOST_COLUMNS: u64 = 10_000_000;

/// What grows in the first row of a page, or in the object that is the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HugeFault {
    what: What,
    size: u64,
    /// The property whose value is replaced; the first text of the row without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum What {
    /// A text of so many bytes.
    Value,
    /// A property more, whose name has so many characters.
    Name,
    /// So many properties more.
    Columns,
    /// An array of so many numbers.
    Elements,
    /// Arrays, so many of them within each other.
    Depth,
}

/// A part of a body.
#[derive(Debug, Clone)]
enum Piece {
    Text(Bytes),
    /// So many bytes, the same block over and over.
    Run {
        block: Bytes,
        left: u64,
    },
    Columns {
        next: u64,
        last: u64,
    },
}

impl HugeFault {
    pub(super) fn check(&self) -> Result<(), String> {
        let most = if self.what == What::Columns { MOST_COLUMNS } else { LARGEST };
        if (1..=most).contains(&self.size) { Ok(()) } else { Err(format!("size is from 1 to {most}")) }
    }

    /// Sends the answer grown. One that has no such row is sent as it is.
    pub(super) fn send(&self, response: Response<Bytes>, packed: bool) -> Response<Body> {
        let (mut parts, body) = response.into_parts();
        let Some(pieces) = std::str::from_utf8(&body).ok().and_then(|text| self.pieces(text)) else {
            return Response::from_parts(parts, Body::from(body));
        };
        let body = Pieces(pieces.into_iter().rev().collect());
        if packed {
            parts.headers.remove(CONTENT_LENGTH);
            parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            return Response::from_parts(parts, Body::from_stream(stream::iter(Packed::new(body))));
        }
        let length: u64 = body.clone().map(|block| block.len() as u64).sum();
        parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
        Response::from_parts(parts, Body::from_stream(stream::iter(body.map(Ok::<Bytes, Ended>))))
    }

    fn pieces(&self, text: &str) -> Option<Vec<Piece>> {
        let members = json::members(text)?;
        let row = match members.iter().find(|(name, value)| name == "value" && value.starts_with('[')) {
            Some((_, rows)) => json::elements(rows)?.into_iter().next()?,
            None => text.trim(),
        };
        let row_end = json::place(text, row).end - 1;
        let quote = || Piece::Text(Bytes::from_static(b"\""));
        Some(match self.what {
            What::Columns => {
                let columns = Piece::Columns { next: 1, last: self.size };
                vec![slice(&text[..row_end]), columns, slice(&text[row_end..])]
            }
            What::Name => {
                let before = format!("{},\"", &text[..row_end]);
                let after = format!("\":\"x\"{}", &text[row_end..]);
                vec![slice(&before), run("n", self.size), slice(&after)]
            }
            What::Value | What::Elements | What::Depth => {
                let column = self.column(row)?;
                let place = json::place(text, column);
                let (before, after) = (slice(&text[..place.start]), slice(&text[place.end..]));
                let mut pieces = vec![before];
                match self.what {
                    What::Value => pieces.extend([quote(), run("x", self.size), quote()]),
                    What::Depth => pieces.extend([run("[", self.size), run("]", self.size)]),
                    _ => pieces.extend([slice("["), run("0,", self.size - 1), slice("0]")]),
                }
                pieces.push(after);
                pieces
            }
        })
    }

    /// The value that is replaced.
    fn column<'a>(&self, row: &'a str) -> Option<&'a str> {
        let members = json::members(row)?;
        let found = members.iter().find(|(name, value)| match &self.column {
            Some(column) => name == column,
            None => !name.contains('@') && value.starts_with('"') && !is_guid(value),
        });
        found.map(|(_, value)| *value)
    }
}

fn is_guid(value: &str) -> bool {
    uuid::Uuid::try_parse(value.trim_matches('"')).is_ok()
}

fn slice(text: &str) -> Piece {
    Piece::Text(Bytes::from(text.to_owned()))
}

fn run(pattern: &str, times: u64) -> Piece {
    let block = pattern.repeat(BLOCK / pattern.len());
    Piece::Run { block: Bytes::from(block), left: times * pattern.len() as u64 }
}

/// The pieces still to come, the next one last.
#[derive(Debug, Clone)]
struct Pieces(Vec<Piece>);

impl Iterator for Pieces {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        loop {
            match self.0.last_mut()? {
                Piece::Run { block, left } if *left > 0 => {
                    let size = usize::try_from(*left).unwrap_or(usize::MAX).min(block.len());
                    *left -= size as u64;
                    return Some(block.slice(..size));
                }
                Piece::Columns { next, last } if *next <= *last => {
                    let end = (*next + 999).min(*last);
                    let names = (*next..=end).map(|number| format!(",\"huge_{number}\":\"x\""));
                    let block: String = names.collect();
                    *next = end + 1;
                    return Some(Bytes::from(block));
                }
                Piece::Text(text) if !text.is_empty() => return Some(std::mem::take(text)),
                Piece::Text(_) | Piece::Run { .. } | Piece::Columns { .. } => {
                    self.0.pop();
                }
            }
        }
    }
}

/// The same, packed piece by piece.
struct Packed {
    pieces: Pieces,
    encoder: Option<GzEncoder<Vec<u8>>>,
}

impl Packed {
    fn new(pieces: Pieces) -> Packed {
        Packed { pieces, encoder: Some(GzEncoder::new(Vec::new(), Compression::best())) }
    }
}

impl Iterator for Packed {
    type Item = std::io::Result<Bytes>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(encoder) = &mut self.encoder {
            let packed = match self.pieces.next() {
                Some(block) => encoder.write_all(&block).map(|()| std::mem::take(encoder.get_mut())),
                None => self.encoder.take()?.finish(),
            };
            match packed {
                Ok(bytes) if bytes.is_empty() => {}
                packed => return Some(packed.map(Bytes::from)),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"{"@odata.context":"c","value":[{"@odata.etag":"W/1","id":"e4b0a7d2-0001-ef11-9f89-000d3a2b1c01","name":"A","n":1},{"name":"B"}]}"#;

    fn grown(fault: &str, body: &str) -> Vec<u8> {
        let fault: HugeFault = serde_json::from_str(fault).unwrap();
        let pieces = fault.pieces(body).unwrap();
        Pieces(pieces.into_iter().rev().collect()).flatten().collect()
    }

    #[test]
    fn the_first_row_grows_and_the_rest_stays() {
        for (fault, expected) in [
            (r#"{"what":"value","size":3}"#, PAGE.replace("\"A\"", "\"xxx\"")),
            (r#"{"what":"value","size":3,"column":"n"}"#, PAGE.replace("1},", "\"xxx\"},")),
            (r#"{"what":"elements","size":3}"#, PAGE.replace("\"A\"", "[0,0,0]")),
            (r#"{"what":"depth","size":3}"#, PAGE.replace("\"A\"", "[[[]]]")),
            (r#"{"what":"name","size":3}"#, PAGE.replace("1},", "1,\"nnn\":\"x\"},")),
            (r#"{"what":"columns","size":2}"#, PAGE.replace("1},", "1,\"huge_1\":\"x\",\"huge_2\":\"x\"},")),
        ] {
            assert_eq!(String::from_utf8(grown(fault, PAGE)).unwrap(), expected, "{fault}");
        }
        assert_eq!(grown(r#"{"what":"value","size":1}"#, r#"{"a":"b"}"#), br#"{"a":"x"}"#);
        assert_eq!(grown(r#"{"what":"value","size":200000}"#, r#"{"a":"b"}"#).len(), 200_008);
        let columns = grown(r#"{"what":"columns","size":5000}"#, r#"{"a":"b"}"#);
        let columns: serde_json::Value = serde_json::from_slice(&columns).unwrap();
        assert_eq!(columns.as_object().unwrap().len(), 5001);
    }

    #[test]
    fn what_is_packed_is_a_thousandth_and_unpacks_to_all_of_it() {
        let fault: HugeFault = serde_json::from_str(r#"{"what":"value","size":20000000}"#).unwrap();
        let pieces = Pieces(fault.pieces(PAGE).unwrap().into_iter().rev().collect());
        let packed: Vec<u8> = Packed::new(pieces).flat_map(Result::unwrap).collect();
        assert!(packed.len() < 20_000_000 / 900, "{}", packed.len());
        let mut read = flate2::read::GzDecoder::new(&packed[..]);
        let size = std::io::copy(&mut read, &mut std::io::sink()).unwrap();
        assert_eq!(size, PAGE.len() as u64 - 1 + 20_000_000);
    }
}
