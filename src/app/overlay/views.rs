//! `V`: the views of a table, to choose from: all its rows, the views that come with the program, those of the server.

use std::sync::Arc;

use super::Overlay;
use crate::app::effect::{Effect, Request};
use crate::app::key::{Input, Key};
use crate::app::layout::Size;
use crate::app::picker::Picker;
use crate::app::problem::Problem;
use crate::app::screen::Grid;
use crate::app::screen::grid::order::mark;
use crate::app::tickets::Slot;
use crate::app::views::{self, TableView};
use crate::app::{App, Screen};
use crate::dataverse::{self, ColumnName, StoredView, TableName};

/// Lines under the list that tell of the view under the cursor, and of what is read.
pub const DETAILS: usize = 5;
/// Lines that are no views: text and count, header, rule.
const AROUND: usize = 3;

/// The picker of views with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct ViewPicker {
    /// What was typed, and what matches.
    pub picker: Picker,
    /// Why views of the server are missing.
    pub refused: Vec<String>,
    table: TableName,
    /// Nothing for all rows.
    entries: Vec<Option<TableView>>,
}

/// What the server answered: each of the two reads may be refused.
#[derive(Debug)]
pub struct ViewsRead {
    /// Those of everybody.
    pub system: Result<Vec<StoredView>, dataverse::Error>,
    /// Those of the person.
    pub personal: Result<Vec<StoredView>, dataverse::Error>,
}

/// Rows of the list in a terminal of this size.
pub fn height(size: Size) -> usize {
    // The overlay has row 2 too.
    (size.body_height() + 1).saturating_sub(AROUND + DETAILS).max(1)
}

impl ViewPicker {
    /// The views of a table; the cursor on the one that a grid shows.
    fn new(grid: &Grid, stored: &[Arc<StoredView>], height: usize) -> Self {
        let table = grid.table.name.clone();
        let mut picker = Self { picker: Picker::strict(vec![]), refused: vec![], table, entries: vec![] };
        picker.list(stored);
        let shown = picker.entries.iter().position(|entry| *entry == grid.view).unwrap_or_default();
        picker.go_to(shown, height);
        picker
    }

    /// Lists all rows, then the views of the program, then these.
    fn list(&mut self, stored: &[Arc<StoredView>]) {
        let shipped = views::of(&self.table).map(TableView::Shipped);
        let stored = stored.iter().map(|view| TableView::Stored(Arc::clone(view)));
        self.entries = std::iter::once(None).chain(shipped.chain(stored).map(Some)).collect();
        let texts = |entry: &Option<TableView>| match entry {
            Some(view) => vec![view.name().to_owned(), view.kind().to_owned()],
            None => vec![ALL.to_owned()],
        };
        self.picker.set_entries(self.entries.iter().map(texts).collect());
    }

    /// Puts the cursor on an entry, if it matches.
    fn go_to(&mut self, entry: usize, height: usize) {
        let found = self.picker.found();
        let (len, place) = (found.len(), found.iter().position(|found| found.entry == entry));
        self.picker.list.go_to(place.unwrap_or_default(), len, height);
    }

    /// Takes the views of the server. The cursor stays on its view.
    fn take(&mut self, stored: &[Arc<StoredView>], height: usize) {
        let current = self.picker.current();
        self.list(stored);
        self.go_to(current.unwrap_or_default(), height);
    }

    /// What an entry of the picker stands for: a view, or all rows.
    pub fn entry(&self, entry: usize) -> Option<&TableView> {
        self.entries.get(entry)?.as_ref()
    }

    /// The entry under the cursor; nothing where none matches.
    pub fn current(&self) -> Option<Option<&TableView>> {
        self.picker.current().map(|entry| self.entry(entry))
    }
}

/// The entry that is no view.
pub const ALL: &str = "All rows";

/// The order of a view, by the names that a grid calls its columns: `Priority^ Created On v`.
pub fn order_text(grid: &Grid, view: &TableView) -> String {
    let order = view.order();
    let names = order.iter().map(|sort| format!("{} {}", name(grid, &sort.column), mark(sort)));
    names.collect::<Vec<_>>().join(", ")
}

/// What is to be known of an entry: labels, and what stands behind them.
pub fn details(app: &App, grid: &Grid, view: Option<&TableView>) -> Vec<(&'static str, String)> {
    let Some(view) = view else {
        let table = &grid.table.collection_name;
        return vec![("", format!("{ALL} of {table}, with the columns and the order that you gave them."))];
    };
    let about = match view {
        TableView::Shipped(view) => view.description.to_owned(),
        TableView::Stored(view) if view.description.trim().is_empty() => match view.is_default {
            true => "The default view of the server.".to_owned(),
            false => "The server has no description of it.".to_owned(),
        },
        TableView::Stored(view) => view.description.split_whitespace().collect::<Vec<_>>().join(" "),
    };
    let mut details = vec![("", format!("{}: {about}", view.name()))];
    if let TableView::Shipped(view) = view {
        details.push(("filter", view.told.to_owned()));
    }
    let columns = grid.schema.as_ref().map(|schema| view.columns(schema)).unwrap_or_default();
    let columns: Vec<String> = columns
        .iter()
        .map(|column| match view.linked().iter().find(|linked| linked.property == *column) {
            Some(linked) if !grid.logical => app.linked_column(linked).display_name,
            _ => name(grid, column).to_owned(),
        })
        .collect();
    let unshown = unshown(grid, view);
    details.push((
        "columns",
        match (columns.is_empty(), unshown.is_empty()) {
            (true, true) => "those of the table".to_owned(),
            (true, false) => unshown,
            (false, true) => columns.join(", "),
            (false, false) => format!("{}; {unshown}", columns.join(", ")),
        },
    ));
    details
}

