//! Columns with one option of a list.

use crate::app::pending::Staged;
use crate::dataverse::{Change, metadata::Choice};

/// An option that can be picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// What picking it stages.
    pub staged: Staged,
    /// The value on the wire.
    pub detail: String,
}

/// The options in the order of their values, which people learn as the order of the menu.
pub fn picks<'a>(options: impl IntoIterator<Item = &'a Choice>) -> Vec<Pick> {
    let mut options: Vec<&Choice> = options.into_iter().collect();
    options.sort_by_key(|option| option.value);
    options
        .into_iter()
        .map(|option| Pick {
            staged: Staged { change: Change::Number(option.value.to_string()), text: option.label.clone() },
            detail: option.value.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_in_the_order_of_their_values() {
        let option = |value: i32, label: &str| Choice { value, label: label.into(), state: None };
        let picks = picks(&[option(3, "Low"), option(-1, "Unset"), option(1, "High")]);
        let labels: Vec<&str> = picks.iter().map(|pick| pick.staged.text.as_str()).collect();
        assert_eq!(labels, ["Unset", "High", "Low"]);
        assert_eq!(picks[0].staged.change, Change::Number("-1".into()));
    }
}
