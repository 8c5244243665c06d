//! What a person types, read as a value of a column: one file a kind, each with its limits.
//!
//! Must not know: screens, keys, the server. A message here is a sentence that says the limit.

pub mod choice;
pub mod choices;
pub mod date;
mod date_words;
pub mod decimal;
pub mod money;
pub mod relative;
pub mod status;
pub mod text;
pub mod whole;
pub mod written;
pub mod yes_no;

use jiff::Timestamp;

use super::pending::Staged;
use super::zone::Zone;
use crate::dataverse::metadata::{DateBehavior, DateFormat, Required};
use crate::dataverse::{Change, Column, ColumnKind};

/// How a column is edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// One line of text.
    Line,
    /// Several lines of text.
    Lines,
    /// A choice from a menu.
    Menu,
    /// Several choices from a menu.
    Several,
    /// A row that is searched for.
    Search,
}

/// What a value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A row that is there.
    Update,
    /// A row that is made.
    Create,
}

/// Makes sure that the server takes a value of the column.
///
/// # Errors
///
/// A sentence that says why it does not.
pub fn writable(column: &Column, purpose: Purpose) -> Result<(), String> {
    let label = &column.display_name;
    match column.kind {
        ColumnKind::State { .. } => {
            return Err(format!(
                "{label} follows from what is done with the row. It cannot be set by itself."
            ));
        }
        ColumnKind::Id => return Err(format!("{label} is an id: the server gives it once.")),
        ColumnKind::EntityName | ColumnKind::Other(_) => return Err(format!("{label} is read-only.")),
        _ => {}
    }
    if column.computed {
        return Err(format!("{label} is computed by the server."));
    }
    match (purpose, column.creatable, column.updatable) {
        (Purpose::Update, true, false) => {
            Err(format!("{label} can be set when a row is made, and not later."))
        }
        (Purpose::Update, false, false) => Err(format!("{label} is read-only.")),
        (Purpose::Create, false, true) => {
            Err(format!("{label} cannot be set when a row is made, but later."))
        }
        (Purpose::Create, false, false) => Err(format!("{label} is read-only.")),
        _ => Ok(()),
    }
}

/// How a column is edited.
///
/// # Errors
///
/// A sentence that says why it is not.
pub fn way(column: &Column) -> Result<Way, String> {
    writable(column, Purpose::Update)?;
    let what = match column.kind {
        ColumnKind::Text { .. }
        | ColumnKind::Whole { .. }
        | ColumnKind::BigInt
        | ColumnKind::Decimal { .. }
        | ColumnKind::Double { .. }
        | ColumnKind::Money { .. }
        | ColumnKind::DateTime { .. } => return Ok(Way::Line),
        ColumnKind::Memo { .. } => return Ok(Way::Lines),
        ColumnKind::YesNo { .. } | ColumnKind::Choice { .. } | ColumnKind::Status { .. } => {
            return Ok(Way::Menu);
        }
        ColumnKind::Choices { .. } => return Ok(Way::Several),
        ColumnKind::Lookup { .. } => return Ok(Way::Search),
        ColumnKind::File { .. } => return Err("Files are put and removed by the keys behind  e".to_owned()),
        ColumnKind::Image { .. } => return Err("Images are put and removed by the keys behind  e".to_owned()),
        ColumnKind::State { .. } | ColumnKind::Id | ColumnKind::EntityName | ColumnKind::Other(_) => {
            "Such columns"
        }
    };
    Err(format!("{what} cannot be edited here.  o opens the row in the app"))
}

