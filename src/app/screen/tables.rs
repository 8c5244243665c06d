//! The list of tables.

use crate::app::command::tables::TablesCommand;
use crate::app::destination::Place;
use crate::app::effect::Effect;
use crate::app::fuzzy::closest;
use crate::app::key::{Input, Key};
use crate::app::list::{List, Step};
use crate::app::load::Load;
use crate::app::nav::Screens;
use crate::app::notice::Notice;
use crate::app::panes::Pane;
use crate::app::picker::Picker;
use crate::app::problem::Problem;
use crate::app::screen::SignIn;
use crate::app::session::Session;
use crate::app::views::{TableView, View};
use crate::app::{App, Screen};
use crate::dataverse::{self, Table, TableName};

/// State of the table list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tables {
    /// What was typed, and the tables that match with their display, logical and set names.
    pub picker: Picker,
    /// The keys go to the filter's text.
    pub typing: bool,
    /// Tables that people seldom look for are listed too.
    pub system: bool,
    /// Only tables that the organization made are listed.
    pub custom: bool,
    /// What is opened as soon as the session is there.
    pub wanted: Option<Wanted>,
    /// The picker's entries: where each one is among all tables.
    listed: Vec<usize>,
}

impl Tables {
    /// Lists the tables in the order of their names.
    fn list(&mut self, tables: &[Table], height: usize) {
        let current = self.picker.current().map(|entry| self.picker.texts(entry).to_vec());
        let is_listed =
            |table: &Table| (self.system || !table.is_system) && (!self.custom || table.is_custom);
        let mut listed: Vec<(usize, &Table)> =
            tables.iter().enumerate().filter(|(_, table)| is_listed(table)).collect();
        listed.sort_by_cached_key(|(_, table)| (table.display_name.to_lowercase(), table.name.clone()));
        let texts =
            |table: &Table| vec![table.display_name.clone(), table.name.to_string(), table.set.to_string()];
        self.picker.set_entries(listed.iter().map(|(_, table)| texts(table)).collect());
        self.listed = listed.into_iter().map(|(index, _)| index).collect();
        let mut found = self.picker.found().iter();
        let line = current.and_then(|texts| found.position(|found| self.picker.texts(found.entry) == texts));
        let len = self.picker.found().len();
        self.picker.list.go_to(line.unwrap_or(self.picker.list.cursor), len, height);
    }

    /// The table that an entry of the picker stands for.
    pub fn table<'a>(&self, app: &'a App, entry: usize) -> Option<&'a Table> {
        app.tables.value()?.get(*self.listed.get(entry)?)
    }

    /// The table under the cursor.
    pub fn current<'a>(&self, app: &'a App) -> Option<&'a Table> {
        self.table(app, self.picker.current()?)
    }

    /// The line of a table, if it is listed.
    fn line_of(&self, app: &App, name: &TableName) -> Option<usize> {
        let is_it = |entry| self.table(app, entry).is_some_and(|table| table.name == *name);
        self.picker.found().iter().position(|found| is_it(found.entry))
    }

    /// The display name most like what was typed, for when nothing matches.
    pub fn closest(&self) -> Option<&str> {
        let names = (0..self.picker.len()).filter_map(|entry| self.picker.texts(entry).first());
        closest(self.picker.line.text(), names.map(String::as_str))
    }
}

/// What somebody wants to see, perhaps before the session is there.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    Rows(Table),
    View(Table, &'static View),
    Place(Place),
}

impl App {
    /// Lists the tables that the environment had last time, until its session is there and they are read anew.
    pub fn know_tables(&mut self, tables: Vec<Table>) {
        if self.start.environment.is_some() && !tables.is_empty() {
            self.tables = Load::Pending(Some(tables));
            self.screens = Screens::new(Screen::Tables(Tables::default()));
            self.list_tables();
        }
    }

