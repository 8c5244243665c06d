//! What is done with a row beside changing its columns: the verbs of the case desk, and making and deleting rows. All
//! of it is staged.
//!
//! Must not know: how something is sent.

mod activity;
mod adding;
pub mod around;
mod attaching;
mod closing;
mod linking;
mod new_row;
mod parked;
mod queue;
mod restoring;
mod workflow;

use std::sync::Arc;

use uuid::Uuid;

pub use attaching::MOST_STAGED;
pub use linking::Anchor;
pub(in crate::app) use linking::Attaching;
pub(in crate::app) use parked::Parked;
pub(in crate::app) use workflow::UP_TO_IT;

use super::App;
use super::command::act::ActCommand;
use super::effect::{Effect, Request};
use super::event::Learned;
use super::field::{self, written};
use super::gathering::{Gathering, Then};
use super::key::{Input, Key};
use super::notice::Notice;
use super::overlay::Overlay;
use super::overlay::draft::{Did, Draft, Field, Recipe, Value};
use super::pending::{OperationId, OperationKind, PendingOperation, RowState, Staged, Target};
use super::problem::Problem;
use super::tickets::Slot;
use crate::dataverse::{
    Change, Column, Deletion, Error, LookupPath, Operation, Row, Subject, Table, TableName, TableSchema,
};

/// Whether a verb has to know all rows that it is for before it begins; nothing for those that are for one row.
fn of_many(command: ActCommand) -> Option<bool> {
    match command {
        ActCommand::Assign | ActCommand::AssignToMe | ActCommand::FollowUp | ActCommand::New => Some(false),
        ActCommand::Resolve
        | ActCommand::Cancel
        | ActCommand::Reactivate
        | ActCommand::Note
        | ActCommand::Task
        | ActCommand::PhoneCall
        | ActCommand::ToQueue
        | ActCommand::Workflow
        | ActCommand::Delete => Some(true),
        ActCommand::Pick
        | ActCommand::Release
        | ActCommand::Child
        | ActCommand::Merge
        | ActCommand::Duplicate => None,
    }
}

/// Fields with what is in them.
type Values = Vec<(Field, Staged)>;

/// Why a form is not staged now.
enum NotYet {
    /// The columns of its tables are not here.
    Columns,
    /// The file at this path has to be read first.
    File(String),
    /// Something is wrong with the field at this place.
    Wrong(usize, String),
}

/// The table of cases.
pub const CASE: &str = "incident";

impl App {
    /// What new rows of this session are called by: a namespace for their ids. Without it they are the same each time.
    pub fn know_seed(&mut self, seed: Uuid) {
        self.seed = seed;
    }

    pub(in crate::app) fn new_id(&mut self) -> Uuid {
        self.made += 1;
        Uuid::new_v5(&self.seed, &self.made.to_be_bytes())
    }

    /// Runs a verb on the marked rows, or on the row under the cursor.
    pub(in crate::app) fn run_act(&mut self, command: ActCommand) -> Vec<Effect> {
        self.try_act(command).unwrap_or_else(|reason| {
            self.say(reason);
            vec![]
        })
    }

    fn try_act(&mut self, command: ActCommand) -> Result<Vec<Effect>, String> {
        if self.gathered.is_none() && self.is_marked_by_query() && command != ActCommand::New {
            match of_many(command) {
                Some(true) => {
                    self.edit_target()?;
                    self.gather(Then::Act(command, None));
                    return Ok(vec![]);
                }
                Some(false) => {}
                None => return Err("That is done with one row at a time.  M n clears the marks".to_owned()),
            }
        }
        let about = match command {
            ActCommand::New => vec![],
            _ => self.meant_rows()?,
        };
        match command {
            ActCommand::New => self.draft_new(None),
            ActCommand::Duplicate => {
                let one = about.into_iter().next().ok_or("There is no row here.")?;
                self.draft_new(Some(one))
            }
            ActCommand::Delete => Ok(self.stage_deletes(about)),
            ActCommand::Resolve => self.draft_resolution(about),
            ActCommand::Cancel => self.stage_cancel(about),
            ActCommand::Reactivate => self.stage_reactivate(about),
            ActCommand::Assign => self.lookup_of(&about, "ownerid"),
            ActCommand::AssignToMe => self.assign_to_me(&about),
            ActCommand::FollowUp => self.edit_of(&about, "followupby"),
            ActCommand::Note => self.draft_activity(about, &activity::NOTE),
            ActCommand::Task => self.draft_activity(about, &activity::TASK),
            ActCommand::PhoneCall => self.draft_activity(about, &activity::PHONE_CALL),
            ActCommand::Child => self.draft_child(about),
            ActCommand::ToQueue => self.choose_queue(about),
            ActCommand::Workflow => self.choose_workflow(about),
            ActCommand::Merge => self.choose_merge(about),
            ActCommand::Pick => {
                let one = self.only_one(about)?;
                Ok(self.look_around(around::Intent::Pick(one)))
            }
            ActCommand::Release => {
                let one = self.only_one(about)?;
                Ok(self.look_around(around::Intent::Release(one)))
            }
        }
    }

