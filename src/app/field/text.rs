//! Text. Length counts in UTF-16 units, as the server does.

use crate::app::pending::Staged;
use crate::dataverse::Change;

/// Length as the server counts it.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Takes text that is not too long.
///
/// # Errors
///
/// A sentence that says the limit.
pub fn read(typed: &str, max_length: Option<u32>) -> Result<Staged, String> {
    let length = length(typed);
    match max_length {
        Some(most) if length > most as usize => {
            Err(format!("At most {most} characters; these are {length}."))
        }
        _ => Ok(Staged { change: Change::Text(typed.to_owned()), text: typed.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_utf_16_units() {
        assert!(read("abcd", Some(4)).is_ok());
        assert_eq!(read("abcde", Some(4)).unwrap_err(), "At most 4 characters; these are 5.");
        assert!(read("👍👍", Some(4)).is_ok());
        assert!(read("👍👍a", Some(4)).is_err());
        assert!(read("abcde", None).is_ok());
    }
}
