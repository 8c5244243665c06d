//! Hostile characters in the strings of an answer: what a terminal would obey, what hides or turns text around, and
//! what no text should have.

use bytes::Bytes;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderName, LOCATION,
    RETRY_AFTER, VARY,
};
use http::{HeaderValue, Response};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::json::{self, Text, quoted};

/// Which characters go where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TextFault {
    /// They take turns. All but `invalid_utf8` when none are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    classes: Vec<Class>,
    /// `values` when nothing is named.
    #[serde(rename = "in", default = "values")]
    places: Vec<Place>,
    /// How many combining marks a letter gets.
    #[serde(default = "some_marks")]
    marks: u16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Class {
    /// ESC and the sequences that begin with it: colours, clearing, moving.
    Csi,
    /// OSC 0 and 52: the window's title, the clipboard.
    Osc,
    Dcs,
    /// The same with one character each, U+0080 to U+009F.
    C1,
    /// CR, BS and DEL, which write over what stands there.
    Overwrite,
    Bell,
    Nul,
    Bidi,
    ZeroWidth,
    Combining,
    /// Halves of a character, as escapes.
    Surrogate,
    /// Bytes that are no UTF-8, so that the body is no JSON.
    InvalidUtf8,
}

/// Without `InvalidUtf8`, which breaks the body as a whole.
const USUAL: [Class; 11] = [
    Class::Csi,
    Class::Osc,
    Class::Dcs,
    Class::C1,
    Class::Overwrite,
    Class::Bell,
    Class::Nul,
    Class::Bidi,
    Class::ZeroWidth,
    Class::Combining,
    Class::Surrogate,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    /// What people read: values of rows, formatted values, labels, messages of errors, user codes.
    Values,
    /// Names of properties, tables and columns.
    Names,
    /// Addresses.
    Links,
    Headers,
}

/// What a client hands back or goes by, and nobody reads.
const KEPT: [&str; 12] = [
    "access_token",
    "client_info",
    "code",
    "device_code",
    "error",
    "error_codes",
    "grant_type",
    "id_token",
    "refresh_token",
    "scope",
    "suberror",
    "token_type",
];

/// Names in capitals are the service's own; of their values people read only these.
const READ: [&str; 5] = ["FriendlyName", "Label", "Purpose", "StatusMessage", "UniqueName"];

/// Headers that say how the answer is to be read.
const FRAMING: [HeaderName; 9] =
    [ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER, VARY];

impl TextFault {
    pub(super) fn spoil(&self, response: Response<Bytes>) -> Response<Bytes> {
        let (mut parts, body) = response.into_parts();
        let mut turn = 0;
        if self.places.contains(&Place::Headers) {
            for (name, value) in &mut parts.headers {
                if !FRAMING.contains(name) && !name.as_str().starts_with("odata-") {
                    *value = self.header(value, &mut turn);
                }
            }
        }
        let json = parts
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")));
        let body = match std::str::from_utf8(&body) {
            Ok(text) if json => Bytes::from(json::with_strings(text, |string, out| {
                self.write(string, &mut turn, out);
            })),
            _ => body,
        };
        if !body.is_empty() {
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        }
        Response::from_parts(parts, body)
    }

    fn classes(&self) -> &[Class] {
        if self.classes.is_empty() { &USUAL } else { &self.classes }
    }

    /// Whose turn it is.
    fn class(&self, turn: &mut usize) -> Class {
        let classes = self.classes();
        *turn += 1;
        classes[(*turn - 1) % classes.len()]
    }

    /// The string with its hostile part before it or behind it, in turns.
    fn write(&self, string: &Text<'_>, turn: &mut usize, out: &mut Vec<u8>) {
        if place(string).is_none_or(|place| !self.places.contains(&place)) {
            return out.extend(string.raw.bytes());
        }
        let class = self.class(turn);
        if turn.is_multiple_of(2) {
            class.write(self.marks, out);
            out.extend(string.raw.bytes());
        } else {
            out.extend(string.raw.bytes());
            class.write(self.marks, out);
        }
    }

    /// HTTP takes no control characters, but any byte from 0x80 on.
    fn header(&self, value: &HeaderValue, turn: &mut usize) -> HeaderValue {
        let mut bytes = value.as_bytes().to_vec();
        match self.class(turn) {
            Class::C1 => bytes.extend(b"\x9b31m\x9d0;title\x9c"),
            Class::InvalidUtf8 | Class::Surrogate => bytes.extend(INVALID),
            Class::Combining => bytes.extend(Class::Combining.sample(self.marks.min(64)).bytes()),
            class @ (Class::Bidi | Class::ZeroWidth) => bytes.extend(class.sample(0).bytes()),
            Class::Csi | Class::Osc | Class::Dcs | Class::Overwrite | Class::Bell | Class::Nul => {
                bytes.extend("\u{9b}2J".bytes());
            }
        }
        HeaderValue::from_bytes(&bytes).unwrap_or_else(|_| value.clone())
    }
}

/// Nothing that begins a character, half of one, one that is longer than it may be, and a surrogate.
const INVALID: &[u8] = b"\xff\xfe\xc3\xc0\xaf\xed\xa0\x80";

