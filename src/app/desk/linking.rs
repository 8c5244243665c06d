//! Rows that are attached to others and detached from them: links of many-to-many relationships, and lookups.

use super::queue::chosen;
use crate::app::App;
use crate::app::edit::EditCommand;
use crate::app::edit::row_name;
use crate::app::effect::{Effect, Request};
use crate::app::finding::Hit;
use crate::app::notice::Notice;
use crate::app::overlay::lookup::Purpose;
use crate::app::pending::{OperationKind, PendingOperation, RowKey, Staged, Target};
use crate::app::problem::Problem;
use crate::app::screen::grid::Parent;
use crate::app::tickets::Slot;
use crate::app::{Screen, field};
use crate::dataverse::{Association, Change, Error, Operation, Relationship, RelationshipKind, Row, Table};

/// Activities of every kind are read together, and written each in the table of its kind.
pub(super) const ACTIVITIES: &str = "activitypointer";

/// What rows are attached to and detached from: one row, and a relationship of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Anchor {
    /// The row.
    pub table: Table,
    pub key: RowKey,
    pub name: String,
    /// As the row sees it.
    pub relationship: Relationship,
    /// The table on the other side.
    pub other: Table,
}

/// A row that is read to be attached by its lookup.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) struct Attaching {
    anchor: Anchor,
    hit: Hit,
}

impl App {
    /// What rows are attached to here, or why they cannot be.
    pub(super) fn anchor(&self) -> Result<Anchor, String> {
        if let Some(reason) = self.read_only() {
            return Err(reason);
        }
        match self.screen() {
            Screen::Record(record) => {
                let line = self.related().ok_or("Nothing stands here.")?;
                let other = line.table.clone().ok_or("The rows there cannot be read.")?;
                Ok(Anchor {
                    table: record.table.clone(),
                    key: record.key(),
                    name: self.record_name(record),
                    relationship: line.relationship.clone(),
                    other,
                })
            }
            Screen::Grid(grid) => {
                let parent = grid.parent.as_deref().ok_or("These rows belong to no other row.")?;
                let Parent { of, name, relationship, .. } = parent;
                let table = self.table_named(of.table.as_str()).ok_or("The row's table is not here.")?;
                let (key, name, other) = (of.clone(), name.clone(), grid.table.clone());
                Ok(Anchor { table, key, name, relationship: relationship.clone(), other })
            }
            _ => Err("There is no row here.".to_owned()),
        }
    }

    /// Asks which row is to be attached; a lookup of the row itself is edited.
    pub(in crate::app) fn attach(&mut self) -> Result<Vec<Effect>, String> {
        let anchor = self.anchor()?;
        if matches!(anchor.relationship.kind, RelationshipKind::ManyToOne(_)) {
            return Ok(self.run_edit(EditCommand::Edit));
        }
        one_kind(&anchor)?;
        let label = format!("{} to attach to {}", anchor.other.display_name, anchor.name);
        let column = chosen(&label, anchor.other.name.clone());
        let target = Target {
            table: anchor.table.clone(),
            id: anchor.key.id,
            name: anchor.name.clone(),
            row: Row::empty(),
        };
        Ok(self.open_search(target, column, Purpose::Attach(Box::new(anchor))))
    }

    /// Stages that the rows that are meant belong to the row no more; of a lookup, that it points to nothing.
    pub(in crate::app) fn detach(&mut self) -> Result<Vec<Effect>, String> {
        let anchor = self.anchor()?;
        match &anchor.relationship.kind {
            RelationshipKind::ManyToOne(_) => return Ok(self.run_edit(EditCommand::Clear)),
            _ if matches!(self.screen(), Screen::Record(_)) => {
                return Err("Enter opens the rows, and X there detaches one of them.".to_owned());
            }
            RelationshipKind::ManyToMany { .. } => {
                let rows = self.meant_rows()?;
                self.stage_links(&anchor, rows, false);
            }
            RelationshipKind::OneToMany { column, navigation } => {
                one_kind(&anchor)?;
                let (target, schema) = self.edit_target()?;
                let column = schema.column(column.as_str());
                let column = column.ok_or("The column that leads to the row is not known.")?.clone();
                field::way(&column)?;
                field::null(&column)?;
                let change = Change::Link { navigation: navigation.clone(), to: None };
                self.stage_meant(&target, &column, Staged { change, text: "-".to_owned() });
            }
        }
        Ok(vec![])
    }

    /// A row was chosen that is to be attached. One that is attached by its own lookup is read first, for its version.
    pub(in crate::app) fn attach_chosen(&mut self, anchor: Anchor, hit: Hit) -> Vec<Effect> {
        if let RelationshipKind::ManyToMany { .. } = anchor.relationship.kind {
            let target = Target { table: hit.table, id: hit.id, name: hit.name, row: Row::empty() };
            self.stage_links(&anchor, vec![target], true);
            return vec![];
        }
        let request = Request::Row(hit.table.set.clone(), hit.id);
        self.say(format!("Reading {} ...", hit.name));
        self.attaching = Some(Box::new(Attaching { anchor, hit }));
        vec![Effect::Run(self.tickets.issue(Slot::Attach), request)]
    }

