//! The views: state in, cells out. One pure function a screen, one for each overlay.
//!
//! Must not know: events, effects, the network. A view never changes state.

mod audit;
mod beside;
mod changed;
mod column_picker;
mod conflict;
mod doctor;
mod draft;
mod duplicates;
mod editor;
mod environments;
mod file;
mod form;
pub mod frame;
mod gone;
mod grid;
mod help;
mod json;
mod link;
mod log;
mod lookup;
mod menu;
mod palette;
mod panel;
mod panes;
mod prefix;
mod problem;
mod prompt;
mod qr;
mod record;
mod related;
mod review;
mod save_file;
mod sign_in;
mod tables;
mod tags;
pub mod text;
mod timeline;
mod views;
mod whole;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Position, Rect};

use super::backend::mend;
use super::theme::Theme;
use crate::app::overlay::Overlay;
use crate::app::{App, Screen};

/// Draws everything, and puts the terminal's own cursor on what has the focus.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    let cursor = render_into(app, theme, area, frame.buffer_mut());
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
}

/// Draws everything into a buffer of any size. A terminal may have another size already than the one that the core was
/// told: then what fits of the screen is shown until it is told.
pub fn render_into(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let terminal = app.terminal();
    let known = Rect::new(0, 0, terminal.width, terminal.height);
    if area == known {
        let cursor = render(app, theme, area, buffer);
        mend(buffer);
        return cursor;
    }
    let mut whole = Buffer::empty(known);
    let cursor = render(app, theme, known, &mut whole);
    for position in known.intersection(area).positions() {
        buffer[position] = whole[position].clone();
    }
    mend(buffer);
    cursor.filter(|cursor| area.contains(*cursor))
}

/// Draws everything into a buffer; answers where the terminal's own cursor belongs.
pub fn render(app: &App, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    if app.size.is_too_small() {
        frame::too_small(app, area, buffer);
        return None;
    }
    let [top, body, strip, message, hints] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(app.strip),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(area);
    frame::bar(app, theme, top, buffer);
    log::strip(app, theme, strip, buffer);
    let mut cursor = screen(app, theme, body, buffer);
    for overlay in &app.overlays {
        cursor = match overlay {
            Overlay::Prefix(key) => prefix::draw(app, *key, cursor, theme, body, buffer),
            Overlay::Print => prefix::print(app, cursor, theme, body, buffer),
            Overlay::Help(overlay) => help::draw(app, overlay, theme, body, buffer),
            Overlay::Palette(overlay) => palette::draw(app, overlay, theme, body, buffer),
            Overlay::Columns(jump) => palette::column_jump(jump, cursor, theme, body, buffer),
            Overlay::ColumnPicker(picker) => column_picker::draw(app, picker, theme, body, buffer),
            Overlay::Views(picker) => views::draw(app, picker, theme, body, buffer),
            Overlay::ColumnMenu(overlay) => {
                let title = format!("change on {}", app.meant(&overlay.target));
                menu::draw(&title, &overlay.menu, cursor, theme, body, buffer)
            }
            Overlay::ChoiceMenu(overlay) => {
                let title = format!("{} of {}", overlay.column.display_name, app.meant(&overlay.target));
                menu::draw(&title, &overlay.menu, cursor, theme, body, buffer)
            }
            Overlay::ChoicesMenu(overlay) => {
                let meant = app.meant(&overlay.target);
                let title = match &overlay.problem {
                    Some(problem) => format!("! {problem}"),
                    None => format!("{} of {meant}", overlay.column.display_name),
                };
                menu::draw(&title, &overlay.menu, cursor, theme, body, buffer)
            }
            Overlay::Lookup(lookup) => lookup::draw(app, lookup, cursor, theme, body, buffer),
            Overlay::Editor(editor) => editor::draw(app, editor, cursor, theme, body, buffer),
            Overlay::Draft(form) => draft::draw(form, cursor, theme, body, buffer),
            Overlay::Conflict(panel) => conflict::draw(app, panel, cursor, theme, body, buffer),
            Overlay::Gone(panel) => gone::draw(app, panel, cursor, theme, body, buffer),
            Overlay::Duplicates(panel) => duplicates::draw(app, panel, cursor, theme, body, buffer),
            Overlay::Choosing(choosing) => {
                menu::draw(&choosing.title, &choosing.menu, cursor, theme, body, buffer)
            }
            Overlay::SaveFile(form) => save_file::draw(app, form, cursor, theme, body, buffer),
            Overlay::Reading(text) => doctor::reading(app, text, theme, body, buffer),
            Overlay::Link(shown) => link::draw(shown, cursor, theme, body, buffer),
            Overlay::Whole(value) => whole::draw(value, theme, body, buffer),
            Overlay::Keys(jump) => palette::key_jump(jump, cursor, theme, body, buffer),
            Overlay::KeyTester(tester) => doctor::key_tester(tester, theme, body, buffer),
            Overlay::File(panel) => file::draw(app, panel, cursor, theme, body, buffer),
            Overlay::Tags(form) => tags::draw(form, cursor, theme, body, buffer),
            Overlay::Details(details) => tags::details(app, details, cursor, theme, body, buffer),
            Overlay::Hits(overlay) => palette::hits(overlay, cursor, theme, body, buffer),
            Overlay::Prompt(_)
            | Overlay::Find(_)
            | Overlay::Address(_)
            | Overlay::GoTo(_)
            | Overlay::Offer(_) => cursor,
        };
    }
    match app.overlays.last() {
        Some(Overlay::Prompt(overlay)) => cursor = prompt::draw(app, overlay, theme, message, buffer),
        Some(Overlay::Address(line)) => cursor = prompt::address(app, line, theme, message, buffer),
        Some(Overlay::GoTo(line)) => cursor = prompt::go_to(app, line, theme, message, buffer),
        Some(Overlay::Offer(offer)) => cursor = prompt::offer(app, offer, theme, message, buffer),
        Some(Overlay::Find(overlay)) => cursor = prompt::find(app, overlay, theme, message, buffer),
        Some(Overlay::Link(shown)) if shown.picture && app.notice.is_none() => {}
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
        Screen::Grid(screen) => {
            let cursor = grid::draw(app, screen, theme, area, buffer);
            panes::draw(app, screen, cursor, theme, area, buffer)
        }
        Screen::Record(screen) => record::draw(app, screen, theme, area, buffer),
        Screen::Review(screen) => review::draw(app, screen, theme, area, buffer),
        Screen::Doctor(screen) => doctor::draw(app, screen, theme, area, buffer),
        Screen::Log(screen) => log::draw(app, screen, theme, area, buffer),
        Screen::Viewer(screen) => json::viewer(app, screen, theme, area, buffer),
    }
}
