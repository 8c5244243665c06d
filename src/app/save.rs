//! Sending what is pending, and what became of it.

use std::collections::BTreeSet;

use super::bulk::Reason;
use super::effect::{Effect, Request, WriteId};
use super::event::{SaveFailure, Saved};
use super::key::{Input, Key};
use super::overlay::Overlay;
use super::overlay::conflict;
use super::overlay::prompt::{self, Question};
use super::pending::{Item, PendingRow, RowKey, RowState};
use super::problem::Problem;
use super::screen::Review;
use super::tickets::Slot;
use super::{App, Screen};
use crate::dataverse::{ColumnName, Row};

impl App {
    /// `w`: a question for one row, the review for several.
    pub(in crate::app) fn review(&mut self) -> Vec<Effect> {
        if let Screen::Review(_) = self.screen() {
            self.say("This is the review. s sends what is included.");
            return vec![];
        }
        let row = self.pending.rows().only().filter(|_| self.pending.operations().is_empty());
        let Some(row) = row else {
            self.show_review();
            return vec![];
        };
        let key = row.key();
        match &row.state {
            RowState::Sending(_) | RowState::Queued => {
                let said = format!("{} is being saved. Wait for the answer.", row.target.name);
                self.say(said);
            }
            RowState::Conflict | RowState::Unknown(_) => return self.show_conflict(key),
            RowState::Gone(_) => return self.show_gone(key),
            RowState::Waiting | RowState::Failed(_) | RowState::Duplicate(_) => {
                self.ask(Question::Save { row: key, meanwhile: false })
            }
        }
        vec![]
    }

    /// Shows the review screen.
    pub(in crate::app) fn show_review(&mut self) {
        if !matches!(self.screen(), Screen::Review(_)) {
            self.screens.push(Screen::Review(Review::of(&self.pending, self.now)));
        }
    }

    /// Sends changes and operations, one write each, or all of them as one. A question about them was confirmed.
    pub(in crate::app) fn send(&mut self, items: &[Item], together: bool) -> Vec<Effect> {
        if let Some(reason) = self.read_only() {
            self.say(reason);
            return vec![];
        }
        let asked: BTreeSet<&Item> = items.iter().collect();
        let mut sent = self.pending.sendable();
        sent.retain(|item| asked.contains(item));
        if sent.is_empty() {
            self.say("Nothing there can be sent.");
            return vec![];
        }
        if self.tickets.is_busy(Slot::Backup) {
            self.say("What is deleted is being written to a file. Wait until it is sent.");
            return vec![];
        }
        if together && let Err(why) = self.pending.can_be_together(items) {
            self.say(why);
            return vec![];
        }
        if let Some(reason) = self.too_many_deletes(items) {
            self.say(reason);
            return vec![];
        }
        if let Some(effects) = self.back_up(items, &sent, together) {
            return effects;
        }
        let effects = match together {
            false => self.pending.send(items).into_iter().map(Effect::from).collect(),
            true => vec![Effect::Together(self.pending.send_together(items))],
        };
        self.sending.begin(sent);
        self.sent.begin();
        self.notice = None; // the line tells what is on its way until it is answered
        effects
    }

    /// What is to happen once something that was sent is answered: the program ends if it was left meanwhile.
    pub(in crate::app) fn answered(&mut self, failed_now: bool) -> Vec<Effect> {
        if failed_now || self.pending.saving().is_some() {
            return vec![];
        }
        if self.leaving {
            return vec![Effect::Quit];
        }
        if self.pending.is_empty() {
            self.close_quit_question();
        }
        vec![]
    }

    /// A write ended.
    pub(in crate::app) fn written(&mut self, id: WriteId, result: Result<Saved, SaveFailure>) -> Vec<Effect> {
        let Some(row) = self.pending.sent_as(id) else { return vec![] };
        if let Ok(saved) = &result {
            let tables = self.tables.value().map_or(&[][..], Vec::as_slice);
            self.sent.saved(row, &saved.row, tables);
        }
        let (key, name) = (row.key(), row.target.name.clone());
        let changes = prompt::changes(row);
        let failure = result.as_ref().err().map(Reason::of);
        let failed_now = failure.is_some();
        let columns: Vec<ColumnName> = row.edits.iter().map(|edit| edit.column.clone()).collect();
        let mut effects = vec![];
        match result {
            Ok(saved) => {
                self.pending.saved(&key, &saved.row);
                self.merge(&key, &saved.row);
                self.related_is_stale();
                self.has_moved(&key.table, &columns);
                self.arrived(Item::Row(key.clone()), format!("Saved {name}: {changes}."));
            }
            Err(failure) => {
                self.sending.failed(Item::Row(key.clone()));
                let again = if matches!(self.screen(), Screen::Review(_)) { 's' } else { 'w' };
                let (state, problem) = failed(row, failure, again);
                self.pending.failed(&key, state.clone());
                self.must_be_seen();
                let alone = self.overlays.is_empty() && self.sending.sent() == 1;
                match state {
                    RowState::Conflict | RowState::Unknown(_) if alone => {
                        self.notice = None; // the screen says it
                        effects = self.show_conflict(key.clone());
                    }
                    RowState::Gone(_) if alone => effects = self.show_gone(key.clone()),
                    _ => self.tell_failure(problem),
                }
            }
        }
        effects.extend(self.go_on_sending(&[key], failure));
        effects.extend(self.answered(failed_now));
        effects
    }

