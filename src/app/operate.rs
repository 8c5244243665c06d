//! What became of operations that were sent: creates, deletes, actions.

use super::bulk::Reason;
use super::effect::{Effect, Request, WriteId};
use super::event::{Operated, SaveFailure};
use super::overlay::conflict::changed_by;
use super::pending::{Item, OperationId, OperationKind, PendingOperation, RowKey, RowState, capital};
use super::problem::Problem;
use super::save::sentence;
use super::tickets::Slot;
use super::{App, Screen};
use crate::dataverse::{Error, Row};

impl App {
    /// An operation ended.
    pub(in crate::app) fn operated(
        &mut self,
        id: WriteId,
        result: Result<Operated, SaveFailure>,
    ) -> Vec<Effect> {
        let Some(operation) = self.pending.operation_sent_as(id).cloned() else { return vec![] };
        self.ended(&operation, result)
    }

    /// What became of an operation whose answer never came.
    pub(in crate::app) fn found_out(
        &mut self,
        id: OperationId,
        result: Result<Operated, SaveFailure>,
    ) -> Vec<Effect> {
        let Some(operation) = self.pending.operation(id).cloned() else { return vec![] };
        if !matches!(operation.state, RowState::Unknown(_)) {
            return vec![];
        }
        self.sending.begin([Item::Operation(id)]);
        self.ended(&operation, result)
    }

    fn ended(&mut self, operation: &PendingOperation, result: Result<Operated, SaveFailure>) -> Vec<Effect> {
        let failure = result.as_ref().err().map(Reason::of);
        let failed_now = failure.is_some();
        match result {
            Ok(Operated { row }) => {
                let newer = row.as_ref().filter(|_| changes_its_row(operation));
                if let (Some(key), Some(newer)) = (operation.row(), newer) {
                    self.sent.renewed(&key, newer);
                }
                self.sent.carried_out(operation);
                self.pending.carried_out(operation.id, newer);
                self.arrived(Item::Operation(operation.id), format!("Done: {}.", operation.title));
                self.is_out_of_date(operation);
                self.related_is_stale();
                self.rows_have_come_or_gone(operation);
            }
            Err(failure) => {
                self.sending.failed(Item::Operation(operation.id));
                let (state, problem) = failed(operation, failure);
                self.pending.operation_failed(operation.id, state);
                self.must_be_seen();
                self.tell_failure(problem);
            }
        }
        let keys: Vec<RowKey> = operation.row().into_iter().chain(operation.into.clone()).collect();
        let mut effects = self.go_on_sending(&keys, failure);
        effects.extend(self.answered(failed_now));
        effects.extend(self.read_out_of_date());
        self.review_changed(); // one of nothing closes, and the row below it is seen
        effects.extend(self.read_stale_timeline());
        let deleted = !failed_now && operation.kind == OperationKind::Delete;
        let of_grid = operation.row().map(|key| key.table);
        if deleted
            && self.pending.saving().is_none()
            && matches!(self.screen(), Screen::Grid(grid) if Some(&grid.table.name) == of_grid.as_ref())
        {
            effects.extend(self.refresh());
        }
        effects
    }

    /// The row of an operation is not what the screens show any more.
    fn is_out_of_date(&mut self, operation: &PendingOperation) {
        for key in operation.row().into_iter().chain(operation.into.clone()) {
            self.timeline_is_stale(&key);
        }
        let Some(key) = operation.row() else { return };
        if operation.kind == OperationKind::Delete {
            for screen in self.screens.all_mut() {
                if let Screen::Record(record) = screen
                    && record.is(&key)
                {
                    record.gone = true;
                }
            }
        } else if !self.out_of_date.contains(&key) {
            self.out_of_date.push(key);
        }
    }

    /// Reads the next row that an operation has changed, as soon as the one before is here.
    pub(in crate::app) fn read_out_of_date(&mut self) -> Vec<Effect> {
        if self.tickets.is_busy(Slot::After) {
            return vec![];
        }
        let Some(key) = self.out_of_date.first() else { return vec![] };
        let table = self.table_named(key.table.as_str());
        let Some(table) = table else {
            self.out_of_date.clear();
            return vec![];
        };
        let request = Request::Row(table.set, key.id);
        vec![Effect::Run(self.tickets.issue(Slot::After), request)]
    }

