//! The messages that carry files in blocks: three to upload one, two to download one, and one to delete it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::super::access::Right;
use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::super::read;
use super::super::reply::Reply;
use super::super::write;
use super::{CHUNK, fits, invalid, name, upload};
use crate::sandbox::schema::{Column, Kind, Table};
use crate::sandbox::store::files::{self, File};

/// Blocks of a file at most.
const MOST: usize = 50_000;
/// Bytes of a block's name at most, before it is encoded.
const NAME: usize = 64;

type Object = Map<String, Json>;

/// Answers one of the messages; None: it is none of them.
pub(in crate::sandbox::api) fn message(call: &Call<'_>, name: &str) -> Option<Result<Reply>> {
    let name = name.strip_prefix("Microsoft.Dynamics.CRM.").unwrap_or(name);
    let answer: fn(&Call<'_>, &Object) -> Result<Reply> = match name {
        "InitializeFileBlocksUpload" => begin,
        "UploadBlock" => block,
        "CommitFileBlocksUpload" => commit,
        "InitializeFileBlocksDownload" => look,
        "DownloadBlock" => fetch,
        "DeleteFile" => delete,
        _ => return None,
    };
    if call.method != Method::POST {
        return Some(Err(ApiError::method(&call.method, "OPTIONS,POST")));
    }
    let body = serde_json::from_slice(&call.body)
        .map_err(|error| ApiError::query(format!("The body of '{name}' is not a JSON object: {error}.")));
    Some(body.and_then(|body| answer(call, &body)))
}

fn begin(call: &Call<'_>, given: &Object) -> Result<Reply> {
    let (table, row, column) = target(call, given)?;
    call.require(Right::Write, table)?;
    let name = text(given, "FileName")?;
    name::check(table, column, name)?;
    let file = upload::upcoming(call, table, row, column, name.to_owned(), None);
    call.write(|transaction| upload::begin(call, transaction, table, &file))?;
    Ok(response(call, "InitializeFileBlocksUpload", [("FileContinuationToken", token(&file))]))
}

