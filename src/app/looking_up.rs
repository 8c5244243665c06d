//! Setting a lookup: what it can point to, what is asked of the server for it, and what is staged.

use std::sync::Arc;

use super::App;
use super::destination::{self, Destination};
use super::effect::{Effect, Request};
use super::field;
use super::finding::{Found, Hit, MOST_SEARCHED, Search, TextSearch};
use super::key::Input;
use super::overlay::Overlay;
use super::overlay::lookup::{Candidate, Did, Lookup, Purpose, Wish};
use super::pending::{Staged, Target};
use super::problem::Problem;
use super::tickets::Slot;
use crate::dataverse::{Change, Column, ColumnKind, LookupPath, Table, TableName};

/// Rows that were chosen before and are offered again.
const RECENT: usize = 10;
/// The table of people.
const PEOPLE: &str = "systemuser";
/// The table of whoever may own a row: the way of an owner is told for it alone.
const OWNERS: &str = "owner";

/// What is asked of the server for a lookup.
#[derive(Debug, Clone, PartialEq)]
pub struct LookupSearch {
    /// The table that has it, while it is not known how its lookups are written.
    pub paths_of: Option<TableName>,
    /// The rows that are looked for.
    pub search: Search,
}

/// What the server answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LookupFound {
    /// How the lookups of a table are written.
    pub paths: Option<(TableName, Vec<LookupPath>)>,
    /// The rows.
    pub found: Found,
}

impl App {
    /// Opens the editor of a lookup, or says why there is none.
    pub(in crate::app) fn open_lookup(&mut self, target: Target, column: Column) -> Vec<Effect> {
        self.open_search(target, column, Purpose::Cell)
    }

    /// The same for a row that is wanted for something else.
    pub(in crate::app) fn open_search(
        &mut self,
        target: Target,
        column: Column,
        purpose: Purpose,
    ) -> Vec<Effect> {
        let ColumnKind::Lookup { targets } = &column.kind else { return vec![] };
        let tables = self.tables.value().map_or(&[][..], Vec::as_slice);
        let table = |name: &TableName| tables.iter().find(|table| table.name == *name).cloned();
        let kinds: Vec<Table> = targets.iter().filter_map(table).collect();
        if kinds.is_empty() {
            let label = &column.display_name;
            self.say(format!("{label} points to rows of no table that can be read here."));
            return vec![];
        }
        let me = kinds.iter().find(|kind| kind.name.as_str() == PEOPLE).and_then(|kind| self.me(kind));
        let recent = self.chosen.iter().map(|hit| Candidate { hit: hit.clone(), note: "recent" });
        let usual = me.into_iter().chain(recent).collect();
        let mut lookup = Lookup::new(target, column, kinds, usual);
        lookup.purpose = purpose;
        let effects = self.learn_ways(&lookup);
        self.overlays.push(Overlay::Lookup(Box::new(lookup)));
        effects
    }

    /// Reads how a lookup is written and what is searched in its tables, where that is not known.
    fn learn_ways(&mut self, lookup: &Lookup) -> Vec<Effect> {
        let paths_of = self.paths_wanted(&lookup.target.table.name);
        let search = self.text_search(lookup, String::new());
        let is_known = search.among.iter().all(|searched| searched.find.is_some());
        if paths_of.is_none() && is_known {
            return vec![];
        }
        let search = LookupSearch { paths_of, search: Search::Text(Box::new(search)) };
        vec![Effect::Run(self.tickets.issue(Slot::Ways), Request::LookUp(Box::new(search)))]
    }

    fn paths_wanted(&self, table: &TableName) -> Option<TableName> {
        (!self.lookup_paths.contains_key(table)).then(|| table.clone())
    }

    /// The person, as a row to choose.
    pub(in crate::app) fn me(&self, people: &Table) -> Option<Candidate> {
        let identity = self.session.identity()?;
        let (id, name) = (**identity.user_id.as_ref()?, identity.user.clone());
        Some(Candidate {
            hit: Hit { table: people.clone(), id, name, detail: people.display_name.clone() },
            note: "me",
        })
    }

