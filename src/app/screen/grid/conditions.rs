//! `=` and `~`: conditions from the value under the cursor.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Grid;
use super::filtering::Chip;
use crate::dataverse::metadata::DateBehavior;
use crate::dataverse::{Cell, CellValue, Column, ColumnKind, Filter, Literal, RowId, field};

/// Text longer than this is not asked for: the address of a request has room for so much.
const LONGEST: usize = 1_000;
/// Characters of a value that a chip shows.
const SHOWN: usize = 30;

/// Which rows stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Those with the value.
    Only,
    /// All others, those without any value too.
    Others,
}

impl Grid {
    /// The condition by the cell under the cursor, or why there is none.
    pub(super) fn value_chip(&self, keep: Keep) -> Result<Chip, String> {
        let column = self.current_column().ok_or("The columns are not here yet.")?;
        let row = self.current_row().ok_or("This row is not here yet.")?;
        let cell = row.cell(&column.property());
        let cell = cell.ok_or_else(|| format!("{} was not read for this row.", column.display_name))?;
        let filter = condition(column, &cell, keep)?;
        let name = &column.display_name;
        let label = match (cell.text(), keep) {
            (None, Keep::Only) => format!("{name} is empty"),
            (None, Keep::Others) => format!("{name} is not empty"),
            (Some(text), Keep::Only) => format!("{name} = {}", short(&text)),
            (Some(text), Keep::Others) => format!("{name} != {}", short(&text)),
        };
        Ok(Chip { told: label.clone(), label, searched: vec![], filter })
    }
}

/// The condition on a column that a cell meets, or does not meet; otherwise why there is none.
fn condition(column: &Column, cell: &Cell<'_>, keep: Keep) -> Result<Filter, String> {
    let property = column.property();
    let equal = |literal: Literal| match keep {
        Keep::Only => field(property.clone()).eq(literal),
        // Rows without a value have not this one. Whether `ne` finds them is said out loud.
        Keep::Others => field(property.clone()).ne(literal).or(field(property.clone()).is_null()),
    };
    let cannot = |why: &str| Err(format!("{}: {why}", column.display_name));
    match (&column.kind, cell.value()) {
        (_, CellValue::Null) => Ok(match keep {
            Keep::Only => field(property).is_null(),
            Keep::Others => field(property).ne(Literal::Null),
        }),
        (ColumnKind::File { .. } | ColumnKind::Image { .. } | ColumnKind::Other(_), _)
        | (_, CellValue::Nested(_)) => cannot("the server cannot be asked for such a value."),
        (_, CellValue::YesNo(yes)) => Ok(equal(yes.into())),
        (_, CellValue::Number(text)) => Ok(equal(Literal::Number(text.to_owned()))),
        (ColumnKind::Lookup { .. } | ColumnKind::Id, CellValue::Text(text)) => match text.parse::<RowId>() {
            Ok(id) => Ok(equal(id.into())),
            Err(_) => cannot("the server sent no key here."),
        },
        (ColumnKind::DateTime { behavior: DateBehavior::DateOnly, .. }, CellValue::Text(text)) => {
            match text.parse::<Date>() {
                Ok(date) => Ok(equal(date.into())),
                Err(_) => cannot("the server sent no date here."),
            }
        }
        (ColumnKind::DateTime { .. }, CellValue::Text(text)) => match text.parse::<Timestamp>() {
            Ok(instant) => Ok(equal(instant.into())),
            Err(_) => cannot("the server sent no time here."),
        },
        (ColumnKind::Choices { .. }, CellValue::Text(text)) => match choices(column, &text, keep) {
            Some(filter) => Ok(filter),
            None => cannot("the server sent no choices here."),
        },
        (_, CellValue::Text(text)) if text.chars().count() > LONGEST => {
            cannot("this text is too long to be asked for. / searches for a part of it.")
        }
        (_, CellValue::Text(text)) => Ok(equal(Literal::Text(text.into_owned()))),
    }
}

/// Exactly these choices. `eq` does not take lists; `In` compares the whole of them.
fn choices(column: &Column, text: &str, keep: Keep) -> Option<Filter> {
    let values: Option<Vec<i32>> = text.split(',').map(|value| value.trim().parse().ok()).collect();
    let values: Vec<String> = values?.iter().map(|value| format!("\"{value}\"")).collect();
    let name = column.name.as_str().replace('\'', "''");
    let operator = if keep == Keep::Only { "In" } else { "NotIn" };
    let exactly = Filter::Raw(format!(
        "Microsoft.Dynamics.CRM.{operator}(PropertyName='{name}',PropertyValues=[{}])",
        values.join(",")
    ));
    Some(match keep {
        Keep::Only => exactly,
        Keep::Others => exactly.or(field(name).is_null()),
    })
}

