//! Finding by a few letters: what matches, how well, and which letters did.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Something typed, ready to be compared with many texts.
pub struct Fuzzy {
    pattern: Pattern,
    matcher: Matcher,
}

/// How well a text matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// More is better; every text matches nothing typed with 0.
    pub score: u32,
    /// The matching characters, counted from 0, in order.
    pub letters: Vec<u32>,
}

impl Match {
    /// Each of some words stands in one piece, or every piece begins a word of the text.
    pub fn is_close(&self, text: &str, words: usize) -> bool {
        let letters: Vec<char> = text.chars().collect();
        let starts: Vec<usize> = (0..self.letters.len())
            .filter(|at| *at == 0 || self.letters[*at] != self.letters[at - 1] + 1)
            .map(|at| self.letters[at] as usize)
            .collect();
        let begins = |at: &usize| *at == 0 || letters.get(at - 1).is_some_and(|c| !c.is_alphanumeric());
        starts.len() <= words || starts.iter().all(begins)
    }
}

impl std::fmt::Debug for Fuzzy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fuzzy").finish_non_exhaustive()
    }
}

impl Fuzzy {
    /// Compares with what was typed: words in any order, capitals only when one was typed.
    pub fn new(typed: &str) -> Self {
        Self {
            pattern: Pattern::new(typed, CaseMatching::Smart, Normalization::Smart, AtomKind::Fuzzy),
            matcher: Matcher::new(Config::DEFAULT),
        }
    }

    /// How well a text matches, if it does.
    pub fn find(&mut self, text: &str) -> Option<Match> {
        let (mut buffer, mut letters) = (Vec::new(), Vec::new());
        let score =
            self.pattern.indices(Utf32Str::new(text, &mut buffer), &mut self.matcher, &mut letters)?;
        letters.sort_unstable();
        letters.dedup();
        Some(Match { score, letters })
    }
}

/// The text most like what was typed, for when nothing matches: fewest changes of letters, of less than
/// half of them.
pub fn closest<'a>(typed: &str, texts: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = typed.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let far = |text: &str| {
        let text: Vec<char> = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
        changes(&typed, &text)
    };
    let (changes, text) = texts.map(|text| (far(text), text)).min_by_key(|(changes, _)| *changes)?;
    (changes * 2 < typed.len()).then_some(text)
}

/// Letters to put in, take out or change to get from one text to a beginning of another.
fn changes(from: &[char], to: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, a) in from.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, b) in to.iter().enumerate() {
            let change = above[column] + usize::from(a != b);
            line.push(change.min(above[column + 1] + 1).min(line[column] + 1));
        }
        above = line;
    }
    above.into_iter().min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_letters_find_a_name_and_say_where() {
        let found = Fuzzy::new("qit").find("queueitem").unwrap();
        assert_eq!(found.letters.len(), 3);
        assert_eq!(found.letters[0], 0);
        assert!(Fuzzy::new("zzz").find("queueitem").is_none());
        assert!(Fuzzy::new("").find("queueitem").unwrap().letters.is_empty());
    }

    #[test]
    fn the_closest_name_is_found_for_a_slip_of_the_finger() {
        let names = ["Account", "Widget Order", "Contact"];
        assert_eq!(closest("wdget", names.into_iter()), Some("Widget Order"));
        assert_eq!(closest("acuont", names.into_iter()), Some("Account"));
    }

    #[test]
    fn nothing_is_close_to_nonsense() {
        for typed in ["zzzqq", "xy", "q7", "bonanza"] {
            assert_eq!(closest(typed, ["Account", "Equipment", "Contact"].into_iter()), None, "{typed}");
        }
    }
}
