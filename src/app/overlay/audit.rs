//! Who changed a row since it was read, beside what stands against its changes.

use super::Overlay;
use super::conflict::ALWAYS;
use crate::app::effect::{Effect, Request};
use crate::app::load::Load;
use crate::app::pending::RowKey;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::app::{App, panes};
use crate::dataverse::audit::{Audit, Changed};
use crate::dataverse::{self, Column, ColumnKind, Row, TableSchema};

/// A changed column in words: its label, what was and what is. Nothing for one that every change touches.
///
/// A value that one of the rows has is shown as the service formats it there; other choices by their labels.
pub fn in_words(
    change: &Changed,
    schema: Option<&TableSchema>,
    rows: &[&Row],
) -> Option<(String, String, String)> {
    let name = change.column.as_str();
    if ALWAYS.contains(&name) {
        return None;
    }
    let column = schema.and_then(|schema| schema.column(name));
    let label = column.map_or_else(|| name.to_owned(), |column| column.display_name.clone());
    let text =
        |value: &Option<String>| value.as_deref().map_or_else(|| "-".to_owned(), |v| told(v, column, rows));
    Some((label, text(&change.old), text(&change.new)))
}

fn told(value: &str, column: Option<&Column>, rows: &[&Row]) -> String {
    let Some(column) = column else { return value.to_owned() };
    let is_it = |text: &str| match (&column.kind, value.split_once(',')) {
        (ColumnKind::Lookup { .. }, Some((_table, id))) => text.eq_ignore_ascii_case(id),
        _ => text == value,
    };
    let formatted = rows.iter().find_map(|row| {
        let cell = row.cell(&column.property())?;
        is_it(&cell.raw_text()?).then(|| cell.text().map(std::borrow::Cow::into_owned)).flatten()
    });
    let choice = || value.parse().ok().and_then(|value| column.label_of(value)).map(str::to_owned);
    formatted.or_else(choice).unwrap_or_else(|| value.to_owned())
}

impl App {
    /// Reads who changed a row since it was read, where there is room to show it.
    pub(super) fn read_audit(&mut self, key: &RowKey) -> Vec<Effect> {
        let Some(row) = self.pending.row(&key.table, key.id) else { return vec![] };
        if panes::compared_and_audit(self.size).1.is_none() {
            return vec![];
        }
        let since = row.target.row.cell("modifiedon").and_then(|cell| cell.raw_text()?.parse().ok());
        let Some(load) = self.audit_load() else { return vec![] };
        load.start();
        vec![Effect::Run(self.tickets.issue(Slot::Audit), Request::Audit(key.id, since))]
    }

    fn audit_load(&mut self) -> Option<&mut Load<Audit>> {
        self.overlays.iter_mut().rev().find_map(|overlay| match overlay {
            Overlay::Conflict(panel) => Some(&mut panel.audit),
            Overlay::Gone(panel) => Some(&mut panel.audit),
            _ => None,
        })
    }

    /// What the audit tells, or why it tells nothing: then everything else goes on without it.
    pub(in crate::app) fn audit_came(&mut self, result: Result<Audit, dataverse::Error>) {
        let Some(load) = self.audit_load().filter(|load| load.is_pending()) else { return };
        load.finish(result.map_err(|error| match error {
            error if error.is_forbidden() => Problem::new("You may not read the audit."),
            error => Problem::of("The audit could not be read", &error),
        }));
    }

    /// Reading the audit was called off.
    pub(in crate::app) fn audit_stopped(&mut self) {
        if let Some(load) = self.audit_load() {
            load.cancel();
        }
    }

    /// Nobody looks at the audit any more.
    pub(super) fn drop_audit(&mut self) -> Vec<Effect> {
        match self.tickets.cancel(Slot::Audit) {
            true => vec![Effect::Cancel(Slot::Audit)],
            false => vec![],
        }
    }
}