/// A value as a chip shows it.
pub(in crate::app) fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    line.chars().take(SHOWN - 3).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::metadata::{DateFormat, Required, TextFormat};

    fn column(name: &str, kind: ColumnKind) -> Column {
        Column {
            name: name.into(),
            display_name: name.to_owned(),
            kind,
            required: Required::None,
            updatable: true,
            creatable: true,
            secured: false,
            computed: false,
            is_custom: false,
        }
    }

    fn cell(json: &str) -> Cell<'_> {
        Cell { json, formatted: Some("label".into()), table: None, navigation: None }
    }

    fn date(behavior: DateBehavior) -> ColumnKind {
        ColumnKind::DateTime { format: DateFormat::DateOnly, behavior }
    }

    #[test]
    fn every_kind_of_value_has_its_condition() {
        let text = || ColumnKind::Text { max_length: None, format: TextFormat::Text };
        let money = || ColumnKind::Money { min: None, max: None, precision: 4 };
        let id = "\"7D577253-3EF0-4A0A-BB7F-8335C2596E70\"";
        for (kind, json, expected) in [
            (text(), "\"50%_O'Neil\"", "x eq '50[%][_]O''Neil'"),
            (text(), "\"\"", "x eq ''"),
            (text(), "null", "x eq null"),
            (ColumnKind::Choice { options: vec![] }, "1", "x eq 1"),
            (ColumnKind::YesNo { yes: "Y".into(), no: "N".into() }, "false", "x eq false"),
            (money(), "922337203685477.5800", "x eq 922337203685477.5800"),
            (ColumnKind::BigInt, "9223372036854775807", "x eq 9223372036854775807"),
            (ColumnKind::Lookup { targets: vec![] }, id, "_x_value eq 7d577253-3ef0-4a0a-bb7f-8335c2596e70"),
            (ColumnKind::Lookup { targets: vec![] }, "null", "_x_value eq null"),
            (date(DateBehavior::DateOnly), "\"1990-01-31\"", "x eq 1990-01-31"),
            (date(DateBehavior::UserLocal), "\"2026-04-07T21:59:01Z\"", "x eq 2026-04-07T21:59:01Z"),
            (
                ColumnKind::Choices { options: vec![] },
                "\"3, 1\"",
                "Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=[\"3\",\"1\"])",
            ),
        ] {
            let column = column("x", kind);
            assert_eq!(condition(&column, &cell(json), Keep::Only).unwrap().to_string(), expected);
        }
    }

    #[test]
    fn to_exclude_a_value_keeps_the_rows_without_any() {
        let choice = column("x", ColumnKind::Choice { options: vec![] });
        let filter = |json| condition(&choice, &cell(json), Keep::Others).unwrap().to_string();
        assert_eq!(filter("2"), "x ne 2 or x eq null");
        assert_eq!(filter("null"), "x ne null");
        let several = column("x", ColumnKind::Choices { options: vec![] });
        assert_eq!(
            condition(&several, &cell("\"1\""), Keep::Others).unwrap().to_string(),
            "(Microsoft.Dynamics.CRM.NotIn(PropertyName='x',PropertyValues=[\"1\"])) or x eq null"
        );
    }

    #[test]
    fn what_cannot_be_asked_for_is_told() {
        let memo = column("x", ColumnKind::Memo { max_length: None });
        let long = format!("\"{}\"", "a".repeat(1_001));
        for (column, json) in [
            (memo, long.as_str()),
            (column("x", ColumnKind::Image { max_kb: None }), "\"aGVsbG8=\""),
            (column("x", ColumnKind::Id), "\"none\""),
            (column("x", date(DateBehavior::DateOnly)), "\"2026-04-07T21:59:01Z\""),
            (column("x", ColumnKind::Other("PartyListType".into())), "[1]"),
        ] {
            assert!(condition(&column, &cell(json), Keep::Only).unwrap_err().starts_with("x: "), "{json}");
        }
    }

    #[test]
    fn a_chip_shows_one_short_line() {
        assert_eq!(short("Printer\n jam"), "Printer jam");
        assert_eq!(short(&"x".repeat(40)).chars().count(), SHOWN);
    }
}
