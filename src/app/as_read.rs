//! The value of a column as it was read, as a change that sets it again.

use crate::dataverse::{Cell, CellValue, Change, Table};

/// The change that sets a column to the value it had; nothing for an object or a list.
pub(super) fn value(cell: &Cell<'_>) -> Option<Change> {
    Some(match cell.value() {
        CellValue::Null => Change::Null,
        CellValue::YesNo(yes) => Change::YesNo(yes),
        CellValue::Number(number) => Change::Number(number.to_owned()),
        CellValue::Text(text) => Change::Text(text.into_owned()),
        CellValue::Nested(_) => return None,
    })
}

/// The same for a lookup. `navigation`: how it is written where the row does not say so. Nothing where nobody says so, or
/// for a table that is not known.
pub(super) fn link(cell: &Cell<'_>, navigation: Option<&str>, tables: &[Table]) -> Option<Change> {
    let navigation = cell.navigation.as_deref().or(navigation)?.to_owned();
    if cell.is_null() {
        return Some(Change::Link { navigation, to: None });
    }
    let CellValue::Text(id) = cell.value() else { return None };
    let table = tables.iter().find(|table| Some(table.name.as_str()) == cell.table.as_deref())?;
    Some(Change::Link { navigation, to: Some((table.set.clone(), id.parse().ok()?)) })
}
