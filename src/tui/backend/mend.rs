//! Wide texts that something was drawn over.

use ratatui::buffer::Buffer;

use super::glyph::measure;

/// Takes away wide texts of which a cell was given to something else: a terminal shows no half of one, and ratatui
/// does not notice.
pub fn mend(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width);
    if width == 0 {
        return;
    }
    for row in buffer.content.chunks_mut(width) {
        let mut x = 0;
        while x < row.len() {
            let symbol = row[x].symbol();
            // A control character is the backend's business.
            let cells = match symbol.len() {
                0 | 1 => 1,
                _ => usize::from(measure(symbol).width).max(1),
            };
            let end = x + cells;
            if cells > 1 && (end > row.len() || row[x + 1..end].iter().any(|cell| cell.symbol() != " ")) {
                row[x].set_symbol(" ");
                x += 1;
            } else {
                x = end;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn half_of_a_wide_text_is_none() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 8, 1));
        buffer.set_string(0, 0, "宽字符", Style::new());
        buffer.set_string(3, 0, "x", Style::new());
        mend(&mut buffer);
        let shown: String = buffer.content().iter().map(|cell| cell.symbol()).collect();
        assert_eq!(shown, "宽  x符   ");
    }
}
