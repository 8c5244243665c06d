//! Changes to a row: only the columns that changed, each with the JSON it is sent as.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::request::Request;
use super::value::{quoted, same_value};
use super::{Cell, ColumnName, Error, Row, RowId, RowQuery, SetName, Table, TableName, Wire};

/// A new value of a column, ready for the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Change {
    /// JSON `null`.
    Null,
    /// A JSON string: text, dates.
    Text(String),
    /// A JSON number, its text kept exactly: whole numbers, decimals, money, choices.
    Number(String),
    /// A JSON boolean.
    YesNo(bool),
    /// A lookup: the row that it is to point to, or none. It is read as `_name_value` and written by a navigation
    /// property, whose name comes from the metadata.
    Link { navigation: String, to: Option<(SetName, RowId)> },
}

impl Change {
    /// The JSON that the column's property has once the change is made.
    pub fn json(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Text(text) => quoted(text),
            Self::Number(text) => text.clone(),
            Self::YesNo(yes) => yes.to_string(),
            Self::Link { to: Some((_, id)), .. } => quoted(&id.to_string()),
            Self::Link { to: None, .. } => "null".to_owned(),
        }
    }

    /// The property that the column's value is read from.
    pub fn property<'a>(&self, column: &'a ColumnName) -> Cow<'a, str> {
        match self {
            Self::Link { .. } => Cow::Owned(format!("_{column}_value")),
            _ => Cow::Borrowed(column.as_str()),
        }
    }

    /// What stands in a request body for this change of a column.
    pub(super) fn member(&self, column: &ColumnName) -> String {
        let (name, value) = match self {
            Self::Link { navigation, to } => {
                let to = to.as_ref().map(|(set, id)| quoted(&format!("/{set}({id})")));
                (quoted(&format!("{navigation}@odata.bind")), to.unwrap_or_else(|| "null".to_owned()))
            }
            plain => (quoted(column.as_str()), plain.json()),
        };
        format!("{name}:{value}")
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
        let before = changes
            .iter()
            .zip(cells_of(row, &changes))
            .filter_map(|((name, _), cell)| Some((name.clone(), cell?.json.to_owned())))
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
        let members: Vec<String> = self.changes.iter().map(|(name, change)| change.member(name)).collect();
        format!("{{{}}}", members.join(","))
    }

    /// The request that saves it.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for what cannot be put into a request.
    pub fn wire(&self) -> Result<Wire, Error> {
        self.check()?;
        let etag = self.etag.as_str();
        let if_match = if self.optimistic_concurrency && !etag.is_empty() { etag } else { "*" };
        Request::update(self, if_match).map(|request| Wire::of(&request))
    }

    /// Makes sure that every value is one: anything else would say more than the review does.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] with the column.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.changes.iter().find(|(_, change)| !change.is_well_formed()) {
            Some((column, _)) => {
                Err(Error::Invalid { what: format!("the new value of {column} is not a number") })
            }
            None => Ok(()),
        }
    }

    /// Names of the changed columns.
    pub fn columns(&self) -> impl Iterator<Item = &ColumnName> {
        self.changes.iter().map(|(name, _)| name)
    }

    /// The row with the changed columns and nothing else.
    pub fn touched(&self) -> RowQuery {
        let select = self.changes.iter().map(|(name, change)| change.property(name).into_owned()).collect();
        RowQuery { set: self.set.clone(), id: self.id, select, annotations: true }
    }

    /// Whether `row` has every value that this patch sets.
    pub fn is_applied_in(&self, row: &Row) -> bool {
        self.changes
            .iter()
            .zip(cells_of(row, &self.changes))
            .all(|((_, change), cell)| cell.is_some_and(|cell| change.is_value(cell.json)))
    }

    /// Whether the columns that this patch sets are in `row` as they were read before the edit.
    pub fn is_untouched_in(&self, row: &Row) -> bool {
        self.before.len() == self.changes.len()
            && self
                .before
                .iter()
                .zip(cells_of(row, &self.changes))
                .all(|((_, old), cell)| cell.is_some_and(|cell| same_value(old, cell.json)))
    }
}

/// The cells of a row that changes are about, in their order.
fn cells_of<'a>(row: &'a Row, changes: &[(ColumnName, Change)]) -> Vec<Option<Cell<'a>>> {
    let properties: Vec<_> = changes.iter().map(|(name, change)| change.property(name)).collect();
    row.cells(&properties.iter().map(AsRef::as_ref).collect::<Vec<_>>())
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
    fn a_value_that_is_no_value_is_in_no_request() {
        let two = Change::Number("1,\"statecode\":1".into());
        let patch = patch(vec![("prioritycode".into(), two)], "{}");
        assert!(matches!(patch.wire(), Err(Error::Invalid { .. })));
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
    fn a_lookup_is_written_by_its_navigation_property_and_read_by_its_value() {
        let id = "4a6d4e48-0b12-ec11-b6e6-000d3a1b1f2c".parse().unwrap();
        let link = |to| Change::Link { navigation: "customerid_account".into(), to };
        let before = r#"{"_customerid_value":null}"#;
        let set = patch(vec![("customerid".into(), link(Some(("accounts".into(), id))))], before);
        assert_eq!(set.body(), format!(r#"{{"customerid_account@odata.bind":"/accounts({id})"}}"#));
        assert_eq!(set.touched().select, ["_customerid_value"]);
        let row = |json: String| Row::from_json(json).unwrap();
        let linked = row(format!(r#"{{"_customerid_value":"{id}"}}"#));
        let empty = row(before.to_owned());
        assert!(set.is_applied_in(&linked) && !set.is_applied_in(&empty));
        assert!(set.is_untouched_in(&empty) && !set.is_untouched_in(&linked));
        let cleared = patch(vec![("customerid".into(), link(None))], linked.json());
        assert_eq!(cleared.body(), r#"{"customerid_account@odata.bind":null}"#);
        assert!(cleared.is_applied_in(&empty) && cleared.is_untouched_in(&linked));
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
