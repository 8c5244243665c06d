//! Which rows of a table, in which order, with which columns: views that come with the program, and those of the server.

use std::sync::Arc;

use super::App;
use super::column_layout::{ColumnLayout, LaidOut};
use super::desk::CASE;
use super::effect::Effect;
use super::screen::Grid;
use super::screen::grid::Sort;
use crate::dataverse::metadata::Required;
use crate::dataverse::{
    Column, ColumnKind, ColumnName, Filter, LinkedColumn, StoredView, Table, TableName, TableSchema, ViewKind,
};

/// A view that comes with the program. Columns that a table does not have are left out.
#[derive(Debug, PartialEq, Eq)]
pub struct View {
    /// What people call it.
    pub name: &'static str,
    /// What it shows, as a sentence.
    pub description: &'static str,
    /// Its condition in words.
    pub told: &'static str,
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
        told: "Status is Active",
        table: CASE,
        columns: COLUMNS,
        order: &[("prioritycode", false), ("resolveby", false), ("createdon", false)],
        filter: "statecode eq 0",
    },
    View {
        name: "My open",
        description: "Active cases that you own, by priority.",
        told: "Status is Active, the owner is you",
        table: CASE,
        columns: COLUMNS,
        order: &[("prioritycode", false), ("createdon", false)],
        filter: "statecode eq 0 and Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')",
    },
    View {
        name: "Active, untouched 7 days",
        description: "Active cases that nobody has changed for seven days, the longest first.",
        told: "Status is Active, modified more than 7 days ago",
        table: CASE,
        columns: COLUMNS,
        order: BY_AGE,
        filter: "statecode eq 0 and \
                 Microsoft.Dynamics.CRM.OlderThanXDays(PropertyName='modifiedon',PropertyValue='7')",
    },
    View {
        name: "Resolved today",
        description: "Resolved cases that were last changed today.",
        told: "Status is Resolved, modified today",
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
    fn filter(&self) -> Filter {
        Filter::Raw(self.filter.to_owned())
    }
}

/// A view of either kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TableView {
    /// It comes with the program.
    Shipped(&'static View),
    /// The server has it, and knows its rows.
    Stored(Arc<StoredView>),
}

impl TableView {
    /// What people call it.
    pub fn name(&self) -> &str {
        match self {
            Self::Shipped(view) => view.name,
            Self::Stored(view) => &view.name,
        }
    }

    /// Where it comes from, in a word.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Shipped(_) => "dv",
            Self::Stored(view) => match view.id.kind {
                ViewKind::System => "system",
                ViewKind::Personal => "personal",
            },
        }
    }

    /// The server has it: it takes no other columns, conditions and order than its own.
    pub fn stored(&self) -> Option<&StoredView> {
        match self {
            Self::Shipped(_) => None,
            Self::Stored(view) => Some(view),
        }
    }

    /// The condition to ask the server for; a view of the server has its own.
    pub(in crate::app) fn filter(&self) -> Option<Filter> {
        match self {
            Self::Shipped(view) => Some(view.filter()),
            Self::Stored(_) => None,
        }
    }

    /// The order of its rows.
    pub fn order(&self) -> Vec<Sort> {
        let sort = |column: ColumnName, descending| Sort { column, descending };
        match self {
            Self::Shipped(view) => {
                view.order.iter().map(|(name, down)| sort((*name).into(), *down)).collect()
            }
            Self::Stored(view) => {
                let order = view.query.iter().flat_map(|query| &query.order);
                order.map(|(name, down)| sort(name.clone(), *down)).collect()
            }
        }
    }

    /// What comes of linked tables.
    pub(in crate::app) fn linked(&self) -> &[LinkedColumn] {
        let query = self.stored().and_then(|view| view.query.as_ref().ok());
        query.map_or(&[], |query| &query.linked)
    }

    /// Its columns, as far as the table has them or they come from linked ones; none where nobody knows.
    pub fn columns(&self, schema: &TableSchema) -> Vec<ColumnName> {
        let is_linked = |name: &ColumnName| self.linked().iter().any(|linked| linked.property == *name);
        let is_known = |name: &&ColumnName| schema.column(name.as_str()).is_some() || is_linked(name);
        let known = |names: &[ColumnName]| names.iter().filter(is_known).cloned().collect();
        match self {
            Self::Shipped(view) => known(&view.columns.iter().map(|name| (*name).into()).collect::<Vec<_>>()),
            Self::Stored(view) => view.columns.as_ref().map(|columns| known(columns)).unwrap_or_default(),
        }
    }

    /// Its columns and its order.
    pub(in crate::app) fn layout(&self, schema: &TableSchema) -> ColumnLayout {
        let columns = self.columns(schema).into_iter().map(|name| LaidOut { name, width: None });
        ColumnLayout { columns: columns.collect(), frozen: 1, sort: self.order() }
    }
}

/// The properties that a view of the server asks for, as the wire names them; nothing where that cannot be read.
pub(in crate::app) fn asked_by(view: &StoredView, schema: &TableSchema) -> Vec<String> {
    let Ok(query) = &view.query else { return vec![] };
    let is_asked = |name: &ColumnName| query.columns.as_ref().is_none_or(|asked| asked.contains(name));
    let asked = schema.columns.iter().filter(|column| is_asked(&column.name));
    asked.map(|column| column.property().into_owned()).collect()
}

impl App {
    /// A column of a linked table, as a grid shows it: `Telephone (Account)`. It is shown and never edited.
    pub(in crate::app) fn linked_column(&self, linked: &LinkedColumn) -> Column {
        let table = self.tables.value().and_then(|tables| tables.iter().find(|it| it.name == linked.table));
        let table = table.map_or(linked.table.as_str(), |table| &table.display_name);
        // Its columns are known where somebody was there before.
        let schema = self.schemas.get(&linked.table);
        let column = schema.and_then(|schema| schema.column(linked.column.as_str()));
        let column = column.map_or(linked.column.as_str(), |column| &column.display_name);
        Column {
            name: linked.property.clone(),
            display_name: format!("{column} ({table})"),
            kind: ColumnKind::Other("linked".into()),
            required: Required::None,
            updatable: false,
            creatable: false,
            secured: false,
            computed: false,
            is_custom: false,
        }
    }

    /// Opens a table at a view, or at all its rows.
    pub(in crate::app) fn open_view(&mut self, table: Table, view: Option<TableView>) -> Vec<Effect> {
        self.screens.pop_to_first();
        let mut grid = Grid::new(table);
        grid.view = view;
        self.open_rows(grid)
    }
}
