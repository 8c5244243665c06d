//! What a verb is meant for: the marked rows of the grid if there are any, otherwise the row under the cursor.

use super::edit::{row_name, short};
use super::gathering::Then;
use super::overlay::{Overlay, choice_menu};
use super::pending::{Outcome, PendingRow, Staged, Target};
use super::screen::Grid;
use super::{App, Screen};
use crate::dataverse::{Column, ColumnKind, RowId};
use crate::text::grouped;

/// Marked rows that a verb can be applied to, and those it cannot.
#[derive(Debug, Default)]
pub(super) struct Marked {
    pub(super) targets: Vec<Target>,
    /// Why, for each row that is left out.
    pub(super) left_out: Vec<String>,
}

impl Marked {
    pub(super) fn count(&self) -> usize {
        self.targets.len() + self.left_out.len()
    }
}

impl App {
    /// The grid whose marks a verb is meant for.
    fn marked_grid(&self) -> Option<&Grid> {
        match self.screen() {
            _ if self.is_deciding() => None,
            Screen::Grid(grid) if grid.marks.count() > 0 => Some(grid),
            _ => None,
        }
    }

    /// One row is decided about, whatever is marked.
    pub(super) fn is_deciding(&self) -> bool {
        self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Conflict(_)))
    }

    /// What a verb is meant for, as a title says it: `3 marked`, `all 37 matching`, `CAS-01213`.
    pub fn meant(&self, target: &Target) -> String {
        if let Some(all) = self.marked_text_of_query().or_else(|| self.reviewed_text(target)) {
            return all;
        }
        match self.marked_grid() {
            Some(grid) if grid.table.name == target.table.name => format!("{} marked", grid.marks.count()),
            _ => target.name.clone(),
        }
    }

    /// The marked rows; nothing when none is marked.
    pub(super) fn marked(&self) -> Option<Marked> {
        let grid = self.marked_grid()?;
        let mut marked = Marked::default();
        for (id, place) in grid.marks.in_order() {
            match self.marked_target(grid, id, place) {
                Ok(target) => marked.targets.push(target),
                Err(reason) => marked.left_out.push(reason),
            }
        }
        Some(marked)
    }

    fn marked_target(&self, grid: &Grid, id: RowId, place: Option<usize>) -> Result<Target, String> {
        let table = &grid.table;
        let row = place.zip(grid.rows.value()).and_then(|(place, rows)| rows.row(place));
        let row = row.filter(|row| row.id(&table.primary_id) == Some(id)).ok_or("not held")?;
        let name = row_name(grid.schema.as_deref(), table, id, &row);
        if row.etag().is_none() {
            return Err(format!("{name} came without its version"));
        }
        if self.pending.row(&table.name, id).is_some_and(PendingRow::is_sending) {
            return Err(format!("{name} is being saved"));
        }
        Ok(Target { table: table.clone(), id, name, row })
    }

    /// Stages a value on what the verb is meant for, and says on how many rows. Nothing is sent.
    pub(in crate::app) fn stage_meant(&mut self, target: &Target, column: &Column, staged: Staged) {
        if self.edited_in_conflict(&target.key(), column, &staged) {
            return;
        }
        if self.is_marked_by_query() {
            let (target, column) = (Box::new(target.clone()), Box::new(column.clone()));
            return self.gather(Then::Change { target, column, staged });
        }
        match self.marked().or_else(|| self.reviewed_rows(target, &column.name)) {
            Some(marked) => self.stage_on(marked, target, column, &staged),
            None => self.stage(target, column, staged),
        }
    }

    /// What can be done next, as messages say it.
    pub(in crate::app) fn after_staging(&self) -> &'static str {
        match self.screen() {
            Screen::Review(_) => "  u undo",
            _ => "  w review  . repeat",
        }
    }

    /// Stages a value on rows, as it was chosen on one of them.
    pub(super) fn stage_on(&mut self, marked: Marked, target: &Target, column: &Column, staged: &Staged) {
        let Marked { targets, mut left_out } = marked;
        let is_status = matches!(column.kind, ColumnKind::Status { .. });
        let (mut changed, mut same) = (0, 0);
        self.pending.begin_together();
        for target in &targets {
            let is_possible = || choice_menu::picks(target, column).iter().any(|pick| pick.staged == *staged);
            if is_status && !is_possible() {
                left_out.push(format!("{} cannot be {} now", target.name, staged.text));
                continue;
            }
            match self.pending.stage(target, column, staged.clone()) {
                Outcome::Staged { .. } | Outcome::Back => changed += 1,
                Outcome::Unchanged => same += 1,
            }
        }
        self.pending.end_together();
        self.remember_change(target, column, staged);
        let marked = changed + same + left_out.len();
        let which = if matches!(self.screen(), Screen::Review(_)) { "records" } else { "marked" };
        let said = told((marked, which), column, staged, changed, same, &left_out);
        self.say(format!("{said}.{}", self.after_staging()));
    }
}

/// `3 marked: Priority -> High staged`, and which rows were not changed.
fn told(
    (marked, which): (usize, &str),
    column: &Column,
    staged: &Staged,
    changed: usize,
    same: usize,
    left_out: &[String],
) -> String {
    let mut said = format!(
        "{} {which}: {} -> {} staged",
        grouped(marked as u64),
        column.display_name,
        short(&staged.text)
    );
    if changed < marked {
        said.push_str(&format!(" on {}", grouped(changed as u64)));
    }
    if same > 0 {
        let have = if same == 1 { "has" } else { "have" };
        said.push_str(&format!(", {} {have} it already", grouped(same as u64)));
    }
    match left_out {
        [] => {}
        [reason] => said.push_str(&format!(", 1 left out: {reason}")),
        [reason, ..] => said.push_str(&format!(", {} left out, the first: {reason}", left_out.len())),
    }
    said
}