    /// Tables are listed that were known before the session.
    pub(in crate::app) fn has_known_tables(&mut self) -> bool {
        self.session == Session::Connecting && matches!(self.screens.first_mut(), Screen::Tables(_))
    }

    /// There will be no session without a person: a sign-in stands in place of the tables that were known.
    pub(in crate::app) fn forget_known_tables(&mut self) {
        if self.has_known_tables() {
            self.tables = Load::Idle;
            *self.screens.first_mut() = Screen::SignIn(SignIn::new(self.start.way));
        }
    }

    /// The first screen of a session, with what was typed into it before the session was there; and what is opened.
    pub(in crate::app) fn first_tables(&mut self) -> (Tables, Option<Wanted>) {
        match self.screens.first_mut() {
            Screen::Tables(known) if self.session == Session::Connecting => {
                let wanted = known.wanted.take();
                (known.clone(), wanted)
            }
            _ => {
                self.tables = Load::Idle;
                (Tables::default(), None)
            }
        }
    }

    /// Takes the tables; those that were listed stay when it failed.
    pub(in crate::app) fn tables_came(&mut self, result: Result<Vec<Table>, dataverse::Error>) {
        let result = result
            .map_err(|error| Problem::of("Cannot list the tables", &error).next("r try again   Q quit"));
        self.tables.finish(result);
        if let Load::Failed(problem, Some(_)) = &self.tables {
            self.notice = Some(Notice::Problem(problem.clone()));
        }
        self.list_tables();
    }

    /// Lists the tables anew after they, or what is shown of them, changed.
    pub(in crate::app) fn list_tables(&mut self) {
        let height = self.size.list_height();
        let tables = self.tables.value().map_or(&[][..], Vec::as_slice);
        for screen in self.screens.iter_mut() {
            if let Screen::Tables(screen) = screen {
                screen.list(tables, height);
            }
        }
    }

    pub(in crate::app) fn run_tables(&mut self, command: TablesCommand) -> Vec<Effect> {
        let Screen::Tables(screen) = self.screens.top_mut() else { return vec![] };
        match command {
            TablesCommand::Open => return self.open_table(),
            TablesCommand::Filter => screen.typing = true,
            TablesCommand::ToggleSystem => {
                screen.system = !screen.system;
                let said =
                    if screen.system { "System tables are listed." } else { "System tables are hidden." };
                self.list_tables();
                self.say(said);
            }
            TablesCommand::ToggleCustom => {
                screen.custom = !screen.custom;
                let said =
                    if screen.custom { "Only custom tables are listed." } else { "All tables are listed." };
                self.list_tables();
                self.say(said);
            }
        }
        vec![]
    }

    /// Shows something now, or as soon as the session is there.
    pub(in crate::app) fn want(&mut self, wanted: Wanted) -> Vec<Effect> {
        if !self.has_known_tables() {
            return self.show_wanted(wanted);
        }
        let what = match &wanted {
            Wanted::Rows(table) => table.collection_name.as_str(),
            Wanted::View(_, view) => view.name,
            Wanted::Place(_) => "the place",
        };
        self.say(format!("Connecting ...  then {what} opens"));
        if let Screen::Tables(first) = self.screens.first_mut() {
            first.wanted = Some(wanted);
        }
        vec![]
    }

    pub(in crate::app) fn show_wanted(&mut self, wanted: Wanted) -> Vec<Effect> {
        match wanted {
            Wanted::Rows(table) => self.open_grid(table),
            Wanted::View(table, view) => self.open_view(table, Some(TableView::Shipped(view))),
            Wanted::Place(place) => self.go_to(place),
        }
    }

    fn open_table(&mut self) -> Vec<Effect> {
        let Screen::Tables(screen) = self.screen() else { return vec![] };
        match screen.current(self).cloned() {
            Some(table) => self.want(Wanted::Rows(table)),
            None => {
                self.say("No table matches.  Esc clears the text");
                vec![]
            }
        }
    }

