//! Where in a row's JSON the value of each column is. Found once for a row: a frame reads what it shows, no more.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use crate::app::json::{Beginning, text_of};
use crate::app::zone::Zone;
use crate::dataverse::metadata::{DateBehavior, DateFormat};
use crate::dataverse::{Column, ColumnKind, Row, TableSchema};

const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
const LOOKUP_TABLE: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";

/// The columns of a table in the order of the form, and where their values are in a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    row: Row,
    schema: Arc<TableSchema>,
    pub(super) entries: Vec<Entry>,
    pub(super) widest_label: usize,
    pub(super) widest_name: usize,
}

impl Eq for Index {}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Its place in the table's columns.
    pub(super) column: usize,
    /// How many lines its text has.
    pub(super) lines: usize,
    value: Option<Range<usize>>,
    formatted: Option<Range<usize>>,
    table: Option<Range<usize>>,
    is_null: bool,
}

#[derive(Default)]
struct Found {
    value: Option<Range<usize>>,
    formatted: Option<Range<usize>>,
    table: Option<Range<usize>>,
}

impl Index {
    /// Finds every column in a row.
    pub(super) fn new(row: &Row, schema: &Arc<TableSchema>) -> Self {
        let json = row.json();
        let mut found: HashMap<String, Found> = HashMap::new();
        for (key, value) in row.entries() {
            let (property, annotation) = key.split_once('@').unwrap_or((&key, ""));
            let start = value.get().as_ptr() as usize - json.as_ptr() as usize;
            let range = Some(start..start + value.get().len());
            let found = found.entry(property.to_owned()).or_default();
            match annotation {
                "" => found.value = range,
                FORMATTED => found.formatted = range,
                LOOKUP_TABLE => found.table = range,
                _ => {}
            }
        }
        let entry = |column: usize| {
            let own = &schema.columns[column];
            let Found { mut value, mut formatted, table } =
                found.remove(&*own.property()).unwrap_or_default();
            let is_value = |range: &Range<usize>| &json[range.clone()] != "null";
            match own.kind {
                // The value is an id; what people call it is a column of its own.
                ColumnKind::File { .. } => {
                    let name = found.remove(&format!("{}_name", own.name)).and_then(|name| name.value);
                    formatted = formatted.or(name.filter(is_value));
                }
                // The picture itself may not come, but which one it is does.
                ColumnKind::Image { .. } if !value.as_ref().is_some_and(is_value) => {
                    let id = found.get(&format!("{}id", own.name)).and_then(|id| id.value.clone());
                    value = id.or(value);
                }
                _ => {}
            }
            let is_null = value.clone().is_none_or(|range| &json[range] == "null");
            let shown = formatted.clone().or_else(|| value.clone()).filter(|_| !is_null);
            // Only an escaped line end makes a second line.
            let lines = match shown {
                Some(range) if json[range.clone()].contains("\\n") => text_of(&json[range]).lines().count(),
                _ => 1,
            };
            Entry { column, lines, value, formatted, table, is_null }
        };
        let entries = order(schema).into_iter().map(entry).collect();
        let widest = |text: fn(&Column) -> &str| {
            schema.columns.iter().map(|column| text(column).width()).max().unwrap_or_default()
        };
        Self {
            row: row.clone(),
            schema: Arc::clone(schema),
            entries,
            widest_label: widest(|column| &column.display_name),
            widest_name: widest(|column| column.name.as_str()),
        }
    }

    /// Whether this is the index of that row, the very same bytes.
    pub(super) fn is_of(&self, row: &Row, schema: &Arc<TableSchema>) -> bool {
        let (own, other) = (self.row.bytes(), row.bytes());
        own.as_ptr() == other.as_ptr() && own.len() == other.len() && Arc::ptr_eq(&self.schema, schema)
    }
}

impl Entry {
    pub(super) fn is_empty(&self) -> bool {
        self.is_null
    }

    /// The value as it came.
    pub(super) fn raw<'a>(&self, row: &'a str) -> Option<&'a str> {
        self.value.clone().and_then(|range| row.get(range))
    }

    /// Table that a lookup points to.
    pub(super) fn points_to(&self, row: &str) -> Option<String> {
        let table = row.get(self.table.clone()?)?;
        Some(text_of(table).into_owned())
    }

    /// What people read, in full: the server's formatted value, a label or reading of ours where it sent none.
    pub(super) fn text<'a>(&self, row: &'a str, column: &Column, zone: &Zone) -> Option<Cow<'a, str>> {
        let raw = self.raw(row).filter(|_| !self.is_null)?;
        match self.formatted.clone().and_then(|range| row.get(range)) {
            Some(formatted) => Some(text_of(formatted)),
            None => Some(reading(column, text_of(raw), zone)),
        }
    }

    /// The beginning of what people read, as much as a screen could show.
    pub(super) fn beginning<'a>(&self, row: &'a str, column: &Column, zone: &Zone) -> Option<Beginning<'a>> {
        let raw = self.raw(row).filter(|_| !self.is_null)?;
        match self.formatted.clone().and_then(|range| row.get(range)) {
            Some(formatted) => Some(Beginning::of_json(formatted)),
            None => {
                let Beginning { text, is_cut } = Beginning::of_json(raw);
                Some(Beginning { text: reading(column, text, zone), is_cut })
            }
        }
    }
}

/// A value without a formatted one, as people read it.
fn reading<'a>(column: &Column, text: Cow<'a, str>, zone: &Zone) -> Cow<'a, str> {
    let said = match &column.kind {
        ColumnKind::YesNo { yes, .. } if text == "true" => Some(yes.clone()),
        ColumnKind::Image { .. } => Some("an image".to_owned()),
        ColumnKind::YesNo { no, .. } if text == "false" => Some(no.clone()),
        ColumnKind::DateTime { format, behavior } => {
            let with_time = *format == DateFormat::DateAndTime;
            match behavior {
                DateBehavior::UserLocal => zone.local(&text, with_time),
                DateBehavior::TimeZoneIndependent => Zone::wall(&text, with_time),
                DateBehavior::DateOnly => None,
            }
        }
        _ => text.parse().ok().and_then(|value| column.label_of(value)).map(ToOwned::to_owned),
    };
    said.map_or(text, Cow::Owned)
}

/// The columns in the order of the form, by place: the primary name, those a grid shows, then by label.
fn order(schema: &TableSchema) -> Vec<usize> {
    let place: HashMap<&str, usize> =
        schema.columns.iter().enumerate().map(|(place, column)| (column.name.as_str(), place)).collect();
    let mut rest: Vec<usize> = (0..schema.columns.len()).collect();
    rest.sort_by_cached_key(|place| {
        let column = &schema.columns[*place];
        (sort_key(&column.display_name), column.name.clone())
    });
    let first = schema.table.primary_name.iter().map(|name| name.as_str());
    let first = first.chain(schema.default_columns().into_iter().map(|column| column.name.as_str()));
    let first = first.filter_map(|name| place.get(name).copied());
    let mut seen = std::collections::BTreeSet::new();
    first.chain(rest).filter(|place| seen.insert(*place)).collect()
}

/// A label without what stands before its first letter, in lower case: `(Deprecated) Stage` belongs to D.
fn sort_key(label: &str) -> String {
    label.trim_start_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}
