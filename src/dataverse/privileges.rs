//! What a table asks of people, and what a user may do.

use std::collections::BTreeSet;

use serde::Deserialize;
use uuid::Uuid;

/// One thing that can be allowed on a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Privilege {
    /// Its key.
    #[serde(rename = "PrivilegeId")]
    pub id: Uuid,
    /// Its name, `prvReadIncident`.
    pub name: String,
    /// `Read`, `Create`, `Write`, `Delete`, `Assign`, `Share`, `Append` or `AppendTo`.
    #[serde(rename = "PrivilegeType")]
    pub kind: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct TableAnswer {
    #[serde(default)]
    pub(super) privileges: Vec<Privilege>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserAnswer {
    role_privileges: Vec<Held>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Held {
    privilege_id: Uuid,
}

impl UserAnswer {
    pub(super) fn ids(self) -> BTreeSet<Uuid> {
        self.role_privileges.into_iter().map(|held| held.privilege_id).collect()
    }
}
