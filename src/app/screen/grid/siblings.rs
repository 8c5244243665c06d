//! The next and the previous record of the rows that a record was opened from.

use super::Grid;
use crate::app::effect::Effect;
use crate::app::list::Step;
use crate::app::load::Load;
use crate::app::screen::Record;
use crate::app::screen::form;
use crate::app::screen::record::Tab;
use crate::app::{App, Screen};
use crate::dataverse::{Row, RowId};
use crate::text::grouped;

/// What stands beside a row.
enum Sibling {
    /// This row.
    Here(RowId, Row),
    /// Rows that are not in memory: they are read, then the step goes on by so many rows.
    ToRead(isize),
    /// Nothing, and why.
    None(String),
}

impl Grid {
    /// The line of a row: mostly that under the cursor.
    fn line_of(&self, id: RowId) -> Option<usize> {
        let primary_id = &self.table.primary_id;
        if self.current_row().and_then(|row| row.id(primary_id)) == Some(id) {
            return Some(self.list.cursor);
        }
        let place = self.rows.value()?.find(id, primary_id)?;
        match &self.filter {
            Some(filter) => filter.matches().binary_search(&place).ok(),
            None => Some(place),
        }
    }

    /// The row so many lines behind that of a key; the cursor goes there.
    fn sibling(&mut self, id: RowId, step: isize, height: usize) -> Sibling {
        let Some(line) = self.line_of(id) else {
            return Sibling::None("This record is no longer among the rows.  Esc shows them".into());
        };
        let len = self.len();
        if line == 0 && step < 0 {
            return Sibling::None("This is the first record.".into());
        }
        let to = line.saturating_add_signed(step);
        let has_more = self.filter.is_none() && self.rows.value().is_some_and(|rows| rows.next().is_some());
        if to < len || (!has_more && line + 1 < len) {
            self.list.go_to(to, len, height);
            return self.under_cursor();
        }
        self.list.go_to(line, len, height);
        match (has_more, self.stopped_text()) {
            (true, None) => Sibling::ToRead(step),
            (true, Some(_)) => {
                self.stopped = None; // asked for by a key
                Sibling::ToRead(step)
            }
            (false, _) => Sibling::None(format!("This is the last of {} records.", grouped(len as u64))),
        }
    }

    fn under_cursor(&self) -> Sibling {
        let row = self.current_row();
        let id = row.as_ref().and_then(|row| row.id(&self.table.primary_id));
        match id.zip(row) {
            Some((id, row)) => Sibling::Here(id, row),
            None => Sibling::ToRead(0),
        }
    }

    /// `row 3 of 250`
    fn place_text(&self, id: RowId) -> Option<String> {
        // Only where it costs nothing: this is asked for with every frame.
        let is_it = self.current_row()?.id(&self.table.primary_id) == Some(id);
        let line = is_it.then_some(self.list.cursor)? + 1;
        let all = match (&self.filter, self.rows.value()?.total()) {
            (Some(_), _) | (None, None) => grouped(self.len() as u64),
            (None, Some(total)) => format!("{}{}", grouped(total.rows), if total.capped { "+" } else { "" }),
        };
        let found = if self.filter.is_some() { " found" } else { "" };
        Some(format!("row {} of {all}{found}", grouped(line as u64)))
    }
}

impl App {
    /// The rows that the record that is seen was opened from.
    fn origin(&self) -> Option<&Grid> {
        let record = self.record()?;
        self.screens.iter().rev().skip(1).find_map(|screen| match screen {
            Screen::Grid(grid) if grid.table.name == record.table.name => Some(&**grid),
            _ => None,
        })
    }

    fn origin_mut(&mut self) -> Option<&mut Grid> {
        let table = self.record()?.table.name.clone();
        self.screens.iter_mut().rev().skip(1).find_map(|screen| match screen {
            Screen::Grid(grid) if grid.table.name == table => Some(&mut **grid),
            _ => None,
        })
    }

    /// The record that is seen was opened from rows.
    pub fn has_origin(&self) -> bool {
        self.origin().is_some()
    }

