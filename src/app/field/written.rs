//! Values as they stand in a command: what the editors read, and choices by their labels or numbers, where nobody
//! picks from a menu. Lookups need the server and are not read here.

use jiff::Timestamp;

use super::choice::{self, Pick};
use super::{choices, null, status, yes_no};
use crate::app::pending::Staged;
use crate::app::zone::Zone;
use crate::dataverse::metadata::Choice;
use crate::dataverse::{Change, Column, ColumnKind, Row};

/// So many options are listed at most.
const LISTED: usize = 20;

/// Reads a value of a column of `row`, whose state decides which status reasons there are. No text is no value.
///
/// # Errors
///
/// A sentence that says what is expected: the limit, or the options there are.
pub fn read(column: &Column, text: &str, row: &Row, now: Timestamp, zone: &Zone) -> Result<Staged, String> {
    if text.trim().is_empty() {
        return null(column);
    }
    match &column.kind {
        ColumnKind::YesNo { yes, no } => yes_or_no(&yes_no::picks(yes, no), text.trim()),
        ColumnKind::Choice { options } => one(&choice::picks(options), text.trim()),
        ColumnKind::Status { options } => one(&status::picks(row, options), text.trim()),
        ColumnKind::Choices { options } => several(options, text),
        ColumnKind::File { .. } => Err("Files cannot be set from here.".into()),
        ColumnKind::Image { .. } => Err("Images cannot be set from here.".into()),
        _ => super::read(column, text, now, zone),
    }
}

/// The option with this label, in either case, or this number.
fn one(picks: &[Pick], text: &str) -> Result<Staged, String> {
    let is_meant = |pick: &&Pick| is_label(pick, text) || pick.detail == text;
    let meant: Vec<&Pick> = picks.iter().filter(is_meant).collect();
    match meant.as_slice() {
        [only] => Ok(only.staged.clone()),
        [] => Err(format!("`{text}` is no option. There are: {}.", listed(picks))),
        _ => Err(format!("`{text}` can mean several options. Give the number: {}.", listed(meant))),
    }
}

/// The labels come first: an environment may call its `true` "No".
fn yes_or_no(picks: &[Pick], text: &str) -> Result<Staged, String> {
    let word = match text.to_lowercase().as_str() {
        _ if picks.iter().any(|pick| is_label(pick, text)) => text,
        "yes" | "true" | "1" => "true",
        "no" | "false" | "0" => "false",
        _ => text,
    };
    one(picks, word)
}

/// Options by label or number, with semicolons between them, or commas.
fn several(options: &[Choice], text: &str) -> Result<Staged, String> {
    let picks = choice::picks(options);
    let between = if text.contains(';') { ';' } else { ',' };
    let mut chosen = Vec::new();
    for part in text.split(between).map(str::trim).filter(|part| !part.is_empty()) {
        if let Change::Number(number) = one(&picks, part)?.change {
            chosen.extend(number.parse::<i32>());
        }
    }
    if chosen.is_empty() {
        return Err(format!("No option is named. There are: {}.", listed(&picks)));
    }
    Ok(choices::staged(options, &chosen))
}

fn is_label(pick: &Pick, text: &str) -> bool {
    pick.staged.text.trim().to_lowercase() == text.to_lowercase()
}