    /// Opens the form of a verb, fills one field and stages it.
    pub(in crate::app) fn act_with(&mut self, command: ActCommand, column: &str, text: &str) -> Vec<Effect> {
        let mut effects = self.run_act(command);
        if self.gathering.as_deref().map(Gathering::then) == Some(&Then::Act(command, None)) {
            self.gather(Then::Act(command, Some((column.to_owned(), text.to_owned()))));
            return effects;
        }
        let Some(draft) = self.draft_mut() else { return effects };
        if let Some(field) = draft.fields.iter_mut().find(|field| field.column.as_str() == column) {
            field.fill(text);
        }
        effects.extend(self.finish_draft());
        effects
    }

    /// What a verb is meant for now, in words.
    ///
    /// # Errors
    ///
    /// A sentence that says why there is nothing.
    pub fn meant_text(&self) -> Result<String, String> {
        self.edit_target().map(|(target, _)| format!("on {}", self.meant(&target)))
    }

    /// The rows that a verb is meant for: never none.
    fn meant_rows(&self) -> Result<Vec<Target>, String> {
        let (target, _) = self.edit_target()?;
        if let Some(gathered) = &self.gathered {
            return Ok(gathered.clone());
        }
        Ok(match self.marked() {
            Some(marked) => marked.targets,
            None => vec![target],
        })
    }

    /// The columns of the table of rows.
    fn schema_of(&self, about: &[Target]) -> Result<Arc<TableSchema>, String> {
        let table = about.first().map(|target| &target.table.name);
        let schema = table.and_then(|table| self.schemas.get(table));
        schema.cloned().ok_or_else(|| "The table's columns have not been read yet.".to_owned())
    }

    fn column_of(&self, about: &[Target], name: &str) -> Result<(Target, Column), String> {
        let schema = self.schema_of(about)?;
        let target = about.first().ok_or("There is no row here.")?;
        let column = schema.column(name);
        let column = column.ok_or_else(|| format!("{} has no {name}.", target.table.display_name))?;
        Ok((target.clone(), column.clone()))
    }

    fn lookup_of(&mut self, about: &[Target], name: &str) -> Result<Vec<Effect>, String> {
        let (target, column) = self.column_of(about, name)?;
        Ok(self.open_lookup(target, column))
    }

    fn edit_of(&mut self, about: &[Target], name: &str) -> Result<Vec<Effect>, String> {
        let (target, column) = self.column_of(about, name)?;
        Ok(self.open_editor(target, column))
    }

    /// Stages one operation a row, all of them undone by one key, and says so.
    fn stage_operations(&mut self, operations: Vec<PendingOperation>) {
        let said = match operations.as_slice() {
            [] => return,
            [one] => format!("Staged: {}.  w reviews it", one.title),
            [first, rest @ ..] => {
                format!("Staged: {}, and {} more.  w reviews them", first.title, rest.len())
            }
        };
        self.pending.begin_together();
        for operation in operations {
            self.pending.add(operation);
        }
        self.pending.end_together();
        self.say(said);
    }

    /// Stages one operation.
    pub(in crate::app) fn stage_one(
        &mut self,
        about: Target,
        title: String,
        operation: Operation,
        values: Vec<(String, String)>,
        effects: Vec<String>,
    ) {
        let operation = self.operation(OperationKind::Act, Some(about), title, operation);
        self.stage_operations(vec![PendingOperation { values, effects, ..operation }]);
    }

    fn operation(
        &mut self,
        kind: OperationKind,
        about: Option<Target>,
        title: String,
        operation: Operation,
    ) -> PendingOperation {
        PendingOperation {
            id: OperationId(self.new_id()),
            kind,
            about,
            into: None,
            title,
            values: vec![],
            effects: vec![],
            operation,
            state: RowState::Waiting,
            included: true,
        }
    }

    fn stage_deletes(&mut self, about: Vec<Target>) -> Vec<Effect> {
        let mut operations = Vec::new();
        for target in about {
            if self.pending.about(&target.key()).any(|known| known.kind == OperationKind::Delete) {
                continue;
            }
            let deletion = Deletion::new(&target.table, target.id, &target.row);
            let title = format!("delete {} {}", target.table.display_name, target.name);
            let mut operation =
                self.operation(OperationKind::Delete, Some(target), title, Operation::Delete(deletion));
            operation.effects.push("What hangs on it may go with it. It cannot be taken back.".to_owned());
            operations.push(operation);
        }
        if operations.is_empty() {
            self.say("It is to be deleted already.  w reviews it");
        }
        self.stage_operations(operations);
        vec![]
    }

