//! Values of a body, checked against their columns.

use jiff::Timestamp;
use rusqlite::types::Value;
use serde_json::Value as Json;
use uuid::Uuid;

use super::super::error::{ApiError, Result};
use crate::sandbox::odata::literal::{edm, instant, scaled};
use crate::sandbox::schema::{Behavior, Choice, Column, Kind, Required, Table};

/// 1753-01-01, before which the service has no dates.
const EARLIEST: i64 = -6_847_804_800;

/// The stored form of a value, or why the column cannot hold it.
pub(super) fn stored(table: &Table, column: &Column, json: &Json) -> Result<Value> {
    if *json == Json::Null {
        return match column.required {
            Required::System => Err(ApiError::required(table, column)),
            _ => Ok(Value::Null),
        };
    }
    let mismatch = || {
        let literal = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
        ApiError::payload(
            table,
            format!(
                "Cannot convert the literal '{literal}' to the expected type '{}'. ---> System.FormatException: Input \
                 string was not in a correct format.",
                edm(column)
            ),
        )
    };
    match column.kind {
        Kind::Text { max, .. } | Kind::Memo { max } => {
            let text = json.as_str().ok_or_else(mismatch)?;
            if text.encode_utf16().count() > max as usize {
                return Err(ApiError::bad(
                    0x8004_4331,
                    format!(
                        "A validation error occurred.  The length of the '{}' attribute of the '{}' entity exceeded \
                         the maximum allowed length of '{max}'.",
                        column.name, table.name
                    ),
                ));
            }
            match (text.is_empty(), column.required) {
                (false, _) => Ok(Value::Text(text.to_owned())),
                (true, Required::System) => Err(ApiError::required(table, column)),
                (true, _) => Ok(Value::Null),
            }
        }
        Kind::EntityName | Kind::Virtual => {
            json.as_str().map(|text| Value::Text(text.to_owned())).ok_or_else(mismatch)
        }
        // What is in it is looked at with the whole row. Line breaks in base64 say nothing.
        Kind::Image => {
            let text = json.as_str().ok_or_else(mismatch)?;
            let text: String = text.split_ascii_whitespace().collect();
            Ok(if text.is_empty() { Value::Null } else { Value::Text(text) })
        }
        Kind::File { .. } => Err(ApiError::payload(
            table,
            format!("The file of '{}' is uploaded to an address of its own.", column.name),
        )),
        Kind::MultiChoice { options } => {
            let text = json.as_str().ok_or_else(mismatch)?;
            several(table, column, options, text)
        }
        Kind::YesNo { .. } => {
            json.as_bool().map(|value| Value::Integer(i64::from(value))).ok_or_else(mismatch)
        }
        Kind::Whole { min, max } => {
            let number = whole(json).ok_or_else(mismatch)?;
            within(table, column, number, min, max, 0x8004_432f)
        }
        Kind::BigInt => json.as_i64().map(Value::Integer).ok_or_else(mismatch),
        Kind::Choice { options, .. } => {
            let number = whole(json).ok_or_else(mismatch)?;
            one_of(table, column, options, number).map(Value::Integer)
        }
        // Which of them go together is checked with the whole row.
        Kind::State { .. } | Kind::Status { .. } => whole(json).map(Value::Integer).ok_or_else(mismatch),
        Kind::Money { min, max } => amount(table, column, json, 4, min, max, mismatch),
        Kind::Decimal { min, max, precision } => amount(table, column, json, precision, min, max, mismatch),
        Kind::Double { min, max, .. } => {
            let Json::Number(number) = json else { return Err(mismatch()) };
            match number.as_f64() {
                Some(value) if (min..=max).contains(&value) => Ok(Value::Real(value)),
                Some(_) => Err(outside(table, column, &number.to_string(), 0x8004_4330)),
                None => Err(mismatch()),
            }
        }
        Kind::DateTime { behavior, .. } => {
            let text = json.as_str().ok_or_else(mismatch)?;
            let seconds = match behavior {
                Behavior::DateOnly if text.len() == 10 => instant(text),
                Behavior::DateOnly => None,
                _ if text.len() == 10 => instant(text),
                // Without an offset it would be nobody's time.
                Behavior::UserLocal | Behavior::ZoneIndependent => {
                    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
                }
            };
            let seconds = seconds.ok_or_else(mismatch)?;
            if seconds < EARLIEST {
                return Err(ApiError::bad(
                    0x8004_0239,
                    format!(
                        "DateTime is less than minimum value supported by CrmDateTime. Actual value: {text}, Minimum \
                         value supported: 01/01/1753 00:00:00"
                    ),
                ));
            }
            Ok(Value::Integer(seconds))
        }
        Kind::Id | Kind::Lookup { .. } => {
            let id: Uuid = json.as_str().and_then(|text| text.parse().ok()).ok_or_else(mismatch)?;
            Ok(Value::Blob(id.as_bytes().to_vec()))
        }
    }
}

