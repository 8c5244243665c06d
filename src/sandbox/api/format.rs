//! Values as the service writes them: on the wire, and formatted for a person in en-US and UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use rusqlite::types::ValueRef;
use uuid::Uuid;

use crate::sandbox::odata::literal::unscaled;
use crate::sandbox::schema::{Behavior, Column, Kind};

/// Appends a stored value as JSON.
pub(super) fn json(out: &mut Vec<u8>, column: &Column, value: ValueRef<'_>) {
    match (value, column.kind) {
        (ValueRef::Null, _) => out.extend_from_slice(b"null"),
        (ValueRef::Integer(0), Kind::YesNo { .. }) => out.extend_from_slice(b"false"),
        (ValueRef::Integer(_), Kind::YesNo { .. }) => out.extend_from_slice(b"true"),
        (ValueRef::Integer(amount), Kind::Money { .. }) => out.extend(unscaled(amount, 4).bytes()),
        (ValueRef::Integer(number), Kind::Decimal { precision, .. }) => {
            out.extend(unscaled(number, precision).bytes());
        }
        (ValueRef::Integer(seconds), Kind::DateTime { behavior, .. }) => {
            let with_time = behavior != Behavior::DateOnly;
            time(out, civil(seconds), with_time);
        }
        (ValueRef::Integer(number), _) => integer(out, number),
        (ValueRef::Real(number), _) => out.extend(format!("{number:?}").bytes()),
        (ValueRef::Text(text), _) => match std::str::from_utf8(text) {
            Ok(text) => string(out, text),
            Err(_) => string(out, &String::from_utf8_lossy(text)),
        },
        (ValueRef::Blob(bytes), _) => match Uuid::from_slice(bytes) {
            Ok(id) => {
                let mut text = Uuid::encode_buffer();
                out.push(b'"');
                out.extend_from_slice(id.hyphenated().encode_lower(&mut text).as_bytes());
                out.push(b'"');
            }
            Err(_) => out.extend_from_slice(b"null"),
        },
    }
}

/// Appends a JSON string. Most text has nothing to escape and is copied as it is.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut copied = 0;
    for (at, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[copied..at]);
        copied = at + 1;
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            other => out.extend(format!("\\u{other:04x}").bytes()),
        }
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

/// Appends a whole number.
pub(super) fn integer(out: &mut Vec<u8>, number: i64) {
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(&digits[at..]);
}

/// Appends `"2026-04-07T21:59:01Z"`, or the date alone.
fn time(out: &mut Vec<u8>, time: DateTime, with_time: bool) {
    fn two(out: &mut Vec<u8>, before: u8, number: i8) {
        out.extend_from_slice(&[before, b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]);
    }
    out.push(b'"');
    match time.year() {
        year @ 1000..=9999 => integer(out, year.into()),
        year => out.extend(format!("{year:04}").bytes()),
    }
    two(out, b'-', time.month());
    two(out, b'-', time.day());
    if with_time {
        two(out, b'T', time.hour());
        two(out, b':', time.minute());
        two(out, b':', time.second());
        out.push(b'Z');
    }
    out.push(b'"');
}

/// The formatted value of a column that has one.
pub(super) fn formatted(column: &Column, value: ValueRef<'_>, symbol: &str) -> Option<String> {
    match (value, column.kind) {
        (
            ValueRef::Integer(option),
            Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. } | Kind::YesNo { .. },
        ) => Some(column.option_label(option).map_or_else(|| option.to_string(), str::to_owned)),
        (ValueRef::Integer(number), Kind::Whole { .. } | Kind::BigInt) => Some(grouped(&number.to_string())),
        (ValueRef::Integer(amount), Kind::Money { .. }) => {
            let text = grouped(&unscaled(rounded(amount, 2), 2));
            Some(match text.strip_prefix('-') {
                Some(text) => format!("-{symbol}{text}"),
                None => format!("{symbol}{text}"),
            })
        }
        (ValueRef::Integer(number), Kind::Decimal { precision, .. }) => {
            Some(grouped(&unscaled(number, precision)))
        }
        (ValueRef::Text(options), Kind::MultiChoice { .. }) => {
            let options = std::str::from_utf8(options).unwrap_or_default().split(',');
            let labels = options.map(|option| {
                option.parse().ok().and_then(|option| column.option_label(option)).unwrap_or(option)
            });
            Some(labels.collect::<Vec<_>>().join("; "))
        }
        (ValueRef::Real(number), Kind::Double { precision, .. }) => {
            Some(grouped(&format!("{number:.*}", precision as usize)))
        }
        (ValueRef::Integer(seconds), Kind::DateTime { date_only, .. }) => {
            let time = civil(seconds);
            let date = format!("{}/{}/{}", time.month(), time.day(), time.year());
            Some(if date_only { date } else { format!("{date} {}", clock(time)) })
        }
        _ => None,
    }
}

