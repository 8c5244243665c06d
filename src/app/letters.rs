//! Which letter picks which entry of a menu, by one rule, so that fingers can learn it.

/// Keys that a menu needs for itself.
const RESERVED: [char; 2] = ['j', 'k'];

/// More entries than this get no letters: they are found by typing.
pub const MOST: usize = 24;

/// A letter for each label, in order: the first letter of the label not yet taken, then a later one, then a digit.
///
/// A label without Latin letters gets a digit, then any letter that is free.
pub fn assign<'a>(labels: impl IntoIterator<Item = &'a str>) -> Vec<Option<char>> {
    let mut taken: Vec<char> = RESERVED.to_vec();
    labels
        .into_iter()
        .map(|label| {
            let own = label.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase());
            let letter = own.chain('1'..='9').chain('a'..='z').find(|c| !taken.contains(c))?;
            taken.push(letter);
            Some(letter)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn letters(labels: &[&str]) -> String {
        assign(labels.iter().copied()).into_iter().map(|letter| letter.unwrap_or('?')).collect()
    }

    #[test]
    fn the_first_letter_that_is_free_wins_then_digits() {
        assert_eq!(letters(&["High", "Normal", "Low"]), "hnl");
        assert_eq!(letters(&["In Progress", "On Hold", "Waiting for Details", "Researching"]), "iowr");
        assert_eq!(letters(&["Problem", "Phone", "Portal", "P"]), "pho1");
        assert_eq!(letters(&["J", "Kk"]), "12");
        assert_eq!(letters(&["高", "普通", "低"]), "123");
    }

    proptest! {
        #[test]
        fn no_letter_is_given_twice_and_j_and_k_stay_free(labels in prop::collection::vec(".{0,12}", 0..40)) {
            let given: Vec<char> = assign(labels.iter().map(String::as_str)).into_iter().flatten().collect();
            let mut unique = given.clone();
            unique.sort_unstable();
            unique.dedup();
            prop_assert_eq!(unique.len(), given.len());
            prop_assert!(!given.contains(&'j') && !given.contains(&'k'));
            prop_assert!(given.len() >= labels.len().min(33));
        }
    }
}
