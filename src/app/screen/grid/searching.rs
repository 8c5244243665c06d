//! Enter after `/`: the server searches the columns of the table's quick-find view.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Grid;
use super::conditions::short;
use super::filtering::Chip;
use crate::app::effect::{Effect, Request};
use crate::app::notice::Notice;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::app::{App, Screen};
use crate::dataverse::metadata::DateBehavior;
use crate::dataverse::{
    self, Column, ColumnKind, Filter, Literal, QuickFind, RowId, Table, TableName, TableSchema, field,
};
use crate::text::grouped;

/// Where a text is looked for.
struct Search<'a> {
    schema: &'a TableSchema,
    /// What the view names; without a view, the primary name alone.
    find: Option<&'a QuickFind>,
    /// The tables that lookups can point to.
    tables: &'a [Table],
}

impl Search<'_> {
    /// The condition of the rows in which one of the columns holds the text, or why nothing can be asked.
    fn chip(&self, text: &str) -> Result<Chip, String> {
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
        let Some(filter) = filters.into_iter().reduce(Filter::or) else {
            return Err(format!(
                "{} has no column that the server could search for this.",
                self.schema.table.display_name
            ));
        };
        let label = format!("{}: {}", searched.join(", "), short(text));
        let told = format!("`{}` is in {}", short(text), searched.join(" or "));
        Ok(Chip { label, told, searched, filter })
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

impl App {
    /// The names of the columns that Enter asks the server for, once the view is known.
    pub fn asked_columns(&self, grid: &Grid) -> Option<String> {
        let find = self.quick_finds.get(&grid.table.name)?;
        let text = grid.filter.as_ref()?.line.text();
        self.search_chip(grid, text, find.as_ref()).ok().map(|chip| chip.searched.join(", "))
    }

    fn search_chip(&self, grid: &Grid, text: &str, find: Option<&QuickFind>) -> Result<Chip, String> {
        let schema = grid.schema.as_ref().ok_or("The columns are not here yet.")?;
        let tables = self.tables.value().map_or(&[][..], Vec::as_slice);
        Search { schema, find, tables }.chip(text)
    }

    /// Asks the server for what the held rows were looked through for.
    pub(super) fn ask_server(&mut self) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let text = grid.filter.as_ref().map_or("", |filter| filter.line.text()).trim().to_owned();
        let Some(schema) = grid.schema.clone() else { return vec![] };
        if text.is_empty() {
            self.say("Type what to look for first.");
            return vec![];
        }
        if !self.quick_finds.contains_key(&grid.table.name) {
            grid.search = Some(text);
            if let Some(filter) = &mut grid.filter {
                filter.typing = false;
            }
            return vec![Effect::Run(self.tickets.issue(Slot::QuickFind), Request::QuickFind(schema))];
        }
        let find = self.quick_finds[&grid.table.name].clone();
        self.search_for(&text, find.as_ref())
    }

    fn search_for(&mut self, text: &str, find: Option<&QuickFind>) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top() else { return vec![] };
        match self.search_chip(grid, text, find) {
            Ok(chip) => self.add_chip(chip),
            Err(reason) => {
                self.say(reason);
                vec![]
            }
        }
    }

    /// One more condition: the rows that meet it too take the place of those on the screen.
    pub(super) fn add_chip(&mut self, chip: Chip) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        if grid.chips.contains(&chip) {
            let said = format!("{} is asked for already.", chip.label);
            self.say(said);
            return vec![];
        }
        let before = grid.asked();
        grid.filter = None;
        grid.search = None;
        grid.chips.push(chip);
        grid.reload(false, before);
        self.read_grid()
    }

    /// Takes the quick-find view of a table. Where it could not be read, the primary name is searched, and that is told.
    pub(in crate::app) fn quick_find_came(
        &mut self,
        table: TableName,
        result: Result<Option<QuickFind>, dataverse::Error>,
    ) -> Vec<Effect> {
        let (find, failure) = match result {
            Ok(find) => {
                self.quick_finds.insert(table.clone(), find.clone());
                (find, None)
            }
            Err(error) => (None, Some(Problem::of("", &error).why)),
        };
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let Some(text) = grid.search.take().filter(|_| grid.table.name == table) else { return vec![] };
        let effects = self.search_for(&text, find.as_ref());
        if let Some(why) = failure.filter(|_| !effects.is_empty()) {
            let problem = Problem::new("The quick-find view could not be read: only the name is searched.");
            self.notice = Some(Notice::Problem(problem.why(why).next("Esc dismiss")));
        }
        effects
    }

    /// The person no longer waits for the server to be asked; what is looked for among the held rows stays.
    pub(in crate::app) fn search_stopped(&mut self) {
        if let Screen::Grid(grid) = self.screens.top_mut() {
            grid.search = None;
        }
    }

    /// How much is still to be read, as a question.
    pub(in crate::app) fn read_all_text(&self) -> String {
        let Screen::Grid(grid) = self.screens.top() else { return String::new() };
        let name = &grid.table.collection_name;
        match grid.rest() {
            Some((rest, true)) => format!("Read {} more rows of {name}?", grouped(rest)),
            Some((0, false)) | None => format!("Read all rows of {name}? Nobody knows how many there are."),
            Some((rest, false)) => format!("Read all rows of {name}? More than {} are left.", grouped(rest)),
        }
    }

    /// Reads to the last row there is.
    pub(super) fn run_grid_to_end(&mut self) {
        let now: Timestamp = self.now;
        let Screen::Grid(grid) = self.screens.top_mut() else { return };
        grid.run_to_end(now);
        let said = grid.progress_text(now);
        if let Some(said) = said {
            self.say(said);
        }
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

    fn chip(text: &str, columns: &[&str]) -> Result<Chip, String> {
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
        Search { schema: &schema(), find: Some(&find), tables: &tables }.chip(text)
    }

    #[test]
    fn a_lookup_is_searched_by_the_name_of_each_table_it_can_point_to() {
        let chip = chip("O'Neil", &["title", "customerid"]).unwrap();
        assert_eq!(
            chip.filter.to_string(),
            "contains(title,'O''Neil') or (contains(customerid_account/name,'O''Neil') or \
             contains(customerid_contact/fullname,'O''Neil'))"
        );
        assert_eq!(chip.searched, ["TITLE", "CUSTOMERID"]);
    }

    #[test]
    fn numbers_and_dates_are_searched_only_when_the_text_is_one() {
        let all = ["title", "rank", "price", "due", "createdon"];
        let filter = |text: &str| chip(text, &all).unwrap().filter.to_string();
        assert_eq!(filter("42"), "contains(title,'42') or rank eq 42 or price eq 42");
        assert_eq!(filter("420.50"), "contains(title,'420.50') or price eq 420.50");
        assert_eq!(
            filter("2026-11-23"),
            "contains(title,'2026-11-23') or due eq 2026-11-23 or \
             (Microsoft.Dynamics.CRM.On(PropertyName='createdon',PropertyValue='2026-11-23'))"
        );
        assert_eq!(filter("print"), "contains(title,'print')");
        assert_eq!(chip("print", &all).unwrap().searched, ["TITLE"], "the chip says what was asked");
    }

    #[test]
    fn choices_are_searched_by_their_labels_and_secured_columns_not_at_all() {
        let chip = chip("high", &["secret", "priority"]).unwrap();
        assert_eq!(chip.filter.to_string(), "priority eq 1 or priority eq 2");
        assert!(self::chip("print", &["rank"]).is_err());
        assert!(self::chip("  ", &["title"]).is_err());
    }

    #[test]
    fn without_a_view_the_primary_name_is_searched() {
        let chip = Search { schema: &schema(), find: None, tables: &[] }.chip("jam").unwrap();
        assert_eq!(
            (chip.filter.to_string().as_str(), chip.label.as_str()),
            ("contains(title,'jam')", "TITLE: jam")
        );
    }
}
