use rusqlite::types::Value;

use super::operator::{Arity, Operator};
use super::span::{self, Range};
use super::subject::Subject;
use super::{hierarchy, people, value};
use crate::sandbox::odata::Error;
use crate::sandbox::odata::sql::{Context, Fragment};
use crate::sandbox::schema::{Behavior, Kind, Schema};
use crate::sandbox::store::text::has_wildcards;

/// As many values as one condition takes.
const MAX_VALUES: usize = 2000;

/// A condition as SQL. Null is not equal to any value, so that what is negated lets null through.
pub(crate) fn translate(
    schema: &Schema,
    operator: Operator,
    subject: &Subject<'_>,
    values: &[String],
    context: Context,
) -> Result<Fragment, Error> {
    check_count(operator, subject, values)?;
    if operator.is_hierarchical() {
        return hierarchy::translate(schema, operator, subject, values);
    }
    if let Some(translated) = people::translate(operator, subject, context) {
        return translated;
    }
    let sql = subject.sql();
    let multi = matches!(subject.column.kind, Kind::MultiChoice { .. }) && subject.is_value();
    let text = || values.first().map_or("", String::as_str);
    match operator {
        Operator::Null => Ok(plain(format!("({sql} IS NULL)"))),
        Operator::NotNull => Ok(plain(format!("({sql} IS NOT NULL)"))),
        Operator::Like => Ok(like(subject, text(), false)),
        Operator::NotLike => Ok(like(subject, text(), true)),
        Operator::BeginsWith => Ok(like(subject, &format!("{}%", text()), false)),
        Operator::NotBeginWith => Ok(like(subject, &format!("{}%", text()), true)),
        Operator::EndsWith => Ok(like(subject, &format!("%{}", text()), false)),
        Operator::NotEndWith => Ok(like(subject, &format!("%{}", text()), true)),
        Operator::ContainValues => contains(subject, values, false),
        Operator::NotContainValues => contains(subject, values, true),
        Operator::Eq | Operator::In if multi => exactly(subject, values, false),
        Operator::Ne | Operator::NotIn if multi => exactly(subject, values, true),
        Operator::In | Operator::NotIn => {
            let places = vec!["?"; values.len()].join(", ");
            let values = stored(subject, values)?;
            let sql = match operator {
                Operator::In => format!("({sql} IN ({places}))"),
                _ => format!("({sql} IS NULL OR {sql} NOT IN ({places}))"),
            };
            Ok(Fragment { sql, values })
        }
        Operator::Between => {
            Ok(Fragment { sql: format!("({sql} BETWEEN ? AND ?)"), values: stored(subject, values)? })
        }
        Operator::NotBetween => {
            Ok(Fragment { sql: format!("({sql} NOT BETWEEN ? AND ?)"), values: stored(subject, values)? })
        }
        Operator::FiscalPeriod => {
            instants(subject)?;
            let period = span::period(values.first())?;
            let sql = format!("({} = ?)", span::period_sql(&sql));
            Ok(Fragment { sql, values: vec![Value::Integer(period)] })
        }
        Operator::During(span) => {
            let behavior = instants(subject)?;
            if span.is_of_the_clock() && behavior == Behavior::DateOnly {
                return Err(Error::Refused {
                    message: format!(
                        "The condition is not supported for the column '{}', which holds dates without a time.",
                        subject.column.name
                    ),
                });
            }
            Ok(within(&sql, span.range(context.now, values)?))
        }
        operator => {
            let symbol = operator.comparison().unwrap_or("=");
            Ok(Fragment { sql: format!("({sql} {symbol} ?)"), values: stored(subject, values)? })
        }
    }
}

fn check_count(operator: Operator, subject: &Subject<'_>, values: &[String]) -> Result<(), Error> {
    let fits = match operator.arity() {
        // Views often keep a value that their condition does not look at.
        Arity::None => true,
        Arity::One => values.len() == 1,
        Arity::Two => values.len() == 2,
        Arity::Many => !values.is_empty(),
    };
    if !fits {
        return Err(Error::Refused {
            message: format!(
                "The condition on the column '{}' has {} values, which is not as many as it needs.",
                subject.column.name,
                values.len()
            ),
        });
    }
    if values.len() > MAX_VALUES {
        return Err(Error::TooManyValues);
    }
    Ok(())
}

