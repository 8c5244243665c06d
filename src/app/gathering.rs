//! Rows that are marked by their query and not one by one: once it is known what is to be done with them, they are read
//! from the server page by page, with no more than that takes, and then staged all at once or not at all.
//!
//! Must not know: how a page is drawn, what a verb stages.

use std::collections::BTreeSet;

use super::App;
use super::command::act::ActCommand;
use super::edit::row_name;
use super::effect::{Effect, Request};
use super::marked::Marked;
use super::notice::Notice;
use super::overlay::Overlay;
use super::pending::{PendingRow, Staged, Target};
use super::problem::Problem;
use super::screen::Screen;
use super::screen::grid::{BY_NUMBER_ONLY, bar};
use super::tickets::Slot;
use crate::dataverse::{Column, Error, NextLink, Page, Query, RowId, Table};
use crate::text::grouped;

/// So many rows are staged by one query at most.
pub(in crate::app) const MOST: usize = 50_000;
const NOTHING_STAGED: &str = "Nothing was staged:";

/// What is done with the rows once they are here.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Then {
    /// A value is staged for a column of each, as it was chosen on this row.
    Change { target: Box<Target>, column: Box<Column>, staged: Staged },
    /// A verb. With a column of its form and a text for that, the form is filled and staged.
    Act(ActCommand, Option<(String, String)>),
}

/// Rows that are being read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Gathering {
    then: Then,
    table: Table,
    query: Query,
    next: Option<NextLink>,
    /// How many rows there are, where the server has told.
    total: Option<u64>,
    found: BTreeSet<RowId>,
    targets: Vec<Target>,
    left_out: Vec<String>,
}

impl Gathering {
    /// What they are read for.
    pub(super) fn then(&self) -> &Then {
        &self.then
    }
}

impl App {
    /// A verb here is meant for all rows of the query.
    pub(super) fn is_marked_by_query(&self) -> bool {
        self.marked_text_of_query().is_some()
    }

    /// `all 37 matching`: what a verb is meant for, where it is the rows of the query.
    pub(super) fn marked_text_of_query(&self) -> Option<String> {
        match self.screen() {
            Screen::Grid(grid) if !self.is_deciding() => grid.marks.query_text(),
            _ => None,
        }
    }

    /// Reads the rows that are marked by the query of the grid that is seen.
    pub(super) fn gather(&mut self, then: Then) {
        self.tickets.cancel(Slot::Marked); // what was read for something else is not wanted any more
        let Screen::Grid(grid) = self.screen() else { return };
        let wanted = match &then {
            Then::Change { column, .. } => Some(column.property().into_owned()),
            Then::Act(..) => None,
        };
        self.gathering = Some(Box::new(Gathering {
            then,
            table: grid.table.clone(),
            query: grid.query_of_marks(wanted),
            next: None,
            total: grid.marks.query_total(),
            found: BTreeSet::new(),
            targets: vec![],
            left_out: vec![],
        }));
        self.tell_gathering();
    }

    /// Asks for the next page of the rows that are being read.
    pub(super) fn gather_on(&mut self) -> Vec<Effect> {
        let Some(gathering) = self.gathering.as_ref().filter(|_| !self.tickets.is_busy(Slot::Marked)) else {
            return vec![];
        };
        let request = match &gathering.next {
            Some(link) => Request::NextPage(link.clone(), gathering.query.clone()),
            None => Request::Rows(gathering.query.clone()),
        };
        vec![Effect::Run(self.tickets.issue(Slot::Marked), request)]
    }

