//! Functions and actions as CSDL, with the types that only they use.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::super::super::message::{self, Kind, Message};

/// Types of parameters and answers that are no metadata.
const COMPLEX: &[(&str, &[(&str, &str)])] = &[
    (
        "OrganizationDetail",
        &[
            ("OrganizationId", "Edm.Guid"),
            ("FriendlyName", "Edm.String"),
            ("OrganizationVersion", "Edm.String"),
            ("EnvironmentId", "Edm.String"),
            ("DatacenterId", "Edm.Guid"),
            ("Geo", "Edm.String"),
            ("TenantId", "Edm.String"),
            ("UrlName", "Edm.String"),
            ("UniqueName", "Edm.String"),
            ("Endpoints", "mscrm.EndpointCollection"),
            ("State", "mscrm.OrganizationState"),
            ("SchemaType", "Edm.String"),
            ("OrganizationType", "mscrm.OrganizationType"),
        ],
    ),
    (
        "EndpointCollection",
        &[
            ("Count", "Edm.Int32"),
            ("IsReadOnly", "Edm.Boolean"),
            ("Keys", "Collection(mscrm.EndpointType)"),
            ("Values", "Collection(Edm.String)"),
        ],
    ),
    (
        "EntityRecordCountCollection",
        &[
            ("Count", "Edm.Int32"),
            ("IsReadOnly", "Edm.Boolean"),
            ("Keys", "Collection(Edm.String)"),
            ("Values", "Collection(Edm.Int64)"),
        ],
    ),
    (
        "DeletedMetadataCollection",
        &[("Count", "Edm.Int32"), ("Keys", "Collection(mscrm.DeletedMetadataFilters)")],
    ),
    (
        "MetadataPropertiesExpression",
        &[("AllProperties", "Edm.Boolean"), ("PropertyNames", "Collection(Edm.String)")],
    ),
    (
        "EntityQueryExpression",
        &[("Properties", "mscrm.MetadataPropertiesExpression"), ("LabelQuery", "mscrm.LabelQueryExpression")],
    ),
    (
        "LabelQueryExpression",
        &[("FilterLanguages", "Collection(Edm.Int32)"), ("MissingLabelBehavior", "Edm.Int32")],
    ),
    (
        "PagingInfo",
        &[
            ("PageNumber", "Edm.Int32"),
            ("Count", "Edm.Int32"),
            ("ReturnTotalRecordCount", "Edm.Boolean"),
            ("PagingCookie", "Edm.String"),
        ],
    ),
    ("PrincipalAccess", &[("AccessMask", "mscrm.AccessRights"), ("Principal", "mscrm.principal")]),
    (
        "RolePrivilege",
        &[
            ("Depth", "mscrm.PrivilegeDepth"),
            ("PrivilegeId", "Edm.Guid"),
            ("BusinessUnitId", "Edm.Guid"),
            ("PrivilegeName", "Edm.String"),
        ],
    ),
    (
        "AuditDetailCollection",
        &[
            ("MoreRecords", "Edm.Boolean"),
            ("PagingCookie", "Edm.String"),
            ("TotalRecordCount", "Edm.Int32"),
            ("AuditDetails", "Collection(mscrm.AuditDetail)"),
        ],
    ),
];

/// A type with more properties than are known beforehand: the old and the new values of a row.
const OPEN: &[&str] = &["AuditDetail"];

