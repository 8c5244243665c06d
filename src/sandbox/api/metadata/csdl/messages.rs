//! Functions as CSDL.

use std::fmt::Write as _;

/// A function that belongs to no table.
struct Message {
    name: &'static str,
    parameters: &'static [(&'static str, &'static str)],
    response: &'static [(&'static str, &'static str)],
}

const FUNCTIONS: &[Message] = &[
    Message {
        name: "WhoAmI",
        parameters: &[],
        response: &[("BusinessUnitId", "Edm.Guid"), ("UserId", "Edm.Guid"), ("OrganizationId", "Edm.Guid")],
    },
    Message { name: "RetrieveVersion", parameters: &[], response: &[("Version", "Edm.String")] },
    Message {
        name: "RetrieveCurrentOrganization",
        parameters: &[("AccessType", "mscrm.EndpointAccessType")],
        response: &[("Detail", "mscrm.OrganizationDetail")],
    },
    Message {
        name: "RetrieveTotalRecordCount",
        parameters: &[("EntityNames", "Collection(Edm.String)")],
        response: &[("EntityRecordCountCollection", "mscrm.EntityRecordCountCollection")],
    },
    Message {
        name: "RetrieveMetadataChanges",
        parameters: &[
            ("Query", "mscrm.EntityQueryExpression"),
            ("DeletedMetadataFilters", "mscrm.DeletedMetadataFilters"),
            ("ClientVersionStamp", "Edm.String"),
        ],
        response: &[
            ("ServerVersionStamp", "Edm.String"),
            ("DeletedMetadata", "mscrm.DeletedMetadataCollection"),
            ("EntityMetadata", "Collection(mscrm.ComplexEntityMetadata)"),
        ],
    },
];

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
];

pub(super) fn write(out: &mut String) {
    for (name, properties) in COMPLEX {
        complex(name, "", properties, out);
    }
    for function in FUNCTIONS {
        complex(function.name, "Response", function.response, out);
        let _ = write!(out, "<Function Name=\"{}\">", function.name);
        for (name, kind) in function.parameters {
            let _ = write!(out, "<Parameter Name=\"{name}\" Type=\"{kind}\"/>");
        }
        let _ = write!(
            out,
            "<ReturnType Type=\"mscrm.{}Response\" Nullable=\"false\"/></Function>",
            function.name
        );
    }
}

fn complex(name: &str, suffix: &str, properties: &[(&str, &str)], out: &mut String) {
    let _ = write!(out, "<ComplexType Name=\"{name}{suffix}\">");
    for (name, kind) in properties {
        let _ = write!(out, "<Property Name=\"{name}\" Type=\"{kind}\"/>");
    }
    out.push_str("</ComplexType>");
}

pub(super) fn imports(out: &mut String) {
    for function in FUNCTIONS {
        let _ = write!(
            out,
            "<FunctionImport Name=\"{name}\" Function=\"Microsoft.Dynamics.CRM.{name}\"/>",
            name = function.name
        );
    }
}
