//! Linked tables: joined where their columns are wanted, looked into where only their rows count.

use super::filter;
use super::places::{Places, column};
use crate::sandbox::conditions::Face;
use crate::sandbox::fetchxml::Error;
use crate::sandbox::fetchxml::ast::{Link, LinkKind, Source};
use crate::sandbox::odata::sql::Fragment;
use crate::sandbox::schema::Table;
use crate::sandbox::store::quoted;

/// What stands behind FROM. `main` is the main table when more than its name is wanted there.
pub(super) fn from(
    places: &mut Places<'_>,
    entity: &Source,
    main: Option<String>,
) -> Result<Fragment, Error> {
    let main = main.unwrap_or_else(|| format!("{} AS t", quoted(&places.main().name)));
    let mut from = Fragment { sql: main, values: Vec::new() };
    // Conditions may name any of them, so all are there before the first is translated.
    let mut joined = Vec::new();
    enter(places, 0, &entity.links, &mut joined)?;
    for link in &joined {
        if link.parent == 0 {
            join(places, &joined, link, &mut from)?;
        }
    }
    Ok(from)
}

/// A link whose table is joined, with the places of both tables.
struct Joined<'a> {
    link: &'a Link,
    parent: usize,
    place: usize,
}

fn enter<'a>(
    places: &mut Places<'_>,
    parent: usize,
    links: &'a [Link],
    joined: &mut Vec<Joined<'a>>,
) -> Result<(), Error> {
    for link in links.iter().filter(|link| link.kind.is_joined()) {
        let place = places.add(link)?;
        joined.push(Joined { link, parent, place });
        enter(places, place, &link.source.links, joined)?;
    }
    Ok(())
}

fn join(
    places: &mut Places<'_>,
    all: &[Joined<'_>],
    of: &Joined<'_>,
    from: &mut Fragment,
) -> Result<(), Error> {
    let (table, alias) = (quoted(&places.at(of.place).table.name), places.at(of.place).alias.clone());
    let on = on(places, of)?;
    let children = || all.iter().filter(|child| child.parent == of.place);
    // What is below an optional row belongs to it: without the whole there is none of it.
    let together = of.link.kind == LinkKind::Outer && below(all, of.place);
    let word = if of.link.kind == LinkKind::Outer { "LEFT JOIN" } else { "JOIN" };
    if together {
        from.sql.push_str(&format!(" {word} ({table} AS {alias}"));
        for child in children() {
            join(places, all, child, from)?;
        }
        from.sql.push_str(&format!(") ON {}", on.sql));
        from.values.extend(on.values);
        return Ok(());
    }
    from.sql.push_str(&format!(" {word} {table} AS {alias} ON {}", on.sql));
    from.values.extend(on.values);
    children().try_for_each(|child| join(places, all, child, from))
}

/// Whether a link that must be there hangs below a place.
fn below(all: &[Joined<'_>], place: usize) -> bool {
    all.iter()
        .any(|child| child.parent == place && (child.link.kind != LinkKind::Outer || below(all, child.place)))
}

fn on(places: &mut Places<'_>, of: &Joined<'_>) -> Result<Fragment, Error> {
    if of.link.kind != LinkKind::First {
        return linked(places, of.parent, of.place, of.link);
    }
    // The row is found by its key, so that there is one of them.
    let (table, key) = (quoted(&places.at(of.place).table.name), quoted(&places.at(of.place).table.key));
    let inner = places.alias();
    let outer = places.rename(of.place, inner.clone());
    let first = linked(places, of.parent, of.place, of.link);
    places.rename(of.place, outer.clone());
    let first = first?;
    Ok(Fragment {
        sql: format!(
            "{outer}.{key} = (SELECT {inner}.{key} FROM {table} AS {inner} WHERE {} ORDER BY {inner}.{key} LIMIT 1)",
            first.sql
        ),
        values: first.values,
    })
}

/// The rows of a link: those that refer to the row above, and pass the link's own filters.
fn linked(places: &mut Places<'_>, parent: usize, place: usize, link: &Link) -> Result<Fragment, Error> {
    let refers = refers(places, parent, place, link)?;
    let filter = filter::all(places, place, &link.source.filters)?;
    let looked_into = conditions(places, place, &link.source.links)?;
    Ok(filter::and(filter::and(refers, filter), looked_into))
}

fn refers(places: &Places<'_>, parent: usize, place: usize, link: &Link) -> Result<Fragment, Error> {
    let (above, below) = (places.at(parent), places.at(place));
    let (from, to) = (stored(below.table, &link.from)?, stored(above.table, &link.to)?);
    let sql = format!("{}.{} = {}.{}", below.alias, quoted(from), above.alias, quoted(to));
    Ok(Fragment { sql, values: Vec::new() })
}

fn stored<'a>(table: &'a Table, name: &str) -> Result<&'a str, Error> {
    match column(table, name)? {
        (column, Face::Value) => Ok(&column.name),
        _ => Err(Error::no_column(&table.name, name)),
    }
}

/// The conditions of the links that are only looked into.
pub(super) fn conditions(places: &mut Places<'_>, here: usize, links: &[Link]) -> Result<Fragment, Error> {
    let mut all = Fragment { sql: "1".to_owned(), values: Vec::new() };
    for link in links.iter().filter(|link| !link.kind.is_joined()) {
        all = filter::and(all, exists(places, here, link)?);
    }
    Ok(all)
}

/// Whether there are rows of a link.
pub(super) fn exists(places: &mut Places<'_>, here: usize, link: &Link) -> Result<Fragment, Error> {
    let known = places.len();
    let place = places.add(link)?;
    let mut inner = Fragment {
        sql: format!("{} AS {}", quoted(&places.at(place).table.name), places.at(place).alias),
        values: Vec::new(),
    };
    let mut joined = Vec::new();
    enter(places, place, &link.source.links, &mut joined)?;
    for of in joined.iter().filter(|of| of.parent == place) {
        join(places, &joined, of, &mut inner)?;
    }
    let refers = refers(places, here, place, link)?;
    let passes = linked(places, here, place, link)?;
    places.truncate(known);
    let there_is = |condition: Fragment| Fragment {
        sql: format!("EXISTS (SELECT 1 FROM {} WHERE {})", inner.sql, condition.sql),
        values: [inner.values.as_slice(), condition.values.as_slice()].concat(),
    };
    let not = |fragment: Fragment| Fragment { sql: format!("NOT {}", fragment.sql), ..fragment };
    Ok(match link.kind {
        LinkKind::NotAny => not(there_is(passes)),
        LinkKind::All => filter::and(there_is(refers), not(there_is(passes))),
        _ => there_is(passes),
    })
}
