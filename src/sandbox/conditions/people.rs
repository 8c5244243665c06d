//! Conditions on who asks.

use rusqlite::types::Value;

use super::operator::Operator;
use super::subject::Subject;
use crate::sandbox::odata::Error;
use crate::sandbox::odata::sql::{Context, Fragment};
use crate::sandbox::schema::Kind;

const BUSINESS: &str = "(SELECT businessunitid FROM systemuser WHERE systemuserid = ?)";
const TEAMS: &str = "(SELECT teamid FROM teammembership WHERE systemuserid = ?)";
/// The user and everybody who reports to them, directly or not.
const HIERARCHY: &str = "(WITH RECURSIVE reports(id) AS (SELECT ? UNION SELECT s.systemuserid FROM systemuser AS s \
                         JOIN reports ON s.parentsystemuserid = reports.id) SELECT id FROM reports)";
/// The language of every seeded user.
const LANGUAGE: i64 = 1033;

/// None: the condition is not one of these.
pub(super) fn translate(
    operator: Operator,
    subject: &Subject<'_>,
    context: Context,
) -> Option<Result<Fragment, Error>> {
    let sql = subject.sql();
    let (sql, places) = match operator {
        Operator::User => (format!("({sql} = ?)"), 1),
        Operator::NotUser => (format!("({sql} IS NOT ?)"), 1),
        Operator::Business => (format!("({sql} = {BUSINESS})"), 1),
        Operator::NotBusiness => (format!("({sql} IS NOT {BUSINESS})"), 1),
        Operator::UserTeams => (format!("({sql} IN {TEAMS})"), 1),
        Operator::UserOrTeams => (format!("({sql} = ? OR {sql} IN {TEAMS})"), 2),
        Operator::UserOrHierarchy => (format!("({sql} IN {HIERARCHY})"), 1),
        Operator::UserOrHierarchyAndTeams => {
            let teams = format!("(SELECT teamid FROM teammembership WHERE systemuserid IN {HIERARCHY})");
            (format!("({sql} IN {HIERARCHY} OR {sql} IN {teams})"), 2)
        }
        Operator::UserLanguage => {
            let values = vec![Value::Integer(LANGUAGE)];
            return Some(match subject.column.kind {
                Kind::Whole { .. } | Kind::Choice { .. } => {
                    Ok(Fragment { sql: format!("({sql} = ?)"), values })
                }
                _ => Err(unfit(subject, "a language")),
            });
        }
        _ => return None,
    };
    if !subject.is_value() || !matches!(subject.column.kind, Kind::Lookup { .. } | Kind::Id) {
        return Some(Err(unfit(subject, "a user, a team or a business unit")));
    }
    let values = vec![Value::Blob(context.user.as_bytes().to_vec()); places];
    Some(Ok(Fragment { sql, values }))
}

fn unfit(subject: &Subject<'_>, what: &str) -> Error {
    Error::Refused { message: format!("The column '{}' does not hold {what}.", subject.column.name) }
}