/// An option that the column has.
fn one_of(table: &Table, column: &Column, options: &[Choice], number: i64) -> Result<i64> {
    if options.iter().any(|option| i64::from(option.value) == number) {
        return Ok(number);
    }
    let accepted: Vec<_> = options.iter().map(|option| option.value.to_string()).collect();
    Err(ApiError::bad(
        0x8004_431a,
        format!(
            "A validation error occurred. The value {number} of '{}' on record of type '{}' is outside the valid \
             range. Accepted Values: {}",
            column.name,
            table.name,
            accepted.join(",")
        ),
    ))
}

/// As many options as one value can hold.
const MAX_OPTIONS: usize = 150;

/// Options with commas between them: each once, in the order of their numbers.
fn several(table: &Table, column: &Column, options: &[Choice], text: &str) -> Result<Value> {
    let mut numbers = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let number = part.parse::<i64>().map_err(|_| {
            ApiError::payload(table, format!("'{part}' in '{}' is not the number of an option.", column.name))
        })?;
        numbers.push(one_of(table, column, options, number)?);
    }
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() > MAX_OPTIONS {
        return Err(outside(table, column, text, 0x8004_431a));
    }
    let stored = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    Ok(if stored.is_empty() { Value::Null } else { Value::Text(stored) })
}

/// A 32-bit number without a fraction.
fn whole(json: &Json) -> Option<i64> {
    json.as_i64().filter(|number| i32::try_from(*number).is_ok())
}

fn within(table: &Table, column: &Column, number: i64, min: i64, max: i64, code: u32) -> Result<Value> {
    match (min..=max).contains(&number) {
        true => Ok(Value::Integer(number)),
        false => Err(outside(table, column, &number.to_string(), code)),
    }
}

fn outside(table: &Table, column: &Column, value: &str, code: u32) -> ApiError {
    ApiError::bad(
        code,
        format!(
            "A validation error occurred.  The value {value} of '{}' on record of type '{}' is outside the valid \
             range.",
            column.name, table.name
        ),
    )
}

/// A decimal number; digits that do not fit the column are rounded half away from zero.
fn amount(
    table: &Table,
    column: &Column,
    json: &Json,
    digits: u32,
    min: i64,
    max: i64,
    mismatch: impl Fn() -> ApiError,
) -> Result<Value> {
    let Json::Number(number) = json else { return Err(mismatch()) };
    let text = number.to_string();
    let too_large = || outside(table, column, &text, 0x8004_4330);
    // One digit more tells how to round.
    let finer = match scaled(&text, digits + 1) {
        Some(finer) => finer.value,
        None => {
            return scaled(&text, digits).map_or_else(
                || Err(too_large()),
                |scaled| limited(scaled.value, digits, min, max).ok_or_else(too_large),
            );
        }
    };
    let rest = finer % 10;
    let value = finer / 10 + if rest.abs() >= 5 { finer.signum() } else { 0 };
    limited(value, digits, min, max).ok_or_else(too_large)
}

fn limited(value: i64, digits: u32, min: i64, max: i64) -> Option<Value> {
    let one = 10_i128.pow(digits);
    let range = i128::from(min) * one..=i128::from(max) * one;
    range.contains(&i128::from(value)).then_some(Value::Integer(value))
}
