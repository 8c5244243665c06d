//! What the bodies of definitions say.

use serde_json::Value;

use super::super::CAST;
use super::invalid;
use crate::sandbox::api::error::Result;
use crate::sandbox::odata::uri::{Key, segments};
use crate::sandbox::schema::{
    Behavior, Choice, Declared, Kind, Model, Required, SharedChoice, column, kept, kept_list,
};
use crate::sandbox::seed::named_id;

/// Options that nobody numbers begin here.
const FIRST_OPTION: i32 = 100_000_000;

/// A schema name: a publisher's prefix, an underscore and the name itself.
pub(super) fn schema_name(body: &Value) -> Result<&str> {
    let name = body["SchemaName"].as_str().unwrap_or_default();
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    if !plain
        || !begins
        || name.len() > 100
        || !name.trim_end_matches('_').contains('_')
        || name.contains("__")
    {
        return Err(invalid(format!(
            "The schema name '{name}' is invalid: it begins with a publisher's prefix and an underscore and has \
             letters, digits and underscores only."
        )));
    }
    Ok(name)
}

/// The text of a label, if there is one.
pub(super) fn label(value: &Value) -> Option<&str> {
    let first = &value["LocalizedLabels"][0]["Label"];
    first.as_str().or_else(|| value["UserLocalizedLabel"]["Label"].as_str())
}

/// The type of a body without namespace: `StringAttributeMetadata` for `#Microsoft.Dynamics.CRM.Complex…`.
pub(super) fn kind(body: &Value) -> &str {
    let kind = body["@odata.type"].as_str().unwrap_or_default().trim_start_matches('#');
    let kind = kind.strip_prefix(CAST).unwrap_or(kind);
    kind.strip_prefix("Complex").unwrap_or(kind)
}

fn required(body: &Value) -> Required {
    match body["RequiredLevel"]["Value"].as_str() {
        Some("ApplicationRequired") => Required::Application,
        Some("SystemRequired") => Required::System,
        Some("Recommended") => Required::Recommended,
        _ => Required::None,
    }
}

/// A column. Of one that is there already the options stay when the body has none.
pub(super) fn declared(model: &Model, body: &Value, old: Option<&Declared>) -> Result<Declared> {
    let (schema, fallback) = match old {
        Some(old) => (old.schema, old.label),
        None => {
            let name = kept(schema_name(body)?);
            (name, name)
        }
    };
    let mut shared = old.and_then(|old| old.shared);
    let number = |name: &str| body[name].as_f64();
    let length = |default: u32, most: u32| {
        let max = body["MaxLength"].as_u64().unwrap_or(u64::from(default));
        match u32::try_from(max) {
            Ok(max) if (1..=most).contains(&max) => Ok(max),
            _ => Err(invalid(format!("The MaxLength of '{schema}' must be from 1 to {most}."))),
        }
    };
    let kind = match kind(body) {
        "StringAttributeMetadata" => {
            Kind::Text { max: length(100, 4000)?, format: format(body).unwrap_or("Text") }
        }
        "MemoAttributeMetadata" => Kind::Memo { max: length(2000, 1_048_576)? },
        "IntegerAttributeMetadata" => Kind::Whole {
            min: number("MinValue").map_or(i64::from(i32::MIN), |min| min as i64),
            max: number("MaxValue").map_or(i64::from(i32::MAX), |max| max as i64),
        },
        "BigIntAttributeMetadata" => Kind::BigInt,
        "DecimalAttributeMetadata" => {
            let precision = precision(body, 10)?;
            // Whole units that fit the integers in which decimals are stored.
            let most = i64::MAX / 10_i64.pow(precision);
            let bound = |name: &str, usual: f64| (number(name).unwrap_or(usual) as i64).clamp(-most, most);
            Kind::Decimal { min: bound("MinValue", -1e11), max: bound("MaxValue", 1e11), precision }
        }
        "DoubleAttributeMetadata" => Kind::Double {
            min: number("MinValue").unwrap_or(0.0),
            max: number("MaxValue").unwrap_or(1e9),
            precision: precision(body, 5)?,
        },
        "MoneyAttributeMetadata" => {
            let bound = |name: &str, usual: f64| (number(name).unwrap_or(usual) as i64).clamp(-MONEY, MONEY);
            Kind::Money { min: bound("MinValue", 0.0), max: bound("MaxValue", 1e14) }
        }
        "DateTimeAttributeMetadata" => Kind::DateTime {
            date_only: body["Format"] == "DateOnly",
            behavior: match body["DateTimeBehavior"]["Value"].as_str() {
                Some("DateOnly") => Behavior::DateOnly,
                Some("TimeZoneIndependent") => Behavior::ZoneIndependent,
                _ => Behavior::UserLocal,
            },
        },
        "BooleanAttributeMetadata" => {
            let (old_no, old_yes) = match old.map(|old| old.kind) {
                Some(Kind::YesNo { no, yes, .. }) => (no, yes),
                _ => ("No", "Yes"),
            };
            let text = |name: &str| label(&body["OptionSet"][name]["Label"]).map(kept);
            Kind::YesNo {
                default: body["DefaultValue"] == true,
                no: text("FalseOption").unwrap_or(old_no),
                yes: text("TrueOption").unwrap_or(old_yes),
            }
        }
        "PicklistAttributeMetadata" => {
            let options = choices(model, body, old, &mut shared)?;
            let default = body["DefaultFormValue"].as_i64().and_then(|value| i32::try_from(value).ok());
            Kind::Choice { options, default: default.filter(|value| *value != -1) }
        }
        "MultiSelectPicklistAttributeMetadata" => {
            Kind::MultiChoice { options: choices(model, body, old, &mut shared)? }
        }
        "FileAttributeMetadata" => {
            let max = body["MaxSizeInKB"].as_u64().and_then(|max| u32::try_from(max).ok());
            Kind::File { max_kb: max.unwrap_or(32_768).clamp(1, 10_485_760) }
        }
        "ImageAttributeMetadata" => Kind::Image,
        "LookupAttributeMetadata" if old.is_none() => {
            return Err(invalid(
                "A lookup column is made with its relationship, by POST RelationshipDefinitions.",
            ));
        }
        "LookupAttributeMetadata" | "StateAttributeMetadata" | "StatusAttributeMetadata" => match old {
            Some(old) => old.kind,
            None => return Err(invalid("Columns of this type come with their table.")),
        },
        other => return Err(invalid(format!("'{other}' is not a type of column that can be made."))),
    };
    if let Some(old) = old
        && std::mem::discriminant(&old.kind) != std::mem::discriminant(&kind)
    {
        return Err(invalid(format!("The type of the column '{schema}' cannot be changed.")));
    }
    let meaning = match body["Format"].as_str() {
        Some("Duration") => "Duration",
        Some("TimeZone") => "TimeZone",
        Some("Language") => "Language",
        Some("Locale") => "Locale",
        _ => "None",
    };
    let base = old.copied().unwrap_or(Declared { custom: true, ..column(schema, schema, kind) });
    Ok(Declared {
        label: label(&body["DisplayName"]).map_or(fallback, kept),
        description: label(&body["Description"]).map_or(base.description, kept),
        required: if body["RequiredLevel"].is_null() { base.required } else { required(body) },
        kind,
        shared,
        meaning,
        ..base
    })
}