    fn text_search(&self, lookup: &Lookup, text: String) -> TextSearch {
        let among = lookup.wanted().into_iter().take(MOST_SEARCHED);
        TextSearch {
            text,
            among: among.map(|table| self.searched(table)).collect(),
            tables: self.tables.value().cloned().unwrap_or_default(),
        }
    }

    /// What is typed as a search: an id or the address of a row is looked up, any other text is searched for.
    fn lookup_search(&self, lookup: &Lookup) -> Result<Search, String> {
        let text = lookup.line.text().trim();
        let place = match destination::recognize(text) {
            Some(Ok(place)) => place,
            Some(Err(why)) => return Err(why),
            None => return Ok(Search::Text(Box::new(self.text_search(lookup, text.to_owned())))),
        };
        match &place.destination {
            Destination::Id(id) => Ok(Search::Id { id: *id, tables: lookup.wanted() }),
            Destination::Row { .. } if self.is_elsewhere(&place) => {
                Err("That row is in another environment.".to_owned())
            }
            Destination::Row { table, id } => {
                let is_it = |kind: &&Table| self.table_called(table).is_some_and(|it| it.name == kind.name);
                let Some(kind) = lookup.kinds.iter().find(is_it) else {
                    let kinds: Vec<&str> =
                        lookup.kinds.iter().map(|kind| kind.display_name.as_str()).collect();
                    let label = &lookup.column.display_name;
                    return Err(format!("{label} takes {}, and that is a {table}.", kinds.join(" or ")));
                };
                Ok(Search::Id { id: *id, tables: vec![kind.clone()] })
            }
            _ => Ok(Search::Text(Box::new(self.text_search(lookup, text.to_owned())))),
        }
    }

    /// When the lookup wants to be told the time. What is searched in its tables is learned first.
    pub(in crate::app) fn lookup_due(&self) -> Option<jiff::Timestamp> {
        let Some(Overlay::Lookup(lookup)) = self.overlays.last() else { return None };
        lookup.due.filter(|_| !self.tickets.is_busy(Slot::Ways))
    }

    /// Asks the server once nobody types any more, and stops asking when the editor is gone.
    pub(in crate::app) fn look_up_in_time(&mut self) -> Vec<Effect> {
        let Some(Overlay::Lookup(lookup)) = self.overlays.last() else {
            let is_open = self.overlays.iter().any(|overlay| matches!(overlay, Overlay::Lookup(_)));
            return match !is_open && self.tickets.cancel(Slot::LookUp) {
                true => vec![Effect::Cancel(Slot::LookUp)],
                false => vec![],
            };
        };
        if self.lookup_due().is_none_or(|due| self.now < due) {
            return vec![];
        }
        let search = self.lookup_search(lookup);
        let paths_of = self.paths_wanted(&lookup.target.table.name);
        let Some(Overlay::Lookup(lookup)) = self.overlays.last_mut() else { return vec![] };
        lookup.due = None;
        self.dirty = true;
        match search {
            Ok(search) => {
                let request = Request::LookUp(Box::new(LookupSearch { paths_of, search }));
                vec![Effect::Run(self.tickets.issue(Slot::LookUp), request)]
            }
            Err(problem) => {
                lookup.problem = Some(problem);
                vec![]
            }
        }
    }

    /// Takes what the server answered: rows for what is typed now, or only how a lookup is written.
    pub(in crate::app) fn looked_up(&mut self, slot: Slot, result: Result<LookupFound, Problem>) {
        let result = result.map(|answer| {
            self.lookup_paths.extend(answer.paths);
            for (schema, find) in &answer.found.learned {
                self.quick_finds.insert(schema.table.name.clone(), find.clone());
                self.schemas.entry(schema.table.name.clone()).or_insert_with(|| Arc::clone(schema));
            }
            answer.found
        });
        let Some(Overlay::Lookup(lookup)) = self.overlays.last_mut() else { return };
        match result {
            Ok(found) => {
                lookup.problem = found.unread_text();
                if slot == Slot::LookUp {
                    lookup.take(found.hits);
                }
                if let Some(wish) = lookup.wish.take() {
                    self.fulfil(wish); // of a cell: nothing is asked for that
                }
            }
            Err(problem) => {
                lookup.wish = None;
                lookup.problem = Some(format!("{} {}", problem.what, problem.why));
            }
        }
    }

