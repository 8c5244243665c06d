//! Views that are kept on the server: those of the organization, and those that people made for themselves.

use super::view_xml::{ViewQuery, view_columns, view_query};
use super::{Client, ColumnName, Error, Literal, Query, Row, RowId, TableName, field};

/// A table with more views than these shows the first of them.
const MOST: usize = 2_000;

/// The service keeps no longer names and descriptions.
const NAME: usize = 200;
const DESCRIPTION: usize = 2_000;

/// Whose view it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ViewKind {
    /// Everybody's (`savedquery`).
    System,
    /// A person's own, or one that was shared with them (`userquery`).
    Personal,
}

/// Names a view in a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ViewId {
    /// Whose it is.
    pub kind: ViewKind,
    /// Its key.
    pub id: RowId,
}

/// A view with what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredView {
    /// What it is asked for by.
    pub id: ViewId,
    /// What people call it.
    pub name: String,
    /// What somebody wrote about it; mostly empty.
    pub description: String,
    /// The one that people see first.
    pub is_default: bool,
    /// What it asks for, or why that cannot be read. The server reads it anyway.
    pub query: Result<ViewQuery, String>,
    /// The columns of its grid from left to right, those of linked tables as `alias.column`; or why they cannot be read.
    pub columns: Result<Vec<ColumnName>, String>,
}

impl ViewKind {
    /// The option of an address that names such a view.
    pub(super) fn option(self) -> &'static str {
        match self {
            Self::System => "savedQuery",
            Self::Personal => "userQuery",
        }
    }

    fn query(self) -> Query {
        let of_all = ["name", self.key(), "fetchxml", "layoutxml", "description"];
        let (set, more) = match self {
            Self::System => ("savedqueries", Some("isdefault")),
            Self::Personal => ("userqueries", None),
        };
        Query::new(set).select(of_all.into_iter().chain(more)).order_by("name").order_by(self.key())
    }

    fn key(self) -> &'static str {
        match self {
            Self::System => "savedqueryid",
            Self::Personal => "userqueryid",
        }
    }
}

impl Client {
    /// The views of a table that people choose from, by name: active ones, none for a quick find or a lookup.
    ///
    /// # Errors
    ///
    /// As every read.
    ///
    /// # Source
    ///
    /// [Retrieve and execute predefined queries](https://learn.microsoft.com/power-apps/developer/data-platform/webapi/retrieve-and-execute-predefined-queries)
    pub async fn views(&self, table: &TableName, kind: ViewKind) -> Result<Vec<StoredView>, Error> {
        // The table's name is compared as a whole: `_` is no wildcard there.
        let of_table = field("returnedtypecode").eq(Literal::Name(table.to_string()));
        let active = field("querytype").eq(0).and(field("statecode").eq(0));
        let mut pages = self.pages(kind.query().filter(of_table.and(active)));
        let mut views = Vec::new();
        while let Some(page) = pages.next().await? {
            views.extend(page.rows().filter_map(|row| view(&row, kind)));
            if views.len() >= MOST {
                views.truncate(MOST);
                break;
            }
        }
        Ok(views)
    }
}

fn view(row: &Row, kind: ViewKind) -> Option<StoredView> {
    let text = |name: &str| Some(row.cell(name)?.raw_text()?.into_owned());
    let cut = |text: String, most: usize| text.chars().take(most).collect::<String>();
    let named = text("name").map(|name| cut(name, NAME)).filter(|name| !name.trim().is_empty());
    let none = || "it has none".to_owned();
    let id = ViewId { kind, id: row.id(&kind.key().into())? };
    Some(StoredView {
        id,
        name: named.unwrap_or_else(|| id.id.to_string()),
        description: cut(text("description").unwrap_or_default(), DESCRIPTION),
        is_default: row.cell("isdefault").is_some_and(|cell| cell.json == "true"),
        query: text("fetchxml").ok_or_else(none).and_then(|xml| view_query(&xml)),
        columns: text("layoutxml").ok_or_else(none).and_then(|xml| view_columns(&xml)),
    })
}
