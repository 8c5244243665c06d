//! The tables of the sandbox: columns, types, limits, options, relationships and the names of all of them. One
//! declaration serves the store, the metadata, the query translator and the checks of writes; it must not know
//! any of them.

mod account;
mod activity;
mod attachments;
mod audit;
mod catalog;
mod choices;
mod contact;
mod correspondence;
mod declare;
mod history;
mod incident;
mod inspection;
mod links;
mod model;
mod people;
mod plain;
mod queues;
mod sdk;
mod security;
mod settings;
mod standard;
mod timeline;
mod views;
mod workflow;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

pub(crate) use choices::SharedChoice;
pub(crate) use declare::{
    ACTIVE_OR_NOT, ACTIVE_OR_NOT_REASONS, Behavior, Choice, Declaration, Declared, IMAGE_KB, Kind,
    LookupKind, OnDelete, Origin, Ownership, Required, State, Status, Traits, column, state, status, to,
};
pub(crate) use declare::{Key as AlternateKey, Target as DeclaredTarget};
pub(crate) use history::{Change, Gone};
pub(crate) use links::{Association, ManyToMany, Members, Side};
pub(crate) use model::{Model, kept, kept_list};
pub(crate) use plain::plural;

const DECLARATIONS: &[&Declaration] = &[
    &account::ACCOUNT,
    &activity::ANNOTATION,
    &attachments::ACTIVITYMIMEATTACHMENT,
    &audit::AUDIT,
    &people::BUSINESSUNIT,
    &contact::CONTACT,
    &incident::INCIDENT,
    &inspection::INSPECTION,
    &settings::ORGANIZATION,
    &catalog::PRODUCT,
    &queues::QUEUE,
    &queues::QUEUEITEM,
    &views::SAVEDQUERY,
    &catalog::SUBJECT,
    &views::SYSTEMFORM,
    &people::SYSTEMUSER,
    &activity::TASK,
    &people::TEAM,
    &people::TEAMMEMBERSHIP,
    &settings::TIMEZONEDEFINITION,
    &catalog::TRANSACTIONCURRENCY,
    &correspondence::APPOINTMENT,
    &correspondence::EMAIL,
    &correspondence::FAX,
    &correspondence::LETTER,
    &correspondence::PHONECALL,
    &sdk::SDKMESSAGE,
    &sdk::SDKMESSAGEFILTER,
    &security::PRINCIPALOBJECTACCESS,
    &security::PRIVILEGE,
    &security::ROLE,
    &security::ROLEPRIVILEGES,
    &security::SYSTEMUSERROLES,
    &security::TEAMROLES,
    &timeline::ACTIVITYPARTY,
    &timeline::ACTIVITYPOINTER,
    &timeline::INCIDENTRESOLUTION,
    &views::USERQUERY,
    &settings::USERSETTINGS,
    &workflow::WORKFLOW,
];

/// All tables, sorted by logical name, and how they hang together.
#[derive(Debug)]
pub(crate) struct Schema {
    tables: Vec<Table>,
    by_name: HashMap<String, usize>,
    by_set: HashMap<&'static str, usize>,
    /// For each table the lookups that can point to it.
    referring: HashMap<String, Vec<Place>>,
    many_to_many: Vec<ManyToMany>,
    choices: Vec<SharedChoice>,
    /// What has become different since the environment was made, oldest first.
    history: Vec<Change>,
}

/// A target of a lookup: which table, which of its columns, which of the column's targets.
#[derive(Debug, Clone, Copy)]
struct Place {
    table: usize,
    column: usize,
    target: usize,
}

/// A table with all its columns.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) key: String,
    pub(crate) declared: &'static Declaration,
    pub(crate) columns: Vec<Column>,
    by_name: HashMap<String, usize>,
}

