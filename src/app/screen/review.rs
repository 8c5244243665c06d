//! The review of pending changes before they are sent.

use crate::app::command::review::ReviewCommand;
use crate::app::effect::Effect;
use crate::app::list::{List, Step};
use crate::app::notice::Notice;
use crate::app::overlay::prompt::Question;
use crate::app::pending::{Item, OperationId, Pending, RowKey, RowState};
use crate::app::{App, Screen};

/// State of the review.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Review {
    /// Cursor and scroll position among the lines.
    pub list: List,
}

/// A line of the review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewLine {
    /// What it is about.
    pub item: Item,
    /// The place of that in the order of sending, from 1.
    pub place: usize,
    /// Which part of it the line shows.
    pub part: Part,
}

/// A part of what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What it is.
    Heading,
    /// A changed column of a row, or a value that an operation brings.
    Value(usize),
    /// What an operation does besides.
    Effect(usize),
    /// Why it was not sent, or did not arrive.
    Reason,
}

/// The lines of the review, in the order of sending.
pub fn lines(pending: &Pending) -> Vec<ReviewLine> {
    let mut lines = Vec::new();
    for (place, item) in (1..).zip(pending.items()) {
        let (values, effects, state) = match &item {
            Item::Row(key) => match pending.row(&key.table, key.id) {
                Some(row) => (row.edits.len(), 0, &row.state),
                None => continue,
            },
            Item::Operation(id) => match pending.operation(*id) {
                Some(operation) => (operation.values.len(), operation.effects.len(), &operation.state),
                None => continue,
            },
        };
        let mut parts = vec![Part::Heading];
        parts.extend((0..values).map(Part::Value));
        parts.extend((0..effects).map(Part::Effect));
        if has_trouble(state) {
            parts.push(Part::Reason);
        }
        lines.extend(parts.into_iter().map(|part| ReviewLine { item: item.clone(), place, part }));
    }
    lines
}

/// Something stands in the way, and the review says what.
pub fn has_trouble(state: &RowState) -> bool {
    !matches!(state, RowState::Waiting | RowState::Queued | RowState::Sending(_))
}

impl App {
    pub(in crate::app) fn run_review(&mut self, command: ReviewCommand) -> Vec<Effect> {
        let Screen::Review(review) = self.screen() else { return vec![] };
        let Some(line) = lines(&self.pending).into_iter().nth(review.list.cursor) else { return vec![] };
        match (command, &line.item) {
            (ReviewCommand::Send, _) => {
                let items = self.pending.sendable();
                match items.len() {
                    0 => self.say("Nothing is included that can be sent. Space includes a record."),
                    _ => self.ask(Question::Send { items }),
                }
            }
            (ReviewCommand::Toggle, item) => {
                match item {
                    Item::Row(key) => self.pending.toggle(key),
                    Item::Operation(id) => self.pending.toggle_operation(*id),
                }
                self.step_review(Step::Rows(0));
            }
            (ReviewCommand::Drop, Item::Row(key)) => self.drop_reviewed(key, line.part),
            (ReviewCommand::Drop, Item::Operation(id)) => self.drop_reviewed_operation(*id),
            (ReviewCommand::Resolve, Item::Row(key)) => return self.resolve_reviewed(key),
            (ReviewCommand::Resolve, Item::Operation(id)) => return self.resolve_operation(*id),
        }
        vec![]
    }

    fn drop_reviewed(&mut self, key: &RowKey, part: Part) {
        let Some(row) = self.pending.row(&key.table, key.id) else { return };
        if row.is_sending() {
            return self.say("It is being saved. Wait for the answer.");
        }
        let columns: Vec<_> = match part {
            Part::Value(edit) => row.edits.get(edit).map(|edit| edit.column.clone()).into_iter().collect(),
            _ => row.edits.iter().map(|edit| edit.column.clone()).collect(),
        };
        for column in &columns {
            self.pending.drop_edit(key, column);
        }
        self.say(match columns.len() {
            1 => "Change dropped.  u brings it back.".to_owned(),
            count => format!("{count} changes dropped.  u brings them back one by one."),
        });
        self.review_changed();
    }

    fn drop_reviewed_operation(&mut self, id: OperationId) {
        let Some(operation) = self.pending.operation(id) else { return };
        if operation.is_sending() {
            return self.say("It is on its way. Wait for the answer.");
        }
        let said = format!("Dropped: {}.  u brings it back.", operation.title);
        self.pending.drop_operation(id);
        self.say(said);
        self.review_changed();
    }

    fn resolve_reviewed(&mut self, key: &RowKey) -> Vec<Effect> {
        let Some(row) = self.pending.row(&key.table, key.id) else { return vec![] };
        match row.state.clone() {
            RowState::Conflict | RowState::Unknown(_) => return self.show_conflict(key.clone()),
            RowState::Gone(_) => self.show_gone(key.clone()),
            RowState::Failed(problem) | RowState::Duplicate(problem) => {
                self.notice = Some(Notice::Problem(problem));
            }
            _ => self.say("Nothing stands in the way of this record."),
        }
        vec![]
    }

    fn resolve_operation(&mut self, id: OperationId) -> Vec<Effect> {
        let Some(operation) = self.pending.operation(id) else { return vec![] };
        match operation.state.clone() {
            RowState::Conflict => return self.reread_for(id),
            RowState::Unknown(_) => return self.find_out(id),
            RowState::Duplicate(_) => return self.show_duplicates(id),
            RowState::Gone(problem) | RowState::Failed(problem) => {
                self.notice = Some(Notice::Problem(problem));
            }
            _ => self.say("Nothing stands in its way."),
        }
        vec![]
    }

    pub(in crate::app) fn step_review(&mut self, step: Step) {
        let (len, height) = (lines(&self.pending).len(), self.size.body_height());
        if let Screen::Review(review) = self.screen_mut() {
            review.list.step(step, len, height);
        }
    }

    /// The pending set has changed under the review; when nothing is left there is nothing to review.
    pub(in crate::app) fn review_changed(&mut self) {
        if matches!(self.screen(), Screen::Review(_)) {
            if self.pending.is_empty() {
                self.screens.pop();
            } else {
                self.step_review(Step::Rows(0));
            }
        }
    }
}
