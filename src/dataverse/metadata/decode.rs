//! Metadata answers into tables and columns.
//!
//! Only what the program uses is read, every property may be missing or of another type than expected, and a
//! definition without a logical name is left out: one odd column must not hide a table.

use std::collections::HashMap;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use serde_json::Number;
use serde_json::value::RawValue;

use super::{Choice, Column, ColumnKind, DateBehavior, DateFormat, Required, Table, TableSchema, TextFormat};
use crate::dataverse::{ColumnName, Error, Page, SetName, TableName};

/// Options of the columns of a table by logical name, from the casts that expand `OptionSet`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OptionSets(HashMap<String, OptionSet>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum OptionSet {
    Choices(Vec<Choice>),
    YesNo { yes: String, no: String },
}

impl OptionSets {
    /// Adds what one answer says, such as `…/Attributes/Microsoft.Dynamics.CRM.PicklistAttributeMetadata`.
    ///
    /// # Errors
    ///
    /// [`Error::Answer`] when the answer is not a collection.
    pub fn add(&mut self, answer: &Page) -> Result<(), Error> {
        for row in answer.rows() {
            let Ok(wire) = serde_json::from_str::<WireOptionColumn>(row.json()) else { continue };
            let (Some(name), Some(set)) = (wire.logical_name, wire.option_set.or(wire.global_option_set))
            else {
                continue;
            };
            self.0.insert(name, set.read());
        }
        Ok(())
    }

    /// The options of a choice, a state or a status, in the server's order; empty where none are known.
    pub fn choices(&self, column: &str) -> Vec<Choice> {
        match self.0.get(column) {
            Some(OptionSet::Choices(options)) => options.clone(),
            _ => Vec::new(),
        }
    }

    /// The labels of a yes/no column.
    pub fn yes_no(&self, column: &str) -> (String, String) {
        match self.0.get(column) {
            Some(OptionSet::YesNo { yes, no }) => (yes.clone(), no.clone()),
            _ => ("Yes".to_owned(), "No".to_owned()),
        }
    }
}

/// The tables of an `EntityDefinitions` answer that have an entity set, by logical name.
pub fn tables(answer: &Page) -> Vec<Table> {
    let mut tables: Vec<Table> = answer.rows().filter_map(|row| table(row.json())).collect();
    tables.sort_by(|left, right| left.name.cmp(&right.name));
    tables
}

/// One table of an `EntityDefinitions` answer; `None` without a logical name, key or entity set.
pub fn table(json: &str) -> Option<Table> {
    serde_json::from_str::<WireTable>(json).ok()?.read()
}

/// The readable columns of an `Attributes` answer, by logical name.
pub fn columns<'a>(rows: impl Iterator<Item = &'a str>, options: &OptionSets) -> Vec<Column> {
    let mut columns: Vec<Column> = rows
        .filter_map(|json| serde_json::from_str::<WireColumn>(json).ok())
        .filter_map(|wire| wire.read(options))
        .collect();
    columns.sort_by(|left, right| left.name.cmp(&right.name));
    columns.dedup_by(|left, right| left.name == right.name);
    columns
}

/// A whole table definition with its expanded `Attributes`.
pub fn schema(json: &str, options: &OptionSets) -> Option<TableSchema> {
    #[derive(Deserialize)]
    struct Wire<'a> {
        #[serde(borrow, rename = "Attributes", default)]
        attributes: Vec<&'a RawValue>,
    }
    let wire: Wire<'_> = serde_json::from_str(json).ok()?;
    let columns = columns(wire.attributes.iter().map(|raw| raw.get()), options);
    Some(TableSchema { table: table(json)?, columns })
}

