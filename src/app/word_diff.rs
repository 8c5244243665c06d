//! Which words of two texts differ.
//!
//! Words, spaces and marks are compared, after what both begin and end with is set aside. The shortest way from one
//! text to the other is looked for (Myers, "An O(ND) Difference Algorithm", 1986) as far as `MOST_CHANGES`; of texts
//! that have less in common all between the ends counts as changed.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// So many words that are in one text only are told apart. The work is at most this times the length, the memory at
/// most its square.
const MOST_CHANGES: usize = 400;

/// Places in both texts, in bytes and in their order, that the other text has not. None is empty, none touches another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// In the first text.
    pub old: Vec<Range<usize>>,
    /// In the second text.
    pub new: Vec<Range<usize>>,
}

/// A text in words, and which of them the other text has too.
struct Words<'a> {
    words: Vec<(usize, &'a str)>,
    kept: Vec<bool>,
}

/// Compares two texts word by word.
pub fn changed(old: &str, new: &str) -> Changed {
    let [old, new] = compared(old, new);
    Changed { old: old.runs(), new: new.runs() }
}

fn compared<'a>(old: &'a str, new: &'a str) -> [Words<'a>; 2] {
    let (old, new) = (words(old), words(new));
    let same = |(old, new): &(&(usize, &str), &(usize, &str))| old.1 == new.1;
    let before = old.iter().zip(&new).take_while(same).count();
    let (old_rest, new_rest) = (&old[before..], &new[before..]);
    let after = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(same).count();
    let ends = |count: usize| (0..count).map(|at| at < before || at + after >= count).collect::<Vec<_>>();
    let (mut old_kept, mut new_kept) = (ends(old.len()), ends(new.len()));
    let pairs = common(&old_rest[..old_rest.len() - after], &new_rest[..new_rest.len() - after]);
    for (old, new) in pairs {
        (old_kept[before + old], new_kept[before + new]) = (true, true);
    }
    [Words { words: old, kept: old_kept }, Words { words: new, kept: new_kept }]
}

/// Both texts in one, for where nothing can be marked: `floor [-3-]{+4+}`.
pub fn inline(old: &str, new: &str) -> String {
    let [old, new] = compared(old, new);
    let (mut gone, mut come) =
        (old.words.iter().zip(&old.kept).peekable(), new.words.iter().zip(&new.kept).peekable());
    let mut text = String::new();
    loop {
        let removed: String =
            std::iter::from_fn(|| gone.next_if(|(_, kept)| !**kept)).map(|(word, _)| word.1).collect();
        let added: String =
            std::iter::from_fn(|| come.next_if(|(_, kept)| !**kept)).map(|(word, _)| word.1).collect();
        if !removed.is_empty() {
            text += &format!("[-{removed}-]");
        }
        if !added.is_empty() {
            text += &format!("{{+{added}+}}");
        }
        // The words that both have come in the same order in both.
        let Some(((_, word), _)) = gone.next() else { return text };
        come.next();
        text += word;
    }
}

/// The words of a text with their places: what Unicode takes for one, each space and each mark by itself.
fn words(text: &str) -> Vec<(usize, &str)> {
    text.split_word_bound_indices().collect()
}

/// Pairs of places that are the same in both; none when too much is different.
fn common(old: &[(usize, &str)], new: &[(usize, &str)]) -> Vec<(usize, usize)> {
    let most = (old.len() + new.len()).min(MOST_CHANGES);
    // The furthest place in `old` on each diagonal, `old - new`, which is kept at `diagonal + most + 1`.
    let mut furthest = vec![0_usize; 2 * most + 3];
    let mut rounds: Vec<Vec<usize>> = Vec::new();
    for changes in 0..=most {
        // Of the round before only the diagonals that it reached are needed to find the way back.
        rounds.push(furthest[most + 1 - changes..=most + 1 + changes].to_vec());
        for at in (most + 1 - changes..=most + 1 + changes).step_by(2) {
            let down =
                at == most + 1 - changes || (at != most + 1 + changes && furthest[at - 1] < furthest[at + 1]);
            let mut x = if down { furthest[at + 1] } else { furthest[at - 1] + 1 };
            let Some(mut y) = (x + most + 1).checked_sub(at) else { continue };
            while x < old.len() && y < new.len() && old[x].1 == new[y].1 {
                (x, y) = (x + 1, y + 1);
            }
            furthest[at] = x;
            if x >= old.len() && y >= new.len() {
                return way_back(&rounds, (old.len(), new.len()));
            }
        }
    }
    vec![]
}

