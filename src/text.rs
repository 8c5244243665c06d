//! Text from a server made harmless for a terminal. Pure; every edge uses it.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Replaces everything that a terminal could obey or that changes the order of what is read by visible marks.
///
/// C0 control characters and DEL become caret notation (`^[` for ESC, `^J` for a line feed), everything else
/// that is not printable by itself its code point (`<U+202E>`): C1 controls, bidi marks, embeddings, overrides
/// and isolates, zero-width characters, line and paragraph separators, tags, noncharacters. Text without such
/// characters is borrowed.
///
/// Combining marks, variation selectors and private-use characters stay: they draw, they do not act. Of a pile of them
/// the first eight stay, and how many there were beyond them is told.
pub fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(is_harmful) && (text.is_ascii() || !has_pile(text)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().min(4096) + 16);
    let (mut pile, mut beyond) = (0, 0);
    for c in text.chars() {
        pile = if is_mark(c) { pile + 1 } else { 0 };
        if pile > PILE {
            beyond += 1;
            continue;
        }
        tell(std::mem::take(&mut beyond), &mut out);
        mark(c, &mut out);
    }
    tell(beyond, &mut out);
    Cow::Owned(out)
}

/// Marks on one letter at most; living languages need four.
const PILE: usize = 8;

fn is_mark(c: char) -> bool {
    !c.is_ascii() && !is_harmful(c) && c.width() == Some(0)
}

fn has_pile(text: &str) -> bool {
    let mut pile = 0;
    text.chars().any(|c| {
        pile = if is_mark(c) { pile + 1 } else { 0 };
        pile > PILE
    })
}

/// How many marks were left out.
fn tell(beyond: usize, out: &mut String) {
    if beyond > 0 {
        let _ = write!(out, "<+{beyond} marks>"); // writing to a String cannot fail
    }
}

/// Whether a character would be replaced by [`harmless`].
pub fn is_harmful(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}'..='\u{ffff}'
        | '\u{e0000}'..='\u{e007f}')
}

fn mark(c: char, out: &mut String) {
    match c {
        '\u{7f}' => out.push_str("^?"),
        '\u{0}'..='\u{1f}' => {
            out.push('^');
            out.push(char::from(c as u8 + 0x40));
        }
        c if is_harmful(c) => {
            // Writing to a String cannot fail.
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        }
        c => out.push(c),
    }
}

/// A number with its thousands set apart: `12,431`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Text in lines of at most `width` cells, broken between words; a longer word is broken inside.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    let mut used = 0;
    for word in harmless(text).split(' ').filter(|word| !word.is_empty()) {
        // What needs several lines anyway begins in this one where that holds much of it.
        let breaks_here = word.width() > width && used < width / 2;
        if used > 0 && used + 1 + word.width() > width && !breaks_here {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut().filter(|_| used > 0) {
            line.push(' ');
            used += 1;
        }
        for grapheme in word.graphemes(true) {
            if used + grapheme.width() > width {
                lines.push(String::new());
                used = 0;
            }
            if let Some(line) = lines.last_mut() {
                line.push_str(grapheme);
                used += grapheme.width();
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_wraps_between_words_and_long_words_break_inside() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh ij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("GET https://contoso", 10), ["GET https:", "//contoso"]);
        assert_eq!(wrap("a longer https://contoso", 10), ["a longer", "https://co", "ntoso"]);
        assert_eq!(wrap("", 4), [""]);
        assert_eq!(wrap("宽字 x", 3), ["宽", "字", "x"]);
    }

    #[test]
    fn thousands_are_set_apart() {
        let texts = [0, 999, 1000, 12431, 5_000_000].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "12,431", "5,000,000"]);
    }

    #[test]
    fn plain_text_is_borrowed() {
        for text in ["", "Contoso", "Ørsted · 東京 · e\u{301} · 🇳🇴", "a\u{fe0f}"] {
            assert!(matches!(harmless(text), Cow::Borrowed(same) if same == text), "{text:?}");
        }
    }

    #[test]
    fn everything_a_terminal_could_obey_becomes_visible() {
        let cases = [
            ("a\u{1b}[2Jb", "a^[[2Jb"),
            ("\u{1b}]52;c;aGk=\u{7}", "^[]52;c;aGk=^G"),
            ("line\r\nnext\ttab\0", "line^M^Jnext^Itab^@"),
            ("del\u{7f}", "del^?"),
            ("csi\u{9b}31m", "csi<U+009B>31m"),
            ("\u{85}", "<U+0085>"),
            ("safe\u{202e}gpj.exe", "safe<U+202E>gpj.exe"),
            ("\u{2066}a\u{2069}", "<U+2066>a<U+2069>"),
            ("pay\u{200b}pal", "pay<U+200B>pal"),
            ("\u{feff}bom", "<U+FEFF>bom"),
            ("p\u{2028}q", "p<U+2028>q"),
            ("tag\u{e0041}", "tag<U+E0041>"),
        ];
        for (text, expected) in cases {
            assert_eq!(harmless(text), expected);
        }
    }

    #[test]
    fn harmless_text_stays_as_it_is_when_made_harmless_again() {
        let once = harmless("\u{1b}\u{202e}\u{0}").into_owned();
        assert!(matches!(harmless(&once), Cow::Borrowed(_)));
        assert!(!once.chars().any(is_harmful));
    }

    #[test]
    fn a_pile_of_marks_is_cut_and_told() {
        let text = format!("x{}y", "\u{301}".repeat(10_000));
        assert_eq!(harmless(&text), format!("x{}<+9992 marks>y", "\u{301}".repeat(8)));
        let end = format!("e{}", "\u{300}".repeat(9));
        assert_eq!(harmless(&end), format!("e{}<+1 marks>", "\u{300}".repeat(8)));
        assert!(matches!(harmless("a\u{301}\u{302}\u{303}"), Cow::Borrowed(_)));
    }

    #[test]
    fn no_control_character_of_unicode_survives() {
        let all: String = ('\0'..=char::MAX).filter(|c| c.is_control()).collect();
        assert!(!harmless(&all).chars().any(char::is_control));
    }
}
