//! Who asks, and what they may do.

use http::StatusCode;
use uuid::Uuid;

use super::Caller;
use super::error::{ApiError, Result};
use crate::sandbox::schema::Table;
use crate::sandbox::seed::named_id;
use crate::sandbox::users::{Role, User};

/// Somebody with a row in the environment and a role.
#[derive(Debug, Clone)]
pub(super) struct Principal {
    pub(super) id: Uuid,
    pub(super) name: String,
    roles: Vec<Role>,
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

impl Principal {
    pub(super) fn of(caller: &Caller, users: &[User]) -> Result<Principal> {
        let user = users.iter().find(|user| match caller.app_id {
            Some(application) => user.application_id == Some(application),
            None => user.oid == caller.oid && user.application_id.is_none(),
        });
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
                })
            }
            _ => forbidden(0x8007_2560, "The user is not a member of the organization."),
        }
    }

    /// Refuses to change definitions to whom no role gives the privilege, such as `prvCreateEntity`.
    pub(super) fn require_customizing(&self, privilege: &str) -> Result<()> {
        if self.roles.contains(&Role::SystemAdministrator) {
            return Ok(());
        }
        Err(ApiError::new(
            StatusCode::FORBIDDEN,
            0x8004_0220,
            format!(
                "Principal user (Id={}, type=8) is missing {privilege} privilege (Id={})",
                self.id,
                named_id(privilege)
            ),
        ))
    }

    /// Refuses what none of the roles allows.
    pub(super) fn require(&self, right: Right, table: &Table) -> Result<()> {
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
