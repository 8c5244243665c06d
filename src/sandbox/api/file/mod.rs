//! Files and images of rows: uploads in one request, in chunks or in blocks, and downloads, whole or in part. It must
//! not know how the bytes lie in the store, nor which other columns follow when a file comes or goes.

mod blocks;
mod download;
pub(super) mod media;
mod name;
mod range;
mod upload;

use http::Method;
use uuid::Uuid;

use super::call::Call;
use super::error::{ApiError, Result};
use super::reply::Reply;
use crate::sandbox::odata::uri::Segment;
use crate::sandbox::schema::{Column, IMAGE_KB, Kind, Table};
pub(super) use blocks::message;
pub(super) use download::picture;

/// Where pictures are for pages, beside the Web API.
pub(crate) const PICTURE: &str = "/Image/download.aspx";

const FILE: &str = "OPTIONS,GET,HEAD,PATCH,PUT,DELETE";
const CONTENT: &str = "OPTIONS,GET,HEAD";

/// The size of chunks that clients are advised to use, which blocks must not exceed.
const CHUNK: u64 = 4 * 1024 * 1024;
/// Bytes that one request or one answer carries at most.
const SINGLE: u64 = 128 * 1024 * 1024;

/// Answers what concerns the bytes of a file or an image; None: the column is treated as any other one.
pub(super) fn at(
    call: &Call<'_>,
    table: &Table,
    id: Uuid,
    column: &Column,
    rest: &[Segment],
) -> Option<Result<Reply>> {
    if !matches!(column.kind, Kind::File { .. } | Kind::Image) {
        return None;
    }
    let raw = match rest {
        [] => false,
        [value] if value.name == "$value" => true,
        [other, ..] => return Some(Err(ApiError::no_segment(&other.name))),
    };
    Some(match call.method {
        Method::PATCH if !raw => upload::upload(call, table, id, column),
        // What is JSON is `{"value": null}`, as for other columns.
        Method::PUT if !raw && !is_json(call) => upload::upload(call, table, id, column),
        Method::GET if raw => download::content(call, table, id, column),
        // Without these it is the value of the column that is asked for.
        Method::GET if call.header("range").is_some() || call.query.get("size").is_some() => {
            download::encoded(call, table, id, column)
        }
        Method::GET | Method::PUT | Method::DELETE if !raw => return None,
        ref method => Err(ApiError::method(method, if raw { CONTENT } else { FILE })),
    })
}

fn is_json(call: &Call<'_>) -> bool {
    call.header("content-type").is_some_and(|kind| kind.starts_with("application/json"))
}

fn invalid(why: impl AsRef<str>) -> ApiError {
    ApiError::bad(0x8004_0203, format!("Invalid argument. {}", why.as_ref()))
}

/// Refuses more bytes than a column takes.
fn fits(column: &Column, size: u64) -> Result<()> {
    match column.kind {
        Kind::File { max_kb } if size > u64::from(max_kb) * 1024 => {
            Err(ApiError::bad(0x8004_4a02, "Attachment file size is too big."))
        }
        Kind::Image if size > u64::from(IMAGE_KB) * 1024 => Err(media::too_large(size)),
        _ => Ok(()),
    }
}
