//! A value that waits, edited where it is reviewed: of a run that changes alike, the value of all of it.

use super::lines::Part;
use crate::app::effect::Effect;
use crate::app::marked::Marked;
use crate::app::pending::{Item, RowKey, Target};
use crate::app::{App, Screen};
use crate::dataverse::ColumnName;
use crate::text::grouped;

/// A value of the review that is being edited.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::app) struct Reviewed {
    column: ColumnName,
    /// Each row that waits with it: one, or those of a run.
    rows: Vec<RowKey>,
    /// The columns of the table are being read for it.
    pub(in crate::app) waits: bool,
}

impl App {
    /// What the review's edit is about.
    ///
    /// # Errors
    ///
    /// A sentence that says why nothing can be edited there.
    fn under_review(&self) -> Result<Reviewed, String> {
        let Screen::Review(review) = self.screen() else { return Err("This is not the review.".to_owned()) };
        let line = review.line().ok_or("Nothing is pending.")?;
        let mut rows = Vec::new();
        for item in review.items(line) {
            match item {
                Item::Row(key) if self.pending.is_on_its_way(item) => {
                    let name = self.pending.row(&key.table, key.id).map_or("It", |row| &row.target.name);
                    return Err(format!("{name} is being saved. Wait for the answer."));
                }
                Item::Row(_) if self.pending.state(item).is_some_and(|state| state.is_unsettled()) => {
                    return Err("Enter shows what to do with it.".to_owned());
                }
                Item::Row(key) => rows.push(key.clone()),
                Item::Operation(_) => {
                    return Err(
                        "It is more than the value of a column.  D drops it, then do it again".to_owned()
                    );
                }
            }
        }
        let first = rows.first().and_then(|key| self.pending.row(&key.table, key.id));
        let edits = first.map_or(&[][..], |row| &row.edits);
        let edit = match (line.part, edits) {
            (Part::Value(place), edits) => edits.get(place),
            (_, [only]) => Some(only),
            _ => None,
        };
        let edit = edit.ok_or("Put the cursor on the value that is to be another one.")?;
        Ok(Reviewed { column: edit.column.clone(), rows, waits: false })
    }

    /// Why nothing can be edited where the cursor of the review is.
    pub(in crate::app) fn no_review_edit(&self) -> Option<String> {
        self.read_only().or_else(|| self.under_review().err())
    }

    /// Opens the editor of the value under the cursor, and reads the columns of its table where they are not here.
    pub(super) fn edit_reviewed(&mut self) -> Vec<Effect> {
        match self.under_review() {
            Ok(reviewed) => self.open_reviewed(reviewed),
            Err(why) => {
                self.say(why);
                vec![]
            }
        }
    }

    fn open_reviewed(&mut self, reviewed: Reviewed) -> Vec<Effect> {
        let row = reviewed.rows.first().and_then(|key| self.pending.row(&key.table, key.id));
        let Some(target) = row.map(|row| row.target.clone()) else { return vec![] };
        let Some(schema) = self.schemas.get(&target.table.name) else {
            if reviewed.waits {
                return vec![]; // other columns came
            }
            let effects = self.read_columns(vec![target.table]);
            self.reviewed = Some(Reviewed { waits: true, ..reviewed });
            return effects;
        };
        let Some(column) = schema.column(reviewed.column.as_str()).cloned() else {
            self.say(format!("{} has no column {} any more.", target.table.display_name, reviewed.column));
            return vec![];
        };
        self.reviewed = Some(Reviewed { waits: false, ..reviewed });
        self.open_editor(target, column)
    }

    /// The columns of tables came: the value that waited for them is edited, if the person is still there.
    pub(in crate::app) fn edit_learned(&mut self) -> Vec<Effect> {
        let Some(waiting) = self.reviewed.take().filter(|reviewed| reviewed.waits) else { return vec![] };
        let is_here = self.overlays.is_empty()
            && self.under_review().is_ok_and(|now| now.column == waiting.column && now.rows == waiting.rows);
        if !is_here {
            return vec![];
        }
        self.open_reviewed(waiting)
    }

    /// The run in the review that an edited value of this row is for.
    fn reviewed_run(&self, target: &Target) -> Option<&Reviewed> {
        let run = self.reviewed.as_ref().filter(|reviewed| reviewed.rows.len() > 1)?;
        let is_it = matches!(self.screen(), Screen::Review(_)) && run.rows.first() == Some(&target.key());
        is_it.then_some(run)
    }

    /// The rows that an edited value is for, where it is that of a run in the review.
    pub(in crate::app) fn reviewed_rows(&self, target: &Target, column: &ColumnName) -> Option<Marked> {
        let run = self.reviewed_run(target).filter(|run| run.column == *column)?;
        let mut marked = Marked::default();
        for key in &run.rows {
            match self.pending.row(&key.table, key.id) {
                Some(row) if row.is_sending() => {
                    marked.left_out.push(format!("{} is being saved", row.target.name));
                }
                Some(row) => marked.targets.push(row.target.clone()),
                None => marked.left_out.push("one does not wait any more".to_owned()),
            }
        }
        Some(marked)
    }

    /// `37 Cases`: what an edited value is for, where it is that of a run in the review.
    pub(in crate::app) fn reviewed_text(&self, target: &Target) -> Option<String> {
        let count = grouped(self.reviewed_run(target)?.rows.len() as u64);
        Some(format!("{count} {}", target.table.collection_name))
    }
}
