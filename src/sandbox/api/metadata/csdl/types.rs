//! The types of the metadata itself.

use std::fmt::Write as _;

use super::super::attribute::{self, Attribute};
use super::super::attribute_kinds::{PLAIN, TYPES};
use super::super::definition::{Definition, Type};
use super::super::entity::{self, Entity};
use super::super::{filter, key, managed_property, option_set, relationship};
use crate::sandbox::schema::Schema;
use serde_json::Value;

const ENUMS: &[(&str, &[(&str, i32)])] = &[
    (
        "OwnershipTypes",
        &[
            ("None", 0),
            ("UserOwned", 1),
            ("TeamOwned", 2),
            ("BusinessOwned", 4),
            ("OrganizationOwned", 8),
            ("BusinessParented", 16),
        ],
    ),
    (
        "AttributeTypeCode",
        &[
            ("Boolean", 0),
            ("Customer", 1),
            ("DateTime", 2),
            ("Decimal", 3),
            ("Double", 4),
            ("Integer", 5),
            ("Lookup", 6),
            ("Memo", 7),
            ("Money", 8),
            ("Owner", 9),
            ("PartyList", 10),
            ("Picklist", 11),
            ("State", 12),
            ("Status", 13),
            ("String", 14),
            ("Uniqueidentifier", 15),
            ("CalendarRules", 16),
            ("Virtual", 17),
            ("BigInt", 18),
            ("ManagedProperty", 19),
            ("EntityName", 20),
        ],
    ),
    (
        "AttributeRequiredLevel",
        &[("None", 0), ("SystemRequired", 1), ("ApplicationRequired", 2), ("Recommended", 3)],
    ),
    ("RelationshipType", &[("OneToManyRelationship", 0), ("Default", 0), ("ManyToManyRelationship", 1)]),
    ("OptionSetType", &[("Picklist", 0), ("State", 1), ("Status", 2), ("Boolean", 3)]),
    (
        "DeletedMetadataFilters",
        &[
            ("Default", 1),
            ("Entity", 1),
            ("Attribute", 2),
            ("Relationship", 4),
            ("Label", 8),
            ("OptionSet", 16),
            ("All", 31),
        ],
    ),
    (
        "AccessRights",
        &[
            ("None", 0),
            ("ReadAccess", 1),
            ("WriteAccess", 2),
            ("AppendAccess", 4),
            ("AppendToAccess", 16),
            ("CreateAccess", 32),
            ("DeleteAccess", 65_536),
            ("ShareAccess", 262_144),
            ("AssignAccess", 524_288),
        ],
    ),
    ("PrivilegeDepth", &[("Basic", 0), ("Local", 1), ("Deep", 2), ("Global", 3)]),
    ("TargetFieldType", &[("All", 0), ("ValidForCreate", 1), ("ValidForUpdate", 2), ("ValidForRead", 3)]),
    ("EndpointAccessType", &[("Default", 0), ("Internet", 1), ("Intranet", 2)]),
    ("EndpointType", &[("OrganizationService", 0), ("OrganizationDataService", 1), ("WebApplication", 2)]),
    ("OrganizationState", &[("Enabled", 0), ("Disabled", 1)]),
    (
        "OrganizationType",
        &[
            ("Customer", 0),
            ("CustomerTest", 5),
            ("CustomerFreeTest", 6),
            ("Secondary", 9),
            ("Trial", 11),
            ("Default", 12),
            ("Developer", 13),
        ],
    ),
];

