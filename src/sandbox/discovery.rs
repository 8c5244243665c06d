//! Global Discovery: the environments that a user may enter.

use bytes::Bytes;
use http::header::ALLOW;
use http::{Method, Request, Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::answer;
use super::api::{Caller, Organization, VERSION};
use super::users::{User, users};

const PATH: &str = "/api/discovery/v2.0/Instances";
/// Entra's service names an internal host here too; no client may follow it.
const CONTEXT: &str = "https://10.0.1.76:20193/api/discovery/v2.0/$metadata#Instances";

/// Answers a request whose token has been checked. Applications have no environments of their own here: the service
/// is for people.
pub(crate) fn respond(
    organizations: &[Organization],
    caller: &Caller,
    request: &Request<Bytes>,
) -> Response<Bytes> {
    let path = percent_decode_str(request.uri().path()).decode_utf8_lossy().into_owned();
    let Some(key) = path.strip_prefix(PATH) else {
        return answer::odata_error(StatusCode::NOT_FOUND, "0x80060888", "Resource not found.");
    };
    if request.method() != Method::GET {
        let text = format!("The method {} is not allowed.", request.method());
        let mut refused = answer::odata_error(StatusCode::METHOD_NOT_ALLOWED, "0x80060888", &text);
        answer::set(&mut refused, ALLOW, "GET,HEAD");
        return refused;
    }
    let key = match key.strip_prefix('(').and_then(|key| key.strip_suffix(')')) {
        Some(inner) => Some(inner),
        None if key.is_empty() => None,
        None => return answer::odata_error(StatusCode::NOT_FOUND, "0x80060888", "Resource not found."),
    };
    let query = request.uri().query().unwrap_or_default();
    let mut select = None;
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "$select" => {
                select = Some(value.split(',').map(|column| column.trim().to_owned()).collect::<Vec<_>>())
            }
            name if name.starts_with('$') => {
                let text = format!("The query option {name} is not supported by this sandbox.");
                return answer::odata_error(StatusCode::NOT_IMPLEMENTED, "0x80060888", &text);
            }
            _ => {}
        }
    }
    let everybody = users();
    let me = everybody.iter().find(|user| user.oid == caller.oid && caller.app_id.is_none());
    let mut rows = Vec::new();
    for organization in organizations {
        let Some(user) = me.filter(|user| user.in_environment) else { continue };
        let row = instance(organization, user);
        if key.is_none_or(|key| matches_key(&row, key)) {
            match project(row, select.as_deref()) {
                Ok(row) => rows.push(row),
                Err(odd) => {
                    let text = format!("Could not find a property named '{odd}' on type 'Instance'.");
                    return answer::odata_error(StatusCode::BAD_REQUEST, "0x80060888", &text);
                }
            }
        }
    }
    let context = match &select {
        Some(columns) => format!("{CONTEXT}({})", columns.join(",")),
        None => CONTEXT.to_owned(),
    };
    let body = json!({ "@odata.context": context, "value": rows });
    let mut response =
        answer::with_type(StatusCode::OK, "application/json; odata.metadata=minimal", body.to_string());
    answer::set(&mut response, http::HeaderName::from_static("odata-version"), "4.0");
    response
}

fn instance(organization: &Organization, user: &User) -> Map<String, Value> {
    let admin = user.roles.contains(&super::users::Role::SystemAdministrator);
    let row = json!({
        "ApiUrl": organization.url,
        "DatacenterId": null,
        "DatacenterName": null,
        "EnvironmentId": organization.environment_id,
        "FriendlyName": organization.friendly_name,
        "Id": organization.id,
        "IsUserSysAdmin": admin,
        "LastUpdated": "2026-11-02T08:15:00Z",
        "OrganizationType": organization.kind,
        "Purpose": "Sandbox",
        "Region": "EMEA",
        "SchemaType": "Full",
        "State": organization.state,
        "StatusMessage": 0,
        "TenantId": organization.tenant,
        "TrialExpirationDate": null,
        "UniqueName": organization.unique_name,
        "UrlName": organization.name,
        "Version": VERSION,
        "Url": format!("{}/", organization.url),
    });
    match row {
        Value::Object(row) => row,
        _ => Map::new(),
    }
}

/// `Instances(UniqueName='x')`, or an id by itself.
fn matches_key(row: &Map<String, Value>, key: &str) -> bool {
    let (name, literal) = key.split_once('=').unwrap_or(("Id", key));
    let literal = literal.trim().trim_matches('\'');
    match row.get(name.trim()) {
        Some(Value::String(text)) => text == literal,
        Some(Value::Number(number)) => number.to_string() == literal,
        _ => false,
    }
}

fn project(mut row: Map<String, Value>, select: Option<&[String]>) -> Result<Map<String, Value>, String> {
    let Some(columns) = select else { return Ok(row) };
    columns
        .iter()
        .map(|name| row.remove(name).map(|value| (name.clone(), value)).ok_or_else(|| name.clone()))
        .collect()
}
