//! A QR code in half blocks.

use qrcode::{Color as Module, EcLevel, QrCode};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Light modules around the code; phones read it with two.
const QUIET: usize = 2;

/// A code and its size in modules, with the quiet zone.
#[derive(Debug)]
pub(super) struct Code {
    modules: Vec<Module>,
    width: usize,
}

impl Code {
    /// The code of a text; none when the text is too long for one.
    pub(super) fn new(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
        Some(Self { width: code.width(), modules: code.into_colors() })
    }

    /// Cells needed: width and height.
    pub(super) fn size(&self) -> (u16, u16) {
        let modules = (self.width + 2 * QUIET) as u16;
        (modules, modules.div_ceil(2))
    }

    /// Draws the code into the top left corner of an area, if it fits.
    pub(super) fn draw(&self, area: Rect, style: Style, buffer: &mut Buffer) {
        let (width, height) = self.size();
        if width > area.width || height > area.height {
            return;
        }
        for row in 0..height {
            for column in 0..width {
                let block = match (self.is_dark(column, row * 2), self.is_dark(column, row * 2 + 1)) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                };
                buffer[(area.x + column, area.y + row)].set_char(block).set_style(style);
            }
        }
    }

    fn is_dark(&self, x: u16, y: u16) -> bool {
        let inside = |at: u16| usize::from(at).checked_sub(QUIET).filter(|at| *at < self.width);
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => self.modules[y * self.width + x] == Module::Dark,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_the_usual_address_fits_beside_the_text_at_80_columns() {
        assert_eq!(Code::new("https://microsoft.com/devicelogin").unwrap().size(), (33, 17));
        assert!(Code::new(&"x".repeat(5_000)).is_none());
    }

    #[test]
    fn the_quiet_zone_is_light_and_the_corner_dark() {
        let code = Code::new("x").unwrap();
        assert!(!code.is_dark(1, 1) && code.is_dark(2, 2) && !code.is_dark(3, 3));
    }
}
