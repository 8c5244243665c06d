//! Rows of one table.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::{panes, problem, text};
use crate::app::App;
use crate::app::layout::{Placed, place_columns};
use crate::app::load::Load;
use crate::app::panes::Pane;
use crate::app::rows::Rows;
use crate::app::screen::Grid;
use crate::app::screen::grid::order::mark;
use crate::app::screen::grid::words;
use crate::app::watch::Watch;
use crate::dataverse::{Cell, Column, Row, RowId};
use crate::text::{grouped, harmless};
use crate::tui::theme::Theme;

/// Draws the screen: filter, order and count in row 2, then header and rows.
///
/// Only the cells that are seen are parsed.
pub(super) fn draw(
    app: &App,
    grid: &Grid,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let in_field = context(app, grid, theme, Rect { height: 1, ..area }, buffer);
    let Some(body) = panes::rect(app.panes().main, area) else { return in_field };
    let has_focus = app.focus() == Pane::Main;
    let rows = grid.rows.value();
    if grid.columns.is_empty()
        || (grid.is_empty() && rows.is_none_or(|rows| rows.is_empty() || grid.filter.is_some()))
    {
        let skip = if grid.columns.is_empty() { 1 } else { 2 };
        let said = Rect {
            x: body.x + 1,
            y: body.y + skip,
            width: body.width.saturating_sub(2),
            height: body.height.saturating_sub(skip),
        };
        match &grid.rows {
            Load::Failed(failure, None) => {
                problem::draw(app, failure, theme, said, buffer);
            }
            _ => {
                let lines = nothing(app, grid);
                let lines = lines.iter().map(|line| app.with_keys(line));
                let lines = lines.flat_map(|line| text::wrap_keys(&line, usize::from(said.width)));
                for (y, line) in (0..said.height).zip(lines) {
                    text::line(&line, theme.dim, Rect { y: said.y + y, height: 1, ..said }, buffer);
                }
            }
        }
        if !grid.columns.is_empty() {
            let places = place_columns(&grid.wishes(), grid.frozen, grid.left, body.width);
            header(grid, &places, has_focus, theme, body, buffer);
        }
        return in_field;
    }
    let places = place_columns(&grid.wishes(), grid.frozen, grid.left, body.width);
    header(grid, &places, has_focus, theme, body, buffer);
    let properties: Vec<Cow<'_, str>> =
        places.iter().map(|place| grid.columns[place.column].shown()).collect();
    let properties: Vec<&str> = properties.iter().map(AsRef::as_ref).collect();
    let mut cursor = None;
    for y in 1..body.height {
        let line = grid.list.top + usize::from(y - 1);
        let area = Rect { y: body.y + y, height: 1, ..body };
        if line >= grid.len() {
            more(app, grid, theme, area, buffer);
            break;
        }
        let is_current = line == grid.list.cursor;
        if is_current {
            text::line(">", theme.cursor, area, buffer);
            let x = places.iter().find(|place| place.column == grid.active).map_or(0, |place| place.x);
            cursor = Some(Position { x: area.x + x, y: area.y });
        }
        let drawn = Line { app, grid, theme, places: &places, is_current };
        match grid.row(line) {
            Some(row) => drawn.draw(&row, line, &properties, area, buffer),
            None => drawn.missing(area, buffer),
        }
    }
    in_field.or(cursor)
}

