//! The query of `RetrieveMetadataChanges`: which properties of which definitions.

use serde_json::Value;

use super::super::super::error::{ApiError, Result};
use super::super::definition::Definition;
use super::super::{attribute_kinds, filter};

/// Deeper filters are refused.
const MAX_DEPTH: usize = 20;

/// `MetadataQueryExpression`.
#[derive(Debug, Default)]
pub(super) struct Query {
    all: bool,
    names: Vec<String>,
    criteria: Option<Criteria>,
}

#[derive(Debug)]
struct Criteria {
    any: bool,
    conditions: Vec<Condition>,
    filters: Vec<Criteria>,
}

#[derive(Debug)]
struct Condition {
    property: String,
    operator: Operator,
    values: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Equals,
    NotEquals,
    In,
    NotIn,
    GreaterThan,
    LessThan,
}

impl Query {
    pub(super) fn parse(json: &Value) -> Result<Query> {
        let properties = &json["Properties"];
        let names = properties["PropertyNames"].as_array();
        let names = names.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        let criteria = match &json["Criteria"] {
            Value::Null => None,
            criteria => Some(Criteria::parse(criteria, 0)?),
        };
        Ok(Query { all: properties["AllProperties"] == true, names: names.collect(), criteria })
    }

    pub(super) fn wants(&self, property: &str) -> bool {
        self.all || self.names.iter().any(|name| name == property)
    }

    pub(super) fn fits(&self, item: &dyn Definition) -> Result<bool> {
        self.criteria.as_ref().map_or(Ok(true), |criteria| criteria.fits(item))
    }
}

impl Criteria {
    fn parse(json: &Value, depth: usize) -> Result<Criteria> {
        if depth >= MAX_DEPTH {
            return Err(ApiError::query("The filters of the query are nested too deeply."));
        }
        let list = |name: &str| json[name].as_array().map(Vec::as_slice).unwrap_or_default();
        let any = json["FilterOperator"] == "Or" || json["FilterOperator"] == 1;
        let conditions = list("Conditions").iter().map(Condition::parse).collect::<Result<_>>()?;
        let filters = list("Filters").iter().map(|filter| Criteria::parse(filter, depth + 1));
        Ok(Criteria { any, conditions, filters: filters.collect::<Result<_>>()? })
    }

    fn fits(&self, item: &dyn Definition) -> Result<bool> {
        if self.conditions.is_empty() && self.filters.is_empty() {
            return Ok(true);
        }
        for condition in &self.conditions {
            if condition.fits(item)? == self.any {
                return Ok(self.any);
            }
        }
        for filter in &self.filters {
            if filter.fits(item)? == self.any {
                return Ok(self.any);
            }
        }
        Ok(!self.any)
    }
}

impl Condition {
    fn parse(json: &Value) -> Result<Condition> {
        let property = json["PropertyName"].as_str().unwrap_or_default().to_owned();
        let operator = match &json["ConditionOperator"] {
            Value::String(name) => match name.as_str() {
                "Equals" => Operator::Equals,
                "NotEquals" => Operator::NotEquals,
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "GreaterThan" => Operator::GreaterThan,
                "LessThan" => Operator::LessThan,
                other => {
                    return Err(ApiError::query(format!("'{other}' is no operator of metadata conditions.")));
                }
            },
            other => {
                return Err(ApiError::query(format!("'{other}' is no operator of metadata conditions.")));
            }
        };
        // A value comes with its type or by itself.
        let value = json["Value"].get("Value").unwrap_or(&json["Value"]);
        let list = matches!(operator, Operator::In | Operator::NotIn);
        Ok(Condition { property, operator, values: if list { many(value) } else { vec![one(value)] } })
    }

    fn fits(&self, item: &dyn Definition) -> Result<bool> {
        let Some(found) = filter::value(item, &self.property) else {
            // Columns of other types may have it.
            let known = attribute_kinds::TYPES.iter().flat_map(|(_, properties)| properties.iter());
            return match known.map(|(name, _)| *name).any(|name| name == self.property) {
                true => Ok(false),
                false => Err(ApiError::no_property(&self.property, item.kind())),
            };
        };
        let found = match &found {
            Value::Object(object) => match object.get("Value") {
                Some(value) => value,
                None => return Err(ApiError::query(format!("'{}' cannot be compared.", self.property))),
            },
            Value::Array(_) => {
                return Err(ApiError::query(format!("'{}' cannot be compared.", self.property)));
            }
            simple => simple,
        };
        let text = one(found);
        let is = |value: &String| value.eq_ignore_ascii_case(&text);
        let number = |text: &str| text.parse::<f64>().ok();
        let less = |a: &str, b: &str| number(a).zip(number(b)).is_some_and(|(a, b)| a < b);
        Ok(match self.operator {
            Operator::Equals | Operator::In => self.values.iter().any(is),
            Operator::NotEquals | Operator::NotIn => !self.values.iter().any(is),
            Operator::GreaterThan => self.values.iter().any(|value| less(value, &text)),
            Operator::LessThan => self.values.iter().any(|value| less(&text, value)),
        })
    }
}

/// Text, numbers and truths as text; nothing as empty text.
fn one(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A list, or the text of one, with any quotes: `["a","b"]`, `['a','b']`, `a,b`.
fn many(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().map(one).collect(),
        Value::String(text) => match serde_json::from_str::<Vec<Value>>(text) {
            Ok(values) => values.iter().map(one).collect(),
            Err(_) => {
                let inner = text.trim().trim_start_matches('[').trim_end_matches(']');
                let parts = inner.split(',').map(|part| part.trim().trim_matches(['\'', '"']).to_owned());
                parts.filter(|part| !part.is_empty()).collect()
            }
        },
        other => vec![one(other)],
    }
}
