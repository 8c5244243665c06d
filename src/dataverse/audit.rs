//! The audit of a row: who changed what, and when.

use jiff::Timestamp;
use serde::Deserialize;

use super::{Client, ColumnName, Error, Query, Row, RowId, field};

/// So many entries are read at most: the newest.
pub const MOST: usize = 20;
/// The action of an entry that tells of a deleted row.
const DELETE: &str = "3";

/// What the audit tells of a row, the newest first. Empty also where auditing is off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audit {
    pub entries: Vec<Entry>,
    /// There are older ones than these.
    pub more: bool,
}

/// Something that was done to a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub at: Option<Timestamp>,
    pub who: Option<String>,
    /// What was done, as the service words it: `Update`.
    pub action: String,
    /// The row was deleted.
    pub is_delete: bool,
    /// The columns that were changed; none where the service does not tell.
    pub changes: Vec<Changed>,
}

/// A column before and after, each as the audit writes it: `2`, `systemuser,00aa...`; none for an empty one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Changed {
    #[serde(rename = "logicalName")]
    pub column: ColumnName,
    #[serde(rename = "oldValue", default)]
    pub old: Option<String>,
    #[serde(rename = "newValue", default)]
    pub new: Option<String>,
}

impl Client {
    /// What was done to a row at this time or later, or ever. One request. The service keeps seconds, so what was done in
    /// the same second is told as well.
    ///
    /// # Errors
    ///
    /// As every read; 403 without the privilege to read it.
    pub async fn audit(&self, id: RowId, since: Option<Timestamp>) -> Result<Audit, Error> {
        let of_row = field("_objectid_value").eq(id);
        let condition = match since {
            Some(since) => of_row.and(field("createdon").ge(since)),
            None => of_row,
        };
        let query = Query::new("audits")
            .select(["action", "createdon", "_userid_value", "changedata"])
            .filter(condition)
            .order_by_desc("createdon")
            .top(MOST as u32 + 1)
            .annotations();
        let page = self.page(&query).await?;
        let mut entries: Vec<Entry> = page.rows().map(|row| entry(&row)).collect();
        let more = entries.len() > MOST;
        entries.truncate(MOST);
        Ok(Audit { entries, more })
    }
}

fn entry(row: &Row) -> Entry {
    let label = |name: &str| Some(row.cell(name)?.text()?.into_owned());
    let raw = |name: &str| Some(row.cell(name)?.raw_text()?.into_owned());
    Entry {
        at: raw("createdon").and_then(|at| at.parse().ok()),
        who: label("_userid_value"),
        action: label("action").unwrap_or_default(),
        is_delete: raw("action").as_deref() == Some(DELETE),
        changes: raw("changedata").map(|data| changes(&data)).unwrap_or_default(),
    }
}

/// The columns of a text that is JSON for most actions, and something else for some.
fn changes(data: &str) -> Vec<Changed> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Data {
        changed_attributes: Vec<Changed>,
    }
    serde_json::from_str(data).map(|data: Data| data.changed_attributes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_list_of_columns_tells_of_none() {
        let told = changes(r#"{"changedAttributes":[{"logicalName":"a","oldValue":null,"newValue":"1"}]}"#);
        assert_eq!(told, [Changed { column: "a".into(), old: None, new: Some("1".into()) }]);
        for other in ["", "00aa~00bb", "{}", r#"{"changedAttributes":7}"#] {
            assert_eq!(changes(other), [], "{other}");
        }
    }
}
