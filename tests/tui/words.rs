//! Words of servers in cells: columns stay straight, and nothing acts on the terminal.

use dvtui::tui::view::text;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::paint::{Dice, Wire};

/// Pieces that terminals make different things of, or obey.
const PIECES: [&str; 40] = [
    "Contoso",
    "宽字符",
    "テスト",
    "한국어",
    "e\u{301}",
    "a\u{308}\u{323}",
    "❤\u{fe0f}",
    "☎\u{fe0f}",
    "👍🏽",
    "👩\u{200d}👩\u{200d}👧",
    "🇳🇴",
    "1\u{fe0f}\u{20e3}",
    "שלום",
    "مرحبا",
    "\u{202e}gpj.exe",
    "\u{2066}x\u{2069}",
    "\u{1b}[2J",
    "\u{1b}]52;c;aGk=\u{7}",
    "\u{1b}P1$r\u{1b}\\",
    "\u{9b}31m",
    "\u{9d}0;x\u{9c}",
    "\u{90}q",
    "\r\n",
    "\u{8}\u{8}",
    "\t",
    "\0",
    "\u{7f}",
    "\u{200b}",
    "\u{feff}",
    "\u{2028}",
    "ｶﾞ",
    "นี้",
    "क्षि",
    "\u{e0041}",
    "\u{f8ff}",
    "\u{ad}",
    "ﷺ",
    "\u{17d8}",
    "\u{10ffff}",
    "ᄀᄀᄀ",
];

fn hostile(dice: &mut Dice) -> String {
    let mut words = String::new();
    for _ in 0..dice.roll(8) {
        match dice.roll(8) {
            0 => words.extend(char::from_u32(dice.roll(0x11_0000) as u32)),
            1 => words.push_str(&"\u{301}".repeat(dice.roll(40))),
            2 => words.push(' '),
            _ => words.push_str(PIECES[dice.roll(PIECES.len())]),
        }
    }
    words
}

/// What is left of bytes when the sequences that we send are taken away.
fn without_ours(text: &str) -> String {
    let mut rest = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.peek() == Some(&'[') => {
                chars.next();
                while chars.next_if(|c| matches!(c, '0'..='9' | ';' | '?')).is_some() {}
                let last = chars.next();
                assert!(last.is_some_and(|last| "mHGCDABKXJrhl".contains(last)), "{last:?} in {text:?}");
            }
            '\u{1b}' if chars.peek() == Some(&'M') => {
                chars.next();
            }
            '\r' => {}
            '\n' => {}
            c => rest.push(c),
        }
    }
    rest
}

/// Three columns of hostile words between rules, drawn `frames` times one over the other.
fn columns_stay(seed: u64, frames: usize) -> usize {
    let mut dice = Dice::new(seed);
    let mut wire = Wire::new(62, 6);
    let mut strings = 0;
    for frame in 0..frames {
        wire.draw(|buffer| {
            for y in 0..6 {
                for x in [0, 20, 40] {
                    strings += 1;
                    let words = hostile(&mut dice);
                    buffer.set_string(x, y, "|", Style::new());
                    text::line(&words, Style::new(), Rect::new(x + 1, y, 18, 1), buffer);
                }
                buffer.set_string(60, y, "|", Style::new());
            }
            None
        });
        let rest = without_ours(&wire.text());
        assert!(!rest.chars().any(char::is_control), "seed {seed}, frame {frame}: {rest:?}");
        for y in 0..6 {
            for x in [0, 20, 40, 60] {
                let shown = wire.screen().cell(y, x).unwrap();
                assert_eq!(shown.contents(), "|", "seed {seed}, frame {frame}, {x},{y}: {:?}", wire.text());
            }
        }
    }
    strings
}

#[test]
fn columns_of_hostile_words_stay_straight() {
    let strings: usize = (0..40).map(|seed| columns_stay(seed, 10)).sum();
    assert!(strings >= 7_000);
}

#[test]
#[ignore = "a million strings; by hand"]
fn columns_of_a_million_hostile_words_stay_straight() {
    let strings: usize = (0..5_600).map(|seed| columns_stay(seed, 10)).sum();
    assert!(strings >= 1_000_000);
}

#[test]
fn a_cell_is_the_last_door_to_the_terminal() {
    let mut wire = Wire::new(20, 2);
    wire.draw(|buffer| {
        buffer[(0, 0)].set_symbol("\u{1b}[2J");
        buffer[(5, 0)].set_symbol("\u{9b}");
        buffer[(7, 0)].set_symbol(&format!("x{}", "\u{301}".repeat(10_000)));
        buffer[(9, 0)].set_symbol("|");
        None
    });
    assert!(!without_ours(&wire.text()).chars().any(char::is_control));
    assert!(wire.bytes.len() < 100, "{}", wire.bytes.len());
    assert_eq!(wire.screen().cell(0, 9).unwrap().contents(), "|");
}

#[test]
fn words_are_cut_between_graphemes() {
    assert_eq!(text::fit("👍🏽👍🏽👍🏽", 4), "👍🏽👍🏽");
    assert_eq!(text::fit("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}e\u{301}");
    let pile = format!("x{}yz", "\u{301}".repeat(10_000));
    assert!(text::fit(&pile, 40).len() < 60);
}
