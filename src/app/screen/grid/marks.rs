//! Marked rows of a grid: what a verb applies to in place of the row under the cursor.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use super::Grid;
use crate::app::command::marks::MarkCommand;
use crate::app::effect::Effect;
use crate::app::gathering::MOST;
use crate::app::list::Step;
use crate::app::{App, Screen};
use crate::dataverse::{Query, Row, RowId, Total};
use crate::text::grouped;

/// The rows that are marked, by their keys: they stay marked whatever is listed, read again or let go.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Marks {
    /// Each marked row's place among the rows that were read; none when it is not among them.
    rows: BTreeMap<RowId, Option<usize>>,
    /// Where a range begins that is not ended yet.
    from: Option<usize>,
    /// All rows of the query are marked, also those that were not read.
    query: Option<MarkedQuery>,
}

/// A query whose rows are marked.
#[derive(Debug, Clone, PartialEq)]
struct MarkedQuery {
    query: Query,
    /// How many rows it has, as far as the server has told.
    total: Option<Total>,
}

impl Marks {
    /// Nothing is marked and no range has begun.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty() && self.from.is_none() && self.query.is_none()
    }

    /// `all 37 matching`, where all rows of the query are marked.
    pub(in crate::app) fn query_text(&self) -> Option<String> {
        Some(match self.query.as_ref()?.total {
            Some(total) if total.capped => format!("all matching ({} or more)", grouped(total.rows)),
            Some(total) => format!("all {} matching", grouped(total.rows)),
            None => "all matching".to_owned(),
        })
    }

    /// How many rows the query has that is marked, where that is known for certain.
    pub(in crate::app) fn query_total(&self) -> Option<u64> {
        self.query.as_ref()?.total.filter(|total| !total.capped).map(|total| total.rows)
    }

    /// How many rows are marked.
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// The marked rows in the order of their places; those that were not read come last.
    pub(in crate::app) fn in_order(&self) -> Vec<(RowId, Option<usize>)> {
        let mut rows: Vec<(RowId, Option<usize>)> =
            self.rows.iter().map(|(id, place)| (*id, *place)).collect();
        rows.sort_by_key(|(_, place)| place.unwrap_or(usize::MAX));
        rows
    }

    /// A range has begun.
    pub fn is_range(&self) -> bool {
        self.from.is_some()
    }

    /// What Esc would clear.
    pub(in crate::app) fn clear_hint(&self) -> Option<String> {
        match (self.from, self.rows.len()) {
            _ if self.query.is_some() => Some("clear marks".into()),
            (Some(_), _) => Some("drop range".into()),
            (None, 0) => None,
            (None, 1) => Some("clear 1 mark".into()),
            (None, marks) => Some(format!("clear {} marks", grouped(marks as u64))),
        }
    }
}

impl Grid {
    /// Whether a row is marked, or will be when the range ends.
    pub fn is_marked(&self, line: usize, id: Option<RowId>) -> bool {
        id.is_some_and(|id| self.marks.query.is_some() || self.marks.rows.contains_key(&id))
            || self.range_lines().is_some_and(|lines| lines.contains(&line))
    }

    /// `2 marked`, `5 marked, 2 not visible`: for row 2.
    pub fn marked_text(&self) -> Option<String> {
        let marks = &self.marks;
        let mut parts: Vec<String> =
            marks.query_text().map(|all| format!("{all} marked")).into_iter().collect();
        if !marks.rows.is_empty() {
            parts.push(format!("{} marked", grouped(marks.count() as u64)));
            let hidden = marks.rows.values().filter(|place| !self.is_listed(**place)).count();
            if hidden > 0 {
                parts.push(format!("{} not visible", grouped(hidden as u64)));
            }
        }
        if let Some(lines) = self.range_lines() {
            parts.push(format!("range of {}", grouped(lines.count() as u64)));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// The row at a place is among those that the cursor can reach.
    fn is_listed(&self, place: Option<usize>) -> bool {
        match (&self.filter, place) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(filter), Some(place)) => filter.matches().binary_search(&place).is_ok(),
        }
    }

    /// The lines of the range that has begun.
    fn range_lines(&self) -> Option<RangeInclusive<usize>> {
        let from = self.marks.from?;
        let line = match &self.filter {
            Some(filter) => filter.matches().partition_point(|place| *place < from),
            None => from,
        };
        let (line, cursor) = (line.min(self.len().saturating_sub(1)), self.list.cursor);
        Some(line.min(cursor)..=line.max(cursor))
    }

    /// The place and key of a line's row; none when its page is not held.
    fn place_and_id(&self, line: usize) -> Option<(usize, RowId)> {
        let id = self.row(line)?.id(&self.table.primary_id)?;
        Some((self.place(line)?, id))
    }

    /// Marks the row under the cursor, or unmarks it; answers whether it could.
    fn toggle_mark(&mut self) -> bool {
        let Some((place, id)) = self.place_and_id(self.list.cursor) else { return false };
        if self.marks.rows.remove(&id).is_none() {
            self.marks.rows.insert(id, Some(place));
        }
        true
    }

    /// Ends the range and marks its rows; answers how many of them are not held.
    fn end_range(&mut self) -> usize {
        let Some(lines) = self.range_lines() else { return 0 };
        self.marks.from = None;
        let (mut found, mut missing) = (Vec::new(), 0);
        for line in lines {
            match self.place_and_id(line) {
                Some((place, id)) => found.push((id, Some(place))),
                None => missing += 1,
            }
        }
        self.marks.rows.extend(found);
        missing
    }

