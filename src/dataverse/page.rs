//! Rows as the server's bytes.
//!
//! A page keeps the response body and the place of each row in it, so that a row costs little more than its JSON,
//! columns keep the server's order and numbers keep their text. A cell is parsed when it is asked for.

use std::ops::Range;

use bytes::Bytes;
use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::row::Key;
use super::value::quoted;
use super::{Error, Row};

/// Where the next page is: opaque, used as it came, and only on the environment's own origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NextLink(pub(super) String);

impl NextLink {
    /// Takes a link as the server gave it; nothing is checked here.
    pub fn new(link: impl Into<String>) -> Self {
        Self(link.into())
    }

    /// It says behind which row the next page begins, so that a page of another size can follow. A link that only
    /// counts pages, or is of another kind, leads there by pages of one size only.
    pub fn is_behind_a_row(&self) -> bool {
        let cookie = percent_encoding::percent_decode_str(&self.0).decode_utf8_lossy();
        let cookie = cookie.split_once("pagingcookie=\"").map_or("", |(_, cookie)| cookie);
        let inner = cookie.split('"').next().unwrap_or_default();
        let inner = percent_encoding::percent_decode_str(inner).decode_utf8_lossy();
        percent_encoding::percent_decode_str(&inner).decode_utf8_lossy().contains(" last=\"")
    }

    /// The link as text. It may hold personal data from a filter.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// One page of rows: the response body and the place of each row in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    body: Bytes,
    rows: Vec<Range<u32>>,
    next: Option<NextLink>,
    total: Option<Total>,
}

/// How many rows the query has on the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// The number the server gave.
    pub rows: u64,
    /// The server stopped counting here (5,000): there are more.
    pub capped: bool,
}

