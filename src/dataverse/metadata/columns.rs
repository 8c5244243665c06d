//! What a column's kind says about it, and which columns a grid shows first.

use std::borrow::Cow;

use super::{Choice, Column, ColumnKind, Required, TableSchema};
use crate::dataverse::ColumnName;

/// Numbers that the system gives and people quote. They come before the primary name.
const QUOTED: [&str; 5] = ["ticketnumber", "ordernumber", "quotenumber", "invoicenumber", "contractnumber"];

/// Columns that tell rows apart in any table that has them, best first. They come after the primary name.
const TELLING: [&str; 14] = [
    "prioritycode",
    "statuscode",
    "statecode",
    "customerid",
    "parentcustomerid",
    "regardingobjectid",
    "emailaddress1",
    "internalemailaddress",
    "telephone1",
    "address1_city",
    "scheduledend",
    "createdon",
    "ownerid",
    "modifiedon",
];

/// A grid starts with no fewer columns than this, where the table has them.
const AT_LEAST: usize = 4;

impl ColumnKind {
    /// Whether it holds a file or an image, whose bytes do not travel with the row.
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. } | Self::Image { .. })
    }

    /// Whether the value is a number that people compare by its digits.
    pub fn is_number(&self) -> bool {
        matches!(
            self,
            Self::Whole { .. }
                | Self::BigInt
                | Self::Decimal { .. }
                | Self::Double { .. }
                | Self::Money { .. }
        )
    }

    /// The options of a choice, a list of choices, a state or a status.
    pub fn options(&self) -> &[Choice] {
        match self {
            Self::Choice { options }
            | Self::Choices { options }
            | Self::State { options }
            | Self::Status { options } => options,
            _ => &[],
        }
    }
}

impl Column {
    /// The property as the wire names it: `_customerid_value` for a lookup, otherwise the logical name.
    pub fn property(&self) -> Cow<'_, str> {
        match self.kind {
            ColumnKind::Lookup { .. } => Cow::Owned(format!("_{}_value", self.name)),
            _ => Cow::Borrowed(self.name.as_str()),
        }
    }

    /// The property that lists show: of a file its name, where its value is an id.
    pub fn shown(&self) -> Cow<'_, str> {
        match self.kind {
            ColumnKind::File { .. } => Cow::Owned(format!("{}_name", self.name)),
            _ => self.property(),
        }
    }

    /// Whether the server would take a new value of this column, and its kind has an editor or could have one.
    pub fn is_editable(&self) -> bool {
        let kind = match self.kind {
            ColumnKind::Text { .. }
            | ColumnKind::Memo { .. }
            | ColumnKind::Whole { .. }
            | ColumnKind::BigInt
            | ColumnKind::Decimal { .. }
            | ColumnKind::Double { .. }
            | ColumnKind::Money { .. }
            | ColumnKind::YesNo { .. }
            | ColumnKind::Choice { .. }
            | ColumnKind::Choices { .. }
            | ColumnKind::State { .. }
            | ColumnKind::Status { .. }
            | ColumnKind::DateTime { .. }
            | ColumnKind::Lookup { .. } => true,
            ColumnKind::Id
            | ColumnKind::EntityName
            | ColumnKind::File { .. }
            | ColumnKind::Image { .. }
            | ColumnKind::Other(_) => false,
        };
        kind && self.updatable && !self.computed
    }

    /// How many bytes a file may have in this column, where the column says so.
    pub fn most_bytes(&self) -> Option<u64> {
        match self.kind {
            ColumnKind::File { max_kb } | ColumnKind::Image { max_kb } => Some(u64::from(max_kb?) * 1024),
            _ => None,
        }
    }

    /// Label of a choice's number, where the column is a choice and has that option.
    pub fn label_of(&self, value: i32) -> Option<&str> {
        self.kind.options().iter().find(|option| option.value == value).map(|option| option.label.as_str())
    }
}

impl TableSchema {
    /// The column of this logical name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        let at = self.columns.binary_search_by(|column| column.name.as_str().cmp(name)).ok();
        // A schema made by hand may not be sorted.
        at.map(|at| &self.columns[at])
            .or_else(|| self.columns.iter().find(|column| column.name.as_str() == name))
    }

    /// The column whose value travels under this property: `_customerid_value` finds `customerid`.
    pub fn column_of_property(&self, property: &str) -> Option<&Column> {
        let lookup = property.strip_prefix('_').and_then(|name| name.strip_suffix("_value"));
        let lookup = lookup.and_then(|name| self.column(name)).filter(|column| column.property() == property);
        lookup.or_else(|| self.column(property).filter(|column| column.property() == property))
    }

    /// The status options that belong to a state, in the server's order.
    pub fn status_of_state(&self, state: i32) -> Vec<&Choice> {
        let status = self.columns.iter().find(|column| matches!(column.kind, ColumnKind::Status { .. }));
        status
            .map_or(&[][..], |status| status.kind.options())
            .iter()
            .filter(|o| o.state == Some(state))
            .collect()
    }

    /// The columns that a grid of this table starts with, most telling first.
    ///
    /// The number that people quote (such as `ticketnumber`), the primary name, then what tells rows apart in most
    /// tables: priority, status, customer, contact data, dates, owner. A table that has little of this is filled up
    /// with required and short columns.
    pub fn default_columns(&self) -> Vec<&Column> {
        let primary = self.table.primary_name.as_ref().map(ColumnName::as_str);
        let names = QUOTED.into_iter().chain(primary).chain(TELLING);
        let mut chosen: Vec<&Column> = Vec::new();
        for column in names.filter_map(|name| self.column(name)) {
            let status_is_there =
                chosen.iter().any(|column| matches!(column.kind, ColumnKind::Status { .. }));
            let told_twice = status_is_there && matches!(column.kind, ColumnKind::State { .. });
            if !told_twice && chosen.iter().all(|other| other.name != column.name) {
                chosen.push(column);
            }
        }
        let fillers = |required: bool| {
            self.columns.iter().filter(move |column| {
                required == matches!(column.required, Required::Application | Required::System)
                    && is_short(column)
            })
        };
        for column in fillers(true).chain(fillers(false)) {
            if chosen.len() >= AT_LEAST {
                break;
            }
            if !chosen.iter().any(|other| other.name == column.name) {
                chosen.push(column);
            }
        }
        if chosen.is_empty() {
            chosen.extend(self.column(self.table.primary_id.as_str()));
        }
        chosen
    }
}