/// Objects within definitions.
const COMPLEX: &str = "<ComplexType Name=\"LocalizedLabel\"><Property Name=\"Label\" Type=\"Edm.String\"/>\
    <Property Name=\"LanguageCode\" Type=\"Edm.Int32\"/><Property Name=\"IsManaged\" Type=\"Edm.Boolean\"/>\
    <Property Name=\"MetadataId\" Type=\"Edm.Guid\"/><Property Name=\"HasChanged\" Type=\"Edm.Boolean\"/></ComplexType>\
    <ComplexType Name=\"Label\"><Property Name=\"LocalizedLabels\" Type=\"Collection(mscrm.LocalizedLabel)\"/>\
    <Property Name=\"UserLocalizedLabel\" Type=\"mscrm.LocalizedLabel\"/></ComplexType>\
    <ComplexType Name=\"BooleanManagedProperty\"><Property Name=\"Value\" Type=\"Edm.Boolean\"/>\
    <Property Name=\"CanBeChanged\" Type=\"Edm.Boolean\"/>\
    <Property Name=\"ManagedPropertyLogicalName\" Type=\"Edm.String\"/></ComplexType>\
    <ComplexType Name=\"AttributeRequiredLevelManagedProperty\">\
    <Property Name=\"Value\" Type=\"mscrm.AttributeRequiredLevel\"/>\
    <Property Name=\"CanBeChanged\" Type=\"Edm.Boolean\"/>\
    <Property Name=\"ManagedPropertyLogicalName\" Type=\"Edm.String\"/></ComplexType>\
    <ComplexType Name=\"ConstantString\"><Property Name=\"Value\" Type=\"Edm.String\"/></ComplexType>\
    <ComplexType Name=\"OptionMetadata\" OpenType=\"true\"><Property Name=\"Value\" Type=\"Edm.Int32\"/>\
    <Property Name=\"Label\" Type=\"mscrm.Label\"/><Property Name=\"Description\" Type=\"mscrm.Label\"/>\
    <Property Name=\"Color\" Type=\"Edm.String\"/><Property Name=\"IsManaged\" Type=\"Edm.Boolean\"/>\
    <Property Name=\"ExternalValue\" Type=\"Edm.String\"/></ComplexType>\
    <ComplexType Name=\"StateOptionMetadata\" BaseType=\"mscrm.OptionMetadata\" OpenType=\"true\">\
    <Property Name=\"DefaultStatus\" Type=\"Edm.Int32\"/><Property Name=\"InvariantName\" Type=\"Edm.String\"/></ComplexType>\
    <ComplexType Name=\"StatusOptionMetadata\" BaseType=\"mscrm.OptionMetadata\" OpenType=\"true\">\
    <Property Name=\"State\" Type=\"Edm.Int32\"/><Property Name=\"TransitionData\" Type=\"Edm.String\"/></ComplexType>\
    <ComplexType Name=\"SecurityPrivilegeMetadata\"><Property Name=\"Name\" Type=\"Edm.String\"/>\
    <Property Name=\"PrivilegeId\" Type=\"Edm.Guid\"/><Property Name=\"PrivilegeType\" Type=\"Edm.String\"/>\
    <Property Name=\"CanBeBasic\" Type=\"Edm.Boolean\"/><Property Name=\"CanBeLocal\" Type=\"Edm.Boolean\"/>\
    <Property Name=\"CanBeDeep\" Type=\"Edm.Boolean\"/><Property Name=\"CanBeGlobal\" Type=\"Edm.Boolean\"/></ComplexType>\
    <ComplexType Name=\"AssociatedMenuConfiguration\" OpenType=\"true\"/>\
    <ComplexType Name=\"CascadeConfiguration\" OpenType=\"true\"/>\
    <ComplexType Name=\"ComplexEntityMetadata\" OpenType=\"true\"/>";

pub(super) fn write(schema: &Schema, out: &mut String) {
    for (name, members) in ENUMS {
        let _ = write!(out, "<EnumType Name=\"{name}\">");
        for (member, value) in *members {
            let _ = write!(out, "<Member Name=\"{member}\" Value=\"{value}\"/>");
        }
        out.push_str("</EnumType>");
    }
    out.push_str(COMPLEX);
    out.push_str(
        "<EntityType Name=\"crmmodelbaseentity\" Abstract=\"true\"/>\
         <EntityType Name=\"MetadataBase\" BaseType=\"mscrm.crmmodelbaseentity\" Abstract=\"true\">\
         <Key><PropertyRef Name=\"MetadataId\"/></Key><Property Name=\"MetadataId\" Type=\"Edm.Guid\"/>\
         <Property Name=\"HasChanged\" Type=\"Edm.Boolean\"/></EntityType>",
    );
    // A table with columns of every kind shows what the types of properties are.
    let sample = schema.table("contoso_inspection");
    let columns: Vec<_> = sample.map(|table| Attribute::all(schema, table).collect()).unwrap_or_default();
    let entity = sample.map(|table| Entity { schema, table });
    let plain = attribute::kind(None);
    own(&entity::kind(), "MetadataBase", entity.as_ref().map(|item| item as &dyn Definition), &COMMON, out);
    own(&plain, "MetadataBase", columns.first().map(|item| item as &dyn Definition), &COMMON, out);
    for (name, _) in TYPES {
        let item = columns.iter().find(|column| column.kind() == *name);
        let kind = attribute::kind(Some(name));
        own(&kind, PLAIN, item.map(|item| item as &dyn Definition), &plain.names, out);
    }
    let sets = [option_set::YES_NO, option_set::OPTIONS];
    let base = option_set::kind(None);
    own(&base, "MetadataBase", None, &COMMON, out);
    for name in sets {
        own(&option_set::kind(Some(name)), base.name, None, &base.names, out);
    }
    let base = relationship::kind(None);
    own(&base, "MetadataBase", None, &COMMON, out);
    for name in [relationship::ONE_TO_MANY, relationship::MANY_TO_MANY] {
        own(&relationship::kind(Some(name)), base.name, None, &base.names, out);
    }
    own(&key::kind(), "MetadataBase", None, &COMMON, out);
    let managed = managed_property::all().next();
    let managed = managed.as_ref().map(|item| item as &dyn Definition);
    own(&managed_property::kind(), "MetadataBase", managed, &COMMON, out);
}

