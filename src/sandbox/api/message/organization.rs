//! The environment: who asks, where, in which version, and how many rows there are.

use serde_json::{Value, json};
use uuid::Uuid;

use super::declare::{Message, Of, function, may, needs};
use super::given::Given;
use super::{ApiError, Reply, Result, response};
use crate::sandbox::api::access::Right;
use crate::sandbox::api::service::VERSION;
use crate::sandbox::seed::root_business_unit;
use crate::sandbox::store::quoted;

/// The languages of the environment: English.
const LANGUAGES: [i32; 1] = [1033];

pub(super) const MESSAGES: &[Message] = &[
    function(
        "WhoAmI",
        &[],
        &[("BusinessUnitId", "Edm.Guid"), ("UserId", "Edm.Guid"), ("OrganizationId", "Edm.Guid")],
        who_am_i,
    ),
    function(
        "RetrieveCurrentOrganization",
        &[may("AccessType", Of::Type("EndpointAccessType"))],
        &[("Detail", "Microsoft.Dynamics.CRM.OrganizationDetail")],
        current_organization,
    ),
    function("RetrieveVersion", &[], &[("Version", "Edm.String")], version),
    function(
        "RetrieveTotalRecordCount",
        &[needs("EntityNames", Of::Texts)],
        &[("EntityRecordCountCollection", "Microsoft.Dynamics.CRM.EntityRecordCountCollection")],
        total_record_count,
    ),
    function(
        "RetrieveProvisionedLanguages",
        &[],
        &[("RetrieveProvisionedLanguages", "Collection(Edm.Int32)")],
        languages,
    ),
    function(
        "RetrieveInstalledLanguagePacks",
        &[],
        &[("RetrieveInstalledLanguagePacks", "Collection(Edm.Int32)")],
        languages,
    ),
    function(
        "RetrieveDeprovisionedLanguages",
        &[],
        &[("RetrieveDeprovisionedLanguages", "Collection(Edm.Int32)")],
        no_languages,
    ),
    function(
        "RetrieveAvailableLanguages",
        &[],
        &[("LocaleIds", "Collection(Edm.Int32)")],
        available_languages,
    ),
];

fn who_am_i(given: &Given<'_>) -> Result<Reply> {
    let organization = given.call.config().organization.id;
    Ok(response(
        given.call,
        given.message.name,
        [
            ("BusinessUnitId", json!(root_business_unit(organization))),
            ("UserId", json!(given.call.principal.id)),
            ("OrganizationId", json!(organization)),
        ],
    ))
}

fn version(given: &Given<'_>) -> Result<Reply> {
    Ok(response(given.call, given.message.name, [("Version", json!(VERSION))]))
}

fn languages(given: &Given<'_>) -> Result<Reply> {
    Ok(response(given.call, given.message.name, [(given.message.name, json!(LANGUAGES))]))
}

fn no_languages(given: &Given<'_>) -> Result<Reply> {
    Ok(response(given.call, given.message.name, [(given.message.name, json!([]))]))
}

fn available_languages(given: &Given<'_>) -> Result<Reply> {
    Ok(response(given.call, given.message.name, [("LocaleIds", json!(LANGUAGES))]))
}

fn current_organization(given: &Given<'_>) -> Result<Reply> {
    let access = given.text("AccessType");
    if !["", "Default", "Internet", "Intranet", "0", "1", "2"].contains(&access) {
        let message = format!("'{access}' is not a member of 'Microsoft.Dynamics.CRM.EndpointAccessType'.");
        return Err(ApiError::query(message));
    }
    let organization = &given.call.config().organization;
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
    Ok(response(given.call, given.message.name, [("Detail", detail)]))
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
fn total_record_count(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let names: Vec<&str> = match given.value("EntityNames") {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut counts = Vec::with_capacity(names.len());
    for name in &names {
        let table = call.schema().table(name).ok_or_else(|| {
            ApiError::bad(
                0x8004_1102,
                format!("The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."),
            )
        })?;
        call.require(Right::Read, table)?;
        call.hold(table)?;
        let sql = format!("SELECT COUNT(*) FROM {}", quoted(&table.name));
        let count: i64 =
            call.read(|connection| connection.query_row(&sql, [], |row| row.get(0)).map_err(ApiError::from))?;
        counts.push(count);
    }
    let collection = json!({ "Count": names.len(), "IsReadOnly": false, "Keys": names, "Values": counts });
    Ok(response(call, given.message.name, [("EntityRecordCountCollection", collection)]))
}
