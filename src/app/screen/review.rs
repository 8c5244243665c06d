//! The review of pending changes before they are sent.

use crate::app::command::review::ReviewCommand;
use crate::app::effect::Effect;
use crate::app::list::{List, Step};
use crate::app::notice::Notice;
use crate::app::overlay::prompt::Question;
use crate::app::pending::{Pending, RowState};
use crate::app::{App, Screen};

/// State of the review.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Review {
    /// Cursor and scroll position among the lines.
    pub list: List,
}

/// A line of the review, by place in the pending set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewLine {
    /// The heading of a row.
    Row(usize),
    /// One changed column of a row.
    Edit(usize, usize),
    /// Why the row was not saved.
    Reason(usize),
}

/// The lines of the review.
pub fn lines(pending: &Pending) -> Vec<ReviewLine> {
    let mut lines = Vec::new();
    for (index, row) in pending.rows().iter().enumerate() {
        lines.push(ReviewLine::Row(index));
        lines.extend((0..row.edits.len()).map(|edit| ReviewLine::Edit(index, edit)));
        if !matches!(row.state, RowState::Waiting | RowState::Sending(_)) {
            lines.push(ReviewLine::Reason(index));
        }
    }
    lines
}

impl App {
    pub(in crate::app) fn run_review(&mut self, command: ReviewCommand) -> Vec<Effect> {
        let Screen::Review(review) = self.screen() else { return vec![] };
        let line = lines(&self.pending).get(review.list.cursor).copied();
        let Some(line) = line else { return vec![] };
        let (ReviewLine::Row(index) | ReviewLine::Edit(index, _) | ReviewLine::Reason(index)) = line;
        let row = &self.pending.rows()[index];
        let key = row.key();
        match command {
            ReviewCommand::Toggle => {
                self.pending.toggle(&key);
                self.step_review(Step::Rows(0));
            }
            ReviewCommand::Drop if row.is_sending() => self.say("It is being saved. Wait for the answer."),
            ReviewCommand::Drop => {
                let columns: Vec<_> = match line {
                    ReviewLine::Edit(_, edit) => {
                        row.edits.get(edit).map(|edit| edit.column.clone()).into_iter().collect()
                    }
                    _ => row.edits.iter().map(|edit| edit.column.clone()).collect(),
                };
                for column in &columns {
                    self.pending.drop_edit(&key, column);
                }
                self.say(match columns.len() {
                    1 => "Change dropped.  u brings it back.".to_owned(),
                    count => format!("{count} changes dropped.  u brings them back one by one."),
                });
                self.review_changed();
            }
            ReviewCommand::Send => {
                let rows: Vec<_> =
                    self.pending.sendable().map(crate::app::pending::PendingRow::key).collect();
                match rows.len() {
                    0 => self.say("Nothing is included that can be sent. Space includes a record."),
                    _ => self.ask(Question::Send { rows }),
                }
            }
            ReviewCommand::Resolve => match row.state.clone() {
                RowState::Conflict | RowState::Unknown(_) => return self.show_conflict(key),
                RowState::Gone(_) => self.show_gone(key),
                RowState::Failed(problem) => self.notice = Some(Notice::Problem(problem)),
                _ => self.say("Nothing stands in the way of this record."),
            },
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
