//! The columns of an answer whose rows are groups of rows.

use super::places::{Places, column};
use super::{Content, Output, Query};
use crate::sandbox::conditions::{period_sql, shown};
use crate::sandbox::fetchxml::Error;
use crate::sandbox::fetchxml::ast::{Attribute, By, DatePart, Fetch, Function, Order, Purpose, Source};
use crate::sandbox::odata::seek::{SortKey, Storage};
use crate::sandbox::schema::{Column, Kind};
use crate::sandbox::store::{name_column, quoted, type_column};

pub(super) fn outputs<'a>(places: &Places<'a>, fetch: &'a Fetch, query: &mut Query<'a>) -> Result<(), Error> {
    source(places, 0, &fetch.entity, query)?;
    if query.outputs.is_empty() {
        return Err(Error::new(0x8004_111a, "An aggregate has no attribute to group or to aggregate."));
    }
    orders(&fetch.entity, query)?;
    for group in query.group.clone() {
        if !query.keys.iter().any(|key| key.sql == group) {
            query.keys.push(sorted(&group, false));
        }
    }
    Ok(())
}

fn source<'a>(places: &Places<'a>, here: usize, of: &'a Source, query: &mut Query<'a>) -> Result<(), Error> {
    if of.all {
        return Err(neither("all-attributes"));
    }
    for attribute in &of.attributes {
        add(places, here, attribute, query)?;
    }
    for link in of.links.iter().filter(|link| link.kind.is_joined()) {
        source(places, places.find(&link.alias)?, &link.source, query)?;
    }
    Ok(())
}

fn neither(name: &str) -> Error {
    Error::new(
        0x8004_1107,
        format!(
            "An attribute can not be requested when an aggregate operation has been specified and its neither groupby \
             not aggregate. NodeXml : {name}"
        ),
    )
}

fn add<'a>(
    places: &Places<'a>,
    here: usize,
    attribute: &Attribute,
    query: &mut Query<'a>,
) -> Result<(), Error> {
    let place = places.at(here);
    let (column, _) = column(place.table, &attribute.name)?;
    let sql = |name: &str| format!("{}.{}", place.alias, quoted(name));
    let value = sql(&column.name);
    let Some(alias) = &attribute.alias else {
        if attribute.purpose == Purpose::Show {
            return Err(neither(&attribute.name));
        }
        let message = format!("The attribute '{}' of an aggregate has no alias.", attribute.name);
        return Err(Error::new(0x8004_110b, message));
    };
    if query.outputs.iter().any(|output| output.property == *alias) {
        return Err(Error::new(0x8004_1109, format!("The alias '{alias}' is used more than once.")));
    }
    let (expression, content) = match attribute.purpose {
        Purpose::Show => return Err(neither(&attribute.name)),
        Purpose::Group => (value.clone(), Content::Column(column)),
        Purpose::GroupDate(part) => date_part(column, &value, part)?,
        Purpose::Aggregate { function, distinct } => aggregated(column, &value, function, distinct)?,
    };
    if !matches!(attribute.purpose, Purpose::Aggregate { .. }) {
        query.group.push(expression.clone());
    }
    let at = query.read(expression);
    let lookup = attribute.purpose == Purpose::Group && column.is_lookup();
    let name_at = lookup.then(|| query.read(format!("MIN({})", sql(&name_column(column)))));
    let polymorphic = lookup && column.is_polymorphic();
    let type_at = polymorphic.then(|| query.read(format!("MIN({})", sql(&type_column(column)))));
    query.outputs.push(Output {
        property: alias.clone(),
        content,
        renamed: true,
        name: column.name.clone(),
        at,
        name_at,
        type_at,
        currency_at: None,
    });
    Ok(())
}