    /// Opens a form, and reads the columns that it needs where they are not here.
    fn open_draft(&mut self, draft: Draft) -> Vec<Effect> {
        let effects = self.learn(&draft);
        self.overlays.push(Overlay::Draft(Box::new(draft)));
        self.complete_draft();
        effects
    }

    /// The form that has the keys.
    fn draft_mut(&mut self) -> Option<&mut Draft> {
        match self.overlays.last_mut() {
            Some(Overlay::Draft(draft)) => Some(draft),
            _ => None,
        }
    }

    fn is_learned(&self, table: &Table) -> bool {
        self.schemas.contains_key(&table.name) && self.lookup_paths.contains_key(&table.name)
    }

    fn learn(&mut self, draft: &Draft) -> Vec<Effect> {
        let wanted: Vec<Table> = draft.tables().into_iter().filter(|table| !self.is_learned(table)).collect();
        if wanted.is_empty() {
            return vec![];
        }
        self.read_columns(wanted)
    }

    /// Reads the columns of tables. What waited for those of others is not waited for any more.
    pub(in crate::app) fn read_columns(&mut self, of: Vec<Table>) -> Vec<Effect> {
        self.columns_stopped();
        vec![Effect::Run(self.tickets.issue(Slot::Learn), Request::Learn(of))]
    }

    /// The columns will not come; answers whether a value in the review waited for them.
    pub(in crate::app) fn columns_stopped(&mut self) -> bool {
        self.adding = None;
        self.reviewed.take_if(|reviewed| reviewed.waits).is_some()
    }

    /// Keeps the columns of tables, and how their lookups are written.
    pub(in crate::app) fn know_columns(&mut self, learned: Vec<Learned>) {
        for (schema, paths) in learned {
            self.lookup_paths.insert(schema.table.name.clone(), paths);
            self.schemas.entry(schema.table.name.clone()).or_insert(schema);
        }
    }

    /// The columns of tables came; a form that waits for them is staged.
    pub(in crate::app) fn learned(&mut self, result: Result<Vec<Learned>, Error>) -> Vec<Effect> {
        match result {
            Ok(learned) => {
                self.know_columns(learned);
                self.complete_draft();
                if self.adding.is_some() {
                    return self.add_on();
                }
                if matches!(self.overlays.last(), Some(Overlay::Draft(draft)) if draft.is_waiting) {
                    return self.finish_draft();
                }
                return self.edit_learned();
            }
            Err(error) => {
                let what = match self.columns_stopped() {
                    true => "Cannot read the columns of what is to be edited",
                    false => "Cannot read the columns of what is to be made",
                };
                if let Some(draft) = self.draft_mut() {
                    draft.is_waiting = false;
                }
                let problem = Problem::of(what, &error);
                self.notice = Some(Notice::Problem(problem));
            }
        }
        vec![]
    }

    pub(in crate::app) fn draft_input(&mut self, input: &Input) -> Vec<Effect> {
        let is_reading = self.tickets.is_busy(Slot::FileToSend);
        let Some(draft) = self.draft_mut() else { return vec![] };
        if is_reading && draft.is_waiting && matches!(input, Input::Key(Key::Esc | Key::Ctrl('g' | 'c'))) {
            return self.cancel(Slot::FileToSend);
        }
        match draft.input(input) {
            Did::Finished => return self.finish_draft(),
            Did::Closed => {
                self.overlays.pop();
                self.notice = None;
            }
            Did::Stayed => {}
            Did::Visited => return self.visit_activity(),
            Did::Searched => return self.search_for_draft(),
            Did::Nothing => {
                if let Input::Key(key) = input {
                    draft.problem = Some(format!("`{key}` does nothing here. Ctrl-D stages, Esc cancels."));
                }
            }
        }
        vec![]
    }

    /// Stages what the form holds, as soon as the columns of its tables are here, or says what is wrong with it.
    fn finish_draft(&mut self) -> Vec<Effect> {
        let Some(draft) = self.draft_mut().cloned() else { return vec![] };
        let staged = match self.read_draft(&draft) {
            Ok(values) => self.stage_draft(&draft, values),
            Err(NotYet::Columns) => {
                let effects = match self.tickets.is_busy(Slot::Learn) {
                    true => vec![],
                    false => self.learn(&draft),
                };
                self.wait_with_draft("It is staged as soon as the columns are here.");
                return effects;
            }
            Err(NotYet::File(path)) => {
                self.wait_with_draft("It is staged as soon as the file is read.");
                return vec![Effect::Run(self.tickets.issue(Slot::FileToSend), Request::ReadFile(path))];
            }
            Err(NotYet::Wrong(at, problem)) => {
                if let Some(draft) = self.draft_mut() {
                    (draft.at, draft.problem, draft.is_waiting) = (at, Some(problem), false);
                }
                return vec![];
            }
        };
        match staged {
            Ok(operations) => {
                self.overlays.pop();
                self.stage_operations(operations);
            }
            Err(problem) => {
                if let Some(draft) = self.draft_mut() {
                    (draft.problem, draft.is_waiting) = (Some(problem), false);
                }
            }
        }
        vec![]
    }

