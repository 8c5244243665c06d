//! The panel of a row that is not there any more: what was to be saved.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::{panel, text};
use crate::app::App;
use crate::app::edit::short_pair;
use crate::app::overlay::gone::Gone;
use crate::app::screen::timeline::when;
use crate::tui::theme::Theme;

/// Changes that are told.
const MOST: usize = 6;

/// Draws the panel; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    gone: &Gone,
    focus: Option<Position>,
    theme: &Theme,
    screen: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let Some(row) = app.pending.row(&gone.key.table, gone.key.id) else { return focus };
    let told = row.edits.len().min(MOST);
    let more = row.edits.len() - told;
    let height = 2 + told + usize::from(more > 0);
    let area = panel::open(height as u16, focus, theme, screen, buffer);
    let lines = (area.y..area.bottom()).map(|y| Rect {
        x: area.x + 1,
        y,
        width: area.width.saturating_sub(2),
        height: 1,
    });
    let name = &row.target.name;
    let what = match gone.deleted().and_then(|entry| Some((entry.at?, entry.who.as_deref()?))) {
        Some((at, who)) => {
            format!("! {name} was deleted {} by {who} (audit).", when(&app.zone, app.now, at))
        }
        None => format!("! {name} was deleted on the server, or you may no longer see it."),
    };
    let mut said = vec![
        (what, theme.problem),
        ("  Nothing was saved. Your values are kept until you drop them:".to_owned(), theme.dim),
    ];
    said.extend(row.edits.iter().take(told).map(|edit| {
        let (old, new) = short_pair(&edit.old, &edit.new.text);
        (format!("  {}  {old} -> {new}", edit.label), theme.edited)
    }));
    if more > 0 {
        said.push((format!("  and {more} more"), theme.dim));
    }
    for (place, (said, style)) in lines.zip(said) {
        text::line(&said, style, place, buffer);
    }
    Some(Position { x: area.x + 1, y: area.y })
}