    /// Something did not arrive: nobody leaves without having seen it.
    pub(in crate::app) fn must_be_seen(&mut self) {
        self.leaving = false;
        self.close_quit_question();
    }

    /// What is on its way, for the message line.
    pub fn saving_line(&self) -> Option<String> {
        let what = self.pending.what_is_on_its_way()?;
        Some(match self.leaving {
            true => format!("Leaving when the save of {what} is answered ...   n stay"),
            false => format!("Saving {what} ..."),
        })
    }

    /// Puts what a save answered over every copy of the row.
    pub(in crate::app) fn merge(&mut self, key: &RowKey, newer: &Row) {
        for screen in self.screens.all_mut() {
            match screen {
                Screen::Grid(grid) if grid.table.name == key.table => grid.row_saved(key.id, newer),
                Screen::Record(record) if record.is(key) => {
                    if let Some(row) = record.row.value() {
                        let row = row.merged(newer);
                        record.set_row(row);
                    }
                }
                _ => {}
            }
        }
    }

    /// Reads a row again whose changes cannot be sent as they are.
    pub(in crate::app) fn reread(&mut self, key: &RowKey) -> Vec<Effect> {
        let Some(row) = self.pending.row(&key.table, key.id) else { return vec![] };
        let request = Request::Row(row.target.table.set.clone(), key.id);
        if self.asked_row.as_ref().is_some_and(|asked| asked != key) {
            self.row_stopped(); // its answer will not come any more
        }
        self.asked_row = Some(key.clone());
        vec![Effect::Run(self.tickets.issue(Slot::Row), request)]
    }

    /// A row came: the changes that wait for that are put on top of it, and what the server has now is shown.
    pub(in crate::app) fn rebase(&mut self, key: &RowKey, newer: &Row) {
        let Some(row) = self.pending.row(&key.table, key.id) else { return };
        if !matches!(row.state, RowState::Conflict | RowState::Unknown(_) | RowState::Gone(_)) {
            return;
        }
        let name = row.target.name.clone();
        let unknown = matches!(row.state, RowState::Unknown(_));
        let schema = self.schemas.get(&key.table);
        let compared = conflict::compare(row, newer, schema.map(AsRef::as_ref));
        self.merge(key, newer);
        self.notice = None;
        for overlay in &mut self.overlays {
            if let Overlay::Prompt(prompt) = overlay {
                prompt.is_news();
            }
        }
        let panel = self.overlays.last_mut().and_then(|overlay| match overlay {
            Overlay::Conflict(panel) if panel.key == *key => Some(panel),
            _ => None,
        });
        let seen = panel.is_some();
        if compared.overlaps() > 0 {
            // The changes stay on what was read until somebody has decided: before that nothing can send them.
            match panel {
                Some(panel) => panel.take(compared),
                None => self.say(format!("{name} read again; your columns were changed too.  w shows both.")),
            }
            self.pending.failed(key, RowState::Conflict);
            return;
        }
        self.pending.rebase(key, newer);
        if seen {
            self.overlays.pop();
        }
        match self.pending.row(&key.table, key.id) {
            None if unknown => self.say(format!("{name} was saved: the server has your values.")),
            None => self.say(format!("{name} has your values already: nothing left to send.")),
            Some(_) if seen => self.ask(Question::Save { row: key.clone(), meanwhile: !unknown }),
            Some(_) => self.say(format!("{name} read again; nobody changed your columns. w sends them.")),
        }
    }

    /// Leaves, unless changes would be lost or their fate is not known yet.
    pub(in crate::app) fn quit(&mut self) -> Vec<Effect> {
        if self.warns_of_parked() {
            return vec![];
        }
        if self.pending.is_empty() {
            return self.leave();
        }
        self.overlays.clear();
        self.ask(Question::Quit);
        vec![]
    }

    /// Drops what was not sent, and leaves.
    pub(in crate::app) fn discard_and_leave(&mut self) -> Vec<Effect> {
        let unsent = self.pending.rows().iter().filter(|row| !row.is_sending()).map(PendingRow::key);
        for key in unsent.collect::<Vec<_>>() {
            self.drop_row(&key);
        }
        let unsent = self.pending.operations().iter().filter(|operation| !operation.is_sending());
        for id in unsent.map(|operation| operation.id).collect::<Vec<_>>() {
            self.pending.drop_operation(id);
        }
        self.leave()
    }