const COMMON: [&str; 2] = ["MetadataId", "HasChanged"];

/// A type with what its base does not have.
fn own(kind: &Type, base: &str, item: Option<&dyn Definition>, inherited: &[&str], out: &mut String) {
    let _ = write!(out, "<EntityType Name=\"{}\" BaseType=\"mscrm.{base}\">", kind.name);
    for name in kind.names.iter().filter(|name| !inherited.contains(name)) {
        let value = item.and_then(|item| filter::value(item, name)).unwrap_or(Value::Null);
        let _ = write!(out, "<Property Name=\"{name}\" Type=\"{}\"/>", edm(name, &value));
    }
    let navigation: &[(&str, &str)] = match kind.name {
        "EntityMetadata" => &[
            ("Attributes", "Collection(mscrm.AttributeMetadata)"),
            ("Keys", "Collection(mscrm.EntityKeyMetadata)"),
            ("ManyToManyRelationships", "Collection(mscrm.ManyToManyRelationshipMetadata)"),
            ("ManyToOneRelationships", "Collection(mscrm.OneToManyRelationshipMetadata)"),
            ("OneToManyRelationships", "Collection(mscrm.OneToManyRelationshipMetadata)"),
        ],
        "BooleanAttributeMetadata" => &[
            ("OptionSet", "mscrm.BooleanOptionSetMetadata"),
            ("GlobalOptionSet", "mscrm.BooleanOptionSetMetadata"),
        ],
        "PicklistAttributeMetadata"
        | "MultiSelectPicklistAttributeMetadata"
        | "StateAttributeMetadata"
        | "StatusAttributeMetadata"
        | "EntityNameAttributeMetadata" => {
            &[("OptionSet", "mscrm.OptionSetMetadata"), ("GlobalOptionSet", "mscrm.OptionSetMetadata")]
        }
        _ => &[],
    };
    for (name, kind) in navigation {
        let _ = write!(out, "<NavigationProperty Name=\"{name}\" Type=\"{kind}\"/>");
    }
    out.push_str("</EntityType>");
}

/// The type of a property: by its name where that says it, else by a value.
fn edm(name: &str, value: &Value) -> &'static str {
    match name {
        "OwnershipType" => "mscrm.OwnershipTypes",
        "AttributeType" => "mscrm.AttributeTypeCode",
        "RequiredLevel" => "mscrm.AttributeRequiredLevelManagedProperty",
        "RelationshipType" => "mscrm.RelationshipType",
        "OptionSetType" => "mscrm.OptionSetType",
        "AttributeTypeName" | "FormatName" | "DateTimeBehavior" => "mscrm.ConstantString",
        "Description" | "DisplayName" | "DisplayCollectionName" => "mscrm.Label",
        "Privileges" => "Collection(mscrm.SecurityPrivilegeMetadata)",
        "Options" => "Collection(mscrm.OptionMetadata)",
        "TrueOption" | "FalseOption" => "mscrm.OptionMetadata",
        "CascadeConfiguration" => "mscrm.CascadeConfiguration",
        "IsCustomizable" => "mscrm.BooleanManagedProperty",
        "KeyAttributes" | "Targets" | "ChildPicklistLogicalNames" => "Collection(Edm.String)",
        "CreatedOn" | "ModifiedOn" | "MinSupportedValue" | "MaxSupportedValue" => "Edm.DateTimeOffset",
        "SourceType" | "RelationshipBehavior" => "Edm.Int32",
        "DataProviderId" | "DataSourceId" | "LinkedAttributeId" => "Edm.Guid",
        name if name.ends_with("MenuConfiguration") => "mscrm.AssociatedMenuConfiguration",
        name if value.is_null() && name.starts_with("Is") => "Edm.Boolean",
        _ => match value {
            Value::Bool(_) => "Edm.Boolean",
            Value::Number(number) if number.is_f64() => "Edm.Double",
            Value::Number(number) if number.as_i64().is_some_and(|number| i32::try_from(number).is_err()) => {
                "Edm.Int64"
            }
            Value::Number(_) => "Edm.Int32",
            Value::Object(_) => "mscrm.BooleanManagedProperty",
            Value::Array(_) => "Collection(Edm.String)",
            _ => "Edm.String",
        },
    }
}

pub(super) fn sets(out: &mut String) {
    for (set, kind) in [
        ("EntityDefinitions", "EntityMetadata"),
        ("RelationshipDefinitions", "RelationshipMetadataBase"),
        ("GlobalOptionSetDefinitions", "OptionSetMetadataBase"),
        ("ManagedPropertyDefinitions", "ManagedPropertyMetadata"),
    ] {
        let _ = write!(out, "<EntitySet Name=\"{set}\" EntityType=\"Microsoft.Dynamics.CRM.{kind}\"/>");
    }
}
