//! Text in cells: harmless, cut between graphemes, never wider than its place.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::app::line::Line as EditLine;
use crate::text::harmless;
pub use crate::text::wrap;

/// Writes one line at the left of an area and cuts what does not fit.
pub fn line(text: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let text = fit(text, usize::from(area.width));
    buffer.set_stringn(area.x, area.y, text, usize::from(area.width), style);
}

/// Writes one line at the right of an area.
pub fn line_right(text: &str, style: Style, area: Rect, buffer: &mut Buffer) {
    let text = fit(text, usize::from(area.width));
    let width = text.width().min(usize::from(area.width)) as u16;
    line(&text, style, Rect { x: area.right() - width, width, ..area }, buffer);
}

/// Text of at most `width` cells; what was cut is told by three dots where there is room for them.
pub fn fit(text: &str, width: usize) -> Cow<'_, str> {
    let text = harmless(text);
    if text.width() <= width {
        return text;
    }
    let dots = if width > 6 { "..." } else { "" };
    let mut room = width - dots.len();
    let kept: String = text
        .graphemes(true)
        .take_while(|grapheme| {
            let fits = grapheme.width() <= room;
            room = room.saturating_sub(grapheme.width());
            fits
        })
        .collect();
    Cow::Owned(kept + dots)
}

/// Lines of at most `width` cells. Keys stand three spaces apart and each stays whole.
pub fn wrap_keys(text: &str, width: usize) -> Vec<String> {
    if !text.contains("   ") || text.width() <= width {
        return if text.width() <= width { vec![text.to_owned()] } else { wrap(text, width) };
    }
    let mut lines: Vec<String> = Vec::new();
    for part in text.split("   ").filter(|part| !part.is_empty()) {
        match lines.last_mut().filter(|line| line.width() + 3 + part.width() <= width) {
            Some(line) => {
                line.push_str("   ");
                line.push_str(part);
            }
            None => lines.extend(wrap(part, width)),
        }
    }
    lines
}

/// A message of at most `width` cells: sentences and keys that do not fit go from the end, each as a whole. The
/// first one stays, cut between words where it must be.
pub fn whole_parts(text: &str, width: usize) -> Cow<'_, str> {
    if harmless(text).width() <= width {
        return harmless(text);
    }
    // A full stop behind a space is a key.
    let stops = text.match_indices(". ").filter(|(at, _)| !text[..*at].ends_with(' ')).map(|(at, _)| at + 1);
    let ends = text.match_indices("  ").map(|(at, _)| at).chain(stops);
    let fits = |end: &usize| *end > 0 && harmless(text[..*end].trim_end()).width() <= width;
    if let Some(end) = ends.filter(fits).max() {
        return Cow::Owned(harmless(text[..end].trim_end()).into_owned());
    }
    let cut = fit(text, width);
    match cut.trim_end_matches("...").rfind(' ') {
        Some(space) if space * 2 > width => Cow::Owned(format!("{}...", cut[..space].trim_end())),
        _ => cut,
    }
}

/// Writes an editable line, scrolled so that its cursor is seen; answers where the cursor stands.
pub fn field(field: &EditLine, style: Style, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let width = usize::from(area.width);
    let mut skip = (field.cursor_column() + 1).saturating_sub(width);
    let cursor = field.cursor_column() - skip;
    let seen: String = field
        .text()
        .graphemes(true)
        .skip_while(|grapheme| {
            let is_left = skip > 0;
            skip = skip.saturating_sub(grapheme.width());
            is_left
        })
        .collect();
    buffer.set_stringn(area.x, area.y, harmless(&seen), width, style);
    Some(Position { x: area.x + cursor as u16, y: area.y })
}

/// Styles some characters, counted from 0, of a text that stands in an area.
pub fn highlight(text: &str, letters: &[u32], style: Style, area: Rect, buffer: &mut Buffer) {
    if matches!(harmless(text), Cow::Owned(_)) {
        return; // what is shown has other letters
    }
    let shown = fit(text, usize::from(area.width));
    let cut = if shown.len() < text.len() { shown.width().saturating_sub(3) } else { shown.width() };
    let mut x = 0;
    for (index, c) in text.chars().enumerate() {
        let width = c.width().unwrap_or(0);
        if x + width > cut {
            return;
        }
        if letters.binary_search(&(index as u32)).is_ok() {
            let cell = Rect { x: area.x + x as u16, width: width as u16, height: 1, ..area };
            buffer.set_style(cell, style);
        }
        x += width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_loses_whole_parts_from_its_end() {
        let text = "3 of 20 held match.  Enter asks Case Title  5,000 in all";
        assert_eq!(whole_parts(text, 60), text);
        assert_eq!(whole_parts(text, 50), "3 of 20 held match.  Enter asks Case Title");
        assert_eq!(whole_parts(text, 30), "3 of 20 held match.");
        assert_eq!(whole_parts("Staged.  w review  . repeat", 20), "Staged.  w review");
        assert_eq!(whole_parts("Not done. It was refused.", 20), "Not done.");
        assert_eq!(whole_parts("A sentence without an end in sight", 24), "A sentence without...");
    }

    #[test]
    fn keys_are_wrapped_between_each_other() {
        assert_eq!(wrap_keys("r try again   Esc back   q quit", 26), ["r try again   Esc back", "q quit"]);
    }

    #[test]
    fn a_field_scrolls_so_that_its_cursor_is_seen() {
        let area = Rect::new(2, 0, 4, 1);
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        let cursor = field(&EditLine::new("abcdef"), Style::new(), area, &mut buffer);
        assert_eq!(cursor, Some(Position { x: 5, y: 0 }));
        assert_eq!(buffer.content().iter().map(|cell| cell.symbol()).collect::<String>(), "  def   ");
    }

    #[test]
    fn text_is_cut_between_graphemes_and_never_wider_than_its_place() {
        assert_eq!(fit("Fourth Coffee", 10), "Fourth ...");
        assert_eq!(fit("宽字符宽字符", 9), "宽字符...");
        assert_eq!(fit("宽字符宽字符", 8), "宽字...");
        assert_eq!(fit("宽字", 3), "宽");
        assert_eq!(fit("short", 5), "short");
    }

    #[test]
    fn control_characters_never_reach_a_cell() {
        assert!(!fit("a\u{1b}[31mb\u{202e}c", 40).chars().any(|c| c.is_control() || c == '\u{202e}'));
    }
}
