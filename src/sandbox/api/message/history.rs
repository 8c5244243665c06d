//! The audit trail of a row, of one of its columns, and what one of its lines says.

use rusqlite::Connection;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::declare::{Message, Of, function, may, needs};
use super::given::Given;
use super::{ApiError, Call, NAMESPACE, Reply, Result, response};
use crate::sandbox::api::access::{AUDIT_HISTORY, Right};
use crate::sandbox::schema::{Column, Kind, Table};

/// Lines of a page at most.
const LIMIT: i64 = 5000;

pub(super) const MESSAGES: &[Message] = &[
    function(
        "RetrieveRecordChangeHistory",
        &[needs("Target", Of::AnyRow), may("PagingInfo", Of::Type("PagingInfo"))],
        &[("AuditDetailCollection", "Microsoft.Dynamics.CRM.AuditDetailCollection")],
        of_record,
    ),
    function(
        "RetrieveAttributeChangeHistory",
        &[
            needs("Target", Of::AnyRow),
            needs("AttributeLogicalName", Of::Text),
            may("PagingInfo", Of::Type("PagingInfo")),
        ],
        &[("AuditDetailCollection", "Microsoft.Dynamics.CRM.AuditDetailCollection")],
        of_attribute,
    ),
    function("RetrieveAuditDetails", &[], &[("AuditDetail", "Microsoft.Dynamics.CRM.AuditDetail")], details)
        .on(&["audit"]),
];

fn of_record(given: &Given<'_>) -> Result<Reply> {
    history(given, None)
}

fn of_attribute(given: &Given<'_>) -> Result<Reply> {
    let name = given.text("AttributeLogicalName");
    let target = given.row("Target")?;
    if target.table.column(name).is_none() {
        return Err(ApiError::bad(
            0x8004_1103,
            format!(
                "'{}' entity doesn't contain attribute with Name = '{name}' and NameMapping = 'Logical'.",
                target.table.name
            ),
        ));
    }
    history(given, Some(name))
}

/// Which lines are asked for.
struct Paging {
    page: i64,
    count: i64,
    total: bool,
}

impl Paging {
    fn of(given: &Given<'_>) -> Result<Paging> {
        let info = given.object("PagingInfo");
        let number = |name: &str| info.and_then(|info| info.get(name)).and_then(Json::as_i64);
        let total = info.and_then(|info| info.get("ReturnTotalRecordCount")).and_then(Json::as_bool);
        let paging = Paging {
            page: number("PageNumber").unwrap_or(1),
            count: number("Count").filter(|count| *count != 0).unwrap_or(LIMIT).min(LIMIT),
            total: total.unwrap_or_default(),
        };
        match paging.page >= 1 && paging.page <= i64::from(i32::MAX) && paging.count > 0 {
            true => Ok(paging),
            false => Err(ApiError::bad(0x8004_112a, "Invalid page number in paging cookie.")),
        }
    }
}

/// Newest lines first. `attribute` keeps those that changed one column, and of these only that column.
fn history(given: &Given<'_>, attribute: Option<&str>) -> Result<Reply> {
    let call = given.call;
    let target = given.row("Target")?;
    call.require(Right::Read, target.table)?;
    call.require_privilege(AUDIT_HISTORY, target.table)?;
    let paging = Paging::of(given)?;
    let mut condition = "objectid = ?1 AND objectid__type = ?2".to_owned();
    let needle = attribute.map_or(String::new(), |name| format!("\"logicalName\":\"{name}\""));
    condition.push_str(if attribute.is_some() { " AND instr(changedata, ?3) > 0" } else { " AND ?3 = ''" });
    let (lines, total) = call.read(|connection| {
        let key = (target.id.as_bytes().as_slice(), target.table.name.as_str(), needle.as_str());
        let total: i64 = connection
            .prepare_cached(&format!("SELECT COUNT(*) FROM audit WHERE {condition}"))?
            .query_row(key, |row| row.get(0))?;
        let sql = format!(
            "SELECT action, changedata FROM audit WHERE {condition} ORDER BY rowid DESC LIMIT {} OFFSET {}",
            paging.count,
            (paging.page - 1) * paging.count
        );
        let lines = connection
            .prepare_cached(&sql)?
            .query_map(key, |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.unwrap_or_default())))?
            .collect::<rusqlite::Result<Vec<(i64, String)>>>()?;
        Ok::<_, ApiError>((lines, total))
    })?;
    let details = lines.iter().map(|(action, data)| detail(target.table, *action, data, attribute));
    let more = paging.page * paging.count < total;
    let cookie = match more {
        true => format!("<cookie page=\"{}\"></cookie>", paging.page),
        false => String::new(),
    };
    let collection = json!({
        "MoreRecords": more,
        "PagingCookie": cookie,
        "TotalRecordCount": if paging.total { total } else { -1 },
        "AuditDetails": details.collect::<Vec<_>>(),
    });
    Ok(response(call, given.message.name, [("AuditDetailCollection", collection)]))
}

