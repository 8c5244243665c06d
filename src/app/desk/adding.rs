//! A new row that belongs to the row that is seen: its lookup to that row is given.

use super::linking::{ACTIVITIES, Anchor};
use super::{CASE, activity};
use crate::app::effect::Effect;
use crate::app::field::{Purpose, writable};
use crate::app::overlay::draft::{Given, Is};
use crate::app::pending::{Staged, Target};
use crate::app::{App, Screen};
use crate::dataverse::{Change, Column, ColumnName, RelationshipKind, Row};

const NOTES: &str = "annotation";
/// Rows that the service makes by itself when a case is resolved.
const RESOLUTIONS: &str = "incidentresolution";
/// Who takes part in an activity: made with the activity.
const PARTIES: &str = "activityparty";

/// What a new row belongs to.
pub(super) struct Belonging {
    /// The row.
    pub(super) row: Target,
    /// The lookup to it.
    pub(super) column: ColumnName,
    /// What the lookup is set to.
    pub(super) change: Change,
}

impl Belonging {
    /// The lookup as it is set unseen.
    pub(super) fn given(&self, column: &Column) -> Given {
        Given {
            column: self.column.clone(),
            label: column.display_name.clone(),
            is: Is::Value(Staged { change: self.change.clone(), text: self.row.name.clone() }),
        }
    }
}

impl App {
    /// What a new row would belong to here.
    ///
    /// # Errors
    ///
    /// A sentence that says why none can be made, and what can be done.
    pub(in crate::app) fn addable(&self) -> Result<Anchor, String> {
        let anchor = self.anchor()?;
        let is_on_record = matches!(self.screen(), Screen::Record(_));
        let name = &anchor.other.display_name;
        let column = match &anchor.relationship.kind {
            RelationshipKind::OneToMany { column, .. } => column,
            RelationshipKind::ManyToOne(_) => {
                return Err("A lookup points to a row that exists.  A chooses which".to_owned());
            }
            RelationshipKind::ManyToMany { .. } => {
                return Err("Links are made between rows that exist.  A attaches one".to_owned());
            }
        };
        match anchor.other.name.as_str() {
            ACTIVITIES if is_on_record => {
                Err("Activities are made as what they are.  x t makes a task  x p a phone call".to_owned())
            }
            ACTIVITIES => {
                Err("Activities are made at the row itself.  [ leads there, x t makes a task".to_owned())
            }
            PARTIES => Err(format!("A {name} is made with its activity.")),
            RESOLUTIONS if is_on_record && anchor.table.name.as_str() == CASE => {
                Err("A resolution is made by resolving the case.  x r resolves it".to_owned())
            }
            RESOLUTIONS => Err("A resolution is made by resolving the case.".to_owned()),
            _ => {
                let schema = self.schemas.get(&anchor.other.name);
                match schema.map(|schema| schema.column(column.as_str())) {
                    Some(None) => Err(format!("{name} has no {column}.")),
                    Some(Some(column)) => match writable(column, Purpose::Create) {
                        Ok(()) => Ok(anchor),
                        Err(why) => Err(format!("A new {name} cannot belong to this row: {why}")),
                    },
                    None => Ok(anchor),
                }
            }
        }
    }

    /// Opens the form of a new row that belongs to the row that is seen, once the columns of its table are here.
    pub(in crate::app) fn add_related(&mut self) -> Result<Vec<Effect>, String> {
        let anchor = self.addable()?;
        let RelationshipKind::OneToMany { column, navigation } = &anchor.relationship.kind else {
            return Ok(vec![]);
        };
        let of_record = self.record().and_then(|record| record.row.value().cloned());
        let row = Target {
            table: anchor.table.clone(),
            id: anchor.key.id,
            name: anchor.name.clone(),
            row: of_record.unwrap_or_else(Row::empty),
        };
        if anchor.other.name.as_str() == NOTES {
            return self.draft_activity(vec![row], &activity::NOTE);
        }
        let Some(schema) = self.schemas.get(&anchor.other.name).cloned() else {
            self.say(format!("Reading the columns of {} ...", anchor.other.collection_name));
            let effects = self.read_columns(vec![anchor.other.clone()]);
            self.adding = Some(Box::new(anchor));
            return Ok(effects);
        };
        let change = Change::Link {
            navigation: navigation.clone(),
            to: Some((anchor.table.set.clone(), anchor.key.id)),
        };
        self.draft_row(&schema, None, Some(Belonging { row, column: column.clone(), change }))
    }

    /// The columns of a table came: the form that they were read for opens, unless the person is elsewhere by now.
    pub(super) fn add_on(&mut self) -> Vec<Effect> {
        let Some(wanted) = self.adding.take() else { return vec![] };
        if !self.overlays.is_empty() || self.anchor().as_ref() != Ok(&wanted) {
            return vec![];
        }
        self.notice = None;
        self.add_related().unwrap_or_else(|why| {
            self.say(why);
            vec![]
        })
    }
}
