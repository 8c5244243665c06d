//! How columns are arranged, as the core has it and as its file has it.

use crate::app::column_layout::{ColumnLayout, LaidOut, Layouts};
use crate::app::screen::grid::Sort;
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
        sort: layout.sort.iter().map(order).collect(),
        widths: layout.columns.iter().filter_map(width).collect(),
    }
}

/// `createdon desc`
fn order(sort: &Sort) -> String {
    format!("{}{}", sort.column, if sort.descending { " desc" } else { "" })
}

/// The other way round; nothing for what makes no sense: people edit the file.
fn sort(text: &str) -> Option<Sort> {
    let mut words = text.split_whitespace();
    let (column, descending) = match (words.next()?, words.next(), words.next()) {
        (column, None | Some("asc"), None) => (column, false),
        (column, Some("desc"), None) => (column, true),
        _ => return None,
    };
    Some(Sort { column: ColumnName::new(column), descending })
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
                sort: columns.sort.iter().filter_map(|text| sort(text)).collect(),
            };
            layouts.set(&environment, TableName::new(table), layout);
        }
    }
    layouts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_rows_is_written_as_a_query_has_it_and_read_again() {
        let by = |column: &str, descending| Sort { column: column.into(), descending };
        let layout =
            ColumnLayout { sort: vec![by("createdon", true), by("title", false)], ..Default::default() };
        let kept = tables(vec![("https://contoso".into(), "incident".into(), layout.clone())]);
        assert_eq!(kept["https://contoso"]["incident"].sort, ["createdon desc", "title"]);
        assert_eq!(layouts(kept).of("https://contoso", &"incident".into()), Some(&layout));
        assert_eq!(sort("title asc"), Some(by("title", false)));
        for nonsense in ["", "title up", "title desc nulls", "desc desc desc"] {
            assert_eq!(sort(nonsense), None, "{nonsense}");
        }
    }
}
