//! The views: state in, cells out. One pure function a screen, one for each overlay.
//!
//! Must not know: events, effects, the network. A view never changes state.

mod conflict;
mod doctor;
mod editor;
mod environments;
mod form;
pub mod frame;
mod grid;
mod help;
mod json;
mod menu;
mod palette;
mod panel;
mod prefix;
mod problem;
mod prompt;
mod qr;
mod record;
mod review;
mod sign_in;
mod tables;
mod tags;
pub mod text;
mod whole;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::theme::Theme;
use crate::app::overlay::Overlay;
use crate::app::{App, Screen};

/// Draws everything, and puts the terminal's own cursor on what has the focus.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    if let Some(cursor) = render(app, theme, area, frame.buffer_mut()) {
        frame.set_cursor_position(cursor);
    }
}

/// Draws everything into a buffer; answers where the terminal's own cursor belongs.
pub fn render(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if app.size.is_too_small() {
        frame::too_small(app, area, buffer);
        return None;
    }
    let [top, body, message, hints] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    frame::bar(app, theme, top, buffer);
    let mut cursor = screen(app, theme, body, buffer);
    for overlay in &app.overlays {
        cursor = match overlay {
            Overlay::Prefix(key) => prefix::draw(app, *key, cursor, theme, body, buffer),
            Overlay::Help(overlay) => help::draw(overlay, theme, body, buffer),
            Overlay::Palette(overlay) => palette::draw(app, overlay, theme, body, buffer),
            Overlay::Columns(jump) => palette::column_jump(jump, cursor, theme, body, buffer),
            Overlay::ColumnMenu(overlay) => {
                let title = format!("change on {}", overlay.target.name);
                menu::draw(&title, &overlay.menu, cursor, theme, body, buffer)
            }
            Overlay::ChoiceMenu(overlay) => {
                let title = format!("{} of {}", overlay.column.display_name, overlay.target.name);
                menu::draw(&title, &overlay.menu, cursor, theme, body, buffer)
            }
            Overlay::Editor(editor) => editor::draw(app, editor, cursor, theme, body, buffer),
            Overlay::Conflict(panel) => conflict::draw(app, panel, cursor, theme, body, buffer),
            Overlay::Reading(text) => doctor::reading(app, text, theme, body, buffer),
            Overlay::Whole(value) => whole::draw(value, theme, body, buffer),
            Overlay::Keys(jump) => palette::key_jump(jump, cursor, theme, body, buffer),
            Overlay::KeyTester(tester) => doctor::key_tester(tester, theme, body, buffer),
            Overlay::Tags(form) => tags::draw(form, cursor, theme, body, buffer),
            Overlay::Details(details) => tags::details(details, cursor, theme, body, buffer),
            Overlay::Prompt(_) | Overlay::Find(_) | Overlay::Address(_) => cursor,
        };
    }
    match app.overlays.last() {
        Some(Overlay::Prompt(overlay)) => cursor = prompt::draw(app, overlay, theme, message, buffer),
        Some(Overlay::Address(line)) => cursor = prompt::address(app, line, theme, message, buffer),
        Some(Overlay::Find(overlay)) => cursor = prompt::find(overlay, theme, message, buffer),
        _ => frame::message(app, theme, message, buffer),
    }
    frame::hints(app, theme, hints, buffer);
    cursor
}

/// The screen that is seen, from row 2 down to the message line.
fn screen(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    match app.screen() {
        Screen::SignIn(screen) => sign_in::draw(app, screen, theme, area, buffer),
        Screen::Environments(screen) => environments::draw(app, screen, theme, area, buffer),
        Screen::Tables(screen) => tables::draw(app, screen, theme, area, buffer),
        Screen::Grid(screen) => grid::draw(app, screen, theme, area, buffer),
        Screen::Record(screen) => record::draw(app, screen, theme, area, buffer),
        Screen::Review(screen) => review::draw(app, screen, theme, area, buffer),
        Screen::Doctor(screen) => doctor::draw(app, screen, theme, area, buffer),
        Screen::Viewer(screen) => json::viewer(app, screen, theme, area, buffer),
    }
}
