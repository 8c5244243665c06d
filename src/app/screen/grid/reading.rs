//! Reading rows: the first page, the next ones ahead of the cursor, those let go, and everything anew.

use super::columns::Sort;
use super::filtering::Chip;
use super::{Grid, Stopped};
use crate::app::effect::{Effect, Request};
use crate::app::layout::Size;
use crate::app::problem::Problem;
use crate::app::rows::Rows;
use crate::app::session::Start;
use crate::app::tickets::{Slot, Ticket, Tickets};
use crate::dataverse::{Filter, Page, Query, RowId};
use crate::text::grouped;

/// A row deeper than this is not looked for when everything is read anew: that would be many pages.
const SEEK_ROWS: usize = 5_000;

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
    /// The page behind the last one.
    Next,
    /// A page that was let go.
    Again(usize),
}

/// Rows that will take the place of those on the screen.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reload {
    rows: Option<Rows>,
    /// The row the cursor should be on again, and where it was.
    seek: Option<(RowId, usize)>,
    /// Order and conditions before, for when this fails.
    before: (Option<Sort>, Vec<Chip>),
}

impl Grid {
    /// Begins to read everything anew. `keep` leads the cursor back to its row, otherwise it goes to the first.
    pub(super) fn reload(&mut self, keep: bool, before: (Option<Sort>, Vec<Chip>)) {
        let place = self.place(self.list.cursor).unwrap_or_default();
        let id = self.current_row().and_then(|row| row.id(&self.table.primary_id));
        let seek = id.filter(|_| keep && place < SEEK_ROWS).map(|id| (id, place));
        self.rows.start();
        self.reading = None;
        self.to_end = false;
        self.at_last = false;
        self.stopped = None;
        self.reload = Some(Reload { rows: None, seek, before });
    }

    /// What should be read now, given where the cursor is. One read at a time.
    pub(super) fn read_on(&mut self, size: Size, start: &Start, tickets: &mut Tickets) -> Vec<Effect> {
        if self.reading.is_some_and(|reading| tickets.is_current(reading.ticket)) {
            return vec![];
        }
        self.reading = None;
        let Some((goal, request)) = self.wanted(size.list_height(), start.page_size()) else { return vec![] };
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
            let query = rows.query().clone();
            let request = match rows.link(page) {
                Some(link) => Request::NextPage(link.clone(), query),
                None => Request::Rows(query),
            };
            return Some((Goal::Again(page), request));
        }
        let is_near = self.filter.is_none() && rows.len() < self.list.top + 2 * height;
        let next = rows.next().filter(|_| is_near || self.to_end)?;
        Some((Goal::Next, Request::NextPage(next.clone(), rows.query().clone())))
    }

    /// The query of the shown columns, conditions and order. The primary key comes last, so that the order is total.
    fn query(&self, page_size: u32) -> Query {
        let primary_id = self.table.primary_id.as_str();
        let mut properties = self.properties();
        if !properties.iter().any(|property| property == primary_id) {
            properties.push(primary_id.to_owned());
        }
        let filters: Vec<Filter> = self.chips.iter().map(|chip| chip.filter.clone()).collect();
        let mut query = Query::new(self.table.set.clone())
            .select(properties)
            .filter(filters.into_iter().reduce(Filter::and))
            .page_size(page_size)
            .count()
            .annotations();
        if let Some(order) = self.order() {
            let is_key = order.property == primary_id;
            query = query.then(order);
            if is_key {
                return query;
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
    pub(super) fn page_came(&mut self, page: Page, height: usize, page_size: u32) -> Option<String> {
        let goal = self.reading.take()?.goal;
        self.fit_to(&page);
        match goal {
            Goal::Reload => self.reload_came(page, height, page_size),
            Goal::Next => self.next_came(page, height),
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

    fn reload_came(&mut self, page: Page, height: usize, page_size: u32) -> Option<String> {
        let mut reload = self.reload.take()?;
        let from = reload.rows.as_ref().map_or(0, Rows::len);
        let rows = match reload.rows.take() {
            Some(mut rows) => {
                rows.append(page);
                rows
            }
            None => Rows::new(self.query(page_size), page),
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
        None
    }

    fn next_came(&mut self, page: Page, height: usize) -> Option<String> {
        let before = self.len();
        let from = self.loaded();
        self.rows.value_mut()?.append(page);
        self.place_marks(from);
        self.filter_new_rows(from);
        let len = self.len();
        let was_last = self.list.cursor + 1 >= before;
        if self.to_end && was_last {
            self.list.go_to(len.saturating_sub(1), len, height);
        }
        let place = self.place(self.list.cursor).unwrap_or_default();
        let rows = self.rows.value_mut()?;
        rows.trim(place);
        let is_end = rows.next().is_none();
        let count = grouped(rows.len() as u64);
        let said = match (self.to_end, is_end) {
            (true, true) => Some(format!("All {count} rows are read.")),
            (true, false) if was_last => Some(format!("{count} rows read, on to the last ...  Ctrl-C stops")),
            _ => None,
        };
        self.to_end &= !is_end;
        said
    }

    /// Takes a failure; answers it when it should be said: rows are on the screen and stay there.
    pub(super) fn reading_failed(&mut self, problem: Problem) -> Option<Problem> {
        self.reading = None;
        self.to_end = false;
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
