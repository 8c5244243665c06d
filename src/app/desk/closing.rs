//! Ending the work on a row, and taking it up again: resolve, cancel, reactivate.

use super::around::Intent;
use super::{CASE, named, shown, subject};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::field::choice::picks;
use crate::app::field::status;
use crate::app::line::Line;
use crate::app::lines::Lines;
use crate::app::overlay::draft::{Draft, Field, Recipe, Value};
use crate::app::pending::{OperationKind, PendingOperation, Staged, Target};
use crate::dataverse::metadata::Required;
use crate::dataverse::{
    Action, Change, Column, ColumnKind, ColumnName, Operation, Patch, Row, Table, TableSchema,
};

/// The table that tells how cases were resolved.
const RESOLUTION: &str = "incidentresolution";
const NOTE: &str = "annotation";
/// What is told of a case without open activities.
pub(super) const NONE_OPEN: &str = "It has no open activities.";
/// The field that asks whether open activities are cancelled first. It is no column.
pub(super) const OPEN_FIRST: &str = "open activities";
/// State codes that every table with states has.
const ACTIVE: i32 = 0;
const RESOLVED: i32 = 1;
const CANCELLED: i32 = 2;

/// The row is not active any more, as far as it was read.
fn is_closed(target: &Target, schema: &TableSchema) -> bool {
    let options = schema.column("statuscode").map_or(&[][..], |column| column.kind.options());
    status::state_of(&target.row, options).is_some_and(|state| state != ACTIVE)
}

impl App {
    pub(super) fn draft_resolution(&mut self, about: Vec<Target>) -> Result<Vec<Effect>, String> {
        let schema = self.schema_of(&about)?;
        let resolutions = self.table_named(RESOLUTION).filter(|_| schema.table.name.as_str() == CASE);
        let resolutions =
            resolutions.ok_or_else(|| format!("{} has no resolution.", schema.table.display_name))?;
        if let Some(closed) = about.iter().find(|target| is_closed(target, &schema)) {
            return Err(format!("{} is not active.  x o reactivates it", closed.name));
        }
        if let [one] = about.as_slice()
            && let Some(draft) = self.parked_about(&one.key())
        {
            return Ok(self.reopen(draft));
        }
        let types = picks(schema.status_of_state(RESOLVED));
        let notes = self.table_named(NOTE);
        let field = |table: &str, column: &str, label: &str, required: bool, value: Value| Field {
            table: table.into(),
            column: column.into(),
            label: label.to_owned(),
            required,
            value,
        };
        let first = (!types.is_empty()).then_some(0);
        let mut fields = vec![
            field(CASE, "statuscode", "Resolution type", true, Value::Pick { options: types, at: first }),
            field(RESOLUTION, "subject", "Resolution", true, Value::Line(Line::default())),
            field(RESOLUTION, "timespent", "Billable minutes", false, Value::Line(Line::default())),
        ];
        if notes.is_some() {
            fields.push(field(NOTE, "notetext", "Note", false, Value::Lines(Lines::new(""))));
        }
        let title = format!("Resolve {}", named(&about));
        let mut draft =
            Draft::new(Recipe::Resolve { resolutions, notes, open: vec![] }, about, title, fields);
        draft.at = 1;
        draft.effects.push("The case is read-only from then on.  x o reactivates it".to_owned());
        draft.effects.push("Open activities of it may be cancelled, or block this.".to_owned());
        let first = draft.about.first().cloned().filter(|_| draft.about.len() == 1);
        let mut effects = self.open_draft(draft);
        effects.extend(first.into_iter().flat_map(|target| self.look_around(Intent::Resolve(target))));
        Ok(effects)
    }

    /// Adds what the environment's own table of resolutions requires, once its columns are here.
    pub(super) fn complete_draft(&mut self) {
        let schemas = &self.schemas;
        let Some(crate::app::overlay::Overlay::Draft(draft)) = self.overlays.last_mut() else { return };
        let Recipe::Resolve { resolutions, .. } = &draft.recipe else { return };
        let Some(schema) = schemas.get(&resolutions.name) else { return };
        let is_asked = |column: &&Column| draft.fields.iter().any(|field| field.column == column.name);
        let is_filled = |column: &&Column| {
            matches!(
                column.kind,
                ColumnKind::Lookup { .. } | ColumnKind::State { .. } | ColumnKind::Status { .. }
            )
        };
        let more: Vec<Field> = schema
            .columns
            .iter()
            .filter(|column| column.required == Required::Application && column.creatable && !column.computed)
            .filter(|column| !is_asked(column) && !is_filled(column))
            .map(|column| super::new_row::field(&resolutions.name, column, true))
            .collect();
        let behind = draft.fields.len().min(3);
        draft.fields.splice(behind..behind, more);
    }

