//! Going to a row that is named by its id, its ticket number, a key, an address, or found by a text.

use std::sync::Arc;

use super::destination::{self, Destination, Place};
use super::effect::{Effect, Request};
use super::notice::Notice;
use super::overlay::Overlay;
use super::overlay::go_to::Offer;
use super::overlay::hits::Hits;
use super::problem::Problem;
use super::screen::grid::short;
use super::screen::record::Tab;
use super::tickets::Slot;
use super::{App, Screen};
use crate::dataverse::{QuickFind, RowId, Table, TableName, TableSchema};

/// The column of ticket numbers.
pub const TICKET: &str = "ticketnumber";
/// The table that has them everywhere where there is one.
const CASES: &str = "incident";
/// Tables that are looked through for an id, after those that are in sight.
const USUAL: [&str; 3] = ["incident", "account", "contact"];
/// So many tables at most are asked for an id, one after the other.
const MOST_TABLES: usize = 12;
/// So many tables at most are asked for a text: each is a search of its own for the server.
pub(in crate::app) const MOST_SEARCHED: usize = 8;

/// What is looked for, and where.
#[derive(Debug, Clone, PartialEq)]
pub enum Search {
    /// The row with this id in the first of these tables that has it.
    Id { id: RowId, tables: Vec<Table> },
    /// Rows whose ticket number has a group of exactly these digits.
    Number { table: Table, digits: String },
    /// The row with this ticket number; without one, those whose number begins so.
    Ticket { table: Table, text: String },
    /// The row with these values in the columns of one of the table's keys. The columns, where they are known.
    Key { table: Table, schema: Option<Arc<TableSchema>>, values: Vec<(String, String)> },
    /// Rows with this text in what a quick search of their table looks at.
    Text(Box<TextSearch>),
}

/// A text that is looked for in several tables.
#[derive(Debug, Clone, PartialEq)]
pub struct TextSearch {
    /// The text.
    pub text: String,
    /// Where it is looked for, in this order.
    pub among: Vec<Searched>,
    /// The tables that lookups can point to.
    pub tables: Vec<Table>,
}

/// A table that is searched, and what is known of it already.
#[derive(Debug, Clone, PartialEq)]
pub struct Searched {
    pub table: Table,
    pub schema: Option<Arc<TableSchema>>,
    /// What a quick search looks at, where that is known; in there nothing for a table without a quick-find view.
    pub find: Option<Option<QuickFind>>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Found {
    /// The rows.
    pub hits: Vec<Hit>,
    /// The tables that have more than were read.
    pub more: Vec<TableName>,
    /// Tables that could not be looked at: their names and why.
    pub unread: Vec<(String, String)>,
    /// What was learned of tables on the way.
    pub learned: Vec<(Arc<TableSchema>, Option<QuickFind>)>,
}

/// A row that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    pub table: Table,
    pub id: RowId,
    /// What people call it: its number or its name.
    pub name: String,
    /// What stands beside it.
    pub detail: String,
}

/// The first step to a destination.
enum Way {
    Open(Table, RowId),
    Rows(Table),
    Find(Search),
}

impl Search {
    /// In the words of the message line.
    pub fn text(&self) -> String {
        match self {
            Self::Id { id, .. } => id.to_string(),
            Self::Number { table, digits } => format!("{} {digits}", table.display_name),
            Self::Ticket { table, text } => format!("{} {text}", table.display_name),
            Self::Key { table, values, .. } => {
                let values: Vec<String> =
                    values.iter().map(|(column, value)| format!("{column}={value}")).collect();
                format!("{} {}", table.display_name, values.join(", "))
            }
            Self::Text(search) => format!("`{}`", short(&search.text)),
        }
    }

    /// The keys that look for it again.
    pub fn again(&self) -> &'static str {
        match self {
            Self::Text(_) => "g f",
            _ => "g i",
        }
    }

    /// What is said when nothing is found.
    fn nothing(&self, found: &Found) -> String {
        let said = match self {
            Self::Id { id, tables } => {
                let looked: Vec<&str> = tables
                    .iter()
                    .map(|table| table.display_name.as_str())
                    .filter(|name| found.unread.iter().all(|(unread, _)| unread != name))
                    .collect();
                let looked = if looked.is_empty() { "any table".to_owned() } else { looked.join(", ") };
                format!("No row {id} in {looked}.  Name its table: g i TABLE ID")
            }
            Self::Number { table, digits } => {
                format!("No {} has {digits} in its number.", table.display_name)
            }
            Self::Ticket { table, text } => {
                format!("No {} has a number that begins with {text}.", table.display_name)
            }
            Self::Key { table, .. } => format!("No {} has that key.", table.display_name),
            Self::Text(search) => {
                let names = search.among.iter().map(|searched| searched.table.display_name.as_str());
                let looked: Vec<&str> =
                    names.filter(|name| found.unread.iter().all(|(unread, _)| unread != name)).collect();
                format!("No {} has {} in what a quick search looks at.", looked.join(", "), self.text())
            }
        };
        match found.unread_text() {
            None => said,
            Some(unread) => format!("{said}  {unread}"),
        }
    }
}

