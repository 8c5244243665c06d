//! Filters on simple properties of definitions.

use std::cmp::Ordering;

use serde_json::Value;

use super::super::error::{ApiError, Result};
use super::definition::{Definition, Type};
use super::json::Json;
use crate::sandbox::odata::ast::{Expr, Literal, Op, Operand, TextFunction};

/// Whether all properties are the type's.
pub(super) fn check(expr: &Expr, kind: &Type) -> Result<()> {
    let known = |path: &[String]| match path.first() {
        Some(name) if kind.place(name).is_none() => Err(ApiError::no_property(name, kind.name)),
        _ => Ok(()),
    };
    match expr {
        Expr::And(left, right) | Expr::Or(left, right) => check(left, kind).and_then(|()| check(right, kind)),
        Expr::Not(inner) => check(inner, kind),
        Expr::Constant(_) => Ok(()),
        Expr::Property(path)
        | Expr::Compare { left: Operand::Property(path), right: Operand::Literal(_), .. }
        | Expr::Text { property: path, value: Operand::Literal(Literal::Text(_)), .. } => known(path),
        _ => Err(ApiError::query("A filter on metadata compares simple properties with values.")),
    }
}

pub(super) fn holds(expr: &Expr, item: &dyn Definition) -> Result<bool> {
    match expr {
        Expr::And(left, right) => Ok(holds(left, item)? && holds(right, item)?),
        Expr::Or(left, right) => Ok(holds(left, item)? || holds(right, item)?),
        Expr::Not(inner) => holds(inner, item).map(|holds| !holds),
        Expr::Constant(value) => Ok(*value),
        Expr::Property(path) => Ok(find(item, path)?.as_bool() == Some(true)),
        Expr::Compare { left: Operand::Property(path), op, right: Operand::Literal(literal) } => {
            compare(&find(item, path)?, *op, literal)
        }
        Expr::Text { function, property, value: Operand::Literal(Literal::Text(text)) } => {
            let value = find(item, property)?.as_str().unwrap_or_default().to_lowercase();
            let text = text.to_lowercase();
            Ok(match function {
                TextFunction::Contains => value.contains(&text),
                TextFunction::StartsWith => value.starts_with(&text),
                TextFunction::EndsWith => value.ends_with(&text),
            })
        }
        _ => Err(ApiError::query("A filter on metadata compares simple properties with values.")),
    }
}

/// The value of one property.
pub(super) fn value(item: &dyn Definition, name: &str) -> Option<Value> {
    let mut json = Json::new(true);
    item.write(item.place(name)?, &mut json);
    serde_json::from_slice(&json.finish()).ok()
}

fn find(item: &dyn Definition, path: &[String]) -> Result<Value> {
    let mut names = path.iter();
    let first = names.next().map(String::as_str).unwrap_or_default();
    let mut found = value(item, first).ok_or_else(|| ApiError::no_property(first, item.kind()))?;
    for name in names {
        found = found.get(name).cloned().ok_or_else(|| ApiError::no_property(name, "MetadataBase"))?;
    }
    if found.is_object() || found.is_array() {
        return Err(ApiError::query(format!(
            "The property '{}' is not simple and cannot be compared.",
            path.join("/")
        )));
    }
    Ok(found)
}

fn compare(value: &Value, op: Op, literal: &Literal) -> Result<bool> {
    let ordering = match (value, literal) {
        (Value::Null, Literal::Null) => Some(Ordering::Equal),
        (Value::Bool(a), Literal::Bool(b)) => Some(a.cmp(b)),
        (Value::String(a), Literal::Text(b) | Literal::Enum { member: b, .. }) => {
            Some(a.to_lowercase().cmp(&b.to_lowercase()))
        }
        (Value::String(a), Literal::Guid(b)) => Some(a.cmp(&b.to_string())),
        (Value::Number(a), Literal::Number(b)) => match (a.as_f64(), b.parse::<f64>()) {
            (Some(a), Ok(b)) => a.partial_cmp(&b),
            _ => None,
        },
        (Value::Null, _) | (_, Literal::Null) => None,
        _ => return Err(ApiError::query("A binary operator with incompatible types was detected.")),
    };
    Ok(match (op, ordering) {
        (Op::Ne, ordering) => ordering != Some(Ordering::Equal),
        (_, None) => false,
        (Op::Eq, Some(ordering)) => ordering.is_eq(),
        (Op::Gt, Some(ordering)) => ordering.is_gt(),
        (Op::Ge, Some(ordering)) => ordering.is_ge(),
        (Op::Lt, Some(ordering)) => ordering.is_lt(),
        (Op::Le, Some(ordering)) => ordering.is_le(),
    })
}