/// Fits a cell and says something.
fn is_short(column: &Column) -> bool {
    match column.kind {
        ColumnKind::Text { .. }
        | ColumnKind::Whole { .. }
        | ColumnKind::Decimal { .. }
        | ColumnKind::Money { .. }
        | ColumnKind::YesNo { .. }
        | ColumnKind::Choice { .. }
        | ColumnKind::DateTime { .. }
        | ColumnKind::EntityName => true,
        ColumnKind::Lookup { .. } => !matches!(column.name.as_str(), "createdby" | "modifiedby"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::Table;
    use crate::dataverse::metadata::{DateBehavior, DateFormat, TextFormat};

    fn text() -> ColumnKind {
        ColumnKind::Text { max_length: Some(100), format: TextFormat::Text }
    }

    fn date() -> ColumnKind {
        ColumnKind::DateTime { format: DateFormat::DateAndTime, behavior: DateBehavior::UserLocal }
    }

    fn schema(primary_name: Option<&str>, columns: Vec<(&str, ColumnKind)>) -> TableSchema {
        let column = |(name, kind): (&str, ColumnKind)| Column {
            name: name.into(),
            display_name: name.to_owned(),
            kind,
            required: Required::None,
            updatable: true,
            creatable: true,
            secured: false,
            computed: false,
            is_custom: false,
        };
        let mut columns: Vec<Column> = columns.into_iter().map(column).collect();
        columns.sort_by(|left, right| left.name.cmp(&right.name));
        let table = Table {
            name: "t".into(),
            set: "ts".into(),
            display_name: "T".into(),
            collection_name: "Ts".into(),
            primary_id: "tid".into(),
            primary_name: primary_name.map(ColumnName::new),
            is_custom: false,
            is_system: false,
            optimistic_concurrency: true,
        };
        TableSchema { table, columns }
    }

    fn names<'a>(columns: &[&'a Column]) -> Vec<&'a str> {
        columns.iter().map(|column| column.name.as_str()).collect()
    }

    fn options() -> Vec<Choice> {
        let choice =
            |(value, state): (i32, i32)| Choice { value, label: format!("{value}"), state: Some(state) };
        [(1, 0), (5, 1), (2, 0)].map(choice).to_vec()
    }

    #[test]
    fn a_grid_of_cases_starts_with_what_tells_them_apart() {
        let schema = schema(
            Some("title"),
            vec![
                ("createdon", date()),
                ("customerid", ColumnKind::Lookup { targets: vec![] }),
                ("description", ColumnKind::Memo { max_length: None }),
                ("modifiedon", date()),
                ("ownerid", ColumnKind::Lookup { targets: vec![] }),
                ("prioritycode", ColumnKind::Choice { options: vec![] }),
                ("statecode", ColumnKind::State { options: vec![] }),
                ("statuscode", ColumnKind::Status { options: options() }),
                ("ticketnumber", text()),
                ("title", text()),
            ],
        );
        let expected = [
            "ticketnumber",
            "title",
            "prioritycode",
            "statuscode",
            "customerid",
            "createdon",
            "ownerid",
            "modifiedon",
        ];
        assert_eq!(names(&schema.default_columns()), expected);
        let of_state: Vec<i32> = schema.status_of_state(0).iter().map(|status| status.value).collect();
        assert_eq!(of_state, [1, 2]);
    }

    #[test]
    fn a_bare_table_is_filled_up_and_never_empty() {
        let bare = schema(
            None,
            vec![("a", text()), ("b", ColumnKind::Image { max_kb: None }), ("tid", ColumnKind::Id)],
        );
        assert_eq!(names(&bare.default_columns()), ["a"]);
        let barer = schema(None, vec![("tid", ColumnKind::Id)]);
        assert_eq!(names(&barer.default_columns()), ["tid"]);
    }

    #[test]
    fn columns_are_found_by_name_and_by_property() {
        let schema =
            schema(None, vec![("ownerid", ColumnKind::Lookup { targets: vec![] }), ("title", text())]);
        assert_eq!(schema.column("ownerid").unwrap().property(), "_ownerid_value");
        assert_eq!(schema.column_of_property("_ownerid_value").unwrap().name.as_str(), "ownerid");
        assert_eq!(schema.column_of_property("ownerid"), None);
        assert_eq!(schema.column_of_property("title").unwrap().name.as_str(), "title");
        assert_eq!(schema.column_of_property("_title_value"), None);
        assert_eq!(schema.column("nothing"), None);
    }

    #[test]
    fn what_the_server_computes_or_refuses_is_not_edited() {
        let schema =
            schema(None, vec![("a", text()), ("b", ColumnKind::BigInt), ("c", text()), ("d", text())]);
        let mut columns = schema.columns.clone();
        columns[2].computed = true;
        columns[3].updatable = false;
        let editable: Vec<bool> = columns.iter().map(Column::is_editable).collect();
        assert_eq!(editable, [true, true, false, false]);
    }
}