#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) schema: String,
    pub(crate) label: String,
    pub(crate) kind: Kind,
    pub(crate) required: Required,
    pub(crate) create: bool,
    pub(crate) update: bool,
    pub(crate) indexed: bool,
    /// The column whose name or type this one shows, or whose image it is a part of.
    pub(crate) attribute_of: Option<String>,
    /// The amount that this one holds in the base currency.
    pub(crate) calculation_of: Option<String>,
    /// Name of the shared choice that the options belong to.
    pub(crate) shared: Option<&'static str>,
    pub(crate) description: &'static str,
    /// What a whole number stands for: `Duration`, `TimeZone`, `Language`, `Locale`, or `None`.
    pub(crate) meaning: &'static str,
    /// Added by the organization.
    pub(crate) custom: bool,
    /// Whether rows have it, on the wire and in the store.
    stored: bool,
    /// Tables that a lookup can point to; of other columns hardly any has one.
    pub(crate) targets: Vec<Target>,
}

/// A relationship, seen from the lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) table: String,
    pub(crate) nav: String,
    pub(crate) relationship: String,
    pub(crate) collection: String,
    pub(crate) on_delete: OnDelete,
}

/// A relationship with both its ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relationship<'a> {
    pub(crate) table: &'a Table,
    pub(crate) column: &'a Column,
    pub(crate) target: &'a Target,
}

impl Schema {
    /// The tables that every environment begins with. They are a constant, only too large for one.
    pub(crate) fn standard() -> Arc<Schema> {
        static STANDARD: LazyLock<Arc<Schema>> = LazyLock::new(|| {
            let declared = DECLARATIONS.iter().copied().chain(plain::tables());
            Arc::new(Schema::new(declared, links::MANY_TO_MANY.to_vec(), choices::SHARED.to_vec()))
        });
        Arc::clone(&STANDARD)
    }

    /// Tables that are declared, and what hangs together with them.
    pub(crate) fn new(
        declared: impl Iterator<Item = &'static Declaration>,
        many_to_many: Vec<ManyToMany>,
        choices: Vec<SharedChoice>,
    ) -> Schema {
        let mut tables: Vec<Table> = declared.map(Table::new).collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        let by_name = tables.iter().enumerate().map(|(index, table)| (table.name.clone(), index)).collect();
        let by_set = tables.iter().enumerate().map(|(index, table)| (table.declared.set, index)).collect();
        let mut referring: HashMap<String, Vec<Place>> = HashMap::new();
        for (at, table) in tables.iter().enumerate() {
            for (column, declared) in table.columns.iter().enumerate() {
                for (target, of) in declared.targets.iter().enumerate() {
                    let places = referring.entry(of.table.clone()).or_default();
                    places.push(Place { table: at, column, target });
                }
            }
        }
        Schema { tables, by_name, by_set, referring, many_to_many, choices, history: Vec::new() }
    }

    pub(crate) fn tables(&self) -> &[Table] {
        &self.tables
    }

    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.by_name.get(name).and_then(|index| self.tables.get(*index))
    }

    pub(crate) fn set(&self, set: &str) -> Option<&Table> {
        self.by_set.get(set).and_then(|index| self.tables.get(*index))
    }

    /// The rows that point to `table`. An owner is a user or a team and has no collection of its own.
    pub(crate) fn referring<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = Relationship<'a>> {
        self.relationships_to(table).filter(|relationship| !relationship.table.is_union())
    }

    /// What can be read of rows that point to `table`: also all its activities in one.
    pub(crate) fn relationships_to<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = Relationship<'a>> {
        let places = self.referring.get(&table.name).into_iter().flatten();
        places.filter_map(|place| {
            let table = self.tables.get(place.table)?;
            let column = table.columns.get(place.column)?;
            Some(Relationship { table, column, target: column.targets.get(place.target)? })
        })
    }

    /// The many-to-many relationships that `table` has a side of.
    pub(crate) fn associations<'a>(&'a self, table: &Table) -> impl Iterator<Item = Association<'a>> {
        self.many_to_many.iter().flat_map(|relationship| relationship.sides()).filter_map(
            move |(relationship, here, there)| {
                (here.table == table.name).then_some(Association {
                    relationship,
                    here,
                    there,
                    table: self.table(there.table)?,
                    intersect: self.table(relationship.intersect)?,
                })
            },
        )
    }

    pub(crate) fn many_to_many(&self) -> &[ManyToMany] {
        &self.many_to_many
    }

    pub(crate) fn history(&self) -> &[Change] {
        &self.history
    }

    /// The choices that columns can share.
    pub(crate) fn choices(&self) -> &[SharedChoice] {
        &self.choices
    }

    /// The collection `nav` of a table: `Incident_Tasks` of `incident`, `teammembership_association` of `team`.
    pub(crate) fn collection<'a>(&'a self, table: &'a Table, nav: &str) -> Option<Members<'a>> {
        let children = self
            .relationships_to(table)
            .find(|relationship| relationship.target.collection == nav && !relationship.column.is_owner());
        match children {
            Some(relationship) => Some(Members::Children(relationship)),
            None => self.associations(table).find(|link| link.here.nav == nav).map(Members::Linked),
        }
    }
}