fn aggregated<'a>(
    column: &'a Column,
    value: &str,
    function: Function,
    distinct: bool,
) -> Result<(String, Content<'a>), Error> {
    let number = matches!(
        column.kind,
        Kind::Whole { .. } | Kind::BigInt | Kind::Decimal { .. } | Kind::Money { .. } | Kind::Double { .. }
    );
    let fits = match function {
        Function::Count | Function::CountColumn => true,
        Function::Sum | Function::Avg => number,
        Function::Min | Function::Max => number || matches!(column.kind, Kind::DateTime { .. }),
    };
    if !fits {
        return Err(Error::new(
            0x8004_111a,
            format!("The aggregate is not supported for the column '{}'.", column.name),
        ));
    }
    let each = if distinct { format!("DISTINCT {value}") } else { value.to_owned() };
    let content = Content::Column(column);
    Ok(match function {
        Function::Count => ("COUNT(*)".to_owned(), Content::Number),
        Function::CountColumn => (format!("COUNT({each})"), Content::Number),
        Function::Sum => (format!("SUM({each})"), content),
        Function::Avg if matches!(column.kind, Kind::Double { .. }) => (format!("AVG({each})"), content),
        // The average of whole numbers is a whole number, as in SQL Server; amounts are whole ten-thousandths.
        Function::Avg => (format!("(SUM({each}) / COUNT({each}))"), content),
        Function::Min => (format!("MIN({value})"), content),
        Function::Max => (format!("MAX({value})"), content),
    })
}

/// A part of a date as a number. Weeks begin on Sunday, the first one on the first day of the year.
fn date_part<'a>(column: &'a Column, value: &str, part: DatePart) -> Result<(String, Content<'a>), Error> {
    if !matches!(column.kind, Kind::DateTime { .. }) {
        return Err(Error::argument(format!(
            "The column '{}' holds no date and cannot be grouped by parts of one.",
            column.name
        )));
    }
    let time = |format: &str| format!("CAST(strftime('{format}', {value}, 'unixepoch') AS INTEGER)");
    let year = time("%Y");
    Ok(match part {
        DatePart::Day => (time("%d"), Content::Number),
        DatePart::Month => (time("%m"), Content::Number),
        DatePart::Year => (year, Content::Number),
        DatePart::Quarter => (period_sql(value), Content::Number),
        DatePart::Week => {
            let first = format!("CAST(strftime('%w', {value}, 'unixepoch', 'start of year') AS INTEGER)");
            (format!("(({} - 1 + {first}) / 7 + 1)", time("%j")), Content::Number)
        }
        DatePart::FiscalYear => (year, Content::FiscalYear),
        DatePart::FiscalPeriod => (format!("({year} * 10 + {})", period_sql(value)), Content::FiscalPeriod),
    })
}

/// Groups are ordered by what is shown under an alias.
fn orders(source: &Source, query: &mut Query<'_>) -> Result<(), Error> {
    for Order { by, descending } in &source.orders {
        let By::Alias(alias) = by else {
            let message = "An order of an aggregate names an alias, not an attribute.";
            return Err(Error::new(0x8004_1121, message));
        };
        let output = query.outputs.iter().find(|output| output.property == *alias);
        let output = output.ok_or_else(|| Error::no_alias(alias))?;
        let value = &query.select[output.at];
        let sql = match (output.name_at, output.content) {
            (Some(name), _) => query.select[name].clone(),
            (None, Content::Column(column)) if query.group.contains(value) => label(value, column),
            _ => value.clone(),
        };
        query.keys.push(sorted(&sql, *descending));
    }
    source.links.iter().filter(|link| link.kind.is_joined()).try_for_each(|link| orders(&link.source, query))
}

/// A choice is ordered by its label.
fn label(value: &str, column: &Column) -> String {
    match (column.kind, value.split_once('.')) {
        (Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. }, Some((alias, _))) => {
            shown(alias, column)
        }
        _ => value.to_owned(),
    }
}

fn sorted(sql: &str, descending: bool) -> SortKey {
    SortKey {
        name: String::new(),
        sql: sql.to_owned(),
        descending,
        nullable: true,
        storage: Storage::Integer,
    }
}
