//! What the grid's commands do, and how its answers arrive.

use std::sync::Arc;

use super::conditions::Keep;
use super::order::{by_more, by_one, is_sortable};
use super::{Grid, Sort, Stopped};
use crate::app::command::grid::GridCommand;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::list::Step;
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
use crate::app::overlay::column_picker::ColumnPicker;
use crate::app::overlay::columns::ColumnJump;
use crate::app::overlay::prompt::Question;
use crate::app::panes::Pane;
use crate::app::pending::RowKey;
use crate::app::problem::Problem;
use crate::app::screen::record::Tab;
use crate::app::tickets::Ticket;
use crate::app::views::TableView;
use crate::app::{App, Screen};
use crate::dataverse::{self, ColumnName, Page, Table};

/// More rows than these are read to the end only when the person agreed.
const ASKED_ABOVE: u64 = 5_000;
/// Why rows of a view of the server take no other order.
pub(in crate::app) const ORDERED_BY_VIEW: &str =
    "A view of the server has its own order, which the header shows.  V other rows";
/// The service's code for the end of a query whose pages have no cookie.
pub(in crate::app) const BY_NUMBER_ONLY: &str = "0x8004430a";

impl Grid {
    /// Moves the cursor over the listed rows.
    pub(super) fn step(&mut self, step: Step, height: usize) {
        if let Some(filter) = &mut self.filter {
            filter.near = None;
        }
        let len = self.len();
        self.list.step(step, len, height);
    }
}

impl App {
    /// Shows the rows of a table in front of what is seen.
    pub(in crate::app) fn open_grid(&mut self, table: Table) -> Vec<Effect> {
        self.open_rows(Grid::new(table))
    }

    /// The same with a view, or with conditions.
    pub(in crate::app) fn open_rows(&mut self, grid: Grid) -> Vec<Effect> {
        let mut effects = self.need_schema(&grid.table);
        self.screens.push(Screen::Grid(Box::new(grid)));
        self.pane_state.focus = Pane::Main;
        if let Some(news) = self.layout_news.take() {
            self.say(news);
        }
        effects.extend(self.start_grid());
        effects
    }

    /// Reads the rows of the grid that is seen, once its columns are there.
    pub(in crate::app) fn start_grid(&mut self) -> Vec<Effect> {
        let linked = match self.screen() {
            Screen::Grid(grid) => grid.view.as_ref().map_or(&[][..], TableView::linked),
            _ => &[],
        };
        let linked = linked.iter().map(|linked| self.linked_column(linked)).collect();
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        grid.linked = linked;
        let Some(schema) = self.schemas.get(&grid.table.name) else {
            grid.rows.start();
            return vec![];
        };
        let address = self.session.identity().map_or("", |identity| &identity.address);
        let of_view = grid.view.as_ref().map(|view| view.layout(schema));
        let layout = of_view.as_ref().or_else(|| self.layouts.of(address, &grid.table.name));
        grid.set_schema(Arc::clone(schema), layout);
        let before = match grid.stored_view() {
            Some(_) => grid.asked(),
            None => (vec![], grid.chips.clone()), // an order that was kept and is refused now is dropped
        };
        grid.reload(false, before);
        self.read_grid()
    }

    /// Reads what the grid that is seen lacks where its cursor is.
    pub(in crate::app) fn read_grid(&mut self) -> Vec<Effect> {
        let size = self.grid_size();
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        grid.read_on(size, &self.start, &mut self.tickets)
    }

