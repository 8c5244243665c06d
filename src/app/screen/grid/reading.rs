//! Reading rows: the first page, the next ones ahead of the cursor, those let go, and everything anew.

use jiff::Timestamp;

use super::filtering::Chip;
use super::{Grid, Sort, Stopped};
use crate::app::effect::{Effect, Request};
use crate::app::layout::Size;
use crate::app::notice::Notice;
use crate::app::problem::Problem;
use crate::app::rows::{Rows, sized};
use crate::app::session::Start;
use crate::app::tickets::{Slot, Ticket, Tickets};
use crate::app::views::{TableView, asked_by};
use crate::dataverse::{Filter, Page, Query, RowId};
use crate::text::grouped;

/// A row deeper than this is not looked for when everything is read anew: that would be many pages.
const SEEK_ROWS: usize = 5_000;
/// Rows of a page that the service sends at most.
const LARGEST_PAGE: u32 = 5_000;
/// Rows of a page at most while they are looked through: that is done between two keys.
const FILTERED_ROWS: usize = 1_000;

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    ticket: Ticket,
    goal: Goal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// A page of the reload.
    Reload,
    /// The page behind the last one; of how many rows, when not as the query says.
    Next(Option<u32>),
    /// A page that was let go.
    Again(usize),
}

/// Order and conditions of what is on the screen.
pub(in crate::app) type Asked = (Vec<Sort>, Vec<Chip>);

/// Where and when reading to the end began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    since: Timestamp,
    from: usize,
}

/// Rows that will take the place of those on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reload {
    /// What was asked.
    query: Option<Query>,
    rows: Option<Rows>,
    /// The row the cursor should be on again, and where it was.
    seek: Option<(RowId, usize)>,
    /// Order and conditions before, for when this fails.
    before: Asked,
}

impl Grid {
    /// Begins to read everything anew. `keep` leads the cursor back to its row, otherwise it goes to the first.
    pub(in crate::app) fn reload(&mut self, keep: bool, before: Asked) {
        let place = self.place(self.list.cursor).unwrap_or_default();
        let id = self.current_row().and_then(|row| row.id(&self.table.primary_id));
        let seek = id.filter(|_| keep && place < SEEK_ROWS).map(|id| (id, place));
        // What is on the screen was asked for before a reload that has not come.
        let before = self.reload.take().map_or(before, |reload| reload.before);
        self.rows.start();
        self.reading = None;
        self.to_end = false;
        self.at_last = false;
        self.stopped = None;
        self.reload = Some(Reload { query: None, rows: None, seek, before });
        self.unmark_other_query();
    }

    /// Order and conditions as they are now, for when others are refused.
    pub(in crate::app) fn asked(&self) -> Asked {
        (self.sort.clone(), self.chips.clone())
    }

    /// Begins to read to the last row there is.
    pub(super) fn run_to_end(&mut self, now: Timestamp) {
        self.to_end = true;
        self.stopped = None;
        self.run = Some(Run { since: now, from: self.loaded() });
    }

    /// Rows that are still to be read, at least; whether that is all.
    pub(super) fn rest(&self) -> Option<(u64, bool)> {
        let rows = self.rows.value()?;
        rows.next()?;
        let total = rows.total();
        let rest = total.map_or(0, |total| total.rows.saturating_sub(rows.len() as u64));
        Some((rest, total.is_some_and(|total| !total.capped)))
    }

    /// What should be read now, given where the cursor is. One read at a time.
    pub(super) fn read_on(&mut self, size: Size, start: &Start, tickets: &mut Tickets) -> Vec<Effect> {
        if self.reading.is_some_and(|reading| tickets.is_current(reading.ticket)) {
            return vec![];
        }
        self.reading = None;
        let Some((goal, request)) = self.wanted(size.list_height(), start.page_size()) else { return vec![] };
        if let (Some(reload), Request::Rows(query)) = (&mut self.reload, &request) {
            reload.query = Some(query.clone());
        }
        let ticket = tickets.issue(Slot::Rows);
        self.reading = Some(Reading { ticket, goal });
        vec![Effect::Run(ticket, request)]
    }

    fn wanted(&self, height: usize, page_size: u32) -> Option<(Goal, Request)> {
        self.schema.as_ref()?;
        if let Some(reload) = &self.reload {
            let request = match &reload.rows {
                None => Request::Rows(self.query(page_size)),
                Some(rows) => Request::NextPage(rows.next()?.clone(), rows.query().clone()),
            };
            return Some((Goal::Reload, request));
        }
        let rows = self.rows.value().filter(|_| self.stopped.is_none())?;
        let seen = self.list.top..self.list.top + height;
        if let Some(page) = rows.missing(seen.filter_map(|line| self.place(line))) {
            let query = rows.query_of(page);
            let request = match rows.link(page) {
                Some(link) => Request::NextPage(link.clone(), query),
                None => Request::Rows(query),
            };
            return Some((Goal::Again(page), request));
        }
        let is_near = self.filter.is_none() && rows.len() < self.list.top + 2 * height;
        let next = rows.next().filter(|_| is_near || self.to_end)?;
        let most = if self.filter.is_some() { FILTERED_ROWS } else { usize::MAX };
        let size = rows.large_page(most).filter(|_| self.to_end);
        Some((Goal::Next(size), Request::NextPage(next.clone(), sized(rows.query(), size))))
    }