    /// A row came that an operation has changed.
    pub(in crate::app) fn out_of_date_came(&mut self, result: Result<Row, Error>) -> Vec<Effect> {
        if self.out_of_date.is_empty() {
            return vec![];
        }
        let key = self.out_of_date.remove(0);
        // Otherwise it stays as it was read; `r` reads it again.
        if let Ok(row) = result {
            self.merge(&key, &row);
        }
        self.read_out_of_date()
    }

    /// Asks what became of an operation.
    pub(in crate::app) fn find_out(&mut self, id: OperationId) -> Vec<Effect> {
        let Some(operation) = self.pending.operation(id) else { return vec![] };
        let request = Request::FindOut(id, Box::new(operation.operation.clone()));
        self.say(format!("Looking whether it was done: {} ...", operation.title));
        if self.tickets.is_busy(Slot::Fate) {
            return vec![];
        }
        vec![Effect::Run(self.tickets.issue(Slot::Fate), request)]
    }

    /// The row of an operation was changed by somebody else: it is read again, and the operation stands on that.
    pub(in crate::app) fn reread_for(&mut self, id: OperationId) -> Vec<Effect> {
        let Some(target) = self.pending.operation(id).and_then(|operation| operation.about.as_ref()) else {
            return vec![];
        };
        let request = Request::Row(target.table.set.clone(), target.id);
        self.asked_row = Some(target.key());
        vec![Effect::Run(self.tickets.issue(Slot::Row), request)]
    }

    /// A row came of which an operation waits for that.
    pub(in crate::app) fn rebase_operations(&mut self, key: &RowKey, newer: &Row) {
        let waits = |operation: &&PendingOperation| {
            operation.row().as_ref() == Some(key) && operation.state == RowState::Conflict
        };
        let Some(operation) = self.pending.operations().iter().find(waits).cloned() else { return };
        self.pending.rebase_operations(key, newer);
        self.merge(key, newer);
        let who = changed_by(newer).unwrap_or_else(|| "Somebody".to_owned());
        let name = operation.about.as_ref().map_or("", |target| &target.name);
        self.say(format!("{who} changed {name} meanwhile.  s sends all the same"));
    }
}

/// The answer of an operation has the row that it is about, and not another one that it made.
fn changes_its_row(operation: &PendingOperation) -> bool {
    operation.kind != OperationKind::Create
}

/// Where a failed operation stands, and the failure in three lines.
fn failed(operation: &PendingOperation, failure: SaveFailure) -> (RowState, Problem) {
    let title = &operation.title;
    let name = operation.about.as_ref().map_or("The record", |target| &target.name);
    let not_done = || Problem::new(format!("Not done: {title}."));
    match failure {
        SaveFailure::Conflict => {
            let problem = not_done()
                .why(format!("{name} was changed after you read it."))
                .next("Enter on it in the review reads it again");
            (RowState::Conflict, problem)
        }
        SaveFailure::Gone => {
            let problem = not_done()
                .why(format!("{name} was deleted, or you may no longer see it (404)."))
                .next("D in the review drops it");
            (RowState::Gone(problem.clone()), problem)
        }
        SaveFailure::Unknown(cause) => {
            let problem = Problem { details: cause.details.clone(), ..perhaps_done(operation, &cause) };
            (RowState::Unknown(problem.clone()), problem)
        }
        SaveFailure::Duplicate(cause) if operation.kind == OperationKind::Create => {
            let problem =
                not_done().why(sentence(&cause)).next("Enter on it in the review lists the rows like it");
            let problem = Problem { details: cause.details, ..problem };
            (RowState::Duplicate(problem.clone()), problem)
        }
        SaveFailure::Refused(cause) | SaveFailure::Duplicate(cause) | SaveFailure::Failed(cause) => {
            let next = match cause.next.is_empty() {
                true => "w reviews it; it is kept pending".to_owned(),
                false => format!("{}   w reviews it", cause.next),
            };
            let problem = not_done().why(sentence(&cause)).next(next);
            let problem = Problem { details: cause.details, ..problem };
            (RowState::Failed(problem.clone()), problem)
        }
    }
}

/// An operation of which nobody knows whether it was carried out.
pub(in crate::app) fn perhaps_done(operation: &PendingOperation, cause: &Problem) -> Problem {
    Problem::new(format!("Perhaps done: {}. The answer was lost.", operation.title))
        .why(sentence(cause))
        .next("Enter on it in the review looks what became of it")
}

/// `Resolve CAS-01990`
pub fn headline(operation: &PendingOperation) -> String {
    capital(&operation.title)
}