    pub(super) fn resolutions(
        &mut self,
        draft: &Draft,
        notes: Option<&Table>,
        values: &[(Field, Staged)],
    ) -> Result<Vec<PendingOperation>, String> {
        let of = |table: &str| {
            let of_table = values.iter().filter(move |(field, _)| field.table.as_str() == table);
            of_table.map(|(field, staged)| (field.column.clone(), staged.change.clone())).collect::<Vec<_>>()
        };
        let status = of(CASE).into_iter().find_map(|(_, change)| match change {
            Change::Number(number) => number.parse().ok(),
            _ => None,
        });
        let status = status.ok_or("Resolution type is required.")?;
        let (resolution, text) = (of(RESOLUTION), of(NOTE));
        let first = values.iter().find(|(field, _)| field.column.as_str() == OPEN_FIRST);
        let cancelled = first.is_some_and(|(_, staged)| staged.change == Change::YesNo(true));
        let mut operations = match cancelled {
            true => self.cancelled(draft)?,
            false => vec![],
        };
        for target in &draft.about {
            let close = Action::close_incident(subject(target), status, &resolution);
            let operation = match notes.filter(|_| !text.is_empty()) {
                None => Operation::Act(close),
                Some(notes) => {
                    let mut values = text.clone();
                    let link = self.link_to(&notes.name, "objectid", target)?;
                    values.push(("objectid".into(), link));
                    let note = self.new_row(notes, values, false);
                    Operation::CreateAndAct(note, close)
                }
            };
            let title = format!("resolve {}", target.name);
            let mut staged = self.operation(OperationKind::Close, Some(target.clone()), title, operation);
            staged.values = shown(values);
            if !cancelled && !draft.effects.iter().any(|effect| effect == NONE_OPEN) {
                staged.effects.push("Open activities may be cancelled, or block this.".to_owned());
            }
            operations.push(staged);
        }
        Ok(operations)
    }

    /// The end of each open activity of the case, before the case itself.
    fn cancelled(&mut self, draft: &Draft) -> Result<Vec<PendingOperation>, String> {
        let (Recipe::Resolve { open, .. }, [case]) = (&draft.recipe, draft.about.as_slice()) else {
            return Ok(vec![]);
        };
        let mut operations = Vec::new();
        for activity in open {
            let table = self.table_named(activity.table.as_str());
            let table = table.ok_or_else(|| format!("{} cannot be cancelled from here.", activity.kind))?;
            let row = Row::from_json(format!("{{\"statecode\":{}}}", activity.state));
            let row = row.map_err(|error| error.to_string())?;
            // The server takes the usual reason of the state.
            let changes = vec![("statecode".into(), Change::Number(CANCELLED.to_string()))];
            let patch = Patch::new(&table, activity.id, &row, changes);
            let target = Target { table, id: activity.id, name: activity.subject.clone(), row };
            let title = format!("cancel {} {}", activity.kind.to_lowercase(), activity.subject);
            let mut operation =
                self.operation(OperationKind::Act, Some(target), title, Operation::Update(patch));
            operation.into = Some(case.key());
            operations.push(operation);
        }
        Ok(operations)
    }

    pub(super) fn stage_cancel(&mut self, about: Vec<Target>) -> Result<Vec<Effect>, String> {
        let schema = self.schema_of(&about)?;
        // Tables other than that of cases are deactivated: they have two states.
        let state = if schema.table.name.as_str() == CASE { CANCELLED } else { RESOLVED };
        if let Some(closed) = about.iter().find(|target| is_closed(target, &schema)) {
            return Err(format!("{} is not active.  x o reactivates it", closed.name));
        }
        let word = if state == CANCELLED { "cancel" } else { "deactivate" };
        self.stage_states(about, &schema, (state, OperationKind::Close, word))
    }

    pub(super) fn stage_reactivate(&mut self, about: Vec<Target>) -> Result<Vec<Effect>, String> {
        let schema = self.schema_of(&about)?;
        if let Some(open) = about.iter().find(|target| !is_closed(target, &schema)) {
            return Err(format!("{} is active.", open.name));
        }
        self.stage_states(about, &schema, (ACTIVE, OperationKind::Reactivate, "reactivate"))
    }

    fn stage_states(
        &mut self,
        about: Vec<Target>,
        schema: &TableSchema,
        (state, kind, word): (i32, OperationKind, &str),
    ) -> Result<Vec<Effect>, String> {
        // The first reason by value is the usual one of a state, except where it is an outcome of its own.
        let reason = picks(schema.status_of_state(state)).into_iter().next();
        let reason =
            reason.ok_or_else(|| format!("{} has no status reason for that.", schema.table.display_name))?;
        let mut operations = Vec::new();
        for target in about {
            let changes: Vec<(ColumnName, Change)> = vec![
                ("statecode".into(), Change::Number(state.to_string())),
                ("statuscode".into(), reason.staged.change.clone()),
            ];
            let patch = Patch::new(&target.table, target.id, &target.row, changes);
            let title = format!("{word} {}", target.name);
            let mut operation = self.operation(kind, Some(target), title, Operation::Update(patch));
            operation.values.push(("Status".to_owned(), reason.staged.text.clone()));
            operations.push(operation);
        }
        self.stage_operations(operations);
        Ok(vec![])
    }
}
