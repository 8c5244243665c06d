//! Views that come with the program: which rows of a table, in which order, with which columns.

use super::App;
use super::column_layout::{ColumnLayout, LaidOut};
use super::desk::CASE;
use super::effect::Effect;
use super::screen::grid::Sort;
use crate::dataverse::{Filter, Table, TableName};

/// A view. Columns that a table does not have are left out.
#[derive(Debug, PartialEq, Eq)]
pub struct View {
    /// What people call it.
    pub name: &'static str,
    /// What it shows, as a sentence.
    pub description: &'static str,
    table: &'static str,
    columns: &'static [&'static str],
    /// Column, and whether it goes down.
    order: &'static [(&'static str, bool)],
    /// In OData's own words.
    filter: &'static str,
}

const COLUMNS: &[&str] =
    &["ticketnumber", "title", "prioritycode", "statuscode", "customerid", "resolveby", "ownerid"];
const BY_AGE: &[(&str, bool)] = &[("modifiedon", false)];

/// Those of all tables.
const VIEWS: &[View] = &[
    View {
        name: "Urgent active",
        description: "Active cases: priority first, then the deadline, then age. Those without a deadline come first.",
        table: CASE,
        columns: COLUMNS,
        order: &[("prioritycode", false), ("resolveby", false), ("createdon", false)],
        filter: "statecode eq 0",
    },
    View {
        name: "My open",
        description: "Active cases that you own, by priority.",
        table: CASE,
        columns: COLUMNS,
        order: &[("prioritycode", false), ("createdon", false)],
        filter: "statecode eq 0 and Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')",
    },
    View {
        name: "Active, untouched 7 days",
        description: "Active cases that nobody has changed for seven days, the longest first.",
        table: CASE,
        columns: COLUMNS,
        order: BY_AGE,
        filter: "statecode eq 0 and \
                 Microsoft.Dynamics.CRM.OlderThanXDays(PropertyName='modifiedon',PropertyValue='7')",
    },
    View {
        name: "Resolved today",
        description: "Resolved cases that were last changed today.",
        table: CASE,
        columns: COLUMNS,
        order: &[("modifiedon", true)],
        filter: "statecode eq 1 and Microsoft.Dynamics.CRM.Today(PropertyName='modifiedon')",
    },
];

/// The views of a table.
pub fn of(table: &TableName) -> impl Iterator<Item = &'static View> {
    VIEWS.iter().filter(move |view| view.table == table.as_str())
}

/// The views of all these tables, each with its table.
pub fn among(tables: &[Table]) -> impl Iterator<Item = (&Table, &'static View)> {
    VIEWS.iter().filter_map(|view| {
        let table = tables.iter().find(|table| table.name.as_str() == view.table)?;
        Some((table, view))
    })
}

impl View {
    /// The rows that it has.
    pub(in crate::app) fn filter(&self) -> Filter {
        Filter::Raw(self.filter.to_owned())
    }

    /// Its columns and its order.
    pub(in crate::app) fn layout(&self) -> ColumnLayout {
        let columns = self.columns.iter().map(|name| LaidOut { name: (*name).into(), width: None });
        let sort =
            |(column, descending): &(&str, bool)| Sort { column: (*column).into(), descending: *descending };
        ColumnLayout { columns: columns.collect(), frozen: 1, sort: self.order.iter().map(sort).collect() }
    }
}

impl App {
    /// Opens a table at a view.
    pub(in crate::app) fn open_view(&mut self, table: Table, view: &'static View) -> Vec<Effect> {
        self.screens.pop_to_first();
        self.open_rows(table, Some(view))
    }
}
