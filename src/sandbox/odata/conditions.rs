//! The conditions that only this service has: `Microsoft.Dynamics.CRM.In(PropertyName='x',PropertyValues=[...])`.

use rusqlite::types::Value;

use super::Error;
use super::ast::{Argument, Literal, Path};
use super::sql::{Context, Found, Fragment, argument};
use crate::sandbox::schema::Kind;

const DAY: i64 = 86_400;

/// The column that a condition is about.
pub(super) fn property(name: &str, arguments: &[(String, Argument)]) -> Result<Path, Error> {
    match find(arguments, "PropertyName") {
        Some(Argument::One(Literal::Text(path))) => Ok(path.split('/').map(str::to_owned).collect()),
        _ => Err(Error::refused(format!(
            "The condition 'Microsoft.Dynamics.CRM.{name}' needs PropertyName as text in quotes."
        ))),
    }
}

pub(super) fn translate(
    name: &str,
    arguments: &[(String, Argument)],
    found: &Found<'_>,
    context: Context,
) -> Result<Fragment, Error> {
    let sql = &found.sql;
    let values = || match find(arguments, "PropertyValues") {
        Some(Argument::Many(values)) if !values.is_empty() => {
            values.iter().map(|value| argument(value, found.column)).collect::<Result<Vec<_>, _>>()
        }
        _ => Err(Error::refused(format!("The condition '{name}' needs a list of PropertyValues."))),
    };
    let value = || match find(arguments, "PropertyValue") {
        Some(Argument::One(value)) => argument(value, found.column),
        _ => Err(Error::refused(format!("The condition '{name}' needs a PropertyValue."))),
    };
    let two = |sql: String| -> Result<Fragment, Error> {
        let values = values()?;
        match values.len() {
            2 => Ok(Fragment { sql, values }),
            _ => Err(Error::refused(format!("The condition '{name}' needs two PropertyValues."))),
        }
    };
    match name {
        "In" => {
            let values = values()?;
            let places = vec!["?"; values.len()].join(", ");
            Ok(Fragment { sql: format!("({sql} IN ({places}))"), values })
        }
        "NotIn" => {
            let values = values()?;
            let places = vec!["?"; values.len()].join(", ");
            Ok(Fragment { sql: format!("({sql} IS NULL OR {sql} NOT IN ({places}))"), values })
        }
        "Between" => two(format!("({sql} BETWEEN ? AND ?)")),
        "NotBetween" => two(format!("({sql} NOT BETWEEN ? AND ?)")),
        "EqualUserId" => Ok(user(format!("({sql} = ?)"), context)),
        "NotEqualUserId" => Ok(user(format!("({sql} IS NOT ?)"), context)),
        _ => {
            let Some((from, to)) = span(name, arguments, context.now, value)? else {
                return Err(Error::NotImplemented { what: format!("the condition '{name}'") });
            };
            if !matches!(found.column.kind, Kind::DateTime { .. }) {
                return Err(Error::Value {
                    message: format!("The column '{}' does not hold a date.", found.column.name),
                });
            }
            let values = vec![Value::Integer(from), Value::Integer(to)];
            Ok(Fragment { sql: format!("({sql} >= ? AND {sql} < ?)"), values })
        }
    }
}

/// The half-open span of time that a condition stands for; none for a condition that is not about time.
fn span(
    name: &str,
    arguments: &[(String, Argument)],
    now: i64,
    value: impl Fn() -> Result<Value, Error>,
) -> Result<Option<(i64, i64)>, Error> {
    let today = now.div_euclid(DAY) * DAY;
    let date = || match value()? {
        Value::Integer(seconds) => Ok(seconds.div_euclid(DAY) * DAY),
        _ => Err(Error::refused(format!("The condition '{name}' needs a date."))),
    };
    let count = || match find(arguments, "PropertyValue") {
        Some(Argument::One(Literal::Number(text) | Literal::Text(text))) => {
            let count = text.parse::<i64>().ok().filter(|count| (0..=100_000).contains(count));
            count.ok_or_else(|| Error::refused(format!("The condition '{name}' needs a whole number.")))
        }
        _ => Err(Error::refused(format!("The condition '{name}' needs a PropertyValue."))),
    };
    Ok(Some(match name {
        "Today" => (today, today + DAY),
        "Yesterday" => (today - DAY, today),
        "Tomorrow" => (today + DAY, today + 2 * DAY),
        "Last7Days" => (today - 7 * DAY, now),
        "Next7Days" => (now, today + 8 * DAY),
        "On" => date().map(|day| (day, day + DAY))?,
        "OnOrAfter" => date().map(|day| (day, i64::MAX))?,
        "OnOrBefore" => date().map(|day| (i64::MIN, day + DAY))?,
        "LastXHours" => (now - count()? * 3600, now),
        "NextXHours" => (now, now + count()? * 3600),
        "LastXDays" => (today - count()? * DAY, now),
        "NextXDays" => (now, today + (count()? + 1) * DAY),
        "OlderThanXMinutes" => (i64::MIN, now - count()? * 60),
        "OlderThanXHours" => (i64::MIN, now - count()? * 3600),
        "OlderThanXDays" => (i64::MIN, now - count()? * DAY),
        _ => return Ok(None),
    }))
}

fn user(sql: String, context: Context) -> Fragment {
    Fragment { sql, values: vec![Value::Blob(context.user.as_bytes().to_vec())] }
}

fn find<'a>(arguments: &'a [(String, Argument)], name: &str) -> Option<&'a Argument> {
    arguments.iter().find(|(argument, _)| argument == name).map(|(_, value)| value)
}