    /// The row came that is to be attached by its lookup.
    pub(in crate::app) fn attach_came(&mut self, result: Result<Row, Error>) {
        let Some(attaching) = self.attaching.take() else { return };
        let Attaching { anchor, hit } = *attaching;
        let RelationshipKind::OneToMany { column, navigation } = &anchor.relationship.kind else { return };
        let row = match result {
            Ok(row) => row,
            Err(error) => {
                let what = format!("{} could not be read, and is not attached", hit.name);
                self.notice = Some(Notice::Problem(Problem::of(&what, &error)));
                return;
            }
        };
        let schema = self.schemas.get(&hit.table.name).map(AsRef::as_ref);
        let name = row_name(schema, &hit.table, hit.id, &row);
        let label = schema.and_then(|schema| schema.column(column.as_str()));
        let label = label.map_or_else(|| column.to_string(), |column| column.display_name.clone());
        let target = Target { table: hit.table, id: hit.id, name, row };
        if self.pending.row(&target.table.name, target.id).is_some_and(|row| row.is_sending()) {
            return self.say(format!("{} is being saved. Wait for the answer.", target.name));
        }
        let to = Some((anchor.table.set.clone(), anchor.key.id));
        let change = Change::Link { navigation: navigation.clone(), to };
        let staged = Staged { change, text: anchor.name.clone() };
        self.stage_named(&target, column, &label, staged);
    }

    /// Stages links of rows with one row, all of them undone by one key. What is staged the other way round is dropped.
    fn stage_links(&mut self, anchor: &Anchor, rows: Vec<Target>, attach: bool) {
        let RelationshipKind::ManyToMany { navigation, back } = &anchor.relationship.kind else { return };
        let origin = self.session.identity().map(|identity| identity.address.clone()).unwrap_or_default();
        let mut operations = Vec::new();
        let (mut dropped, mut known) = (0, 0);
        self.pending.begin_together();
        for target in rows {
            let association = Association {
                from: (anchor.table.set.clone(), anchor.key.id),
                navigation: navigation.clone(),
                back: back.clone(),
                to: (target.table.set.clone(), target.id),
                to_key: target.table.primary_id.clone(),
                origin: origin.clone(),
                attach,
            };
            let staged = self.pending.operations().iter().find_map(|pending| match &pending.operation {
                Operation::Associate(other) if other.is_of_same(&association) => Some((pending, other)),
                _ => None,
            });
            match staged {
                Some((_, other)) if other.attach == attach => known += 1,
                Some((pending, _)) if !pending.is_sending() => {
                    let id = pending.id;
                    self.pending.drop_operation(id);
                    dropped += 1;
                }
                _ => operations.push(self.linking(anchor, target, association)),
            }
        }
        for operation in &operations {
            self.pending.add(operation.clone());
        }
        self.pending.end_together();
        let verb = if attach { "attached" } else { "detached" };
        self.say(match (operations.as_slice(), dropped, known) {
            ([], 0, _) => format!("That is to be {verb} already.  w reviews it"),
            ([], dropped, _) => format!("Not staged any more: {dropped} that had been staged the other way."),
            ([one], 0, _) => format!("Staged: {}.  w reviews it", one.title),
            ([first, rest @ ..], ..) => {
                format!("Staged: {}, and {} more.  w reviews them", first.title, rest.len())
            }
        });
    }

    fn linking(&mut self, anchor: &Anchor, target: Target, association: Association) -> PendingOperation {
        let title = format!(
            "{} {} {} - {}: {}",
            association.verb(),
            anchor.table.display_name,
            anchor.name,
            anchor.other.collection_name,
            target.name
        );
        self.operation(OperationKind::Act, Some(target), title, Operation::Associate(association))
    }

    /// Stages the opposite of a link that was made or taken away.
    pub(in crate::app) fn linked_back(&mut self, sent: &PendingOperation) -> Option<PendingOperation> {
        let Operation::Associate(association) = &sent.operation else { return None };
        let back = association.reversed();
        let title = sent.title.replacen(association.verb(), back.verb(), 1);
        Some(self.operation(OperationKind::Act, sent.about.clone(), title, Operation::Associate(back)))
    }
}

/// Nothing is said about rows that stand there for rows of several tables.
fn one_kind(anchor: &Anchor) -> Result<(), String> {
    match anchor.other.name.as_str() {
        ACTIVITIES => {
            Err("Activities are attached and detached in the table of their kind: Tasks, Emails.".to_owned())
        }
        _ => Ok(()),
    }
}
