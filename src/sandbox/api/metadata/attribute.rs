//! `AttributeMetadata` and the types derived from it.

use serde_json::{Map, Value, json};

use super::labels::{joined, label, managed};
use super::option_set;
use crate::sandbox::schema::{Behavior, Column, IMAGE_KB, Kind, LookupKind, Required, Table};
use crate::sandbox::seed::named_id;

/// The derived types, each with the properties that it adds.
const TYPES: &[(&str, &[&str])] = &[
    ("AttributeMetadata", &[]),
    (
        "StringAttributeMetadata",
        &[
            "Format",
            "ImeMode",
            "MaxLength",
            "YomiOf",
            "IsLocalizable",
            "DatabaseLength",
            "FormulaDefinition",
            "SourceTypeMask",
            "FormatName",
        ],
    ),
    ("MemoAttributeMetadata", &["Format", "ImeMode", "MaxLength", "IsLocalizable", "FormatName"]),
    ("IntegerAttributeMetadata", &["Format", "MaxValue", "MinValue", "FormulaDefinition", "SourceTypeMask"]),
    ("BigIntAttributeMetadata", &["MaxValue", "MinValue"]),
    (
        "DecimalAttributeMetadata",
        &["MaxValue", "MinValue", "Precision", "ImeMode", "FormulaDefinition", "SourceTypeMask"],
    ),
    (
        "DoubleAttributeMetadata",
        &["ImeMode", "MaxValue", "MinValue", "Precision", "FormulaDefinition", "SourceTypeMask"],
    ),
    (
        "MoneyAttributeMetadata",
        &[
            "ImeMode",
            "MaxValue",
            "MinValue",
            "Precision",
            "PrecisionSource",
            "CalculationOf",
            "FormulaDefinition",
            "SourceTypeMask",
            "IsBaseCurrency",
        ],
    ),
    ("BooleanAttributeMetadata", &["DefaultValue", "FormulaDefinition", "SourceTypeMask"]),
    (
        "PicklistAttributeMetadata",
        &[
            "DefaultFormValue",
            "FormulaDefinition",
            "SourceTypeMask",
            "ParentPicklistLogicalName",
            "ChildPicklistLogicalNames",
        ],
    ),
    ("StateAttributeMetadata", &["DefaultFormValue"]),
    ("StatusAttributeMetadata", &["DefaultFormValue"]),
    (
        "DateTimeAttributeMetadata",
        &[
            "MinSupportedValue",
            "MaxSupportedValue",
            "Format",
            "ImeMode",
            "SourceTypeMask",
            "FormulaDefinition",
            "DateTimeBehavior",
            "CanChangeDateTimeBehavior",
        ],
    ),
    ("LookupAttributeMetadata", &["Targets", "Format"]),
    ("EntityNameAttributeMetadata", &["DefaultFormValue", "IsEntityReferenceStored"]),
    (
        "MultiSelectPicklistAttributeMetadata",
        &[
            "DefaultFormValue",
            "FormulaDefinition",
            "SourceTypeMask",
            "ParentPicklistLogicalName",
            "ChildPicklistLogicalNames",
        ],
    ),
    ("UniqueIdentifierAttributeMetadata", &["Format"]),
    ("FileAttributeMetadata", &["MaxSizeInKB"]),
    (
        "ImageAttributeMetadata",
        &["IsPrimaryImage", "MaxHeight", "MaxWidth", "MaxSizeInKB", "CanStoreFullImage"],
    ),
    ("ManagedPropertyAttributeMetadata", &["ManagedPropertyLogicalName", "ParentComponentType"]),
];

