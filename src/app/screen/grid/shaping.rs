//! Commands that arrange the grid: widths, frozen and hidden columns, labels or raw values; and where a lookup leads.

use super::Grid;
use crate::app::command::grid::GridCommand;
use crate::app::effect::Effect;
use crate::app::layout::staying_columns;
use crate::app::screen::record::Tab;
use crate::app::{App, Screen};
use crate::dataverse::{Column, ColumnKind, RowId, Table};

impl App {
    /// Arranges the grid that is seen, and keeps it so.
    pub(super) fn shape_grid(&mut self, command: GridCommand) -> Vec<Effect> {
        let width = self.grid_size().width;
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let column = grid.active;
        let name = grid.current_column().map(|column| column.display_name.clone()).unwrap_or_default();
        let mut said = None;
        match command {
            GridCommand::Narrower => grid.widen(column, -1),
            GridCommand::Wider => grid.widen(column, 1),
            GridCommand::Fit => {
                grid.fit_column(column);
                said = Some(format!("{name} is as wide as its values."));
            }
            GridCommand::Freeze => {
                grid.freeze(column);
                let staying = staying_columns(&grid.wishes(), grid.frozen, width);
                said = Some(match grid.frozen {
                    1 if column > 0 => "Only the first column stays at the left.".to_owned(),
                    1 => format!("{name} stays at the left."),
                    count if staying < count => {
                        format!(
                            "{count} columns are frozen, up to {name}; {staying} fit here.  ! again frees them"
                        )
                    }
                    count => format!("{count} columns stay at the left, up to {name}.  ! again frees them"),
                });
            }
            GridCommand::Hide => {
                let hidden = grid.hide(column);
                grid.filter_again();
                said = Some(match hidden {
                    Some(_) => format!("{name} is hidden.  C brings it back"),
                    None => "The last column stays.".to_owned(),
                });
            }
            _ => {}
        }
        if let (GridCommand::Narrower | GridCommand::Wider, Some(width)) = (command, grid.widths.get(column))
        {
            said = Some(format!("{name} is {} cells wide.  _ fits it", width.cells()));
        }
        grid.go_to_column(grid.active, width);
        if let Some(said) = said {
            self.say(said);
        }
        self.keep_layout()
    }

    /// Keeps how the columns of the grid that is seen are arranged.
    pub(in crate::app) fn keep_layout(&mut self) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top() else { return vec![] };
        if grid.view.is_some() {
            return vec![]; // a view has columns of its own: those of the table are not touched
        }
        let Some(identity) = self.session.identity() else { return vec![] };
        let (address, table, layout) = (identity.address.clone(), grid.table.name.clone(), grid.layout());
        if self.layouts.of(&address, &table) == Some(&layout) {
            return vec![];
        }
        self.layouts.set(&address, table.clone(), layout.clone());
        vec![Effect::KeepLayout(address, table, layout)]
    }

    /// Reads what the shown columns lack: one was shown that was not read.
    pub(in crate::app) fn read_shown_columns(&mut self) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        if let Some(column) = grid.lacking() {
            if grid.stored_view().is_some() {
                let said = format!(
                    "{} is no column of this view of the server: it stays blank.",
                    column.display_name
                );
                self.say(said);
                return vec![];
            }
            let before = grid.asked();
            grid.reload(true, before);
        }
        self.read_grid()
    }

    /// Labels, or values as the server sent them.
    pub(super) fn toggle_raw(&mut self) {
        let width = self.grid_size().width;
        let Screen::Grid(grid) = self.screens.top_mut() else { return };
        grid.raw = !grid.raw;
        if let Some(filter) = &mut grid.filter {
            filter.raw = grid.raw;
        }
        grid.fit_all();
        grid.go_to_column(grid.active, width);
        grid.filter_again();
        let shown = if grid.raw { "Values as the server sent them." } else { "Values by their labels." };
        self.say(shown);
    }

    /// Opens the row that the lookup under the cursor points to.
    pub(super) fn follow_lookup(&mut self) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top() else { return vec![] };
        let tables = self.tables.value().map_or(&[][..], Vec::as_slice);
        match target(grid, tables) {
            Ok((table, id)) => self.open_record(table, id, Tab::Form),
            Err(reason) => {
                self.say(reason);
                vec![]
            }
        }
    }
}

/// The row that the lookup under the cursor points to, or why there is none to go to.
fn target(grid: &Grid, tables: &[Table]) -> Result<(Table, RowId), String> {
    let column = grid.current_column().ok_or("The columns are not here yet.")?;
    let name = &column.display_name;
    if grid.table.primary_id == column.name {
        return Err(format!("{name} is this row's own key.  Enter opens the row."));
    }
    let ColumnKind::Lookup { targets } = &column.kind else {
        return Err(format!("{name} is no lookup: only those lead to another row."));
    };
    let row = grid.current_row().ok_or("This row is not here yet.")?;
    let cell = row.cell(&column.property()).ok_or_else(|| format!("{name} was not read for this row."))?;
    let Some(value) = cell.raw_text() else { return Err(no_value(column)) };
    let id: RowId = value.parse().map_err(|_| format!("{name} holds no key here."))?;
    let named = cell.table.as_deref().or(match targets.as_slice() {
        [only] => Some(only.as_str()),
        _ => None,
    });
    let named = named.ok_or_else(|| format!("The server did not say which table {name} points to."))?;
    let table = tables.iter().find(|table| table.name.as_str() == named);
    table
        .map(|table| (table.clone(), id))
        .ok_or_else(|| format!("{name} points to `{named}`, which is not among the tables here."))
}

fn no_value(column: &Column) -> String {
    match column.secured {
        true => format!("{} has no value here, or one that is hidden from you.", column.display_name),
        false => format!("{} has no value in this row.", column.display_name),
    }
}
