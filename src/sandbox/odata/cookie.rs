//! The paging cookie inside a `$skiptoken`, in the service's shape: the key values of the first and the last row.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use rusqlite::types::Value;
use uuid::Uuid;

use super::Error;
use super::seek::{SortKey, Storage};

/// What stands in an address as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const OUTER: &AsciiSet = &PLAIN.remove(b'=').remove(b'/');

/// Where a page begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Position {
    /// Number of the page, from 1.
    pub(crate) page: u64,
    /// Key values of the last row of the page before.
    pub(crate) last: Vec<Value>,
    /// What the delta link at the end is to say, for a list whose changes are going to be followed.
    pub(crate) tracking: Option<String>,
}

/// The token for page `page`, ready for an address.
pub(crate) fn encode(page: u64, keys: &[SortKey], first: &[Value], last: &[Value]) -> String {
    encode_tracking(page, keys, first, last, None)
}

/// The same for a list whose changes are going to be followed.
pub(crate) fn encode_tracking(
    page: u64,
    keys: &[SortKey],
    first: &[Value],
    last: &[Value],
    tracking: Option<&str>,
) -> String {
    let inner = utf8_percent_encode(&cookie(page - 1, keys, first, last), PLAIN).to_string();
    let tracking = match tracking {
        Some(token) => format!("istracking=\"True\" deltatoken=\"{token}\""),
        None => "istracking=\"False\"".to_owned(),
    };
    let outer = format!("<cookie pagenumber=\"{page}\" pagingcookie=\"{inner}\" {tracking} />");
    utf8_percent_encode(&outer, OUTER).to_string()
}

/// The cookie itself, behind page `page`.
pub(crate) fn cookie(page: u64, keys: &[SortKey], first: &[Value], last: &[Value]) -> String {
    let mut cookie = format!("<cookie page=\"{page}\">");
    for ((key, first), last) in keys.iter().zip(first).zip(last) {
        let _ = write!(cookie, "<{} {} {} />", key.name, attribute("last", last), attribute("first", first));
    }
    cookie + "</cookie>"
}

/// Reads a token (decoded once, as it stands in a decoded query) that was made for an order with these keys.
pub(crate) fn decode(token: &str, keys: &[SortKey]) -> Result<Position, Error> {
    let page = between(token, "pagenumber=\"").and_then(|text| text.parse().ok());
    let cookie = between(token, "pagingcookie=\"");
    let (Some(page), Some(cookie)) = (page, cookie) else { return Err(Error::CookiePage) };
    let cookie = percent_decode_str(cookie).decode_utf8().map_err(|_| Error::CookiePage)?;
    let tracking = between(token, "deltatoken=\"").map(str::to_owned);
    Ok(Position { page, last: last(&cookie, keys)?, tracking })
}

/// The key values of the last row that a cookie tells of.
pub(crate) fn last(cookie: &str, keys: &[SortKey]) -> Result<Vec<Value>, Error> {
    let elements: Vec<&str> = cookie.split('<').filter(|part| part.contains(" last")).collect();
    if elements.len() != keys.len() {
        return Err(Error::CookieOrder);
    }
    let mut last = Vec::with_capacity(keys.len());
    for (element, key) in elements.iter().zip(keys) {
        if element.split(' ').next() != Some(key.name.as_str()) {
            return Err(Error::CookieOrder);
        }
        let value = match between(element, " last=\"") {
            Some(text) => value(&unescaped(text), key.storage).ok_or(Error::CookiePage)?,
            None => Value::Null,
        };
        last.push(value);
    }
    Ok(last)
}

fn attribute(name: &str, value: &Value) -> String {
    let text = match value {
        Value::Null => return format!("{name}null=\"1\""),
        Value::Integer(number) => number.to_string(),
        Value::Real(number) => format!("{number:?}"),
        Value::Text(text) => escaped(text),
        Value::Blob(bytes) => match Uuid::from_slice(bytes) {
            Ok(id) => format!("{{{}}}", id.hyphenated().to_string().to_uppercase()),
            Err(_) => return format!("{name}null=\"1\""),
        },
    };
    format!("{name}=\"{text}\"")
}

fn value(text: &str, storage: Storage) -> Option<Value> {
    match storage {
        Storage::Integer => text.parse().ok().map(Value::Integer),
        Storage::Real => text.parse().ok().map(Value::Real),
        Storage::Text => Some(Value::Text(text.to_owned())),
        Storage::Blob => {
            let id: Uuid = text.trim_matches(['{', '}']).parse().ok()?;
            Some(Value::Blob(id.as_bytes().to_vec()))
        }
    }
}

pub(crate) fn between<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_once('"').map(|(inner, _)| inner)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(name: &str, storage: Storage) -> SortKey {
        SortKey { name: name.to_owned(), sql: String::new(), descending: false, nullable: true, storage }
    }

    fn keys() -> Vec<SortKey> {
        vec![key("title", Storage::Text), key("createdon", Storage::Integer), key("id", Storage::Blob)]
    }

    fn through_an_address(token: &str) -> String {
        percent_decode_str(token).decode_utf8().unwrap().into_owned()
    }

    #[test]
    fn a_cookie_of_another_order_is_told_from_no_cookie_at_all() {
        let last = [Value::Text("a".to_owned()), Value::Null, Value::Blob(vec![7; 16])];
        let token = through_an_address(&encode(2, &keys(), &last, &last));
        assert!(token.starts_with("<cookie pagenumber=\"2\" pagingcookie=\"%3Ccookie"));
        assert_eq!(
            decode(&token, &keys()).unwrap(),
            Position { page: 2, last: last.to_vec(), tracking: None }
        );
        let tracked = encode_tracking(2, &keys(), &last, &last, Some("7!01/01/2026 00:00:00"));
        let tracked = decode(&through_an_address(&tracked), &keys()).unwrap();
        assert_eq!(tracked.tracking.as_deref(), Some("7!01/01/2026 00:00:00"));
        assert_eq!(decode(&token, &keys()[1..]), Err(Error::CookieOrder));
        let others = [key("name", Storage::Text), keys()[1].clone(), keys()[2].clone()];
        assert_eq!(decode(&token, &others), Err(Error::CookieOrder));
        assert_eq!(decode("nonsense", &keys()), Err(Error::CookiePage));
    }

    proptest! {
        #[test]
        fn every_value_survives_its_cookie(
            text in ".{0,40}", number in any::<i64>(), id in any::<[u8; 16]>(), page in 2_u64..1000
        ) {
            let last = vec![Value::Text(text), Value::Integer(number), Value::Blob(id.to_vec())];
            let token = through_an_address(&encode(page, &keys(), &last, &last));
            prop_assert_eq!(decode(&token, &keys()), Ok(Position { page, last, tracking: None }));
        }

        #[test]
        fn no_token_is_too_strange(token in ".{0,80}") {
            let _ = decode(&token, &keys());
        }
    }
}
