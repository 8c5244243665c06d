//! Rows and their edits in the tables of the journal.

use std::borrow::Cow;
use std::path::Path;

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::file::damaged;
use super::{Entry, Error, Fate, KeptEdit, KeptRow, Owner, operations};
use crate::dataverse::{Change, ColumnName, Row, RowId, SetName, Table, TableName};

/// The number of an owner; a new one gets one.
pub(super) fn owner(db: &Connection, owner: &Owner) -> Result<i64, Error> {
    let key = params![owner.environment, owner.user_id];
    let find = "SELECT n FROM owner WHERE environment = ? AND user_id = ?";
    if let Some(number) = db.query_row(find, key, |row| row.get(0)).optional()? {
        return Ok(number);
    }
    // Another process may have been quicker.
    db.execute("INSERT INTO owner (environment, user_id) VALUES (?, ?) ON CONFLICT DO NOTHING", key)?;
    Ok(db.query_row(find, key, |row| row.get(0))?)
}

/// How many changes wait.
pub(super) fn count(db: &Connection, owner: i64) -> Result<usize, Error> {
    let count = "SELECT count(*) FROM edit JOIN row ON row.n = edit.row WHERE owner = ?";
    let count: u32 = db.query_row(count, [owner], |row| row.get(0))?;
    Ok(count as usize + operations::count(db, owner)?)
}

/// All rows with changes, in the order they were staged.
///
/// # Errors
///
/// [`Error::Damaged`] when something makes no sense.
pub(super) fn read(db: &Connection, owner: i64, path: &Path) -> Result<Vec<KeptRow>, Error> {
    let mut rows = db.prepare(
        "SELECT row.n, definition.json, id, name, row.json, etag, fate, included
         FROM row JOIN definition ON definition.n = row.definition WHERE owner = ? ORDER BY row.n",
    )?;
    let mut edits = db.prepare(
        "SELECT name, label, kind, value, coalesce(text, value) FROM edit WHERE row = ? ORDER BY n",
    )?;
    let mut found = rows.query([owner])?;
    let mut kept = Vec::new();
    while let Some(row) = found.next()? {
        let table: String = row.get(1)?;
        let table: Table =
            serde_json::from_str(&table).map_err(|error| damaged(path, &format!("a table: {error}")))?;
        let (json, etag): (String, Option<String>) = (row.get(4)?, row.get(5)?);
        let read = Row::from_json(json).map_err(|error| damaged(path, &format!("a row: {error}")))?;
        let of_row = edits.query_map([row.get::<_, i64>(0)?], edit)?;
        kept.push(KeptRow {
            table,
            id: row.get::<_, Id>(2)?.0,
            name: row.get(3)?,
            row: match etag {
                Some(etag) => read.with_etag(etag),
                None => read,
            },
            fate: row.get(6)?,
            included: row.get(7)?,
            edits: of_row.collect::<Result<_, _>>()?,
        });
    }
    if kept.iter().flat_map(|row| &row.edits).any(|edit| !edit.change.is_well_formed()) {
        return Err(damaged(path, "a number is none"));
    }
    Ok(kept)
}

fn edit(row: &rusqlite::Row<'_>) -> rusqlite::Result<KeptEdit> {
    let (kind, value): (Kind, Option<String>) = (row.get(2)?, row.get(3)?);
    let change = match (kind, value) {
        (Kind::Null, None) => Change::Null,
        (Kind::Text, Some(text)) => Change::Text(text),
        (Kind::Number, Some(text)) => Change::Number(text),
        (Kind::YesNo, Some(text)) if text == "true" => Change::YesNo(true),
        (Kind::YesNo, Some(text)) if text == "false" => Change::YesNo(false),
        (Kind::Link, Some(text)) => linked(&text).ok_or(FromSqlError::InvalidType)?,
        _ => return Err(FromSqlError::InvalidType.into()),
    };
    let column: String = row.get(0)?;
    Ok(KeptEdit { column: ColumnName::new(column), label: row.get(1)?, change, text: row.get(4)? })
}

/// Makes the tables hold what an entry says, and writes no more than what differs.
pub(super) fn write(db: &Connection, owner: i64, entry: &Entry) -> Result<(), Error> {
    match entry {
        Entry::Kept(kept) => keep(db, owner, kept),
        Entry::Gone(table, id) => forget(db, owner, table, *id),
        Entry::Operation(kept) => operations::keep(db, owner, kept),
        Entry::OperationGone(id) => operations::forget(db, owner, *id),
    }
}

fn forget(db: &Connection, owner: i64, table: &TableName, id: RowId) -> Result<(), Error> {
    db.prepare_cached("DELETE FROM row WHERE owner = ? AND logical_name = ? AND id = ?")?
        .execute(params![owner, table.as_str(), Id(id)])?;
    Ok(())
}