    /// Leaves now, or as soon as what is on its way was saved.
    pub(in crate::app) fn leave(&mut self) -> Vec<Effect> {
        self.leaving = true;
        match self.pending.saving() {
            Some(_) => {
                self.notice = None; // the line tells what is waited for
                vec![]
            }
            None => vec![Effect::Quit],
        }
    }

    /// The program ends, whatever is on its way: nothing is sent after that.
    pub fn end(&mut self) {
        self.pending.release();
    }

    /// A key while the program waits for an answer before it ends.
    pub(in crate::app) fn leaving_input(&mut self, input: &Input) {
        self.notice = None;
        if let Input::Key(Key::Char('n' | 'N') | Key::Esc | Key::Ctrl('c' | 'g')) = input {
            self.leaving = false;
        }
    }

    /// What a question about leaving told is no longer so.
    fn close_quit_question(&mut self) {
        self.overlays.retain(
            |overlay| !matches!(overlay, Overlay::Prompt(prompt) if prompt.question == Question::Quit),
        );
    }

    /// A row with changes that wait is not there any more.
    pub(in crate::app) fn row_is_gone(&mut self, key: &RowKey, problem: &Problem) -> Vec<Effect> {
        let Some(row) = self.pending.row(&key.table, key.id) else { return vec![] };
        if !row.is_sending() {
            self.pending.failed(key, RowState::Gone(problem.clone()));
            let is_conflict =
                |overlay: &Overlay| matches!(overlay, Overlay::Conflict(panel) if panel.key == *key);
            if self.overlays.iter().any(is_conflict) {
                self.overlays.retain(|overlay| !is_conflict(overlay));
                return self.show_gone(key.clone());
            }
        }
        vec![]
    }

    /// Drops all changes of a row.
    pub(in crate::app) fn drop_row(&mut self, key: &RowKey) -> usize {
        let row = self.pending.row(&key.table, key.id);
        let columns: Vec<_> =
            row.map_or(vec![], |row| row.edits.iter().map(|edit| edit.column.clone()).collect());
        for column in &columns {
            self.pending.drop_edit(key, column);
        }
        columns.len()
    }
}

/// Where a failed write leaves the row, and the failure in three lines.
fn failed(row: &PendingRow, failure: SaveFailure, again: char) -> (RowState, Problem) {
    let details = match &failure {
        SaveFailure::Conflict | SaveFailure::Gone => Box::default(),
        SaveFailure::Unknown(cause)
        | SaveFailure::Refused(cause)
        | SaveFailure::Duplicate(cause)
        | SaveFailure::Failed(cause) => cause.details.clone(),
    };
    let what = what(row);
    let shows = if again == 's' { "Enter on it shows what to do" } else { "w shows what to do" };
    match failure {
        SaveFailure::Conflict => {
            let problem = Problem::new(format!("Not saved: {what}."))
                .why("Someone changed the record after you read it (412).")
                .next(format!("{shows}   u undo"));
            (RowState::Conflict, problem)
        }
        SaveFailure::Gone => {
            let problem = Problem::new(format!("Not saved: {what}."))
                .why("The record was deleted, or you may no longer see it (404).")
                .next(format!("{shows}   r read the rows again"));
            (RowState::Gone(problem.clone()), problem)
        }
        SaveFailure::Unknown(cause) => {
            let problem = Problem { details, ..perhaps_saved(row, &cause) };
            (RowState::Unknown(problem.clone()), problem)
        }
        SaveFailure::Refused(cause) | SaveFailure::Duplicate(cause) => {
            let problem = Problem::new(format!("Not saved: {what}."))
                .why(sentence(&cause))
                .next("u undo   Esc keep it pending");
            let problem = Problem { details, ..problem };
            (RowState::Failed(problem.clone()), problem)
        }
        SaveFailure::Failed(cause) => {
            let next = match cause.next.is_empty() {
                true => format!("{again} tries again   u undo"),
                false => format!("{}   {again} tries again   u undo", cause.next),
            };
            let problem = Problem::new(format!("Not saved: {what}.")).why(sentence(&cause)).next(next);
            let problem = Problem { details, ..problem };
            (RowState::Failed(problem.clone()), problem)
        }
    }
}

/// Changes of which nobody knows whether they arrived.
pub(in crate::app) fn perhaps_saved(row: &PendingRow, cause: &Problem) -> Problem {
    Problem::new(format!("Perhaps saved: {}. The answer was lost.", what(row)))
        .why(sentence(cause))
        .next("w then r reads the record again and tells")
}

/// `Priority, Title of CAS-01213`
fn what(row: &PendingRow) -> String {
    let labels: Vec<&str> = row.edits.iter().map(|edit| edit.label.as_str()).collect();
    format!("{} of {}", labels.join(", "), row.target.name)
}

/// Why it happened. That it happened is said in words of ours.
pub(in crate::app) fn sentence(cause: &Problem) -> String {
    if cause.why.is_empty() { cause.what.clone() } else { cause.why.clone() }
}