    /// Which of the rows a record is, for its tab line.
    pub fn place_in_rows(&self, record: &Record) -> Option<String> {
        self.origin()?.place_text(record.id)
    }

    /// Shows the record so many rows behind this one in its place.
    pub(in crate::app) fn step_sibling(&mut self, step: isize) -> Vec<Effect> {
        let height = self.grid_size().list_height();
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        let (id, waits) = (record.id, record.stepping.take());
        // Steps add up while rows are awaited.
        let step = waits.unwrap_or_default() + step;
        if step == 0 {
            return vec![];
        }
        let Some(grid) = self.origin_mut() else { return vec![] };
        let sibling = grid.sibling(id, step, height);
        self.take_sibling(sibling)
    }

    fn take_sibling(&mut self, sibling: Sibling) -> Vec<Effect> {
        let mut effects = match sibling {
            Sibling::Here(id, row) => self.replace_record(id, row),
            Sibling::ToRead(step) => {
                if let Screen::Record(record) = self.screen_mut() {
                    record.stepping = Some(step);
                }
                self.say("Reading more rows ...  Ctrl-C stops");
                vec![]
            }
            Sibling::None(reason) => {
                self.say(reason);
                return vec![];
            }
        };
        effects.extend(self.read_origin());
        effects
    }

    /// Reads what the rows behind the record lack where their cursor is.
    fn read_origin(&mut self) -> Vec<Effect> {
        let size = self.grid_size();
        let Some(table) = self.record().map(|record| record.table.name.clone()) else { return vec![] };
        let origin = self.screens.iter_mut().rev().skip(1).find_map(|screen| match screen {
            Screen::Grid(grid) if grid.table.name == table => Some(grid),
            _ => None,
        });
        let Some(grid) = origin else { return vec![] };
        grid.read_on(size, &self.start, &mut self.tickets)
    }

    /// Rows came: a step that waited for them goes on.
    pub(in crate::app) fn step_on(&mut self) -> Vec<Effect> {
        let height = self.grid_size().list_height();
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        let id = record.id;
        let Some(step) = record.stepping.take() else { return vec![] };
        let Some(grid) = self.origin_mut() else { return vec![] };
        if grid.stopped.is_some() {
            return vec![]; // it failed, and that was said
        }
        let sibling = match step {
            0 => grid.under_cursor(),
            step => grid.sibling(id, step, height),
        };
        self.notice = None;
        self.take_sibling(sibling)
    }

    /// Shows another row of the same table in place of the record that is seen: same tab, same field.
    fn replace_record(&mut self, id: RowId, row: Row) -> Vec<Effect> {
        let field = self.form_column();
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        record.id = id;
        record.stepping = None;
        record.form.sought = record.form.sought.take().or(field);
        record.json = record.json.emptied();
        record.timeline = Default::default();
        record.related = record.related.emptied();
        let (key, tab) = (record.key(), record.tab);
        let kept = self.preview.kept(&key, row.etag().as_deref()).cloned();
        let now = self.now;
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        record.form.partial = kept.is_none();
        let mut effects = match kept {
            Some(kept) => {
                record.read_at = Some(now);
                record.set_row(kept);
                self.stop_reading()
            }
            None => {
                // The form begins with what the rows knew; JSON is shown when all of it is here.
                record.row = if tab != Tab::Json { Load::Ready(row) } else { Load::Idle };
                self.read_record()
            }
        };
        self.go_to_sought_field();
        effects.extend(self.read_timeline());
        effects.extend(self.read_related());
        effects
    }

    /// Puts the form's cursor on the field it was on in the record before.
    pub(in crate::app) fn go_to_sought_field(&mut self) {
        let Some(record) = self.record() else { return };
        let Some(sought) = &record.form.sought else { return };
        let place = form::fields(self, record).and_then(|fields| fields.place_of(sought));
        if let Some(place) = place {
            self.go_to_field(place);
        }
        self.step_form(Step::Rows(0));
    }
}