/// What is not shown of a view of the server, and why.
fn unshown(grid: &Grid, view: &TableView) -> String {
    let (Some(stored), Some(schema)) = (view.stored(), &grid.schema) else { return String::new() };
    match &stored.columns {
        Ok(columns) => match columns.len() - view.columns(schema).len() {
            0 => String::new(),
            1 => "1 that does not come with its rows is left out".to_owned(),
            count => format!("{count} that do not come with its rows are left out"),
        },
        Err(why) => format!("those of the table: {why}"),
    }
}

fn name<'a>(grid: &'a Grid, column: &'a ColumnName) -> &'a str {
    let known = grid.schema.as_ref().and_then(|schema| schema.column(column.as_str()));
    known.map_or(column.as_str(), |column| grid.heading(column))
}

impl App {
    /// Opens the picker of views over the grid that is seen, and asks for those of the server once a session.
    pub(in crate::app) fn choose_view(&mut self) -> Vec<Effect> {
        let height = height(self.size);
        let Screen::Grid(grid) = self.screens.top() else { return vec![] };
        let table = grid.table.name.clone();
        let known = self.stored_views.get(&table);
        let picker = ViewPicker::new(grid, known.map_or(&[], Vec::as_slice), height);
        let is_known = known.is_some();
        self.overlays.push(Overlay::Views(Box::new(picker)));
        if is_known {
            return vec![];
        }
        vec![Effect::Run(self.tickets.issue(Slot::Views), Request::Views(table))]
    }

    /// Takes the views of the server. What was refused is told in the picker, and asked for again the next time.
    pub(in crate::app) fn views_came(&mut self, table: TableName, read: ViewsRead) {
        let height = height(self.size);
        let why =
            |read: &Result<_, dataverse::Error>| read.as_ref().err().map(|error| Problem::of("", error).why);
        let refused = match (why(&read.personal), why(&read.system)) {
            (None, None) => vec![],
            (Some(why), Some(same)) if why == same => vec![format!("No views of the server: {why}")],
            (personal, system) => {
                let told = [("personal", personal), ("system", system)];
                let told =
                    told.into_iter().filter_map(|(kind, why)| Some(format!("No {kind} views: {}", why?)));
                told.collect()
            }
        };
        // A person's own come before those of everybody.
        let stored =
            [read.personal, read.system].into_iter().flatten().flatten().map(Arc::new).collect::<Vec<_>>();
        let picker = self.overlays.iter_mut().rev().find_map(|overlay| match overlay {
            Overlay::Views(picker) if picker.table == table => Some(picker),
            _ => None,
        });
        if let Some(picker) = picker {
            picker.take(&stored, height);
            picker.refused.clone_from(&refused);
        }
        if refused.is_empty() {
            self.stored_views.insert(table, stored);
        }
    }

    pub(super) fn view_picker_input(&mut self, input: &Input) -> Vec<Effect> {
        let height = height(self.size);
        let Some(Overlay::Views(picker)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => self.close_view_picker(),
            Input::Key(Key::Enter) => {
                let chosen = picker.current().map(Option::<&TableView>::cloned);
                self.open_chosen(chosen)
            }
            input => {
                if !picker.picker.update(input, height) {
                    self.say_unbound(input);
                }
                vec![]
            }
        }
    }

    /// What is still read for the picker is not waited for.
    fn close_view_picker(&mut self) -> Vec<Effect> {
        self.overlays.pop();
        match self.tickets.cancel(Slot::Views) {
            true => vec![Effect::Cancel(Slot::Views)],
            false => vec![],
        }
    }

    fn open_chosen(&mut self, chosen: Option<Option<TableView>>) -> Vec<Effect> {
        let Some(view) = chosen else {
            self.say("No view has that name.  Esc closes");
            return vec![];
        };
        let stored = view.as_ref().and_then(TableView::stored);
        if stored.and_then(|view| view.query.as_ref().ok()).is_some_and(|query| query.is_aggregate) {
            self.say(
                "That view sums rows up: what comes are no rows of the table, and cannot be shown here.",
            );
            return vec![];
        }
        let mut effects = self.close_view_picker();
        let Screen::Grid(grid) = self.screens.top() else { return effects };
        let unshown = view.as_ref().map(|view| unshown(grid, view)).unwrap_or_default();
        let table = grid.table.clone();
        effects.extend(self.open_view(table, view));
        if !unshown.is_empty() {
            self.say(format!("Columns: {unshown}."));
        }
        effects
    }
}
