//! An action of the Web API, as data: it is staged, reviewed and kept like any other change.

use serde::{Deserialize, Serialize};

use super::query::encoded;
use super::request::Request;
use super::{Change, ColumnName, RowId, RowQuery, SetName, Wire};

/// One call that changes something on the server and is not the update of a row's columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// What it is called, for messages: `CloseIncident`.
    pub name: String,
    /// Path below the service root: `CloseIncident`, `queues(...)/Microsoft.Dynamics.CRM.AddToQueue`.
    pub path: String,
    /// JSON; empty where there is none.
    pub body: String,
    /// The row that it is about. An action takes no `If-Match`: the row is read just before, and a change since it was
    /// read stops the action.
    pub subject: Option<Subject>,
}

impl Action {
    /// An action by its name, of the service or of a row, with a body in JSON. Nothing tells later whether it was
    /// carried out.
    pub fn named(name: &str, on: Option<(&SetName, RowId)>, body: String) -> Self {
        let (name, path) = (name.to_owned(), path(name, on));
        Self { name, path, body, subject: None }
    }

    /// The request that carries it out.
    pub fn wire(&self) -> Wire {
        Wire::of(&Request::action(self))
    }
}

/// Where an action or a function is, below the service root.
pub(super) fn path(name: &str, on: Option<(&SetName, RowId)>) -> String {
    let name = encoded(name);
    match on {
        None => name,
        Some((set, id)) if name.contains('.') => format!("{set}({id})/{name}"),
        Some((set, id)) => format!("{set}({id})/Microsoft.Dynamics.CRM.{name}"),
    }
}

/// The row that an action is about, as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Entity set of its table.
    pub set: SetName,
    /// Primary key column of its table.
    pub primary_id: ColumnName,
    /// The row.
    pub id: RowId,
    /// Its ETag; empty where it was not read.
    pub etag: String,
    /// A column with the value that it has once the action was carried out, where one tells: it is looked at when the
    /// answer was lost.
    pub done: Option<(ColumnName, Change)>,
}

impl Subject {
    /// The row, with no more than its key and the column that tells.
    pub fn itself(&self) -> RowQuery {
        let tells = self.done.iter().map(|(column, change)| change.property(column).into_owned());
        let select = std::iter::once(self.primary_id.to_string()).chain(tells).collect();
        RowQuery { select, annotations: false, ..RowQuery::new(self.set.clone(), self.id) }
    }
}
