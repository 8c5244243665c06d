//! Columns with several options of a list: picked one by one, or typed as labels or numbers.

use crate::app::pending::Staged;
use crate::dataverse::Change;
use crate::dataverse::metadata::Choice;

/// The numbers of a value as it travels: `1,3`.
pub fn numbers(wire: &str) -> Vec<i32> {
    wire.split(',').filter_map(|number| number.trim().parse().ok()).collect()
}

/// The options with these numbers, in the order of their values, which is how the service writes them.
pub fn staged(options: &[Choice], picked: &[i32]) -> Staged {
    let mut chosen: Vec<&Choice> = options.iter().filter(|option| picked.contains(&option.value)).collect();
    chosen.sort_by_key(|option| option.value);
    let wire = chosen.iter().map(|option| option.value.to_string()).collect::<Vec<_>>().join(",");
    let text = chosen.iter().map(|option| option.label.as_str()).collect::<Vec<_>>().join("; ");
    Staged { change: Change::Text(wire), text }
}

/// Reads labels or numbers between `;` or `,`. A label that has a comma in it is read whole, or between semicolons.
///
/// # Errors
///
/// A sentence that names what is no option, or of which there are several.
pub fn read(typed: &str, options: &[Choice]) -> Result<Vec<i32>, String> {
    if let Ok(number) = option(typed, options) {
        return Ok(vec![number]);
    }
    let between = if typed.contains(';') { ';' } else { ',' };
    let mut numbers = Vec::new();
    for part in typed.split(between).map(str::trim).filter(|part| !part.is_empty()) {
        let number = option(part, options)?;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

fn option(typed: &str, options: &[Choice]) -> Result<i32, String> {
    let typed = typed.trim();
    if let Ok(number) = typed.parse::<i32>()
        && options.iter().any(|option| option.value == number)
    {
        return Ok(number);
    }
    let is_it = |option: &&Choice| option.label.to_lowercase() == typed.to_lowercase();
    let called: Vec<String> = options.iter().filter(is_it).map(|option| option.value.to_string()).collect();
    match called.as_slice() {
        [number] => number.parse().map_err(|_| format!("`{typed}` is none of the options.")),
        [] => Err(format!("`{typed}` is none of the options.")),
        several => {
            Err(format!("Several options are called `{typed}`: {}. Type a number.", several.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn options() -> Vec<Choice> {
        let option = |(value, label): (i32, &str)| Choice { value, label: label.into(), state: None };
        [(1, "Phone"), (3, "E-mail, letter"), (4, "Visit"), (7, "Other"), (8, "other")].map(option).to_vec()
    }

    #[test]
    fn labels_and_numbers_are_read_between_semicolons_or_commas() {
        for (typed, numbers) in [
            ("phone", vec![1]),
            ("Phone; visit", vec![1, 4]),
            ("4,1", vec![4, 1]),
            ("1, Visit,1", vec![1, 4]),
            ("E-mail, letter", vec![3]),
            ("e-mail, letter; 4;", vec![3, 4]),
            ("", vec![]),
            (" ; ", vec![]),
        ] {
            assert_eq!(read(typed, &options()), Ok(numbers), "{typed}");
        }
        assert_eq!(read("phone; fax", &options()).unwrap_err(), "`fax` is none of the options.");
        assert_eq!(read("2", &options()).unwrap_err(), "`2` is none of the options.");
        let several = "Several options are called `Other`: 7, 8. Type a number.";
        assert_eq!(read("1;Other", &options()).unwrap_err(), several);
    }

    proptest! {
        #[test]
        fn what_is_sent_reads_back_as_what_was_picked(bits in prop::collection::vec(any::<bool>(), 5)) {
            let options = options();
            let picked: Vec<i32> =
                options.iter().zip(bits).filter(|(_, bit)| *bit).map(|(option, _)| option.value).collect();
            let staged = staged(&options, &picked);
            prop_assert_eq!(numbers(&staged.change.json().replace('"', "")), picked);
        }
    }
}