/// Row 2: what is looked for, what was asked of the server, the order; at the right how much of it is here.
fn context(app: &App, grid: &Grid, theme: &Theme, area: Rect, buffer: &mut Buffer) -> Option<Position> {
    let watch = app.watch.as_ref().map(Watch::text);
    let parts = [Some(count(app, grid)), grid.marked_text(), watch].into_iter().flatten();
    let count = format!(" {} ", parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "));
    text::line_right(&count, theme.dim, area, buffer);
    let width = area.width.saturating_sub(count.len() as u16 + 1);
    let mut left = Rect { x: area.x + 1, width, ..area };
    let mut cursor = None;
    if let Some(filter) = &grid.filter {
        text::line("/ ", theme.key, left, buffer);
        let field = Rect { x: left.x + 2, width: (width / 2).saturating_sub(2), ..left };
        cursor = text::field(&filter.line, theme.bar, field, buffer).filter(|_| filter.typing);
        left = Rect { x: left.x + width / 2, width: width - width / 2, ..left };
    }
    let conditions = conditions(grid, usize::from(left.width));
    let all = conditions.is_empty() && grid.filter.is_none();
    let words = match (&grid.view, all) {
        (None, true) => "All rows".to_owned(),
        (None, false) => conditions,
        (Some(view), true) => view.name().to_owned(),
        (Some(view), false) => format!("{} | {conditions}", view.name()),
    };
    text::line(&words, theme.bar, left, buffer);
    cursor
}

/// Conditions and order in `width` cells. What does not fit goes as a whole: the order first, which the header shows too,
/// then the oldest conditions, of which the number stays.
fn conditions(grid: &Grid, width: usize) -> String {
    let locked = grid.parent.iter().map(|parent| Cow::Owned(format!("[{}]", harmless(&parent.chip.label))));
    let labels: Vec<Cow<'_, str>> =
        locked.chain(grid.chips.iter().map(|chip| harmless(&chip.label))).collect();
    let order = grid.order_text();
    let order = order.as_deref().map(harmless);
    let whole: Vec<&str> = labels.iter().chain(&order).map(AsRef::as_ref).collect();
    let mut line = whole.join(" | ");
    for hidden in 0..labels.len() {
        if line.width() <= width {
            break;
        }
        let more = (hidden > 0).then(|| format!("+{hidden}"));
        let parts: Vec<&str> =
            more.as_deref().into_iter().chain(labels[hidden..].iter().map(AsRef::as_ref)).collect();
        line = parts.join(" | ");
    }
    line
}

/// `250 of 12,431`, and what is going on.
fn count(app: &App, grid: &Grid) -> String {
    let mut text = match grid.rows.value() {
        None => String::new(),
        Some(rows) if rows.held() < rows.len() => {
            let held = format!("{} held", grouped(rows.held() as u64));
            match rows.total() {
                Some(total) => {
                    let more = if total.capped { "+" } else { "" };
                    format!("{held}, {} read of {}{more}", grouped(rows.len() as u64), grouped(total.rows))
                }
                None => format!("{held}, {} read, more to read", grouped(rows.len() as u64)),
            }
        }
        Some(rows) => match rows.total() {
            Some(total) if !total.capped && total.rows == rows.len() as u64 => {
                let rows = if total.rows == 1 { "row" } else { "rows" };
                format!("{} {rows}", grouped(total.rows))
            }
            Some(total) => {
                let more = if total.capped { "+" } else { "" };
                format!("{} of {}{more}", grouped(rows.len() as u64), grouped(total.rows))
            }
            None => format!("{} rows, more to read", grouped(rows.len() as u64)),
        },
    };
    if let Some(repeated) = grid.rows.value().map(Rows::repeated).filter(|repeated| *repeated > 0) {
        text = format!("{text}, {} repeated", grouped(repeated as u64));
    }
    if let Some(stopped) = grid.stopped_text() {
        text = format!("{text}, {stopped}");
    }
    if grid.search.is_some() || grid.is_reading() || grid.rows.is_pending() {
        text.push_str(&app.reading_mark());
    }
    text
}

/// The column names. Brackets mark the one under the cursor, so that it is seen without colour too; without the keys
/// there are none.
fn header(grid: &Grid, places: &[Placed], has_focus: bool, theme: &Theme, body: Rect, buffer: &mut Buffer) {
    for place in places {
        let column = &grid.columns[place.column];
        let mut name = grid.heading(column).to_owned();
        if column.secured {
            name.push('#');
        }
        if column.computed {
            name.push('=');
        }
        let mark = grid.rank(&column.name).map(|(rank, sort)| match grid.sort.len() {
            1 => mark(sort).to_string(),
            _ => format!("{}{}", rank + 1, mark(sort)),
        });
        let area = Rect { x: body.x + place.x, width: place.width, height: 1, ..body };
        let style = if place.column == grid.active { theme.heading } else { theme.bar };
        let room = place.width.saturating_sub(mark.as_ref().map_or(0, |mark| mark.len() as u16 + 1));
        let name = text::fit(&name, usize::from(room)).into_owned();
        let name = mark.map_or_else(|| name.clone(), |mark| format!("{name} {mark}"));
        if column.kind.is_number() {
            text::line_right(&name, style, area, buffer);
        } else {
            text::line(&name, style, area, buffer);
        }
        rule(place, body.y, body, theme, buffer);
        if has_focus && place.column == grid.active {
            brackets(place, area, theme.bar, buffer);
        }
    }
    more_columns(grid, places, theme, body, buffer);
}

/// Marks where columns are out of sight: `<` behind the columns that stay, `>` at the right edge.
fn more_columns(grid: &Grid, places: &[Placed], theme: &Theme, body: Rect, buffer: &mut Buffer) {
    let behind = places.windows(2).find(|pair| pair[0].is_edge && pair[1].column > pair[0].column + 1);
    if let Some([edge, _]) = behind {
        buffer.set_string(body.x + edge.x + edge.width + 1, body.y, "<", theme.key);
    }
    if places.last().is_some_and(|last| last.column + 1 < grid.columns.len()) && body.width > 0 {
        buffer.set_string(body.right() - 1, body.y, ">", theme.key);
    }
}

fn brackets(place: &Placed, area: Rect, style: Style, buffer: &mut Buffer) {
    let end = area.x + place.width;
    buffer.set_string(area.x - 1, area.y, "[", style);
    if end < buffer.area.right() {
        buffer.set_string(end, area.y, "]", style);
    }
}

/// The rule behind the columns that stay.
fn rule(place: &Placed, y: u16, body: Rect, theme: &Theme, buffer: &mut Buffer) {
    let x = body.x + place.x + place.width + 1;
    if place.is_edge && x < body.right() {
        buffer.set_string(x, y, "|", theme.dim);
    }
}

/// One row of the table.
struct Line<'a> {
    app: &'a App,
    grid: &'a Grid,
    theme: &'a Theme,
    places: &'a [Placed],
    is_current: bool,
}

