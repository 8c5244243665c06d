//! One row as the JSON the server sent.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use memchr::{memchr2, memmem};
use serde::de::{self, DeserializeSeed, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::value::{Cell, text_of};
use super::{ColumnName, Error, RowId};

const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
const LOOKUP_TABLE: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";
const NAVIGATION: &str = "Microsoft.Dynamics.CRM.associatednavigationproperty";

/// One row: a slice of its page's body. Cloning is cheap and keeps the page's body alive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    json: Bytes,
    /// From the `ETag` header, for an answer whose body does not repeat it.
    etag: Option<Box<str>>,
}

impl Row {
    /// A row without any column: one that is to be made.
    pub fn empty() -> Self {
        Self { json: Bytes::from_static(b"{}"), etag: None }
    }

    /// A slice that is known to be a JSON object.
    pub(super) fn of(json: Bytes) -> Self {
        Self { json, etag: None }
    }

    /// Reads the answer to a request for a single row.
    ///
    /// # Errors
    ///
    /// [`Error::Answer`] when the body is not one JSON object, is cut, or has something after it.
    pub fn from_json(body: impl Into<Bytes>) -> Result<Self, Error> {
        let body = body.into();
        let text = std::str::from_utf8(&body).map_err(|_| Error::answer("an answer that is not UTF-8"))?;
        let trimmed = text.trim_start_matches('\u{feff}');
        let raw: &RawValue =
            serde_json::from_str(trimmed).map_err(|error| Error::malformed(trimmed, &error))?;
        if !raw.get().starts_with('{') {
            return Err(Error::answer("JSON that is not a row"));
        }
        let from = raw.get().as_ptr() as usize - body.as_ptr() as usize;
        let to = from + raw.get().len();
        Ok(Self::of(body.slice(from..to)))
    }

    /// The same row with the ETag of the response's header, used when the JSON has none.
    pub fn with_etag(self, etag: impl Into<Box<str>>) -> Self {
        Self { etag: Some(etag.into()), ..self }
    }

    /// The JSON object as it came, in bytes.
    pub fn bytes(&self) -> &Bytes {
        &self.json
    }

    /// The JSON object as it came.
    pub fn json(&self) -> &str {
        // Checked when the page or row was decoded.
        std::str::from_utf8(&self.json).unwrap_or("{}")
    }

    /// Properties and annotations in the server's order, in one pass, values untouched.
    pub fn entries(&self) -> Vec<(Cow<'_, str>, &RawValue)> {
        let mut json = serde_json::Deserializer::from_str(self.json());
        Entries.deserialize(&mut json).unwrap_or_default()
    }

