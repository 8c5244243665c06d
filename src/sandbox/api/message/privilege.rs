//! The privileges of people, teams and roles.

use rusqlite::Connection;
use serde_json::{Value, json};
use uuid::Uuid;

use super::declare::{Message, Of, function, needs};
use super::given::Given;
use super::{ApiError, Reply, Result, response};
use crate::sandbox::api::access::{Right, privileges, roles};
use crate::sandbox::seed::{named_id, root_business_unit};

const ROLE_PRIVILEGES: &[(&str, &str)] =
    &[("RolePrivileges", "Collection(Microsoft.Dynamics.CRM.RolePrivilege)")];

pub(super) const MESSAGES: &[Message] = &[
    function("RetrieveUserPrivileges", &[], ROLE_PRIVILEGES, of_principal).on(&["systemuser"]),
    function("RetrieveTeamPrivileges", &[], ROLE_PRIVILEGES, of_principal).on(&["team"]),
    function(
        "RetrieveUserPrivilegeByPrivilegeName",
        &[needs("PrivilegeName", Of::Text)],
        ROLE_PRIVILEGES,
        by_name,
    )
    .on(&["systemuser"]),
    function("RetrieveUserPrivilegeByPrivilegeId", &[needs("PrivilegeId", Of::Id)], ROLE_PRIVILEGES, by_id)
        .on(&["systemuser"]),
    function(
        "RetrieveUserSetOfPrivilegesByNames",
        &[needs("PrivilegeNames", Of::Texts)],
        ROLE_PRIVILEGES,
        by_names,
    )
    .on(&["systemuser"]),
    function("RetrieveRolePrivilegesRole", &[needs("RoleId", Of::Id)], ROLE_PRIVILEGES, of_role),
];

fn of_principal(given: &Given<'_>) -> Result<Reply> {
    list(given, |_, _| true)
}

fn by_name(given: &Given<'_>) -> Result<Reply> {
    let wanted = given.text("PrivilegeName");
    if given.call.read(|connection| id_of(connection, wanted))?.is_none() {
        return Err(ApiError::bad(
            0x8004_0203,
            format!("Invalid argument. There is no privilege '{wanted}'."),
        ));
    }
    list(given, |_, name| name.eq_ignore_ascii_case(wanted))
}

fn by_id(given: &Given<'_>) -> Result<Reply> {
    let wanted = given.id("PrivilegeId").unwrap_or_default();
    list(given, |id, _| id == wanted)
}

fn by_names(given: &Given<'_>) -> Result<Reply> {
    let names = given.value("PrivilegeNames").and_then(Value::as_array).cloned().unwrap_or_default();
    list(given, |_, name| {
        names.iter().filter_map(Value::as_str).any(|wanted| wanted.eq_ignore_ascii_case(name))
    })
}

fn of_role(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let table = call.schema().table("role").ok_or_else(|| ApiError::not_implemented("the table 'role'"))?;
    call.require(Right::Read, table)?;
    let role = given.id("RoleId").unwrap_or_default();
    let found = call.read(|connection| {
        crate::sandbox::api::read::version(connection, table, role)?;
        privileges(connection, &[role])
    })?;
    Ok(answer(given, found))
}

fn list(given: &Given<'_>, wanted: impl Fn(Uuid, &str) -> bool) -> Result<Reply> {
    let call = given.call;
    let principal = given.bound()?;
    call.require(Right::Read, principal.table)?;
    let mut found = call.read(|connection| privileges(connection, &roles(connection, principal.id)?))?;
    found.retain(|(id, name)| wanted(*id, name));
    Ok(answer(given, found))
}

fn answer(given: &Given<'_>, found: Vec<(Uuid, String)>) -> Reply {
    let unit = root_business_unit(given.call.config().organization.id);
    let found: Vec<_> = found
        .into_iter()
        .map(|(id, name)| {
            json!({
                "Depth": "Global",
                "PrivilegeId": id,
                "BusinessUnitId": unit,
                "PrivilegeName": name,
                "RecordFilterId": Uuid::nil(),
                "RecordFilterUniqueName": "",
            })
        })
        .collect();
    response(given.call, given.message.name, [("RolePrivileges", Value::Array(found))])
}

fn id_of(connection: &Connection, name: &str) -> Result<Option<Uuid>> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM privilege WHERE name = ?1")?;
    Ok(statement.exists([name])?.then(|| named_id(name)))
}