fn clock(time: DateTime) -> String {
    let (hour, half) = (time.hour(), if time.hour() < 12 { "AM" } else { "PM" });
    let hour = if hour % 12 == 0 { 12 } else { hour % 12 };
    format!("{hour}:{:02} {half}", time.minute())
}

/// Ten-thousandths rounded half away from zero to `digits` digits after the point.
fn rounded(amount: i64, digits: u32) -> i64 {
    let unit = 10_i64.pow(4 - digits);
    let rest = amount % unit;
    amount / unit + if rest.abs() * 2 >= unit { amount.signum() } else { 0 }
}

/// `1234567.50` as `1,234,567.50`.
pub(super) fn grouped(number: &str) -> String {
    let (sign, number) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = match number.find('.') {
        Some(point) => number.split_at(point),
        None => (number, ""),
    };
    let mut text = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text + fraction
}

fn civil(seconds: i64) -> DateTime {
    let timestamp = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::UTC.to_datetime(timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::schema::Schema;

    fn both(table: &str, column: &str, value: ValueRef<'_>) -> (String, Option<String>) {
        let schema = Schema::standard();
        let column = schema.table(table).unwrap().column(column).unwrap();
        let mut out = Vec::new();
        json(&mut out, column, value);
        (String::from_utf8(out).unwrap(), formatted(column, value, "$"))
    }

    #[test]
    fn values_are_written_as_the_service_writes_them() {
        for (table, column, value, wire, text) in [
            ("account", "revenue", ValueRef::Integer(200_000_000), "20000.0000", Some("$20,000.00")),
            ("account", "revenue", ValueRef::Integer(12_345), "1.2345", Some("$1.23")),
            (
                "account",
                "revenue",
                ValueRef::Integer(i64::MAX),
                "922337203685477.5807",
                Some("$922,337,203,685,477.58"),
            ),
            ("account", "revenue", ValueRef::Integer(-19_999), "-1.9999", Some("-$2.00")),
            ("account", "numberofemployees", ValueRef::Integer(1234), "1234", Some("1,234")),
            ("account", "creditonhold", ValueRef::Integer(1), "true", Some("Yes")),
            ("incident", "prioritycode", ValueRef::Integer(1), "1", Some("High")),
            (
                "incident",
                "createdon",
                ValueRef::Integer(1_775_599_141),
                "\"2026-04-07T21:59:01Z\"",
                Some("4/7/2026 9:59 PM"),
            ),
            (
                "incident",
                "createdon",
                ValueRef::Integer(0),
                "\"1970-01-01T00:00:00Z\"",
                Some("1/1/1970 12:00 AM"),
            ),
            ("incident", "followupby", ValueRef::Integer(0), "\"1970-01-01T00:00:00Z\"", Some("1/1/1970")),
            ("contact", "birthdate", ValueRef::Integer(86_400), "\"1970-01-02\"", Some("1/2/1970")),
            ("incident", "title", ValueRef::Text("a\"\u{7}é".as_bytes()), "\"a\\\"\\u0007é\"", None),
            ("incident", "sentimentvalue", ValueRef::Real(1.5), "1.5", Some("1.50")),
            ("incident", "versionnumber", ValueRef::Integer(81_052_965), "81052965", Some("81,052,965")),
            ("incident", "title", ValueRef::Null, "null", None),
        ] {
            assert_eq!(both(table, column, value), (wire.to_owned(), text.map(str::to_owned)), "{column}");
        }
    }
}
