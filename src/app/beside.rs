//! Beside the relationships of a record, where there is room: its form, and the first rows of the relationship under the
//! cursor. Those are read when the cursor has rested there, and kept as long as the tab is seen.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use super::App;
use super::effect::{Effect, Request};
use super::layout::Size;
use super::load::Load;
use super::panes::{Part, whole};
use super::pending::RowKey;
use super::problem::Problem;
use super::screen::record::Tab;
use super::screen::related::RelatedLine;
use super::tickets::Slot;
use crate::dataverse::{Error, Page, Query, Relationship, Table, TableSchema};

/// From this width on all three stand beside each other.
const WIDE: u16 = 160;
/// Cells of the record at most, and of the rows.
const RECORD: u16 = 57;
const ROWS: u16 = 80;
/// How long the cursor rests on a relationship before its rows are read.
const REST: SignedDuration = SignedDuration::from_millis(150);
/// So many rows are read.
pub const FIRST: u32 = 50;
/// So many columns are shown of them.
const COLUMNS: usize = 3;
/// Relationships whose rows are kept.
const KEPT: usize = 20;
/// What most tables have beside a name.
const CREATED: &str = "createdon";

/// Where the record is, the list of its relationships, and the rows of one of them. A rule is between them.
pub fn columns(size: Size) -> (Option<Part>, Part, Option<Part>) {
    let all = whole(size);
    if size.width < WIDE {
        return (None, all, None);
    }
    let (left, right) = ((all.width * 2 / 7).min(RECORD), (all.width * 3 / 10).min(ROWS));
    let part = |x, width| Part { x, width, ..all };
    let middle = part(left + 1, all.width - left - right - 2);
    (Some(part(0, left)), middle, Some(part(all.width - right, right)))
}

/// The rows that are shown, and those that were.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Beside {
    /// The record whose relationships are seen.
    of: Option<RowKey>,
    /// The one under the cursor.
    at: Option<Relationship>,
    /// When its rows are read.
    due: Option<Timestamp>,
    kept: VecDeque<FirstRows>,
}

/// The first rows of a relationship.
#[derive(Debug, Clone, PartialEq)]
pub struct FirstRows {
    relationship: Relationship,
    asked: Asked,
    /// Labels, and properties as the wire names them.
    pub columns: Vec<(String, String)>,
    pub page: Load<Page>,
}

/// How much is asked of rows. A table may not have what most have: then it is asked for less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Usual,
    Name,
    Key,
}

impl Beside {
    /// What was read, or is being read, of a relationship.
    pub fn rows(&self, relationship: &Relationship) -> Option<&FirstRows> {
        self.kept.iter().find(|kept| kept.relationship == *relationship)
    }

    fn reading(&mut self) -> Option<&mut FirstRows> {
        self.kept.iter_mut().find(|kept| kept.page.is_pending())
    }

    /// Everything is read again, once the cursor has rested.
    pub(in crate::app) fn forget(&mut self) {
        (self.at, self.due) = (None, None);
        self.kept.clear();
    }

    /// What could not be read before may be now.
    pub(in crate::app) fn look_again(&mut self) {
        if self.at.as_ref().is_some_and(|at| self.rows(at).is_none()) {
            self.at = None;
        }
    }
}

impl App {
    /// The relationship whose first rows are to be on the screen, and of which record.
    fn beside_here(&self) -> Option<(RowKey, &RelatedLine)> {
        columns(self.size).2?;
        let record = self.record().filter(|record| record.tab == Tab::Related)?;
        Some((record.key(), record.related.current()?))
    }

    /// Called after every event; mostly nothing is to do.
    pub(in crate::app) fn follow_beside(&mut self) -> Vec<Effect> {
        let Some((key, line)) = self.beside_here() else { return self.leave_beside() };
        let relationship = line.relationship.clone();
        let mut effects = Vec::new();
        if self.beside.of.as_ref() != Some(&key) {
            effects.extend(self.leave_beside());
            self.beside.of = Some(key);
        }
        if !self.tickets.is_busy(Slot::Beside) && self.beside.reading().is_some() {
            self.beside.at = None; // it was called off together with other reads
        }
        if self.beside.at.as_ref() != Some(&relationship) {
            effects.extend(self.stop_beside());
            if self.beside.rows(&relationship).is_none() {
                self.beside.due = self.now.checked_add(REST).ok();
            }
            self.beside.at = Some(relationship);
        }
        if self.beside.due.is_some_and(|due| self.now >= due) {
            self.beside.due = None;
            self.dirty = true;
            effects.extend(self.read_beside(Asked::Usual));
        }
        effects
    }

