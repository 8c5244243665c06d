//! Enter after `/`: the server searches the columns of the table's quick-find view.

use jiff::Timestamp;

use super::Grid;
use super::conditions::short;
use super::filtering::Chip;
use crate::app::effect::{Effect, Request};
use crate::app::notice::Notice;
use crate::app::problem::Problem;
use crate::app::quick_search::QuickSearch;
use crate::app::tickets::Slot;
use crate::app::{App, Screen};
use crate::dataverse::{self, QuickFind, TableName};
use crate::text::grouped;

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
        let (searched, filter) = QuickSearch { schema, find, tables }.of_text(text)?;
        let label = format!("{}: {}", searched.join(", "), short(text.trim()));
        let told = format!("`{}` is in {}", short(text.trim()), searched.join(" or "));
        Ok(Chip { label, told, searched, filter })
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
        if grid.stored_view().is_some() {
            return self.ask_all_rows(chip);
        }
        let before = grid.asked();
        grid.filter = None;
        grid.search = None;
        grid.chips.push(chip);
        grid.reload(false, before);
        self.read_grid()
    }

    /// A view of the server takes no condition: all rows of its table are asked, in front of it.
    fn ask_all_rows(&mut self, chip: Chip) -> Vec<Effect> {
        let height = self.grid_size().list_height();
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        grid.drop_filter(height);
        let view = grid.view.as_ref().map_or_else(String::new, |view| short(view.name()));
        let said = format!(
            "All rows of {}: `{view}` takes no condition.  Esc back to it",
            grid.table.collection_name
        );
        let all = Grid { chips: vec![chip], ..Grid::new(grid.table.clone()) };
        let effects = self.open_rows(all);
        self.say(said);
        effects
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
