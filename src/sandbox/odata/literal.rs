//! From what is written to what is stored: numbers without floating point, dates as seconds of UTC.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use rusqlite::types::Value;

use super::Error;
use super::ast::Literal;
use crate::sandbox::schema::{Column, Kind};

/// The stored form of a literal, compared with `column`.
pub(crate) fn stored(literal: &Literal, column: &Column) -> Result<Value, Error> {
    let value = match (column.kind, literal) {
        (_, Literal::Null) => Some(Value::Null),
        (kind, Literal::Text(text)) if is_text(kind) => Some(Value::Text(text.clone())),
        (Kind::YesNo { .. }, Literal::Bool(value)) => Some(Value::Integer(i64::from(*value))),
        (Kind::Lookup { .. } | Kind::Id | Kind::File { .. }, Literal::Guid(id)) => {
            Some(Value::Blob(id.as_bytes().to_vec()))
        }
        (Kind::DateTime { .. }, Literal::Date(text)) => compared(text).map(Value::Integer),
        // Unlike an amount, a whole number has no value to compare with between two of its own.
        (kind, Literal::Number(text)) if is_whole(kind) => {
            scaled(text, 0).filter(|scaled| scaled.exact).map(|scaled| Value::Integer(scaled.value))
        }
        (kind, Literal::Number(text)) => scale(kind).and_then(|digits| number(text, digits)),
        _ => None,
    };
    value.ok_or_else(|| mismatch(literal, column))
}

fn mismatch(literal: &Literal, column: &Column) -> Error {
    let message = match (column.kind, literal) {
        (Kind::DateTime { .. }, Literal::Date(text)) => {
            format!("Unrecognized '{}' literal '{text}' for the column '{}'.", edm(column), column.property())
        }
        _ => format!(
            "A binary operator with incompatible types was detected. Found operand types '{}' and '{}' for the \
             column '{}'.",
            edm(column),
            written(literal),
            column.property()
        ),
    };
    Error::Value { message }
}

/// For a number with more digits than its column has: the largest stored value below it. No value equals it.
pub(crate) fn floor_of_finer(literal: &Literal, column: &Column) -> Option<i64> {
    let (Literal::Number(text), Some(Some(digits))) = (literal, scale(column.kind)) else { return None };
    if is_whole(column.kind) {
        return None;
    }
    scaled(text, digits).filter(|scaled| !scaled.exact).map(|scaled| scaled.value)
}

/// The stored form of a value given as text, as the named conditions do: `PropertyValues=["5","2000"]`.
pub(crate) fn stored_text(text: &str, column: &Column) -> Result<Value, Error> {
    let literal = match column.kind {
        kind if is_text(kind) => Literal::Text(text.to_owned()),
        Kind::YesNo { .. } => Literal::Bool(matches!(text, "1" | "true")),
        Kind::Lookup { .. } | Kind::Id | Kind::File { .. } => match text.trim_matches(['{', '}']).parse() {
            Ok(id) => Literal::Guid(id),
            Err(_) => Literal::Text(text.to_owned()),
        },
        Kind::DateTime { .. } => Literal::Date(text.to_owned()),
        _ => Literal::Number(text.to_owned()),
    };
    stored(&literal, column)
}

fn is_text(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Text { .. } | Kind::Memo { .. } | Kind::EntityName | Kind::Virtual | Kind::MultiChoice { .. }
    )
}

fn is_whole(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Whole { .. } | Kind::BigInt | Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. }
    )
}

/// Digits after the point that a stored integer stands for; none for `Double`.
fn scale(kind: Kind) -> Option<Option<u32>> {
    match kind {
        kind if is_whole(kind) => Some(Some(0)),
        Kind::Money { .. } => Some(Some(4)),
        Kind::Decimal { precision, .. } => Some(Some(precision)),
        Kind::Double { .. } => Some(None),
        _ => None,
    }
}

fn number(text: &str, digits: Option<u32>) -> Option<Value> {
    let Some(digits) = digits else { return text.parse().ok().map(Value::Real) };
    match scaled(text, digits)? {
        Scaled { value, exact: true } => Some(Value::Integer(value)),
        // Between two values that can be stored: SQLite compares integers with reals exactly.
        Scaled { value, exact: false } => Some(Value::Real(value as f64 + 0.5)),
    }
}

/// A number as an integer of `10^-digits`, rounded down when `exact` is false.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scaled {
    pub(crate) value: i64,
    pub(crate) exact: bool,
}

/// Reads `-12.50` or `1e3` without going through a floating-point number. None: no number, or too large.
pub(crate) fn scaled(text: &str, digits: u32) -> Option<Scaled> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (negative, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut shift = i64::from(exponent) - fraction.len() as i64 + i64::from(digits);
    let mut value: i128 = 0;
    let mut exact = true;
    for digit in whole.chars().chain(fraction.chars()) {
        let digit = digit.to_digit(10)?;
        value = value.checked_mul(10)?.checked_add(i128::from(digit))?;
    }
    while shift > 0 && value != 0 {
        value = value.checked_mul(10)?;
        shift -= 1;
    }
    while shift < 0 && value != 0 {
        exact &= value % 10 == 0;
        value /= 10;
        shift += 1;
    }
    if negative {
        value = if exact { -value } else { -value - 1 };
    }
    Some(Scaled { value: i64::try_from(value).ok()?, exact })
}

