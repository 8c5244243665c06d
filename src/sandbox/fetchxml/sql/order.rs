//! Orders as sort keys, with keys of rows last, so that no two rows of an answer are equal.

use super::places::Places;
use crate::sandbox::conditions::{Face, Subject, shown};
use crate::sandbox::fetchxml::Error;
use crate::sandbox::fetchxml::ast::{By, Fetch, Reference, Source};
use crate::sandbox::odata::seek::{SortKey, Storage};
use crate::sandbox::schema::Kind;
use crate::sandbox::store::quoted;

/// The keys of a query that is no aggregate.
pub(super) fn keys(places: &Places<'_>, fetch: &Fetch) -> Result<Vec<SortKey>, Error> {
    let mut keys = Vec::new();
    of_source(places, fetch, 0, &fetch.entity, &mut keys)?;
    Ok(completed(places, fetch, keys))
}

fn of_source(
    places: &Places<'_>,
    fetch: &Fetch,
    here: usize,
    source: &Source,
    keys: &mut Vec<SortKey>,
) -> Result<(), Error> {
    for order in &source.orders {
        let (here, reference) = match &order.by {
            By::Column(reference) => (here, reference.clone()),
            By::Alias(alias) => aliased(places, 0, &fetch.entity, alias)
                .ok_or_else(|| Error::no_alias(alias))
                .map(|(here, name)| (here, Reference { entity: None, name }))?,
        };
        let subject = places.subject(here, &reference)?;
        let key = key(places, &subject, order.descending);
        if !keys.iter().any(|known| known.sql == key.sql) {
            keys.push(key);
        }
    }
    for link in source.links.iter().filter(|link| link.kind.is_joined()) {
        of_source(places, fetch, places.find(&link.alias)?, &link.source, keys)?;
    }
    Ok(())
}

/// The column that is shown under an alias.
fn aliased(places: &Places<'_>, here: usize, source: &Source, alias: &str) -> Option<(usize, String)> {
    let of = source.attributes.iter().find(|attribute| attribute.alias.as_deref() == Some(alias));
    if let Some(attribute) = of {
        return Some((here, attribute.name.clone()));
    }
    let mut links = source.links.iter().filter(|link| link.kind.is_joined());
    links.find_map(|link| aliased(places, places.find(&link.alias).ok()?, &link.source, alias))
}

/// Choices are ordered by label and lookups by the name they show.
fn key(places: &Places<'_>, subject: &Subject<'_>, descending: bool) -> SortKey {
    let column = subject.column;
    let by_text = match subject.face {
        Face::Value => {
            matches!(
                column.kind,
                Kind::Lookup { .. } | Kind::Choice { .. } | Kind::State { .. } | Kind::Status { .. }
            )
        }
        Face::Shown | Face::Table => true,
    };
    let sql = match subject.face {
        Face::Value if by_text => shown(&subject.alias, column),
        _ => subject.sql(),
    };
    let main = subject.alias == "t";
    let place = places.all().iter().find(|place| place.alias == subject.alias);
    let before = place.filter(|place| !place.name.is_empty()).map(|place| format!("{}.", place.name));
    SortKey {
        name: format!("{}{}", before.unwrap_or_default(), column.name),
        sql,
        descending,
        nullable: !main || column.name != subject.table.key,
        storage: if by_text { Storage::Text } else { Storage::of(column) },
    }
}

/// Adds the keys of the rows that an answer's row is made of: the main one's, and those of links that may bring
/// several rows to one. They go in the direction of the key before them, so that an index serves both directions.
pub(super) fn completed(places: &Places<'_>, fetch: &Fetch, mut keys: Vec<SortKey>) -> Vec<SortKey> {
    if fetch.distinct {
        return keys;
    }
    for place in places.all() {
        let sql = format!("{}.{}", place.alias, quoted(&place.table.key));
        let main = place.name.is_empty();
        if keys.iter().any(|key| key.sql == sql) || !main && place.single {
            continue;
        }
        let key = &place.table.key;
        keys.push(SortKey {
            name: if main { key.clone() } else { format!("{}.{key}", place.name) },
            sql,
            descending: keys.last().is_some_and(|key| key.descending),
            nullable: !main,
            storage: Storage::Blob,
        });
    }
    keys
}
