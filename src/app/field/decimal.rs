//! Decimal numbers. The text that was typed is what is sent: nothing is rounded.

use rust_decimal::Decimal;

use crate::app::pending::Staged;
use crate::dataverse::Change;

/// Reads a decimal number between two limits with at most `precision` digits after the point.
///
/// # Errors
///
/// A sentence that says what is expected.
pub fn read(
    typed: &str,
    min: Option<Decimal>,
    max: Option<Decimal>,
    precision: u32,
) -> Result<Staged, String> {
    let text = json_number(typed.trim())?;
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    if fraction.len() > precision as usize {
        return Err(match precision {
            0 => "No digits after the point.".into(),
            1 => "At most 1 digit after the point.".into(),
            _ => format!("At most {precision} digits after the point."),
        });
    }
    let Ok(number) = Decimal::from_str_exact(&text) else {
        return Err("Too many digits.".into());
    };
    match (min, max) {
        (Some(min), Some(max)) if number < min || number > max => Err(format!("From {min} to {max}.")),
        (Some(min), None) if number < min => Err(format!("At least {min}.")),
        (None, Some(max)) if number > max => Err(format!("At most {max}.")),
        _ => Ok(Staged { change: Change::Number(text.clone()), text }),
    }
}

/// The typed number as JSON wants it: no plus sign, no zeros in front, a digit on both sides of the point.
fn json_number(typed: &str) -> Result<String, String> {
    const EXPECTED: &str = "A number is expected, such as 1234.50.";
    let (sign, rest) = match typed.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", typed.strip_prefix('+').unwrap_or(typed)),
    };
    if rest.contains(',') {
        return Err(format!("{EXPECTED} No commas; the point separates decimals."));
    }
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.is_empty() {
        return Err(EXPECTED.into());
    }
    if whole.is_empty() && !rest.contains('.') {
        return Err(EXPECTED.into());
    }
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(match rest.contains('.') {
        true => format!("{sign}{whole}.{fraction}"),
        false => format!("{sign}{whole}"),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(typed: &str) -> Result<String, String> {
        read(typed, Some((-1000).into()), Some(1000.into()), 2).map(|staged| staged.change.json())
    }

    #[test]
    fn the_text_is_kept_and_made_json() {
        for (typed, json) in [
            ("1", "1"),
            ("1.5", "1.5"),
            ("1.50", "1.50"),
            (" -0.10 ", "-0.10"),
            (".5", "0.5"),
            ("+7", "7"),
            ("007.5", "7.5"),
            ("0", "0"),
            ("000", "0"),
            ("-1000", "-1000"),
        ] {
            assert_eq!(number(typed), Ok(json.to_owned()), "{typed}");
        }
    }

    #[test]
    fn messages_say_the_limit() {
        assert_eq!(number("1.234").unwrap_err(), "At most 2 digits after the point.");
        assert_eq!(number("1000.01").unwrap_err(), "From -1000 to 1000.");
        assert_eq!(read("-1", Some(0.into()), None, 2).unwrap_err(), "At least 0.");
        assert_eq!(read("5", None, Some(4.into()), 2).unwrap_err(), "At most 4.");
        assert_eq!(read("1.5", None, None, 0).unwrap_err(), "No digits after the point.");
        assert_eq!(read(&"9".repeat(40), None, None, 0).unwrap_err(), "Too many digits.");
        for typed in ["", "-", ".", "1.", "1e3", "abc", "1,5", "1 000", "--1", "1.2.3", "NaN"] {
            assert!(number(typed).unwrap_err().starts_with("A number is expected"), "{typed}");
        }
    }

    proptest! {
        #[test]
        fn the_number_is_sent_as_it_was_typed(text in "-?(0|[1-9][0-9]{0,14})(\\.[0-9]{1,4})?") {
            let staged = read(&text, None, None, 4).unwrap();
            prop_assert_eq!(&staged.text, &text);
            prop_assert_eq!(staged.change.json(), text);
            prop_assert!(staged.change.is_well_formed());
        }

        #[test]
        fn whatever_is_typed_gives_a_well_formed_number_or_a_sentence(text in ".{0,20}") {
            match read(&text, None, None, 10) {
                Ok(staged) => prop_assert!(staged.change.is_well_formed()),
                Err(sentence) => prop_assert!(sentence.ends_with('.')),
            }
        }
    }
}
