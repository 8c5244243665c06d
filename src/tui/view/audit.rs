//! Who changed a row since it was read: an entry a change, and a line a column.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::text;
use crate::app::App;
use crate::app::edit::short_pair;
use crate::app::load::Load;
use crate::app::overlay::audit::in_words;
use crate::app::overlay::conflict::Conflict;
use crate::app::pending::PendingRow;
use crate::app::screen::timeline::when;
use crate::dataverse::Row;
use crate::tui::theme::Theme;

/// Draws the pane with the rule at its left.
pub(super) fn draw(
    app: &App,
    row: &PendingRow,
    conflict: &Conflict,
    theme: &Theme,
    pane: Rect,
    buffer: &mut Buffer,
) {
    for y in pane.y..pane.bottom() {
        buffer.set_string(pane.x.saturating_sub(1), y, "|", theme.dim);
    }
    let inner = Rect { x: pane.x + 1, width: pane.width.saturating_sub(2), ..pane };
    let mut lines = vec![("Audit, since the record was read".to_owned(), theme.heading)];
    lines.extend(told(app, row, conflict, theme));
    let room = usize::from(inner.height);
    if lines.len() > room {
        let below = lines.len() - room.saturating_sub(1);
        lines.truncate(room.saturating_sub(1));
        lines.push((format!("and {below} more lines"), theme.dim));
    }
    for (y, (line, style)) in (inner.y..inner.bottom()).zip(lines) {
        text::line(&line, style, Rect { y, height: 1, ..inner }, buffer);
    }
}

fn told(app: &App, row: &PendingRow, conflict: &Conflict, theme: &Theme) -> Vec<(String, Style)> {
    let audit = match &conflict.audit {
        Load::Failed(problem, _) => return vec![(problem.what.clone(), theme.dim)],
        load => match load.value() {
            Some(audit) => audit,
            None => return vec![("Reading the audit ...".to_owned(), theme.dim)],
        },
    };
    if audit.entries.is_empty() {
        return vec![("Nothing there, or auditing is off.".to_owned(), theme.dim)];
    }
    let schema = app.schemas.get(&conflict.key.table).map(AsRef::as_ref);
    let newer = conflict.compared.as_ref().map(|compared| &compared.newer);
    let rows: Vec<&Row> = newer.into_iter().chain([&row.target.row]).collect();
    let mut lines = Vec::new();
    for entry in &audit.entries {
        let at = entry.at.map_or_else(|| "-".to_owned(), |at| when(&app.zone, app.now, at));
        let who = entry.who.as_deref().unwrap_or("-");
        lines.push((format!("{at}  {who}  {}", entry.action), Style::new()));
        for change in &entry.changes {
            if let Some((label, old, new)) = in_words(change, schema, &rows) {
                let (old, new) = short_pair(&old, &new);
                lines.push((format!("  {label}: {old} -> {new}"), Style::new()));
            }
        }
    }
    if audit.more {
        lines.push(("and older ones".to_owned(), theme.dim));
    }
    lines
}