impl Line<'_> {
    fn draw(&self, row: &Row, line: usize, properties: &[&str], area: Rect, buffer: &mut Buffer) {
        let (grid, theme) = (self.grid, self.theme);
        let id = row.id(&grid.table.primary_id);
        let waiting = id.and_then(|id| self.app.pending.row(&grid.table.name, id));
        let mark = id.and_then(|id| self.app.pending.mark(&grid.table.name, id));
        self.marks(grid.is_marked(line, id), mark, area, buffer);
        for (place, cell) in self.places.iter().zip(row.cells(properties)) {
            let column = &grid.columns[place.column];
            let is_active = self.is_current && place.column == grid.active;
            let staged = id.filter(|_| waiting.is_some()).and_then(|id| self.staged(id, column));
            let (words, mut style) = match staged {
                Some(words) if waiting.is_some_and(|row| row.mark() == '!') => {
                    (Cow::Owned(format!("!{words}")), theme.problem)
                }
                Some(words) => (Cow::Owned(format!("*{words}")), theme.edited),
                None => shown(column, cell.as_ref(), grid.raw, theme),
            };
            if self.is_current {
                style = style.patch(theme.cursor);
            }
            let cells = Rect { x: area.x + place.x, width: place.width, ..area };
            if is_active {
                style = style.patch(theme.active);
                buffer.set_style(cells, theme.active);
                brackets(place, cells, theme.bar, buffer);
            }
            let words = one_line(&words);
            if column.kind.is_number() {
                text::line_right(&words, style, cells, buffer);
            } else {
                text::line(&words, style, cells, buffer);
                self.matches(&words, cells, buffer);
            }
            rule(place, area.y, area, theme, buffer);
        }
    }

    /// Cells 0 and 1 of a row: `+` marked, `~` edited, `*` both. What is going on with an edit is never hidden.
    fn marks(&self, is_marked: bool, pending: Option<char>, area: Rect, buffer: &mut Buffer) {
        let (mark, style) = match (is_marked, pending) {
            (false, None) if self.grid.rows.is_pending() => ('s', self.theme.dim), // newer rows are on their way
            (false, None) => return,
            (true, None) => ('+', self.theme.marked),
            (true, Some('~')) => ('*', self.theme.edited),
            (_, Some(state)) => (state, self.theme.edited),
        };
        buffer.set_string(area.x + 1, area.y, mark.to_string(), style);
        if is_marked && !matches!(mark, '+' | '*') && !self.is_current {
            buffer.set_string(area.x, area.y, "+", self.theme.marked);
        }
    }

    /// The value of a cell that waits to be sent.
    fn staged(&self, id: RowId, column: &Column) -> Option<String> {
        let edit = self.app.pending.edit(&self.grid.table.name, id, &column.name)?;
        Some(edit.new.text.clone())
    }

    /// Shows where a cell holds what is looked for.
    fn matches(&self, words: &str, area: Rect, buffer: &mut Buffer) {
        let Some(filter) = self.grid.filter.as_ref().filter(|filter| !filter.line.is_empty()) else { return };
        let lower = |text: &str| text.chars().flat_map(|c| c.to_lowercase().next()).collect::<Vec<char>>();
        let (words_lower, wanted) = (lower(words), lower(filter.line.text()));
        let found = words_lower.windows(wanted.len()).position(|window| window == wanted);
        if let Some(from) = found {
            let letters: Vec<u32> = (from..from + wanted.len()).map(|index| index as u32).collect();
            text::highlight(words, &letters, self.theme.matched, area, buffer);
        }
    }

    /// A row whose page is on its way again.
    fn missing(&self, area: Rect, buffer: &mut Buffer) {
        for place in self.places {
            let cells = Rect { x: area.x + place.x, width: place.width, ..area };
            text::line("...", self.theme.dim, cells, buffer);
            rule(place, area.y, area, self.theme, buffer);
        }
    }
}