/// The text of an integer of `10^-digits`: `20000.0000`.
pub(crate) fn unscaled(value: i64, digits: u32) -> String {
    if digits == 0 {
        return value.to_string();
    }
    let sign = if value < 0 { "-" } else { "" };
    let one = 10_u64.pow(digits);
    let magnitude = value.unsigned_abs();
    let width = digits as usize;
    format!("{sign}{}.{:0width$}", magnitude / one, magnitude % one)
}

/// Seconds of UTC of a date, an instant with offset, or a time without one, which is taken as UTC.
pub(crate) fn instant(text: &str) -> Option<i64> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.as_second());
    }
    let time = match text.parse::<Date>() {
        Ok(date) if text.len() == 10 => date.to_datetime(jiff::civil::Time::midnight()),
        _ if has_zone(text) => return None,
        _ => text.parse::<DateTime>().ok()?,
    };
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second())
}

/// An instant that rows are compared with. Programs write the last moment of 9999 for "never"; it is beyond the
/// instants of the calendar used here, and so beyond every row.
pub(crate) fn compared(text: &str) -> Option<i64> {
    let never = || {
        let face: DateTime = text.strip_suffix(['Z', 'z']).unwrap_or(text).parse().ok()?;
        (face > jiff::civil::date(9999, 12, 29).at(0, 0, 0, 0)).then(|| Timestamp::MAX.as_second())
    };
    instant(text).or_else(never)
}

fn has_zone(text: &str) -> bool {
    text.ends_with(['Z', 'z']) || text.get(10..).is_some_and(|time| time.contains(['+', '-', '[']))
}

/// The column's type on the wire.
pub(crate) fn edm(column: &Column) -> &'static str {
    match column.kind {
        kind if is_text(kind) => "Edm.String",
        Kind::Whole { .. } | Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. } => "Edm.Int32",
        Kind::BigInt => "Edm.Int64",
        Kind::Double { .. } => "Edm.Double",
        Kind::Decimal { .. } | Kind::Money { .. } => "Edm.Decimal",
        Kind::YesNo { .. } => "Edm.Boolean",
        Kind::DateTime { behavior: crate::sandbox::schema::Behavior::DateOnly, .. } => "Edm.Date",
        Kind::DateTime { .. } => "Edm.DateTimeOffset",
        Kind::Lookup { .. } | Kind::Id | Kind::File { .. } => "Edm.Guid",
        _ => "Edm.Binary",
    }
}

/// The type that a literal has by itself.
pub(super) fn written(literal: &Literal) -> &'static str {
    match literal {
        Literal::Null => "null",
        Literal::Bool(_) => "Edm.Boolean",
        Literal::Text(_) => "Edm.String",
        Literal::Number(text) if text.contains(['.', 'e', 'E']) => "Edm.Double",
        Literal::Number(_) => "Edm.Int32",
        Literal::Guid(_) => "Edm.Guid",
        Literal::Date(_) => "Edm.DateTimeOffset",
        Literal::Enum { .. } => "Edm.Enum",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn amounts_keep_every_digit() {
        for (text, value, exact) in [
            ("20000", 200_000_000, true),
            ("0.0001", 1, true),
            ("-12.50", -125_000, true),
            ("922337203685477.5807", i64::MAX, true),
            ("1e3", 10_000_000, true),
            ("0.00005", 0, false),
            ("-0.00005", -1, false),
        ] {
            assert_eq!(scaled(text, 4), Some(Scaled { value, exact }), "{text}");
        }
        for text in ["922337203685477.5808", "", "-", "1.2.3", "abc", "1e999999", "1e-x"] {
            assert_eq!(scaled(text, 4), None, "{text}");
        }
    }

    #[test]
    fn times_are_seconds_of_utc() {
        for (text, expected) in [
            ("1970-01-02", Some(86_400)),
            ("1970-01-01T00:00:10Z", Some(10)),
            ("1970-01-01T01:00:00+01:00", Some(0)),
            ("1970-01-01T00:00:10", Some(10)),
            ("1970-01-01T00:00:10.999Z", Some(10)),
            ("1970-13-01", None),
            ("1970-01-01T25:00:00Z", None),
            ("yesterday", None),
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn stored_amounts_read_back_as_they_were(value in any::<i64>(), digits in 0_u32..13) {
            let text = unscaled(value, digits);
            prop_assert_eq!(scaled(&text, digits), Some(Scaled { value, exact: true }));
        }

        #[test]
        fn no_text_is_too_strange(text in ".{0,30}") {
            let _ = (instant(&text), scaled(&text, 4));
        }
    }
}
