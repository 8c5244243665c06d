//! `c`: which of the table's choices to change.

use super::Overlay;
use super::menu::{Answer, Menu};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::field::{self, Way};
use crate::app::key::Input;
use crate::app::pending::Target;
use crate::dataverse::{Column, ColumnKind, ColumnName, TableSchema};

/// The menu of the columns that `c` can change.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnMenu {
    /// The row.
    pub target: Target,
    /// The columns, as the menu lists them.
    pub menu: Menu,
    columns: Vec<Column>,
}

impl ColumnMenu {
    /// The table's own choices, status and yes/no columns, those of the grid first; none without such a column.
    pub fn new(target: Target, schema: &TableSchema) -> Option<Self> {
        let columns = columns(schema);
        if columns.is_empty() {
            return None;
        }
        let cells: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let values = target.row.cells(&cells);
        let entries = columns.iter().zip(&values).map(|(column, cell)| {
            let value = cell.as_ref().and_then(|cell| cell.text()).unwrap_or_default();
            (column.display_name.clone(), value.into_owned())
        });
        let menu = Menu::new(entries);
        Some(Self { menu, columns, target })
    }
}

/// The columns that are picked from a menu: first those that a grid shows, then choices, then yes or no, by label.
fn columns(schema: &TableSchema) -> Vec<Column> {
    let mut rest: Vec<&Column> = schema.columns.iter().collect();
    rest.sort_by_key(|column| {
        let yes_no = matches!(column.kind, ColumnKind::YesNo { .. });
        (yes_no, column.display_name.to_lowercase(), column.name.clone())
    });
    let mut seen: Vec<&ColumnName> = Vec::new();
    let mut columns = Vec::new();
    for column in schema.default_columns().into_iter().chain(rest) {
        if matches!(field::way(column), Ok(Way::Menu | Way::Several)) && !seen.contains(&&column.name) {
            seen.push(&column.name);
            columns.push(column.clone());
        }
    }
    columns
}

impl App {
    pub(super) fn column_menu_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::ColumnMenu(menu)) = self.overlays.last_mut() else { return vec![] };
        match menu.menu.input(input) {
            Answer::Picked(index) => {
                let picked = menu.columns.get(index).cloned();
                let target = menu.target.clone();
                self.overlays.pop();
                if let Some(column) = picked {
                    return self.open_editor(target, column);
                }
            }
            Answer::Closed => drop(self.overlays.pop()),
            Answer::Stays => {}
            Answer::Unknown(key) => self.say(format!("`c {key}` does nothing here.  Esc closes")),
        }
        vec![]
    }
}