impl Page {
    /// Reads a collection answer in one pass, without building values; nesting of any depth is skipped over.
    ///
    /// # Errors
    ///
    /// [`Error::Answer`] when the body is not JSON, is cut, or has no array of objects named `value`. An answer
    /// that is not understood is never an empty page.
    pub fn decode(body: Bytes) -> Result<Self, Error> {
        let text = std::str::from_utf8(&body).map_err(|_| Error::answer("an answer that is not UTF-8"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut json = serde_json::Deserializer::from_str(text);
        let start = text.as_ptr() as usize - body.as_ptr() as usize;
        let envelope = Envelope { base: text.as_ptr() as usize, start }
            .deserialize(&mut json)
            .and_then(|envelope| json.end().map(|()| envelope))
            .map_err(|error| Error::malformed(text, &error))?;
        let Some(rows) = envelope.rows else {
            return Err(Error::answer("JSON without the list of rows (`value`)"));
        };
        let total = envelope.count.map(|rows| Total { rows, capped: envelope.capped });
        Ok(Self { rows, next: envelope.next.map(NextLink), total, body })
    }

    /// The same page, in which rows that lack one of these properties have null there, behind what they came with.
    pub(super) fn with_nulls(self, properties: &[String]) -> Self {
        let properties: Vec<&str> = properties.iter().map(String::as_str).collect();
        let lacking = |row: &Row| -> Vec<&str> {
            let cells = row.cells(&properties);
            let lacks = properties.iter().zip(cells).filter(|(_, cell)| cell.is_none());
            lacks.map(|(property, _)| *property).collect()
        };
        if self.rows().all(|row| lacking(&row).is_empty()) {
            return self;
        }
        let mut body = Vec::with_capacity(self.body.len() * 5 / 4);
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in self.rows() {
            let from = body.len();
            body.extend(row.json().strip_suffix('}').unwrap_or_default().trim_end().bytes());
            for property in lacking(&row) {
                if body.len() > from + 1 {
                    body.push(b',');
                }
                body.extend(quoted(property).bytes());
                body.extend(b":null");
            }
            body.push(b'}');
            rows.push(from..body.len());
        }
        let place = |row: Range<usize>| Some(u32::try_from(row.start).ok()?..u32::try_from(row.end).ok()?);
        match rows.into_iter().map(place).collect() {
            Some(rows) => Self { body: Bytes::from(body), rows, ..self },
            None => self, // above 4 GiB
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether the page has no rows. A page without rows may still have a [`Page::next_link`].
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The row at `index`, counted from 0.
    pub fn row(&self, index: usize) -> Option<Row> {
        self.rows.get(index).map(|span| Row::of(self.body.slice(span.start as usize..span.end as usize)))
    }

    /// The rows in the server's order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row> + '_ {
        self.rows.iter().map(|span| Row::of(self.body.slice(span.start as usize..span.end as usize)))
    }

    /// The JSON of each row as the server sent it, without copying.
    pub fn row_bytes(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.rows.iter().map(|span| &self.body[span.start as usize..span.end as usize])
    }

    /// Where the next page is; none on the last page.
    pub fn next_link(&self) -> Option<&NextLink> {
        self.next.as_ref()
    }

    /// How many rows the whole query has, when the query asked for a count.
    pub fn total(&self) -> Option<Total> {
        self.total
    }

    /// Size of the body in bytes.
    pub fn bytes_len(&self) -> usize {
        self.body.len()
    }

    /// The body as it came.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// What a collection answer holds beside annotations nobody asked for.
#[derive(Default)]
struct Collection {
    rows: Option<Vec<Range<u32>>>,
    next: Option<String>,
    count: Option<u64>,
    capped: bool,
}

/// Reads the object around the rows. `base` is the address of the text, `start` where it begins in the body.
#[derive(Clone, Copy)]
struct Envelope {
    base: usize,
    start: usize,
}

impl<'de> DeserializeSeed<'de> for Envelope {
    type Value = Collection;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Collection, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Envelope {
    type Value = Collection;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with the rows in `value`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Collection, A::Error> {
        let mut found = Collection::default();
        while let Some(key) = map.next_key_seed(Key)? {
            match &*key {
                "value" => found.rows = Some(map.next_value_seed(Spans(self))?),
                "@odata.nextLink" => found.next = map.next_value()?,
                "@odata.count" => found.count = map.next_value()?,
                "@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded" => found.capped = map.next_value()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// Reads the array of rows into their places in the body.
struct Spans(Envelope);

impl<'de> DeserializeSeed<'de> for Spans {
    type Value = Vec<Range<u32>>;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Spans {
    type Value = Vec<Range<u32>>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut spans = Vec::new();
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            let json = raw.get();
            if !json.starts_with('{') {
                return Err(de::Error::custom("a row that is not an object"));
            }
            let from = json.as_ptr() as usize - self.0.base + self.0.start;
            let span = u32::try_from(from).and_then(|from| Ok(from..u32::try_from(json.len())? + from));
            spans.push(span.map_err(|_| de::Error::custom("a page above 4 GiB"))?);
        }
        Ok(spans)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(json: &str) -> Result<Page, Error> {
        Page::decode(Bytes::copy_from_slice(json.as_bytes()))
    }

    #[test]
    fn rows_are_slices_of_the_body_with_the_server_order_and_number_text() {
        let page = page(
            r#"{"@odata.context":"x","@odata.count":5000,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":true,
            "value":[ {"b":1.50,"a":"x"} , {"c":{"d":[1,2]}}],"@odata.nextLink":"https://o/p?$skiptoken=%3C"}"#,
        )
        .unwrap();
        assert_eq!(page.len(), 2);
        assert_eq!(page.row(0).unwrap().json(), r#"{"b":1.50,"a":"x"}"#);
        assert_eq!(page.row(1).unwrap().json(), r#"{"c":{"d":[1,2]}}"#);
        assert_eq!(page.row(2), None);
        assert_eq!(page.next_link().unwrap().as_str(), "https://o/p?$skiptoken=%3C");
        assert_eq!(page.total(), Some(Total { rows: 5000, capped: true }));
        assert_eq!(page.row_bytes().next(), Some(&br#"{"b":1.50,"a":"x"}"#[..]));
    }

    #[test]
    fn a_byte_order_mark_does_not_shift_the_rows() {
        let page = page("\u{feff}{\"value\":[{\"a\":1}]}").unwrap();
        assert_eq!(page.row(0).unwrap().json(), r#"{"a":1}"#);
    }

    #[test]
    fn what_a_row_lacks_becomes_null_and_all_else_stays_as_it_came() {
        let select = ["a", "b\"c"].map(String::from);
        let bare = r#"{"value":[{"a":1.50,"b\"c":{"d":[]}},{"b\"c@x":"label"}, { } ],"@odata.count":7}"#;
        let page = page(bare).unwrap();
        let filled = page.clone().with_nulls(&select);
        let rows: Vec<String> = filled.rows().map(|row| row.json().to_owned()).collect();
        assert_eq!(
            rows,
            [
                r#"{"a":1.50,"b\"c":{"d":[]}}"#,
                r#"{"b\"c@x":"label","a":null,"b\"c":null}"#,
                r#"{"a":null,"b\"c":null}"#
            ]
        );
        assert_eq!(filled.total(), page.total());
        assert_eq!(page.clone().with_nulls(&[]), page, "nothing is lacking");
    }

    #[test]
    fn a_link_behind_a_row_is_told_from_one_that_counts_pages() {
        let link = |cookie: &str| NextLink::new(format!("https://o/p?$select=a&$skiptoken={cookie}"));
        // As the service sends it, and as FetchXML has it: encoded once more.
        let service = "%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%253ccontactid%2520last%253d%2522%257b1%257d%2522%2520first%253d%2522%257b2%257d%2522%2520%252f%253e%253c%252fcookie%253e%22%20istracking=%22False%22%20/%3E";
        assert!(link(service).is_behind_a_row());
        assert!(link(&service.replace("%25", "%2525")).is_behind_a_row());
        let counts = "%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%22%20istracking=%22False%22%20/%3E";
        assert!(!link(counts).is_behind_a_row());
        assert!(!link("%3Ccookie%20pagenumber=%222%22%20istracking=%22False%22%20/%3E").is_behind_a_row());
        assert!(!NextLink::new("https://o/p?$skip=50&$filter=a%20eq%20%22%20last=%22").is_behind_a_row());
    }

    #[test]
    fn an_empty_page_may_have_a_next_link() {
        let page = page(r#"{"value":[],"@odata.nextLink":"https://o/p"}"#).unwrap();
        assert!(page.is_empty());
        assert!(page.next_link().is_some());
    }

    #[test]
    fn what_is_not_a_page_is_an_error_and_never_an_empty_page() {
        let whole = r#"{"value":[{"a":"one"},{"a":"two"}],"@odata.nextLink":"https://o/p"}"#;
        for cut in 0..whole.len() {
            assert!(page(&whole[..cut]).is_err(), "cut at {cut}");
        }
        for wrong in [
            "",
            "{}",
            "[]",
            "null",
            "<html></html>",
            r#"{"value":{}}"#,
            r#"{"value":[1]}"#,
            r#"{"value":[]}x"#,
        ] {
            assert!(page(wrong).is_err(), "{wrong}");
        }
        assert!(Page::decode(Bytes::from_static(b"{\"value\":[{\"a\":\"\xff\"}]}")).is_err());
    }

    #[test]
    fn nesting_of_any_depth_is_safe() {
        let deep = format!(r#"{{"value":[{{"a":{}1{}}}]}}"#, "[".repeat(200_000), "]".repeat(200_000));
        let page = page(&deep).unwrap();
        assert_eq!(page.len(), 1);
        assert_eq!(page.row(0).unwrap().entries().len(), 1);
        let open = format!(r#"{{"value":[{{"a":{}"#, "[".repeat(200_000));
        assert!(Page::decode(Bytes::from(open)).is_err());
    }
}
