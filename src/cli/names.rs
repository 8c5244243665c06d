//! Names that people type, found in the metadata; with suggestions where they are not.

use super::CliError;
use crate::dataverse::{Client, Column, Table, TableSchema};

/// The table of a logical or set name.
///
/// # Errors
///
/// When there is no such table; the message has the closest names.
pub(super) async fn table(client: &Client, name: &str) -> Result<Table, CliError> {
    match client.table(name).await {
        Ok(Some(table)) => return Ok(table),
        Ok(None) => {}
        // A server that does not filter definitions lists them all the same.
        Err(error) if matches!(error.status(), Some(400 | 501)) => {}
        Err(error) => return Err(error.into()),
    }
    let tables = client.tables().await?;
    let same = |candidate: &str| candidate.eq_ignore_ascii_case(name);
    if let Some(table) = tables.iter().find(|table| same(table.name.as_str()) || same(table.set.as_str())) {
        return Ok(table.clone());
    }
    let names = tables.iter().flat_map(|table| [table.name.as_str(), table.set.as_str()]);
    Err(unknown(&format!("there is no table `{name}` in this environment"), name, names)
        .hint("list them with `dv tables`"))
}

/// The column of a logical name, or of the property its value travels under.
///
/// # Errors
///
/// When the table has no such column; the message has the closest names.
pub(super) fn column<'a>(schema: &'a TableSchema, name: &str) -> Result<&'a Column, CliError> {
    let name = name.trim();
    schema.column(name).or_else(|| schema.column_of_property(name)).ok_or_else(|| {
        let names = schema.columns.iter().map(|column| column.name.as_str());
        unknown(&format!("the table {} has no column `{name}`", schema.table.name), name, names)
    })
}

/// An error with the closest names.
pub(super) fn unknown<'a>(message: &str, name: &str, names: impl Iterator<Item = &'a str>) -> CliError {
    let error = CliError::failed(message.to_owned());
    match closest(name, names).as_slice() {
        [] => error,
        [only] => error.hint(format!("did you mean {only}?")),
        [others @ .., last] => error.hint(format!("did you mean {} or {last}?", others.join(", "))),
    }
}

/// At most three names that differ little from `name`, closest first.
fn closest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let name = name.to_lowercase();
    let limit = (name.chars().count() / 3).clamp(1, 4);
    let mut near: Vec<(usize, &str)> = names
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(distance, candidate)| {
            *distance <= limit
                || (name.len() >= 4 && (candidate.starts_with(&name) || name.starts_with(candidate)))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(3).map(|(_, candidate)| candidate).collect()
}

/// Letters to insert, remove, replace or swap to make one name the other.
fn distance(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.iter().enumerate() {
        let mut line = vec![i + 1];
        for (j, r) in right.iter().enumerate() {
            let replaced = last[j] + usize::from(l != r);
            let mut best = replaced.min(last[j + 1] + 1).min(line[j] + 1);
            if i > 0 && j > 0 && left[i - 1] == *r && *l == right[j - 1] {
                best = best.min(before_last[j - 1] + 1);
            }
            line.push(best);
        }
        before_last = std::mem::replace(&mut last, line);
    }
    last[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_find_the_name_that_was_meant() {
        let names = ["account", "accounts", "contact", "contacts", "incident", "incidents", "task"];
        assert_eq!(closest("acount", names.into_iter())[0], "account");
        assert_eq!(closest("incidnets", names.into_iter())[0], "incidents");
        assert_eq!(closest("Contact", names.into_iter())[0], "contact");
        assert!(closest("zebra", names.into_iter()).is_empty());
    }

    #[test]
    fn distance_counts_edits() {
        for (left, right, expected) in
            [("", "", 0), ("abc", "", 3), ("abc", "acb", 1), ("kitten", "sitting", 3)]
        {
            assert_eq!(distance(left, right), expected, "{left} {right}");
        }
    }
}