impl Table {
    fn new(declared: &'static Declaration) -> Table {
        let columns = standard::columns(declared);
        let by_name =
            columns.iter().enumerate().map(|(index, column)| (column.name.clone(), index)).collect();
        Table {
            name: declared.schema.to_lowercase(),
            key: declared.key.to_lowercase(),
            declared,
            columns,
            by_name,
        }
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.by_name.get(name).and_then(|index| self.columns.get(*index))
    }

    /// A name that more than one column has.
    pub(crate) fn twice(&self) -> Option<&str> {
        let mut columns = self.columns.iter().enumerate();
        let second = columns.find(|(index, column)| self.by_name.get(&column.name) != Some(index));
        second.map(|(_, column)| column.name.as_str())
    }

    /// The column behind a property of a row: `title`, `_customerid_value`.
    pub(crate) fn property(&self, name: &str) -> Option<&Column> {
        let lookup = name.strip_prefix('_').and_then(|rest| rest.strip_suffix("_value"));
        let column = self.column(lookup.unwrap_or(name))?;
        (column.is_stored() && column.is_lookup() == lookup.is_some()).then_some(column)
    }

    /// The columns that rows have on the wire and in the store.
    pub(crate) fn stored(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.is_stored())
    }

    pub(crate) fn relationships(&self) -> impl Iterator<Item = Relationship<'_>> {
        self.columns.iter().flat_map(move |column| {
            column.targets.iter().map(move |target| Relationship { table: self, column, target })
        })
    }

    /// The lookups that a navigation property stands for. `ownerid` leads to users and to teams.
    pub(crate) fn navigation(&self, nav: &str) -> Vec<Relationship<'_>> {
        self.relationships().filter(|relationship| relationship.target.nav == nav).collect()
    }

    /// Whether it shows the rows of other tables and has none of its own.
    pub(crate) fn is_union(&self) -> bool {
        self.declared.origin == Origin::Union
    }

    /// Whether its rows are kept as activities.
    pub(crate) fn is_activity(&self) -> bool {
        self.declared.traits.activity && !self.is_union()
    }

    /// Whether changes of its rows are kept: not where the platform writes, nor of mere links.
    pub(crate) fn is_audited(&self) -> bool {
        !matches!(self.declared.origin, Origin::Intersect | Origin::Platform | Origin::Union)
    }

    pub(crate) fn is_intersect(&self) -> bool {
        self.declared.origin == Origin::Intersect
    }

    pub(crate) fn is_custom(&self) -> bool {
        matches!(self.declared.origin, Origin::Custom | Origin::Plain { custom: true })
    }

    pub(crate) fn states(&self) -> &'static [State] {
        match self.column("statecode").map(|column| column.kind) {
            Some(Kind::State { options }) => options,
            _ => &[],
        }
    }

    pub(crate) fn statuses(&self) -> &'static [Status] {
        match self.column("statuscode").map(|column| column.kind) {
            Some(Kind::Status { options }) => options,
            _ => &[],
        }
    }

    /// The end of privilege names: `prvReadIncident`.
    pub(crate) fn privilege(&self) -> &'static str {
        match self.declared.schema {
            _ if self.declared.traits.activity => "Activity",
            "ActivityMimeAttachment" | "ActivityParty" => "Activity",
            "Annotation" => "Note",
            "SystemUser" => "User",
            schema => schema,
        }
    }
}

