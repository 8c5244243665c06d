//! The audit trail: one row for each save, with what was there before.

use rusqlite::types::Value;
use rusqlite::{Transaction, params};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::Result;
use super::super::format;
use super::draft::Draft;
use crate::sandbox::schema::{Column, Kind, Table};
use crate::sandbox::store::type_column;

/// What happened to a row, by its number in the column `action`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sandbox::api) enum Action {
    Create = 1,
    Update = 2,
    Delete = 3,
    Activate = 4,
    Deactivate = 5,
    Cascade = 11,
    Merge = 12,
    Assign = 13,
    Share = 14,
    Close = 16,
    Cancel = 17,
    Complete = 18,
    Reopen = 21,
    ModifyShare = 48,
    Unshare = 49,
    AddToQueue = 52,
}

/// A column's value before and after a save, as text; lookups as `table,id`.
struct Change {
    column: String,
    before: Option<String>,
    after: Option<String>,
}

pub(super) fn created(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    draft: &Draft<'_>,
    id: Uuid,
) -> Result<()> {
    save(call, transaction, draft, id, Action::Create)
}

/// A change of a row. What it was follows from the columns.
pub(super) fn changed(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    draft: &Draft<'_>,
    id: Uuid,
) -> Result<()> {
    save(call, transaction, draft, id, action(draft))
}

/// Whether the organization has its trail on.
fn is_kept(transaction: &Transaction<'_>) -> Result<bool> {
    let mut statement =
        transaction.prepare_cached("SELECT 1 FROM organization WHERE isauditenabled = 0 LIMIT 1")?;
    Ok(!statement.exists([])?)
}

pub(super) fn save(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    draft: &Draft<'_>,
    id: Uuid,
    action: Action,
) -> Result<()> {
    if !draft.table.is_audited() || !is_kept(transaction)? {
        return Ok(());
    }
    let changes: Vec<_> = draft.differences().filter(|column| kept(draft.table, column)).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let changes = changes.into_iter().map(|column| {
        let kind = type_column(column);
        Change {
            column: column.name.clone(),
            before: text(column, draft.before(&column.name), draft.before(&kind)),
            after: text(column, draft.get(&column.name), draft.get(&kind)),
        }
    });
    let changes: Vec<_> = changes.collect();
    let name = draft.text(draft.table.declared.primary_name);
    write(call, transaction, (draft.table, id, name), action, &changes)
}

/// A row that is about to go.
pub(super) fn removed(call: &Call<'_>, transaction: &Transaction<'_>, table: &Table, id: Uuid) -> Result<()> {
    if !table.is_audited() || !is_kept(transaction)? {
        return Ok(());
    }
    let draft = Draft::of(transaction, table, id)?;
    let columns = table.stored().filter(|column| kept(table, column) && !draft.is_null(&column.name));
    let changes = columns.map(|column| Change {
        column: column.name.clone(),
        before: text(column, draft.before(&column.name), draft.before(&type_column(column))),
        after: None,
    });
    let changes: Vec<_> = changes.collect();
    write(call, transaction, (table, id, draft.text(table.declared.primary_name)), Action::Delete, &changes)
}

/// Something that happened to a row and changed none of its columns.
pub(in crate::sandbox::api) fn event(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    id: Uuid,
    action: Action,
) -> Result<()> {
    if !table.is_audited() || !is_kept(transaction)? {
        return Ok(());
    }
    let draft = Draft::of(transaction, table, id)?;
    write(call, transaction, (table, id, draft.text(table.declared.primary_name)), action, &[])
}

/// Whether a column's changes are worth a line. Who saved the row and when is in the trail itself, and the bytes of
/// files would double the store.
fn kept(table: &Table, column: &Column) -> bool {
    let left_out = [
        "activitytypecode",
        "body",
        "createdby",
        "createdon",
        "documentbody",
        "modifiedby",
        "modifiedon",
        "modifiedonbehalfby",
        "owningbusinessunit",
        "owningteam",
        "owninguser",
        "versionnumber",
    ];
    let picture = matches!(column.kind, Kind::Image | Kind::File { .. }) || column.attribute_of.is_some();
    column.name != table.key && !picture && !left_out.contains(&column.name.as_str())
}

