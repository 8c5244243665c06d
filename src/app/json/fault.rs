//! Where a text stops being JSON, and what stands there instead.

use std::fmt;

/// The first place at which a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    found: Found,
    /// What stands there.
    there: String,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    End,
    NoValue,
    NoName,
    NoColon,
    /// Neither a comma nor this.
    NoComma(char),
    NoWord,
    NoDigit,
    LeadingZero,
    BadEscape,
    ControlCharacter,
    NotUtf8,
}

/// Characters that are shown of what stands there.
const SHOWN: usize = 12;

impl Fault {
    pub(super) fn new(bytes: &[u8], at: usize, found: Found) -> Self {
        let at = match found {
            Found::End | Found::Nothing => bytes.len(),
            _ => at.min(bytes.len()),
        };
        let before = &bytes[..at];
        let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        // A character begins at every byte that is not a continuation.
        let characters = before[line_start..].iter().filter(|byte| **byte & 0xc0 != 0x80).count();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let rest = &bytes[at..bytes.len().min(at + 4 * SHOWN)];
        let there = String::from_utf8_lossy(rest).chars().take(SHOWN).take_while(|c| *c != '\n').collect();
        Self { line, column: characters + 1, found, there }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, found, there } = self;
        let what = match found {
            Found::Nothing => return f.write_str("there is nothing in it"),
            Found::End => {
                return write!(f, "line {line}, column {column}: the text ends too early, it is cut");
            }
            Found::NoValue => "a value was expected",
            Found::NoName => "a name in quotes was expected",
            Found::NoColon => "a colon was expected",
            Found::NoComma(close) => {
                return write!(
                    f,
                    "line {line}, column {column}: a comma or `{close}` was expected, found `{there}`"
                );
            }
            Found::NoWord => "`true`, `false` or `null` was expected",
            Found::NoDigit => "a digit was expected",
            Found::LeadingZero => "a number does not begin with a zero before other digits",
            Found::BadEscape => "an escape that JSON does not have",
            Found::ControlCharacter => "a control character inside a text",
            Found::NotUtf8 => "bytes that are not UTF-8",
        };
        write!(f, "line {line}, column {column}: {what}, found `{there}`")
    }
}

impl std::error::Error for Fault {}
