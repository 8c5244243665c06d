//! Who asks, and what they may do: the privileges of their roles and of their teams' roles, as the rows say.

use http::{HeaderMap, StatusCode};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::Caller;
use super::call::Call;
use super::error::{ApiError, Result};
use crate::sandbox::schema::{Origin, Table};
use crate::sandbox::seed::{administrators, named_id};
use crate::sandbox::store::Store;
use crate::sandbox::users::User;

/// Somebody with a row in the environment and a role.
#[derive(Debug, Clone)]
pub(super) struct Principal {
    pub(super) id: Uuid,
    pub(super) name: String,
    roles: Vec<Uuid>,
    /// Who really asks, when it is in the name of another.
    pub(super) behind: Option<Box<Principal>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Right {
    Create,
    Read,
    Write,
    Delete,
    Append,
    AppendTo,
    Assign,
    Share,
}

impl Right {
    /// In the order in which the service lists them.
    pub(super) const ALL: [Right; 8] = [
        Right::Read,
        Right::Write,
        Right::Append,
        Right::AppendTo,
        Right::Create,
        Right::Delete,
        Right::Share,
        Right::Assign,
    ];

    /// Its bit in an access mask.
    pub(super) fn bit(self) -> i64 {
        match self {
            Right::Read => 1,
            Right::Write => 2,
            Right::Append => 4,
            Right::AppendTo => 16,
            Right::Create => 32,
            Right::Delete => 65_536,
            Right::Share => 262_144,
            Right::Assign => 524_288,
        }
    }
}

/// The name of the privilege that a right on the rows of a table takes.
pub(super) fn privilege(right: Right, table: &Table) -> String {
    match table.name.as_str() {
        "audit" => AUDIT_HISTORY.to_owned(),
        _ => format!("prv{right:?}{}", table.privilege()),
    }
}

pub(super) const AUDIT_HISTORY: &str = "prvReadRecordAuditHistory";
const ON_BEHALF: &str = "prvActOnBehalfOfAnotherUser";

impl Principal {
    pub(super) fn of(
        caller: &Caller,
        users: &[User],
        store: &Store,
        headers: &HeaderMap,
    ) -> Result<Principal> {
        let (column, id) = match caller.app_id {
            Some(application) => ("applicationid", application),
            None => ("azureactivedirectoryobjectid", caller.oid),
        };
        let known = users.iter().find(|user| match caller.app_id {
            Some(application) => user.application_id == Some(application),
            None => user.oid == caller.oid,
        });
        store.read(|connection| {
            let Some((id, name)) = enabled(connection, column, id)? else { return Err(stranger()) };
            if known.is_some_and(|user| !user.licensed) {
                return Err(forbidden(0x8004_d24b, "The user has not been assigned any License"));
            }
            let roles = roles(connection, id)?;
            let principal = Principal { id, name, roles, behind: None };
            if principal.roles.is_empty() {
                return Err(forbidden(0x8004_2f09, "The user has not been assigned any roles."));
            }
            principal.for_another(connection, headers)
        })
    }

    /// The user of `CallerObjectId` or `MSCRMCallerID`, for whom this one asks.
    fn for_another(self, connection: &Connection, headers: &HeaderMap) -> Result<Principal> {
        let named = |header: &str| headers.get(header).map(|id| id.to_str().ok().map(str::trim));
        let (column, id) = match (named("callerobjectid"), named("mscrmcallerid")) {
            (Some(id), _) => ("azureactivedirectoryobjectid", id),
            (None, Some(id)) => ("systemuserid", id),
            (None, None) => return Ok(self),
        };
        let id: Uuid = id
            .and_then(|id| id.parse().ok())
            .ok_or_else(|| ApiError::query("The header that names another user must hold a GUID."))?;
        if !self.holds(connection, ON_BEHALF)? {
            let message = "User does not have the privilege to act on behalf another user.";
            return Err(forbidden(0x8004_a110, message));
        }
        let Some((id, name)) = enabled(connection, column, id)? else { return Err(stranger()) };
        let roles = roles(connection, id)?;
        Ok(Principal { id, name, roles, behind: Some(Box::new(self)) })
    }

    /// Whether one of the roles holds a privilege. Who acts for another needs what both hold.
    pub(super) fn holds(&self, connection: &Connection, privilege: &str) -> Result<bool> {
        Ok(holds(connection, &self.roles, privilege)?
            && match &self.behind {
                Some(behind) => behind.holds(connection, privilege)?,
                None => true,
            })
    }

