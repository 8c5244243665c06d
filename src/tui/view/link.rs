//! A link to be opened elsewhere: whole, or as a QR code.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::{Clear, Widget};

use super::qr::Code;
use super::{panel, text};
use crate::app::overlay::link::Link;
use crate::tui::theme::Theme;

/// Draws the link over a screen. `screen` is everything between row 1 and the message line; a picture takes row 1 and
/// the message line too, for a code needs every row of 24.
pub(super) fn draw(
    link: &Link,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    if link.picture {
        let all = Rect { y: 0, height: screen.bottom() + 1, ..screen };
        Clear.render(all, buffer);
        if let Err(why) = picture(link, theme, all, buffer) {
            text::line(
                &why,
                theme.bar,
                Rect { x: all.x + 1, y: all.y + 1, width: all.width - 1, height: 1 },
                buffer,
            );
            text::line(
                "Tab shows it as text",
                theme.dim,
                Rect { x: all.x + 1, y: all.y + 2, width: all.width - 1, height: 1 },
                buffer,
            );
        }
        return None;
    }
    let width = usize::from(screen.width.saturating_sub(2)).max(1);
    let lines = text::wrap(&link.address, width);
    let area = panel::open(lines.len() as u16 + 2, focus, theme, screen, buffer);
    let row = |y: u16| Rect { x: area.x + 1, y: area.y + y, width: area.width.saturating_sub(1), height: 1 };
    let said = match lines.len() {
        1 => "Open this where you have a browser",
        _ => "Open this where you have a browser. P prints it in one piece",
    };
    text::line(said, theme.bar, row(0), buffer);
    for (y, line) in (2..area.height).zip(lines) {
        text::line(&line, theme.key, row(y), buffer);
    }
    Some(Position { x: area.x + 1, y: (area.y + 2).min(area.bottom().saturating_sub(1)) })
}

/// Draws the code in the middle, or says why not.
fn picture(link: &Link, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Result<(), String> {
    let code = Code::new(&link.address).ok_or("The link is too long for a code.")?;
    let (width, height) = code.size();
    if width > area.width || height > area.height {
        let needed = format!("{width}x{}", height + 1);
        return Err(format!(
            "The code needs a terminal of {needed}; this is {}x{}.",
            area.width,
            area.height + 1
        ));
    }
    let place =
        Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    code.draw(place, theme.code, buffer);
    Ok(())
}