    /// The tab is not seen any more, or that of another record.
    fn leave_beside(&mut self) -> Vec<Effect> {
        if self.beside.of.is_none() {
            return vec![];
        }
        let effects = self.stop_beside();
        *self.beside = Beside::default();
        effects
    }

    /// What was read stays; nothing else is.
    fn stop_beside(&mut self) -> Vec<Effect> {
        self.beside.due = None;
        self.beside.kept.retain(|kept| !kept.page.is_pending());
        match self.tickets.cancel(Slot::Beside) {
            true => vec![Effect::Cancel(Slot::Beside)],
            false => vec![],
        }
    }

    /// When the rows want to be told the time.
    pub(in crate::app) fn beside_due(&self) -> Option<Timestamp> {
        self.beside.due
    }

    fn read_beside(&mut self, asked: Asked) -> Vec<Effect> {
        let Some((_, line)) = self.beside_here() else { return vec![] };
        if line.is_empty() || line.refused().is_some() {
            return vec![];
        }
        let Some((table, condition)) = self.record().and_then(|record| line.rows_of(record)) else {
            return vec![];
        };
        let relationship = line.relationship.clone();
        let columns = shown(&table, self.schemas.get(&table.name).map(AsRef::as_ref), asked);
        let mut properties: Vec<String> = columns.iter().map(|(_, property)| property.clone()).collect();
        if !properties.iter().any(|property| *property == table.primary_id.as_str()) {
            properties.push(table.primary_id.to_string());
        }
        let mut query =
            Query::new(table.set.clone()).select(properties).filter(condition).top(FIRST).annotations();
        if columns.iter().any(|(_, property)| property == CREATED) {
            query = query.order_by_desc(CREATED);
        }
        let mut page = Load::default();
        page.start();
        self.beside.kept.retain(|kept| kept.relationship != relationship);
        self.beside.kept.push_back(FirstRows { relationship, asked, columns, page });
        while self.beside.kept.len() > KEPT {
            self.beside.kept.pop_front();
        }
        vec![Effect::Run(self.tickets.issue(Slot::Beside), Request::Rows(query))]
    }

    /// Takes the rows.
    pub(in crate::app) fn beside_came(&mut self, result: Result<Page, Error>) -> Vec<Effect> {
        let Some(reading) = self.beside.reading() else { return vec![] };
        let less = match reading.asked {
            Asked::Usual => Some(Asked::Name),
            Asked::Name => Some(Asked::Key),
            Asked::Key => None,
        };
        match (result, less) {
            (Ok(page), _) => reading.page = Load::Ready(page),
            (Err(error), Some(less)) if error.is_unknown_property() => return self.read_beside(less),
            (Err(error), _) => reading.page.finish(Err(Problem::of("These rows could not be read", &error))),
        }
        vec![]
    }

    /// Reading them was called off by the person.
    pub(in crate::app) fn beside_stopped(&mut self) {
        if let Some(reading) = self.beside.reading() {
            reading.page.finish(Err(Problem::new("Stopped.").next("r reads again")));
        }
    }
}

/// What is shown of the rows of a table: those columns that tell most, as far as they are known.
fn shown(table: &Table, schema: Option<&TableSchema>, asked: Asked) -> Vec<(String, String)> {
    if let (Some(schema), Asked::Usual) = (schema, asked) {
        let columns = schema.default_columns().into_iter().take(COLUMNS);
        return columns.map(|column| (column.display_name.clone(), column.shown().into_owned())).collect();
    }
    let name = table.primary_name.as_ref().map(|name| ("Name".to_owned(), name.to_string()));
    let created = ("Created On".to_owned(), CREATED.to_owned());
    let columns: Vec<_> = match asked {
        Asked::Usual => name.into_iter().chain([created]).collect(),
        Asked::Name => name.into_iter().collect(),
        Asked::Key => vec![],
    };
    match columns.is_empty() {
        true => vec![("Id".to_owned(), table.primary_id.to_string())],
        false => columns,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_relationships_and_rows_fill_the_width_and_each_has_room() {
        for width in 60..300 {
            let (left, middle, right) = columns(Size { width, height: 24 });
            assert_eq!((left.is_some(), right.is_some()), (width >= 160, width >= 160), "{width}");
            let (Some(left), Some(right)) = (left, right) else {
                assert_eq!((middle.x, middle.width), (0, width));
                continue;
            };
            assert_eq!(left.x + left.width + 1, middle.x, "{width}");
            assert_eq!(middle.x + middle.width + 1, right.x, "{width}");
            assert_eq!(right.x + right.width, width);
            assert!(left.width >= 45 && middle.width >= 64 && right.width >= 48, "{width}");
        }
    }
}