/// What every column has.
const BASE: &[&str] = &[
    "MetadataId",
    "HasChanged",
    "AttributeOf",
    "AttributeType",
    "ColumnNumber",
    "DeprecatedVersion",
    "IntroducedVersion",
    "EntityLogicalName",
    "IsCustomAttribute",
    "IsPrimaryId",
    "IsValidODataAttribute",
    "IsPrimaryName",
    "IsValidForCreate",
    "IsValidForRead",
    "IsValidForUpdate",
    "CanBeSecuredForRead",
    "CanBeSecuredForCreate",
    "CanBeSecuredForUpdate",
    "IsSecured",
    "IsRetrievable",
    "IsFilterable",
    "IsSearchable",
    "IsManaged",
    "LinkedAttributeId",
    "LogicalName",
    "IsValidForForm",
    "IsRequiredForForm",
    "IsValidForGrid",
    "SchemaName",
    "ExternalName",
    "IsLogical",
    "IsDataSourceSecret",
    "InheritsFrom",
    "CreatedOn",
    "ModifiedOn",
    "SourceType",
    "AutoNumberFormat",
    "AttributeTypeName",
    "Description",
    "DisplayName",
    "IsAuditEnabled",
    "IsGlobalFilterEnabled",
    "IsSortableEnabled",
    "IsCustomizable",
    "IsRenameable",
    "IsValidForAdvancedFind",
    "RequiredLevel",
    "CanModifyAdditionalSettings",
    "Settings",
];

/// A type that requests can be cast to. The abstract one for choices is none.
pub(super) fn is_type(name: &str) -> bool {
    name != "AttributeMetadata" && TYPES.iter().any(|(known, _)| *known == name)
}

/// Whether `$select` may name the property of the type.
pub(super) fn has_property(kind: &str, name: &str) -> bool {
    BASE.contains(&name)
        || TYPES.iter().any(|(known, properties)| *known == kind && properties.contains(&name))
}

/// The type and the definition of a column. `number` counts the columns of its table.
pub(super) fn definition(table: &Table, column: &Column, number: usize) -> (&'static str, Value) {
    let kind = metadata_type(column);
    let mut object = base(table, column, number);
    if kind != "AttributeMetadata" {
        let name = format!("#Microsoft.Dynamics.CRM.{kind}");
        object.shift_insert(0, "@odata.type".to_owned(), name.into());
    }
    if let Value::Object(derived) = derived(table, column) {
        object.extend(derived);
    }
    (kind, Value::Object(object))
}

fn metadata_type(column: &Column) -> &'static str {
    match column.kind {
        Kind::Text { .. } => "StringAttributeMetadata",
        Kind::Memo { .. } => "MemoAttributeMetadata",
        Kind::Whole { .. } => "IntegerAttributeMetadata",
        Kind::BigInt => "BigIntAttributeMetadata",
        Kind::Double { .. } => "DoubleAttributeMetadata",
        Kind::Decimal { .. } => "DecimalAttributeMetadata",
        Kind::Money { .. } => "MoneyAttributeMetadata",
        Kind::YesNo { .. } => "BooleanAttributeMetadata",
        Kind::Choice { .. } => "PicklistAttributeMetadata",
        Kind::MultiChoice { .. } => "MultiSelectPicklistAttributeMetadata",
        Kind::State { .. } => "StateAttributeMetadata",
        Kind::Status { .. } => "StatusAttributeMetadata",
        Kind::DateTime { .. } => "DateTimeAttributeMetadata",
        Kind::Lookup { .. } => "LookupAttributeMetadata",
        Kind::EntityName => "EntityNameAttributeMetadata",
        Kind::Image => "ImageAttributeMetadata",
        Kind::File { .. } => "FileAttributeMetadata",
        Kind::Id | Kind::Virtual => "AttributeMetadata",
    }
}

/// `AttributeTypeName` without the `Type` behind it. `AttributeType` is the same, for all that it has a name for.
fn attribute_type(column: &Column) -> &'static str {
    match column.kind {
        Kind::Text { .. } => "String",
        Kind::Memo { .. } => "Memo",
        Kind::Whole { .. } => "Integer",
        Kind::BigInt => "BigInt",
        Kind::Double { .. } => "Double",
        Kind::Decimal { .. } => "Decimal",
        Kind::Money { .. } => "Money",
        Kind::YesNo { .. } => "Boolean",
        Kind::Choice { .. } => "Picklist",
        Kind::MultiChoice { .. } => "MultiSelectPicklist",
        Kind::State { .. } => "State",
        Kind::Status { .. } => "Status",
        Kind::DateTime { .. } => "DateTime",
        Kind::Lookup { kind: LookupKind::Simple, .. } => "Lookup",
        Kind::Lookup { kind: LookupKind::Customer, .. } => "Customer",
        Kind::Lookup { kind: LookupKind::Owner, .. } => "Owner",
        Kind::EntityName => "EntityName",
        Kind::Id => "Uniqueidentifier",
        Kind::Virtual => "Virtual",
        Kind::Image => "Image",
        Kind::File { .. } => "File",
    }
}

