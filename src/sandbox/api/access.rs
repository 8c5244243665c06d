//! Who asks, and what they may do.

use http::{HeaderMap, StatusCode};
use rusqlite::Connection;
use uuid::Uuid;

use super::Caller;
use super::error::{ApiError, Result};
use crate::sandbox::schema::Table;
use crate::sandbox::seed::named_id;
use crate::sandbox::store::Store;
use crate::sandbox::users::{Role, User};

/// Somebody with a row in the environment and a role.
#[derive(Debug, Clone)]
pub(super) struct Principal {
    pub(super) id: Uuid,
    pub(super) name: String,
    roles: Vec<Role>,
    /// Who really asks, when it is on behalf of this one. What both may do is allowed.
    pub(super) behind: Option<Box<Principal>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Create,
    Read,
    Write,
    Delete,
}

/// What case workers may change.
const CASE_WORK: &[&str] = &["account", "contact", "incident", "task", "annotation", "queueitem"];

const ON_BEHALF: &str = "prvActOnBehalfOfAnotherUser";

impl Principal {
    pub(super) fn of(
        caller: &Caller,
        users: &[User],
        store: &Store,
        headers: &HeaderMap,
    ) -> Result<Principal> {
        let user = users.iter().find(|user| match caller.app_id {
            Some(application) => user.application_id == Some(application),
            None => user.oid == caller.oid && user.application_id.is_none(),
        });
        let principal = Principal::admitted(user)?;
        store.read(|connection| principal.for_another(connection, users, headers))
    }

    fn admitted(user: Option<&User>) -> Result<Principal> {
        let forbidden = |code, message: &str| Err(ApiError::new(StatusCode::FORBIDDEN, code, message));
        match user {
            Some(user) if user.in_environment => {
                if user.disabled_in_environment {
                    return forbidden(
                        0x8004_0225,
                        "The specified user is either disabled or is not a member of any business unit.",
                    );
                }
                if !user.licensed {
                    return forbidden(0x8004_d24b, "The user has not been assigned any License");
                }
                if user.roles.is_empty() {
                    return forbidden(0x8004_2f09, "The user has not been assigned any roles.");
                }
                Ok(Principal {
                    id: user.systemuserid,
                    name: user.full_name.to_owned(),
                    roles: user.roles.clone(),
                    behind: None,
                })
            }
            _ => forbidden(0x8007_2560, "The user is not a member of the organization."),
        }
    }

    /// The user of `CallerObjectId` or `MSCRMCallerID`, for whom this one asks.
    fn for_another(self, connection: &Connection, users: &[User], headers: &HeaderMap) -> Result<Principal> {
        let named = |header: &str| headers.get(header).map(|id| id.to_str().ok().map(str::trim));
        let (by_object, id) = match (named("callerobjectid"), named("mscrmcallerid")) {
            (Some(id), _) => (true, id),
            (None, Some(id)) => (false, id),
            (None, None) => return Ok(self),
        };
        let id: Uuid = id
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| ApiError::query("The header that names another user must hold a GUID."))?;
        if !self.holds(connection, ON_BEHALF)? {
            return Err(ApiError::new(
                StatusCode::FORBIDDEN,
                0x8004_a110,
                "User does not have the privilege to act on behalf another user.",
            ));
        }
        let user = users.iter().find(|user| if by_object { user.oid == id } else { user.systemuserid == id });
        let mut other = Principal::admitted(user)?;
        other.behind = Some(Box::new(self));
        Ok(other)
    }

    /// Whether one of the roles holds a privilege that is not one of a table: administrators hold all of them. Who
    /// acts for another needs what both hold.
    pub(super) fn holds(&self, _: &Connection, _privilege: &str) -> Result<bool> {
        let both = std::iter::once(self).chain(self.behind.as_deref());
        Ok(both.map(|person| &person.roles).all(|roles| roles.contains(&Role::SystemAdministrator)))
    }

    /// Refuses what none of the roles allows.
    pub(super) fn require(&self, right: Right, table: &Table) -> Result<()> {
        if let Some(behind) = &self.behind {
            behind.require(right, table)?;
        }
        let allowed = self.roles.iter().any(|role| match role {
            Role::SystemAdministrator => true,
            Role::CaseWorker => right == Right::Read || CASE_WORK.contains(&table.name.as_str()),
            Role::Reader => right == Right::Read,
        });
        if allowed {
            return Ok(());
        }
        let privilege = format!("prv{right:?}{}", table.privilege());
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            0x8004_0220,
            format!(
                "Principal user (Id={id}, type=8, roleCount={}, privilegeCount=120, accessMode=0), is missing \
                 {privilege} privilege (Id={}) on OTC={} for entity '{}' (LocalizedName='{}'). context.Caller={id}",
                self.roles.len(),
                named_id(&privilege),
                table.declared.code,
                table.name,
                table.declared.display,
                id = self.id,
            ),
        ))
    }
}
