//! Addresses: percent-decoding, path segments with their keys, query options.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::Error;

/// `%41` for `A`. Escapes must give UTF-8.
fn decode(text: &str) -> Result<String, Error> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(Cow::into_owned).map_err(|_| Error::syntax(format!("'{text}' is not UTF-8.")))
}

/// In a query `+` is a space.
fn decode_query(text: &str) -> Result<String, Error> {
    decode(&text.replace('+', "%20"))
}

/// The options of a query in the order sent: the text as it came and as it reads.
#[derive(Debug, Clone, Default)]
pub(crate) struct QueryString {
    pairs: Vec<Pair>,
}

#[derive(Debug, Clone)]
struct Pair {
    name: String,
    value: String,
    raw: String,
}

impl QueryString {
    pub(crate) fn parse(query: &str) -> Result<QueryString, Error> {
        let mut pairs: Vec<Pair> = Vec::new();
        for raw in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
            let pair = Pair { name: decode_query(name)?, value: decode_query(value)?, raw: raw.to_owned() };
            if pair.name.starts_with('$') && pairs.iter().any(|other| other.name == pair.name) {
                return Err(Error::twice(&pair.name));
            }
            pairs.push(pair);
        }
        Ok(QueryString { pairs })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|pair| pair.name == name).map(|pair| pair.value.as_str())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|pair| pair.name.as_str())
    }

    /// The query as it came, without one option.
    pub(crate) fn raw_without(&self, name: &str) -> String {
        self.raw_but(&[name])
    }

    /// The query as it came, without some options.
    pub(crate) fn raw_but(&self, names: &[&str]) -> String {
        let kept = self.pairs.iter().filter(|pair| !names.contains(&pair.name.as_str()));
        kept.map(|pair| pair.raw.as_str()).collect::<Vec<_>>().join("&")
    }
}

/// A part of a path: `incidents(…)`, `Attributes(LogicalName='title')`, `$count`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) name: String,
    pub(crate) key: Option<Key>,
}

/// What stands in the brackets of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Key {
    /// `()` of a function.
    Empty,
    Id(Uuid),
    /// `name='x',other=5`: names with their values as written.
    Named(Vec<(String, String)>),
    /// Anything else; it names no row.
    Other(String),
}

impl Key {
    /// The text of a named part, without its quotes.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let Key::Named(parts) = self else { return None };
        parts.iter().find(|(part, _)| part == name).map(|(_, value)| unquoted(value))
    }
}

/// `'O''Brien'` without quotes; other text as it is.
pub(crate) fn unquoted(text: &str) -> String {
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => text.to_owned(),
    }
}

/// Cuts a path into segments. A slash or a bracket within quotes is text.
pub(crate) fn segments(path: &str) -> Result<Vec<Segment>, Error> {
    let decoded = decode(path)?;
    split(&decoded, '/').into_iter().filter(|part| !part.is_empty()).map(|part| segment(&part)).collect()
}

fn segment(text: &str) -> Result<Segment, Error> {
    let Some((name, rest)) = text.split_once('(') else {
        return Ok(Segment { name: text.to_owned(), key: None });
    };
    let Some(inner) = rest.strip_suffix(')') else {
        return Err(Error::syntax(format!("Bad Request - Error in query syntax: '{text}'.")));
    };
    let key = match inner.trim() {
        "" => Key::Empty,
        inner => match Uuid::try_parse(inner) {
            Ok(id) if inner.len() == 36 => Key::Id(id),
            _ => named(inner),
        },
    };
    Ok(Segment { name: name.to_owned(), key: Some(key) })
}

fn named(inner: &str) -> Key {
    let mut parts = Vec::new();
    for part in split(inner, ',') {
        match part.split_once('=') {
            Some((name, value)) => parts.push((name.trim().to_owned(), value.trim().to_owned())),
            None => return Key::Other(inner.to_owned()),
        }
    }
    Key::Named(parts)
}

/// Splits at a character that is neither in quotes nor in brackets.
pub(crate) fn split(text: &str, at: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut quoted = false;
    let mut depth = 0_usize;
    for character in text.chars() {
        match character {
            '\'' => quoted = !quoted,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if character == at && !quoted && depth == 0 {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(character);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_has_sets_keys_and_what_follows() {
        let id: Uuid = "0f4ad1c6-3d9b-4b1a-8a0a-6a0e6b8f2c10".parse().unwrap();
        let parts = segments("EntityDefinitions(LogicalName='a''/b')/Attributes").unwrap();
        assert_eq!(parts[0].key.as_ref().unwrap().text("LogicalName").unwrap(), "a'/b");
        assert_eq!(parts[1], Segment { name: "Attributes".to_owned(), key: None });
        let parts = segments(&format!("incidents({id})/$count")).unwrap();
        assert_eq!(parts[0].key, Some(Key::Id(id)));
        assert_eq!(parts[1].name, "$count");
        assert_eq!(segments("incidents(%27x%27)").unwrap()[0].key, Some(Key::Other("'x'".to_owned())));
        assert!(segments("incidents(1").is_err());
    }

    #[test]
    fn a_query_reads_plus_as_space_and_keeps_its_text() {
        let query = QueryString::parse("$filter=name+eq+%27a%2Bb%27&$top=5&&$Top=1").unwrap();
        assert_eq!(query.get("$filter"), Some("name eq 'a+b'"));
        assert_eq!(query.get("$Top"), Some("1"));
        assert_eq!(query.raw_without("$top"), "$filter=name+eq+%27a%2Bb%27&$Top=1");
    }

    proptest! {
        #[test]
        fn no_address_is_too_strange(path in ".{0,60}", query in ".{0,60}") {
            let _ = segments(&path);
            let _ = QueryString::parse(&query).map(|query| query.raw_without("$top"));
        }
    }
}