    /// The query of the shown columns, conditions and order. The primary key comes last, so that the order is total.
    fn query(&self, page_size: u32) -> Query {
        if let (Some(view), Some(schema)) = (self.stored_view(), &self.schema) {
            let query = Query::of_view(self.table.set.clone(), view.id).select(asked_by(view, schema));
            return query.page_size(page_size).count().annotations();
        }
        self.asking(self.properties(), page_size).count()
    }

    /// The query of the rows that are marked by it: their names, how far they are and one more property, in pages as large
    /// as the service allows. A view of the server has its own columns.
    pub(in crate::app) fn query_of_marks(&self, wanted: Option<String>) -> Query {
        if let (Some(view), Some(schema)) = (self.stored_view(), &self.schema) {
            let query = Query::of_view(self.table.set.clone(), view.id).select(asked_by(view, schema));
            return query.page_size(LARGEST_PAGE).annotations();
        }
        let schema = self.schema.iter().flat_map(|schema| {
            let quoted = schema.default_columns().first().copied();
            let states = ["statecode", "statuscode"].into_iter().filter_map(|name| schema.column(name));
            quoted.into_iter().chain(states).map(|column| column.property().into_owned())
        });
        let mut properties: Vec<String> = Vec::new();
        for property in schema.chain(self.table.primary_name.as_ref().map(ToString::to_string)).chain(wanted)
        {
            if !properties.contains(&property) {
                properties.push(property);
            }
        }
        self.asking(properties, LARGEST_PAGE)
    }

    fn asking(&self, mut properties: Vec<String>, page_size: u32) -> Query {
        let primary_id = self.table.primary_id.as_str();
        if !properties.iter().any(|property| property == primary_id) {
            properties.push(primary_id.to_owned());
        }
        let of_view = self.view.as_ref().and_then(TableView::filter);
        let filters = of_view.into_iter().chain(self.conditions().map(|chip| chip.filter.clone()));
        let mut query = Query::new(self.table.set.clone())
            .select(properties)
            .filter(filters.reduce(Filter::and))
            .page_size(page_size)
            .annotations();
        for order in self.orders() {
            let is_key = order.property == primary_id;
            query = query.then(order);
            if is_key {
                return query; // nothing behind it could make a difference
            }
        }
        query.order_by(primary_id)
    }

    /// What this grid waits for is still on its way, or it waits for nothing.
    pub(super) fn is_awaited(&self, tickets: &Tickets) -> bool {
        match self.reading {
            Some(reading) => tickets.is_current(reading.ticket),
            None => !self.rows.is_pending() || self.reload.is_some() || tickets.is_busy(Slot::Schema),
        }
    }

    /// This grid waits for the answer of a ticket.
    pub(super) fn awaits(&self, ticket: Ticket) -> bool {
        self.reading.is_some_and(|reading| reading.ticket == ticket)
    }

    /// Takes a page; answers what the message line should say.
    pub(super) fn page_came(&mut self, page: Page, height: usize, now: Timestamp) -> Option<Notice> {
        let goal = self.reading.take()?.goal;
        self.fit_to(&page);
        match goal {
            Goal::Reload => self.reload_came(page, height),
            Goal::Next(size) => self.next_came(page, size, height, now),
            Goal::Again(number) => {
                let place = self.place(self.list.cursor).unwrap_or_default();
                let before = self.loaded();
                if let Some(rows) = self.rows.value_mut() {
                    rows.put_back(number, page);
                    rows.trim(place);
                }
                if self.loaded() != before {
                    self.place_marks(0);
                    self.filter_again();
                    let len = self.len();
                    self.list.clamp(len, height);
                }
                None
            }
        }
    }

