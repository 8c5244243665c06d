//! Downloads: the bytes themselves, the bytes in JSON, and the pictures of pages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use uuid::Uuid;

use super::super::access::Right;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::read;
use super::super::reply::Reply;
use super::range::{Wanted, wanted};
use super::{CHUNK, SINGLE, media, name};
use crate::sandbox::schema::{Column, Table};
use crate::sandbox::store::files::{self, File};

/// `GET /accounts(id)/contoso_report/$value`.
pub(super) fn content(call: &Call<'_>, table: &Table, id: Uuid, column: &Column) -> Result<Reply> {
    answer(call, table, id, column, |bytes| {
        Reply { body: bytes.into(), ..Reply::empty(StatusCode::OK) }.with("content-type", media::UNKNOWN)
    })
}

/// `GET /accounts(id)/contoso_report?size=full`, which some clients send with a range.
pub(super) fn encoded(call: &Call<'_>, table: &Table, id: Uuid, column: &Column) -> Result<Reply> {
    let set = table.declared.set;
    let address = format!("{}/{set}({id})/{}", call.root, column.name);
    let context = format!("{}/$metadata#{set}({id})/{}", call.root, column.name);
    answer(call, table, id, column, |bytes| {
        let value = STANDARD.encode(bytes);
        Reply::value(&serde_json::json!({ "@odata.context": context, "value": value }))
            .with("location", &address)
    })
}

/// The range that is asked for; nothing when there is no file.
fn answer(
    call: &Call<'_>,
    table: &Table,
    id: Uuid,
    column: &Column,
    reply: impl FnOnce(Vec<u8>) -> Reply,
) -> Result<Reply> {
    call.require(Right::Read, table)?;
    call.read(|connection| {
        read::version(connection, table, id)?;
        let Some(file) = files::held(connection, &table.name, id, &column.name)? else {
            return Ok(Reply::empty(StatusCode::NO_CONTENT));
        };
        let size = file.size.unwrap_or_default();
        let (range, partial) = match wanted(call.header("range"), size) {
            Wanted::All => (0..size, false),
            Wanted::Part(range) => (range, true),
            Wanted::Beyond => {
                let header = format!("bytes */{size}");
                let reply = Reply::empty(StatusCode::RANGE_NOT_SATISFIABLE).with("content-range", &header);
                return Ok(reply);
            }
        };
        if range.end - range.start > SINGLE {
            return Err(ApiError::query("The file is too large for one answer: ask for ranges of it."));
        }
        let place = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
        let reply = described(reply(files::read(connection, file.id, range)?), &file);
        Ok(match partial {
            false => reply.with("access-control-expose-headers", "x-ms-file-size; x-ms-file-name; mimetype"),
            true => reply
                .status(StatusCode::PARTIAL_CONTENT)
                .with("content-range", &place)
                .with("x-ms-chunk-size", &CHUNK.to_string())
                .with(
                    "access-control-expose-headers",
                    "x-ms-file-size; x-ms-file-name; x-ms-chunk-size; mimetype",
                ),
        })
    })
}

fn described(reply: Reply, file: &File) -> Reply {
    let name = name::written(&file.name);
    reply
        .with("x-ms-file-size", &file.size.unwrap_or_default().to_string())
        .with("x-ms-file-name", &name)
        .with("mimetype", &file.mime)
        .with("accept-ranges", "bytes")
        .with("content-disposition", &format!("attachment; filename=\"{}\"", name.replace(['"', '\\'], "_")))
}

/// `GET /Image/download.aspx?Entity=account&Attribute=entityimage&Id=…&Timestamp=…`, the address in `entityimage_url`.
/// The timestamp keeps browsers from showing an older picture and says nothing here.
pub(in crate::sandbox::api) fn picture(call: &Call<'_>) -> Result<Reply> {
    let given = |name: &str| call.query.get(name).unwrap_or_default();
    let gone = || ApiError::new(StatusCode::NOT_FOUND, 0x8004_0217, "There is no such picture.");
    let table = call.schema().table(given("Entity")).ok_or_else(gone)?;
    call.require(Right::Read, table)?;
    let id = given("Id").parse().map_err(|_| gone())?;
    call.read(|connection| {
        let file = files::find(connection, id)?.filter(|file| {
            file.opened.is_none() && file.table == table.name && file.column == given("Attribute")
        });
        let file = file.ok_or_else(gone)?;
        let bytes = files::read(connection, file.id, 0..file.size.unwrap_or_default().min(SINGLE))?;
        Ok(Reply { body: bytes.into(), ..Reply::empty(StatusCode::OK) }.with("content-type", &file.mime))
    })
}
