//! The rows that duplicate detection finds for a row that is not there yet.

use rusqlite::params;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::declare::{Message, Of, function, may, needs};
use super::given::Given;
use super::{ApiError, NAMESPACE, Reply, Result};
use crate::sandbox::api::access::Right;
use crate::sandbox::api::read::One;
use crate::sandbox::api::write::duplicate_rule;
use crate::sandbox::odata::options::Options;
use crate::sandbox::store::quoted;

/// Rows of a page at most.
const LIMIT: i64 = 5000;

pub(super) const MESSAGES: &[Message] = &[function(
    "RetrieveDuplicates",
    &[
        needs("BusinessEntity", Of::AnyRow),
        needs("MatchingEntityName", Of::Text),
        may("PagingInfo", Of::Type("PagingInfo")),
    ],
    &[],
    retrieve,
)];

/// Rules compare rows of one table with each other here: of any other table none match.
fn retrieve(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let name = given.text("MatchingEntityName");
    let table = call.schema().table(name).ok_or_else(|| {
        ApiError::bad(
            0x8004_1102,
            format!("The entity with a name = '{name}' with namemapping = 'Logical' was not found in the MetadataCache."),
        )
    })?;
    call.require(Right::Read, table)?;
    let entity = given.object("BusinessEntity");
    let text = |name: &str| entity.and_then(|entity| entity.get(name)).and_then(Json::as_str);
    let of = text("@odata.type").map(|of| of.trim_start_matches('#').trim_start_matches(NAMESPACE));
    let of = of.ok_or_else(|| {
        ApiError::bad(0x8004_0203, "Invalid argument. The parameter 'BusinessEntity' needs '@odata.type'.")
    })?;
    let value =
        duplicate_rule(&table.name).filter(|_| of == table.name).and_then(|rule| Some((rule, text(rule)?)));
    let mut found = Vec::new();
    if let Some((column, value)) = value {
        let own = text(&table.key).and_then(|id| id.parse::<Uuid>().ok()).unwrap_or_default();
        let count = given.object("PagingInfo").and_then(|info| info.get("Count")).and_then(Json::as_i64);
        let sql = format!(
            "SELECT {0} FROM {1} WHERE {2} = ?1 AND statecode = 0 AND {0} <> ?2 ORDER BY createdon, versionnumber LIMIT ?3",
            quoted(&table.key),
            quoted(&table.name),
            quoted(column)
        );
        let options = Options::default();
        let one = One::plan(call, table, &options)?;
        found = call.read(|connection| {
            let ids = connection
                .prepare_cached(&sql)?
                .query_map(params![value, own.as_bytes().as_slice(), count.unwrap_or(LIMIT)], |row| {
                    row.get(0)
                })?
                .collect::<rusqlite::Result<Vec<Vec<u8>>>>()?;
            let ids = ids.iter().filter_map(|id| Uuid::from_slice(id).ok());
            ids.map(|id| Ok(one.read(call, connection, id)?.0)).collect::<Result<Vec<Vec<u8>>>>()
        })?;
    }
    let rows = found.iter().map(|body| {
        let mut row: Map<String, Json> = serde_json::from_slice(body).unwrap_or_default();
        row.remove("@odata.context");
        row.insert("@odata.type".to_owned(), format!("#{NAMESPACE}{}", table.name).into());
        Json::Object(row)
    });
    let context = format!("{}/$metadata#{}", call.root, table.declared.set);
    Ok(Reply::value(&json!({ "@odata.context": context, "value": rows.collect::<Vec<_>>() })))
}