fn base(table: &Table, column: &Column, number: usize) -> Map<String, Value> {
    let twin = column.attribute_of.is_some();
    let of = format!("{}.{}", table.name, column.name);
    let required = match column.required {
        Required::None => "None",
        Required::Recommended => "Recommended",
        Required::Application => "ApplicationRequired",
        Required::System => "SystemRequired",
    };
    let kind = attribute_type(column);
    let stored = column.is_stored();
    joined([
        json!({
            "MetadataId": named_id(&format!("column {of}")),
            "HasChanged": null,
            "AttributeOf": column.attribute_of,
            "AttributeType": match kind {
                "Image" | "File" | "MultiSelectPicklist" => "Virtual",
                kind => kind,
            },
            "ColumnNumber": number,
            "DeprecatedVersion": null,
            "IntroducedVersion": "5.0.0.0",
            "EntityLogicalName": table.name,
            "IsCustomAttribute": false,
            "IsPrimaryId": column.name == table.key,
            "IsValidODataAttribute": stored,
            "IsPrimaryName": column.name == table.declared.primary_name,
            "IsValidForCreate": column.create,
            "IsValidForRead": true,
            "IsValidForUpdate": column.update,
            "CanBeSecuredForRead": column.update,
            "CanBeSecuredForCreate": column.update,
            "CanBeSecuredForUpdate": column.update,
            "IsSecured": false,
            "IsRetrievable": stored,
            "IsFilterable": false,
            "IsSearchable": column.indexed,
            "IsManaged": true,
            "LinkedAttributeId": null,
        }),
        json!({
            "LogicalName": column.name,
            "IsValidForForm": stored,
            "IsRequiredForForm": false,
            "IsValidForGrid": stored,
            "SchemaName": column.schema,
            "ExternalName": null,
            "IsLogical": twin,
            "IsDataSourceSecret": false,
            "InheritsFrom": null,
            "CreatedOn": "1900-01-01T00:00:00Z",
            "ModifiedOn": "1900-01-01T00:00:00Z",
            "SourceType": if stored { json!(0) } else { Value::Null },
            "AutoNumberFormat": "",
            "AttributeTypeName": { "Value": format!("{kind}Type") },
            "Description": label("", &of),
            "DisplayName": label(&column.label, &of),
            "IsAuditEnabled": managed(stored, stored, "canmodifyauditsettings"),
            "IsGlobalFilterEnabled": managed(false, true, "canmodifyglobalfiltersettings"),
            "IsSortableEnabled": managed(false, true, "canmodifyissortablesettings"),
            "IsCustomizable": managed(stored, false, "iscustomizable"),
            "IsRenameable": managed(stored, false, "isrenameable"),
            "IsValidForAdvancedFind": managed(stored, stored, "canmodifysearchsettings"),
            "RequiredLevel": {
                "Value": required,
                "CanBeChanged": column.required != Required::System,
                "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
            },
            "CanModifyAdditionalSettings": managed(stored, false, "canmodifyadditionalsettings"),
            "Settings": [],
        }),
    ])
}

