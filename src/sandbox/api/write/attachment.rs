//! Columns that follow when a file or an image comes or goes, and the bytes behind them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction};
use uuid::Uuid;

use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::file::media;
use super::super::read;
use super::draft::Draft;
use super::{Condition, keep};
use crate::sandbox::schema::{Column, IMAGE_KB, Kind, Table};
use crate::sandbox::store::files::{self, File};

/// 100-nanosecond units from the year 1 to 1970, which timestamps of images count from.
const EPOCH: i64 = 621_355_968_000_000_000;

/// Checks that a row is there and is the one that the headers mean.
pub(crate) fn may_attach(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    id: Uuid,
) -> Result<()> {
    let version = read::version(transaction, table, id)?;
    Condition::of(call).allows_update(version)
}

/// Makes a file, the bytes of which are all in the store, the value of its column. Tells the id it has there.
pub(crate) fn attach(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    file: &File,
) -> Result<Uuid> {
    may_attach(call, transaction, table, file.row)?;
    let mut draft = Draft::of(transaction, table, file.row)?;
    if !table.column(&file.column).is_some_and(|column| matches!(column.kind, Kind::Image)) {
        files::keep(transaction, file)?;
        draft.set_id(&file.column, file.id);
        draft.set_text(&format!("{}_name", file.column), file.name.clone());
        keep(call, transaction, &mut draft, file.row)?;
        return Ok(file.id);
    }
    let bytes = files::read(transaction, file.id, 0..file.size.unwrap_or_default())?;
    files::remove(transaction, file.id)?;
    draft.set_text(&file.column, STANDARD.encode(bytes));
    keep(call, transaction, &mut draft, file.row)?;
    let id = draft.id(&id_of(&file.column)).unwrap_or_default();
    if file.name != file.column {
        files::rename(transaction, id, &file.name)?;
    }
    Ok(id)
}

/// Empties the column of a file.
pub(crate) fn detach(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    file: &File,
) -> Result<()> {
    let mut draft = Draft::of(transaction, table, file.row)?;
    draft.set(&file.column, Value::Null);
    keep(call, transaction, &mut draft, file.row)
}

/// Sets what follows from the files and images that a draft changes.
pub(super) fn follow(call: &Call<'_>, connection: &Connection, draft: &mut Draft<'_>) -> Result<()> {
    let table = draft.table;
    let changed: Vec<_> = table.stored().filter(|column| draft.changes(&column.name)).collect();
    for column in changed {
        match column.kind {
            Kind::File { .. } if draft.is_null(&column.name) => {
                take_away(connection, draft, column)?;
                draft.set(&format!("{}_name", column.name), Value::Null);
            }
            Kind::Image => image(call, connection, draft, column)?,
            _ => {}
        }
    }
    Ok(())
}

fn id_of(image: &str) -> String {
    format!("{image}id")
}

fn take_away(connection: &Connection, draft: &Draft<'_>, column: &Column) -> Result<()> {
    let table = draft.table;
    if let Some(row) = draft.id(&table.key)
        && let Some(file) = files::held(connection, &table.name, row, &column.name)?
    {
        files::remove(connection, file.id)?;
    }
    Ok(())
}

/// The picture in the row is the one that came: there are no smaller ones here.
fn image(call: &Call<'_>, connection: &Connection, draft: &mut Draft<'_>, column: &Column) -> Result<()> {
    let table = draft.table;
    let name = &column.name;
    let (of_id, of_time, of_url) = (id_of(name), format!("{name}_timestamp"), format!("{name}_url"));
    let (Some(text), Some(row)) = (draft.text(name), draft.id(&table.key)) else {
        take_away(connection, draft, column)?;
        for of in [of_id, of_time, of_url] {
            draft.set(&of, Value::Null);
        }
        return Ok(());
    };
    let bytes = STANDARD.decode(text).map_err(|_| {
        ApiError::payload(table, format!("The value of '{name}' is not the base64 of an image."))
    })?;
    let size = bytes.len() as u64;
    if size > u64::from(IMAGE_KB) * 1024 {
        return Err(media::too_large(size));
    }
    let (mime, extension) = media::picture(&bytes).ok_or_else(|| {
        media::unusable(&format!(
            "Update image properties failed for objectid: {row}, logicalName: {}, attribute: {name}",
            table.name
        ))
    })?;
    let file = File {
        id: Uuid::new_v4(),
        table: table.name.clone(),
        row,
        column: name.clone(),
        name: format!("{name}.{extension}"),
        mime: mime.to_owned(),
        size: Some(size),
        opened: None,
    };
    take_away(connection, draft, column)?;
    files::add(connection, &file)?;
    files::put(connection, file.id, 0, &bytes)?;
    let now = call.now.saturating_mul(10_000_000).saturating_add(EPOCH);
    let time = draft.number(&of_time).map_or(now, |before| now.max(before.saturating_add(1)));
    draft.set_id(&of_id, file.id);
    draft.set(&of_time, Value::Integer(time));
    draft.set_text(
        &of_url,
        format!(
            "/Image/download.aspx?Entity={}&Attribute={name}&Id={}&Timestamp={time}",
            table.name, file.id
        ),
    );
    Ok(())
}
