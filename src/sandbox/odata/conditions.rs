//! The conditions that only this service has, as filters spell them:
//! `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=[...])`.

use super::Error;
use super::ast::{Argument, Literal, Path};
use crate::sandbox::conditions::{Operator, odata_operator};

/// The column that a condition is about.
pub(super) fn property(name: &str, arguments: &[(String, Argument)]) -> Result<Path, Error> {
    match find(arguments, "PropertyName") {
        Some(Argument::One(Literal::Text(path))) => Ok(path.split('/').map(str::to_owned).collect()),
        _ => Err(Error::refused(format!(
            "The condition 'Microsoft.Dynamics.CRM.{name}' needs PropertyName as text in quotes."
        ))),
    }
}

pub(super) fn operator(name: &str) -> Result<Operator, Error> {
    odata_operator(name).ok_or_else(|| {
        Error::refused(format!("An unknown function with name 'Microsoft.Dynamics.CRM.{name}' was found."))
    })
}

/// The values of a condition, in order.
pub(super) fn values(arguments: &[(String, Argument)]) -> Result<Vec<String>, Error> {
    let mut values = Vec::new();
    for name in ["PropertyValues", "PropertyValue", "PropertyValue1", "PropertyValue2"] {
        match find(arguments, name) {
            None => {}
            Some(Argument::One(literal)) => values.push(text(literal)?),
            Some(Argument::Many(literals)) => {
                for literal in literals {
                    values.push(text(literal)?);
                }
            }
        }
    }
    Ok(values)
}

fn text(literal: &Literal) -> Result<String, Error> {
    match literal {
        Literal::Text(text) | Literal::Number(text) | Literal::Date(text) => Ok(text.clone()),
        Literal::Bool(value) => Ok(value.to_string()),
        Literal::Guid(id) => Ok(id.to_string()),
        Literal::Null => Err(Error::refused("A condition has null as value, which equals nothing.")),
        Literal::Enum { member, .. } => Ok(member.clone()),
    }
}

fn find<'a>(arguments: &'a [(String, Argument)], name: &str) -> Option<&'a Argument> {
    arguments.iter().find(|(argument, _)| argument == name).map(|(_, value)| value)
}
