//! Rows that are shared with users and teams one by one, and who may do what with a row.

use http::StatusCode;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::declare::{Message, Of, action, function, needs};
use super::entity::Entity;
use super::given::Given;
use super::{ApiError, Reply, Result, response};
use crate::sandbox::api::access::{Right, rights};
use crate::sandbox::api::write::trail::{self, Action};

pub(super) const MESSAGES: &[Message] = &[
    action(
        "GrantAccess",
        &[needs("Target", Of::AnyRow), needs("PrincipalAccess", Of::Type("PrincipalAccess"))],
        grant,
    ),
    action(
        "ModifyAccess",
        &[needs("Target", Of::AnyRow), needs("PrincipalAccess", Of::Type("PrincipalAccess"))],
        modify,
    ),
    action("RevokeAccess", &[needs("Target", Of::AnyRow), needs("Revokee", Of::Principal)], revoke),
    function(
        "RetrieveSharedPrincipalsAndAccess",
        &[needs("Target", Of::AnyRow)],
        &[("PrincipalAccesses", "Collection(Microsoft.Dynamics.CRM.PrincipalAccess)")],
        shared,
    ),
    function(
        "RetrievePrincipalAccess",
        &[needs("Target", Of::AnyRow)],
        &[("AccessRights", "Microsoft.Dynamics.CRM.AccessRights")],
        principal_access,
    )
    .on(&["systemuser", "team"]),
];

/// `ReadAccess, WriteAccess` as a mask.
fn mask(text: &str) -> Result<i64> {
    let mut mask = 0;
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty() && *name != "None") {
        let right = Right::ALL.into_iter().find(|right| format!("{right:?}Access") == name);
        let right =
            right.ok_or_else(|| ApiError::query(format!("'{name}' is not a member of 'AccessRights'.")))?;
        mask |= right.bit();
    }
    Ok(mask)
}

fn names(mask: i64) -> String {
    let held = Right::ALL.into_iter().filter(|right| mask & right.bit() != 0);
    let held: Vec<_> = held.map(|right| format!("{right:?}Access")).collect();
    if held.is_empty() { "None".to_owned() } else { held.join(", ") }
}

/// What is granted comes to what was granted before.
fn grant(given: &Given<'_>) -> Result<Reply> {
    let (target, principal, mask) = access(given)?;
    store(given, &target, |transaction| {
        let before = share(transaction, principal.id, target.id)?.unwrap_or_default();
        put(transaction, given.call.now, &principal, &target, before | mask)?;
        Ok(Action::Share)
    })
}

fn modify(given: &Given<'_>) -> Result<Reply> {
    let (target, principal, mask) = access(given)?;
    store(given, &target, |transaction| {
        put(transaction, given.call.now, &principal, &target, mask)?;
        Ok(Action::ModifyShare)
    })
}

fn revoke(given: &Given<'_>) -> Result<Reply> {
    let target = given.row("Target")?;
    let principal = given.row("Revokee")?.principal()?;
    store(given, &target, |transaction| {
        put(transaction, given.call.now, &principal, &target, 0)?;
        Ok(Action::Unshare)
    })
}

fn access<'a>(given: &Given<'a>) -> Result<(Entity<'a>, Entity<'a>, i64)> {
    let target = given.row("Target")?;
    let access = given.object("PrincipalAccess");
    let part = |name: &str| access.and_then(|access| access.get(name)).filter(|value| !value.is_null());
    let missing = |name: &str| ApiError::query(format!("'PrincipalAccess' has no '{name}'."));
    let principal = part("Principal").ok_or_else(|| missing("Principal"))?;
    let principal = Entity::read(given.call, "Principal", principal, None)?.principal()?;
    let principal = Entity::existing(given.call, principal.table, principal.id)?;
    let mask = mask(part("AccessMask").and_then(Json::as_str).ok_or_else(|| missing("AccessMask"))?)?;
    Ok((target, principal, mask))
}