/// Whole units of money that fit the integers in which it is stored.
const MONEY: i64 = i64::MAX / 10_000;

fn precision(body: &Value, most: u32) -> Result<u32> {
    let precision = body["Precision"].as_u64().unwrap_or(2);
    match u32::try_from(precision) {
        Ok(precision) if precision <= most => Ok(precision),
        _ => Err(invalid(format!("The Precision must be from 0 to {most}."))),
    }
}

fn format(body: &Value) -> Option<&'static str> {
    let name = body["FormatName"]["Value"].as_str().or_else(|| body["Format"].as_str())?;
    let known =
        ["Text", "TextArea", "Email", "Phone", "PhoneticGuide", "TickerSymbol", "Url", "Json", "RichText"];
    known.into_iter().find(|known| *known == name)
}

/// The options of a choice column: its own, or shared ones.
fn choices(
    model: &Model,
    body: &Value,
    old: Option<&Declared>,
    shared: &mut Option<&'static str>,
) -> Result<&'static [Choice]> {
    let set = &body["OptionSet"];
    let bound = body["GlobalOptionSet@odata.bind"].as_str();
    if bound.is_some() || set["IsGlobal"] == true {
        let name = set["Name"].as_str().unwrap_or_default();
        let choice = match bound {
            Some(address) => bound_choice(model, address),
            None => model.choices.iter().find(|choice| choice.name == name),
        };
        let choice = choice.ok_or_else(|| invalid("The global choice of the column does not exist."))?;
        *shared = Some(choice.name);
        return Ok(choice.options);
    }
    if set["Options"].is_array() {
        return options(set);
    }
    match old.map(|old| old.kind) {
        Some(Kind::Choice { options, .. } | Kind::MultiChoice { options }) => Ok(options),
        _ => Err(invalid("A choice column needs its options in 'OptionSet'.")),
    }
}

fn bound_choice<'a>(model: &'a Model, address: &str) -> Option<&'a SharedChoice> {
    let path = segments(address).ok()?;
    let key = path.iter().find(|segment| segment.name == "GlobalOptionSetDefinitions")?.key.as_ref()?;
    find_choice(model, key)
}

/// A global choice by its name or its id.
pub(super) fn find_choice<'a>(model: &'a Model, key: &Key) -> Option<&'a SharedChoice> {
    let name = key.text("Name");
    model.choices.iter().find(|choice| match key {
        Key::Id(id) => named_id(&format!("options {}", choice.name)) == *id,
        _ => name.as_deref() == Some(choice.name),
    })
}

/// The options of an option set.
pub(super) fn options(set: &Value) -> Result<&'static [Choice]> {
    let mut made: Vec<Choice> = Vec::new();
    for option in set["Options"].as_array().into_iter().flatten() {
        let label = label(&option["Label"]).unwrap_or_default();
        let value = match &option["Value"] {
            Value::Null => next_option(&made),
            value => value
                .as_i64()
                .and_then(|value| i32::try_from(value).ok())
                .ok_or_else(|| invalid(format!("'{value}' is not the value of an option.")))?,
        };
        if made.iter().any(|choice| choice.value == value) {
            return Err(invalid(format!("An option with the value {value} is there already.")));
        }
        made.push(Choice { value, label: kept(label) });
    }
    Ok(kept_list(made))
}

pub(super) fn next_option(options: &[Choice]) -> i32 {
    let most = options.iter().map(|choice| choice.value).filter(|value| *value >= FIRST_OPTION).max();
    most.map_or(FIRST_OPTION, |most| most.saturating_add(1))
}
