//! Queues, merging, and rows that a form or a verb asks for: what is chosen in the editor of a lookup.

use uuid::Uuid;

use super::{CASE, subject};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::finding::Hit;
use crate::app::overlay::Overlay;
use crate::app::overlay::draft::Value;
use crate::app::overlay::lookup::{Purpose, Wish};
use crate::app::pending::{OperationKind, PendingOperation, RowKey, Target};
use crate::dataverse::metadata::Required;
use crate::dataverse::{Action, Column, ColumnKind, Operation, Row, RowId, TableName};

const QUEUE: &str = "queue";

impl App {
    pub(super) fn choose_queue(&mut self, about: Vec<Target>) -> Result<Vec<Effect>, String> {
        let target = about.first().cloned().ok_or("There is no row here.")?;
        Ok(self.open_search(target, chosen("Queue", QUEUE.into()), Purpose::Queue(about)))
    }

    pub(super) fn choose_merge(&mut self, about: Vec<Target>) -> Result<Vec<Effect>, String> {
        let [one] = about.as_slice() else { return Err("One row at a time can be merged.".to_owned()) };
        if ![CASE, "account", "contact", "lead"].contains(&one.table.name.as_str()) {
            return Err(format!("{} cannot be merged.", one.table.collection_name));
        }
        let column = chosen(
            &format!("{} that {} goes into", one.table.display_name, one.name),
            one.table.name.clone(),
        );
        Ok(self.open_search(one.clone(), column, Purpose::Merge(Box::new(one.clone()))))
    }

    pub(super) fn assign_to_me(&mut self, about: &[Target]) -> Result<Vec<Effect>, String> {
        let people = self.table_named("systemuser").ok_or("There is no table of people here.")?;
        let me = self.me(&people).ok_or("Who you are is not known here.")?;
        let mut effects = self.lookup_of(about, "ownerid")?;
        effects.extend(self.wish(Wish::Set(Box::new(me.hit))));
        Ok(effects)
    }

    /// Searches for the row of the field with the cursor.
    pub(super) fn search_for_draft(&mut self) -> Vec<Effect> {
        let Some(Overlay::Draft(draft)) = self.overlays.last() else { return vec![] };
        let Some(Value::Row { column, .. }) = draft.fields.get(draft.at).map(|field| &field.value) else {
            return vec![];
        };
        let Some(table) = draft.tables().into_iter().next() else { return vec![] };
        let target = Target { table, id: RowId(Uuid::nil()), name: draft.title.clone(), row: Row::empty() };
        let column = (**column).clone();
        self.open_search(target, column, Purpose::Draft)
    }

    /// A row was chosen for something else than a cell.
    pub(in crate::app) fn chose(&mut self, purpose: Purpose, hit: Hit) -> Vec<Effect> {
        match purpose {
            Purpose::Cell => {}
            Purpose::Attach(anchor) => return self.attach_chosen(*anchor, hit),
            Purpose::Draft => {
                if let Some(draft) = self.draft_mut()
                    && let Some(field) = draft.fields.get_mut(draft.at)
                    && let Value::Row { hit: chosen, .. } = &mut field.value
                {
                    *chosen = Some(Box::new(hit));
                    draft.problem = None;
                }
            }
            Purpose::Queue(about) => {
                let operations = about.into_iter().map(|target| self.queued(target, &hit)).collect();
                self.stage_operations(operations);
            }
            Purpose::Merge(target) if target.id == hit.id => {
                self.say("A row cannot be merged into itself.");
            }
            Purpose::Merge(target) => {
                let operation = self.merge_into(*target, hit);
                self.stage_operations(vec![operation]);
            }
        }
        vec![]
    }

    fn queued(&mut self, target: Target, queue: &Hit) -> PendingOperation {
        let action = Action::add_to_queue(queue.id, &target.table, subject(&target), None);
        let title = format!("put {} into {}", target.name, queue.name);
        self.operation(OperationKind::Act, Some(target), title, Operation::Act(action))
    }

    fn merge_into(&mut self, target: Target, into: Hit) -> PendingOperation {
        let action = Action::merge(&target.table, into.id, subject(&target));
        let title = format!("merge {} into {}", target.name, into.name);
        let gone = format!("{} is closed for good, and what hangs on it moves.", target.name);
        let mut operation = self.operation(OperationKind::Merge, Some(target), title, Operation::Act(action));
        operation.into = Some(RowKey { table: into.table.name, id: into.id });
        operation.effects.push(gone);
        operation
    }
}

/// A lookup that no table has: what is chosen in it goes into an action.
pub(super) fn chosen(label: &str, target: TableName) -> Column {
    Column {
        name: target.as_str().into(),
        display_name: label.to_owned(),
        kind: ColumnKind::Lookup { targets: vec![target] },
        required: Required::None,
        updatable: true,
        creatable: true,
        secured: false,
        computed: false,
        is_custom: false,
    }
}