    /// The documented refusal. `table` is what the privilege would have been used on.
    fn denied(&self, connection: &Connection, privilege: &str, table: &Table) -> Result<ApiError> {
        Ok(forbidden(
            0x8004_0220,
            &format!(
                "Principal user (Id={id}, type=8, roleCount={}, privilegeCount={}, accessMode=0), is missing \
                 {privilege} privilege (Id={}) on OTC={} for entity '{}' (LocalizedName='{}'). \
                 context.Caller={}",
                self.roles.len(),
                privileges(connection, &self.roles)?.len(),
                named_id(privilege),
                table.declared.code,
                table.name,
                table.declared.display,
                self.behind.as_ref().map_or(self.id, |behind| behind.id),
                id = self.id,
            ),
        ))
    }
}

impl Call<'_> {
    /// Refuses what none of the caller's roles allows, and what nobody can do with a table.
    pub(super) fn require(&self, right: Right, table: &Table) -> Result<()> {
        let platform = matches!(table.declared.origin, Origin::Platform | Origin::Union);
        if platform && right != Right::Read {
            let message = format!(
                "The '{right:?}' method does not support entities of type '{}'. MessageProcessorCache returned \
                 MessageProcessor.Empty.",
                table.name
            );
            return Err(ApiError::bad(0x8004_0800, message));
        }
        self.require_privilege(&privilege(right, table), table)
    }

    pub(super) fn require_privilege(&self, privilege: &str, table: &Table) -> Result<()> {
        self.read(|connection| match self.principal.holds(connection, privilege)? {
            true => Ok(()),
            false => Err(self.principal.denied(connection, privilege, table)?),
        })
    }
}

/// The rights that a user or a team has on the rows of a table, as a mask.
pub(super) fn rights(connection: &Connection, principal: Uuid, table: &Table) -> Result<i64> {
    let roles = roles(connection, principal)?;
    let mut mask = 0;
    for right in Right::ALL {
        if holds(connection, &roles, &privilege(right, table))? {
            mask |= right.bit();
        }
    }
    Ok(mask)
}

/// The roles of a user, their own and those of their teams; or the roles of a team.
pub(super) fn roles(connection: &Connection, principal: Uuid) -> Result<Vec<Uuid>> {
    let mut statement = connection.prepare_cached(
        "SELECT roleid FROM systemuserroles WHERE systemuserid = ?1 \
         UNION SELECT roleid FROM teamroles WHERE teamid = ?1 \
         UNION SELECT teamroles.roleid FROM teammembership JOIN teamroles USING (teamid) \
               WHERE teammembership.systemuserid = ?1",
    )?;
    let roles = statement.query_map([principal.as_bytes().as_slice()], |row| id_at(row, 0))?;
    Ok(roles.collect::<rusqlite::Result<_>>()?)
}

/// The privileges of some roles, by name.
pub(super) fn privileges(connection: &Connection, roles: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let sql = "SELECT DISTINCT privilege.privilegeid, name FROM roleprivileges JOIN privilege USING (privilegeid) \
               WHERE roleid = ?1";
    let mut found = Vec::new();
    for role in roles {
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement
            .query_map([role.as_bytes().as_slice()], |row| Ok((id_at(row, 0)?, row.get::<_, String>(1)?)))?;
        found.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found.dedup();
    Ok(found)
}

/// Administrators hold every privilege, also of tables that were made a moment ago.
fn holds(connection: &Connection, roles: &[Uuid], privilege: &str) -> Result<bool> {
    if roles.contains(&administrators()) {
        return Ok(true);
    }
    let sql =
        "SELECT 1 FROM privilege JOIN roleprivileges USING (privilegeid) WHERE name = ?1 AND roleid = ?2";
    for role in roles {
        let mut statement = connection.prepare_cached(sql)?;
        if statement.exists(params![privilege, role.as_bytes().as_slice()])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The user whose row has an id in some column: an administrator adds, renames and disables users by their rows.
fn enabled(connection: &Connection, column: &str, id: Uuid) -> Result<Option<(Uuid, String)>> {
    let sql = format!("SELECT systemuserid, fullname, isdisabled FROM systemuser WHERE {column} = ?1");
    let found: Option<(Uuid, Option<String>, Option<bool>)> = connection
        .prepare_cached(&sql)?
        .query_row([id.as_bytes().as_slice()], |row| Ok((id_at(row, 0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    match found {
        Some((_, _, Some(true))) => Err(disabled()),
        found => Ok(found.map(|(id, name, _)| (id, name.unwrap_or_default()))),
    }
}

fn id_at(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<Uuid> {
    Ok(super::shape::id_at(row, at)?.unwrap_or_default())
}

fn forbidden(code: u32, message: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, code, message)
}

fn stranger() -> ApiError {
    forbidden(0x8007_2560, "The user is not a member of the organization.")
}

fn disabled() -> ApiError {
    forbidden(0x8004_0225, "The specified user is either disabled or is not a member of any business unit.")
}