    fn wait_with_draft(&mut self, said: &str) {
        if let Some(draft) = self.draft_mut() {
            (draft.problem, draft.is_waiting) = (Some(said.to_owned()), true);
        }
    }

    /// The values of the fields that are not empty.
    fn read_draft(&self, draft: &Draft) -> Result<Values, NotYet> {
        if let Some((at, field)) = draft.missing().next() {
            return Err(NotYet::Wrong(at, format!("{} is required.", field.label)));
        }
        if !draft.tables().iter().all(|table| self.is_learned(table)) {
            return Err(NotYet::Columns);
        }
        let nothing = Row::empty();
        let mut values = Vec::new();
        for (at, field) in draft.fields.iter().enumerate().filter(|(_, field)| !field.is_empty()) {
            if let Some(staged) = field.picked() {
                values.push((field.clone(), staged));
                continue;
            }
            if let Value::Row { hit: Some(hit), .. } = &field.value {
                let change = self.link(&field.table, &field.column, hit);
                let change = change.map_err(|why| NotYet::Wrong(at, why))?;
                values.push((field.clone(), Staged { change, text: hit.name.clone() }));
                continue;
            }
            if let Value::File { line, read } = &field.value {
                let Some(file) = read else { return Err(NotYet::File(line.text().trim().to_owned())) };
                let file = attaching::values(field, file, draft.about.len());
                values.extend(file.map_err(|why| NotYet::Wrong(at, why))?);
                continue;
            }
            let schema = self.schemas.get(&field.table);
            let Some(column) = schema.and_then(|schema| schema.column(field.column.as_str())) else {
                return Err(NotYet::Wrong(at, format!("{} is no column here.", field.label)));
            };
            let staged = field::writable(column, field::Purpose::Create)
                .and_then(|()| written::read(column, &field.text(), &nothing, self.now, &self.zone));
            let staged = staged.map_err(|why| NotYet::Wrong(at, format!("{}: {why}", field.label)))?;
            values.push((field.clone(), staged));
        }
        Ok(values)
    }

    fn stage_draft(
        &mut self,
        draft: &Draft,
        values: Vec<(Field, Staged)>,
    ) -> Result<Vec<PendingOperation>, String> {
        match draft.recipe.clone() {
            Recipe::Resolve { notes, .. } => self.resolutions(draft, notes.as_ref(), &values),
            Recipe::Create { table, link, given, word } => {
                self.new_rows(draft, (&table, link.as_ref(), &given, &word), &values)
            }
        }
    }

    /// How a lookup of a table is written that is to point to a row.
    fn link_to(&self, table: &TableName, column: &str, to: &Target) -> Result<Change, String> {
        let paths = self.lookup_paths.get(table).map_or(&[][..], Vec::as_slice);
        let of_column = |path: &&LookupPath| path.column.as_str() == column;
        let path = paths.iter().find(|path| of_column(path) && path.target == to.table.name);
        let path = path.ok_or_else(|| {
            format!("{} cannot be linked here: the service names no way to write it.", to.table.display_name)
        })?;
        let to = Some((to.table.set.clone(), to.id));
        Ok(Change::Link { navigation: path.navigation.clone(), to })
    }

    pub(in crate::app) fn table_named(&self, name: &str) -> Option<Table> {
        let tables = self.tables.value()?;
        tables.iter().find(|table| table.name.as_str() == name).cloned()
    }
}

/// A row as an action is about it.
fn subject(target: &Target) -> Subject {
    Subject {
        set: target.table.set.clone(),
        primary_id: target.table.primary_id.clone(),
        id: target.id,
        etag: target.row.etag().unwrap_or_default().into_owned(),
        done: None,
    }
}

/// Fields with their values, as the review lists them. What goes along with another column has no label.
fn shown(values: &[(Field, Staged)]) -> Vec<(String, String)> {
    let told = values.iter().filter(|(field, _)| !field.label.is_empty());
    told.map(|(field, staged)| (field.label.clone(), staged.text.clone())).collect()
}

/// `CAS-01213` for one row, `3 marked` for more.
fn named(about: &[Target]) -> String {
    match about {
        [one] => one.name.clone(),
        more => format!("{} marked", more.len()),
    }
}