/// The pairs on the way that the rounds have found, from its end.
fn way_back(rounds: &[Vec<usize>], (mut x, mut y): (usize, usize)) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (changes, furthest) in rounds.iter().enumerate().skip(1).rev() {
        // In a round's copy the diagonal 0 is at `changes`.
        let at = x + changes - y;
        let down = at == 0 || (at != 2 * changes && furthest[at - 1] < furthest[at + 1]);
        let (from_x, from) = if down { (furthest[at + 1], at + 1) } else { (furthest[at - 1], at - 1) };
        let from_y = from_x + changes - from;
        let (begin_x, begin_y) = if down { (from_x, from_y + 1) } else { (from_x + 1, from_y) };
        while x > begin_x && y > begin_y {
            (x, y) = (x - 1, y - 1);
            pairs.push((x, y));
        }
        (x, y) = (from_x, from_y);
    }
    pairs.extend((0..x.min(y)).map(|at| (at, at)));
    pairs
}

impl Words<'_> {
    /// The places of the words that are not kept. A space between two of them is one of them: the eye reads a phrase.
    fn runs(&self) -> Vec<Range<usize>> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut only_spaces = true; // between the last run and this word
        for ((start, word), kept) in self.words.iter().zip(&self.kept) {
            if *kept {
                only_spaces &= word.chars().all(char::is_whitespace);
                continue;
            }
            let end = start + word.len();
            match runs.last_mut() {
                Some(run) if only_spaces => run.end = end,
                _ => runs.push(*start..end),
            }
            only_spaces = true;
        }
        runs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Both texts with what differs in brackets.
    fn marked(old: &str, new: &str) -> [String; 2] {
        let changed = changed(old, new);
        [(old, changed.old), (new, changed.new)].map(|(text, runs)| {
            let mut marked = String::new();
            let mut at = 0;
            for run in runs {
                marked += &format!("{}[{}]", &text[at..run.start], &text[run.clone()]);
                at = run.end;
            }
            marked + &text[at..]
        })
    }

    #[test]
    fn the_words_that_differ_are_found_and_no_others() {
        for (old, new, old_marked, new_marked) in [
            ("", "", "", ""),
            ("same", "same", "same", "same"),
            ("", "all new", "", "[all new]"),
            ("all old", "", "[all old]", ""),
            ("Normal", "High", "[Normal]", "[High]"),
            ("jams on floor 3", "jams on floor 4", "jams on floor [3]", "jams on floor [4]"),
            ("one two three", "one three", "one [two ]three", "one three"),
            ("a b c d e", "a x y d e", "a [b c] d e", "a [x y] d e"),
            ("Drum, ordered.", "Drum ordered.", "Drum[,] ordered.", "Drum ordered."),
            ("line one\nline two\n", "line one\nline 2\n", "line one\nline [two]\n", "line one\nline [2]\n"),
            ("東京都", "東海都", "東[京]都", "東[海]都"),
            ("the cat and the dog", "and the dog the cat", "[the cat ]and the dog", "and the dog[ the cat]"),
        ] {
            assert_eq!(marked(old, new), [old_marked, new_marked], "{old} | {new}");
        }
    }

    #[test]
    fn of_long_texts_that_differ_much_all_between_the_ends_is_changed() {
        let text = |word: &str| {
            let words: Vec<String> = (0..20_000).map(|at| format!("{word}{at}")).collect();
            format!("begin {} end", words.join(" "))
        };
        let (old, new) = (text("a"), text("b"));
        let changed = changed(&old, &new);
        let all = |text: &str| std::iter::once(6..text.len() - 4).collect::<Vec<_>>();
        assert_eq!((changed.old, changed.new), (all(&old), all(&new)));
    }

    #[test]
    fn in_a_long_text_two_changed_words_are_found() {
        let old: String = (0..50_000).map(|at| format!("word{at} ")).collect();
        let new = old.replace("word10 ", "other ").replace("word49000 ", "");
        let changed = changed(&old, &new);
        assert_eq!(changed.new.iter().map(|run| &new[run.clone()]).collect::<Vec<_>>(), ["other"]);
        let old: Vec<_> = changed.old.iter().map(|run| old[run.clone()].trim()).collect();
        assert_eq!(old, ["word10", "word49000"]);
    }

    /// The words outside the places.
    fn rest<'a>(text: &'a str, runs: &[Range<usize>]) -> Vec<&'a str> {
        let is_in = |at: usize| runs.iter().any(|run| run.contains(&at));
        let words = words(text).into_iter().filter(|(at, word)| !is_in(*at) && !word.trim().is_empty());
        words.map(|(_, word)| word).collect()
    }

    #[test]
    fn both_texts_in_one_say_what_goes_and_what_comes() {
        for (old, new, both) in [
            ("on floor 3", "on floor 4", "on floor [-3-]{+4+}"),
            ("one two three", "one three", "one [-two -]three"),
            ("a\nb", "a\nb c", "a\nb{+ c+}"),
            ("same", "same", "same"),
            ("", "new", "{+new+}"),
        ] {
            assert_eq!(inline(old, new), both);
        }
    }

    proptest! {
        #[test]
        fn of_both_texts_in_one_each_can_be_read_back(
            old in "(京|word|[abc]| |\n){0,20}",
            new in "(京|word|[abc]| |\n){0,20}",
        ) {
            let both = inline(&old, &new);
            let without = |open: &str, close: &str| {
                let parts = both.split(open).enumerate();
                parts.map(|(at, part)| if at == 0 { part } else { part.split_once(close).unwrap().1 }).collect::<String>()
            };
            let plain = |text: String| ["[-", "-]", "{+", "+}"].iter().fold(text, |text, mark| text.replace(mark, ""));
            prop_assert_eq!(plain(without("{+", "+}")), old);
            prop_assert_eq!(plain(without("[-", "-]")), new);
        }

        #[test]
        fn what_is_not_marked_is_the_same_in_both_and_places_are_in_order(
            old in "([ab京\u{301}😀]|word| |\n){0,30}",
            new in "([ab京\u{301}😀]|word| |\n){0,30}",
        ) {
            let changed = changed(&old, &new);
            prop_assert_eq!(rest(&old, &changed.old), rest(&new, &changed.new));
            for (text, runs) in [(&old, &changed.old), (&new, &changed.new)] {
                prop_assert!(runs.iter().all(|run| !run.is_empty() && text.get(run.clone()).is_some()));
                prop_assert!(runs.windows(2).all(|pair| pair[0].end < pair[1].start));
            }
        }

        /// As long as the words that both have in this order, by the table that everybody knows.
        #[test]
        fn no_longer_common_part_is_missed(old in "[abc ]{0,20}", new in "[abc ]{0,20}") {
            let letters = |text: &str| {
                let words: Vec<_> = text.char_indices().map(|(at, c)| (at, c.to_string())).collect();
                words
            };
            let (old, new) = (letters(&old), letters(&new));
            let [old_words, new_words] =
                [&old, &new].map(|words| words.iter().map(|(at, word)| (*at, word.as_str())).collect::<Vec<_>>());
            let mut longest = vec![vec![0; new.len() + 1]; old.len() + 1];
            for x in 0..old.len() {
                for y in 0..new.len() {
                    longest[x + 1][y + 1] = match old[x].1 == new[y].1 {
                        true => longest[x][y] + 1,
                        false => longest[x][y + 1].max(longest[x + 1][y]),
                    };
                }
            }
            let pairs = common(&old_words, &new_words);
            prop_assert!(pairs.iter().all(|(x, y)| old[*x].1 == new[*y].1));
            prop_assert!(pairs.windows(2).all(|two| two[0].0 > two[1].0 && two[0].1 > two[1].1 || two[0] < two[1]));
            prop_assert_eq!(pairs.len(), longest[old.len()][new.len()]);
        }
    }
}
