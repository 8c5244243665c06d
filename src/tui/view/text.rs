//! Text in cells: harmless, cut between graphemes, never wider than its place.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::text::harmless;

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

#[cfg(test)]
mod tests {
    use super::*;

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
