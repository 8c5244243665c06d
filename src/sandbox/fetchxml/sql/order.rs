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

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;
    use rusqlite::types::Value;

    use super::super::{Extra, Query};
    use crate::sandbox::fetchxml;
    use crate::sandbox::odata::seek::behind;
    use crate::sandbox::odata::sql::Context;
    use crate::sandbox::schema::Schema;
    use crate::sandbox::store::Store;

    #[test]
    fn a_page_far_down_is_found_by_an_index_and_needs_no_sort() {
        let schema = Schema::standard();
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("rows.db"), &schema, |_| Ok(())).unwrap();
        let context = Context { user: uuid::Uuid::nil(), now: 0 };
        let id = Value::Blob(vec![7; 16]);
        let (text, number) = (Value::Text("m".to_owned()), Value::Integer(5));
        let account = "<link-entity name='account' from='accountid' to='customerid' link-type='outer'/>";
        for (inner, last) in [
            ("", vec![id.clone()]),
            ("<order attribute='createdon' descending='true'/>", vec![number.clone(), id.clone()]),
            ("<order attribute='title'/>", vec![text.clone(), id.clone()]),
            ("<order attribute='title' descending='true'/>", vec![text.clone(), id.clone()]),
            ("<order attribute='title'/><order attribute='incidentid'/>", vec![text.clone(), id.clone()]),
            ("<order attribute='customerid'/>", vec![text.clone(), id.clone()]),
            ("<order attribute='ownerid' descending='true'/>", vec![text.clone(), id.clone()]),
            (account, vec![id.clone()]),
        ] {
            let fetch = fetchxml::fetch(&format!(
                "<fetch><entity name='incident'><attribute name='title'/>{inner}</entity></fetch>"
            ))
            .unwrap();
            let query = Query::new(&schema, &fetch, context, Extra::default()).unwrap();
            assert_eq!(query.keys.len(), last.len(), "{inner}");
            let read: rusqlite::Result<()> = store.read(|connection| {
                for range in behind(&query.keys, &last) {
                    let rows = query.rows(&[&range], 51, 0);
                    let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {}", rows.sql))?;
                    let steps = statement
                        .query_map(params_from_iter(&rows.values), |row| row.get::<_, String>(3))?
                        .collect::<rusqlite::Result<Vec<_>>>()?
                        .join("; ");
                    assert!(steps.starts_with("SEARCH t USING"), "{}: {steps}", rows.sql);
                    assert!(
                        !steps.contains("TEMP B-TREE") && !steps.contains("SCAN"),
                        "{}: {steps}",
                        rows.sql
                    );
                }
                Ok(())
            });
            read.unwrap();
        }
    }
}