/// What a cell shows: `-` for no value, `#` when there may be one that is hidden, nothing when it was not asked for.
fn shown<'a>(column: &Column, cell: Option<&'a Cell<'_>>, raw: bool, theme: &Theme) -> (Cow<'a, str>, Style) {
    match cell.map(|cell| words(cell, raw)) {
        None => (Cow::Borrowed(""), theme.dim),
        Some(None) if column.secured => (Cow::Borrowed("#"), theme.dim),
        Some(None) => (Cow::Borrowed("-"), theme.dim),
        Some(Some(words)) => (words, Style::new()),
    }
}

/// Line ends and tabs as spaces: a cell has one line.
fn one_line(words: &str) -> Cow<'_, str> {
    if words.contains(['\n', '\r', '\t']) {
        return Cow::Owned(
            words.split(['\n', '\r', '\t']).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "),
        );
    }
    Cow::Borrowed(words)
}

/// The line behind the last row that was read.
fn more(app: &App, grid: &Grid, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let has_more = grid.filter.is_none() && grid.rows.value().is_some_and(|rows| rows.next().is_some());
    if has_more {
        let area = Rect { x: area.x + 3, width: area.width.saturating_sub(3), ..area };
        let said = app.with_keys("... more on the server   G reads on");
        text::line(&said, theme.dim, area, buffer);
    }
}

/// What is shown instead of rows: what is empty, why it may be, two keys that lead on.
fn nothing(app: &App, grid: &Grid) -> Vec<String> {
    let name = &grid.table.collection_name;
    if let Some(filter) =
        grid.filter.as_ref().filter(|_| grid.rows.value().is_some_and(|rows| !rows.is_empty()))
    {
        let searched = grouped(filter.searched() as u64);
        return vec![
            format!("None of the {searched} rows held matches `{}`.", filter.line.text()),
            match app.asked_columns(grid) {
                Some(columns) => format!("Enter asks the server: {columns}   Esc leaves the filter"),
                None => "Enter asks the server   Esc leaves the filter".into(),
            },
        ];
    }
    match &grid.rows {
        Load::Idle => vec![format!("{name} were not read."), "r reads them   Esc back".into()],
        Load::Pending(_) => vec![format!("Reading {name} ..."), "Ctrl-C stops   Esc back".into()],
        _ if grid.rows.value().is_some_and(|rows| rows.next().is_some()) && grid.stopped.is_none() => {
            vec![format!("Reading {name}: the pages so far are empty ..."), "Ctrl-C stops   Esc back".into()]
        }
        _ if !grid.chips.is_empty() => {
            let conditions: Vec<&str> = grid.conditions().map(|chip| chip.told.as_str()).collect();
            let mut lines = vec![format!("No rows in {} where {}.", grid.told(), conditions.join(" and "))];
            if grid.chips.iter().any(|chip| !chip.searched.is_empty()) {
                lines.push("Other columns were not searched.".into());
            }
            // With marks, the first Esc clears those.
            let esc = if grid.marks.is_empty() { "   Esc drops it too" } else { "" };
            lines.push(format!("\\ drops that filter{esc}   r reads again"));
            lines
        }
        _ if let Some(parent) = &grid.parent => vec![
            format!("No rows in {} where {}.", grid.told(), parent.chip.told),
            "There may be none, or your roles hide them.".into(),
            "r reads again   Esc back".into(),
        ],
        _ if grid.view.is_some() => vec![
            format!("No rows in {}.", grid.told()),
            "There may be none, or your roles hide them.".into(),
            "V other rows   r reads again   Esc other tables".into(),
        ],
        _ => vec![
            format!("{name} has no rows that you can see."),
            "There may be none, or your roles hide them.".into(),
            "r reads again   Esc other tables".into(),
        ],
    }
}
