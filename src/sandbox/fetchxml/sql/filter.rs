//! Filters as SQL.

use super::links;
use super::places::Places;
use crate::sandbox::conditions::{Hierarchy, Subject, translate};
use crate::sandbox::fetchxml::Error;
use crate::sandbox::fetchxml::ast::{Condition, Filter, Operand, Part};
use crate::sandbox::odata::literal::edm;
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::schema::Kind;

/// All of several filters.
pub(super) fn all(places: &mut Places<'_>, here: usize, filters: &[Filter]) -> Result<Fragment, Error> {
    let parts: Result<Vec<_>, _> = filters.iter().map(|filter| one(places, here, filter)).collect();
    Ok(joined(parts?, " AND "))
}

pub(super) fn and(left: Fragment, right: Fragment) -> Fragment {
    joined(vec![left, right], " AND ")
}

fn one(places: &mut Places<'_>, here: usize, filter: &Filter) -> Result<Fragment, Error> {
    let mut parts = Vec::with_capacity(filter.parts.len());
    for part in &filter.parts {
        match part {
            // A filter without conditions lets everything through and is no choice of an `or`.
            Part::Filter(filter) if filter.parts.is_empty() => {}
            Part::Filter(filter) => parts.push(one(places, here, filter)?),
            Part::Condition(of) => parts.push(condition(places, here, of)?),
            Part::Link(link) => parts.push(links::exists(places, here, link)?),
        }
    }
    Ok(joined(parts, if filter.any { " OR " } else { " AND " }))
}

fn joined(parts: Vec<Fragment>, word: &str) -> Fragment {
    let parts: Vec<_> = parts.into_iter().filter(|part| part.sql != "1").collect();
    if parts.is_empty() {
        return Fragment { sql: "1".to_owned(), values: Vec::new() };
    }
    let sql: Vec<_> = parts.iter().map(|part| part.sql.as_str()).collect();
    let sql = if sql.len() == 1 { sql.concat() } else { format!("({})", sql.join(word)) };
    Fragment { sql, values: parts.into_iter().flat_map(|part| part.values).collect() }
}

fn condition(places: &mut Places<'_>, here: usize, condition: &Condition) -> Result<Fragment, Error> {
    let subject = places.subject(here, &condition.column)?;
    let operator = condition.operator;
    match &condition.operand {
        Operand::Values(values) => {
            if operator.is_hierarchical()
                && let Some(of) = Hierarchy::of(places.schema, subject.table, subject.column)
            {
                places.note(of.table);
            }
            Ok(translate(places.schema, operator, &subject, values, places.context)?)
        }
        Operand::Column(other) => {
            let other = places.subject(here, other)?;
            if !comparable(&subject, &other) {
                return Err(Error::condition(format!(
                    "The columns '{}' and '{}' cannot be compared.",
                    subject.column.name, other.column.name
                )));
            }
            let symbol = operator.comparison().unwrap_or("=");
            Ok(Fragment { sql: format!("({} {symbol} {})", subject.sql(), other.sql()), values: Vec::new() })
        }
    }
}

/// Whether two columns hold values of one kind, in the same units.
fn comparable(left: &Subject<'_>, right: &Subject<'_>) -> bool {
    if left.face != right.face {
        return false;
    }
    let units = |kind| match kind {
        Kind::Decimal { precision, .. } => Some(precision),
        Kind::Money { .. } => Some(4),
        _ => None,
    };
    edm(left.column) == edm(right.column) && units(left.column.kind) == units(right.column.kind)
}
