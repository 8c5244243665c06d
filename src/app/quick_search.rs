//! A text as a condition on the rows of a table: it is in one of the columns of the table's quick-find view.

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::dataverse::metadata::DateBehavior;
use crate::dataverse::{
    self, Column, ColumnKind, Filter, Literal, QuickFind, RowId, Table, TableName, TableSchema, field,
};

/// Where a text is looked for.
#[derive(Debug, Clone, Copy)]
pub struct QuickSearch<'a> {
    /// The table.
    pub schema: &'a TableSchema,
    /// What its view names; without a view, the primary name alone.
    pub find: Option<&'a QuickFind>,
    /// The tables that lookups can point to.
    pub tables: &'a [Table],
}

impl QuickSearch<'_> {
    /// The condition of the rows in which one of the columns holds the text, with the names of those columns.
    ///
    /// # Errors
    ///
    /// Why nothing can be asked, as a sentence.
    pub fn of_text(&self, text: &str) -> Result<(Vec<String>, Filter), String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("Type what to look for first.".into());
        }
        let primary = self.schema.table.primary_name.as_ref();
        let names = match self.find {
            Some(find) => find.columns.iter().collect::<Vec<_>>(),
            None => primary.into_iter().collect(),
        };
        let columns = names.into_iter().filter_map(|name| self.schema.column(name.as_str()));
        // What may not be read may not be searched either: the server would refuse the whole query.
        let conditions = columns
            .filter(|column| !column.secured)
            .filter_map(|column| Some((column.display_name.clone(), self.condition(column, text)?)));
        let (searched, filters): (Vec<String>, Vec<Filter>) = conditions.unzip();
        let filter = filters.into_iter().reduce(Filter::or).ok_or_else(|| {
            format!("{} has no column that the server could search for this.", self.schema.table.display_name)
        })?;
        Ok((searched, filter))
    }

    /// The condition on one column; none when it cannot hold the text.
    fn condition(&self, column: &Column, text: &str) -> Option<Filter> {
        let name = column.name.as_str();
        match &column.kind {
            ColumnKind::Text { .. } | ColumnKind::Memo { .. } => Some(field(name).contains(text)),
            ColumnKind::Choice { options }
            | ColumnKind::State { options }
            | ColumnKind::Status { options } => {
                let wanted = text.to_lowercase();
                let matches = options.iter().filter(|option| option.label.to_lowercase().contains(&wanted));
                matches.map(|option| field(name).eq(option.value)).reduce(Filter::or)
            }
            ColumnKind::YesNo { yes, no } => {
                let is = |label: &str| label.to_lowercase() == text.to_lowercase();
                (is(yes) || is(no)).then(|| field(name).eq(is(yes)))
            }
            ColumnKind::Whole { min, max } => {
                let number: i64 = text.parse().ok()?;
                (*min..=*max).contains(&number).then(|| field(name).eq(number))
            }
            ColumnKind::BigInt => Some(field(name).eq(text.parse::<i64>().ok()?)),
            ColumnKind::Decimal { .. } | ColumnKind::Double { .. } | ColumnKind::Money { .. } => {
                Some(field(name).eq(text.parse::<Decimal>().ok()?))
            }
            ColumnKind::DateTime { behavior, .. } => {
                let date: Date = text.parse().ok()?;
                Some(match behavior {
                    DateBehavior::DateOnly => field(name).eq(Literal::Date(date)),
                    // The day in the time zone that the person has in Dataverse, which the server knows.
                    _ => Filter::Raw(format!(
                        "Microsoft.Dynamics.CRM.On(PropertyName='{}',PropertyValue='{date}')",
                        name.replace('\'', "''")
                    )),
                })
            }
            ColumnKind::Lookup { .. } => self.lookup(column, text),
            ColumnKind::Id => Some(field(name).eq(text.parse::<RowId>().ok()?)),
            _ => None,
        }
    }

    /// The name of the row that a lookup points to, table by table.
    fn lookup(&self, column: &Column, text: &str) -> Option<Filter> {
        let paths = self.find?.paths.iter().filter(|path| path.column == column.name);
        let name = |target: &TableName| {
            self.tables.iter().find(|table| table.name == *target)?.primary_name.as_ref()
        };
        let filter = |path: &dataverse::LookupPath| {
            let name = name(&path.target)?;
            Some(field(format!("{}/{name}", path.navigation)).contains(text))
        };
        paths.filter_map(filter).reduce(Filter::or)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::metadata::{Choice, DateFormat, Required, TextFormat};
    use crate::dataverse::{ColumnName, LookupPath};

    fn column(name: &str, kind: ColumnKind) -> Column {
        Column {
            name: name.into(),
            display_name: name.to_uppercase(),
            kind,
            required: Required::None,
            updatable: true,
            creatable: true,
            secured: name == "secret",
            computed: false,
            is_custom: false,
        }
    }

    fn table(name: &str, primary: &str) -> Table {
        Table {
            name: name.into(),
            set: name.into(),
            display_name: name.into(),
            collection_name: name.into(),
            primary_id: "id".into(),
            primary_name: Some(primary.into()),
            is_custom: false,
            is_system: false,
            optimistic_concurrency: true,
        }
    }

    fn schema() -> TableSchema {
        let text = || ColumnKind::Text { max_length: None, format: TextFormat::Text };
        let date = |behavior| ColumnKind::DateTime { format: DateFormat::DateOnly, behavior };
        let option = |value, label: &str| Choice { value, label: label.into(), state: None };
        let mut columns = vec![
            column("title", text()),
            column("secret", text()),
            column("rank", ColumnKind::Whole { min: 0, max: 100 }),
            column("price", ColumnKind::Money { min: None, max: None, precision: 2 }),
            column("due", date(DateBehavior::DateOnly)),
            column("createdon", date(DateBehavior::UserLocal)),
            column("priority", ColumnKind::Choice { options: vec![option(1, "High"), option(2, "Highest")] }),
            column("customerid", ColumnKind::Lookup { targets: vec!["account".into(), "contact".into()] }),
        ];
        columns.sort_by(|a, b| a.name.cmp(&b.name));
        TableSchema { table: table("incident", "title"), columns }
    }

    fn search(text: &str, columns: &[&str]) -> Result<(Vec<String>, String), String> {
        let path = |target: &str, navigation: &str| LookupPath {
            column: "customerid".into(),
            target: target.into(),
            navigation: navigation.into(),
        };
        let find = QuickFind {
            columns: columns.iter().map(|name| ColumnName::new(*name)).collect(),
            paths: vec![
                path("account", "customerid_account"),
                path("contact", "customerid_contact"),
                path("gone", "customerid_gone"),
            ],
        };
        let tables = [table("account", "name"), table("contact", "fullname")];
        let found = QuickSearch { schema: &schema(), find: Some(&find), tables: &tables }.of_text(text);
        found.map(|(searched, filter)| (searched, filter.to_string()))
    }

    #[test]
    fn a_lookup_is_searched_by_the_name_of_each_table_it_can_point_to() {
        let (searched, filter) = search("O'Neil", &["title", "customerid"]).unwrap();
        assert_eq!(
            filter,
            "contains(title,'O''Neil') or (contains(customerid_account/name,'O''Neil') or \
             contains(customerid_contact/fullname,'O''Neil'))"
        );
        assert_eq!(searched, ["TITLE", "CUSTOMERID"]);
    }

    #[test]
    fn numbers_and_dates_are_searched_only_when_the_text_is_one() {
        let all = ["title", "rank", "price", "due", "createdon"];
        let filter = |text: &str| search(text, &all).unwrap().1;
        assert_eq!(filter("42"), "contains(title,'42') or rank eq 42 or price eq 42");
        assert_eq!(filter("420.50"), "contains(title,'420.50') or price eq 420.50");
        assert_eq!(
            filter("2026-11-23"),
            "contains(title,'2026-11-23') or due eq 2026-11-23 or \
             (Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='2026-11-23'))"
        );
        assert_eq!(filter("print"), "contains(title,'print')");
        assert_eq!(search("print", &all).unwrap().0, ["TITLE"], "what is searched is told");
    }

    #[test]
    fn choices_are_searched_by_their_labels_and_secured_columns_not_at_all() {
        let (_, filter) = search("high", &["secret", "priority"]).unwrap();
        assert_eq!(filter, "priority eq 1 or priority eq 2");
        assert!(search("print", &["rank"]).is_err());
        assert!(search("  ", &["title"]).is_err());
    }

    #[test]
    fn without_a_view_the_primary_name_is_searched() {
        let search = QuickSearch { schema: &schema(), find: None, tables: &[] };
        let (searched, filter) = search.of_text("jam").unwrap();
        assert_eq!(
            (filter.to_string().as_str(), searched),
            ("contains(title,'jam')", vec!["TITLE".to_owned()])
        );
    }
}
