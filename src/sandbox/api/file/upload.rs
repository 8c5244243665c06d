//! Uploads: all bytes in one request, or a session of chunks.

use http::StatusCode;
use rusqlite::{Connection, Transaction};
use uuid::Uuid;

use super::super::access::Right;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::reply::Reply;
use super::super::write;
use super::{CHUNK, SINGLE, fits, invalid, media, name, range};
use crate::sandbox::schema::{Column, Kind, Table};
use crate::sandbox::store::files::{self, File};

/// How long an upload may take, in seconds, and how many may be under way. The oldest give way.
const AGE: i64 = 3600;
const MOST: u32 = 64;

/// `PATCH /accounts(id)/contoso_report`.
pub(super) fn upload(call: &Call<'_>, table: &Table, id: Uuid, column: &Column) -> Result<Reply> {
    call.require(Right::Write, table)?;
    if let Some(token) = call.query.get("sessiontoken") {
        return chunk(call, table, id, column, token);
    }
    let name = given(call, table, column)?;
    let chunked = call.header("x-ms-transfer-mode").is_some_and(|mode| mode.eq_ignore_ascii_case("chunked"));
    if chunked {
        return open(call, table, id, column, name);
    }
    let size = call.body.len() as u64;
    if size > SINGLE {
        return Err(ApiError::bad(0x8004_4a02, "Attachment file size is too big."));
    }
    fits(column, size)?;
    // Some clients say JSON of all they send.
    let kind =
        call.header("content-type").filter(|kind| !["application/json", media::UNKNOWN].contains(kind));
    let file = File { size: Some(size), ..upcoming(call, table, id, column, name, kind) };
    call.write(|transaction| {
        files::add(transaction, &file)?;
        files::put(transaction, file.id, 0, &call.body)?;
        write::attach(call, transaction, table, &file)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

/// The name of the file that a request brings. A picture needs none.
fn given(call: &Call<'_>, table: &Table, column: &Column) -> Result<String> {
    let name = match (name::given(call), column.kind) {
        (Some(name), _) => name,
        (None, Kind::Image) => column.name.clone(),
        (None, _) => String::new(),
    };
    name::check(table, column, &name)?;
    Ok(name)
}

/// A file that has just begun to come.
pub(super) fn upcoming(
    call: &Call<'_>,
    table: &Table,
    row: Uuid,
    column: &Column,
    name: String,
    kind: Option<&str>,
) -> File {
    let mime = kind.unwrap_or_else(|| media::by_name(&name)).to_owned();
    File {
        id: Uuid::new_v4(),
        table: table.name.clone(),
        row,
        column: column.name.clone(),
        name,
        mime,
        size: None,
        opened: Some(call.now),
    }
}

/// Begins an upload in chunks or blocks.
pub(super) fn begin(
    call: &Call<'_>,
    transaction: &Transaction<'_>,
    table: &Table,
    file: &File,
) -> Result<()> {
    write::may_attach(call, transaction, table, file.row)?;
    files::give_up(transaction, call.now - AGE, MOST - 1)?;
    Ok(files::add(transaction, file)?)
}

/// The upload that a token belongs to.
pub(super) fn under_way(call: &Call<'_>, connection: &Connection, token: &str) -> Result<File> {
    let file = token.parse().ok().map(|id| files::find(connection, id)).transpose()?.flatten();
    file.filter(|file| file.opened.is_some_and(|opened| opened >= call.now - AGE))
        .ok_or_else(|| invalid("The token belongs to no upload that is under way."))
}

fn open(call: &Call<'_>, table: &Table, id: Uuid, column: &Column, name: String) -> Result<Reply> {
    let file = upcoming(call, table, id, column, name, None);
    call.write(|transaction| begin(call, transaction, table, &file))?;
    let token = file.id.simple();
    let address = format!("{}/{}({id})/{}?sessiontoken={token}", call.root, table.declared.set, column.name);
    Ok(Reply::empty(StatusCode::OK)
        .with("location", &address)
        .with("accept-ranges", "bytes")
        .with("x-ms-chunk-size", &CHUNK.to_string())
        .with("access-control-expose-headers", "x-ms-chunk-size"))
}

/// One chunk. They may come in any order, and again; when all bytes are there the file goes to its column.
fn chunk(call: &Call<'_>, table: &Table, id: Uuid, column: &Column, token: &str) -> Result<Reply> {
    let header = call.header("content-range").unwrap_or_default();
    let chunk = range::chunk(header)
        .filter(|chunk| chunk.place.end - chunk.place.start == call.body.len() as u64)
        .ok_or_else(|| {
            invalid(format!(
                "The Content-Range '{header}' is not the place of {} bytes in a file, as in bytes 0-9/10.",
                call.body.len()
            ))
        })?;
    fits(column, chunk.total)?;
    call.write(|transaction| {
        let mut file = under_way(call, transaction, token)?;
        if file.row != id || file.table != table.name || file.column != column.name {
            return Err(invalid("The token belongs to an upload to another column."));
        }
        match file.size {
            None => files::announce(transaction, file.id, chunk.total)?,
            Some(size) if size == chunk.total => {}
            Some(size) => {
                return Err(invalid(format!(
                    "The file has {size} bytes by an earlier chunk, not {}.",
                    chunk.total
                )));
            }
        }
        file.size = Some(chunk.total);
        if !files::put(transaction, file.id, chunk.place.start, &call.body)? {
            return Err(invalid(format!(
                "Some of the bytes of '{header}' have come before, in another chunk."
            )));
        }
        if files::received(transaction, file.id)?.0 < chunk.total {
            return Ok(Reply::empty(StatusCode::PARTIAL_CONTENT));
        }
        write::attach(call, transaction, table, &file)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}