    /// Reads the rows of the grid that is seen again; the cursor stays on its row.
    pub(in crate::app) fn refresh_grid(&mut self) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        if grid.schema.is_none() {
            let table = grid.table.clone();
            let mut effects = self.need_schema(&table);
            effects.extend(self.start_grid());
            return effects;
        }
        let before = grid.asked();
        grid.reload(true, before);
        self.read_grid()
    }

    /// Takes a page of rows for the grid that asked for it.
    pub(in crate::app) fn rows_came(
        &mut self,
        ticket: Ticket,
        result: Result<Page, dataverse::Error>,
    ) -> Vec<Effect> {
        let (height, now) = (self.grid_size().list_height(), self.now);
        let grids = self.screens.iter_mut().filter_map(|screen| match screen {
            Screen::Grid(grid) => Some(grid),
            _ => None,
        });
        let Some(grid) = grids.into_iter().find(|grid| grid.awaits(ticket)) else { return vec![] };
        let is_anew = grid.rows.is_pending();
        let notice = match result {
            Ok(page) => {
                let said = grid.page_came(page, height, now);
                if is_anew && !grid.rows.is_pending() {
                    grid.read_at = Some(now);
                }
                said
            }
            Err(error) => {
                let what = format!("Cannot read {}", grid.told());
                if grid.stored_view().is_some() && error.is_not_found() {
                    self.stored_views.remove(&grid.table.name); // what is listed there is not so any more
                }
                let mut problem = Problem::of(&what, &error).nearest(&error, grid.schema.as_deref());
                if error.code() == Some(BY_NUMBER_ONLY) {
                    problem.what =
                        "Stopped at 50,000 rows: the service pages this query by number only.".into();
                    problem.next = "s other order   = fewer rows   Esc dismiss".into();
                }
                grid.reading_failed(problem).map(Notice::Problem)
            }
        };
        if notice.is_some() {
            self.notice = notice;
        }
        self.fit();
        let mut effects = self.step_on();
        effects.extend(self.read_grid());
        effects
    }

    pub(in crate::app) fn run_grid(&mut self, command: GridCommand) -> Vec<Effect> {
        if let GridCommand::Edit(command) = command {
            return self.run_edit(command);
        }
        let size = self.grid_size();
        let (height, width) = (size.list_height(), size.width);
        if self.focus() == Pane::List {
            match command {
                GridCommand::Open => return self.open_listed(),
                _ => self.pane_state.focus = Pane::Main, // what is meant is there
            }
        }
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        match command {
            GridCommand::Open => return self.open_current(Tab::Form),
            GridCommand::OpenJson => return self.open_current(Tab::Json),
            GridCommand::OpenRelated => return self.open_current(Tab::Related),
            GridCommand::OpenTimeline => return self.open_current(Tab::Timeline),
            GridCommand::Left => grid.go_to_column(grid.active.saturating_sub(1), width),
            GridCommand::Right => grid.go_to_column(grid.active + 1, width),
            GridCommand::FirstColumn => grid.go_to_column(0, width),
            GridCommand::LastColumn => grid.go_to_column(usize::MAX, width),
            GridCommand::JumpColumn => self.overlays.push(Overlay::Columns(ColumnJump::new(&grid.columns))),
            GridCommand::Sort => return self.sort_grid(by_one),
            GridCommand::SortMore => return self.sort_grid(by_more),
            GridCommand::KeepOnly => return self.keep_rows(Keep::Only),
            GridCommand::KeepOthers => return self.keep_rows(Keep::Others),
            GridCommand::Follow => return self.follow_lookup(),
            GridCommand::RawValues => self.toggle_raw(),
            GridCommand::LogicalNames => grid.logical = !grid.logical,
            GridCommand::Views => return self.choose_view(),
            GridCommand::PickColumns => {
                let picker = ColumnPicker::of(grid);
                self.overlays.push(Overlay::ColumnPicker(Box::new(picker)));
            }
            GridCommand::Narrower
            | GridCommand::Wider
            | GridCommand::Fit
            | GridCommand::Freeze
            | GridCommand::Hide => return self.shape_grid(command),
            GridCommand::Filter => {
                grid.start_filter(height);
            }
            GridCommand::Edit(_) => {}
            GridCommand::DropChip => {
                let before = grid.asked();
                grid.chips.pop();
                grid.reload(false, before);
                return self.read_grid();
            }
        }
        vec![]
    }

    /// Moves the cursor; `G` on the last row that was read goes on to the last row there is.
    pub(in crate::app) fn step_grid(&mut self, step: Step) -> Vec<Effect> {
        let height = self.grid_size().list_height();
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let was = grid.list.cursor;
        grid.step(step, height);
        let has_more = grid.rows.value().is_some_and(|rows| rows.next().is_some());
        // A page may have come since the first G: the second one means the end all the same.
        let is_second = grid.list.cursor == was || grid.at_last;
        grid.at_last = step == Step::Last && has_more;
        if grid.at_last && is_second {
            let asks = match grid.rest() {
                Some((rest, is_all)) => !grid.agreed && (!is_all || rest > ASKED_ABOVE),
                None => false,
            };
            if asks {
                self.ask(Question::ReadAll);
                return vec![];
            }
            self.run_grid_to_end();
        } else if grid.at_last && grid.filter.is_none() {
            self.say("The last row read so far.  G once more reads to the end");
        }
        self.read_grid()
    }

    fn open_current(&mut self, tab: Tab) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screen() else { return vec![] };
        let table = grid.table.clone();
        let row = grid.current_row();
        let id = row.as_ref().and_then(|row| row.id(&table.primary_id));
        let Some((row, id)) = row.zip(id) else {
            self.say("This row is not here yet.");
            return vec![];
        };
        let key = RowKey { table: table.name.clone(), id };
        let known = self.preview.kept(&key, row.etag().as_deref()).cloned();
        let field = (self.focus() == Pane::Detail).then(|| self.preview_column()).flatten();
        let effects = self.open_record(table, id, tab);
        if let (Some(row), Screen::Record(record)) = (known, self.screen_mut()) {
            record.set_row(row); // what was read for the preview, until it is read again
            record.row.start();
            record.form.sought = field;
            self.go_to_sought_field();
        }
        effects
    }

    /// Many rows may be read: the person agreed.
    pub(in crate::app) fn read_all_rows(&mut self) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        grid.agreed = true;
        self.run_grid_to_end();
        self.read_grid()
    }

    /// Another condition by the value under the cursor.
    fn keep_rows(&mut self, keep: Keep) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top() else { return vec![] };
        match grid.value_chip(keep) {
            Ok(chip) => self.add_chip(chip),
            Err(reason) => {
                self.say(reason);
                vec![]
            }
        }
    }

    /// Asks for the next order by the column under the cursor.
    fn sort_grid(&mut self, next: fn(&[Sort], &ColumnName) -> Vec<Sort>) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        let Some(column) = grid.current_column() else { return vec![] };
        if !is_sortable(column) {
            let said = format!("The server cannot order rows by {}.", column.display_name);
            self.say(said);
            return vec![];
        }
        let order = next(&grid.sort, &column.name);
        self.order_grid(order)
    }

    /// Asks for another order of the grid that is seen.
    pub(in crate::app) fn order_grid(&mut self, order: Vec<Sort>) -> Vec<Effect> {
        let Screen::Grid(grid) = self.screens.top_mut() else { return vec![] };
        if grid.stored_view().is_some() {
            self.say(ORDERED_BY_VIEW);
            return vec![];
        }
        let before = grid.asked();
        grid.set_sort(order);
        grid.reload(false, before);
        let mut effects = self.read_grid();
        effects.extend(self.keep_layout());
        effects
    }

    /// Takes an input for the filter's text; nothing when it is for somebody else.
    pub(in crate::app) fn grid_field_input(&mut self, input: &Input) -> Option<Vec<Effect>> {
        let height = self.grid_size().list_height();
        let Screen::Grid(grid) = self.screens.top_mut() else { return None };
        if !grid.filter.as_ref().is_some_and(|filter| filter.typing) {
            return None;
        }
        if *input == Input::Key(Key::Enter) {
            return Some(self.ask_server());
        }
        if !grid.type_filter(input, height) {
            return None;
        }
        self.notice = None;
        Some(self.read_grid())
    }

    /// The next step of Esc in a grid; nothing when none is left but to go back.
    pub(in crate::app) fn grid_back(&mut self) -> Option<Vec<Effect>> {
        let height = self.grid_size().list_height();
        let Screen::Grid(grid) = self.screens.top_mut() else { return None };
        if grid.marks.is_range() && grid.marks_back() {
            return Some(vec![]);
        }
        if grid.filter.is_some() {
            grid.drop_filter(height);
            return Some(vec![]);
        }
        if grid.marks_back() {
            return Some(vec![]);
        }
        if grid.chips.is_empty() {
            return None;
        }
        Some(self.run_grid(GridCommand::DropChip))
    }

    /// Stops what grids are reading whose tickets are void.
    pub(in crate::app) fn stop_grids(&mut self) {
        let tickets = &self.tickets;
        for screen in self.screens.iter_mut() {
            if let Screen::Grid(grid) = screen
                && !grid.is_awaited(tickets)
            {
                grid.stop();
            }
        }
    }
}

impl Grid {
    /// Why nothing more is read by itself, in words for row 2.
    pub fn stopped_text(&self) -> Option<&'static str> {
        match &self.stopped {
            Some(Stopped::ByKey) => Some("stopped, G reads on"),
            Some(Stopped::Failed(_)) => Some("reading failed, G tries again"),
            Some(Stopped::Round) => Some("pages go round, stopped"),
            None => None,
        }
    }
}
