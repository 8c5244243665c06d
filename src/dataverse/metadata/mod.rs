//! What the environment says of its tables and columns.
//!
//! [`ColumnKind`] is the hinge of the program: it decides how a value is decoded, shown, edited and checked.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{ColumnName, SetName, TableName};

mod columns;
pub mod decode;
pub mod keys;

/// A table as the list of tables shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Logical name, `incident`.
    pub name: TableName,
    /// Entity set, `incidents`. Tables without one cannot be read over the Web API and are left out of lists.
    pub set: SetName,
    /// Singular display name in the user's language, `Case`; the schema name where there is no label.
    pub display_name: String,
    /// Plural display name, `Cases`; falls back to `display_name`.
    pub collection_name: String,
    /// Primary key column.
    pub primary_id: ColumnName,
    /// Column that names a row for people. Some tables have none.
    pub primary_name: Option<ColumnName>,
    /// Made by the organization, not by Microsoft.
    pub is_custom: bool,
    /// Kept out of lists unless asked for: private, intersect and logical tables.
    pub is_system: bool,
    /// The server compares ETags for this table (`IsOptimisticConcurrencyEnabled`).
    pub optimistic_concurrency: bool,
}

/// A table with all its columns, sorted by logical name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSchema {
    /// The table itself.
    pub table: Table,
    /// Readable columns; name twins such as `customeridname` are left out.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// Logical name, `prioritycode`.
    pub name: ColumnName,
    /// Display name in the user's language; the schema or logical name where there is no label.
    pub display_name: String,
    /// What the column holds.
    pub kind: ColumnKind,
    /// Whether a value must be given.
    pub required: Required,
    /// The server accepts the column in an update.
    pub updatable: bool,
    /// The server accepts the column in a create.
    pub creatable: bool,
    /// Column security applies: a missing value may be hidden.
    pub secured: bool,
    /// Calculated or rollup.
    pub computed: bool,
    /// Made by the organization.
    pub is_custom: bool,
}

/// What a column holds, with the limits that apply to its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnKind {
    /// One line of text. `max_length` in UTF-16 units, as the server counts.
    Text { max_length: Option<u32>, format: TextFormat },
    /// Several lines of text.
    Memo { max_length: Option<u32> },
    /// `Edm.Int32`.
    Whole { min: i64, max: i64 },
    /// `Edm.Int64`.
    BigInt,
    /// `Edm.Decimal`. `precision`: digits after the point.
    Decimal { min: Option<Decimal>, max: Option<Decimal>, precision: u32 },
    /// `Edm.Double`.
    Double { min: Option<Decimal>, max: Option<Decimal>, precision: u32 },
    /// An amount in the row's currency.
    Money { min: Option<Decimal>, max: Option<Decimal>, precision: u32 },
    /// Two options with labels of their own.
    YesNo { yes: String, no: String },
    /// One option of a list.
    Choice { options: Vec<Choice> },
    /// Several options of a list; travels as `"1,3"`.
    Choices { options: Vec<Choice> },
    /// `statecode`.
    State { options: Vec<Choice> },
    /// `statuscode`; each option belongs to a state.
    Status { options: Vec<Choice> },
    /// A date, with or without a time.
    DateTime { format: DateFormat, behavior: DateBehavior },
    /// A reference to a row of one of `targets`; read as `_name_value`.
    Lookup { targets: Vec<TableName> },
    /// A GUID that is not a lookup.
    Id,
    /// Logical name of a table.
    EntityName,
    /// A file; the value is its id. `max_kb`: how large one may be, in units of 1024 bytes.
    File { max_kb: Option<u32> },
    /// An image; base64 when asked for.
    Image { max_kb: Option<u32> },
    /// Everything else, by the server's type name. Shown, never edited.
    Other(String),
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The number on the wire.
    pub value: i32,
    /// Label in the user's language; the number where there is none.
    pub label: String,
    /// For a status: the state it belongs to.
    pub state: Option<i32>,
}

/// Whether a column needs a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Required {
    #[default]
    None,
    Recommended,
    /// People must fill it; the Web API does not insist.
    Application,
    /// The server refuses null.
    System,
}

/// What a text column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TextFormat {
    #[default]
    Text,
    TextArea,
    Email,
    Url,
    Phone,
    Other,
}

/// Whether people see a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateFormat {
    DateOnly,
    DateAndTime,
}

/// How the server treats time zones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateBehavior {
    /// An instant, shown in the user's zone.
    UserLocal,
    /// A calendar date, `Edm.Date`.
    DateOnly,
    /// The clock's reading, never converted.
    TimeZoneIndependent,
}
