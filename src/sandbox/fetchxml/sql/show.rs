//! The columns of an answer whose rows are rows of tables.

use super::places::{Places, column};
use super::{Content, Output, Query};
use crate::sandbox::fetchxml::Error;
use crate::sandbox::fetchxml::ast::{Fetch, Purpose, Source};
use crate::sandbox::schema::{Column, Kind};
use crate::sandbox::store::{name_column, quoted, type_column};

pub(super) fn outputs<'a>(places: &Places<'a>, fetch: &'a Fetch, query: &mut Query<'a>) -> Result<(), Error> {
    let table = places.main();
    let everything = !any_attribute(&fetch.entity);
    query.whole = everything || fetch.entity.all;
    source(places, 0, &fetch.entity, everything, query)?;
    if !query.distinct
        && let Some(key) = table.column(&table.key)
    {
        add(places, 0, key, None, query);
    }
    // Rows that are put together from several are no rows with a version of their own.
    if query.outputs.iter().any(|output| output.property == table.key) {
        query.version_at = Some(query.read("t.versionnumber".to_owned()));
    }
    Ok(())
}

fn any_attribute(source: &Source) -> bool {
    source.all || !source.attributes.is_empty() || source.links.iter().any(|link| any_attribute(&link.source))
}

fn source<'a>(
    places: &Places<'a>,
    here: usize,
    of: &'a Source,
    everything: bool,
    query: &mut Query<'a>,
) -> Result<(), Error> {
    let table = places.at(here).table;
    for attribute in &of.attributes {
        if attribute.purpose != Purpose::Show {
            let message =
                "An attribute of the query is grouped or aggregated, but the fetch is no aggregate.";
            return Err(Error::new(0x8004_111a, message));
        }
        let (column, _) = column(table, &attribute.name)?;
        add(places, here, column, attribute.alias.as_deref(), query);
    }
    if of.all || everything {
        for column in table.stored() {
            add(places, here, column, None, query);
        }
    }
    for link in of.links.iter().filter(|link| link.kind.is_joined()) {
        source(places, places.find(&link.alias)?, &link.source, false, query)?;
    }
    Ok(())
}

fn add<'a>(places: &Places<'a>, here: usize, column: &'a Column, alias: Option<&str>, query: &mut Query<'a>) {
    let place = places.at(here);
    let property = match alias {
        Some(alias) => alias.to_owned(),
        None if place.name.is_empty() => column.property(),
        None => format!("{}.{}", place.name, column.name),
    };
    if query.outputs.iter().any(|output| output.property == property) {
        return;
    }
    let sql = |name: &str| format!("{}.{}", place.alias, quoted(name));
    let at = query.read(sql(&column.name));
    let name_at = column.is_lookup().then(|| query.read(sql(&name_column(column))));
    let type_at = column.is_polymorphic().then(|| query.read(sql(&type_column(column))));
    let currency = place.table.column("transactioncurrencyid").filter(|_| {
        matches!(column.kind, Kind::Money { .. }) && column.calculation_of.is_none() && !query.distinct
    });
    let currency_at = currency.map(|currency| query.read(sql(&currency.name)));
    query.outputs.push(Output {
        renamed: alias.is_some() || !place.name.is_empty(),
        name: column.name.clone(),
        property,
        content: Content::Column(column),
        at,
        name_at,
        type_at,
        currency_at,
    });
}
