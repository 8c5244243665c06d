//! What was written on a row and waits to be sent, as its timeline shows it: notes, tasks, phone calls.

use super::timeline::Happened;
use crate::app::App;
use crate::app::pending::{PendingOperation, RowKey};
use crate::dataverse::timeline::{Attachment, Entry};
use crate::dataverse::{Change, Operation, StoredFile};

impl App {
    /// What was written on a row and is not on the server yet; what was staged last is first.
    pub fn unsent_on(&self, key: &RowKey) -> Vec<Happened> {
        let on_it = |pending: &&PendingOperation| {
            pending.about.as_ref().is_some_and(|row| row.id == key.id && row.table.name == key.table)
        };
        let waiting = self.pending.operations().iter().rev().filter(on_it);
        waiting.filter_map(|pending| self.unsent(pending)).collect()
    }

    fn unsent(&self, pending: &PendingOperation) -> Option<Happened> {
        let (Operation::Create(new) | Operation::CreateAndAct(new, _)) = &pending.operation else {
            return None;
        };
        if !matches!(new.primary_id.as_str(), "annotationid" | "activityid") {
            return None;
        }
        let table = self.tables.value()?.iter().find(|table| table.set == new.set)?;
        let text = |name: &str| {
            let value = new.values.iter().find(|(column, _)| column.as_str() == name);
            value.and_then(|(_, change)| match change {
                Change::Text(text) => Some(text.clone()),
                _ => None,
            })
        };
        let said = text("notetext").or_else(|| text("description")).unwrap_or_default();
        let file = text("filename");
        let file = file.map(|name| Attachment { stored: StoredFile::Note(new.id), name, size: None });
        let entry = Entry {
            table: table.name.clone(),
            id: new.id,
            kind: table.display_name.clone(),
            at: None,
            who: None,
            subject: text("subject"),
            text: None,
            incoming: None,
            open: false,
            due: text("scheduledend").and_then(|due| due.parse().ok()),
            files: file.into_iter().collect(),
        };
        let lines = said.lines().map(str::to_owned).collect();
        Some(Happened { entry, lines, unsent: Some(pending.mark()) })
    }
}
