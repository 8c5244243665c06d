//! What the review is made of: a line for each thing that waits, for each of its values, and one for all of a run of
//! things that change alike.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::app::pending::{Edit, Item, Pending, PendingOperation, PendingRow, RowState};

/// So many things in a row that change alike are one line.
const ALIKE: usize = 3;

/// A line of the review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewLine {
    /// What it is about, by its places in the order of sending: one thing, or a run of those that change alike.
    pub items: Range<usize>,
    /// Which part of it the line shows.
    pub part: Part,
    /// Of a run: how many of it the next send would take along, and what a column has in all of it.
    pub run: Option<Run>,
}

/// What a line tells of a run, so that no frame has to look at all of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// How many are included.
    pub included: usize,
    /// Of a changed column: the value as it was read, or how many different ones there are.
    pub old: String,
    /// It is one value.
    pub is_one: bool,
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
    /// One of those that change alike; their values are those of the run.
    Member,
}

impl ReviewLine {
    /// It stands for several that change alike.
    pub fn is_run(&self) -> bool {
        self.run.is_some()
    }
}

/// The lines of what waits. Of a run of which one is in `unfolded` each one has a line as well.
pub(super) fn lines(pending: &Pending, items: &[Item], unfolded: &BTreeSet<Item>) -> Vec<ReviewLine> {
    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(first) = items.get(start) {
        let like_it =
            items[start..].iter().take_while(|item| *item == first || are_alike(pending, first, item));
        let count = like_it.count();
        let end = start + if count < ALIKE { 1 } else { count };
        let all = start..end;
        let run = &items[all.clone()];
        lines.extend(parts(pending, first).map(|part| ReviewLine {
            items: all.clone(),
            part,
            run: (run.len() > 1).then(|| run_of(pending, run, part)),
        }));
        if all.len() > 1 && items[all.clone()].iter().any(|item| unfolded.contains(item)) {
            let member = |place| ReviewLine { items: place..place + 1, part: Part::Member, run: None };
            lines.extend(all.map(member));
        }
        start = end;
    }
    lines
}

fn run_of(pending: &Pending, run: &[Item], part: Part) -> Run {
    let (old, is_one) = match part {
        Part::Value(place) => old(pending, run, place),
        _ => (String::new(), true),
    };
    Run { included: run.iter().filter(|item| pending.is_included(item)).count(), old, is_one }
}

/// What all of a run had in a changed column, and whether that is one value: else it says how many there were.
pub(super) fn old(pending: &Pending, run: &[Item], place: usize) -> (String, bool) {
    let old = |item: &Item| match item {
        Item::Row(key) => {
            pending.row(&key.table, key.id).and_then(|row| row.edits.get(place)).map(|edit| edit.old.as_str())
        }
        Item::Operation(_) => None,
    };
    let different: BTreeSet<&str> = run.iter().filter_map(old).collect();
    match different.len() {
        0 | 1 => (different.into_iter().next().unwrap_or_default().to_owned(), true),
        many => (format!("({many} different)"), false),
    }
}

/// The parts of one thing that waits.
fn parts(pending: &Pending, item: &Item) -> impl Iterator<Item = Part> + use<> {
    let (values, effects) = match item {
        Item::Row(key) => (pending.row(&key.table, key.id).map_or(0, |row| row.edits.len()), 0),
        Item::Operation(id) => {
            let operation = pending.operation(*id);
            operation.map_or((0, 0), |operation| (operation.values.len(), operation.effects.len()))
        }
    };
    let reason = pending.state(item).is_some_and(has_trouble).then_some(Part::Reason);
    let heading = std::iter::once(Part::Heading);
    heading.chain((0..values).map(Part::Value)).chain((0..effects).map(Part::Effect)).chain(reason)
}

/// Something stands in the way, and the review says what.
pub fn has_trouble(state: &RowState) -> bool {
    !matches!(state, RowState::Waiting | RowState::Queued | RowState::Sending(_))
}

/// The same is done to both, both wait or both are on their way, and nothing stands in the way of either.
fn are_alike(pending: &Pending, one: &Item, other: &Item) -> bool {
    let is_free = |item| pending.state(item).is_some_and(|state| !has_trouble(state));
    if pending.is_on_its_way(one) != pending.is_on_its_way(other) {
        return false;
    }
    let alike = match (one, other) {
        (Item::Row(one), Item::Row(other)) => {
            let rows = pending.row(&one.table, one.id).zip(pending.row(&other.table, other.id));
            rows.is_some_and(|(one, other)| rows_are_alike(one, other))
        }
        (Item::Operation(one), Item::Operation(other)) => {
            let operations = pending.operation(*one).zip(pending.operation(*other));
            operations.is_some_and(|(one, other)| operations_are_alike(one, other))
        }
        _ => false,
    };
    alike && is_free(one) && is_free(other)
}

fn rows_are_alike(one: &PendingRow, other: &PendingRow) -> bool {
    let same = |(one, other): (&Edit, &Edit)| one.column == other.column && one.new == other.new;
    one.target.table == other.target.table
        && one.edits.len() == other.edits.len()
        && one.edits.iter().zip(&other.edits).all(same)
}

fn operations_are_alike(one: &PendingOperation, other: &PendingOperation) -> bool {
    let tables = one.about.as_ref().zip(other.about.as_ref()).map(|(one, other)| (&one.table, &other.table));
    one.kind == other.kind
        && tables.is_some_and(|(one, other)| one == other)
        && one.values == other.values
        && one.effects == other.effects
        && title_of(one, "") == title_of(other, "")
}

/// What an operation does, with other words in the place of its row: `delete Case CAS-01213`, `resolve CAS-01213`.
pub fn title_of(operation: &PendingOperation, rows: &str) -> String {
    match &operation.about {
        Some(target) if !target.name.is_empty() => {
            let whole = format!("{} {}", target.table.display_name, target.name);
            operation.title.replace(&whole, rows).replace(&target.name, rows)
        }
        _ => operation.title.clone(),
    }
}
