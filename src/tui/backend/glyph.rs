//! How wide a text in a cell is, and how far terminals can be trusted to agree.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Code points of one cell at most: a base and its marks. Longer piles are cut.
pub(super) const LONGEST: usize = 8;

/// What terminals make of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    /// Cells that it takes here.
    pub(super) width: u16,
    /// Cells that it takes in a terminal that adds up its characters.
    pub(super) widest: u16,
    pub(super) trust: Trust,
}

/// How far the width is the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// ASCII.
    Sure,
    /// A letter of which all that are up to date think the same.
    Likely,
    /// Emoji, marks that combine: each terminal has its own mind.
    Doubtful,
}

/// What is known of a text without control characters.
pub(super) fn measure(symbol: &str) -> Glyph {
    if let [byte] = symbol.as_bytes() {
        debug_assert!(!byte.is_ascii_control());
        return Glyph { width: 1, widest: 1, trust: Trust::Sure };
    }
    if symbol.is_ascii() {
        let width = symbol.len() as u16;
        return Glyph { width, widest: width, trust: Trust::Sure };
    }
    let mut chars = symbol.chars();
    let trust = match (chars.next(), chars.next()) {
        (Some(one), None) if is_likely(one) => Trust::Likely,
        _ => Trust::Doubtful,
    };
    // Halfwidth sound marks take a cell of their own, whatever Unicode says: ratatui counts them so too.
    let marks = symbol.chars().filter(|c| matches!(c, '\u{ff9e}' | '\u{ff9f}')).count() as u16;
    let width = symbol.width() as u16 + marks;
    let each: usize = symbol.chars().map(|c| c.width().unwrap_or(0)).sum();
    Glyph { width, widest: width.max(each as u16 + marks), trust }
}

/// Letters of living scripts, and the ideographs and syllables that are two cells wide everywhere.
fn is_likely(c: char) -> bool {
    matches!(c,
        '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' | '\u{370}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{5d0}'..='\u{5ea}'
        | '\u{620}'..='\u{64a}' | '\u{1e00}'..='\u{1eff}'
        | '\u{2010}'..='\u{2027}' | '\u{20a0}'..='\u{20bf}' | '\u{2580}'..='\u{259f}'
        | '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_known_and_doubted_where_terminals_differ() {
        let cases = [
            ("a", 1, 1, Trust::Sure),
            ("ø", 1, 1, Trust::Likely),
            ("宽", 2, 2, Trust::Likely),
            ("e\u{301}", 1, 1, Trust::Doubtful),
            ("❤\u{fe0f}", 2, 2, Trust::Doubtful),
            ("👍🏽", 2, 4, Trust::Doubtful),
            ("🇳🇴", 2, 2, Trust::Doubtful),
            ("א", 1, 1, Trust::Likely),
        ];
        for (symbol, width, widest, trust) in cases {
            assert_eq!(measure(symbol), Glyph { width, widest, trust }, "{symbol}");
        }
    }
}
