//! Values of conditions. Both spellings give them as text.

use rusqlite::types::Value;

use super::subject::{Subject, options};
use crate::sandbox::odata::Error;
use crate::sandbox::odata::literal::stored_text;
use crate::sandbox::schema::Kind;

/// The stored form of a value that is compared with the subject. A choice may be named by its label, as states are
/// in old queries.
pub(super) fn stored(subject: &Subject<'_>, text: &str) -> Result<Value, Error> {
    let column = subject.column;
    if !subject.is_value() {
        return Ok(Value::Text(text.to_owned()));
    }
    let trimmed = text.trim();
    match column.kind {
        Kind::YesNo { .. } => match trimmed.to_ascii_lowercase().as_str() {
            "1" | "true" => Ok(Value::Integer(1)),
            "0" | "false" => Ok(Value::Integer(0)),
            _ => labelled(subject, trimmed),
        },
        Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. } if trimmed.parse::<i64>().is_err() => {
            labelled(subject, trimmed)
        }
        Kind::Text { .. } | Kind::Memo { .. } | Kind::EntityName | Kind::Virtual => stored_text(text, column),
        _ => stored_text(trimmed, column),
    }
}

fn labelled(subject: &Subject<'_>, text: &str) -> Result<Value, Error> {
    let label = text.to_lowercase();
    let option = options(subject.column).into_iter().find(|(_, option)| option.to_lowercase() == label);
    option.map(|(value, _)| Value::Integer(value)).ok_or_else(|| Error::Value {
        message: format!("The value '{text}' is not an option of the column '{}'.", subject.column.name),
    })
}

/// As many options as a multi-choice column takes.
const MAX_CHOICES: usize = 150;

/// The options that a value of a multi-choice column names.
pub(super) fn choices(subject: &Subject<'_>, values: &[String]) -> Result<Vec<i64>, Error> {
    let mut choices = Vec::new();
    for text in values.iter().flat_map(|value| value.split(',')).map(str::trim) {
        let choice = text.parse().map_err(|_| Error::Value {
            message: format!("The value '{text}' is not an option of the column '{}'.", subject.column.name),
        })?;
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    if choices.len() > MAX_CHOICES {
        return Err(Error::TooManyValues);
    }
    Ok(choices)
}
