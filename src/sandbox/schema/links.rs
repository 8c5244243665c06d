//! Many-to-many relationships, and what a collection of a row can be.

use super::{Relationship, Table};

/// A relationship whose links are rows of a table of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ManyToMany {
    pub(crate) schema: &'static str,
    /// Made by the organization.
    pub(crate) custom: bool,
    /// Logical name of the table with the links.
    pub(crate) intersect: &'static str,
    pub(crate) first: Side,
    pub(crate) second: Side,
}

/// One side of a many-to-many relationship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) table: &'static str,
    /// The column of the links that holds this side's key.
    pub(crate) column: &'static str,
    /// Navigation property that leads from this side to the other.
    pub(crate) nav: &'static str,
}

impl ManyToMany {
    /// The relationship as each of its sides sees it: from here to there.
    pub(super) fn sides(&self) -> [(&ManyToMany, &Side, &Side); 2] {
        [(self, &self.first, &self.second), (self, &self.second, &self.first)]
    }
}

/// A many-to-many relationship, seen from one side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Association<'a> {
    pub(crate) relationship: &'a ManyToMany,
    pub(crate) here: &'a Side,
    pub(crate) there: &'a Side,
    /// The table on the other side.
    pub(crate) table: &'a Table,
    pub(crate) intersect: &'a Table,
}

/// The rows that a collection of a row holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Members<'a> {
    /// Rows with a lookup to it.
    Children(Relationship<'a>),
    /// Rows on the other side of a many-to-many relationship.
    Linked(Association<'a>),
}

impl<'a> Members<'a> {
    /// The table of the rows.
    pub(crate) fn table(&self) -> &'a Table {
        match self {
            Members::Children(relationship) => relationship.table,
            Members::Linked(link) => link.table,
        }
    }
}

/// A relationship whose two navigation properties have its name.
const fn between(
    schema: &'static str,
    intersect: &'static str,
    first: (&'static str, &'static str),
    second: (&'static str, &'static str),
) -> ManyToMany {
    ManyToMany {
        schema,
        custom: false,
        intersect,
        first: Side { table: first.0, column: first.1, nav: schema },
        second: Side { table: second.0, column: second.1, nav: schema },
    }
}

pub(super) const MANY_TO_MANY: &[ManyToMany] = &[
    between(
        "teammembership_association",
        "teammembership",
        ("team", "teamid"),
        ("systemuser", "systemuserid"),
    ),
    between(
        "systemuserroles_association",
        "systemuserroles",
        ("systemuser", "systemuserid"),
        ("role", "roleid"),
    ),
    between("teamroles_association", "teamroles", ("team", "teamid"), ("role", "roleid")),
    between("roleprivileges_association", "roleprivileges", ("role", "roleid"), ("privilege", "privilegeid")),
];