/// The value if it has the expected type, otherwise nothing.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// Members of a list that have the expected type.
fn lenient_list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let raw = <&RawValue>::deserialize(deserializer)?;
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).unwrap_or_default();
    Ok(items.into_iter().filter_map(|item| serde_json::from_str(item.get()).ok()).collect())
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireLabel {
    #[serde(deserialize_with = "lenient_list")]
    localized_labels: Vec<WireText>,
    #[serde(deserialize_with = "lenient")]
    user_localized_label: Option<WireText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireText {
    label: Option<String>,
}

impl WireLabel {
    fn text(label: Option<Self>) -> Option<String> {
        let label = label?;
        label
            .user_localized_label
            .into_iter()
            .chain(label.localized_labels)
            .filter_map(|text| text.label)
            .find(|text| !text.trim().is_empty())
    }
}

/// `{"Value":…}`: managed properties, type names, formats.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireValue {
    value: Option<String>,
}

impl WireValue {
    fn text(value: Option<Self>) -> Option<String> {
        value.and_then(|value| value.value)
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireTable {
    #[serde(deserialize_with = "lenient")]
    logical_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    schema_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    entity_set_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    display_name: Option<WireLabel>,
    #[serde(deserialize_with = "lenient")]
    display_collection_name: Option<WireLabel>,
    #[serde(deserialize_with = "lenient")]
    primary_id_attribute: Option<String>,
    #[serde(deserialize_with = "lenient")]
    primary_name_attribute: Option<String>,
    #[serde(deserialize_with = "lenient")]
    is_custom_entity: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    is_intersect: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    is_logical_entity: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    is_private: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    is_optimistic_concurrency_enabled: Option<bool>,
}

impl WireTable {
    fn read(self) -> Option<Table> {
        let name = self.logical_name.filter(|name| !name.is_empty())?;
        let set = self.entity_set_name.filter(|name| !name.is_empty())?;
        let primary_id = self.primary_id_attribute.filter(|name| !name.is_empty())?;
        let plural = WireLabel::text(self.display_collection_name);
        let singular = WireLabel::text(self.display_name);
        let display_name = singular.or(self.schema_name).unwrap_or_else(|| name.clone());
        Some(Table {
            collection_name: plural.unwrap_or_else(|| display_name.clone()),
            display_name,
            name: TableName::new(name),
            set: SetName::new(set),
            primary_id: ColumnName::new(primary_id),
            primary_name: self.primary_name_attribute.filter(|name| !name.is_empty()).map(ColumnName::new),
            is_custom: self.is_custom_entity == Some(true),
            is_system: [self.is_intersect, self.is_logical_entity, self.is_private].contains(&Some(true)),
            // Unknown is taken for yes: the server refuses with 0x8006088d where it is not.
            optimistic_concurrency: self.is_optimistic_concurrency_enabled != Some(false),
        })
    }
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireColumn {
    #[serde(deserialize_with = "lenient")]
    logical_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    schema_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    display_name: Option<WireLabel>,
    #[serde(deserialize_with = "lenient")]
    attribute_type: Option<String>,
    #[serde(deserialize_with = "lenient")]
    attribute_type_name: Option<WireValue>,
    #[serde(deserialize_with = "lenient")]
    attribute_of: Option<String>,
    #[serde(deserialize_with = "lenient")]
    required_level: Option<WireValue>,
    #[serde(deserialize_with = "lenient")]
    is_valid_for_read: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    is_valid_for_update: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    is_valid_for_create: Option<bool>,
    #[serde(rename = "IsValidODataAttribute", deserialize_with = "lenient")]
    is_valid_odata_attribute: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    is_secured: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    is_custom_attribute: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    source_type: Option<i32>,
    #[serde(deserialize_with = "lenient")]
    max_length: Option<u32>,
    #[serde(rename = "MaxSizeInKB", deserialize_with = "lenient")]
    max_size_in_kb: Option<u32>,
    #[serde(deserialize_with = "lenient")]
    min_value: Option<Number>,
    #[serde(deserialize_with = "lenient")]
    max_value: Option<Number>,
    #[serde(deserialize_with = "lenient")]
    precision: Option<u32>,
    #[serde(deserialize_with = "lenient")]
    format: Option<String>,
    #[serde(deserialize_with = "lenient")]
    format_name: Option<WireValue>,
    #[serde(deserialize_with = "lenient")]
    date_time_behavior: Option<WireValue>,
    #[serde(deserialize_with = "lenient_list")]
    targets: Vec<String>,
}

impl WireColumn {
    fn read(self, options: &OptionSets) -> Option<Column> {
        let name = self.logical_name.clone().filter(|name| !name.is_empty())?;
        let kind = self.kind(&name, options);
        // Name twins (`customeridname`) and parts of images are shown with the column they belong to.
        let is_part = self.attribute_of.as_deref().is_some_and(|of| !of.is_empty());
        let is_image = matches!(kind, ColumnKind::Image { .. });
        // Party lists are navigation properties, calendar rules and plain virtual columns are no properties at all.
        let is_property = match &kind {
            ColumnKind::Other(name) => {
                !matches!(name.as_str(), "PartyListType" | "CalendarRulesType" | "VirtualType")
            }
            _ => true,
        };
        let hidden = self.is_valid_for_read == Some(false) || self.is_valid_odata_attribute == Some(false);
        if hidden || !is_property || (is_part && !is_image) {
            return None;
        }
        let label = WireLabel::text(self.display_name).or(self.schema_name);
        Some(Column {
            display_name: label.unwrap_or_else(|| name.clone()),
            name: ColumnName::new(name),
            kind,
            required: match WireValue::text(self.required_level).as_deref() {
                Some("SystemRequired") => Required::System,
                Some("ApplicationRequired") => Required::Application,
                Some("Recommended") => Required::Recommended,
                _ => Required::None,
            },
            updatable: self.is_valid_for_update == Some(true),
            creatable: self.is_valid_for_create == Some(true),
            secured: self.is_secured == Some(true),
            computed: matches!(self.source_type, Some(1 | 2)),
            is_custom: self.is_custom_attribute == Some(true),
        })
    }

    /// The type's name, `PicklistType`; `AttributeType` says only `Virtual` for files, images and lists of choices.
    fn type_name(&self) -> String {
        let named = self.attribute_type_name.as_ref().and_then(|name| name.value.clone());
        named.unwrap_or_else(|| format!("{}Type", self.attribute_type.as_deref().unwrap_or("Unknown")))
    }

    fn kind(&self, name: &str, options: &OptionSets) -> ColumnKind {
        let (min, max) = (decimal(self.min_value.as_ref()), decimal(self.max_value.as_ref()));
        let precision = |usual: u32| self.precision.unwrap_or(usual);
        let format =
            self.format_name.as_ref().and_then(|name| name.value.as_deref()).or(self.format.as_deref());
        match self.type_name().as_str() {
            "StringType" => ColumnKind::Text { max_length: self.max_length, format: text_format(format) },
            "MemoType" => ColumnKind::Memo { max_length: self.max_length },
            "IntegerType" => ColumnKind::Whole {
                min: whole(self.min_value.as_ref()).unwrap_or(i64::from(i32::MIN)),
                max: whole(self.max_value.as_ref()).unwrap_or(i64::from(i32::MAX)),
            },
            "BigIntType" => ColumnKind::BigInt,
            "DecimalType" => ColumnKind::Decimal { min, max, precision: precision(2) },
            "DoubleType" => ColumnKind::Double { min, max, precision: precision(5) },
            "MoneyType" => ColumnKind::Money { min, max, precision: precision(4) },
            "BooleanType" => {
                let (yes, no) = options.yes_no(name);
                ColumnKind::YesNo { yes, no }
            }
            "PicklistType" => ColumnKind::Choice { options: options.choices(name) },
            "MultiSelectPicklistType" => ColumnKind::Choices { options: options.choices(name) },
            "StateType" => ColumnKind::State { options: options.choices(name) },
            "StatusType" => ColumnKind::Status { options: options.choices(name) },
            "DateTimeType" => ColumnKind::DateTime {
                format: match self.format.as_deref() {
                    Some("DateOnly") => DateFormat::DateOnly,
                    _ => DateFormat::DateAndTime,
                },
                behavior: match self.date_time_behavior.as_ref().and_then(|value| value.value.as_deref()) {
                    Some("DateOnly") => DateBehavior::DateOnly,
                    Some("TimeZoneIndependent") => DateBehavior::TimeZoneIndependent,
                    _ => DateBehavior::UserLocal,
                },
            },
            "LookupType" | "CustomerType" | "OwnerType" => {
                ColumnKind::Lookup { targets: self.targets.iter().map(TableName::new).collect() }
            }
            "UniqueidentifierType" => ColumnKind::Id,
            "EntityNameType" => ColumnKind::EntityName,
            "FileType" => ColumnKind::File { max_kb: self.max_size_in_kb },
            "ImageType" => ColumnKind::Image { max_kb: self.max_size_in_kb },
            other => ColumnKind::Other(other.to_owned()),
        }
    }
}

fn text_format(format: Option<&str>) -> TextFormat {
    match format {
        None | Some("Text") => TextFormat::Text,
        Some("TextArea") => TextFormat::TextArea,
        Some("Email") => TextFormat::Email,
        Some("Url") => TextFormat::Url,
        Some("Phone") => TextFormat::Phone,
        Some(_) => TextFormat::Other,
    }
}

fn decimal(number: Option<&Number>) -> Option<Decimal> {
    let text = number?.to_string();
    Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

fn whole(number: Option<&Number>) -> Option<i64> {
    let number = number?;
    number.as_i64().or_else(|| i64::try_from(decimal(Some(number))?.trunc().mantissa()).ok())
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireOptionColumn {
    #[serde(deserialize_with = "lenient")]
    logical_name: Option<String>,
    #[serde(deserialize_with = "lenient")]
    option_set: Option<WireOptionSet>,
    #[serde(deserialize_with = "lenient")]
    global_option_set: Option<WireOptionSet>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireOptionSet {
    #[serde(deserialize_with = "lenient_list")]
    options: Vec<WireOption>,
    #[serde(deserialize_with = "lenient")]
    true_option: Option<WireOption>,
    #[serde(deserialize_with = "lenient")]
    false_option: Option<WireOption>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct WireOption {
    #[serde(deserialize_with = "lenient")]
    value: Option<i32>,
    #[serde(deserialize_with = "lenient")]
    label: Option<WireLabel>,
    #[serde(deserialize_with = "lenient")]
    state: Option<i32>,
}

impl WireOptionSet {
    fn read(self) -> OptionSet {
        if self.true_option.is_some() || self.false_option.is_some() {
            let text = |option: Option<WireOption>| option.and_then(|option| WireLabel::text(option.label));
            return OptionSet::YesNo {
                yes: text(self.true_option).unwrap_or_else(|| "Yes".to_owned()),
                no: text(self.false_option).unwrap_or_else(|| "No".to_owned()),
            };
        }
        let read = |option: WireOption| {
            let value = option.value?;
            let label = WireLabel::text(option.label).unwrap_or_else(|| value.to_string());
            Some(Choice { value, label, state: option.state })
        };
        OptionSet::Choices(self.options.into_iter().filter_map(read).collect())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    const ATTRIBUTES: &str = r##"{"value":[
        {"@odata.type":"#Microsoft.Dynamics.CRM.MoneyAttributeMetadata","LogicalName":"revenue","AttributeType":"Money",
         "AttributeTypeName":{"Value":"MoneyType"},"MinValue":-922337203685477.0,"MaxValue":922337203685477.5807,"Precision":2,
         "IsValidForRead":true,"IsValidForUpdate":true,"RequiredLevel":{"Value":"Recommended"},
         "DisplayName":{"LocalizedLabels":[{"Label":"Umsatz","LanguageCode":1031}],"UserLocalizedLabel":null}},
        {"LogicalName":"customeridname","AttributeType":"String","AttributeOf":"customerid"},
        {"LogicalName":"kinds","AttributeType":"Virtual","AttributeTypeName":{"Value":"MultiSelectPicklistType"},"SchemaName":"Kinds"},
        {"LogicalName":"to","AttributeType":"PartyList","AttributeTypeName":{"Value":"PartyListType"}},
        {"LogicalName":"secret","AttributeType":"String","IsValidForRead":false},
        {"LogicalName":"rate","AttributeType":"Decimal","MinValue":1e-12,"MaxValue":100000000000,"Precision":12,"MaxLength":"odd"},
        {"LogicalName":"customerid","AttributeType":"Customer","Targets":["account","contact"]},
        {"SchemaName":"nameless"},
        {"LogicalName":"born","AttributeType":"DateTime","Format":"DateOnly","DateTimeBehavior":{"Value":"DateOnly"}}]}"##;

    fn page(json: &'static str) -> Page {
        Page::decode(Bytes::from_static(json.as_bytes())).unwrap()
    }

    fn read(options: &OptionSets) -> Vec<Column> {
        let page = page(ATTRIBUTES);
        let rows: Vec<_> = page.rows().collect();
        columns(rows.iter().map(|row| row.json()), options)
    }

    #[test]
    fn columns_carry_their_limits_and_twins_are_left_out() {
        let columns = read(&OptionSets::default());
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["born", "customerid", "kinds", "rate", "revenue"]);
        let revenue = &columns[4];
        assert_eq!(revenue.display_name, "Umsatz");
        assert_eq!(revenue.required, Required::Recommended);
        assert_eq!(
            revenue.kind,
            ColumnKind::Money {
                min: Some("-922337203685477.0".parse().unwrap()),
                max: Some("922337203685477.5807".parse().unwrap()),
                precision: 2
            }
        );
        assert!(
            matches!(&columns[3].kind, ColumnKind::Decimal { min: Some(min), .. } if min.to_string() == "0.000000000001")
        );
        assert_eq!(columns[1].property(), "_customerid_value");
        assert_eq!(
            columns[0].kind,
            ColumnKind::DateTime { format: DateFormat::DateOnly, behavior: DateBehavior::DateOnly }
        );
    }

    #[test]
    fn options_come_from_the_casts() {
        let mut options = OptionSets::default();
        options
            .add(&page(
                r#"{"value":[{"LogicalName":"kinds","OptionSet":null,"GlobalOptionSet":{"Options":[
                {"Value":2,"Label":{"LocalizedLabels":[],"UserLocalizedLabel":{"Label":"Two"}},"State":0},
                {"Value":1,"Label":{"LocalizedLabels":[],"UserLocalizedLabel":null}}]}}]}"#,
            ))
            .unwrap();
        let columns = read(&options);
        let expected = [(2, "Two", Some(0)), (1, "1", None)];
        let found: Vec<_> =
            columns[2].kind.options().iter().map(|o| (o.value, o.label.as_str(), o.state)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_table_without_a_set_is_left_out_and_labels_fall_back() {
        let answer = page(
            r#"{"value":[{"LogicalName":"a","EntitySetName":null,"PrimaryIdAttribute":"aid"},
            {"LogicalName":"new_b","SchemaName":"new_B","EntitySetName":"new_bs","PrimaryIdAttribute":"new_bid","IsPrivate":true}]}"#,
        );
        let tables = tables(&answer);
        assert_eq!(tables.len(), 1);
        assert_eq!((tables[0].display_name.as_str(), tables[0].collection_name.as_str()), ("new_B", "new_B"));
        assert!(tables[0].is_system);
    }
}
