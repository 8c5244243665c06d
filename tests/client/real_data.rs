//! Answers of real environments, kept beside the project, decode into our types.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use dvtui::dataverse::metadata::decode::{OptionSets, schema};
use dvtui::dataverse::{ColumnKind, Page};

/// The files of a folder of `../shared/real/webapi`; empty, with a message, where it is absent.
fn files(folder: &str) -> Vec<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real/webapi").join(folder);
    let Ok(entries) = fs::read_dir(&path) else {
        println!("skipped: {} is absent", path.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Words of the file itself, counted without our types.
fn logical_names(list: &serde_json::Value) -> HashSet<String> {
    let items = list.as_array().unwrap().iter();
    items.map(|item| item["LogicalName"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_table_definition_decodes_with_all_its_readable_columns() {
    for file in files("EntityMetadata") {
        let json = read(&file);
        let schema = schema(&json, &OptionSets::default()).unwrap_or_else(|| panic!("{}", file.display()));
        let raw: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(raw["LogicalName"], schema.table.name.as_str());
        assert_eq!(raw["EntitySetName"], schema.table.set.as_str());
        assert!(!schema.table.collection_name.is_empty());
        assert!(schema.column(schema.table.primary_id.as_str()).is_some(), "{}", file.display());
        if let Some(name) = &schema.table.primary_name {
            assert!(schema.column(name.as_str()).is_some(), "{}", file.display());
        }
        for attribute in raw["Attributes"].as_array().unwrap() {
            let name = attribute["LogicalName"].as_str().unwrap();
            let readable = attribute["IsValidForRead"] == true && attribute["IsValidODataAttribute"] == true;
            let of_another = attribute["AttributeOf"].is_string();
            let kind = attribute["AttributeTypeName"]["Value"].as_str().unwrap();
            let Some(column) = schema.column(name) else {
                let no_property = matches!(kind, "VirtualType" | "PartyListType" | "CalendarRulesType");
                assert!(!readable || of_another || no_property, "{name} in {}", file.display());
                continue;
            };
            assert!(!column.display_name.is_empty());
            assert_eq!(column.updatable, attribute["IsValidForUpdate"] == true, "{name}");
            let limit =
                |name: &str| attribute.get(name).map(ToString::to_string).filter(|text| text != "null");
            let decimal = |value: &Option<rust_decimal::Decimal>| value.map(|value| value.normalize());
            let wire = |name: &str| {
                let text = limit(name)?;
                let exact = text.parse().or_else(|_| rust_decimal::Decimal::from_scientific(&text));
                exact.ok().map(|value: rust_decimal::Decimal| value.normalize())
            };
            match &column.kind {
                ColumnKind::Text { max_length, .. } | ColumnKind::Memo { max_length } => {
                    assert_eq!(max_length.map(|length| length.to_string()), limit("MaxLength"), "{name}");
                }
                ColumnKind::Whole { min, max } => {
                    let or = |name: &str, usual: i32| limit(name).unwrap_or_else(|| usual.to_string());
                    assert_eq!(min.to_string(), or("MinValue", i32::MIN), "{name}");
                    assert_eq!(max.to_string(), or("MaxValue", i32::MAX), "{name}");
                }
                ColumnKind::Money { min, max, precision }
                | ColumnKind::Decimal { min, max, precision }
                | ColumnKind::Double { min, max, precision } => {
                    assert_eq!((decimal(min), decimal(max)), (wire("MinValue"), wire("MaxValue")), "{name}");
                    assert_eq!(Some(precision.to_string()), limit("Precision"), "{name}");
                }
                ColumnKind::Lookup { targets } => {
                    assert_eq!(targets.len(), attribute["Targets"].as_array().unwrap().len(), "{name}");
                }
                ColumnKind::Other(kind) => {
                    assert_eq!(kind, "ManagedPropertyType", "{name} in {}", file.display())
                }
                _ => {}
            }
        }
        assert!(!schema.default_columns().is_empty());
    }
}

#[test]
fn every_option_set_decodes_with_all_its_options() {
    let folders = [
        "PicklistOptionSetAttribute",
        "StateOptionSetAttribute",
        "StatusOptionSetAttribute",
        "BooleanOptionSetAttribute",
        "EntityNameOptionSetAttribute",
    ];
    for file in folders.into_iter().flat_map(files) {
        let json = read(&file);
        let raw: serde_json::Value = serde_json::from_str(&json).unwrap();
        let page = Page::decode(json.into_bytes().into()).unwrap();
        assert_eq!(page.len(), logical_names(&raw["value"]).len());
        let mut options = OptionSets::default();
        options.add(&page).unwrap();
        for item in raw["value"].as_array().unwrap() {
            let name = item["LogicalName"].as_str().unwrap();
            let set = &item["OptionSet"];
            let found = options.choices(name);
            let Some(expected) = set["Options"].as_array() else {
                assert!(found.is_empty());
                if let Some(yes) = set["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"].as_str() {
                    assert_eq!(options.yes_no(name).0, yes, "{name} in {}", file.display());
                }
                continue;
            };
            assert_eq!(found.len(), expected.len(), "{name} in {}", file.display());
            for (choice, option) in found.iter().zip(expected) {
                assert_eq!(option["Value"], choice.value);
                assert_eq!(
                    option.get("State").and_then(serde_json::Value::as_i64),
                    choice.state.map(i64::from)
                );
                assert!(!choice.label.is_empty());
            }
        }
    }
}

#[test]
fn a_definition_and_its_option_sets_make_one_schema() {
    let first =
        |folder: &str| files(folder).into_iter().find(|file| file.to_string_lossy().contains("/account."));
    let Some(definition) = first("EntityMetadata") else { return };
    let mut options = OptionSets::default();
    for folder in ["PicklistOptionSetAttribute", "StateOptionSetAttribute", "StatusOptionSetAttribute"] {
        let file = first(folder).unwrap();
        options.add(&Page::decode(read(&file).into_bytes().into()).unwrap()).unwrap();
    }
    let schema = schema(&read(&definition), &options).unwrap();
    let active: Vec<&str> =
        schema.status_of_state(0).into_iter().map(|status| status.label.as_str()).collect();
    assert_eq!(active, ["Active"]);
    let names: Vec<&str> = schema.default_columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "name",
            "statuscode",
            "emailaddress1",
            "telephone1",
            "address1_city",
            "createdon",
            "ownerid",
            "modifiedon"
        ]
    );
}
