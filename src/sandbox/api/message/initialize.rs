//! A row that could be made from another one, filled as far as the other can tell.

use rusqlite::Connection;
use rusqlite::types::Value;
use serde_json::{Map, Value as Json};

use super::declare::{Message, Of, function, may, needs};
use super::entity::Entity;
use super::given::{Given, Object};
use super::{ApiError, NAMESPACE, Reply, Result};
use crate::sandbox::api::access::Right;
use crate::sandbox::api::format;
use crate::sandbox::schema::{Column, Table};
use crate::sandbox::store::{quoted, type_column};

pub(super) const MESSAGES: &[Message] = &[function(
    "InitializeFrom",
    &[
        needs("EntityMoniker", Of::AnyRow),
        needs("TargetEntityName", Of::Text),
        may("TargetFieldType", Of::Type("TargetFieldType")),
        may("SkipParentalRelationshipMapping", Of::YesNo),
    ],
    &[],
    initialize_from,
)];

/// What a row made from another one of its kind takes over.
const MAPPED: &[(&str, &[&str])] = &[
    (
        "incident",
        &["customerid", "primarycontactid", "productid", "subjectid", "casetypecode", "caseorigincode"],
    ),
    (
        "account",
        &[
            "transactioncurrencyid",
            "address1_line1",
            "address1_city",
            "address1_postalcode",
            "address1_country",
        ],
    ),
    ("contact", &["parentcustomerid", "transactioncurrencyid"]),
];

fn initialize_from(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let source = given.row("EntityMoniker")?;
    let name = given.text("TargetEntityName");
    let target = call.schema().table(name).ok_or_else(|| {
        ApiError::bad(
            0x8004_1102,
            format!("The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."),
        )
    })?;
    call.require(Right::Read, source.table)?;
    let mut row = Map::new();
    let set = target.declared.set;
    row.insert("@odata.context".to_owned(), format!("{}/$metadata#{set}/$entity", call.root).into());
    row.insert("@odata.type".to_owned(), format!("#{NAMESPACE}{}", target.name).into());
    if !given.yes("SkipParentalRelationshipMapping")
        && let Some((nav, address)) = parent(&source, target)
    {
        row.insert(format!("{nav}@odata.bind"), address.into());
    }
    if source.table.name == target.name {
        let mapped =
            MAPPED.iter().find(|(table, _)| *table == target.name).map_or(&[][..], |(_, columns)| columns);
        call.read(|connection| {
            for column in mapped.iter().filter_map(|name| target.column(name)) {
                take_over(connection, given, &source, column, &mut row)?;
            }
            Ok(())
        })?;
    }
    Ok(Reply::value(&Json::Object(row)))
}

/// The lookup of the new row by which it would hang on the source, parental relationships first.
fn parent(source: &Entity<'_>, target: &Table) -> Option<(String, String)> {
    use crate::sandbox::schema::OnDelete;
    let mut to_source: Vec<_> = target
        .relationships()
        .filter(|other| {
            other.target.table == source.table.name && other.column.create && !other.column.is_owner()
        })
        .collect();
    to_source.sort_by_key(|other| {
        (other.target.on_delete != OnDelete::Cascade, !other.column.name.starts_with("parent"))
    });
    let first = to_source.first()?;
    Some((first.target.nav.clone(), source.address().trim_start_matches('/').to_owned()))
}

fn take_over(
    connection: &Connection,
    given: &Given<'_>,
    source: &Entity<'_>,
    column: &Column,
    row: &mut Object,
) -> Result<()> {
    let kind = if column.is_polymorphic() { quoted(&type_column(column)) } else { "NULL".to_owned() };
    let sql = format!(
        "SELECT {}, {kind} FROM {} WHERE {} = ?1",
        quoted(&column.name),
        quoted(&source.table.name),
        quoted(&source.table.key)
    );
    let (value, kind): (Value, Option<String>) = connection
        .prepare_cached(&sql)?
        .query_row([source.id.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    match value {
        Value::Null => {}
        Value::Blob(id) if column.is_lookup() => {
            let target =
                column.targets.iter().find(|target| kind.as_ref().is_none_or(|kind| *kind == target.table));
            let set = target
                .and_then(|target| given.call.schema().table(&target.table))
                .map(|table| table.declared.set);
            if let (Some(target), Some(set), Ok(id)) = (target, set, uuid::Uuid::from_slice(&id)) {
                row.insert(format!("{}@odata.bind", target.nav), format!("{set}({id})").into());
            }
        }
        value => {
            let mut out = Vec::new();
            format::json(&mut out, column, (&value).into());
            row.insert(column.name.clone(), serde_json::from_slice(&out).unwrap_or(Json::Null));
        }
    }
    Ok(())
}
