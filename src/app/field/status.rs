//! Status reasons: only those of the state that the row has. Another state is reached by an action.

use super::choice::{self, Pick};
use crate::dataverse::{Row, metadata::Choice};

/// The state of a row, from its `statecode` or from the state that its status belongs to.
pub fn state_of(row: &Row, options: &[Choice]) -> Option<i32> {
    let number = |property: &str| row.cell(property)?.raw_text()?.parse::<i32>().ok();
    number("statecode").or_else(|| {
        let status = number("statuscode")?;
        options.iter().find(|option| option.value == status)?.state
    })
}

/// The reasons that are valid for the row as it is. All of them when its state was not read.
pub fn picks(row: &Row, options: &[Choice]) -> Vec<Pick> {
    let state = state_of(row, options);
    choice::picks(
        options.iter().filter(|option| state.is_none() || option.state.is_none() || option.state == state),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(row: &str) -> Vec<String> {
        let option =
            |value: i32, label: &str, state: i32| Choice { value, label: label.into(), state: Some(state) };
        let options = [option(1, "In Progress", 0), option(2, "On Hold", 0), option(5, "Problem Solved", 1)];
        let row = Row::from_json(row.to_owned()).unwrap();
        picks(&row, &options).into_iter().map(|pick| pick.staged.text).collect()
    }

    #[test]
    fn only_the_reasons_of_the_current_state_are_offered() {
        assert_eq!(labels(r#"{"statecode":0}"#), ["In Progress", "On Hold"]);
        assert_eq!(labels(r#"{"statecode":1,"statuscode":5}"#), ["Problem Solved"]);
        assert_eq!(labels(r#"{"statuscode":2}"#), ["In Progress", "On Hold"]);
        assert_eq!(labels("{}").len(), 3);
    }
}
