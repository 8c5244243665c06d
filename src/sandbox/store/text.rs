//! How the service compares text: without case, and with the wildcards of T-SQL's LIKE.

use std::cmp::Ordering;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    connection.create_collation("dataverse", compare)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("matches", 2, flags, |context| {
        let pattern = context.get_or_create_aux(1, |value| -> Result<_, rusqlite::types::FromSqlError> {
            Ok(Pattern::new(value.as_str()?))
        })?;
        Ok(context.get_raw(0).as_str_or_null()?.is_some_and(|text| pattern.matches(text)))
    })
}

/// Order of text without regard to case.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a
            .bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    folded(a).cmp(folded(b))
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

/// Whether text means something else to LIKE than its characters.
pub(crate) fn has_wildcards(text: &str) -> bool {
    text.contains(['%', '_', '['])
}

/// A LIKE pattern: `%` any text, `_` one character, `[a-f]` one of these, `[^a-f]` none of these.
#[derive(Debug)]
pub(crate) struct Pattern(Vec<Token>);

#[derive(Debug, PartialEq)]
enum Token {
    Any,
    One,
    Char(char),
    Set { negated: bool, ranges: Vec<(char, char)> },
}

impl Pattern {
    pub(crate) fn new(pattern: &str) -> Pattern {
        let characters: Vec<char> = folded(pattern).collect();
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(&character) = characters.get(at) {
            at += 1;
            tokens.push(match character {
                '%' => Token::Any,
                '_' => Token::One,
                '[' => match set(&characters, at) {
                    Some((token, next)) => {
                        at = next;
                        token
                    }
                    None => Token::Char('['),
                },
                other => Token::Char(other),
            });
        }
        tokens.dedup_by(|a, b| *a == Token::Any && *b == Token::Any);
        Pattern(tokens)
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = folded(text).collect();
        let (mut at, mut token) = (0, 0);
        // Where to go on when the text after the last `%` turns out to be wrong: one character further.
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (self.0.get(token), text.get(at)) {
                (Some(Token::Any), _) => {
                    retry = Some((at, token + 1));
                    token += 1;
                    continue;
                }
                (Some(wanted), Some(character)) if wanted.accepts(*character) => {
                    at += 1;
                    token += 1;
                    continue;
                }
                (None, None) => return true,
                _ => {}
            }
            match retry {
                Some((from, after)) if from < text.len() => {
                    retry = Some((from + 1, after));
                    at = from + 1;
                    token = after;
                }
                _ => return false,
            }
        }
    }
}

impl Token {
    fn accepts(&self, character: char) -> bool {
        match self {
            Token::Any => false,
            Token::One => true,
            Token::Char(wanted) => *wanted == character,
            Token::Set { negated, ranges } => {
                ranges.iter().any(|(low, high)| (*low..=*high).contains(&character)) != *negated
            }
        }
    }
}

/// Reads a set whose `[` is behind `at`. A bracket that is never closed is a plain character.
fn set(characters: &[char], mut at: usize) -> Option<(Token, usize)> {
    let negated = characters.get(at) == Some(&'^');
    if negated {
        at += 1;
    }
    let mut ranges = Vec::new();
    loop {
        let low = *characters.get(at)?;
        if low == ']' {
            return Some((Token::Set { negated, ranges }, at + 1));
        }
        match (characters.get(at + 1), characters.get(at + 2)) {
            (Some('-'), Some(high)) if *high != ']' => {
                ranges.push((low, *high));
                at += 3;
            }
            _ => {
                ranges.push((low, low));
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns_read_as_in_t_sql() {
        for (pattern, text, expected) in [
            ("contoso", "CONTOSO", true),
            ("müller%", "MÜLLER & Söhne", true),
            ("%printer%", "The Printer is off", true),
            ("%a%b", "xaxbxb", true),
            ("%a%b", "xaxbxc", false),
            ("_at", "cat", true),
            ("_at", "at", false),
            ("[bc]at", "Cat", true),
            ("[^bc]at", "cat", false),
            ("[a-f]9", "e9", true),
            ("100[%]", "100%", true),
            ("100[%]", "100x", false),
            ("a[", "a[", true),
            ("", "", true),
            ("%", "", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn case_does_not_order_text() {
        assert_eq!(compare("Ärger", "äRGER"), Ordering::Equal);
        assert_eq!(compare("abc", "ABD"), Ordering::Less);
        assert_eq!(compare("Zebra", "älter"), Ordering::Less);
    }

    proptest! {
        #[test]
        fn text_is_found_inside_itself(text in "[a-zA-Zäé ]{0,12}", before in ".{0,6}", after in ".{0,6}") {
            let whole = format!("{before}{text}{after}");
            let found = Pattern::new(&format!("%{text}%")).matches(&whole);
            prop_assert!(found);
        }

        #[test]
        fn any_pattern_is_safe_on_any_text(pattern in ".{0,16}", text in ".{0,16}") {
            let _ = Pattern::new(&pattern).matches(&text);
        }

        #[test]
        fn both_ways_to_compare_agree(a in "[a-cA-C]{0,4}", b in "[a-cA-C]{0,4}") {
            prop_assert_eq!(compare(&a, &b), folded(&a).cmp(folded(&b)));
        }
    }
}
