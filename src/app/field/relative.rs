//! Numbers that are typed short or relative to the value before: `1.5k`, `+10%`, `*2`, `=-5`.
//!
//! `-5` alone is a negative number. A number may stand before the sign, because editing begins with the old value and
//! the cursor behind it: `1200*2`.

use std::borrow::Cow;

use rust_decimal::{Decimal, RoundingStrategy};

/// What was typed as the number that it means, with at most `precision` digits after the point; as it was typed where
/// that is a plain number, or nothing that this knows.
///
/// # Errors
///
/// A sentence when there is no value that it could be relative to, or the result cannot be told.
pub fn resolve<'a>(typed: &'a str, old: &str, precision: u32) -> Result<Cow<'a, str>, String> {
    let text: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(number) = thousands(&text) {
        return Ok(Cow::Owned(number?.normalize().to_string()));
    }
    let Some((base, operation)) = operation(&text) else { return Ok(Cow::Borrowed(typed)) };
    let base = if base.is_empty() { old.trim() } else { base };
    if base.is_empty() {
        return Err("There is no value that this could be relative to.".into());
    }
    let base = number(base).ok_or("The value before has too many digits to reckon with.")?;
    let result = operation.apply(base).ok_or("The result has too many digits.")?;
    let rounded = result.round_dp_with_strategy(precision, RoundingStrategy::MidpointAwayFromZero);
    Ok(Cow::Owned(rounded.normalize().to_string()))
}

/// Whether a number is meant to be relative to the value before.
pub fn is_relative(typed: &str) -> bool {
    let text: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    thousands(&text).is_none() && operation(&text).is_some_and(|(base, _)| base.is_empty())
}

/// What is done with the value before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Add(Decimal),
    Times(Decimal),
    Over(Decimal),
    Percent(Decimal),
}

impl Operation {
    fn apply(self, base: Decimal) -> Option<Decimal> {
        match self {
            Self::Add(other) => base.checked_add(other),
            Self::Times(factor) => base.checked_mul(factor),
            Self::Over(divisor) => base.checked_div(divisor),
            Self::Percent(more) => {
                base.checked_mul(more)?.checked_div(Decimal::ONE_HUNDRED)?.checked_add(base)
            }
        }
    }
}

/// `1.5k`, `2m`: thousands and millions. Nothing for any other text.
fn thousands(text: &str) -> Option<Result<Decimal, String>> {
    let (digits, factor) = match text.char_indices().next_back()? {
        (end, 'k' | 'K') => (&text[..end], 1_000),
        (end, 'm' | 'M') => (&text[..end], 1_000_000),
        _ => return None,
    };
    let unsigned = digits.strip_prefix('-').unwrap_or(digits);
    let is_plain = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let number = number(digits).filter(|_| is_plain)?;
    Some(number.checked_mul(factor.into()).ok_or_else(|| "Too many digits.".to_owned()))
}

/// The number before a sign, where there is one, and what the sign does with it.
fn operation(text: &str) -> Option<(&str, Operation)> {
    let (base, text) = match text.strip_prefix('=') {
        Some(rest) => ("", rest),
        None => {
            // A sign in front belongs to the number, except `+`.
            let from = usize::from(text.starts_with('-'));
            let at = text[from..].find(['+', '-', '*', '/']).map(|at| at + from);
            match at {
                Some(at) => text.split_at(at),
                // `-10%`: no number, so relative.
                None if text.ends_with('%') => ("", text),
                None => return None,
            }
        }
    };
    let (sign, rest) = text.split_at_checked(1)?;
    let (digits, is_percent) = match rest.strip_suffix('%') {
        Some(digits) => (digits, true),
        None => (rest, false),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let operand = number(digits).filter(|_| base.is_empty() || number(base).is_some())?;
    let operation = match (sign, is_percent) {
        ("+", true) => Operation::Percent(operand),
        ("-", true) => Operation::Percent(-operand),
        ("+", false) => Operation::Add(operand),
        ("-", false) => Operation::Add(-operand),
        ("*", false) => Operation::Times(operand),
        ("/", false) => Operation::Over(operand),
        _ => return None,
    };
    Some((base, operation))
}

/// A number exactly, also as a server may write a double: `1E+20`.
fn number(text: &str) -> Option<Decimal> {
    Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn resolved(typed: &str, old: &str) -> Result<String, String> {
        resolve(typed, old, 2).map(Cow::into_owned)
    }

    #[test]
    fn what_is_relative_is_reckoned_from_the_value_before() {
        for (typed, old, result) in [
            ("+10%", "1200", "1320"),
            ("-10%", "1200", "1080"),
            ("=-10%", "50", "45"),
            ("*2", "0.10", "0.2"),
            ("/4", "1", "0.25"),
            ("/3", "1", "0.33"),
            ("+5", "7.5", "12.5"),
            ("=+5", "-7", "-2"),
            ("=-5", "7", "2"),
            ("1200*2", "9", "2400"),
            ("1200-0.5", "9", "1199.5"),
            ("-3+1", "9", "-2"),
            ("1200 + 10 %", "9", "1320"),
            ("+10%", "12.35", "13.59"),
            ("+10%", "922337203685477.5807", "1014570924054025.34"),
        ] {
            assert_eq!(resolved(typed, old), Ok(result.to_owned()), "{typed} of {old}");
        }
    }

    #[test]
    fn thousands_and_millions_are_numbers_of_their_own() {
        for (typed, result) in [("1.5k", "1500"), ("-2K", "-2000"), ("0.25m", "250000"), (".5k", "500")] {
            assert_eq!(resolved(typed, "9"), Ok(result.to_owned()), "{typed}");
            assert!(!is_relative(typed));
        }
    }

    #[test]
    fn anything_else_stays_as_it_was_typed() {
        for typed in [
            "", "-5", "1.50", "007", "abc", "1e3", "1,5", "--1", "*", "+", "=", "k", "*-2", "10%5", "=5",
            "+k",
        ] {
            assert_eq!(resolved(typed, "9"), Ok(typed.to_owned()));
            assert!(!is_relative(typed), "{typed}");
        }
        assert!(is_relative("+5") && is_relative("-10%") && is_relative("=-5") && !is_relative("7+5"));
    }

    #[test]
    fn what_cannot_be_reckoned_says_why() {
        assert!(resolved("+5", "").unwrap_err().contains("no value"));
        assert!(resolved("/0", "5").unwrap_err().contains("too many digits"));
        assert!(resolved("*10", &"9".repeat(28)).unwrap_err().contains("too many digits"));
        assert!(resolved("*2", &"9".repeat(40)).unwrap_err().contains("too many digits"));
    }

    proptest! {
        #[test]
        fn sums_and_products_are_exact(old in -1_000_000_000i64..1_000_000_000, other in 0i64..1_000_000_000) {
            let cents = |number: i64| Decimal::new(number, 2);
            let told = |typed: String| resolved(&typed, &cents(old).to_string()).unwrap();
            prop_assert_eq!(told(format!("=+{}", cents(other))), cents(old + other).normalize().to_string());
            prop_assert_eq!(told(format!("=-{}", cents(other))), cents(old - other).normalize().to_string());
            prop_assert_eq!(told(format!("*{}", other % 1000)), cents(old * (other % 1000)).normalize().to_string());
        }

        #[test]
        fn whatever_is_typed_gives_a_text_or_a_sentence(typed in ".{0,12}", old in "-?[0-9]{0,20}(\\.[0-9]{0,5})?") {
            if let Err(sentence) = resolve(&typed, &old, 4) {
                prop_assert!(sentence.ends_with('.'));
            }
        }
    }
}
