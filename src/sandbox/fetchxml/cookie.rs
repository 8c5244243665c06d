//! Paging cookies of FetchXML: the same cookies as in a `$skiptoken`, wrapped and encoded once more.

use std::borrow::Cow;
use std::fmt::Write as _;

use percent_encoding::percent_decode_str;
use rusqlite::types::Value;

use super::Error;
use crate::sandbox::odata;
use crate::sandbox::odata::cookie::{self, Position, between};
use crate::sandbox::odata::seek::SortKey;

/// Deeper encodings than any client makes by mistake.
const MAX_ENCODINGS: usize = 3;

/// What the annotation of page `page` says.
pub(crate) fn annotation(page: u64, keys: &[SortKey], first: &[Value], last: &[Value]) -> String {
    let inner = encoded(&encoded(&cookie::cookie(page, keys, first, last)));
    format!("<cookie pagenumber=\"{}\" pagingcookie=\"{inner}\" istracking=\"False\" />", page + 1)
}

/// Reads the cookie of a query, and the page it belongs to. A client that decoded it too seldom is understood.
pub(crate) fn read(text: &str, keys: &[SortKey]) -> Result<Position, Error> {
    let mut text = Cow::Borrowed(text.trim());
    for _ in 0..MAX_ENCODINGS {
        if !text.starts_with('%') {
            break;
        }
        let decoded = percent_decode_str(&text).decode_utf8().map_err(|_| odata::Error::CookiePage)?;
        text = Cow::Owned(decoded.into_owned());
    }
    let page = between(&text, "<cookie page=\"").and_then(|page| page.parse().ok());
    let page = page.ok_or(odata::Error::CookiePage)?;
    Ok(Position { page, last: cookie::last(&text, keys)?, tracking: None })
}

/// Escaped for an address, with small hexadecimal digits as the service has them.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sandbox::odata::seek::Storage;

    fn key(name: &str, storage: Storage) -> SortKey {
        SortKey { name: name.to_owned(), sql: String::new(), descending: false, nullable: true, storage }
    }

    #[test]
    fn the_annotation_has_the_shape_of_the_documentation() {
        let keys = [key("title", Storage::Text), key("incidentid", Storage::Blob)];
        let id = |text: &str| Value::Blob(text.parse::<uuid::Uuid>().unwrap().as_bytes().to_vec());
        let first = [Value::Text("Item defective".to_owned()), id("9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11")];
        let last = [Value::Text("Printer offline".to_owned()), id("0f4ad1c6-3d9b-4b1a-8a0a-6a0e6b8f2c10")];
        assert_eq!(
            annotation(1, &keys, &first, &last),
            "<cookie pagenumber=\"2\" pagingcookie=\"%253ccookie%2520page%253d%25221%2522%253e%253ctitle%2520last%253d\
             %2522Printer%2520offline%2522%2520first%253d%2522Item%2520defective%2522%2520%252f%253e%253cincidentid\
             %2520last%253d%2522%257b0F4AD1C6-3D9B-4B1A-8A0A-6A0E6B8F2C10%257d%2522%2520first%253d%2522%257b9C2B1F0E-\
             6D0F-4F0A-9A57-0D3C8B7E1A11%257d%2522%2520%252f%253e%253c%252fcookie%253e\" istracking=\"False\" />"
        );
    }

    proptest! {
        #[test]
        fn a_cookie_is_read_however_often_it_was_decoded(text in ".{0,30}", page in 1_u64..1000, times in 0_usize..3) {
            let keys = [key("title", Storage::Text)];
            let values = [Value::Text(text)];
            let annotation = annotation(page, &keys, &values, &values);
            let mut cookie = between(&annotation, "pagingcookie=\"").unwrap().to_owned();
            for _ in 0..times {
                cookie = percent_decode_str(&cookie).decode_utf8().unwrap().into_owned();
            }
            prop_assert_eq!(read(&cookie, &keys), Ok(Position { page, last: values.to_vec(), tracking: None }));
        }

        #[test]
        fn no_cookie_is_too_strange(text in ".{0,60}") {
            let _ = read(&text, &[key("title", Storage::Text)]);
        }
    }
}