impl Column {
    pub(crate) fn is_lookup(&self) -> bool {
        matches!(self.kind, Kind::Lookup { .. })
    }

    pub(crate) fn is_owner(&self) -> bool {
        matches!(self.kind, Kind::Lookup { kind: LookupKind::Owner, .. })
    }

    pub(crate) fn is_stored(&self) -> bool {
        self.stored
    }

    /// Whether several tables can stand behind a value, so that the value must say which.
    pub(crate) fn is_polymorphic(&self) -> bool {
        self.targets.len() > 1
    }

    /// Name of the property in a row.
    pub(crate) fn property(&self) -> String {
        if self.is_lookup() { format!("_{}_value", self.name) } else { self.name.clone() }
    }

    /// The label of an option.
    pub(crate) fn option_label(&self, value: i64) -> Option<&'static str> {
        let is = |option: i32| i64::from(option) == value;
        match self.kind {
            Kind::Choice { options, .. } | Kind::MultiChoice { options } => {
                options.iter().find(|o| is(o.value)).map(|o| o.label)
            }
            Kind::State { options } => options.iter().find(|o| is(o.value)).map(|o| o.label),
            Kind::Status { options } => options.iter().find(|o| is(o.value)).map(|o| o.label),
            Kind::YesNo { no, yes, .. } => Some(if value == 0 { no } else { yes }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_relationship_is_told_apart() {
        let schema = Schema::standard();
        for table in schema.tables() {
            assert_eq!(table.by_name.len(), table.columns.len(), "columns of {}", table.name);
            assert!(table.column(&table.key).is_some(), "key of {}", table.name);
            let named = table.column(table.declared.primary_name).is_some();
            assert!(named != table.declared.primary_name.is_empty(), "name of {}", table.name);
            let mut navs: Vec<_> = table
                .relationships()
                .filter(|relationship| !relationship.column.is_owner())
                .map(|relationship| &relationship.target.nav)
                .collect();
            navs.sort();
            let before = navs.len();
            navs.dedup();
            assert_eq!(before, navs.len(), "navigation properties of {}", table.name);
        }
    }

    #[test]
    fn the_case_has_the_names_of_the_service() {
        let schema = Schema::standard();
        let case = schema.set("incidents").unwrap();
        let customer: Vec<_> = case.column("customerid").unwrap().targets.iter().map(|t| &t.nav).collect();
        assert_eq!(customer, ["customerid_account", "customerid_contact"]);
        assert_eq!(case.column("customeridname").unwrap().attribute_of.as_deref(), Some("customerid"));
        assert_eq!(case.property("_customerid_value").unwrap().name, "customerid");
        assert!(case.property("customerid").is_none());
        assert!(case.property("customeridname").is_none());
        assert_eq!(case.navigation("ownerid").len(), 2);
        assert_eq!(schema.collection(case, "Incident_Tasks").unwrap().table().name, "task");
    }

    #[test]
    fn every_status_belongs_to_a_state_and_every_state_has_its_default() {
        for table in Schema::standard().tables() {
            for status in table.statuses() {
                assert!(table.states().iter().any(|state| state.value == status.state), "{}", table.name);
            }
            for state in table.states() {
                let default = table.statuses().iter().find(|status| status.value == state.default_status);
                assert_eq!(default.map(|status| status.state), Some(state.value), "{}", table.name);
            }
        }
    }
}