fn derived(table: &Table, column: &Column) -> Value {
    match column.kind {
        Kind::Text { max, format } => json!({
            "Format": format, "ImeMode": "Auto", "MaxLength": max, "YomiOf": null, "IsLocalizable": false,
            "DatabaseLength": max * 2, "FormulaDefinition": null, "SourceTypeMask": 0,
            "FormatName": { "Value": format },
        }),
        Kind::Memo { max } => json!({
            "Format": "TextArea", "ImeMode": "Auto", "MaxLength": max, "IsLocalizable": false,
            "FormatName": { "Value": "TextArea" },
        }),
        Kind::Whole { min, max } => json!({
            "Format": "None", "MaxValue": max, "MinValue": min, "FormulaDefinition": null, "SourceTypeMask": 0,
        }),
        Kind::BigInt => json!({ "MaxValue": i64::MAX, "MinValue": i64::MIN }),
        Kind::Decimal { min, max, precision } => json!({
            "MaxValue": max, "MinValue": min, "Precision": precision, "ImeMode": "Disabled",
            "FormulaDefinition": null, "SourceTypeMask": 0,
        }),
        Kind::Double { min, max, precision } => json!({
            "ImeMode": "Disabled", "MaxValue": max, "MinValue": min, "Precision": precision,
            "FormulaDefinition": null, "SourceTypeMask": 0,
        }),
        Kind::Money { min, max } => {
            let base = column.calculation_of.is_some();
            // A base amount of a currency that is worth less has more digits before the point.
            let (min, max) = if base {
                (json!(-922_337_203_685_477.0), json!(922_337_203_685_477.0))
            } else {
                (json!(min as f64), json!(max as f64))
            };
            json!({
                "ImeMode": "Disabled", "MaxValue": max, "MinValue": min, "Precision": 2, "PrecisionSource": 2,
                "CalculationOf": column.calculation_of, "FormulaDefinition": null, "SourceTypeMask": 0,
                "IsBaseCurrency": base,
            })
        }
        Kind::YesNo { default, no, yes } => json!({
            "DefaultValue": default, "FormulaDefinition": null, "SourceTypeMask": 0,
            "OptionSet": option_set::yes_no(table, column, no, yes), "GlobalOptionSet": null,
        }),
        Kind::Choice { options, default } => json!({
            "DefaultFormValue": default.unwrap_or(-1), "FormulaDefinition": null, "SourceTypeMask": 0,
            "ParentPicklistLogicalName": null, "ChildPicklistLogicalNames": [],
            "OptionSet": option_set::choice(table, column, options), "GlobalOptionSet": null,
        }),
        Kind::MultiChoice { options } => json!({
            "DefaultFormValue": -1, "FormulaDefinition": null, "SourceTypeMask": 0,
            "ParentPicklistLogicalName": null, "ChildPicklistLogicalNames": [],
            "OptionSet": option_set::choice(table, column, options), "GlobalOptionSet": null,
        }),
        Kind::State { options } => json!({
            "DefaultFormValue": 0,
            "OptionSet": option_set::state(table, column, options), "GlobalOptionSet": null,
        }),
        Kind::Status { options } => json!({
            "DefaultFormValue": -1,
            "OptionSet": option_set::status(table, column, options), "GlobalOptionSet": null,
        }),
        Kind::DateTime { date_only, behavior } => json!({
            "MinSupportedValue": "1753-01-01T00:00:00Z", "MaxSupportedValue": "9999-12-30T23:59:59Z",
            "Format": if date_only { "DateOnly" } else { "DateAndTime" }, "ImeMode": "Inactive",
            "SourceTypeMask": 0, "FormulaDefinition": null,
            "DateTimeBehavior": { "Value": match behavior {
                Behavior::DateOnly => "DateOnly",
                Behavior::UserLocal => "UserLocal",
                Behavior::ZoneIndependent => "TimeZoneIndependent",
            } },
            "CanChangeDateTimeBehavior": managed(false, false, "canmodifybehavior"),
        }),
        Kind::Lookup { .. } => {
            let targets: Vec<_> = column.targets.iter().map(|target| target.table.as_str()).collect();
            json!({ "Targets": targets, "Format": "None" })
        }
        Kind::EntityName => json!({ "DefaultFormValue": null, "IsEntityReferenceStored": false }),
        Kind::Image => json!({
            "IsPrimaryImage": true, "MaxHeight": 144, "MaxWidth": 144, "MaxSizeInKB": IMAGE_KB,
            "CanStoreFullImage": true,
        }),
        Kind::File { max_kb } => json!({ "MaxSizeInKB": max_kb }),
        Kind::Id | Kind::Virtual => Value::Null,
    }
}
