//! `C`: which columns the grid shows, in what order and how wide. Changes show at once; Esc keeps them.

use super::Overlay;
use crate::app::column_layout::ColumnLayout;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::line::Line;
use crate::app::list::{List, Step};
use crate::app::screen::Grid;
use crate::app::screen::grid::order::{by_more, by_one, is_sortable};
use crate::app::screen::grid::{ORDERED_BY_VIEW, Sort};
use crate::app::{App, Screen};
use crate::dataverse::{Column, ColumnName};

/// Lines of the body that are no columns: filter, header and two headings.
const AROUND: usize = 4;

/// The picker of columns with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnPicker {
    /// What a column's name must contain.
    pub line: Line,
    /// The keys go to that text.
    pub typing: bool,
    /// Cursor and scroll position among the columns that are listed.
    pub list: List,
    /// `z` was pressed: `n` may follow.
    pub prefixed: bool,
    /// Arrangement and order before each change, the newest last.
    before: Vec<(ColumnLayout, Vec<Sort>)>,
}

/// A line of the picker.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry<'a> {
    /// A column of the table.
    pub column: &'a Column,
    /// Its place among the shown ones.
    pub shown: Option<usize>,
}

impl ColumnPicker {
    /// The columns of a grid; the cursor on the one that is active there.
    pub fn of(grid: &Grid) -> Self {
        let list = List { cursor: grid.active, top: 0 };
        Self { line: Line::default(), typing: false, list, prefixed: false, before: vec![] }
    }

    /// The columns that are listed: the shown ones in their order, then all others by name.
    pub fn entries<'a>(&self, grid: &'a Grid) -> Vec<Entry<'a>> {
        let wanted = self.line.text().trim().to_lowercase();
        let fits = |column: &&Column| {
            column.display_name.to_lowercase().contains(&wanted) || column.name.as_str().contains(&wanted)
        };
        let shown = grid.columns.iter().enumerate().filter(|(_, column)| fits(column));
        let shown = shown.map(|(place, column)| Entry { column, shown: Some(place) });
        let all = grid.schema.as_ref().map_or(&[][..], |schema| schema.columns.as_slice());
        let is_shown = |column: &&Column| grid.columns.iter().any(|shown| shown.name == column.name);
        let all = all.iter().chain(&grid.linked);
        let mut more: Vec<&Column> = all.filter(|column| !is_shown(column) && fits(column)).collect();
        more.sort_by_cached_key(|column| (column.display_name.to_lowercase(), column.name.clone()));
        shown.chain(more.into_iter().map(|column| Entry { column, shown: None })).collect()
    }

    /// Where the order was changed in this picker, that is undone too.
    fn keep_before(&mut self, grid: &Grid) {
        self.before.push((grid.layout(), grid.sort.clone()));
    }
}

/// A change of the column under the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Toggle,
    Move { right: bool },
    Widen(i16),
    Fit,
    Freeze,
}

impl App {
    pub(super) fn column_picker_input(&mut self, input: &Input) -> Vec<Effect> {
        let height = self.size.body_height().saturating_sub(AROUND);
        let Some(Overlay::ColumnPicker(picker)) = self.overlays.last_mut() else { return vec![] };
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let len = picker.entries(grid).len();
        if picker.typing {
            match input {
                Input::Key(Key::Enter | Key::Tab | Key::Down | Key::Up) => picker.typing = false,
                Input::Key(Key::Esc | Key::Ctrl('g')) => {
                    picker.typing = false;
                    picker.line = Line::default();
                }
                input => {
                    picker.line.update(input);
                    picker.list = List::default();
                }
            }
            return vec![];
        }
        let Input::Key(key) = input else {
            self.say("Pasted text is not taken for keys.");
            return vec![];
        };
        if std::mem::take(&mut picker.prefixed) {
            match key {
                Key::Char('n') => grid.logical = !grid.logical,
                Key::Esc | Key::Backspace => {}
                key => self.say(format!("`z {key}` does nothing here. z n changes names")),
            }
            return vec![];
        }
        let step = match key {
            Key::Down | Key::Char('j') => Step::Rows(1),
            Key::Up | Key::Char('k') => Step::Rows(-1),
            Key::Ctrl('d') => Step::Halves(1),
            Key::Ctrl('u') => Step::Halves(-1),
            Key::PageDown | Key::Ctrl('f') => Step::Halves(2),
            Key::PageUp | Key::Ctrl('b') => Step::Halves(-2),
            Key::Char('g') if picker.list.cursor == 0 => {
                self.say("This is the first column.");
                return vec![];
            }
            Key::Home | Key::Char('g') => Step::First,
            Key::End | Key::Char('G') => Step::Last,
            _ => return self.column_picker_key(*key),
        };
        picker.list.step(step, len, height);
        vec![]
    }

