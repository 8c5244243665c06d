//! The views: state in, cells out. One pure function a screen, one for each overlay.
//!
//! Must not know: events, effects, the network. A view never changes state.

pub mod frame;
pub mod text;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::theme::Theme;
use crate::app::{App, Screen};

/// Draws everything, and puts the terminal's own cursor on what has the focus.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    if app.size.is_too_small() {
        frame::too_small(area, frame.buffer_mut());
        return;
    }
    let [top, context, body, message, hints] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    let buffer = frame.buffer_mut();
    frame::bar(app, theme, top, buffer);
    frame::message(app, theme, message, buffer);
    frame::hints(app, theme, hints, buffer);
    let cursor: Option<Position> = match app.screen() {
        Screen::SignIn(_) | Screen::Tables(_) | Screen::Grid(_) | Screen::Record(_) | Screen::Review(_) => {
            text::line("", theme.dim, Rect { height: 1, ..body }, buffer);
            text::line("", theme.dim, context, buffer);
            None
        }
    };
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}