fn store(
    given: &Given<'_>,
    target: &Entity<'_>,
    work: impl FnOnce(&Transaction<'_>) -> Result<Action>,
) -> Result<Reply> {
    let call = given.call;
    call.require(Right::Share, target.table)?;
    call.write(|transaction| {
        let action = work(transaction)?;
        trail::event(call, transaction, target.table, target.id, action)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

/// What a row is shared for with one principal.
fn share(connection: &Connection, principal: Uuid, object: Uuid) -> Result<Option<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT accessrightsmask FROM principalobjectaccess WHERE principalid = ?1 AND objectid = ?2",
    )?;
    let ids = [principal.as_bytes().as_slice(), object.as_bytes().as_slice()];
    Ok(statement.query_row(ids, |row| row.get(0)).optional()?)
}

fn put(
    transaction: &Transaction<'_>,
    now: i64,
    principal: &Entity<'_>,
    object: &Entity<'_>,
    mask: i64,
) -> Result<()> {
    let ids = [principal.id.as_bytes().as_slice(), object.id.as_bytes().as_slice()];
    transaction
        .prepare_cached("DELETE FROM principalobjectaccess WHERE principalid = ?1 AND objectid = ?2")?
        .execute(ids)?;
    if mask == 0 {
        return Ok(());
    }
    transaction
        .prepare_cached(
            "INSERT INTO principalobjectaccess (principalobjectaccessid, principalid, principaltypecode, objectid, \
             objecttypecode, accessrightsmask, changedon, versionnumber) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, (SELECT value FROM counter WHERE name = 'version'))",
        )?
        .execute(params![
            Uuid::new_v4().as_bytes().as_slice(),
            ids[0],
            principal.table.name,
            ids[1],
            object.table.name,
            mask,
            now
        ])?;
    Ok(())
}

fn shared(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let target = given.row("Target")?;
    call.require(Right::Read, target.table)?;
    let found = call.read(|connection| {
        let mut statement = connection.prepare_cached(
            "SELECT principaltypecode, principalid, accessrightsmask FROM principalobjectaccess \
             WHERE objectid = ?1 ORDER BY rowid",
        )?;
        let rows = statement.query_map([target.id.as_bytes().as_slice()], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, i64>(2)?))
        })?;
        rows.collect::<rusqlite::Result<Vec<_>>>().map_err(ApiError::from)
    })?;
    let found: Vec<_> = found
        .into_iter()
        .map(|(kind, id, mask)| {
            let id = Uuid::from_slice(&id).unwrap_or_default();
            let mut principal =
                json!({ "@odata.type": format!("#Microsoft.Dynamics.CRM.{kind}"), "ownerid": id });
            principal[format!("{kind}id")] = json!(id);
            json!({ "AccessMask": names(mask), "Principal": principal })
        })
        .collect();
    Ok(response(call, given.message.name, [("PrincipalAccesses", json!(found))]))
}

/// What roles allow, and what the row is shared for: with the principal itself or with one of a user's teams.
fn principal_access(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let principal = given.bound()?;
    let target = given.row("Target")?;
    call.require(Right::Read, target.table)?;
    let mask = call.read(|connection| {
        let mut mask = rights(connection, principal.id, target.table)?;
        let mut statement = connection.prepare_cached(
            "SELECT accessrightsmask FROM principalobjectaccess WHERE objectid = ?1 AND (principalid = ?2 \
             OR principalid IN (SELECT teamid FROM teammembership WHERE systemuserid = ?2))",
        )?;
        let ids = [target.id.as_bytes().as_slice(), principal.id.as_bytes().as_slice()];
        for shared in statement.query_map(ids, |row| row.get::<_, i64>(0))? {
            mask |= shared?;
        }
        Ok(mask)
    })?;
    Ok(response(call, given.message.name, [("AccessRights", json!(names(mask)))]))
}
