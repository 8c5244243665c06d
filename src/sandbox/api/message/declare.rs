//! The words in which messages are declared.

use super::given::Given;
use super::{NAMESPACE, Reply, Result};

/// A function or an action. `Name` bound to some tables and unbound as well is declared twice.
#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox::api) struct Message {
    pub(in crate::sandbox::api) name: &'static str,
    pub(in crate::sandbox::api) kind: Kind,
    /// Logical names of the tables to whose rows it is bound; none: it is unbound.
    pub(in crate::sandbox::api) on: &'static [&'static str],
    pub(in crate::sandbox::api) parameters: &'static [Parameter],
    /// The properties of its `{name}Response` with their types; none: it answers with 204.
    pub(in crate::sandbox::api) returns: &'static [(&'static str, &'static str)],
    pub(super) answer: fn(&Given<'_>) -> Result<Reply>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox::api) enum Kind {
    Action,
    Function,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::sandbox::api) struct Parameter {
    pub(in crate::sandbox::api) name: &'static str,
    pub(in crate::sandbox::api) of: Of,
    pub(in crate::sandbox::api) optional: bool,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox::api) enum Of {
    /// A row of this table.
    Row(&'static str),
    /// A row of any table.
    AnyRow,
    /// A user or a team.
    Principal,
    Text,
    Texts,
    Number,
    YesNo,
    Id,
    Instant,
    /// A member of an enumeration or a complex value, by the name of its type.
    Type(&'static str),
}

impl Of {
    /// The type's name in a CSDL document.
    pub(in crate::sandbox::api) fn edm(self) -> String {
        match self {
            Of::Row(table) => format!("{NAMESPACE}{table}"),
            Of::AnyRow => format!("{NAMESPACE}crmbaseentity"),
            Of::Principal => format!("{NAMESPACE}principal"),
            Of::Text => "Edm.String".to_owned(),
            Of::Texts => "Collection(Edm.String)".to_owned(),
            Of::Number => "Edm.Int32".to_owned(),
            Of::YesNo => "Edm.Boolean".to_owned(),
            Of::Id => "Edm.Guid".to_owned(),
            Of::Instant => "Edm.DateTimeOffset".to_owned(),
            Of::Type(name) => format!("{NAMESPACE}{name}"),
        }
    }
}

/// A parameter that must be there.
pub(super) const fn needs(name: &'static str, of: Of) -> Parameter {
    Parameter { name, of, optional: false }
}

pub(super) const fn may(name: &'static str, of: Of) -> Parameter {
    Parameter { name, of, optional: true }
}

/// A function of the service itself. One without properties answers with a row.
pub(super) const fn function(
    name: &'static str,
    parameters: &'static [Parameter],
    returns: &'static [(&'static str, &'static str)],
    answer: fn(&Given<'_>) -> Result<Reply>,
) -> Message {
    Message { name, kind: Kind::Function, on: &[], parameters, returns, answer }
}

/// An action of the service itself that answers with nothing.
pub(super) const fn action(
    name: &'static str,
    parameters: &'static [Parameter],
    answer: fn(&Given<'_>) -> Result<Reply>,
) -> Message {
    Message { name, kind: Kind::Action, on: &[], parameters, returns: &[], answer }
}

impl Message {
    pub(super) const fn on(mut self, tables: &'static [&'static str]) -> Message {
        self.on = tables;
        self
    }

    pub(super) const fn returning(mut self, properties: &'static [(&'static str, &'static str)]) -> Message {
        self.returns = properties;
        self
    }
}