/// Reads what was typed into a line or a box. Nothing typed is no value.
///
/// # Errors
///
/// A sentence that says what is expected.
pub fn read(column: &Column, typed: &str, now: Timestamp, zone: &Zone) -> Result<Staged, String> {
    if typed.trim().is_empty() {
        return null(column);
    }
    match &column.kind {
        ColumnKind::Text { max_length, .. } | ColumnKind::Memo { max_length } => {
            text::read(typed, *max_length)
        }
        ColumnKind::Whole { min, max } => whole::read(typed, *min, *max),
        ColumnKind::BigInt => whole::read(typed, i64::MIN, i64::MAX),
        ColumnKind::Decimal { min, max, precision } | ColumnKind::Double { min, max, precision } => {
            decimal::read(typed, *min, *max, *precision)
        }
        ColumnKind::Money { min, max, precision } => money::read(typed, *min, *max, *precision),
        ColumnKind::DateTime { format, behavior } => date::read(typed, *format, *behavior, now, zone),
        _ => Err(way(column)
            .err()
            .unwrap_or_else(|| format!("{} is chosen from a menu.", column.display_name))),
    }
}

/// Digits that a number may have after its point; nothing for what is no number.
pub fn precision(kind: &ColumnKind) -> Option<u32> {
    match kind {
        ColumnKind::Whole { .. } | ColumnKind::BigInt => Some(0),
        ColumnKind::Decimal { precision, .. }
        | ColumnKind::Double { precision, .. }
        | ColumnKind::Money { precision, .. } => Some(*precision),
        _ => None,
    }
}

/// The text that editing begins with: a number with no more digits than may be typed, when the others are zeros, and
/// a date as people write it, in their time zone.
pub fn begin(column: &Column, text: String, zone: &Zone) -> String {
    let precision = match column.kind {
        ColumnKind::Decimal { precision, .. }
        | ColumnKind::Double { precision, .. }
        | ColumnKind::Money { precision, .. } => precision as usize,
        ColumnKind::DateTime { format, behavior: DateBehavior::UserLocal } if text.ends_with(":00Z") => {
            return zone.local(&text, format == DateFormat::DateAndTime).unwrap_or(text);
        }
        ColumnKind::DateTime { format, .. } => {
            return match text.strip_suffix(":00Z").and_then(|text| text.split_once('T')) {
                Some((date, _)) if format == DateFormat::DateOnly => date.to_owned(),
                Some((date, clock)) => format!("{date} {clock}"),
                None => text,
            };
        }
        _ => return text,
    };
    let Some((whole, fraction)) = text.split_once('.') else { return text };
    let zeros = |rest: &str| !rest.is_empty() && rest.bytes().all(|b| b == b'0');
    match fraction.get(precision..) {
        Some(rest) if zeros(rest) && precision == 0 => whole.to_owned(),
        Some(rest) if zeros(rest) => format!("{whole}.{}", &fraction[..precision]),
        _ => text,
    }
}

/// No value.
///
/// # Errors
///
/// A sentence when the server or the people who set up the table insist on one.
pub fn null(column: &Column) -> Result<Staged, String> {
    let label = &column.display_name;
    if column.required == Required::System
        || matches!(column.kind, ColumnKind::Status { .. } | ColumnKind::State { .. })
    {
        return Err(format!("{label} needs a value: the server refuses an empty one."));
    }
    if column.required == Required::Application {
        return Err(format!("{label} needs a value: it is required (!) in this table."));
    }
    Ok(Staged { change: Change::Null, text: "-".into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editing_a_number_begins_with_what_may_be_typed() {
        let begins = |text: &str, precision| {
            let column = Column {
                name: "cost".into(),
                display_name: "Cost".into(),
                kind: ColumnKind::Money { min: None, max: None, precision },
                required: Required::None,
                updatable: true,
                creatable: true,
                secured: false,
                computed: false,
                is_custom: false,
            };
            begin(&column, text.to_owned(), &Zone::default())
        };
        assert_eq!(begins("2116582.1300", 2), "2116582.13");
        assert_eq!(begins("5.00", 0), "5");
        assert_eq!(begins("2.1301", 2), "2.1301");
        assert_eq!(begins("2.1", 2), "2.1");
        assert_eq!(begins("7", 2), "7");
    }
}
