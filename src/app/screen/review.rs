//! The review of pending changes before they are sent.

pub(in crate::app) mod editing;
pub mod lines;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use crate::app::command::review::ReviewCommand;
use crate::app::edit::is_cut;
use crate::app::effect::Effect;
use crate::app::layout::Size;
use crate::app::list::{List, Step};
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
use crate::app::overlay::prompt::Question;
use crate::app::overlay::whole::Whole;
use crate::app::panes::{self, Part as Pane};
use crate::app::pending::{Edit, Item, OperationId, Pending, RowKey, RowState};
use crate::app::word_diff::{self, Changed};
use crate::app::{App, Screen};

use lines::{Part, ReviewLine, old};

/// The lines of so many things that wait are found after each change of one.
const FEW: usize = 500;
/// Those of more not before this time has passed: each look is at all of them.
const PAUSE: SignedDuration = SignedDuration::from_millis(250);

/// State of the review. Its lines follow what waits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Review {
    /// Cursor and scroll position among the lines.
    pub list: List,
    /// What is included is sent as one change set.
    pub together: bool,
    /// What waits, in the order of sending.
    items: Vec<Item>,
    /// How many of them the next send takes along.
    included: usize,
    /// When the lines were found last, and of what.
    followed_at: Timestamp,
    version: u64,
    lines: Vec<ReviewLine>,
    /// Of those that change alike each one is seen where one of them is in here.
    unfolded: BTreeSet<Item>,
    /// What the line under the cursor is about, value by value.
    values: Vec<Value>,
}

/// A value of what is under the cursor, and which words of it change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The column's label, or what an operation calls it.
    pub label: String,
    /// As it was read; nothing for one that an operation brings.
    pub old: Option<String>,
    /// As it will be.
    pub new: String,
    /// Which words of both are not in the other.
    pub changed: Changed,
}

impl Value {
    /// A changed column of a run, at this place among the edits of each.
    fn of(edit: &Edit, place: usize, pending: &Pending, run: &[Item]) -> Self {
        let (old, is_one) = old(pending, run, place);
        let new = edit.new.text.clone();
        let changed = if is_one { word_diff::changed(&old, &new) } else { Changed::default() };
        Self { label: edit.label.clone(), old: Some(old), new, changed }
    }

    /// Both texts in one: `floor [-3-]{+4+}`.
    fn text(&self) -> String {
        self.old.as_ref().map_or_else(|| self.new.clone(), |old| word_diff::inline(old, &self.new))
    }

    fn is_cut(&self) -> bool {
        is_cut(&self.new) || self.old.as_deref().is_some_and(is_cut)
    }
}

impl Review {
    /// The review of what waits.
    pub fn of(pending: &Pending, now: Timestamp) -> Self {
        let mut review = Self::default();
        review.follow(pending, now);
        review
    }

    /// Its lines.
    pub fn lines(&self) -> &[ReviewLine] {
        &self.lines
    }

    /// What waits, in the order of sending.
    pub fn all(&self) -> &[Item] {
        &self.items
    }

    /// How many of them the next send takes along.
    pub fn included(&self) -> usize {
        self.included
    }

    /// What a line is about.
    pub fn items(&self, line: &ReviewLine) -> &[Item] {
        &self.items[line.items.clone()]
    }

    /// The line under the cursor.
    pub fn line(&self) -> Option<&ReviewLine> {
        self.lines.get(self.list.cursor)
    }

    /// What the line under the cursor is about.
    pub fn reviewed(&self) -> &[Item] {
        self.line().map_or(&[], |line| self.items(line))
    }

    /// The values of what is under the cursor, from the one that the line shows on.
    pub fn values(&self) -> &[Value] {
        match self.line().map(|line| line.part) {
            Some(Part::Value(place)) => self.values.get(place..).unwrap_or_default(),
            _ => &self.values,
        }
    }

    /// Where its lines are, and where the values under the cursor in full, counted from the first row of the body: at the
    /// right where there is room, else below them when the line shows a part of its value only.
    pub fn panes(&self, size: Size) -> (Pane, Option<Pane>) {
        let cut = matches!(self.line().map(|line| line.part), Some(Part::Value(_)))
            && self.values().first().is_some_and(Value::is_cut);
        panes::list_and_detail(size, cut)
    }

