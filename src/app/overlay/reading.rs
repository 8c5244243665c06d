//! Text to be read, longer than a message: scrolled, and copied as a whole.

use super::Overlay;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::layout::Size;
use crate::text::wrap;

/// The text and how far it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it is about.
    pub title: String,
    paragraphs: Vec<String>,
    /// No empty lines between the paragraphs.
    is_tight: bool,
    /// The first line that is seen.
    pub top: usize,
}

/// Cells at the left and at the right of the text.
const MARGINS: u16 = 2;

impl Reading {
    /// Paragraphs, apart from each other.
    pub fn new(title: String, paragraphs: Vec<String>) -> Self {
        Self { title, paragraphs, is_tight: false, top: 0 }
    }

    /// One line after the other.
    #[must_use]
    pub fn tight(mut self) -> Self {
        self.is_tight = true;
        self
    }

    /// The lines at a width of the terminal. A line that goes on is indented where the lines stand close.
    pub fn lines(&self, width: u16) -> Vec<String> {
        let width = usize::from(width.saturating_sub(2 * MARGINS));
        let mut lines = Vec::new();
        for (index, paragraph) in self.paragraphs.iter().enumerate() {
            if self.is_tight {
                lines.extend(hanging(paragraph, width));
                continue;
            }
            if index > 0 {
                lines.push(String::new());
            }
            lines.extend(wrap(paragraph, width));
        }
        lines
    }

    /// Rows for the text: all of the body but the title.
    pub fn height(size: Size) -> usize {
        size.list_height()
    }

    fn scroll(&mut self, rows: isize, size: Size) {
        let most = self.lines(size.width).len().saturating_sub(Self::height(size));
        self.top = self.top.saturating_add_signed(rows).min(most);
    }
}

/// A label and its value: what does not fit goes on below the value.
fn hanging(text: &str, width: usize) -> Vec<String> {
    let start = text.find("  ").map(|at| at + text[at..].chars().take_while(|c| *c == ' ').count());
    let Some(start) = start.filter(|start| *start < width / 2) else { return wrap(text, width) };
    let (label, value) = text.split_at(start);
    let indent = " ".repeat(start);
    let lines = wrap(value, width - start).into_iter().enumerate();
    lines.map(|(index, line)| format!("{}{line}", if index == 0 { label } else { &indent })).collect()
}

/// What a key does to a text that is read.
pub(super) enum Paging {
    Close,
    /// Scrolls by so many rows, as far as the text goes.
    Rows(isize),
}

/// The keys of every text that is read; nothing for the others. A page has so many rows.
pub(super) fn paging(input: &Input, page: isize) -> Option<Paging> {
    let Input::Key(key) = input else { return None };
    Some(Paging::Rows(match key {
        Key::Esc | Key::Ctrl('g') | Key::Char('q') | Key::Enter => return Some(Paging::Close),
        Key::Char('j') | Key::Down => 1,
        Key::Char('k') | Key::Up => -1,
        Key::PageDown | Key::Ctrl('f' | 'd') | Key::Char(' ') => page,
        Key::PageUp | Key::Ctrl('b' | 'u') => -page,
        Key::Char('g') | Key::Home => isize::MIN,
        Key::Char('G') | Key::End => isize::MAX,
        _ => return None,
    }))
}

impl App {
    pub(super) fn reading_input(&mut self, input: &Input) -> Vec<Effect> {
        let size = self.size;
        let page = Reading::height(size) as isize;
        let Some(Overlay::Reading(reading)) = self.overlays.last_mut() else { return vec![] };
        let rows = match (paging(input, page), input) {
            (Some(Paging::Close), _) => {
                self.overlays.pop();
                return vec![];
            }
            (Some(Paging::Rows(rows)), _) => rows,
            (None, Input::Key(Key::Char('y'))) => {
                let text = reading.paragraphs.join("\n");
                return self.copy(text);
            }
            (None, Input::Key(Key::Char('P'))) => {
                return vec![Effect::Print(reading.paragraphs.join("\n"))];
            }
            (None, input) => {
                self.say_unbound(input);
                return vec![];
            }
        };
        let before = reading.top;
        reading.scroll(rows, size);
        if reading.top == before {
            self.say("There is no more text that way.");
        }
        vec![]
    }

    /// A text that was read on stays within its lines when the terminal changes its size.
    pub(in crate::app) fn fit_reading(&mut self) {
        let size = self.size;
        for overlay in &mut self.overlays {
            if let Overlay::Reading(reading) = overlay {
                reading.scroll(0, size);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_goes_on_stands_below_its_beginning() {
        let reading = Reading::new("t".into(), vec!["For (aud)  one two three four".into()]).tight();
        assert_eq!(reading.lines(28), ["For (aud)  one two three", "           four"]);
    }

    #[test]
    fn the_text_is_scrolled_to_its_last_page_and_no_further() {
        let size = Size { width: 80, height: 24 };
        let lines: Vec<String> = (0..30).map(|number| number.to_string()).collect();
        let mut reading = Reading::new("t".into(), lines).tight();
        reading.scroll(isize::MAX, size);
        assert_eq!(reading.top, 30 - Reading::height(size));
        reading.scroll(isize::MIN, size);
        assert_eq!(reading.top, 0);
    }
}