fn keep(db: &Connection, owner: i64, kept: &KeptRow) -> Result<(), Error> {
    let definition = serde_json::to_string(&kept.table).map_err(std::io::Error::other)?;
    db.prepare_cached("INSERT INTO definition (json) VALUES (?) ON CONFLICT DO NOTHING")?
        .execute([&definition])?;
    let in_json = Row::from_json(kept.row.bytes().clone()).ok().and_then(|row| row.etag().map(Into::into));
    let etag = kept.row.etag().map(String::from).filter(|etag| in_json.as_ref() != Some(etag));
    db.prepare_cached(
        "INSERT INTO row (owner, definition, logical_name, id, name, json, etag, fate, included)
             VALUES (?1, (SELECT n FROM definition WHERE json = ?2), ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT DO UPDATE SET definition = excluded.definition, name = excluded.name,
             json = excluded.json, etag = excluded.etag, fate = excluded.fate, included = excluded.included
         WHERE (definition, name, json, etag, fate, included) IS NOT (excluded.definition, excluded.name,
             excluded.json, excluded.etag, excluded.fate, excluded.included)",
    )?
    .execute(params![
        owner,
        definition,
        kept.table.name.as_str(),
        Id(kept.id),
        kept.name,
        kept.row.json(),
        etag,
        kept.fate,
        kept.included
    ])?;
    let row: i64 = db
        .prepare_cached("SELECT n FROM row WHERE owner = ? AND logical_name = ? AND id = ?")?
        .query_row(params![owner, kept.table.name.as_str(), Id(kept.id)], |row| row.get(0))?;
    let names: Vec<&str> = kept.edits.iter().map(|edit| edit.column.as_str()).collect();
    let names = serde_json::to_string(&names).map_err(std::io::Error::other)?;
    db.prepare_cached("DELETE FROM edit WHERE row = ? AND name NOT IN (SELECT value FROM json_each(?))")?
        .execute(params![row, names])?;
    let mut write = db.prepare_cached(
        "INSERT INTO edit (row, name, label, kind, value, text) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET label = excluded.label, kind = excluded.kind, value = excluded.value,
             text = excluded.text
         WHERE (label, kind, value, text) IS NOT (excluded.label, excluded.kind, excluded.value, excluded.text)",
    )?;
    for edit in &kept.edits {
        let (kind, value) = match &edit.change {
            Change::Null => (Kind::Null, None),
            Change::Text(text) => (Kind::Text, Some(Cow::Borrowed(text.as_str()))),
            Change::Number(text) => (Kind::Number, Some(Cow::Borrowed(text.as_str()))),
            Change::YesNo(yes) => (Kind::YesNo, Some(Cow::Borrowed(if *yes { "true" } else { "false" }))),
            Change::Link { navigation, to } => (Kind::Link, Some(Cow::Owned(link(navigation, to.as_ref())?))),
        };
        let text = Some(edit.text.as_str()).filter(|text| value.as_deref() != Some(*text));
        write.execute(params![row, edit.column.as_str(), edit.label, kind, value, text])?;
    }
    Ok(())
}

/// A lookup as `["navigation property"]`, with set and id behind it when it points to a row.
fn link(navigation: &str, to: Option<&(SetName, RowId)>) -> Result<String, Error> {
    let mut parts = vec![navigation.to_owned()];
    parts.extend(to.into_iter().flat_map(|(set, id)| [set.to_string(), id.to_string()]));
    Ok(serde_json::to_string(&parts).map_err(std::io::Error::other)?)
}

fn linked(text: &str) -> Option<Change> {
    let parts: Vec<String> = serde_json::from_str(text).ok()?;
    let (navigation, to) = match parts.as_slice() {
        [navigation] => (navigation, None),
        [navigation, set, id] => (navigation, Some((SetName::new(set.as_str()), id.parse().ok()?))),
        _ => return None,
    };
    Some(Change::Link { navigation: navigation.clone(), to })
}

/// A row's key as its sixteen bytes.
struct Id(RowId);

impl ToSql for Id {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.0.0.as_bytes())))
    }
}

impl FromSql for Id {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let id = Uuid::from_slice(value.as_blob()?).map_err(|_| FromSqlError::InvalidType)?;
        Ok(Self(RowId(id)))
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Null,
    Text,
    Number,
    YesNo,
    Link,
}

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let all = [Self::Null, Self::Text, Self::Number, Self::YesNo, Self::Link];
        let number = value.as_i64()?;
        all.into_iter().find(|kind| *kind as i64 == number).ok_or(FromSqlError::OutOfRange(number))
    }
}

impl ToSql for Fate {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok((*self as i64).into())
    }
}

impl FromSql for Fate {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let all = [Self::Waiting, Self::Conflict, Self::Unknown];
        let number = value.as_i64()?;
        all.into_iter().find(|fate| *fate as i64 == number).ok_or(FromSqlError::OutOfRange(number))
    }
}
