//! Requests on behalf of somebody else: `CallerObjectId` and `MSCRMCallerID`.

use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use super::Environment;
use super::access::Principal;
use super::error::{ApiError, Result};
use crate::sandbox::store::quoted;

/// The Entra object id of the person to act for.
pub(super) const BY_OBJECT_ID: &str = "callerobjectid";
/// The `systemuserid`, as older clients send it.
pub(super) const BY_USER_ID: &str = "mscrmcallerid";

/// The caller, or the person that the headers name, with the caller behind.
pub(super) fn wanted(environment: &Environment, caller: Principal, headers: &HeaderMap) -> Result<Principal> {
    let given = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let object = given(BY_OBJECT_ID).filter(|id| !id.is_empty());
    let user = given(BY_USER_ID).filter(|id| !id.is_empty());
    let Some(text) = object.or(user) else { return Ok(caller) };
    let id: Uuid = text.trim_matches(['{', '}']).parse().map_err(|_| {
        ApiError::bad(0x8004_0203, format!("Invalid argument. '{text}' is not the id of a user."))
    })?;
    if !caller.is_administrator() {
        return Err(ApiError::new(
            StatusCode::FORBIDDEN,
            0x8004_a110,
            format!(
                "User does not have the privilege to act on behalf another user. Principal user (Id={}) is missing \
                 prvActOnBehalfOfAnotherUser privilege.",
                caller.id
            ),
        ));
    }
    let by_object = object.is_some();
    let known = environment.config.users.iter().find(|user| match by_object {
        true => user.oid == id,
        false => user.systemuserid == id,
    });
    if known.is_none_or(|user| !user.in_environment) {
        return Err(unknown(environment, id, by_object)?);
    }
    let mut person = Principal::admitted(known)?;
    if person.id == caller.id {
        return Ok(caller);
    }
    person.behind = Some(Box::new(caller));
    Ok(person)
}

/// Why nobody can act for somebody without a sign-in: there is no such user, or it is a row without roles.
fn unknown(environment: &Environment, id: Uuid, by_object: bool) -> Result<ApiError> {
    let column = if by_object { "azureactivedirectoryobjectid" } else { "systemuserid" };
    let sql = format!("SELECT 1 FROM systemuser WHERE {} = ?1", quoted(column));
    let has_row = environment.store.read(|connection| -> Result<bool> {
        Ok(connection.prepare_cached(&sql)?.exists([id.as_bytes().as_slice()])?)
    })?;
    let forbidden = |code, message: &str| ApiError::new(StatusCode::FORBIDDEN, code, message);
    Ok(match (has_row, by_object) {
        (true, _) => forbidden(0x8004_2f09, "The user has not been assigned any roles."),
        (false, true) => forbidden(0x8007_2560, "The user is not a member of the organization."),
        (false, false) => ApiError::new(
            StatusCode::NOT_FOUND,
            0x8004_0217,
            format!("systemuser With Id = {id} Does Not Exist"),
        ),
    })
}