    pub(in crate::app) fn lookup_input(&mut self, input: &Input) -> Vec<Effect> {
        let now = self.now;
        let Some(Overlay::Lookup(lookup)) = self.overlays.last_mut() else { return vec![] };
        match lookup.input(input, now) {
            Did::Closed => drop(self.overlays.pop()),
            Did::Wished(wish) => return self.wish(wish),
            Did::Stayed => {}
            Did::Nothing => {
                if let Input::Key(key) = input {
                    lookup.problem =
                        Some(format!("`{key}` does nothing here. Enter stages, Esc keeps the value."));
                }
            }
        }
        // A request for what is no longer typed is of no use.
        let stale = matches!(self.overlays.last(), Some(Overlay::Lookup(lookup)) if lookup.due.is_some());
        match stale && self.tickets.cancel(Slot::LookUp) {
            true => vec![Effect::Cancel(Slot::LookUp)],
            false => vec![],
        }
    }

    /// Stages what is wished, as soon as it is known how the lookup is written.
    pub(in crate::app) fn wish(&mut self, wish: Wish) -> Vec<Effect> {
        let Some(Overlay::Lookup(lookup)) = self.overlays.last() else { return vec![] };
        let lookup = lookup.clone();
        let is_cell = lookup.purpose == Purpose::Cell;
        if !is_cell || self.lookup_paths.contains_key(&lookup.target.table.name) {
            return self.fulfil(wish);
        }
        let effects = match self.tickets.is_busy(Slot::Ways) {
            true => vec![],
            false => self.learn_ways(&lookup),
        };
        if let Some(Overlay::Lookup(lookup)) = self.overlays.last_mut() {
            lookup.wish = Some(wish);
        }
        effects
    }

    fn fulfil(&mut self, wish: Wish) -> Vec<Effect> {
        let Some(Overlay::Lookup(lookup)) = self.overlays.last_mut() else { return vec![] };
        if lookup.purpose != Purpose::Cell {
            let purpose = std::mem::take(&mut lookup.purpose);
            self.overlays.pop();
            return match wish {
                Wish::Set(hit) => self.chose(purpose, *hit),
                Wish::Empty => vec![],
            };
        }
        let paths = self.lookup_paths.get(&lookup.target.table.name).map_or(&[][..], Vec::as_slice);
        match staged(&wish, &lookup.column, &lookup.target, paths) {
            Ok(staged) => {
                let (target, column) = (lookup.target.clone(), lookup.column.clone());
                self.overlays.pop();
                if let Wish::Set(hit) = wish {
                    self.chosen.retain(|other| other.id != hit.id);
                    self.chosen.insert(0, *hit);
                    self.chosen.truncate(RECENT);
                }
                self.stage_meant(&target, &column, staged);
            }
            Err(problem) => lookup.problem = Some(problem),
        }
        vec![]
    }
}

/// What is staged for a wish.
fn staged(wish: &Wish, column: &Column, target: &Target, paths: &[LookupPath]) -> Result<Staged, String> {
    let (table, to, text) = match wish {
        Wish::Set(hit) => {
            (Some(hit.table.name.to_string()), Some((hit.table.set.clone(), hit.id)), hit.name.clone())
        }
        Wish::Empty => {
            field::null(column)?;
            let now = target.row.cell(&column.property()).and_then(|cell| cell.table);
            (now.map(std::borrow::Cow::into_owned), None, "-".to_owned())
        }
    };
    let of =
        |table: &str| paths.iter().find(|path| path.column == column.name && path.target.as_str() == table);
    let any = || paths.iter().find(|path| path.column == column.name && *wish == Wish::Empty);
    let path = table.as_deref().and_then(of).or_else(|| of(OWNERS)).or_else(any);
    let path = path.ok_or_else(|| {
        format!("{} cannot be set: the service names no way to write it.", column.display_name)
    })?;
    Ok(Staged { change: Change::Link { navigation: path.navigation.clone(), to }, text })
}