    fn column_picker_key(&mut self, key: Key) -> Vec<Effect> {
        let Some(Overlay::ColumnPicker(picker)) = self.overlays.last_mut() else { return vec![] };
        match key {
            Key::Esc | Key::Ctrl('g') if !picker.line.is_empty() => {
                picker.line = Line::default();
                picker.list = List::default();
                vec![]
            }
            Key::Esc | Key::Ctrl('g' | 'c') | Key::Enter | Key::Char('q' | 'C') => {
                self.close_column_picker(key)
            }
            Key::Char('/') => {
                picker.typing = true;
                vec![]
            }
            Key::Char('z') => {
                picker.prefixed = true;
                vec![]
            }
            Key::Char(' ') => self.change_column(Change::Toggle),
            Key::Char('J') => self.change_column(Change::Move { right: true }),
            Key::Char('K') => self.change_column(Change::Move { right: false }),
            Key::Char('<') => self.change_column(Change::Widen(-1)),
            Key::Char('>') => self.change_column(Change::Widen(1)),
            Key::Char('_') => self.change_column(Change::Fit),
            Key::Char('!') => self.change_column(Change::Freeze),
            Key::Char('s') => self.order_by_picked(by_one),
            Key::Char('S') => self.order_by_picked(by_more),
            Key::Char('u') => self.undo_column_change(),
            key => {
                self.say_unbound(&Input::Key(key));
                vec![]
            }
        }
    }

    /// Esc keeps what was arranged; Enter goes to the column under the cursor too.
    fn close_column_picker(&mut self, key: Key) -> Vec<Effect> {
        let width = self.grid_size().width;
        let Some(Overlay::ColumnPicker(picker)) = self.overlays.pop() else { return vec![] };
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let picked = picker.entries(grid).get(picker.list.cursor).and_then(|entry| entry.shown);
        let active = picked.filter(|_| key == Key::Enter).unwrap_or(grid.active);
        grid.go_to_column(active, width);
        self.notice = None;
        self.keep_layout()
    }

    fn change_column(&mut self, change: Change) -> Vec<Effect> {
        let (width, height) = (self.grid_size().width, self.size.body_height().saturating_sub(AROUND));
        let Some(Overlay::ColumnPicker(picker)) = self.overlays.last_mut() else { return vec![] };
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let entries = picker.entries(grid);
        let Some(entry) = entries.get(picker.list.cursor) else {
            self.say("No column has that name.  Esc clears the filter");
            return vec![];
        };
        let (column, shown) = (entry.column.clone(), entry.shown);
        let active = grid.current_column().map(|column| column.name.clone());
        let before = (grid.layout(), grid.sort.clone());
        let mut cursor = picker.list.cursor;
        match (change, shown) {
            (Change::Toggle, None) => {
                grid.show(column);
                cursor += 1; // on to the next one that is not shown
            }
            (Change::Toggle, Some(place)) => {
                if grid.hide(place).is_none() {
                    self.say("The last column stays.");
                    return vec![];
                }
            }
            (_, None) => {
                self.say(format!("{} is not shown. Space shows it", column.display_name));
                return vec![];
            }
            (Change::Move { .. }, _) if !picker.line.is_empty() => {
                self.say("Columns are moved among all of them.  Esc clears the filter");
                return vec![];
            }
            (Change::Move { right }, Some(place)) => cursor = grid.move_column(place, right),
            (Change::Widen(by), Some(place)) => grid.widen(place, by),
            (Change::Fit, Some(place)) => grid.fit_column(place),
            (Change::Freeze, Some(place)) => grid.freeze(place),
        }
        if grid.layout() == before.0 {
            self.say("There is nothing to change about that.");
            return vec![];
        }
        picker.before.push(before);
        let len = picker.entries(grid).len();
        picker.list.go_to(cursor, len, height);
        put_cursor_back(grid, active.as_ref(), width);
        grid.look_again();
        self.notice = None;
        self.read_shown_columns()
    }

    fn order_by_picked(&mut self, next: fn(&[Sort], &ColumnName) -> Vec<Sort>) -> Vec<Effect> {
        let Some(Overlay::ColumnPicker(picker)) = self.overlays.last_mut() else { return vec![] };
        let Screen::Grid(grid) = self.screens.top() else { return vec![] };
        let Some(column) = picker.entries(grid).get(picker.list.cursor).map(|entry| entry.column) else {
            return vec![];
        };
        if !is_sortable(column) {
            let said = format!("The server cannot order rows by {}.", column.display_name);
            self.say(said);
            return vec![];
        }
        if grid.stored_view().is_some() {
            self.say(ORDERED_BY_VIEW);
            return vec![];
        }
        picker.keep_before(grid);
        let order = next(&grid.sort, &column.name);
        self.order_grid(order)
    }

    fn undo_column_change(&mut self) -> Vec<Effect> {
        let (width, height) = (self.grid_size().width, self.size.body_height().saturating_sub(AROUND));
        let Some(Overlay::ColumnPicker(picker)) = self.overlays.last_mut() else { return vec![] };
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let Some((layout, order)) = picker.before.pop() else {
            self.say("Nothing was changed here.");
            return vec![];
        };
        grid.lay_out(&layout);
        grid.go_to_column(grid.active, width);
        grid.look_again();
        let len = picker.entries(grid).len();
        picker.list.clamp(len, height);
        if grid.sort != order {
            return self.order_grid(order);
        }
        self.read_shown_columns()
    }
}

/// The cursor of the grid stays on its column.
fn put_cursor_back(grid: &mut Grid, active: Option<&ColumnName>, width: u16) {
    let place = grid.columns.iter().position(|column| Some(&column.name) == active);
    grid.go_to_column(place.unwrap_or(grid.active), width);
}