/// `High (1), Normal (2)`.
fn listed<'a>(picks: impl IntoIterator<Item = &'a Pick>) -> String {
    let all: Vec<String> =
        picks.into_iter().map(|pick| format!("{} ({})", pick.staged.text, pick.detail)).collect();
    match all.len().checked_sub(LISTED) {
        _ if all.is_empty() => "none".to_owned(),
        None | Some(0) => all.join(", "),
        Some(more) => format!("{} and {more} more", all[..LISTED].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::dataverse::metadata::{DateBehavior, DateFormat, Required, TextFormat};

    fn column(kind: ColumnKind) -> Column {
        Column {
            name: "c".into(),
            display_name: "C".into(),
            kind,
            required: Required::None,
            updatable: true,
            creatable: true,
            secured: false,
            computed: false,
            is_custom: false,
        }
    }

    fn options(all: &[(i32, &str)]) -> Vec<Choice> {
        all.iter()
            .map(|(value, label)| Choice { value: *value, label: (*label).into(), state: None })
            .collect()
    }

    fn value_in(kind: ColumnKind, text: &str, row: &str) -> Result<String, String> {
        let now = "2026-11-23T14:02:00Z".parse().unwrap();
        let row = Row::from_json(row.to_owned()).unwrap();
        read(&column(kind), text, &row, now, &Zone::default()).map(|staged| staged.change.json())
    }

    fn value(kind: ColumnKind, text: &str) -> Result<String, String> {
        value_in(kind, text, "{}")
    }

    #[test]
    fn a_choice_is_named_by_its_label_or_number_and_anything_else_is_told_the_options() {
        let kind = || ColumnKind::Choice { options: options(&[(1, "High"), (2, "Normal"), (-3, "Low")]) };
        for (text, json) in [("high", "1"), (" Normal ", "2"), ("-3", "-3"), ("", "null")] {
            assert_eq!(value(kind(), text), Ok(json.to_owned()), "{text}");
        }
        let all = "Low (-3), High (1), Normal (2)";
        for text in ["Urgent", "4", "Hig", "1.0"] {
            assert_eq!(value(kind(), text), Err(format!("`{text}` is no option. There are: {all}.")));
        }
    }

    #[test]
    fn a_label_that_several_options_have_is_refused_with_their_numbers() {
        let kind =
            || ColumnKind::Choice { options: options(&[(1, "Open"), (2, "Done"), (4, "open"), (7, "4")]) };
        let refused = "`Open` can mean several options. Give the number: Open (1), open (4).";
        assert_eq!(value(kind(), "Open").unwrap_err(), refused);
        assert_eq!(value(kind(), "1").unwrap(), "1");
        assert!(
            value(kind(), "4").unwrap_err().contains("open (4), 4 (7)"),
            "number of one, label of another"
        );
    }

    #[test]
    fn yes_and_no_are_their_labels_first() {
        let kind = |yes: &str, no: &str| ColumnKind::YesNo { yes: yes.into(), no: no.into() };
        for (text, json) in
            [("passed", "true"), ("Failed", "false"), ("yes", "true"), ("0", "false"), ("TRUE", "true")]
        {
            assert_eq!(value(kind("Passed", "Failed"), text), Ok(json.to_owned()), "{text}");
        }
        assert_eq!(value(kind("No", "Yes"), "no"), Ok("true".into()));
        let refused = "`maybe` is no option. There are: Passed (true), Failed (false).";
        assert_eq!(value(kind("Passed", "Failed"), "maybe").unwrap_err(), refused);
    }

    #[test]
    fn several_answers_are_sent_in_the_order_of_their_values_each_once() {
        let kind =
            || ColumnKind::Choices { options: options(&[(1, "Clean"), (8, "Wet, cold"), (3, "Loose")]) };
        for (text, json) in [
            ("loose, clean", "\"1,3\""),
            ("Wet, cold; 1; Clean", "\"1,8\""),
            ("8", "\"8\""),
            ("Wet, cold;", "\"8\""),
            ("", "null"),
        ] {
            assert_eq!(value(kind(), text), Ok(json.to_owned()), "{text}");
        }
        assert!(value(kind(), "Clean,Dry").unwrap_err().starts_with("`Dry` is no option."));
        assert!(value(kind(), ",").unwrap_err().starts_with("No option is named."));
    }

    #[test]
    fn a_status_reason_is_one_of_the_rows_state() {
        let option = |value, label: &str, state| Choice { value, label: label.into(), state: Some(state) };
        let kind = || ColumnKind::Status { options: vec![option(1, "Open", 0), option(5, "Solved", 1)] };
        assert_eq!(value_in(kind(), "open", r#"{"statecode":0}"#), Ok("1".into()));
        let refused = value_in(kind(), "Solved", r#"{"statecode":0}"#).unwrap_err();
        assert_eq!(refused, "`Solved` is no option. There are: Open (1).");
        assert!(value_in(kind(), "", "{}").unwrap_err().contains("needs a value"));
    }

    #[test]
    fn the_rest_is_read_as_the_editors_read_it() {
        let money = ColumnKind::Money { min: None, max: None, precision: 4 };
        assert_eq!(value(money, "922337203685477.5800"), Ok("922337203685477.5800".into()));
        let date = ColumnKind::DateTime { format: DateFormat::DateOnly, behavior: DateBehavior::DateOnly };
        assert_eq!(value(date, "tomorrow"), Ok("\"2026-11-24\"".into()));
        let text = ColumnKind::Text { max_length: Some(3), format: TextFormat::Text };
        assert_eq!(value(text, "abcd").unwrap_err(), "At most 3 characters; these are 4.");
        assert!(value(ColumnKind::File { max_kb: None }, "x").unwrap_err().contains("Files cannot be set"));
    }

    proptest! {
        #[test]
        fn whatever_is_given_is_a_well_formed_value_or_told(text in "(1|2|-3|no|[.:])([,;] ?(1|2|-3|x)){0,2}|.{0,20}", kind in 0_usize..6) {
            let open = || options(&[(1, "A, b"), (2, "2"), (-3, "")]);
            let kind = match kind {
                0 => ColumnKind::Choice { options: open() },
                1 => ColumnKind::Choices { options: open() },
                2 => ColumnKind::YesNo { yes: String::new(), no: "No".into() },
                3 => ColumnKind::Double { min: None, max: None, precision: 5 },
                4 => ColumnKind::Whole { min: -5, max: 5 },
                _ => ColumnKind::DateTime { format: DateFormat::DateAndTime, behavior: DateBehavior::UserLocal },
            };
            let (now, row) = (Timestamp::UNIX_EPOCH, Row::from_json("{}").unwrap());
            match read(&column(kind), &text, &row, now, &Zone::default()) {
                Ok(staged) => prop_assert!(staged.change.is_well_formed(), "{staged:?}"),
                Err(sentence) => prop_assert!(sentence.ends_with('.'), "{sentence}"),
            }
        }
    }

    #[test]
    fn a_long_list_of_options_is_cut_and_says_so() {
        let all: Vec<Choice> =
            (1..=25).map(|value| Choice { value, label: format!("O{value}"), state: None }).collect();
        let refused = value(ColumnKind::Choice { options: all }, "x").unwrap_err();
        assert!(refused.ends_with("O20 (20) and 5 more."), "{refused}");
    }
}
