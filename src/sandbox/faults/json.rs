//! JSON texts taken apart without being understood: what is not touched stays as it was, byte for byte.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The properties of an object in their order, values as text.
pub(super) type Members<'a> = Vec<(String, &'a str)>;

/// Takes an object apart. None for anything else.
pub(super) fn members(text: &str) -> Option<Members<'_>> {
    struct Object;

    impl<'de> Visitor<'de> for Object {
        type Value = Members<'de>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
            let mut members = Members::new();
            while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
                members.push((name, value.get()));
            }
            Ok(members)
        }
    }

    serde_json::Deserializer::from_str(text).deserialize_map(Object).ok()
}

/// The elements of an array. None for anything else.
pub(super) fn elements(text: &str) -> Option<Vec<&str>> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    Some(elements.into_iter().map(RawValue::get).collect())
}

/// An object put together again.
pub(super) fn object(members: &[(String, &str)]) -> String {
    let mut out = String::from("{");
    for (index, (name, value)) in members.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&quoted(name));
        out.push(':');
        out.push_str(value);
    }
    out.push('}');
    out
}

/// A JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Where a part lies in the text that it was cut from.
pub(super) fn place(whole: &str, part: &str) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    start..start + part.len()
}

/// A string of a JSON text.
pub(super) struct Text<'a> {
    /// The property that it is the value of, or the nearest one before it.
    pub(super) property: &'a str,
    /// Whether it is a property's name itself.
    pub(super) is_name: bool,
    /// As written, without its quotes.
    pub(super) raw: &'a str,
}

/// Copies a JSON text, with every string written by `write`, which leaves the quotes to this.
pub(super) fn with_strings(text: &str, mut write: impl FnMut(&Text<'_>, &mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + text.len() / 4);
    let (mut rest, mut property) = (text, "");
    while let Some(quote) = rest.find('"') {
        let (before, string) = rest.split_at(quote + 1);
        out.extend(before.bytes());
        let (raw, after) = string.split_at(end_of_string(string));
        let is_name = after.trim_start_matches('"').trim_start().starts_with(':');
        if is_name {
            property = raw;
        }
        write(&Text { property, is_name, raw }, &mut out);
        // The closing quote, where the text has one.
        let closing = after.len().min(1);
        out.extend(after[..closing].bytes());
        rest = &after[closing..];
    }
    out.extend(rest.bytes());
    out
}

/// The first quote that no backslash takes away.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_apart_goes_together_again() {
        let text = r#"{"a":1.50,"b\n":[ {"c":"}"} ],"d":"\"x\\"}"#;
        let members = members(text).unwrap();
        assert_eq!(members[1], ("b\n".to_owned(), r#"[ {"c":"}"} ]"#));
        assert_eq!(object(&members), text);
        assert_eq!(elements(members[1].1).unwrap(), [r#"{"c":"}"}"#]);
        assert_eq!(&text[place(text, members[2].1)], r#""\"x\\""#);
        assert!(super::members("[1]").is_none() && elements("{}").is_none());
    }

    #[test]
    fn strings_are_told_from_names_and_the_rest_is_kept() {
        let text = r#"{"a\"" : "x\\","b":{"c":["1",2 , "y:z"]},"d":null}"#;
        let mut seen = vec![];
        let copy = with_strings(text, |string, out| {
            seen.push((string.property.to_owned(), string.is_name, string.raw.to_owned()));
            out.extend(string.raw.bytes());
        });
        assert_eq!(copy, text.as_bytes());
        let values: Vec<_> = seen.iter().filter(|(_, is_name, _)| !is_name).collect();
        let own = |property: &str, raw: &str| (property.to_owned(), false, raw.to_owned());
        assert_eq!(values, [&own("a\\\"", "x\\\\"), &own("c", "1"), &own("c", "y:z")]);
        assert_eq!(seen.len(), 7);
    }
}