/// What the metadata itself answers beside the messages of [`message::all`].
const CHANGES: &str = concat!(
    "<ComplexType Name=\"RetrieveMetadataChangesResponse\">",
    "<Property Name=\"ServerVersionStamp\" Type=\"Edm.String\"/>",
    "<Property Name=\"DeletedMetadata\" Type=\"mscrm.DeletedMetadataCollection\"/>",
    "<Property Name=\"EntityMetadata\" Type=\"Collection(mscrm.ComplexEntityMetadata)\"/></ComplexType>",
    "<Function Name=\"RetrieveMetadataChanges\">",
    "<Parameter Name=\"Query\" Type=\"mscrm.EntityQueryExpression\"/>",
    "<Parameter Name=\"DeletedMetadataFilters\" Type=\"mscrm.DeletedMetadataFilters\"/>",
    "<Parameter Name=\"ClientVersionStamp\" Type=\"Edm.String\"/>",
    "<ReturnType Type=\"mscrm.RetrieveMetadataChangesResponse\" Nullable=\"false\"/></Function>",
);

pub(super) fn write(out: &mut String) {
    for (name, properties) in COMPLEX {
        complex(name, properties, out);
    }
    for name in OPEN {
        let _ = write!(out, "<ComplexType Name=\"{name}\" OpenType=\"true\"/>");
    }
    let mut described = HashSet::new();
    for message in message::all() {
        if !message.returns.is_empty() && described.insert(message.name) {
            complex(&format!("{}Response", message.name), message.returns, out);
        }
        if message.on.is_empty() {
            one(message, None, out);
        }
        for table in message.on {
            one(message, Some(table), out);
        }
    }
    out.push_str(CHANGES);
}

/// A function or an action, as it is bound to one table or to none.
fn one(message: &Message, on: Option<&str>, out: &mut String) {
    let kind = match message.kind {
        Kind::Action => "Action",
        Kind::Function => "Function",
    };
    let bound = if on.is_some() { " IsBound=\"true\"" } else { "" };
    let _ = write!(out, "<{kind} Name=\"{}\"{bound}>", message.name);
    if let Some(table) = on {
        let _ = write!(out, "<Parameter Name=\"entity\" Type=\"mscrm.{table}\" Nullable=\"false\"/>");
    }
    for parameter in message.parameters {
        let needed = if parameter.optional { "" } else { " Nullable=\"false\"" };
        let of = short(&parameter.of.edm());
        let _ = write!(out, "<Parameter Name=\"{}\" Type=\"{of}\"{needed}/>", parameter.name);
    }
    match (message.kind, message.returns.is_empty()) {
        (_, false) => {
            let _ = write!(out, "<ReturnType Type=\"mscrm.{}Response\" Nullable=\"false\"/>", message.name);
        }
        (Kind::Function, true) if message.name == "RetrieveDuplicates" => {
            out.push_str("<ReturnType Type=\"Collection(mscrm.crmbaseentity)\" Nullable=\"false\"/>");
        }
        (Kind::Function, true) => out.push_str("<ReturnType Type=\"mscrm.crmbaseentity\"/>"),
        (Kind::Action, true) if message.name == "ExecuteWorkflow" => {
            out.push_str("<ReturnType Type=\"mscrm.asyncoperation\" Nullable=\"false\"/>");
        }
        (Kind::Action, true) => {}
    }
    let _ = write!(out, "</{kind}>");
}

fn complex(name: &str, properties: &[(&str, &str)], out: &mut String) {
    let _ = write!(out, "<ComplexType Name=\"{name}\">");
    for (name, kind) in properties {
        let _ = write!(out, "<Property Name=\"{name}\" Type=\"{}\"/>", short(kind));
    }
    out.push_str("</ComplexType>");
}

/// A type by the alias of the schema.
fn short(kind: &str) -> String {
    kind.replace("Microsoft.Dynamics.CRM.", "mscrm.")
}

pub(super) fn imports(out: &mut String) {
    let mut import = |kind: &str, name: &str| {
        let _ = write!(out, "<{kind}Import Name=\"{name}\" {kind}=\"Microsoft.Dynamics.CRM.{name}\"/>");
    };
    for message in message::all().filter(|message| message.on.is_empty()) {
        match message.kind {
            Kind::Action => import("Action", message.name),
            Kind::Function => import("Function", message.name),
        }
    }
    import("Function", "RetrieveMetadataChanges");
}
