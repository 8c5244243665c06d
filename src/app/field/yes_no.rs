//! Columns with two options, each with its label.

use super::choice::Pick;
use crate::app::pending::Staged;
use crate::dataverse::Change;

/// The two options, yes first.
pub fn picks(yes: &str, no: &str) -> Vec<Pick> {
    let pick = |value: bool, label: &str| Pick {
        staged: Staged { change: Change::YesNo(value), text: label.to_owned() },
        detail: value.to_string(),
    };
    vec![pick(true, yes), pick(false, no)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_of_the_environment_stands_for_true() {
        let picks = picks("Do Not Allow", "Allow");
        assert_eq!(picks[0].staged, Staged { change: Change::YesNo(true), text: "Do Not Allow".into() });
        assert_eq!(picks[1].staged.change, Change::YesNo(false));
    }
}
