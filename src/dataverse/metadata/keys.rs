//! Alternate keys: columns whose values tell rows apart for other systems.

use serde::Deserialize;

use crate::dataverse::ColumnName;

/// An alternate key of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct AlternateKey {
    /// Logical name of the key itself.
    #[serde(rename = "LogicalName")]
    pub name: String,
    /// Its columns.
    #[serde(rename = "KeyAttributes")]
    pub columns: Vec<ColumnName>,
    /// `Active` once the server has built its index; values are not unique before.
    #[serde(rename = "EntityKeyIndexStatus", default)]
    pub index: Option<String>,
}

impl AlternateKey {
    /// Whether it consists of exactly these columns, in any order.
    pub fn is_of<'a>(&self, columns: impl IntoIterator<Item = &'a str>) -> bool {
        let mut given: Vec<&str> = columns.into_iter().collect();
        let mut own: Vec<&str> = self.columns.iter().map(ColumnName::as_str).collect();
        given.sort_unstable();
        own.sort_unstable();
        given == own
    }
}

#[derive(Deserialize)]
pub(in crate::dataverse) struct Answer {
    pub(in crate::dataverse) value: Vec<AlternateKey>,
}
