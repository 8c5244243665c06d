//! One editable line of text with a cursor.
//!
//! Own code because the state of the core is compared in tests, which the widely used crates' state cannot be.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::key::{Input, Key};

/// A line of text. The cursor stands between graphemes, counted in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    text: String,
    cursor: usize,
}

impl Line {
    /// A line that holds `text`, with the cursor at its end.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.len(), text }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Nothing is typed.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Cells from the start of the text to the cursor.
    pub fn cursor_column(&self) -> usize {
        self.text[..self.cursor].width()
    }

    /// The cursor stands before the text.
    pub fn is_at_start(&self) -> bool {
        self.cursor == 0
    }

    /// The cursor stands behind the text.
    pub fn is_at_end(&self) -> bool {
        self.cursor == self.text.len()
    }

    /// Puts the cursor at a cell, or at the end of a shorter text.
    pub fn go_to_column(&mut self, column: usize) {
        let mut width = 0;
        let place = self.text.grapheme_indices(true).find(|(_, grapheme)| {
            width += grapheme.width();
            width > column
        });
        self.cursor = place.map_or(self.text.len(), |(start, _)| start);
    }

    /// Takes away what is behind the cursor: a line of its own, with the cursor at its start.
    pub fn split(&mut self) -> Line {
        Line { text: self.text.split_off(self.cursor), cursor: 0 }
    }

    /// Puts a line behind this one; the cursor stands between them.
    pub fn append(&mut self, line: Line) {
        self.cursor = self.text.len();
        self.text.push_str(&line.text);
    }

    /// Takes an input that edits text; answers whether it did. Enter, Esc, Tab, Up and Down are the caller's.
    pub fn update(&mut self, input: &Input) -> bool {
        match input {
            Input::Paste(text) => {
                for c in text.chars().filter(|c| !c.is_control()) {
                    self.insert(c);
                }
            }
            Input::Key(key) => match key {
                Key::Char(c) => self.insert(*c),
                Key::Backspace => {
                    let start = self.before();
                    self.text.replace_range(start..self.cursor, "");
                    self.cursor = start;
                }
                Key::Delete => self.text.replace_range(self.cursor..self.after(), ""),
                Key::Left | Key::Ctrl('b') => self.cursor = self.before(),
                Key::Right | Key::Ctrl('f') => self.cursor = self.after(),
                Key::Home | Key::Ctrl('a') => self.cursor = 0,
                Key::End | Key::Ctrl('e') => self.cursor = self.text.len(),
                Key::Ctrl('u') => {
                    self.text.replace_range(..self.cursor, "");
                    self.cursor = 0;
                }
                Key::Ctrl('k') => self.text.truncate(self.cursor),
                Key::Ctrl('w') => {
                    let kept = self.text[..self.cursor].trim_end();
                    let start = kept
                        .rfind(char::is_whitespace)
                        .map_or(0, |space| space + kept[space..].chars().next().map_or(0, char::len_utf8));
                    self.text.replace_range(start..self.cursor, "");
                    self.cursor = start;
                }
                _ => return false,
            },
        }
        true
    }

    fn insert(&mut self, c: char) {
        self.text.insert(self.cursor, c);
        self.cursor += c.len_utf8();
    }

    fn before(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(start, _)| start)
    }

    fn after(&self) -> usize {
        let rest = &self.text[self.cursor..];
        self.cursor + rest.graphemes(true).next().map_or(0, str::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, keys: &[Key]) -> Line {
        let mut line = Line::new(text);
        for key in keys {
            assert!(line.update(&Input::Key(*key)), "{key} edits text");
        }
        line
    }

    #[test]
    fn the_cursor_starts_at_the_end_so_that_control_u_clears() {
        assert_eq!(typed("old text", &[Key::Ctrl('u'), Key::Char('n')]).text(), "n");
    }

    #[test]
    fn backspace_takes_a_whole_grapheme() {
        assert_eq!(typed("ae\u{301}", &[Key::Backspace]).text(), "a");
        assert_eq!(typed("x👩‍👩‍👧", &[Key::Backspace]).text(), "x");
    }

    #[test]
    fn control_w_takes_the_last_word() {
        assert_eq!(typed("one two  ", &[Key::Ctrl('w')]).text(), "one ");
        assert_eq!(typed("one", &[Key::Ctrl('w')]).text(), "");
    }

    #[test]
    fn pasted_control_characters_are_left_out() {
        let mut line = Line::default();
        line.update(&Input::Paste("a\u{1b}[31m\nb".into()));
        assert_eq!(line.text(), "a[31mb");
    }

    #[test]
    fn the_cursor_column_counts_cells() {
        assert_eq!(typed("宽字", &[Key::Left]).cursor_column(), 2);
    }

    #[test]
    fn keys_that_leave_the_line_are_not_taken() {
        for key in [Key::Enter, Key::Esc, Key::Tab, Key::Up, Key::Down] {
            assert!(!Line::default().update(&Input::Key(key)));
        }
    }
}
