//! Operations in the tables of the journal.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{Error, KeptOperation};
use crate::private_file;

/// How many wait.
pub(super) fn count(db: &Connection, owner: i64) -> Result<usize, Error> {
    let count: u32 =
        db.query_row("SELECT count(*) FROM operation WHERE owner = ?", [owner], |row| row.get(0))?;
    Ok(count as usize)
}

/// All of them, in the order they were staged.
pub(super) fn read(db: &Connection, owner: i64) -> Result<Vec<KeptOperation>, Error> {
    let mut found =
        db.prepare("SELECT id, json, fate, included FROM operation WHERE owner = ? ORDER BY n")?;
    let found = found.query_map([owner], |row| {
        let id: [u8; 16] = row.get(0)?;
        Ok(KeptOperation {
            id: Uuid::from_bytes(id),
            json: row.get(1)?,
            fate: row.get(2)?,
            included: row.get(3)?,
        })
    })?;
    Ok(found.collect::<Result<_, _>>()?)
}

pub(super) fn keep(db: &Connection, owner: i64, kept: &KeptOperation) -> Result<(), Error> {
    db.prepare_cached(
        "INSERT INTO operation (owner, id, json, fate, included) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET json = excluded.json, fate = excluded.fate, included = excluded.included
         WHERE (json, fate, included) IS NOT (excluded.json, excluded.fate, excluded.included)",
    )?
    .execute(params![owner, kept.id.as_bytes().as_slice(), kept.json, kept.fate, kept.included])?;
    Ok(())
}

pub(super) fn forget(db: &Connection, owner: i64, id: Uuid) -> Result<(), Error> {
    db.prepare_cached("DELETE FROM operation WHERE owner = ? AND id = ?")?
        .execute(params![owner, id.as_bytes().as_slice()])?;
    Ok(())
}

pub(super) fn set_aside(
    db: &Connection,
    owner: i64,
    operations: &[KeptOperation],
    aside: PathBuf,
) -> Result<PathBuf, Error> {
    let is_torn = fs::read(&aside).is_ok_and(|before| !before.is_empty() && !before.ends_with(b"\n"));
    let mut file = private_file::append(&aside)?;
    if is_torn {
        file.write_all(b"\n")?; // a process ended within its last line; those are written again below
    }
    for kept in operations {
        let line = serde_json::json!({ "id": kept.id, "operation": kept.json });
        file.write_all(format!("{line}\n").as_bytes())?;
    }
    file.sync_data()?;
    for kept in operations {
        forget(db, owner, kept.id)?;
    }
    Ok(aside)
}
