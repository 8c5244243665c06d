//! The file that goes with a note: it is read when the form is staged.

use std::sync::Arc;

use super::Values;
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::exchanges::size;
use crate::app::overlay::draft::{Field, FileToSend, Value};
use crate::app::pending::Staged;
use crate::dataverse::Change;

/// What is staged is kept in memory and in the journal, for each row: so much at most, in bytes.
pub const MOST_STAGED: u64 = 32_000_000;

/// The columns that a file is sent in. Only the first one is told.
pub(super) fn values(field: &Field, file: &FileToSend, rows: usize) -> Result<Values, String> {
    if file.size.saturating_mul(rows as u64) > MOST_STAGED {
        let (each, most) = (size(file.size), size(MOST_STAGED));
        return Err(format!("{each} on {rows} rows is more than the {most} that can wait. Mark fewer rows."));
    }
    let along = |column: &str, change: Change| {
        let field = Field { column: column.into(), label: String::new(), ..field.clone() };
        (field, Staged { change, text: String::new() })
    };
    let told = format!("{}, {}", file.name, size(file.size));
    Ok(vec![
        (field.clone(), Staged { change: Change::Text(file.body.clone()), text: told }),
        along("filename", Change::Text(file.name.clone())),
        along("mimetype", Change::Text(file.mime_type.clone())),
        along("isdocument", Change::YesNo(true)),
    ])
}

impl App {
    /// The file at a path was read for the form that waits for it, or why not.
    pub(in crate::app) fn file_read(
        &mut self,
        path: &str,
        result: Result<Arc<FileToSend>, String>,
    ) -> Vec<Effect> {
        let Some(draft) = self.draft_mut() else { return vec![] };
        let is_meant =
            |field: &Field| matches!(&field.value, Value::File { line, .. } if line.text().trim() == path);
        let Some(at) = draft.fields.iter().position(is_meant) else { return vec![] };
        if !draft.is_waiting {
            return vec![]; // something was typed meanwhile
        }
        match result {
            Ok(file) => {
                if let Some(Field { value: Value::File { read, .. }, .. }) = draft.fields.get_mut(at) {
                    *read = Some(file);
                }
                self.finish_draft()
            }
            Err(why) => {
                (draft.at, draft.problem, draft.is_waiting) = (at, Some(why), false);
                vec![]
            }
        }
    }

    /// Reading a file was called off: the form stays as it is.
    pub(in crate::app) fn file_stopped(&mut self) {
        if let Some(draft) = self.draft_mut() {
            (draft.problem, draft.is_waiting) = (None, false);
        }
    }
}
