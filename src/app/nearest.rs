//! Names that somebody may have meant.

/// At most three names that differ little from `name`, closest first.
pub fn closest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
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
