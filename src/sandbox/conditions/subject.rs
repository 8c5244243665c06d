use crate::sandbox::schema::{Column, Kind, Table};
use crate::sandbox::store::{name_column, quoted, type_column};

/// The column that a condition is about, and where the query has it.
#[derive(Debug, Clone)]
pub(crate) struct Subject<'a> {
    pub(crate) table: &'a Table,
    pub(crate) alias: String,
    pub(crate) column: &'a Column,
    pub(crate) face: Face,
}

/// What of a column a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Face {
    Value,
    /// What people see of it: the name of a row, the label of an option.
    Shown,
    /// The table behind a lookup.
    Table,
}

impl Subject<'_> {
    /// The SQL that conditions compare.
    pub(crate) fn sql(&self) -> String {
        match self.face {
            Face::Value => format!("{}.{}", self.alias, quoted(&self.column.name)),
            Face::Shown | Face::Table => self.text(),
        }
    }

    /// The SQL of its text, for conditions on text.
    pub(super) fn text(&self) -> String {
        match self.face {
            Face::Table => format!("{}.{}", self.alias, quoted(&type_column(self.column))),
            Face::Value | Face::Shown => shown(&self.alias, self.column),
        }
    }

    /// Whether it is the stored value that is asked for.
    pub(super) fn is_value(&self) -> bool {
        self.face == Face::Value
    }

    /// Whether an index over the column orders its text.
    pub(super) fn is_plain_text(&self) -> bool {
        self.is_value()
            && matches!(self.column.kind, Kind::Text { .. } | Kind::Memo { .. } | Kind::EntityName)
    }
}

/// The SQL of what people see of a column.
pub(crate) fn shown(alias: &str, column: &Column) -> String {
    let sql = format!("{alias}.{}", quoted(&column.name));
    match column.kind {
        Kind::Lookup { .. } => format!("{alias}.{}", quoted(&name_column(column))),
        Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. } | Kind::YesNo { .. } => {
            let labels: String = options(column)
                .into_iter()
                .map(|(value, label)| format!(" WHEN {value} THEN '{}'", label.replace('\'', "''")))
                .collect();
            if labels.is_empty() {
                "NULL".to_owned()
            } else {
                format!("(CASE {sql}{labels} END COLLATE dataverse)")
            }
        }
        Kind::Text { .. }
        | Kind::Memo { .. }
        | Kind::EntityName
        | Kind::Virtual
        | Kind::MultiChoice { .. } => sql,
        _ => format!("CAST({sql} AS TEXT)"),
    }
}

/// The options of a column with their labels.
pub(super) fn options(column: &Column) -> Vec<(i64, &'static str)> {
    match column.kind {
        Kind::Choice { options, .. } | Kind::MultiChoice { options } => {
            options.iter().map(|option| (i64::from(option.value), option.label)).collect()
        }
        Kind::State { options } => {
            options.iter().map(|option| (i64::from(option.value), option.label)).collect()
        }
        Kind::Status { options } => {
            options.iter().map(|option| (i64::from(option.value), option.label)).collect()
        }
        Kind::YesNo { no, yes, .. } => vec![(0, no), (1, yes)],
        _ => Vec::new(),
    }
}
