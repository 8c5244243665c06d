//! Commands of the grid.

use super::{Availability, Command, CommandSpec, Scope};
use crate::app::App;
use crate::app::edit::EditCommand;
use crate::app::key::Key;
use crate::app::panes::Pane;
use crate::app::screen::grid::ORDERED_BY_VIEW;
use crate::app::screen::{Grid, Screen};

/// Commands of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridCommand {
    Open,
    OpenJson,
    OpenRelated,
    OpenTimeline,
    Filter,
    Sort,
    SortMore,
    KeepOnly,
    KeepOthers,
    DropChip,
    Left,
    Right,
    FirstColumn,
    LastColumn,
    JumpColumn,
    Follow,
    PickColumns,
    Narrower,
    Wider,
    Fit,
    Freeze,
    Hide,
    RawValues,
    Views,
    LogicalNames,
    Edit(EditCommand),
}

const fn spec(command: GridCommand, name: &'static str, title: &'static str) -> CommandSpec {
    CommandSpec::new(Command::Grid(command), name, title, Scope::Grid)
}

fn available(app: &App, reason: fn(&Grid) -> Option<&'static str>) -> Availability {
    match app.screen() {
        Screen::Grid(grid) => {
            reason(grid).map_or(Availability::Yes, |reason| Availability::No(reason.into()))
        }
        _ => Availability::No("Open a table first.".into()),
    }
}

fn on_a_row(app: &App) -> Availability {
    available(app, |grid| grid.is_empty().then_some("There is no row here."))
}

/// A row, or a table of the list beside the rows.
fn to_open(app: &App) -> Availability {
    match app.focus() {
        Pane::List => Availability::Yes,
        Pane::Main | Pane::Detail => on_a_row(app),
    }
}

fn with_columns(app: &App) -> Availability {
    available(app, |grid| grid.columns.is_empty().then_some("The columns are not here yet."))
}

/// Rows in an order of the person's own.
fn to_order(app: &App) -> Availability {
    match with_columns(app) {
        Availability::Yes => available(app, |grid| grid.stored_view().is_some().then_some(ORDERED_BY_VIEW)),
        no => no,
    }
}

fn with_rows(app: &App) -> Availability {
    available(app, |grid| grid.rows.value().is_none().then_some("The rows are not here yet."))
}

fn with_chip(app: &App) -> Availability {
    available(app, |grid| grid.chips.is_empty().then_some("No server filter is set."))
}