    /// The cells of several properties in one pass, in the order asked for. A property that the row does not have
    /// is `None`, which is not the same as null.
    pub fn cells(&self, properties: &[&str]) -> Vec<Option<Cell<'_>>> {
        let mut parts = vec![Parts::default(); properties.len()];
        for (key, value) in self.entries() {
            let (property, annotation) = match key.split_once('@') {
                Some((property, annotation)) => (property, annotation),
                None => (&*key, ""),
            };
            for (part, _) in parts.iter_mut().zip(properties).filter(|(_, wanted)| **wanted == property) {
                match annotation {
                    "" => part.value = Some(value.get()),
                    FORMATTED => part.formatted = text_of(value.get()),
                    LOOKUP_TABLE => part.table = text_of(value.get()),
                    NAVIGATION => part.navigation = text_of(value.get()),
                    _ => {}
                }
            }
        }
        parts.into_iter().map(Parts::cell).collect()
    }

    /// The cell of one property, such as `title` or `_customerid_value`.
    pub fn cell(&self, property: &str) -> Option<Cell<'_>> {
        self.cells(&[property]).pop().flatten()
    }

    /// Version of the row for `If-Match`, such as `W/"81053001"`.
    pub fn etag(&self) -> Option<Cow<'_, str>> {
        let in_body = self
            .entries()
            .into_iter()
            .find(|(key, _)| key == "@odata.etag")
            .and_then(|(_, value)| text_of(value.get()));
        in_body.or_else(|| self.etag.as_deref().map(Cow::Borrowed))
    }

    /// The row's key, from the table's primary key column.
    pub fn id(&self, primary_id: &ColumnName) -> Option<RowId> {
        if let Some(id) = self.plain_id(primary_id.as_str()) {
            return Some(id);
        }
        self.cell(primary_id.as_str())?.text()?.parse().ok()
    }

    /// The key where it stands plainly, found without parsing the row. No text has its quotes unescaped, so what is
    /// found is the name of a property; without a bracket before it, of the row itself.
    fn plain_id(&self, property: &str) -> Option<RowId> {
        let json = &self.json[..];
        let (before, value) = memmem::find_iter(json, property).find_map(|at| {
            let value = json[at + property.len()..].strip_prefix(b"\":\"")?;
            json[..at].ends_with(b"\"").then_some((json.get(1..at)?, value))
        })?;
        if memchr2(b'{', b'[', before).is_some() || value.get(36) != Some(&b'"') {
            return None;
        }
        std::str::from_utf8(value.get(..36)?).ok()?.parse().ok()
    }

    /// This row with the properties, annotations and version of a newer answer that holds only some of them.
    ///
    /// Properties keep their place; what only `newer` has comes last. An annotation of a property that `newer`
    /// has without it is dropped, so that no label outlives its value.
    pub fn merged(&self, newer: &Row) -> Row {
        let news = newer.entries();
        let known = |key: &str| news.iter().any(|(name, _)| name == key);
        let mut json = String::with_capacity(self.json.len() + newer.json.len());
        let mut written: Vec<&str> = Vec::with_capacity(news.len());
        let mut write = |key: &str, value: &str| {
            json.push(if json.is_empty() { '{' } else { ',' });
            json.push_str(&super::value::quoted(key));
            json.push(':');
            json.push_str(value);
        };
        for (key, value) in self.entries() {
            let property = key.split_once('@').map_or(&*key, |(property, _)| property);
            match news.iter().find(|(name, _)| *name == key) {
                Some((name, value)) => {
                    write(name, value.get());
                    written.push(name);
                }
                None if !property.is_empty() && known(property) => {}
                None => write(&key, value.get()),
            }
        }
        for (key, value) in news.iter().filter(|(key, _)| key != "@odata.context") {
            if !written.contains(&&**key) {
                write(key, value.get());
            }
        }
        json.push_str(if json.is_empty() { "{}" } else { "}" });
        Row { json: Bytes::from(json), etag: newer.etag.clone().or_else(|| self.etag.clone()) }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.json())
    }
}

#[derive(Clone, Default)]
struct Parts<'a> {
    value: Option<&'a str>,
    formatted: Option<Cow<'a, str>>,
    table: Option<Cow<'a, str>>,
    navigation: Option<Cow<'a, str>>,
}

impl<'a> Parts<'a> {
    fn cell(self) -> Option<Cell<'a>> {
        let Self { value, formatted, table, navigation } = self;
        value.map(|json| Cell { json, formatted, table, navigation })
    }
}

/// Reads an object key, borrowed where it has no escapes.
pub(super) struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: de::Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

struct Entries;

impl<'de> DeserializeSeed<'de> for Entries {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(Key)? {
            entries.push((key, map.next_value()?));
        }
        Ok(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = r#"{"@odata.etag":"W/\"81052965\"","title":"Defective \u0022item\u0022",
        "prioritycode@OData.Community.Display.V1.FormattedValue":"High","prioritycode":1,
        "_customerid_value@OData.Community.Display.V1.FormattedValue":"Litware, Inc.",
        "_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"customerid_account",
        "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account",
        "_customerid_value":"4a6d4e48-0b12-ec11-b6e6-000d3a1b1f2c","description":null,"amount":922337203685477.5800,
        "incidentid":"9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11"}"#;

    fn row(json: &'static str) -> Row {
        Row::from_json(json.as_bytes()).unwrap()
    }

