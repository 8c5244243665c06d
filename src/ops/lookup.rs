//! The row that a lookup is to point to, from the words of a person.

use crate::dataverse::{
    Cell, Change, Client, Column, ColumnKind, Error, LookupPath, Query, RowId, RowQuery, Table, TableName,
    field,
};

/// A lookup to more tables than this is not searched: its table has to be named.
const MOST_TABLES: usize = 5;
/// So many rows of one name are told.
const TOLD: u32 = 6;

/// What a lookup will point to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What is sent.
    pub change: Change,
    /// What people call the row.
    pub text: String,
}

/// No row is meant, or more than one.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Unclear {
    /// What the matter is.
    pub what: String,
    /// What could be meant, one a line.
    pub candidates: Vec<String>,
    /// What to do.
    pub next: String,
}

/// Why a lookup cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It is not clear to what.
    #[error(transparent)]
    Unclear(#[from] Unclear),
    /// A request failed.
    #[error(transparent)]
    Dataverse(#[from] Error),
}

/// Finds the row that a lookup is to point to: `GUID`, `TABLE:GUID`, or a name that one row has, which may also have its
/// table before it. `paths` are those of the column's table ([`Client::lookup_paths`]).
///
/// A GUID of a lookup to one table is taken as it is. Everything else takes one request a table and one for its
/// names.
///
/// # Errors
///
/// [`Failure::Unclear`] for no row or several, and whatever a read may end with.
pub async fn find(
    client: &Client,
    paths: &[LookupPath],
    column: &Column,
    typed: &str,
) -> Result<Found, Failure> {
    let targets = match &column.kind {
        ColumnKind::Lookup { targets } => targets.as_slice(),
        _ => &[],
    };
    let (named, typed) = named_table(targets, typed.trim());
    let targets = named.map_or(targets, std::slice::from_ref);
    if targets.len() > MOST_TABLES {
        return Err(Failure::Unclear(Unclear {
            what: format!("{} can point to rows of {} tables", column.name, targets.len()),
            candidates: vec![targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")],
            next: format!("name the table: {}=TABLE:GUID or {}=TABLE:NAME", column.name, column.name),
        }));
    }
    let mut tables = Vec::new();
    for target in targets {
        tables.extend(client.table(target.as_str()).await?);
    }
    let hits = match typed.parse::<RowId>() {
        Ok(id) if let [only] = tables.as_slice() => vec![Hit { table: only, id, name: id.to_string() }],
        Ok(id) => by_id(client, &tables, id).await?,
        Err(_) => by_name(client, &tables, typed).await?,
    };
    let name = &column.name;
    match hits.as_slice() {
        [only] => Ok(Found {
            change: Change::Link {
                navigation: navigation(paths, column, &only.table.name)?,
                to: Some((only.table.set.clone(), only.id)),
            },
            text: only.name.clone(),
        }),
        [] => {
            let tables: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
            let tables = if tables.is_empty() { "any table".to_owned() } else { tables.join(" or ") };
            Err(Failure::Unclear(Unclear {
                what: format!("{name}: no row of {tables} is called `{typed}`"),
                candidates: vec![],
                next: format!(
                    "a name is compared as a whole; a row is named for certain by {name}=TABLE:GUID"
                ),
            }))
        }
        hits => Err(Failure::Unclear(Unclear {
            what: format!("{name}: several rows are called `{typed}`"),
            candidates: hits
                .iter()
                .map(|hit| format!("{}:{}  {}", hit.table.name, hit.id, hit.name))
                .collect(),
            next: format!("give one of them: {name}=TABLE:GUID"),
        })),
    }
}

/// The change that leaves a lookup without a row. `current` is what it points to now.
///
/// # Errors
///
/// [`Unclear`] when the environment names no way to write the column.
pub fn clear(paths: &[LookupPath], column: &Column, current: Option<&Cell<'_>>) -> Result<Change, Unclear> {
    let table = current.and_then(|cell| cell.table.as_deref()).map(TableName::from);
    let first = || paths.iter().find(|path| path.column == column.name).map(|path| path.target.clone());
    let table = table.or_else(first).unwrap_or_else(|| TableName::new(""));
    Ok(Change::Link { navigation: navigation(paths, column, &table)?, to: None })
}

struct Hit<'a> {
    table: &'a Table,
    id: RowId,
    name: String,
}

/// `account:Litware` names its table; a colon behind anything else belongs to the name.
fn named_table<'a, 't>(targets: &'a [TableName], typed: &'t str) -> (Option<&'a TableName>, &'t str) {
    let Some((before, rest)) = typed.split_once(':') else { return (None, typed) };
    let named = targets.iter().find(|target| target.as_str().eq_ignore_ascii_case(before.trim()));
    (named, if named.is_some() { rest.trim() } else { typed })
}

/// The property that writes the column when it points to this table.
fn navigation(paths: &[LookupPath], column: &Column, table: &TableName) -> Result<String, Unclear> {
    let of = |target: &str| {
        let mut paths = paths.iter().filter(|path| path.column == column.name);
        paths.find(|path| path.target.as_str() == target).map(|path| path.navigation.clone())
    };
    // The owner's relationship leads to `owner`, which is no table of its own.
    of(table.as_str()).or_else(|| of("owner")).ok_or_else(|| Unclear {
        what: format!("the environment names no relationship from {} to {table}", column.name),
        candidates: vec![],
        next: "the column cannot be set over the Web API".to_owned(),
    })
}

async fn by_id<'a>(client: &Client, tables: &'a [Table], id: RowId) -> Result<Vec<Hit<'a>>, Error> {
    for table in tables {
        let mut query = RowQuery::new(table.set.clone(), id);
        query.select =
            [&table.primary_id].into_iter().chain(&table.primary_name).map(ToString::to_string).collect();
        query.annotations = false;
        match client.row(&query).await {
            Ok(row) => {
                let name = table.primary_name.as_ref().and_then(|name| row.cell(name.as_str())?.raw_text());
                let name = name.map_or_else(|| id.to_string(), |name| name.into_owned());
                return Ok(vec![Hit { table, id, name }]);
            }
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(vec![])
}

async fn by_name<'a>(client: &Client, tables: &'a [Table], name: &str) -> Result<Vec<Hit<'a>>, Error> {
    let mut hits = Vec::new();
    for table in tables {
        let Some(column) = &table.primary_name else { continue };
        let query = Query::new(table.set.clone())
            .select([table.primary_id.as_str(), column.as_str()])
            .filter(field(column.as_str()).eq(name))
            .top(TOLD);
        let page = client.page(&query).await?;
        hits.extend(page.rows().filter_map(|row| {
            let name = row.cell(column.as_str())?.raw_text()?.into_owned();
            Some(Hit { table, id: row.id(&table.primary_id)?, name })
        }));
    }
    Ok(hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_behind_a_table_names_it_and_any_other_belongs_to_the_name() {
        let targets = [TableName::from("account"), TableName::from("contact")];
        assert_eq!(named_table(&targets, "Contact: Ada"), (Some(&targets[1]), "Ada"));
        assert_eq!(named_table(&targets, "Re: account"), (None, "Re: account"));
        assert_eq!(named_table(&targets, "account"), (None, "account"));
    }
}
