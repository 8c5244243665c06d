//! One row of Global Discovery and the properties that it has.

use serde_json::{Map, Value, json};

use crate::sandbox::api::VERSION;
use crate::sandbox::environments::Environment;
use crate::sandbox::users::{Role, User};

/// What a property holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Whole,
    YesNo,
    Id,
    Moment,
}

impl Kind {
    pub(super) fn edm(self) -> &'static str {
        match self {
            Kind::Text => "Edm.String",
            Kind::Whole => "Edm.Int32",
            Kind::YesNo => "Edm.Boolean",
            Kind::Id => "Edm.Guid",
            Kind::Moment => "Edm.DateTimeOffset",
        }
    }
}

const PROPERTIES: &[(&str, Kind)] = &[
    ("ApiUrl", Kind::Text),
    ("DatacenterId", Kind::Id),
    ("DatacenterName", Kind::Text),
    ("EnvironmentId", Kind::Text),
    ("FriendlyName", Kind::Text),
    ("Id", Kind::Id),
    ("IsUserSysAdmin", Kind::YesNo),
    ("LastUpdated", Kind::Moment),
    ("OrganizationType", Kind::Whole),
    ("Purpose", Kind::Text),
    ("Region", Kind::Text),
    ("SchemaType", Kind::Text),
    ("State", Kind::Whole),
    ("StatusMessage", Kind::Whole),
    ("TenantId", Kind::Id),
    ("TrialExpirationDate", Kind::Moment),
    ("UniqueName", Kind::Text),
    ("UrlName", Kind::Text),
    ("Version", Kind::Text),
    ("Url", Kind::Text),
];

/// What a property of this name holds. Names are told apart by case.
pub(super) fn kind(name: &str) -> Option<Kind> {
    PROPERTIES.iter().find(|(own, _)| *own == name).map(|(_, kind)| *kind)
}

pub(super) fn unknown(name: &str) -> String {
    format!(
        "Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.DiscoveryService.Instance'."
    )
}

/// An environment as `user` sees it; `root` is its address.
pub(super) fn row(environment: &Environment, user: &User, root: &str) -> Map<String, Value> {
    let organization = environment.organization();
    let value = |name: &str| match name {
        "ApiUrl" => json!(root),
        "EnvironmentId" => json!(organization.environment_id),
        "FriendlyName" => json!(organization.friendly_name),
        "Id" => json!(organization.id),
        "IsUserSysAdmin" => json!(user.roles.contains(&Role::SystemAdministrator)),
        "LastUpdated" => json!("2026-11-02T08:15:00Z"),
        "OrganizationType" => json!(organization.kind),
        "Purpose" => json!(environment.purpose),
        "Region" => json!("EMEA"),
        "SchemaType" => json!("Full"),
        "State" => json!(organization.state),
        "StatusMessage" => json!(0),
        "TenantId" => json!(organization.tenant),
        "TrialExpirationDate" => json!(environment.trial_end),
        "UniqueName" => json!(organization.unique_name),
        "UrlName" => json!(organization.name),
        "Version" => json!(VERSION),
        "Url" => json!(format!("{root}/")),
        _ => Value::Null,
    };
    PROPERTIES.iter().map(|(name, _)| ((*name).to_owned(), value(name))).collect()
}

/// The service's own description, CSDL.
pub(super) fn metadata() -> String {
    let properties: String = PROPERTIES
        .iter()
        .map(|(name, kind)| format!("<Property Name=\"{name}\" Type=\"{}\"/>", kind.edm()))
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><edmx:Edmx Version=\"4.0\" \
         xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices><Schema \
         Namespace=\"Microsoft.Dynamics.CRM.DiscoveryService\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\
         <EntityType Name=\"Instance\"><Key><PropertyRef Name=\"Id\"/></Key>{properties}</EntityType>\
         <EntityContainer Name=\"Container\"><EntitySet Name=\"Instances\" \
         EntityType=\"Microsoft.Dynamics.CRM.DiscoveryService.Instance\"/></EntityContainer></Schema>\
         </edmx:DataServices></edmx:Edmx>"
    )
}