/// `GET /audits(id)/Microsoft.Dynamics.CRM.RetrieveAuditDetails()`.
fn details(given: &Given<'_>) -> Result<Reply> {
    let call = given.call;
    let line = given.bound()?;
    call.require(Right::Read, line.table)?;
    let (table, action, data) = call.read(|connection| line_of(call, connection, line.id))?;
    let detail = match table {
        Some(table) => detail(table, action, &data, None),
        None => bare(),
    };
    Ok(response(call, given.message.name, [("AuditDetail", detail)]))
}

fn line_of<'a>(
    call: &'a Call<'_>,
    connection: &Connection,
    id: Uuid,
) -> Result<(Option<&'a Table>, i64, String)> {
    let (name, action, data): (String, i64, Option<String>) = connection
        .prepare_cached("SELECT objecttypecode, action, changedata FROM audit WHERE auditid = ?1")?
        .query_row([id.as_bytes().as_slice()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok((call.schema().table(&name), action, data.unwrap_or_default()))
}

fn bare() -> Json {
    json!({ "@odata.type": format!("#{NAMESPACE}AuditDetail") })
}

/// One line with the values before and after. A new row has none before, a deleted one none after.
fn detail(table: &Table, action: i64, data: &str, attribute: Option<&str>) -> Json {
    let data: Json = serde_json::from_str(data).unwrap_or(Json::Null);
    let changes = data["changedAttributes"].as_array().map_or(&[][..], Vec::as_slice);
    if changes.is_empty() {
        return bare();
    }
    let side = |side: &str| {
        let mut values = Map::new();
        values.insert("@odata.type".to_owned(), format!("#{NAMESPACE}{}", table.name).into());
        for change in changes {
            let name = change["logicalName"].as_str().unwrap_or_default();
            let wanted = attribute.is_none_or(|wanted| wanted == name);
            if let (true, Some(column), Some(text)) = (wanted, table.column(name), change[side].as_str()) {
                values.insert(column.property(), value(column, text));
            }
        }
        Json::Object(values)
    };
    let mut detail = json!({
        "@odata.type": format!("#{NAMESPACE}AttributeAuditDetail"),
        "InvalidNewValueAttributes": [],
        "LocLabelLanguageCode": 0,
        "DeletedAttributes": { "Count": 0, "Keys": [], "Values": [] },
    });
    if action != 1 {
        detail["OldValue"] = side("oldValue");
    }
    if action != 3 {
        detail["NewValue"] = side("newValue");
    }
    detail
}

/// The text of the trail as a value of its column.
fn value(column: &Column, text: &str) -> Json {
    match column.kind {
        Kind::Lookup { .. } => text.split_once(',').map_or(text, |(_, id)| id).into(),
        Kind::Text { .. }
        | Kind::Memo { .. }
        | Kind::MultiChoice { .. }
        | Kind::DateTime { .. }
        | Kind::Id
        | Kind::EntityName
        | Kind::Virtual
        | Kind::Image
        | Kind::File { .. } => text.into(),
        _ => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
    }
}