/// What is done with rows.
pub const ROWS: &[CommandSpec] = &[
    spec(GridCommand::Open, "row.open", "Open the row as a form")
        .keys(&[&[Key::Enter], &[Key::Char('1')]])
        .hint("open")
        .enabled(to_open),
    spec(GridCommand::Filter, "rows.filter", "Filter the rows read; Enter asks the server")
        .keys(&[&[Key::Char('/')]])
        .hint("filter")
        .enabled(with_rows),
    spec(GridCommand::Edit(EditCommand::Edit), "cell.edit", "Edit the cell")
        .keys(&[&[Key::Char('e')]])
        .hint("edit")
        .enabled(on_a_row),
    spec(GridCommand::Edit(EditCommand::OwnEditor), "cell.edit-outside", "Edit the cell in your own editor")
        .keys(&[&[Key::Char('E')]])
        .words("$EDITOR $VISUAL vim external")
        .enabled(on_a_row),
    spec(GridCommand::Edit(EditCommand::Change), "row.change", "Change a choice by letters")
        .keys(&[&[Key::Char('c')]])
        .hint("change")
        .enabled(on_a_row),
    spec(GridCommand::Edit(EditCommand::Clear), "cell.clear", "Set the cell to empty")
        .keys(&[&[Key::Char('X')]])
        .enabled(on_a_row),
    spec(GridCommand::Edit(EditCommand::Repeat), "row.repeat", "Repeat the last change on this row")
        .keys(&[&[Key::Char('.')]])
        .enabled(on_a_row),
    spec(GridCommand::Sort, "rows.sort", "Order by this column: up, down, off")
        .keys(&[&[Key::Char('s')]])
        .hint("sort")
        .enabled(to_order),
    spec(GridCommand::SortMore, "rows.sort-more", "Order by this column too: up, down, off")
        .keys(&[&[Key::Char('S')]])
        .enabled(to_order),
    spec(GridCommand::KeepOnly, "rows.only", "Only rows with this value")
        .keys(&[&[Key::Char('=')]])
        .words("filter equal keep")
        .enabled(on_a_row),
    spec(GridCommand::KeepOthers, "rows.without", "Only rows without this value")
        .keys(&[&[Key::Char('~')]])
        .words("filter exclude not")
        .enabled(on_a_row),
    spec(GridCommand::DropChip, "rows.drop-filter", "Drop the last filter asked of the server")
        .keys(&[&[Key::Char('\\')]])
        .enabled(with_chip),
    spec(GridCommand::Views, "rows.view", "Choose a view")
        .keys(&[&[Key::Char('V')]])
        .words("saved query list system personal"),
    spec(GridCommand::OpenJson, "row.open-json", "Open the row as JSON")
        .keys(&[&[Key::Char('2')]])
        .enabled(on_a_row),
    spec(GridCommand::OpenRelated, "row.open-related", "Open what is related to the row")
        .keys(&[&[Key::Char('3')]])
        .words("relationships children parents links")
        .enabled(on_a_row),
    spec(GridCommand::OpenTimeline, "row.open-timeline", "Open what happened on the row")
        .keys(&[&[Key::Char('4')]])
        .words("timeline history notes activities mails calls tasks")
        .enabled(on_a_row),
    spec(GridCommand::Follow, "row.follow", "Open the row that this lookup points to")
        .keys(&[&[Key::Char('L')]])
        .words("lookup link")
        .enabled(on_a_row),
];

/// What is done with columns.
pub const COLUMNS: &[CommandSpec] = &[
    spec(GridCommand::PickColumns, "columns", "Choose and arrange the columns")
        .keys(&[&[Key::Char('C')]])
        .hint("columns")
        .words("show hide order width picker")
        .enabled(with_columns),
    spec(GridCommand::JumpColumn, "column.jump", "Jump to a column by name")
        .keys(&[&[Key::Char('g'), Key::Char('c')]])
        .enabled(with_columns),
    spec(GridCommand::Narrower, "column.narrower", "Column narrower")
        .keys(&[&[Key::Char('<')]])
        .enabled(with_columns),
    spec(GridCommand::Wider, "column.wider", "Column wider").keys(&[&[Key::Char('>')]]).enabled(with_columns),
    spec(GridCommand::Fit, "column.fit", "Fit the column to its values")
        .keys(&[&[Key::Char('_')]])
        .enabled(with_columns),
    spec(GridCommand::Freeze, "column.freeze", "Freeze the columns up to here")
        .keys(&[&[Key::Char('!')]])
        .enabled(with_columns),
    spec(GridCommand::Hide, "column.hide", "Hide this column")
        .keys(&[&[Key::Char('H')]])
        .enabled(with_columns),
    spec(GridCommand::RawValues, "values.raw", "Values by label, or as the server sent them")
        .keys(&[&[Key::Char('z'), Key::Char('v')]])
        .words("raw guid number")
        .enabled(with_columns),
    spec(GridCommand::LogicalNames, "columns.logical", "Columns by label, or by logical name")
        .keys(&[&[Key::Char('z'), Key::Char('n')]])
        .words("schema names")
        .enabled(with_columns),
    spec(GridCommand::Left, "column.previous", "Previous column")
        .keys(&[&[Key::Char('h')], &[Key::Left]])
        .enabled(with_columns),
    spec(GridCommand::Right, "column.next", "Next column")
        .keys(&[&[Key::Char('l')], &[Key::Right]])
        .enabled(with_columns),
    spec(GridCommand::FirstColumn, "column.first", "First column")
        .keys(&[&[Key::Char('0')]])
        .enabled(with_columns),
    spec(GridCommand::LastColumn, "column.last", "Last column")
        .keys(&[&[Key::Char('$')]])
        .enabled(with_columns),
];
