//! Amounts of money, in the row's currency: the currency is shown, not typed.

use rust_decimal::Decimal;

use super::decimal;
use crate::app::pending::Staged;

/// Reads an amount. A currency sign around it is refused, because the row's currency would stay as it is.
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
    let is_sign = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '₹' | '₩' | '₽' | '₺' | '¢');
    if typed.contains(is_sign) {
        return Err("The amount without a sign: it is in the row's currency.".into());
    }
    decimal::read(typed, min, max, precision)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::Change;

    #[test]
    fn an_amount_keeps_its_digits_and_takes_no_currency_sign() {
        let staged = read("922337203685477.5807", None, None, 4).unwrap();
        assert_eq!(staged.change, Change::Number("922337203685477.5807".into()));
        assert!(read("$5", None, None, 2).unwrap_err().contains("currency"));
        assert!(read("5 €", None, None, 2).is_err());
    }
}