    #[test]
    fn a_cell_knows_its_json_its_label_and_where_a_lookup_points() {
        let row = row(CASE);
        let cells =
            row.cells(&["_customerid_value", "prioritycode", "description", "nothing", "title", "amount"]);
        let customer = cells[0].as_ref().unwrap();
        assert_eq!(customer.text().as_deref(), Some("Litware, Inc."));
        assert_eq!(customer.table.as_deref(), Some("account"));
        assert_eq!(customer.navigation.as_deref(), Some("customerid_account"));
        assert_eq!(customer.json, "\"4a6d4e48-0b12-ec11-b6e6-000d3a1b1f2c\"");
        let priority = cells[1].as_ref().unwrap();
        assert_eq!((priority.json, priority.text().as_deref()), ("1", Some("High")));
        let description = cells[2].as_ref().unwrap();
        assert!(description.is_null());
        assert_eq!(description.text(), None);
        assert_eq!(cells[3], None);
        assert_eq!(cells[4].as_ref().unwrap().text().as_deref(), Some("Defective \"item\""));
        assert_eq!(cells[5].as_ref().unwrap().text().as_deref(), Some("922337203685477.5800"));
    }

    #[test]
    fn etag_and_key_come_from_the_row() {
        let row = row(CASE);
        assert_eq!(row.etag().as_deref(), Some("W/\"81052965\""));
        assert_eq!(row.id(&"incidentid".into()).unwrap().to_string(), "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11");
        assert_eq!(row.id(&"accountid".into()), None);
        assert_eq!(Row::from_json("{}").unwrap().with_etag("W/\"7\"").etag().as_deref(), Some("W/\"7\""));
    }

    #[test]
    fn a_key_is_found_wherever_it_stands_and_only_where_it_is_the_rows_own() {
        let (own, other) = ("9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11", "11111111-6d0f-4f0a-9a57-0d3c8b7e1a11");
        for json in [
            r#"{"id":"OWN","a":1}"#,
            r#"{"a":"{[","id":"OWN"}"#,
            r#"{ "a":1, "id" : "OWN" }"#,
            r#"{"parent":{"id":"OTHER"},"id":"OWN"}"#,
            r#"{"list":[{"id":"OTHER"}],"id":"OWN"}"#,
            r#"{"text":"\"id\":\"OTHER\"","id":"OWN"}"#,
            r#"{"xid":"OTHER","idx":"OTHER","a":"id","id":"OWN"}"#,
            r#"{"\u0069d":"OWN"}"#,
        ] {
            let json = json.replace("OWN", own).replace("OTHER", other);
            let id = Row::from_json(json.clone()).unwrap().id(&"id".into());
            assert_eq!(id.map(|id| id.to_string()).as_deref(), Some(own), "{json}");
        }
        for json in [r#"{"id":null}"#, r#"{"id":"short"}"#, r#"{"parent":{"id":"OTHER"}}"#, r#"{"a":"id"}"#] {
            let json = json.replace("OTHER", other);
            assert_eq!(Row::from_json(json.clone()).unwrap().id(&"id".into()), None, "{json}");
        }
    }

    #[test]
    fn entries_keep_the_order_of_the_server() {
        let row = row(r#"{"z":1,"a":2,"m":3}"#);
        let names: Vec<_> = row.entries().into_iter().map(|(name, _)| name.into_owned()).collect();
        assert_eq!(names, ["z", "a", "m"]);
    }

    #[test]
    fn a_newer_part_replaces_values_and_labels_and_leaves_the_rest() {
        let old = row(
            r#"{"@odata.etag":"W/\"1\"","p@OData.Community.Display.V1.FormattedValue":"Low","p":3,"t":"x"}"#,
        );
        let new = row(r#"{"@odata.context":"c","@odata.etag":"W/\"2\"","p":null,"q":1.0}"#);
        assert_eq!(old.merged(&new).json(), r#"{"@odata.etag":"W/\"2\"","p":null,"t":"x","q":1.0}"#);
    }

    #[test]
    fn what_is_not_one_object_is_an_error() {
        for wrong in ["", "[]", "1", "{\"a\":1", "{} {}", "<html>", "{\"a\":}"] {
            assert!(Row::from_json(wrong).is_err(), "{wrong}");
        }
        assert_eq!(row(" {\"a\":1}\n").json(), "{\"a\":1}");
    }
}
