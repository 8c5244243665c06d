//! What the changes of a file do, told from what is sent: the words in the file are those of whoever wrote it.

use serde_json::Value;

use super::checked::{Here, is_version};
use crate::app::desk::UP_TO_IT;
use crate::app::field::{self, choices};
use crate::app::pending::{OperationKind, PendingOperation, RowState, Target};
use crate::dataverse::{
    Action, Association, Change, Column, ColumnKind, ColumnName, Deletion, FileChange, FileColumn, NewRow,
    Operation, Patch, RowId, Subject, Table,
};

/// Labels and values.
type Shown = Vec<(String, String)>;

/// An operation, and what is told of it.
struct Told {
    kind: OperationKind,
    title: String,
    values: Shown,
    operation: Operation,
}

const NOT_OURS: &str = "an operation in it is none that this program makes.";
const OTHER_ROW: &str = "an operation in it is about another record than it says.";

impl Here<'_> {
    /// A value as people read it.
    pub(super) fn text(&self, column: &Column, change: &Change) -> String {
        match (change, &column.kind) {
            (Change::Null | Change::Link { to: None, .. }, _) => "-".to_owned(),
            (Change::Link { to: Some((set, id)), .. }, _) => self.name(set, *id),
            (Change::YesNo(is), ColumnKind::YesNo { yes, no }) => if *is { yes } else { no }.clone(),
            (Change::YesNo(is), _) => is.to_string(),
            (Change::Text(text), ColumnKind::Choices { options }) => {
                let staged = choices::staged(options, &choices::numbers(text));
                if staged.change == *change { staged.text } else { text.clone() }
            }
            (Change::Number(text), _) if !column.kind.options().is_empty() => {
                let label = text.parse().ok().and_then(|value| column.label_of(value));
                label.unwrap_or(text).to_owned()
            }
            (Change::Text(text) | Change::Number(text), _) => {
                let typed = field::begin(column, text.clone(), self.zone);
                let staged = field::read(column, &typed, self.now, self.zone).ok();
                staged.filter(|staged| staged.change == *change).map_or_else(|| text.clone(), |one| one.text)
            }
        }
    }

    /// An operation of the file as it is staged here. `about`: its row, as it is called here.
    pub(super) fn operation(
        &self,
        of: &PendingOperation,
        about: Option<Target>,
    ) -> Result<PendingOperation, String> {
        let Told { kind, title, values, operation } = match &of.operation {
            Operation::Create(new) => self.create(new, about.as_ref())?,
            other => self.on_row(of, other, about.as_ref().ok_or(NOT_OURS)?)?,
        };
        let mut effects = vec!["From a file: it is told here as it is sent.".to_owned()];
        match kind {
            OperationKind::Delete => {
                effects.push("What hangs on it may go with it. It cannot be taken back.".to_owned());
            }
            OperationKind::Merge => {
                effects.push("It is closed for good, and what hangs on it moves.".to_owned());
            }
            OperationKind::Act if operation.runs_workflow() => effects.push(UP_TO_IT.to_owned()),
            _ => {}
        }
        let state = RowState::Waiting;
        Ok(PendingOperation { kind, about, title, values, effects, operation, state, ..of.clone() })
    }

    /// Everything but a new row alone is about a row.
    fn on_row(&self, of: &PendingOperation, operation: &Operation, about: &Target) -> Result<Told, String> {
        let version = || version(about);
        match operation {
            Operation::Create(new) => self.create(new, Some(about)),
            Operation::Update(patch) => self.update(patch, about, of.into.is_some()),
            Operation::Delete(deletion) => {
                is_about(deletion.id, about)?;
                version()?;
                Ok(Told {
                    kind: OperationKind::Delete,
                    title: format!("delete {} {}", about.table.display_name, about.name),
                    values: vec![],
                    operation: Operation::Delete(Deletion::new(&about.table, about.id, &about.row)),
                })
            }
            Operation::Act(action) => {
                let (kind, title, values, action) = self.act(of, action, about)?;
                Ok(Told { kind, title, values, operation: Operation::Act(action) })
            }
            Operation::CreateAndAct(new, action) => {
                let (kind, title, values, action) = self.act(of, action, about)?;
                let made = self.create(new, None)?;
                let Operation::Create(new) = made.operation else { return Err(NOT_OURS.to_owned()) };
                Ok(Told {
                    kind,
                    title: format!("{title} with {}", made.title),
                    values: values.into_iter().chain(made.values).collect(),
                    operation: Operation::CreateAndAct(new, action),
                })
            }
            Operation::File(change) => self.file(change, about),
            Operation::Associate(association) => self.link(association, about),
        }
    }

    fn values(&self, table: &Table, values: &[(ColumnName, Change)]) -> Result<Shown, String> {
        let shown = values.iter().map(|(name, change)| {
            let column = self.column(table, name)?;
            Ok((column.display_name.clone(), self.text(column, change)))
        });
        shown.collect()
    }

    fn create(&self, new: &NewRow, about: Option<&Target>) -> Result<Told, String> {
        let table = self.table_of(&new.set)?;
        let word = table.display_name.to_lowercase();
        let title = match about {
            Some(target) => format!("new {word} on {}", target.name),
            None => format!("a new {word}"),
        };
        let new = NewRow { primary_id: table.primary_id.clone(), ..new.clone() };
        let values = self.values(table, &new.values)?;
        Ok(Told { kind: OperationKind::Create, title, values, operation: Operation::Create(new) })
    }

    fn update(&self, patch: &Patch, about: &Target, is_first: bool) -> Result<Told, String> {
        is_about(patch.id, about)?;
        version(about)?;
        if patch.table != about.table.name {
            return Err(OTHER_ROW.to_owned());
        }
        let state = patch.changes.iter().find(|(name, _)| name.as_str() == "statecode");
        let (kind, word) = match state.map(|(_, change)| change.json()) {
            None => (OperationKind::Act, "update"),
            Some(state) if state == "0" => (OperationKind::Reactivate, "reactivate"),
            Some(_) if is_first => (OperationKind::Act, "end"),
            Some(_) => (OperationKind::Close, "end"),
        };
        let before = patch.before.clone(); // what it was based on, for tables that do not compare versions
        let patch = Patch::new(&about.table, about.id, &about.row, patch.changes.clone());
        let patch = Patch { before, ..patch };
        Ok(Told {
            kind,
            title: format!("{word} {} {}", about.table.display_name, about.name),
            values: self.values(&about.table, &patch.changes)?,
            operation: Operation::Update(patch),
        })
    }

    /// One of the actions that this program stages, with the row that it is about where it stands in what is sent.
    fn act(
        &self,
        of: &PendingOperation,
        action: &Action,
        about: &Target,
    ) -> Result<(OperationKind, String, Shown, Action), String> {
        let subject = action.subject.as_ref().ok_or(NOT_OURS)?;
        is_about(subject.id, about)?;
        version(about)?;
        let body: Value = serde_json::from_str(&action.body).map_err(|_| NOT_OURS)?;
        let (table, key) = (&about.table, about.table.primary_id.as_str());
        let in_body = |member: &str, key: &str| body[member][key].as_str().and_then(|id| id.parse().ok());
        let same = |id: Option<RowId>| if id == Some(about.id) { Ok(()) } else { Err(OTHER_ROW) };
        let name = &about.name;
        let (kind, on, title) = match action.name.as_str() {
            "CloseIncident" => {
                let bound = format!("/{}({})", table.set, about.id);
                if body["IncidentResolution"]["incidentid@odata.bind"] != bound {
                    return Err(OTHER_ROW.to_owned());
                }
                (OperationKind::Close, None, format!("resolve {name}"))
            }
            "Merge" => {
                same(in_body("Subordinate", key))?;
                let into = of.into.as_ref().filter(|into| into.table == table.name).ok_or(NOT_OURS)?;
                if in_body("Target", key) != Some(into.id) {
                    return Err(OTHER_ROW.to_owned());
                }
                let into = self.name(&table.set, into.id);
                (OperationKind::Merge, None, format!("merge {name} into {into}"))
            }
            "AddToQueue" => {
                same(in_body("Target", key))?;
                (OperationKind::Act, Some("queues"), format!("put {name} into a queue"))
            }
            "PickFromQueue" => {
                (OperationKind::Act, Some("queueitems"), format!("pick {name} from its queue"))
            }
            "ReleaseToQueue" => (OperationKind::Act, Some("queueitems"), format!("give {name} back")),
            _ if action.runs_workflow() => {
                same(body["EntityId"].as_str().and_then(|id| id.parse().ok()))?;
                (OperationKind::Act, Some("workflows"), format!("run a workflow on {name}"))
            }
            _ => return Err(NOT_OURS.to_owned()),
        };
        let on = on.map(|set| {
            let id = action.path.strip_prefix(set)?.strip_prefix('(')?.split_once(')')?.0.parse().ok()?;
            Some((set.into(), id))
        });
        let on = on.map(|on| on.ok_or(NOT_OURS)).transpose()?;
        // What stands twice in the text of the file stands once in what is sent, and is what is shown.
        let whole = Action::named(&action.name, on.as_ref().map(|(set, id)| (set, *id)), body.to_string());
        if whole.path != action.path {
            return Err(NOT_OURS.to_owned());
        }
        let mut values: Shown = on.iter().map(|(set, id)| (set.to_string(), id.to_string())).collect();
        match action.name.as_str() {
            "CloseIncident" => values.extend(self.resolution(&body, about)?),
            _ => leaves(&body, "", &mut values),
        }
        let subject = Subject {
            set: table.set.clone(),
            primary_id: table.primary_id.clone(),
            etag: about.row.etag().unwrap_or_default().into_owned(),
            ..subject.clone()
        };
        Ok((kind, title, values, Action { subject: Some(subject), ..whole }))
    }

    /// How a case is resolved, without what says which one.
    fn resolution(&self, body: &Value, about: &Target) -> Result<Shown, String> {
        let mut rest = body.clone();
        let known = rest["IncidentResolution"].as_object_mut().ok_or(NOT_OURS)?;
        known.shift_remove("incidentid@odata.bind");
        if known.shift_remove("@odata.type") != Some("Microsoft.Dynamics.CRM.incidentresolution".into()) {
            return Err(NOT_OURS.to_owned());
        }
        let mut values = Shown::new();
        leaves(&rest, "", &mut values);
        let status = self.column(&about.table, &"statuscode".into()).ok();
        for (label, text) in &mut values {
            if let (true, Some(column)) = (label == "Status", status) {
                *text = self.text(column, &Change::Number(text.clone()));
            }
            if let Some(column) = label.strip_prefix("IncidentResolution.") {
                *label = column.to_owned();
            }
        }
        Ok(values)
    }

    fn file(&self, change: &FileChange, about: &Target) -> Result<Told, String> {
        is_about(change.subject.id, about)?;
        is_about(change.column.id, about)?;
        version(about)?;
        let column = self.column(&about.table, &change.column.column)?;
        let of = FileColumn::of(about.table.set.clone(), about.id, column).ok_or(NOT_OURS)?;
        let staged = FileChange::new(&about.table, &about.row, of, change.file.clone());
        let staged = FileChange { had: change.had.clone(), ..staged };
        let (title, values) = match &change.file {
            Some(file) => (
                format!("put {} into {} of {}", file.name, column.display_name, about.name),
                vec![("File here".to_owned(), file.path.clone())],
            ),
            None => (format!("take the file out of {} of {}", column.display_name, about.name), vec![]),
        };
        Ok(Told { kind: OperationKind::Act, title, values, operation: Operation::File(staged) })
    }

    fn link(&self, association: &Association, about: &Target) -> Result<Told, String> {
        let (from, to) = (&association.from, &association.to);
        let is_it = |(set, id): &(_, RowId)| (set, *id) == (&about.table.set, about.id);
        if !is_it(from) && !is_it(to) {
            return Err(OTHER_ROW.to_owned());
        }
        let title = format!(
            "{} {} {} - {}: {} {}",
            association.verb(),
            self.table_of(&from.0)?.display_name,
            self.name(&from.0, from.1),
            association.navigation,
            self.table_of(&to.0)?.display_name,
            self.name(&to.0, to.1),
        );
        let association = Association {
            to_key: self.table_of(&to.0)?.primary_id.clone(),
            origin: self.origin.to_owned(),
            back: String::new(), // only what is sent is taken from the file
            ..association.clone()
        };
        let operation = Operation::Associate(association);
        Ok(Told { kind: OperationKind::Act, title, values: vec![], operation })
    }
}

fn is_about(id: RowId, about: &Target) -> Result<(), String> {
    if id == about.id { Ok(()) } else { Err(OTHER_ROW.to_owned()) }
}

/// What is sent on the condition that the row is in one version must name one.
fn version(about: &Target) -> Result<(), String> {
    match about.row.etag().is_some_and(|etag| is_version(&etag)) {
        true => Ok(()),
        false => Err(format!("an operation on {} came without a version.", about.name)),
    }
}

/// Everything in a body, each with where it stands.
fn leaves(value: &Value, place: &str, into: &mut Shown) {
    let at = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                leaves(value, &at(name), into);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                leaves(value, &at(&index.to_string()), into);
            }
        }
        Value::String(text) => into.push((place.to_owned(), text.clone())),
        plain => into.push((place.to_owned(), plain.to_string())),
    }
}