    /// The list of tables, whatever lies over it.
    pub fn table_list(&self) -> Option<&Tables> {
        self.screens.iter().find_map(|screen| match screen {
            Screen::Tables(tables) => Some(tables),
            _ => None,
        })
    }

    /// The list of tables beside a grid as it is drawn: while the rows have the keys it points to their table.
    pub fn list_beside(&self, table: &TableName) -> List {
        let Some(tables) = self.table_list() else { return List::default() };
        let mut list = tables.picker.list;
        if self.focus() != Pane::List {
            match tables.line_of(self, table) {
                Some(line) => list.go_to(line, tables.picker.found().len(), self.size.list_height()),
                None => list.cursor = usize::MAX, // it is not listed
            }
        }
        list
    }

    /// The list of tables beside a grid takes the keys: its cursor begins at the table that is seen.
    pub(in crate::app) fn enter_table_list(&mut self) {
        let Screen::Grid(grid) = self.screen() else { return };
        let (tables, height) = (self.table_list(), self.size.list_height());
        let Some(line) = tables.and_then(|tables| tables.line_of(self, &grid.table.name)) else { return };
        for screen in self.screens.iter_mut() {
            if let Screen::Tables(tables) = screen {
                tables.picker.list.go_to(line, tables.picker.found().len(), height);
            }
        }
    }

    /// Moves the cursor of the list of tables beside a grid.
    pub(in crate::app) fn step_table_list(&mut self, step: Step) {
        let height = self.size.list_height();
        for screen in self.screens.iter_mut() {
            if let Screen::Tables(tables) = screen {
                tables.picker.step(step, height);
            }
        }
    }

    /// Opens the table under the cursor of that list, in place of the one that is seen.
    pub(in crate::app) fn open_listed(&mut self) -> Vec<Effect> {
        let table = self.table_list().and_then(|tables| tables.current(self)).cloned();
        let Some(table) = table else {
            self.say("There is no table here.");
            return vec![];
        };
        let mut effects = self.go_tables();
        effects.extend(self.open_grid(table));
        effects
    }

    /// A table was taken: the way back leads to all of them, with the cursor on it.
    fn forget_typed_table(&mut self) {
        let height = self.size.list_height();
        for screen in self.screens.iter_mut() {
            if let Screen::Tables(screen) = screen
                && let Some(entry) = screen.picker.current()
            {
                screen.picker.set_text("");
                screen.picker.list.go_to(entry, screen.picker.len(), height);
            }
        }
    }

    /// Takes an input for the filter's text; nothing when it is for somebody else.
    pub(in crate::app) fn tables_field_input(&mut self, input: &Input) -> Option<Vec<Effect>> {
        let height = self.size.list_height();
        let Screen::Tables(screen) = self.screens.top_mut() else { return None };
        if !screen.typing {
            return None;
        }
        match input {
            Input::Key(Key::Enter) => {
                screen.typing = false;
                let effects = self.open_table();
                self.forget_typed_table();
                return Some(effects);
            }
            Input::Key(Key::Esc | Key::Ctrl('g')) => screen.typing = false,
            Input::Key(Key::Tab) if screen.picker.found().is_empty() => {
                let Some(closest) = screen.closest().map(str::to_owned) else {
                    self.say("No table has a name like that.  Esc leaves the text");
                    return Some(vec![]);
                };
                screen.picker.set_text(&closest);
            }
            Input::Key(Key::Tab) => screen.typing = false,
            input => {
                if !screen.picker.update(input, height) {
                    return None;
                }
            }
        }
        self.notice = None;
        Some(vec![])
    }

    /// The next step of Esc in the table list; answers whether there was one.
    pub(in crate::app) fn tables_back(&mut self) -> bool {
        let Screen::Tables(screen) = self.screens.top_mut() else { return false };
        if screen.wanted.take().is_some() {
            self.notice = None;
            return true;
        }
        let is_filtered = !screen.picker.line.is_empty();
        if is_filtered {
            screen.picker.set_text("");
        }
        is_filtered
    }
}
