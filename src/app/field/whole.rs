//! Whole numbers.

use crate::app::pending::Staged;
use crate::dataverse::Change;

/// Reads a whole number between two limits.
///
/// # Errors
///
/// A sentence that says the limits.
pub fn read(typed: &str, min: i64, max: i64) -> Result<Staged, String> {
    let typed = typed.trim();
    let digits = typed.strip_prefix(['-', '+']).unwrap_or(typed);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("A whole number is expected, such as 42.".into());
    }
    match typed.parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => {
            let text = number.to_string();
            Ok(Staged { change: Change::Number(text.clone()), text })
        }
        _ => Err(format!("From {min} to {max}.")),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn limits_are_said_and_anything_else_is_no_whole_number() {
        for typed in ["", "-", "1.5", "1e3", "0x10", "12a", "１２", "1 000"] {
            assert_eq!(read(typed, 0, 10).unwrap_err(), "A whole number is expected, such as 42.", "{typed}");
        }
        for typed in ["11", "-1", "99999999999999999999"] {
            assert_eq!(read(typed, 0, 10).unwrap_err(), "From 0 to 10.", "{typed}");
        }
        assert_eq!(read(" +007 ", 0, 10).unwrap().change, Change::Number("7".into()));
    }

    proptest! {
        #[test]
        fn every_number_reads_back(number: i64) {
            let staged = read(&number.to_string(), i64::MIN, i64::MAX).unwrap();
            prop_assert_eq!(staged.change, Change::Number(number.to_string()));
        }
    }
}
