//! The value of a column in one row, as text and as what it means.

use std::borrow::Cow;

use rust_decimal::Decimal;

/// One cell: the JSON of a property and what the server's annotations say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell<'a> {
    /// The value as it came: number text exactly, strings with their quotes and escapes.
    pub json: &'a str,
    /// How the server would show it: label, name, amount with currency, date in the user's format.
    pub formatted: Option<Cow<'a, str>>,
    /// For a lookup: logical name of the table it points to.
    pub table: Option<Cow<'a, str>>,
    /// For a lookup: the navigation property to use in `@odata.bind` and `$expand`.
    pub navigation: Option<Cow<'a, str>>,
}

/// What the JSON of a cell is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CellValue<'a> {
    Null,
    YesNo(bool),
    /// Number text exactly as sent.
    Number(&'a str),
    Text(Cow<'a, str>),
    /// An object or a list, as JSON.
    Nested(&'a str),
}

impl<'a> Cell<'a> {
    /// Whether the column has no value.
    pub fn is_null(&self) -> bool {
        self.json == "null"
    }

    /// The value without its label.
    pub fn value(&self) -> CellValue<'a> {
        match self.json.as_bytes().first() {
            Some(b'"') => text_of(self.json).map_or(CellValue::Nested(self.json), CellValue::Text),
            Some(b't') => CellValue::YesNo(true),
            Some(b'f') => CellValue::YesNo(false),
            Some(b'n') | None => CellValue::Null,
            Some(b'{' | b'[') => CellValue::Nested(self.json),
            Some(_) => CellValue::Number(self.json),
        }
    }

    /// What people read: the formatted value where there is one, otherwise the plain text of the value.
    /// `None` is null; empty text is not.
    ///
    /// The text is the server's: control characters are still in it.
    pub fn text(&self) -> Option<Cow<'_, str>> {
        match (&self.formatted, self.value()) {
            (_, CellValue::Null) => None,
            (Some(formatted), _) => Some(Cow::Borrowed(formatted)),
            (None, _) => self.raw_text(),
        }
    }

    /// The plain text of the value whatever its label: a GUID, the number of a choice, `true`. `None` is null.
    pub fn raw_text(&self) -> Option<Cow<'a, str>> {
        match self.value() {
            CellValue::Null => None,
            CellValue::YesNo(yes) => Some(Cow::Borrowed(if yes { "true" } else { "false" })),
            CellValue::Number(text) | CellValue::Nested(text) => Some(Cow::Borrowed(text)),
            CellValue::Text(text) => Some(text),
        }
    }
}

/// The text of a JSON string; `None` for anything else. A lone surrogate becomes U+FFFD.
pub(super) fn text_of(json: &str) -> Option<Cow<'_, str>> {
    let inner = json.strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    match serde_json::from_str::<String>(json) {
        Ok(text) => Some(Cow::Owned(text)),
        Err(_) => Some(Cow::Owned(unescaped(inner))),
    }
}

/// Undoes JSON escapes where serde_json refuses: lone surrogates.
fn unescaped(inner: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(inner.len());
    let mut chars = inner.chars();
    let mut buffer = [0; 2];
    while let Some(char) = chars.next() {
        let char = match char {
            '\\' => match chars.next() {
                Some('u') => {
                    let hex: String = chars.by_ref().take(4).collect();
                    units.push(u16::from_str_radix(&hex, 16).unwrap_or(0xfffd));
                    continue;
                }
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some('b') => '\u{8}',
                Some('f') => '\u{c}',
                Some(other) => other,
                None => break,
            },
            char => char,
        };
        units.extend_from_slice(char.encode_utf16(&mut buffer));
    }
    String::from_utf16_lossy(&units)
}

/// Text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether two JSON values mean the same to the server: numbers by value, instants by time, lists of choices
/// without their spaces, everything else as it is written.
pub fn same_value(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    match (text_of(left), text_of(right)) {
        (Some(left), Some(right)) => {
            left == right || same_instant(&left, &right) || same_choices(&left, &right) || {
                // The service stores line ends as it likes.
                left.replace("\r\n", "\n") == right.replace("\r\n", "\n")
            }
        }
        (None, None) => match (number(left), number(right)) {
            (Some(left), Some(right)) => left == right,
            _ => false,
        },
        _ => false,
    }
}

fn number(json: &str) -> Option<Decimal> {
    json.parse().ok().or_else(|| Decimal::from_scientific(json).ok())
}

fn same_instant(left: &str, right: &str) -> bool {
    let instant = |text: &str| text.parse::<jiff::Timestamp>().ok();
    matches!((instant(left), instant(right)), (Some(left), Some(right)) if left == right)
}

fn same_choices(left: &str, right: &str) -> bool {
    let choices =
        |text: &str| text.split(',').map(|part| part.trim().parse::<i32>().ok()).collect::<Option<Vec<_>>>();
    matches!((choices(left), choices(right)), (Some(left), Some(right)) if left == right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(json: &str) -> Cell<'_> {
        Cell { json, formatted: None, table: None, navigation: None }
    }

    #[test]
    fn text_is_what_the_json_means() {
        for (json, text) in [
            (r#""a\"b""#, Some("a\"b")),
            (r#""""#, Some("")),
            ("null", None),
            ("true", Some("true")),
            ("1.500", Some("1.500")),
            ("-0", Some("-0")),
            ("1E400", Some("1E400")),
            (r#"{"a":1}"#, Some(r#"{"a":1}"#)),
            (r#""x\ud800y""#, Some("x\u{fffd}y")),
        ] {
            assert_eq!(cell(json).text().as_deref(), text, "{json}");
        }
    }

    #[test]
    fn a_label_never_hides_that_there_is_no_value() {
        let cell = Cell { formatted: Some("stale".into()), ..cell("null") };
        assert_eq!(cell.text(), None);
    }

    #[test]
    fn values_that_mean_the_same_are_the_same() {
        assert!(same_value("20", "20.0000"));
        assert!(same_value("\"2026-04-07T10:00:00-08:00\"", "\"2026-04-07T18:00:00Z\""));
        assert!(same_value("\"1, 3\"", "\"1,3\""));
        assert!(same_value("\"a\\u0041\"", "\"aA\""));
        assert!(!same_value("\"1\"", "1"));
        assert!(!same_value("null", "0"));
        assert!(!same_value("\"A\"", "\"a\""));
    }
}