    fn reload_came(&mut self, page: Page, height: usize) -> Option<Notice> {
        let mut reload = self.reload.take()?;
        let from = reload.rows.as_ref().map_or(0, Rows::len);
        let rows = match reload.rows.take() {
            Some(mut rows) => {
                rows.append(page);
                rows
            }
            None => Rows::new(reload.query.clone()?, self.table.primary_id.clone(), page),
        };
        let mut place = 0;
        if let Some((id, at)) = reload.seek {
            let mut new = from..rows.len();
            let is_it =
                |index: &usize| rows.row(*index).and_then(|row| row.id(&self.table.primary_id)) == Some(id);
            match new.find(is_it) {
                Some(found) => place = found,
                None if rows.next().is_some() && rows.len() <= at => {
                    reload.rows = Some(rows);
                    self.reload = Some(reload);
                    return None;
                }
                None => place = at, // the row is gone: its neighbours are here
            }
        }
        self.rows.finish(Ok(rows));
        self.place_marks(0);
        self.filter_again();
        self.go_near(Some(place), height);
        self.round()
    }

    /// The links of the server lead in a circle: that is told, and nothing more is read.
    fn round(&mut self) -> Option<Notice> {
        if !self.rows.value()?.goes_round() {
            return None;
        }
        self.to_end = false;
        self.stopped = Some(Stopped::Round);
        let problem =
            Problem::new(format!("Stopped reading {}: the pages go round.", self.table.collection_name))
                .why("The server's link to the next page leads to one that was read already.")
                .next("r reads anew   Esc dismiss");
        Some(Notice::Problem(problem))
    }

    fn next_came(&mut self, page: Page, size: Option<u32>, height: usize, now: Timestamp) -> Option<Notice> {
        let before = self.len();
        let from = self.loaded();
        self.rows.value_mut()?.append_sized(page, size);
        self.place_marks(from);
        self.filter_new_rows(from);
        let len = self.len();
        let was_last = self.list.cursor + 1 >= before;
        if self.to_end && was_last {
            self.list.go_to(len.saturating_sub(1), len, height);
            self.fit_to_seen(height);
        }
        let place = self.place(self.list.cursor).unwrap_or_default();
        let rows = self.rows.value_mut()?;
        rows.trim(place);
        let is_end = rows.next().is_none();
        let count = grouped(rows.len() as u64);
        if let Some(round) = self.round() {
            return Some(round);
        }
        let said = match (self.to_end, is_end) {
            (true, true) => Some(format!("All {count} rows are read.")),
            (true, false) => self.progress_text(now),
            _ => None,
        };
        self.to_end &= !is_end;
        said.map(Notice::Info)
    }

    /// How far reading to the end is: a bar where the server told how many rows there are, otherwise count and rate.
    pub(super) fn progress_text(&self, now: Timestamp) -> Option<String> {
        let (rows, run) = (self.rows.value()?, self.run?);
        let read = rows.len() as u64;
        let how_far = match rows.total() {
            Some(total) if !total.capped => {
                format!("{}  {} of {}", bar(read, total.rows), grouped(read), grouped(total.rows))
            }
            _ => match u64::try_from(now.as_second() - run.since.as_second()) {
                Ok(seconds @ 1..) => {
                    let rate = (rows.len().saturating_sub(run.from)) as u64 / seconds;
                    format!("{} rows read, {}/s", grouped(read), grouped(rate))
                }
                _ => format!("{} rows read", grouped(read)),
            },
        };
        Some(format!("Reading to the last row  {how_far}  Ctrl-C stops"))
    }

    /// Takes a failure; answers it when it should be said: rows are on the screen and stay there.
    pub(super) fn reading_failed(&mut self, problem: Problem) -> Option<Problem> {
        self.reading = None;
        self.to_end = false;
        self.search = None;
        match self.reload.take() {
            Some(reload) => {
                (self.sort, self.chips) = reload.before;
                self.rows.finish(Err(problem.clone()));
            }
            None => self.stopped = Some(Stopped::Failed(problem.clone())),
        }
        self.rows.value().is_some().then_some(problem)
    }

    /// The person stopped what was being read.
    pub(in crate::app) fn stop(&mut self) {
        self.reading = None;
        self.to_end = false;
        self.search = None;
        self.stopped = Some(Stopped::ByKey);
        if let Some(reload) = self.reload.take() {
            (self.sort, self.chips) = reload.before;
            self.stopped = None;
        }
        if self.rows.is_pending() {
            self.rows.cancel();
        }
    }
}

/// `[####----] 46%`
pub(in crate::app) fn bar(done: u64, of: u64) -> String {
    const CELLS: u64 = 20;
    let share = |parts: u64| done.min(of) * parts / of.max(1);
    let full = share(CELLS) as usize;
    format!("[{}{}] {}%", "#".repeat(full), "-".repeat(CELLS as usize - full), share(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_at_the_end_only() {
        assert_eq!(bar(0, 12_431), "[--------------------] 0%");
        assert_eq!(bar(5_719, 12_431), "[#########-----------] 46%");
        assert_eq!(bar(12_430, 12_431), "[###################-] 99%");
        assert_eq!(bar(12_431, 12_431), "[####################] 100%");
        assert_eq!(bar(7, 0), "[--------------------] 0%");
    }
}