    /// When its lines are to be found again, if they are.
    fn due(&self, pending: &Pending) -> Option<Timestamp> {
        let pause = if self.items.len() <= FEW { SignedDuration::ZERO } else { PAUSE };
        let is_stale = self.version != pending.version();
        is_stale.then(|| self.followed_at.saturating_add(pause).unwrap_or(Timestamp::MAX))
    }

    /// Finds the lines of what waits by now. The cursor stays on what it is on, or on its place once that was sent.
    fn follow(&mut self, pending: &Pending, now: Timestamp) {
        (self.followed_at, self.version) = (now, pending.version());
        let under = self.line().and_then(|line| Some((self.items(line).first()?.clone(), line.part)));
        self.items = pending.items();
        self.included = pending.sendable().len();
        self.lines = lines::lines(pending, &self.items, &self.unfolded);
        let same = under.and_then(|(item, part)| {
            let of_item = |line: &ReviewLine| self.items.get(line.items.start) == Some(&item);
            let lines = || self.lines.iter().enumerate().filter(|(_, line)| of_item(line));
            let exact = lines().find(|(_, line)| line.part == part).or_else(|| lines().next());
            exact.map(|(place, _)| place)
        });
        self.list.cursor = same.unwrap_or(self.list.cursor).min(self.lines.len().saturating_sub(1));
        self.look(pending);
    }

    /// Finds the values of what is under the cursor.
    fn look(&mut self, pending: &Pending) {
        self.values = values(pending, self.reviewed());
    }

    /// Shows each of those that change alike, or one line for all of them.
    fn fold(&mut self, run: &[Item], pending: &Pending, now: Timestamp) {
        if run.iter().any(|item| self.unfolded.contains(item)) {
            for item in run {
                self.unfolded.remove(item);
            }
        } else {
            self.unfolded.extend(run.iter().cloned());
        }
        self.follow(pending, now);
    }
}

/// The values of one thing that waits, or of all of a run.
fn values(pending: &Pending, items: &[Item]) -> Vec<Value> {
    let Some(first) = items.first() else { return vec![] };
    match first {
        Item::Row(key) => {
            let edits = pending.row(&key.table, key.id).map_or(&[][..], |row| &row.edits);
            let edits = edits.iter().enumerate();
            edits.map(|(place, edit)| Value::of(edit, place, pending, items)).collect()
        }
        Item::Operation(id) => {
            let values = pending.operation(*id).map_or(&[][..], |operation| &operation.values);
            let value = |(label, text): &(String, String)| Value {
                label: label.clone(),
                old: None,
                new: text.clone(),
                changed: Changed::default(),
            };
            values.iter().map(value).collect()
        }
    }
}

impl App {
    pub(in crate::app) fn run_review(&mut self, command: ReviewCommand) -> Vec<Effect> {
        let Screen::Review(review) = self.screen() else { return vec![] };
        let Some(line) = review.line().cloned() else { return vec![] };
        let run = review.items(&line).to_vec();
        self.reviewed = None;
        match (command, run.as_slice()) {
            (ReviewCommand::Edit, _) => return self.edit_reviewed(),
            (ReviewCommand::Send, _) => {
                let items = self.pending.sendable();
                match items.len() {
                    0 => self.say("Nothing is included that can be sent. Space includes a record."),
                    _ => self.ask_to_send(items),
                }
            }
            (ReviewCommand::Together, _) => self.toggle_together(),
            (ReviewCommand::Toggle, run) => self.pending.include(run),
            (ReviewCommand::Drop, run) => self.drop_reviewed(run, line.part),
            (ReviewCommand::Open, _) if matches!(line.part, Part::Value(_)) => self.read_reviewed(),
            (ReviewCommand::Open, [Item::Row(key)]) => return self.resolve_reviewed(key),
            (ReviewCommand::Open, [Item::Operation(id)]) => return self.resolve_operation(*id),
            (ReviewCommand::Open, run) => self.fold_reviewed(run),
        }
        vec![]
    }

    fn ask_to_send(&mut self, items: Vec<Item>) {
        let Screen::Review(Review { together, .. }) = *self.screen() else { return };
        match self.pending.can_be_together(&items) {
            Err(why) if together => self.say(why),
            _ => self.ask(Question::Send { items, together }),
        }
    }