fn action(draft: &Draft<'_>) -> Action {
    let moved = |name: &str| draft.changes(name) && draft.before(name) != draft.get(name);
    if moved("statecode") {
        let activity = draft.table.is_activity();
        return match (draft.number("statecode"), draft.table.name.as_str()) {
            (Some(0), "incident") => Action::Reopen,
            (Some(1), "incident") => Action::Close,
            (Some(2), "incident") => Action::Cancel,
            (Some(1), _) if activity => Action::Complete,
            (Some(2), _) if activity => Action::Cancel,
            (Some(0), _) => Action::Activate,
            _ => Action::Deactivate,
        };
    }
    if moved("ownerid") { Action::Assign } else { Action::Update }
}

fn text(column: &Column, value: &Value, kind: &Value) -> Option<String> {
    match (value, kind) {
        (Value::Null, _) => None,
        (Value::Text(text), _) => Some(text.clone()),
        (Value::Blob(id), kind) if column.is_lookup() => {
            let table = match kind {
                Value::Text(table) => table.as_str(),
                _ => column.targets.first().map_or("", |target| target.table.as_str()),
            };
            Some(format!("{table},{}", Uuid::from_slice(id).unwrap_or_default()))
        }
        (value, _) => {
            let mut out = Vec::new();
            format::json(&mut out, column, value.into());
            Some(String::from_utf8_lossy(&out).trim_matches('"').to_owned())
        }
    }
}

fn write(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    (table, id, name): (&Table, Uuid, Option<&str>),
    action: Action,
    changes: &[Change],
) -> Result<()> {
    let version: i64 = transaction
        .prepare_cached("SELECT value FROM counter WHERE name = 'version'")?
        .query_row([], |row| row.get(0))?;
    let last: Option<i64> =
        transaction.prepare_cached("SELECT MAX(rowid) FROM audit")?.query_row([], |row| row.get(0))?;
    let mut mask = String::from(",");
    for change in changes {
        let number = table.columns.iter().position(|column| column.name == change.column);
        mask.push_str(&format!("{},", number.unwrap_or_default() + 1));
    }
    let attributes: Vec<Json> = changes
        .iter()
        .map(|change| {
            json!({ "logicalName": change.column, "oldValue": change.before, "newValue": change.after })
        })
        .collect();
    let operation = match action {
        Action::Create => 1,
        Action::Delete => 3,
        _ => 2,
    };
    let behind = call.principal.behind.as_deref();
    transaction
        .prepare_cached(
            "INSERT INTO audit (auditid, action, operation, createdon, userid, userid__name, callinguserid, \
             callinguserid__name, objectid, objectid__name, objectid__type, objecttypecode, attributemask, \
             changedata, transactionid, versionnumber) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, ?12, ?13, ?14, ?15)",
        )?
        .execute(params![
            in_order(call.now, last.unwrap_or_default() + 1).as_bytes().as_slice(),
            action as i64,
            operation,
            call.now,
            call.principal.id.as_bytes().as_slice(),
            call.principal.name,
            behind.map(|behind| behind.id.as_bytes().to_vec()),
            behind.map(|behind| behind.name.as_str()),
            id.as_bytes().as_slice(),
            name,
            table.name,
            mask,
            json!({ "changedAttributes": attributes }).to_string(),
            Uuid::new_v4().as_bytes().as_slice(),
            version,
        ])?;
    Ok(())
}

/// An id that sorts by time, so that rows of one second come in the order in which they were written.
fn in_order(now: i64, number: i64) -> Uuid {
    let time = (now as u64).wrapping_mul(1000) << 16;
    Uuid::from_u64_pair(time | 0x7000, 0x8000_0000_0000_0000 | number as u64)
}