fn block(call: &Call<'_>, given: &Object) -> Result<Reply> {
    let id = text(given, "BlockId")?;
    let length = STANDARD.decode(id).map_or(usize::MAX, |name| name.len());
    if length > NAME {
        return Err(invalid(format!("'BlockId' is not the base64 of at most {NAME} bytes.")));
    }
    let content = STANDARD.decode(text(given, "BlockData")?);
    let content = content.map_err(|_| invalid("'BlockData' is not base64."))?;
    if content.len() as u64 > CHUNK {
        return Err(invalid(format!("A block has at most {CHUNK} bytes.")));
    }
    call.write(|transaction| {
        let file = upload::under_way(call, transaction, text(given, "FileContinuationToken")?)?;
        let (table, column) = place(call, &file)?;
        call.require(Right::Write, table)?;
        if files::a_block(transaction, file.id)?.is_some_and(|other| other.len() != id.len()) {
            return Err(invalid("Every 'BlockId' of a file has the same length."));
        }
        files::put_block(transaction, file.id, id, &content)?;
        let (bytes, blocks) = files::received(transaction, file.id)?;
        if blocks > MOST {
            return Err(invalid(format!("A file has at most {MOST} blocks.")));
        }
        fits(column, bytes)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

fn commit(call: &Call<'_>, given: &Object) -> Result<Reply> {
    let blocks: Option<Vec<&str>> = given
        .get("BlockList")
        .and_then(Json::as_array)
        .and_then(|blocks| blocks.iter().map(Json::as_str).collect());
    let blocks = blocks.ok_or_else(|| invalid("'BlockList' must be a list of texts."))?;
    let (id, size) = call.write(|transaction| {
        let mut file = upload::under_way(call, transaction, text(given, "FileContinuationToken")?)?;
        let (table, column) = place(call, &file)?;
        call.require(Right::Write, table)?;
        if let Some(Json::String(name)) = given.get("FileName") {
            name::check(table, column, name)?;
            file.name.clone_from(name);
        }
        if let Some(Json::String(kind)) = given.get("MimeType") {
            file.mime.clone_from(kind);
        }
        let size = files::lay(transaction, file.id, &blocks)?
            .ok_or_else(|| invalid("'BlockList' has a block that never came, or has one twice."))?;
        file.size = Some(size);
        Ok::<_, ApiError>((write::attach(call, transaction, table, &file)?, size))
    })?;
    let properties = [("FileId", json!(id)), ("FileSizeInBytes", json!(size))];
    Ok(response(call, "CommitFileBlocksUpload", properties))
}

fn look(call: &Call<'_>, given: &Object) -> Result<Reply> {
    let (table, row, column) = target(call, given)?;
    call.require(Right::Read, table)?;
    let file = call.read(|connection| {
        read::version(connection, table, row)?;
        files::held(connection, &table.name, row, &column.name).map_err(ApiError::from)
    })?;
    let file = file.ok_or_else(|| {
        let text = format!("No file attachment found for attribute: {} EntityId: {row}.", column.name);
        ApiError::new(StatusCode::NOT_FOUND, 0x8004_0217, text)
    })?;
    Ok(response(
        call,
        "InitializeFileBlocksDownload",
        [
            ("FileContinuationToken", token(&file)),
            ("FileSizeInBytes", json!(file.size)),
            ("FileName", json!(file.name)),
            ("IsChunkingSupported", json!(true)),
        ],
    ))
}

fn fetch(call: &Call<'_>, given: &Object) -> Result<Reply> {
    let number = |name: &str| {
        let number = given.get(name).and_then(Json::as_u64);
        number.ok_or_else(|| invalid(format!("'{name}' must be a number that is not negative.")))
    };
    let (offset, length) = (number("Offset")?, number("BlockLength")?);
    let id: Option<Uuid> = text(given, "FileContinuationToken")?.parse().ok();
    let data = call.read(|connection| {
        let file = id.map(|id| files::find(connection, id)).transpose()?.flatten();
        let file = file
            .filter(|file| file.opened.is_none())
            .ok_or_else(|| invalid("The token belongs to no file that is there."))?;
        call.require(Right::Read, place(call, &file)?.0)?;
        let size = file.size.unwrap_or_default();
        if offset > size {
            return Err(invalid(format!("The file has {size} bytes and none at {offset}.")));
        }
        let end = offset.saturating_add(length).min(size);
        if end - offset > super::SINGLE {
            return Err(invalid(format!("A block has at most {CHUNK} bytes.")));
        }
        files::read(connection, file.id, offset..end).map_err(ApiError::from)
    })?;
    Ok(response(call, "DownloadBlock", [("Data", json!(STANDARD.encode(data)))]))
}

fn delete(call: &Call<'_>, given: &Object) -> Result<Reply> {
    let id: Uuid = text(given, "FileId")?.parse().map_err(|_| invalid("'FileId' must be a GUID."))?;
    call.write(|transaction| {
        let file = files::find(transaction, id)?.filter(|file| file.opened.is_none()).ok_or_else(|| {
            let text = format!("fileattachment With Id = {id} Does Not Exist");
            ApiError::new(StatusCode::NOT_FOUND, 0x8004_0217, text)
        })?;
        let (table, _) = place(call, &file)?;
        call.require(Right::Write, table)?;
        write::detach(call, transaction, table, &file)?;
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

/// The row and the column that a message is about.
fn target<'a>(call: &'a Call<'_>, given: &Object) -> Result<(&'a Table, Uuid, &'a Column)> {
    let target = given.get("Target").and_then(Json::as_object);
    let kind = target.and_then(|target| target.get("@odata.type")).and_then(Json::as_str).unwrap_or_default();
    let kind = kind.trim_start_matches('#');
    let table = call.schema().table(kind.strip_prefix("Microsoft.Dynamics.CRM.").unwrap_or(kind));
    let row = table.and_then(|table| target?.get(&table.key)?.as_str()?.parse().ok());
    let (Some(table), Some(row)) = (table, row) else {
        return Err(invalid("'Target' must be a row with '@odata.type' and its primary key."));
    };
    call.hold(table)?;
    let name = text(given, "FileAttributeName")?;
    let column = table.column(name).ok_or_else(|| {
        let text = format!(
            "'{}' entity doesn't contain attribute with Name = '{name}' and NameMapping = 'Logical'.",
            table.name
        );
        ApiError::bad(0x8004_1103, text)
    })?;
    match column.kind {
        Kind::File { .. } | Kind::Image => Ok((table, row, column)),
        _ => Err(invalid(format!("'{name}' holds neither files nor images."))),
    }
}

/// Where a file belongs.
fn place<'a>(call: &'a Call<'_>, file: &File) -> Result<(&'a Table, &'a Column)> {
    let table = call.schema().table(&file.table);
    let column = table.and_then(|table| table.column(&file.column));
    table.zip(column).ok_or_else(|| invalid("The column of the file is not there any more."))
}

fn text<'a>(given: &'a Object, name: &str) -> Result<&'a str> {
    let text = given.get(name).and_then(Json::as_str);
    text.ok_or_else(|| ApiError::query(format!("The parameter '{name}' is missing or not a text.")))
}

fn token(file: &File) -> Json {
    json!(file.id.simple().to_string())
}

fn response(
    call: &Call<'_>,
    message: &str,
    properties: impl IntoIterator<Item = (&'static str, Json)>,
) -> Reply {
    let mut body = Object::new();
    let context = format!("{}/$metadata#Microsoft.Dynamics.CRM.{message}Response", call.root);
    body.insert("@odata.context".to_owned(), context.into());
    body.extend(properties.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Reply::value(&Json::Object(body))
}
