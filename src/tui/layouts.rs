//! How columns are arranged, as the core has it and as its file has it.

use crate::app::column_layout::{ColumnLayout, LaidOut, Layouts};
use crate::dataverse::{ColumnName, TableName};
use crate::ops::column_layouts::{Columns, Tables};

/// A change that is to be kept: environment, table and its columns.
pub(super) type Change = (String, TableName, ColumnLayout);

/// Changes as the file has them, the newest of each table.
pub(super) fn tables(changes: Vec<Change>) -> Tables {
    let mut tables = Tables::default();
    for (environment, table, layout) in changes {
        tables.entry(environment).or_default().insert(table.to_string(), columns(&layout));
    }
    tables
}

fn columns(layout: &ColumnLayout) -> Columns {
    let width = |column: &LaidOut| Some((column.name.to_string(), column.width?));
    Columns {
        columns: layout.columns.iter().map(|column| column.name.to_string()).collect(),
        frozen: layout.frozen,
        widths: layout.columns.iter().filter_map(width).collect(),
    }
}

/// What the file has, as the core takes it.
pub(super) fn layouts(kept: Tables) -> Layouts {
    let mut layouts = Layouts::default();
    for (environment, tables) in kept {
        for (table, columns) in tables {
            let column = |name: &String| LaidOut {
                name: ColumnName::new(name),
                width: columns.widths.get(name).copied(),
            };
            let layout = ColumnLayout {
                columns: columns.columns.iter().map(column).collect(),
                frozen: columns.frozen,
            };
            layouts.set(&environment, TableName::new(table), layout);
        }
    }
    layouts
}
