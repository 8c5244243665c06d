//! Text of several lines with a cursor.

use super::key::{Input, Key};
use super::line::Line;

/// Lines of text, never none. Line ends are `\n`, however they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    lines: Vec<Line>,
    row: usize,
}

impl Lines {
    /// The text, with the cursor at its end.
    pub fn new(text: &str) -> Self {
        let lines: Vec<Line> =
            text.replace("\r\n", "\n").replace('\r', "\n").split('\n').map(Line::new).collect();
        Self { row: lines.len() - 1, lines }
    }

    /// The text.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(Line::text).collect();
        lines.join("\n")
    }

    /// The lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Index of the line with the cursor.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Takes an input that edits text; answers whether it did. Enter and Control-J begin a line.
    pub fn update(&mut self, input: &Input) -> bool {
        match input {
            Input::Paste(text) => {
                for (index, line) in text.replace("\r\n", "\n").split(['\n', '\r']).enumerate() {
                    if index > 0 {
                        self.begin_line();
                    }
                    self.lines[self.row].update(&Input::Paste(line.to_owned()));
                }
                true
            }
            Input::Key(Key::Enter | Key::Ctrl('j')) => {
                self.begin_line();
                true
            }
            Input::Key(Key::Up) => self.go(self.row.checked_sub(1)),
            Input::Key(Key::Down) => self.go(Some(self.row + 1)),
            Input::Key(Key::Backspace) if self.row > 0 && self.lines[self.row].is_at_start() => {
                let line = self.lines.remove(self.row);
                self.row -= 1;
                self.lines[self.row].append(line);
                true
            }
            Input::Key(Key::Delete)
                if self.row + 1 < self.lines.len() && self.lines[self.row].is_at_end() =>
            {
                let next = self.lines.remove(self.row + 1);
                self.lines[self.row].append(next);
                true
            }
            Input::Key(Key::Left) if self.row > 0 && self.lines[self.row].is_at_start() => {
                self.row -= 1;
                self.lines[self.row].update(&Input::Key(Key::End))
            }
            Input::Key(Key::Right) if self.row + 1 < self.lines.len() && self.lines[self.row].is_at_end() => {
                self.row += 1;
                self.lines[self.row].update(&Input::Key(Key::Home))
            }
            input => self.lines[self.row].update(input),
        }
    }

    fn begin_line(&mut self) {
        let rest = self.lines[self.row].split();
        self.row += 1;
        self.lines.insert(self.row, rest);
    }

    fn go(&mut self, row: Option<usize>) -> bool {
        if let Some(row) = row.filter(|row| *row < self.lines.len()) {
            let column = self.lines[self.row].cursor_column();
            self.row = row;
            self.lines[row].go_to_column(column);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, keys: &[Key]) -> Lines {
        let mut lines = Lines::new(text);
        for key in keys {
            lines.update(&Input::Key(*key));
        }
        lines
    }

    #[test]
    fn a_line_is_split_where_the_cursor_is_and_joined_again() {
        let keys = [Key::Left, Key::Ctrl('j')];
        assert_eq!(typed("ab", &keys).text(), "a\nb");
        assert_eq!(typed("a\nb", &[Key::Home, Key::Backspace, Key::Char('x')]).text(), "axb");
        assert_eq!(typed("a\r\nb", &[Key::Up, Key::Delete]).text(), "ab");
    }

    #[test]
    fn the_cursor_keeps_its_column_between_lines() {
        let keys = [Key::Up, Key::Char('x'), Key::Up, Key::Char('y')];
        assert_eq!(typed("one\ntwo\nx", &keys).text(), "onye\ntxwo\nx");
    }

    #[test]
    fn a_paste_keeps_its_lines() {
        let mut lines = Lines::new("");
        lines.update(&Input::Paste("a\r\nb\u{1b}\nc".into()));
        assert_eq!(lines.text(), "a\nb\nc");
    }
}