    /// Takes a page of them.
    pub(super) fn gathered_page(&mut self, result: Result<Page, Error>) -> Vec<Effect> {
        let Some(mut gathering) = self.gathering.take() else { return vec![] };
        let page = match result {
            Ok(page) => page,
            Err(error) => {
                let what =
                    format!("{NOTHING_STAGED} cannot read the marked {}", gathering.table.collection_name);
                let mut problem = Problem::of(&what, &error).next("Esc dismiss");
                if error.code() == Some(BY_NUMBER_ONLY) {
                    problem.what =
                        format!("{NOTHING_STAGED} the service pages this query to 50,000 rows only.");
                    problem.next = "s other order   = fewer rows   Esc dismiss".into();
                }
                self.notice = Some(Notice::Problem(problem));
                return vec![];
            }
        };
        let before = gathering.found.len();
        for row in page.rows() {
            self.gathered_row(&mut gathering, row);
        }
        gathering.next = page.next_link().cloned();
        let count = gathering.found.len();
        if count > MOST || (count == MOST && gathering.next.is_some()) {
            let problem =
                Problem::new(format!("{NOTHING_STAGED} more than {} rows match.", grouped(MOST as u64)))
                    .why("So many are staged by one query at most.")
                    .next("= fewer rows, then M q   Esc dismiss");
            self.notice = Some(Notice::Problem(problem));
            return vec![];
        }
        if gathering.next.is_some() && count == before {
            let problem = Problem::new(format!("{NOTHING_STAGED} the pages go round."))
                .why("The server's link to the next page leads to one that was read already.")
                .next("Esc dismiss");
            self.notice = Some(Notice::Problem(problem));
            return vec![];
        }
        if gathering.next.is_some() {
            self.gathering = Some(gathering);
            self.tell_gathering();
            return vec![]; // the next page is asked for when everything is settled
        }
        self.gathered_all(gathering)
    }

    fn gathered_row(&self, gathering: &mut Gathering, row: crate::dataverse::Row) {
        let table = &gathering.table;
        let Some(id) = row.id(&table.primary_id) else {
            return gathering.left_out.push("one came without its key".to_owned());
        };
        if !gathering.found.insert(id) {
            return; // it moved to a later page meanwhile
        }
        let name = row_name(self.schemas.get(&table.name).map(AsRef::as_ref), table, id, &row);
        if row.etag().is_none() {
            return gathering.left_out.push(format!("{name} came without its version"));
        }
        gathering.targets.push(Target { table: table.clone(), id, name, row });
    }

    fn gathered_all(&mut self, gathering: Box<Gathering>) -> Vec<Effect> {
        let Gathering { then, table, mut targets, mut left_out, .. } = *gathering;
        self.notice = None;
        targets.retain(|target| {
            let is_sending = self.pending.row(&table.name, target.id).is_some_and(PendingRow::is_sending);
            if is_sending {
                left_out.push(format!("{} is being saved", target.name));
            }
            !is_sending
        });
        if targets.is_empty() {
            let why = left_out.first().map_or("no row matches any more", |reason| reason);
            self.say(format!("{NOTHING_STAGED} {why}."));
            return vec![];
        }
        // What a question on the screen is about may change with this: it must be seen again.
        for overlay in &mut self.overlays {
            if let Overlay::Prompt(prompt) = overlay {
                prompt.is_news();
            }
        }
        let gone_on = match &then {
            Then::Change { .. } => self.is_deciding(),
            // A form would come up where nobody expects it.
            Then::Act(..) => !self.overlays.is_empty() || !self.is_marked_by_query(),
        };
        if gone_on {
            self.say(format!("{NOTHING_STAGED} you have gone on meanwhile."));
            return vec![];
        }
        match then {
            Then::Change { target, column, staged } => {
                self.stage_on(Marked { targets, left_out }, &target, &column, &staged);
                vec![]
            }
            Then::Act(command, filled) => {
                self.gathered = Some(targets);
                let effects = match filled {
                    None => self.run_act(command),
                    Some((column, text)) => self.act_with(command, &column, &text),
                };
                self.gathered = None;
                effects
            }
        }
    }

    /// How far it is, for the message line.
    fn tell_gathering(&mut self) {
        let Some(gathering) = &self.gathering else { return };
        let read = gathering.found.len() as u64;
        let far = match gathering.total {
            Some(total) => format!("{}  {} of {}", bar(read, total), grouped(read), grouped(total)),
            None => format!("{} rows read", grouped(read)),
        };
        let said = format!("Reading the marked rows  {far}  Esc stops");
        self.say(said);
    }

    /// Nothing more is read, and nothing is staged.
    pub(super) fn stop_gathering(&mut self) -> Option<Vec<Effect>> {
        self.gathering.as_ref()?;
        let effects = self.cancel(Slot::Marked);
        self.say("Stopped. Nothing was staged.");
        Some(effects)
    }
}