impl Found {
    /// Which table could not be looked at, and why.
    pub(in crate::app) fn unread_text(&self) -> Option<String> {
        let (table, why) = self.unread.first()?;
        Some(format!("{table} could not be read: {why}"))
    }
}

impl App {
    /// The table with a logical, set or display name, in either case.
    pub fn table_called(&self, name: &str) -> Option<&Table> {
        let tables = self.tables.value()?;
        let by = |is: fn(&Table, &str) -> bool| tables.iter().find(|table| is(table, name));
        by(|table, name| table.name.as_str().eq_ignore_ascii_case(name))
            .or_else(|| by(|table, name| table.set.as_str().eq_ignore_ascii_case(name)))
            .or_else(|| by(|table, name| table.display_name.to_lowercase() == name.to_lowercase()))
            .or_else(|| by(|table, name| table.collection_name.to_lowercase() == name.to_lowercase()))
    }

    /// Goes to a destination, in this environment or, once asked, in another one.
    pub(in crate::app) fn go_to(&mut self, place: Place) -> Vec<Effect> {
        if self.is_elsewhere(&place) {
            self.offer(place);
            return vec![];
        }
        match self.way_to(&place.destination) {
            Ok(Way::Open(table, id)) => self.open_record(table, id, Tab::Form),
            Ok(Way::Rows(table)) => self.open_grid(table),
            Ok(Way::Find(search)) => self.seek(search),
            Err(why) => {
                self.say(why);
                vec![]
            }
        }
    }

    /// Looks for rows with a text, in the tables where people mostly look.
    pub(in crate::app) fn find_text(&mut self, text: String) -> Vec<Effect> {
        if let Err(why) = self.can_look() {
            self.say(why);
            return vec![];
        }
        let likely = self.likely_tables(MOST_SEARCHED).into_iter();
        let among: Vec<Searched> = likely.map(|table| self.searched(table)).collect();
        if among.is_empty() {
            self.say("There is no table to look in yet. Open one, then look again.");
            return vec![];
        }
        let tables = self.tables.value().cloned().unwrap_or_default();
        self.seek(Search::Text(Box::new(TextSearch { text, among, tables })))
    }

    /// Looks for rows with a text in one table.
    pub(in crate::app) fn find_in(&mut self, table: Table, text: String) -> Vec<Effect> {
        let tables = self.tables.value().cloned().unwrap_or_default();
        let among = vec![self.searched(table)];
        self.seek(Search::Text(Box::new(TextSearch { text, among, tables })))
    }

    /// A table with what is known of searching it.
    pub(in crate::app) fn searched(&self, table: Table) -> Searched {
        Searched {
            schema: self.schemas.get(&table.name).cloned(),
            find: self.quick_finds.get(&table.name).cloned(),
            table,
        }
    }

    /// The tables that a text is looked for in, for the palette.
    pub(in crate::app) fn find_tables_text(&self) -> String {
        let names = self.likely_tables(MOST_SEARCHED).into_iter().map(|table| table.display_name);
        names.collect::<Vec<_>>().join("  ")
    }

    fn seek(&mut self, search: Search) -> Vec<Effect> {
        self.say(format!("Looking for {} ...", search.text()));
        self.sought = Some(search.clone());
        vec![Effect::Run(self.tickets.issue(Slot::Find), Request::Find(search))]
    }

    /// Pasted text is never keys: it is offered as somewhere to go to, or refused.
    pub(in crate::app) fn pasted(&mut self, text: &str) {
        match destination::recognize(text) {
            _ if self.session.identity().is_none() => self.say("Pasted text is not taken for keys."),
            None => {
                self.say("Pasted text is not taken for keys: it is no id, ticket number or row address.");
            }
            Some(Err(why)) => self.say(why),
            Some(Ok(place)) => self.offer(place),
        }
    }