fn stored(subject: &Subject<'_>, values: &[String]) -> Result<Vec<Value>, Error> {
    values.iter().map(|text| value::stored(subject, text)).collect()
}

fn like(subject: &Subject<'_>, pattern: &str, negated: bool) -> Fragment {
    let sql = subject.text();
    let matches = format!("matches({sql}, ?)");
    let value = Value::Text(pattern.to_owned());
    if negated {
        return Fragment { sql: format!("(NOT {matches})"), values: vec![value] };
    }
    match pattern.strip_suffix('%') {
        // The bounds let an index find the beginning.
        Some(start) if subject.is_plain_text() && !start.is_empty() && !has_wildcards(start) => Fragment {
            sql: format!("({sql} >= ? AND {sql} < ? AND {matches})"),
            values: vec![Value::Text(start.to_owned()), Value::Text(format!("{start}\u{10ffff}")), value],
        },
        _ => Fragment { sql: matches, values: vec![value] },
    }
}

/// Whether a multi-choice column has one of the options.
fn contains(subject: &Subject<'_>, values: &[String], negated: bool) -> Result<Fragment, Error> {
    if !matches!(subject.column.kind, Kind::MultiChoice { .. }) || !subject.is_value() {
        return Err(Error::Refused {
            message: format!("The column '{}' does not hold several options.", subject.column.name),
        });
    }
    let choices = value::choices(subject, values)?;
    let any = vec![holds(subject); choices.len()].join(" OR ");
    let sql = if negated { format!("(NOT COALESCE({any}, 0))") } else { format!("({any})") };
    Ok(Fragment { sql, values: searched(&choices) })
}

/// Whether a multi-choice column has exactly these options, in whatever order they were written.
fn exactly(subject: &Subject<'_>, values: &[String], negated: bool) -> Result<Fragment, Error> {
    let choices = value::choices(subject, values)?;
    let sql = subject.sql();
    let commas = choices.len().saturating_sub(1);
    let mut all = vec![format!("length({sql}) - length(replace({sql}, ',', '')) = {commas}")];
    all.extend(vec![holds(subject); choices.len()]);
    let all = all.join(" AND ");
    let sql = if negated { format!("(NOT COALESCE({all}, 0))") } else { format!("({all})") };
    Ok(Fragment { sql, values: searched(&choices) })
}

fn holds(subject: &Subject<'_>) -> String {
    format!("instr(',' || {} || ',', ?) > 0", subject.sql())
}

fn searched(choices: &[i64]) -> Vec<Value> {
    choices.iter().map(|choice| Value::Text(format!(",{choice},"))).collect()
}

fn instants(subject: &Subject<'_>) -> Result<Behavior, Error> {
    match subject.column.kind {
        Kind::DateTime { behavior, .. } if subject.is_value() => Ok(behavior),
        _ => Err(Error::Value {
            message: format!("The column '{}' does not hold a date.", subject.column.name),
        }),
    }
}

fn within(sql: &str, range: Range) -> Fragment {
    let ends = [range.from.map(|from| (">=", from)), range.to.map(|to| ("<", to))];
    let ends: Vec<_> = ends.into_iter().flatten().collect();
    if ends.is_empty() {
        return plain(format!("({sql} IS NOT NULL)"));
    }
    let parts: Vec<_> = ends.iter().map(|(symbol, _)| format!("{sql} {symbol} ?")).collect();
    Fragment {
        sql: format!("({})", parts.join(" AND ")),
        values: ends.into_iter().map(|(_, end)| Value::Integer(end)).collect(),
    }
}

fn plain(sql: String) -> Fragment {
    Fragment { sql, values: Vec::new() }
}
