//! Filters on simple properties of definitions.

use serde_json::Value;

use super::super::error::{ApiError, Result};
use crate::sandbox::odata::ast::{Expr, Literal, Op, Operand, TextFunction};

pub(super) fn holds(expr: &Expr, definition: &Value) -> Result<bool> {
    match expr {
        Expr::And(left, right) => Ok(holds(left, definition)? && holds(right, definition)?),
        Expr::Or(left, right) => Ok(holds(left, definition)? || holds(right, definition)?),
        Expr::Not(inner) => holds(inner, definition).map(|holds| !holds),
        Expr::Constant(value) => Ok(*value),
        Expr::Property(path) => Ok(find(definition, path)?.as_bool() == Some(true)),
        Expr::Compare { left: Operand::Property(path), op, right: Operand::Literal(literal) } => {
            compare(find(definition, path)?, *op, literal)
        }
        Expr::Text { function, property, value: Operand::Literal(Literal::Text(text)) } => {
            let value = find(definition, property)?.as_str().unwrap_or_default().to_lowercase();
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

fn find<'a>(definition: &'a Value, path: &[String]) -> Result<&'a Value> {
    let mut value = definition;
    for name in path {
        value = value.get(name).ok_or_else(|| ApiError::no_property(name, "MetadataBase"))?;
    }
    if value.is_object() || value.is_array() {
        return Err(ApiError::query(format!(
            "The property '{}' is not simple and cannot be compared.",
            path.join("/")
        )));
    }
    Ok(value)
}

fn compare(value: &Value, op: Op, literal: &Literal) -> Result<bool> {
    let ordering = match (value, literal) {
        (Value::Null, Literal::Null) => Some(std::cmp::Ordering::Equal),
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
        (Op::Ne, ordering) => ordering != Some(std::cmp::Ordering::Equal),
        (_, None) => false,
        (Op::Eq, Some(ordering)) => ordering.is_eq(),
        (Op::Gt, Some(ordering)) => ordering.is_gt(),
        (Op::Ge, Some(ordering)) => ordering.is_ge(),
        (Op::Lt, Some(ordering)) => ordering.is_lt(),
        (Op::Le, Some(ordering)) => ordering.is_le(),
    })
}