    /// The rows that are held and listed.
    fn listed(&self) -> Vec<(RowId, usize)> {
        let id = |row: &Row| row.id(&self.table.primary_id);
        match (&self.filter, self.rows.value()) {
            (_, None) => vec![],
            (Some(filter), Some(rows)) => {
                let matches = filter.matches().iter();
                matches.filter_map(|place| Some((id(&rows.row(*place)?)?, *place))).collect()
            }
            (None, Some(rows)) => {
                rows.held_rows().filter_map(|(place, row)| Some((id(&row)?, place))).collect()
            }
        }
    }

    /// Finds the places of marked rows again after rows from this one on were read.
    pub(super) fn place_marks(&mut self, from: usize) {
        if self.marks.is_empty() {
            return;
        }
        if from == 0 {
            self.marks.from = None; // its rows may be others now
        }
        for place in self.marks.rows.values_mut() {
            *place = place.filter(|place| *place < from);
        }
        let Some(rows) = self.rows.value() else { return };
        for (index, row) in rows.held_from(from..) {
            let Some(id) = row.id(&self.table.primary_id) else { continue };
            if let Some(place) = self.marks.rows.get_mut(&id) {
                *place = Some(index);
            }
        }
    }

    /// Marks all rows of the query that is seen.
    fn mark_query(&mut self) {
        let total = self.rows.value().and_then(|rows| match rows.next() {
            None => Some(Total { rows: rows.len() as u64, capped: false }),
            Some(_) => rows.total(),
        });
        self.marks = Marks {
            query: Some(MarkedQuery { query: self.query_of_marks(None), total }),
            ..Marks::default()
        };
    }

    /// Other rows are asked for than those that are marked by their query: none is marked any more.
    pub(super) fn unmark_other_query(&mut self) {
        let is_other = |marked: &MarkedQuery| {
            let query = self.query_of_marks(None);
            (query.condition(), query.view()) != (marked.query.condition(), marked.query.view())
        };
        if self.marks.query.as_ref().is_some_and(is_other) {
            self.marks.query = None;
        }
    }

    /// The next step of Esc among the marks; answers whether there was one.
    pub(super) fn marks_back(&mut self) -> bool {
        if self.marks.from.take().is_some() {
            return true;
        }
        let had = !self.marks.rows.is_empty() || self.marks.query.is_some();
        self.marks.query = None;
        self.marks.rows.clear();
        had
    }
}

impl App {
    pub(in crate::app) fn run_mark(&mut self, command: MarkCommand) -> Vec<Effect> {
        const NOT_HERE: &str = "This row is not here yet.";
        const ALL: &str = "All rows of the query are marked.  M n clears that first";
        let Screen::Grid(grid) = self.screen_mut() else { return vec![] };
        let is_all = grid.marks.query.is_some();
        match command {
            MarkCommand::Query => self.mark_query(),
            MarkCommand::Toggle | MarkCommand::Range | MarkCommand::All | MarkCommand::Invert if is_all => {
                self.say(ALL);
            }
            MarkCommand::Toggle if grid.marks.is_range() => self.end_range(),
            MarkCommand::Toggle => match grid.toggle_mark() {
                true => return self.step_grid(Step::Rows(1)),
                false => self.say(NOT_HERE),
            },
            MarkCommand::Range if grid.marks.is_range() => self.end_range(),
            MarkCommand::Range => {
                grid.marks.from = grid.place(grid.list.cursor);
                self.say("A range begins here. Move, then v or Space marks it");
            }
            MarkCommand::All => {
                grid.look_through();
                let listed = grid.listed();
                grid.marks.from = None;
                grid.marks.rows.extend(listed.iter().map(|(id, place)| (*id, Some(*place))));
                self.say_marked();
            }
            MarkCommand::Invert => {
                grid.look_through();
                grid.marks.from = None;
                for (id, place) in grid.listed() {
                    if grid.marks.rows.remove(&id).is_none() {
                        grid.marks.rows.insert(id, Some(place));
                    }
                }
                self.say_marked();
            }
            MarkCommand::None => {
                grid.marks = Marks::default();
                self.say("The marks are cleared.");
            }
        }
        vec![]
    }

    /// `M q`: nothing is read before it is known what is to be done with them.
    fn mark_query(&mut self) {
        let Screen::Grid(grid) = self.screen_mut() else { return };
        if grid.rows.is_pending() {
            return self.say("The rows are on their way.");
        }
        if grid.filter.is_some() {
            return self
                .say("The text is looked for in the rows held. Enter in it asks the server; then M q");
        }
        grid.mark_query();
        let most = MOST as u64;
        if let Some(total) = grid.marks.query_total().filter(|total| *total > most) {
            grid.marks = Marks::default();
            let (total, most) = (grouped(total), grouped(most));
            return self
                .say(format!("{total} rows match, and {most} at most are marked by a query.  = fewer rows"));
        }
        let all = grid.marks.query_text().unwrap_or_default();
        self.say(format!("Marked: {all} on the server. They are read when you change them."));
    }

    fn end_range(&mut self) {
        let Screen::Grid(grid) = self.screen_mut() else { return };
        match grid.end_range() {
            0 => self.say_marked(),
            missing => self.say(format!(
                "{} rows of the range are not held and were left out.",
                grouped(missing as u64)
            )),
        }
    }

    /// Says how many rows are marked, and that there may be others than those that are held.
    fn say_marked(&mut self) {
        let Screen::Grid(grid) = self.screen() else { return };
        let marked = grouped(grid.marks.count() as u64);
        let more = grid.rows.value().is_some_and(|rows| rows.next().is_some() || rows.held() < rows.len());
        self.say(match more && grid.filter.is_none() {
            true => format!("{marked} marked.  Rows that are not held are not among them"),
            false => format!("{marked} marked."),
        });
    }
}