    fn toggle_together(&mut self) {
        let Screen::Review(review) = self.screens.top_mut() else { return };
        review.together = !review.together;
        let together = review.together;
        self.say(match together {
            true => "What is included is sent as one request: all of it is done, or nothing.",
            false => "What is included is sent one by one.",
        });
    }

    /// The value under the cursor over the whole screen, with the words that change.
    fn read_reviewed(&mut self) {
        let Screen::Review(review) = self.screen() else { return };
        let Some(value) = review.values().first() else { return };
        let whole = Whole::new(value.label.clone(), value.text(), self.size.width);
        self.overlays.push(Overlay::Whole(Box::new(whole)));
    }

    fn fold_reviewed(&mut self, run: &[Item]) {
        if let Screen::Review(review) = self.screens.top_mut() {
            review.fold(run, &self.pending, self.now);
        }
        self.step_review(Step::Rows(0));
    }

    fn drop_reviewed(&mut self, run: &[Item], part: Part) {
        if run.iter().any(|item| self.pending.is_on_its_way(item)) {
            return self.say("It is on its way. Wait for the answer.");
        }
        let mut dropped = 0;
        let mut titles = Vec::new();
        self.pending.begin_together();
        for item in run {
            match item {
                Item::Row(key) => dropped += self.drop_edits(key, part),
                Item::Operation(id) => {
                    titles.extend(self.pending.operation(*id).map(|operation| operation.title.clone()));
                    self.pending.drop_operation(*id);
                }
            }
        }
        self.pending.end_together();
        self.say(match (titles.as_slice(), dropped) {
            ([], 1) => "Change dropped.  u brings it back.".to_owned(),
            ([], count) => format!("{count} changes dropped.  u brings them back."),
            ([title], _) => format!("Dropped: {title}.  u brings it back."),
            (titles, _) => format!("{} operations dropped.  u brings them back.", titles.len()),
        });
    }

    /// Drops the changes that a line is about; how many they are.
    fn drop_edits(&mut self, key: &RowKey, part: Part) -> usize {
        let Some(row) = self.pending.row(&key.table, key.id) else { return 0 };
        let columns: Vec<_> = match part {
            Part::Value(edit) => row.edits.get(edit).map(|edit| edit.column.clone()).into_iter().collect(),
            _ => row.edits.iter().map(|edit| edit.column.clone()).collect(),
        };
        for column in &columns {
            self.pending.drop_edit(key, column);
        }
        columns.len()
    }

    fn resolve_reviewed(&mut self, key: &RowKey) -> Vec<Effect> {
        let Some(row) = self.pending.row(&key.table, key.id) else { return vec![] };
        match row.state.clone() {
            RowState::Conflict | RowState::Unknown(_) => return self.show_conflict(key.clone()),
            RowState::Gone(_) => return self.show_gone(key.clone()),
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
        let size = self.size;
        let Screen::Review(review) = self.screens.top_mut() else { return };
        let height = usize::from(review.panes(size).0.height);
        review.list.step(step, review.lines.len(), height);
        review.look(&self.pending);
        // What is seen in full below the lines takes room from them.
        let height = usize::from(review.panes(size).0.height);
        review.list.step(Step::Rows(0), review.lines.len(), height);
    }

    /// The pending set has changed under the review; when nothing is left there is nothing to review.
    pub(in crate::app) fn review_changed(&mut self) {
        let Screen::Review(review) = self.screens.top_mut() else { return };
        if self.pending.is_empty() {
            self.screens.pop();
            return;
        }
        review.follow(&self.pending, self.now);
        self.step_review(Step::Rows(0));
    }

    /// The review shows what waits by now: at once where that is not much, else some times a second, or before a key is
    /// taken.
    pub(in crate::app) fn follow_review(&mut self, now_at_least: bool) {
        let Screen::Review(review) = self.screen() else { return };
        let is_due = |due| now_at_least || due <= self.now || self.pending.is_empty();
        if review.due(&self.pending).is_some_and(is_due) {
            self.dirty = true;
            self.review_changed();
        }
    }

    /// When the lines of the review are to be found again.
    pub(in crate::app) fn review_due(&self) -> Option<Timestamp> {
        match self.screen() {
            Screen::Review(review) => review.due(&self.pending),
            _ => None,
        }
    }
}
