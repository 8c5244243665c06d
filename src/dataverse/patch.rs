//! Changes to a row: only the columns that changed, each with the JSON it is sent as.

use super::value::{quoted, same_value};
use super::{ColumnName, Row, RowId, RowQuery, SetName, Table, TableName};

/// A new value of a column, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// JSON `null`.
    Null,
    /// A JSON string: text, dates.
    Text(String),
    /// A JSON number, its text kept exactly: whole numbers, decimals, money, choices.
    Number(String),
    /// A JSON boolean.
    YesNo(bool),
}

impl Change {
    /// The JSON that is sent.
    pub fn json(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Text(text) => quoted(text),
            Self::Number(text) => text.clone(),
            Self::YesNo(yes) => yes.to_string(),
        }
    }

    /// Whether a value read from the server, as JSON, is what this change sets: `20` is `20.0000`, and an instant
    /// is the same in every zone.
    pub fn is_value(&self, json: &str) -> bool {
        same_value(&self.json(), json)
    }

    /// Whether the JSON of this change is one value. A number that is not one would make the body invalid, or worse.
    pub fn is_well_formed(&self) -> bool {
        match self {
            Self::Number(text) => {
                serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok_and(|raw| raw.get() == text)
                    && text.starts_with(|first: char| first == '-' || first.is_ascii_digit())
            }
            _ => true,
        }
    }
}

/// An update of one existing row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patch {
    /// Logical name of the table, for messages.
    pub table: TableName,
    /// Entity set of the table.
    pub set: SetName,
    /// The row.
    pub id: RowId,
    /// ETag of the row as it was read, such as `W/"81053001"`. Sent as `If-Match`.
    pub etag: String,
    /// The changed columns in the order they were staged.
    pub changes: Vec<(ColumnName, Change)>,
    /// JSON of the changed columns as they were read. Used where the ETag does not decide: on tables without
    /// optimistic concurrency, and to find out what became of a save whose answer was lost.
    pub before: Vec<(ColumnName, String)>,
    /// The server compares ETags for this table; without it the row is read and compared first.
    pub optimistic_concurrency: bool,
}

impl Patch {
    /// An update of `row`, which was read with its ETag and with the columns that change.
    pub fn new(table: &Table, id: RowId, row: &Row, changes: Vec<(ColumnName, Change)>) -> Self {
        let names: Vec<&str> = changes.iter().map(|(name, _)| name.as_str()).collect();
        let before = names
            .iter()
            .zip(row.cells(&names))
            .filter_map(|(name, cell)| Some((ColumnName::new(*name), cell?.json.to_owned())))
            .collect();
        Self {
            table: table.name.clone(),
            set: table.set.clone(),
            id,
            etag: row.etag().unwrap_or_default().into_owned(),
            changes,
            before,
            optimistic_concurrency: table.optimistic_concurrency,
        }
    }

    /// The request body: an object with the changed columns and nothing else.
    pub fn body(&self) -> String {
        let members: Vec<String> = self
            .changes
            .iter()
            .map(|(name, change)| format!("{}:{}", quoted(name.as_str()), change.json()))
            .collect();
        format!("{{{}}}", members.join(","))
    }

    /// Names of the changed columns.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnName> {
        self.changes.iter().map(|(name, _)| name)
    }

    /// The row with the changed columns and nothing else.
    pub fn touched(&self) -> RowQuery {
        let select = self.columns().map(|name| name.as_str().to_owned()).collect();
        RowQuery { set: self.set.clone(), id: self.id, select, annotations: true }
    }

    /// Whether `row` has every value that this patch sets.
    pub fn is_applied_in(&self, row: &Row) -> bool {
        let names: Vec<&str> = self.columns().map(ColumnName::as_str).collect();
        let cells = row.cells(&names);
        self.changes
            .iter()
            .zip(cells)
            .all(|((_, change), cell)| cell.is_some_and(|cell| change.is_value(cell.json)))
    }

    /// Whether the columns that this patch sets are in `row` as they were read before the edit.
    pub fn is_untouched_in(&self, row: &Row) -> bool {
        let names: Vec<&str> = self.before.iter().map(|(name, _)| name.as_str()).collect();
        let cells = row.cells(&names);
        self.before.len() == self.changes.len()
            && self
                .before
                .iter()
                .zip(cells)
                .all(|((_, old), cell)| cell.is_some_and(|cell| same_value(old, cell.json)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(changes: Vec<(ColumnName, Change)>, before: &str) -> Patch {
        let table = Table {
            name: "incident".into(),
            set: "incidents".into(),
            display_name: "Case".into(),
            collection_name: "Cases".into(),
            primary_id: "incidentid".into(),
            primary_name: Some("title".into()),
            is_custom: false,
            is_system: false,
            optimistic_concurrency: true,
        };
        let id = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11".parse().unwrap();
        Patch::new(&table, id, &Row::from_json(before.to_owned()).unwrap(), changes)
    }

    #[test]
    fn the_body_holds_only_what_changed_with_the_text_of_numbers_kept() {
        let patch = patch(
            vec![
                ("prioritycode".into(), Change::Number("2".into())),
                ("amount".into(), Change::Number("922337203685477.5800".into())),
                ("title".into(), Change::Text("a\"b\u{1}\n".into())),
                ("description".into(), Change::Null),
                ("isescalated".into(), Change::YesNo(true)),
            ],
            r#"{"@odata.etag":"W/\"1\"","prioritycode":1,"amount":1.0,"title":"x","other":5}"#,
        );
        assert_eq!(
            patch.body(),
            r#"{"prioritycode":2,"amount":922337203685477.5800,"title":"a\"b\u0001\n","description":null,"isescalated":true}"#
        );
        assert_eq!(patch.etag, "W/\"1\"");
        assert_eq!(patch.before.len(), 3);
    }

    #[test]
    fn a_patch_sees_whether_it_was_applied() {
        let changes = vec![("amount".into(), Change::Number("20".into()))];
        let patch = patch(changes, r#"{"amount":10.0000}"#);
        let row = |json: &str| Row::from_json(json.to_owned()).unwrap();
        assert!(patch.is_applied_in(&row(r#"{"amount":20.0000}"#)));
        assert!(!patch.is_applied_in(&row(r#"{"amount":10.0000}"#)));
        assert!(!patch.is_applied_in(&row("{}")));
        assert!(patch.is_untouched_in(&row(r#"{"amount":10}"#)));
        assert!(!patch.is_untouched_in(&row(r#"{"amount":11}"#)));
    }

    #[test]
    fn a_number_is_one_json_number_and_nothing_else() {
        for good in ["0", "-1.50", "1E400", "922337203685477.5807"] {
            assert!(Change::Number(good.into()).is_well_formed(), "{good}");
        }
        for bad in ["", "1,\"statecode\":1", "+1", "01", "null", "1 ", "\"1\"", ".5"] {
            assert!(!Change::Number(bad.into()).is_well_formed(), "{bad}");
        }
    }
}
