//! A whole value over the screen: every character and line of it, scrolled.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::Overlay;
use super::reading::{Paging, paging};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::layout::Size;
use crate::text::{harmless, is_harmful};

/// Cells at the left and at the right of the text.
const MARGINS: u16 = 2;

/// The value and how far it was read. Its lines are found once for a width, not for every frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// What it is the value of.
    pub title: String,
    /// The first line that is seen.
    pub top: usize,
    text: String,
    width: u16,
    lines: Vec<Range<usize>>,
}

impl Whole {
    /// A value in a terminal of this width.
    pub fn new(title: String, text: String, width: u16) -> Self {
        let mut whole = Self { title, top: 0, text, width: 0, lines: vec![] };
        whole.fit(width);
        whole
    }

    /// How many lines it has at this width.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// There is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// One line.
    pub fn line(&self, index: usize) -> &str {
        self.lines.get(index).map_or("", |range| &self.text[range.clone()])
    }

    fn fit(&mut self, width: u16) {
        if self.width == width {
            return;
        }
        self.width = width;
        self.lines = broken(&self.text, usize::from(width.saturating_sub(2 * MARGINS)).max(1));
    }

    fn scroll(&mut self, rows: isize, size: Size) {
        let most = self.lines.len().saturating_sub(size.list_height());
        self.top = self.top.saturating_add_signed(rows).min(most);
    }
}

/// The lines of a text at a width: at its own line ends, else behind a space, else between characters. Nothing is left
/// out but the line ends.
pub fn broken(text: &str, width: usize) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        let end = start + paragraph.len();
        let shown = paragraph.strip_suffix('\r').unwrap_or(paragraph);
        break_paragraph(text, start..start + shown.len(), width, &mut lines);
        start = end + 1;
    }
    lines
}

fn break_paragraph(text: &str, paragraph: Range<usize>, width: usize, lines: &mut Vec<Range<usize>>) {
    let Range { mut start, end } = paragraph;
    if text.as_bytes()[start..end].iter().all(|byte| (0x20..0x7f).contains(byte)) {
        while end - start > width {
            let space = text[start..start + width].rfind(' ').map(|at| start + at + 1);
            let next = space.unwrap_or(start + width);
            lines.push(start..next);
            start = next;
        }
        lines.push(start..end);
        return;
    }
    let (mut used, mut space) = (0, None);
    let mut rest = text[start..end].grapheme_indices(true);
    let mut base = start;
    while let Some((offset, grapheme)) = rest.next() {
        let at = base + offset;
        let cells = match grapheme.chars().any(is_harmful) {
            true => harmless(grapheme).width(),
            false => grapheme.width(),
        };
        if used + cells > width && at > start {
            let next = space.filter(|space| *space > start).unwrap_or(at);
            lines.push(start..next);
            (start, base, used, space) = (next, next, 0, None);
            rest = text[next..end].grapheme_indices(true);
            continue;
        }
        used += cells;
        if grapheme == " " {
            space = Some(at + 1);
        }
    }
    lines.push(start..end);
}

impl App {
    pub(super) fn whole_input(&mut self, input: &Input) -> Vec<Effect> {
        let size = self.size;
        let page = size.list_height() as isize;
        let Some(Overlay::Whole(whole)) = self.overlays.last_mut() else { return vec![] };
        let rows = match (paging(input, page), input) {
            (Some(Paging::Close), _) => {
                self.overlays.pop();
                return vec![];
            }
            (Some(Paging::Rows(rows)), _) => rows,
            (None, Input::Key(Key::Char('y'))) => {
                let text = whole.text.clone();
                return self.copy(text);
            }
            (None, input) => {
                self.say_unbound(input);
                return vec![];
            }
        };
        let before = whole.top;
        whole.scroll(rows, size);
        if whole.top == before {
            self.say("There is no more text that way.");
        }
        vec![]
    }

    /// A value that was read on is broken anew when the terminal changes its size.
    pub(in crate::app) fn fit_whole(&mut self) {
        let size = self.size;
        for overlay in &mut self.overlays {
            if let Overlay::Whole(whole) = overlay {
                whole.fit(size.width);
                whole.scroll(0, size);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines(text: &str, width: usize) -> Vec<&str> {
        broken(text, width).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn lines_break_behind_spaces_and_keep_every_one_of_them() {
        assert_eq!(lines("one  two three", 9), ["one  two ", "three"]);
        assert_eq!(lines("one  two three", 8), ["one  ", "two ", "three"]);
        assert_eq!(lines("abcdefgh\r\n\nij", 3), ["abc", "def", "gh", "", "ij"]);
        assert_eq!(lines("宽字符 x", 5), ["宽字", "符 x"]);
    }

    proptest! {
        #[test]
        fn nothing_of_a_value_is_left_out_and_no_line_is_too_wide(
            text in "[ a-z宽é\u{202e}\t]{0,60}(\n[ -~]{0,40}){0,3}",
            width in 8usize..40,
        ) {
            let lines = lines(&text, width);
            prop_assert_eq!(lines.concat(), text.replace('\n', ""));
            for line in lines {
                prop_assert!(harmless(line).width() <= width, "{:?}", line);
            }
        }
    }
}