    /// Asks whether to go somewhere.
    fn offer(&mut self, place: Place) {
        let here = self.session.identity().map_or("", |identity| &identity.environment);
        let question = match &place.origin {
            Some(origin) if self.is_elsewhere(&place) => {
                let places = self.places.value().map_or(&[][..], Vec::as_slice);
                let Some(other) = places.iter().find(|other| other.address == *origin) else {
                    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host);
                    let said =
                        format!("{host} is not {here}, and in no list of yours.  g e, then a, opens it");
                    return self.say(said);
                };
                format!("That is in {}, and you are in {here}. Go there?", other.name)
            }
            _ => format!("Go to {}?", place.destination),
        };
        self.notice = None;
        self.overlays.push(Overlay::Offer(Box::new(Offer { place, question })));
    }

    /// Goes where was offered: another environment first, where it is in one.
    pub(in crate::app) fn take_offer(&mut self, place: Place) -> Vec<Effect> {
        let Some(origin) = place.origin.clone().filter(|_| self.is_elsewhere(&place)) else {
            return self.go_to(place);
        };
        let effects = self.go_environment(origin);
        if self.opening.is_some() {
            self.bound = Some(place);
        }
        effects
    }

    /// Opens another environment. The list of them comes to the front: from there one can be entered.
    pub(in crate::app) fn go_environment(&mut self, address: String) -> Vec<Effect> {
        if self.session.identity().is_some_and(|identity| identity.address == address) {
            self.say("You are in this environment.");
            return vec![];
        }
        if !self.pending.is_empty() {
            return self.open_place(address); // which says why not
        }
        let mut effects = self.go_environments();
        effects.extend(self.open_place(address));
        effects
    }

    /// The tables are here: goes on to where somebody was bound for in this environment.
    pub(in crate::app) fn go_on(&mut self) -> Vec<Effect> {
        if self.tables.value().is_none() {
            return vec![];
        }
        match self.bound.take() {
            Some(place) if !self.is_elsewhere(&place) => self.go_to(place),
            _ => vec![],
        }
    }

    pub(in crate::app) fn is_elsewhere(&self, place: &Place) -> bool {
        let here = self.session.identity().map(|identity| identity.address.as_str());
        place.origin.as_deref().is_some_and(|origin| Some(origin) != here)
    }

    /// Whether anything can be looked for: somebody is signed in, and the tables are here.
    fn can_look(&self) -> Result<(), String> {
        if self.session.identity().is_none() {
            return Err("Sign in first.".into());
        }
        match self.tables.value() {
            Some(_) => Ok(()),
            None => Err("The tables are not here yet.  r reads them".into()),
        }
    }

    fn way_to(&self, destination: &Destination) -> Result<Way, String> {
        self.can_look()?;
        let called = |name: &str| {
            self.table_called(name).cloned().ok_or_else(|| format!("There is no table `{name}` here."))
        };
        Ok(match destination {
            Destination::Row { table, id } => Way::Open(called(table)?, *id),
            Destination::Table(table) => Way::Rows(called(table)?),
            Destination::Id(id) => Way::Find(Search::Id { id: *id, tables: self.likely_tables(MOST_TABLES) }),
            Destination::Number(digits) => {
                Way::Find(Search::Number { table: self.tickets_table()?, digits: digits.clone() })
            }
            Destination::Ticket(text) => {
                Way::Find(Search::Ticket { table: self.tickets_table()?, text: text.clone() })
            }
            Destination::Key { table, values } => {
                let table = called(table)?;
                let schema = self.schemas.get(&table.name).cloned();
                Way::Find(Search::Key { table, schema, values: values.clone() })
            }
        })
    }

    /// The table of what is seen.
    fn table_in_sight(&self) -> Option<&Table> {
        self.screens.iter().rev().find_map(|screen| match screen {
            Screen::Grid(grid) => Some(&grid.table),
            Screen::Record(record) => Some(&record.table),
            _ => None,
        })
    }

    /// Where a row may be: what is in sight, what was opened before, what is usual.
    fn likely_tables(&self, most: usize) -> Vec<Table> {
        let seen = self.table_in_sight().map(|table| &table.name);
        let usual = USUAL.map(TableName::from);
        let mut names: Vec<&TableName> = Vec::new();
        for name in seen.into_iter().chain(self.schemas.keys()).chain(&usual) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let tables = self.tables.value().map_or(&[][..], Vec::as_slice);
        let table = |name: &TableName| tables.iter().find(|table| table.name == *name).cloned();
        names.into_iter().filter_map(table).take(most).collect()
    }

    /// The table whose ticket numbers are meant: the one in sight if it has any, otherwise that of cases.
    fn tickets_table(&self) -> Result<Table, String> {
        let has = |table: &&Table| {
            self.schemas.get(&table.name).is_some_and(|schema| schema.column(TICKET).is_some())
        };
        let cases = || self.tables.value()?.iter().find(|table| table.name.as_str() == CASES);
        self.table_in_sight().filter(has).or_else(cases).cloned().ok_or_else(|| {
            format!("There are no ticket numbers here: this environment has no table `{CASES}`.")
        })
    }

    /// Takes what was found: one row that was named is opened, of several the person chooses.
    pub(in crate::app) fn found_came(&mut self, result: Result<Found, Problem>) -> Vec<Effect> {
        let Some(search) = self.sought.take() else { return vec![] };
        let found = match result {
            Ok(found) => found,
            Err(problem) => {
                self.notice = Some(Notice::Problem(problem));
                return vec![];
            }
        };
        for (schema, find) in &found.learned {
            self.quick_finds.insert(schema.table.name.clone(), find.clone());
            self.schemas.insert(schema.table.name.clone(), Arc::clone(schema));
        }
        if found.hits.is_empty() {
            self.say(search.nothing(&found));
            return vec![];
        }
        if !self.overlays.is_empty() {
            self.say(format!(
                "{} is found, but you went on here.  {} goes there",
                search.text(),
                search.again()
            ));
            return vec![];
        }
        self.notice = found.unread_text().map(Notice::Info);
        match found.hits.as_slice() {
            // What was found by a text may not be what was meant.
            [only] if found.more.is_empty() && !matches!(search, Search::Text(_)) => {
                let (table, id) = (only.table.clone(), only.id);
                self.open_record(table, id, Tab::Form)
            }
            _ => {
                self.overlays.push(Overlay::Hits(Box::new(Hits::new(&search, found))));
                vec![]
            }
        }
    }
}
