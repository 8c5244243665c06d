//! Functions that belong to no table.

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use super::reply::Reply;
use crate::sandbox::odata::uri::{Key, Segment, unquoted};
use crate::sandbox::seed::root_business_unit;
use crate::sandbox::store::quoted;

pub(crate) const VERSION: &str = "9.2.26111.00184";

pub(super) fn is_one(segment: &Segment) -> bool {
    let known = ["WhoAmI", "RetrieveCurrentOrganization", "RetrieveVersion", "RetrieveTotalRecordCount"];
    known.contains(&segment.name.as_str())
}

/// Answers one of the functions.
pub(super) fn answer(call: &Call<'_>, segment: &Segment) -> Result<Reply> {
    match segment.name.as_str() {
        "WhoAmI" => Ok(who_am_i(call)),
        "RetrieveCurrentOrganization" => Ok(organization(call)),
        "RetrieveVersion" => Ok(reply(call, "RetrieveVersion", &[("Version", json!(VERSION))])),
        "RetrieveTotalRecordCount" => total_record_count(call, segment),
        name => Err(ApiError::no_segment(name)),
    }
}

fn reply(call: &Call<'_>, function: &str, properties: &[(&str, Value)]) -> Reply {
    let mut body = serde_json::Map::new();
    let context = format!("{}/$metadata#Microsoft.Dynamics.CRM.{function}Response", call.root);
    body.insert("@odata.context".to_owned(), context.into());
    for (name, value) in properties {
        body.insert((*name).to_owned(), value.clone());
    }
    Reply::value(&Value::Object(body))
}

fn who_am_i(call: &Call<'_>) -> Reply {
    let organization = call.config().organization.id;
    let unit = root_business_unit(organization);
    reply(
        call,
        "WhoAmI",
        &[
            ("BusinessUnitId", json!(unit)),
            ("UserId", json!(call.principal.id)),
            ("OrganizationId", json!(organization)),
        ],
    )
}

fn organization(call: &Call<'_>) -> Reply {
    let organization = &call.config().organization;
    let url = organization.url.trim_end_matches('/');
    let detail = json!({
        "OrganizationId": organization.id,
        "FriendlyName": organization.friendly_name,
        "OrganizationVersion": VERSION,
        "EnvironmentId": organization.environment_id.to_string(),
        "DatacenterId": Uuid::nil(),
        "Geo": "EMEA",
        "TenantId": organization.tenant.to_string(),
        "UrlName": organization.name,
        "UniqueName": organization.unique_name,
        "Endpoints": {
            "Count": 3,
            "IsReadOnly": false,
            "Keys": ["WebApplication", "OrganizationService", "OrganizationDataService"],
            "Values": [
                format!("{url}/"),
                format!("{url}/XRMServices/2011/Organization.svc"),
                format!("{url}/XRMServices/2011/OrganizationData.svc"),
            ],
        },
        "State": if organization.state == 0 { "Enabled" } else { "Disabled" },
        "SchemaType": "Full",
        "OrganizationType": organization_type(organization.kind),
    });
    reply(call, "RetrieveCurrentOrganization", &[("Detail", detail)])
}

/// Names of `OrganizationType`; the number where there is no name here.
fn organization_type(kind: i32) -> Value {
    match kind {
        0 => json!("Customer"),
        5 => json!("CustomerTest"),
        6 => json!("CustomerFreeTest"),
        9 => json!("Secondary"),
        11 => json!("Trial"),
        12 => json!("Default"),
        13 => json!("Developer"),
        14 => json!("Trial"),
        other => json!(other),
    }
}

/// `RetrieveTotalRecordCount(EntityNames=@p1)?@p1=["account","contact"]`.
fn total_record_count(call: &Call<'_>, segment: &Segment) -> Result<Reply> {
    let names = argument(call, segment, "EntityNames")
        .and_then(|text| serde_json::from_str::<Vec<String>>(&text.replace('\'', "\"")).ok())
        .ok_or_else(|| ApiError::query("The parameter 'EntityNames' must be a list of names."))?;
    let mut counts = Vec::with_capacity(names.len());
    for name in &names {
        let table = call.schema().table(name).ok_or_else(|| {
            ApiError::bad(
                0x8004_1102,
                format!("The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."),
            )
        })?;
        call.hold(table)?;
        let sql = format!("SELECT COUNT(*) FROM {}", quoted(&table.name));
        let count: i64 =
            call.read(|connection| connection.query_row(&sql, [], |row| row.get(0)).map_err(ApiError::from))?;
        counts.push(count);
    }
    let collection = json!({ "Count": names.len(), "IsReadOnly": false, "Keys": names, "Values": counts });
    Ok(reply(call, "RetrieveTotalRecordCount", &[("EntityRecordCountCollection", collection)]))
}

/// The text of a function's parameter: given in place or as an alias.
fn argument(call: &Call<'_>, segment: &Segment, name: &str) -> Option<String> {
    let Some(Key::Named(parts)) = &segment.key else { return None };
    let (_, value) = parts.iter().find(|(part, _)| part == name)?;
    match value.starts_with('@') {
        true => call.query.get(value).map(str::to_owned),
        false => Some(unquoted(value)),
    }
}

/// The service document.
pub(super) fn service_document(call: &Call<'_>) -> Reply {
    let mut sets: Vec<_> = call.schema().tables().iter().map(|table| table.declared.set).collect();
    sets.sort_unstable();
    let sets: Vec<_> =
        sets.iter().map(|set| json!({ "name": set, "kind": "EntitySet", "url": set })).collect();
    Reply::value(&json!({ "@odata.context": format!("{}/$metadata", call.root), "value": sets }))
}
