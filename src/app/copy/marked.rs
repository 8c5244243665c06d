//! What is copied of marked rows: one line for each, in their order.

use super::{Subject, header, table};
use crate::app::command::copy::CopyCommand;
use crate::app::{App, Screen};
use crate::text::grouped;

impl App {
    /// The text that a command copies of the marked rows, and how many of them are in it; nothing when none is marked or
    /// the command is not about rows.
    pub(super) fn text_of_marked(&self, command: CopyCommand) -> Option<Result<(String, String), String>> {
        use CopyCommand as C;
        let of_rows = matches!(
            command,
            C::Cell | C::Raw | C::Row | C::RowWithHeader | C::Markdown | C::Json | C::Id | C::Name | C::Link
        );
        let Screen::Grid(grid) = self.screen() else { return None };
        let marked = grid.marks.count();
        if of_rows && grid.marks.query_text().is_some() {
            return Some(Err(
                "All rows of the query are marked. M n, then M a marks those that are held".into()
            ));
        }
        if !of_rows || marked == 0 {
            return None;
        }
        let held = grid.marks.in_order().into_iter().filter_map(|(id, place)| {
            let row = grid.rows.value()?.row(place?)?;
            (row.id(&grid.table.primary_id) == Some(id)).then(|| Subject::of_grid(grid, row))
        });
        let subjects: Vec<Subject<'_>> = held.collect();
        let Some(first) = subjects.first() else {
            return Some(Err("No marked row is held. M n clears the marks".into()));
        };
        let lines = || -> Vec<Vec<String>> { subjects.iter().map(|one| self.cells(one)).collect() };
        let text = match command {
            C::Row => table::tsv(&lines()),
            C::RowWithHeader => table::tsv(&[vec![header(first)], lines()].concat()),
            C::Markdown => table::markdown(&header(first), &lines()),
            // A value that is not there leaves its line empty: the lines stay those of the rows.
            C::Cell | C::Raw => {
                let cell = |one| vec![self.text_of_subject(one, command).unwrap_or_default()];
                table::tsv(&subjects.iter().map(cell).collect::<Vec<_>>())
            }
            _ => {
                let texts = subjects.iter().map(|one| self.text_of_subject(one, command));
                match texts.collect::<Result<Vec<_>, _>>() {
                    Ok(texts) => texts.join("\n"),
                    Err(reason) => return Some(Err(reason)),
                }
            }
        };
        let (copied, marked) = (grouped(subjects.len() as u64), grouped(marked as u64));
        let rows = match copied == marked {
            true if copied == "1" => "1 marked row".to_owned(),
            true => format!("{marked} rows"),
            false => format!("{copied} of {marked} rows (others not held)"),
        };
        Some(Ok((text, rows)))
    }
}