impl Class {
    fn sample(self, marks: u16) -> String {
        match self {
            Class::Csi => "\u{1b}[31m\u{1b}[2J\u{1b}[5;5H\u{1b}c".to_owned(),
            Class::Osc => "\u{1b}]0;title\u{7}\u{1b}]52;c;ZXZpbA==\u{1b}\\".to_owned(),
            Class::Dcs => "\u{1b}P$q\"p\u{1b}\\\u{1b}_x\u{1b}\\".to_owned(),
            Class::C1 => "\u{9b}31m\u{9d}0;title\u{9c}\u{90}x\u{9c}\u{85}".to_owned(),
            Class::Overwrite => "\rowned\u{8}\u{8}\u{7f}\u{b}\u{c}".to_owned(),
            Class::Bell => "\u{7}\u{7}".to_owned(),
            Class::Nul => "\0\u{1a}".to_owned(),
            Class::Bidi => "\u{202e}gpj.exe\u{202c}\u{2067}x\u{2069}\u{200f}".to_owned(),
            Class::ZeroWidth => "\u{200b}\u{200d}\u{2060}\u{feff}\u{ad}\u{2028}".to_owned(),
            Class::Combining => format!("e{}", "\u{301}".repeat(marks.into())),
            Class::Surrogate | Class::InvalidUtf8 => String::new(),
        }
    }

    /// As the inside of a JSON string.
    fn write(self, marks: u16, out: &mut Vec<u8>) {
        match self {
            Class::Surrogate => out.extend(br"\ud800x\udc00\ud83d"),
            Class::InvalidUtf8 => out.extend(INVALID),
            class => {
                let text = quoted(&class.sample(marks));
                out.extend(text[1..text.len() - 1].bytes());
            }
        }
    }
}

/// What a string is to its reader; none for what must stay as it is.
fn place(string: &Text<'_>) -> Option<Place> {
    let property = string.property;
    if string.is_name {
        return (!property.contains('@') && !KEPT.contains(&property) && property != "value")
            .then_some(Place::Names);
    }
    if string.raw.starts_with("http://") || string.raw.starts_with("https://") {
        return Some(Place::Links);
    }
    let annotation = property.split_once('@').map(|(_, annotation)| annotation);
    if KEPT.contains(&property) || annotation.is_some_and(|annotation| !annotation.contains("FormattedValue"))
    {
        return None;
    }
    if annotation.is_none() && property.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        return Some(if READ.contains(&property) { Place::Values } else { Place::Names });
    }
    (!is_machine_text(string.raw)).then_some(Place::Values)
}

/// A GUID or a date.
fn is_machine_text(text: &str) -> bool {
    let is_date = || {
        let mut parts = text.splitn(3, '-');
        let year = parts.next().is_some_and(|year| year.len() == 4 && year.parse::<u16>().is_ok());
        year && parts.next().is_some_and(|month| month.len() == 2 && month.parse::<u8>().is_ok())
    };
    Uuid::try_parse(text).is_ok() || is_date()
}

fn values() -> Vec<Place> {
    vec![Place::Values]
}

fn some_marks() -> u16 {
    64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoiled(fault: &str, body: &str) -> Vec<u8> {
        let fault: TextFault = serde_json::from_str(fault).unwrap();
        let response = Response::builder().header(CONTENT_TYPE, "application/json");
        fault.spoil(response.body(Bytes::from(body.to_owned())).unwrap()).into_body().to_vec()
    }

    #[test]
    fn every_class_is_in_its_turn_and_the_body_is_still_json() {
        let body = format!(r#"{{"a":[{}]}}"#, vec![r#""x""#; USUAL.len()].join(","));
        let text = String::from_utf8(spoiled("{}", &body)).unwrap();
        for (class, part) in [
            ("csi", "\\u001b[31m"),
            ("osc", "\\u001b]52;"),
            ("dcs", "\\u001bP"),
            ("c1", "\u{9b}31m"),
            ("overwrite", "\\rowned\\b"),
            ("bell", "\\u0007"),
            ("nul", "\\u0000"),
            ("bidi", "\u{202e}"),
            ("zero_width", "\u{200b}"),
            ("combining", &"\u{301}".repeat(64)),
            ("surrogate", "\\ud800"),
        ] {
            assert!(text.contains(part), "{class}");
        }
        let without = spoiled(r#"{"classes":["csi","bidi"]}"#, &body);
        assert!(serde_json::from_slice::<serde_json::Value>(&without).is_ok());
        assert!(String::from_utf8(spoiled(r#"{"classes":["invalid_utf8"]}"#, &body)).is_err());
    }

    #[test]
    fn what_a_client_goes_by_is_left_alone() {
        let body = r#"{"@odata.context":"http://h/$metadata#x","value":[{"@odata.etag":"W/\"1\"","name":"A",
            "accountid":"e4b0a7d2-0001-ef11-9f89-000d3a2b1c01","createdon":"2026-01-01T00:00:00Z","n":5,
            "_o_value@Microsoft.Dynamics.CRM.lookuplogicalname":"team","o@OData.Community.Display.V1.FormattedValue":"F",
            "LogicalName":"account","Label":"L"}],"access_token":"t","message":"m"}"#;
        let text = String::from_utf8(spoiled(r#"{"classes":["bell"]}"#, body)).unwrap();
        let bell = "\\u0007\\u0007";
        assert_eq!(text.matches(bell).count(), 4, "name, formatted value, label and message: {text}");
        let plain = text.replace(bell, "");
        assert_eq!(plain, body);
        let names = String::from_utf8(spoiled(r#"{"classes":["bell"],"in":["names"]}"#, body)).unwrap();
        assert!(
            names.contains(&format!("\"{bell}account\"")) || names.contains(&format!("\"account{bell}\""))
        );
        let links = String::from_utf8(spoiled(r#"{"classes":["bell"],"in":["links"]}"#, body)).unwrap();
        assert_eq!(links.matches(bell).count(), 1);
    }
}
