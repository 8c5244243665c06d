//! What kind of data a file holds.

use super::super::error::ApiError;
use crate::sandbox::schema::IMAGE_KB;

pub(in crate::sandbox::api) const UNKNOWN: &str = "application/octet-stream";

/// The types of files by the ends of their names.
const TYPES: &[(&str, &str)] = &[
    ("bmp", "image/bmp"),
    ("css", "text/css"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("eml", "message/rfc822"),
    ("gif", "image/gif"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("msg", "application/vnd.ms-outlook"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    ("rtf", "application/rtf"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("txt", "text/plain"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xml", "text/xml"),
    ("zip", "application/zip"),
];

/// The type that a name promises.
pub(super) fn by_name(name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension).to_ascii_lowercase();
    TYPES.iter().find(|(known, _)| *known == extension).map_or(UNKNOWN, |(_, kind)| kind)
}

/// The type of a picture and the usual end of its name, by its first bytes. Other pictures than these are refused.
pub(in crate::sandbox::api) fn picture(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const BEGINNINGS: &[(&[u8], &str, &str)] = &[
        (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
        (b"\xff\xd8\xff", "image/jpeg", "jpg"),
        (b"GIF87a", "image/gif", "gif"),
        (b"GIF89a", "image/gif", "gif"),
        (b"BM", "image/bmp", "bmp"),
        (b"II*\0", "image/tiff", "tif"),
        (b"MM\0*", "image/tiff", "tif"),
    ];
    let known = BEGINNINGS.iter().find(|(beginning, ..)| bytes.starts_with(beginning));
    known.map(|(_, kind, extension)| (*kind, *extension))
}

/// The refusal of a picture.
pub(in crate::sandbox::api) fn unusable(reason: &str) -> ApiError {
    ApiError::bad(0x8007_2553, format!("Error occured when processing image. Reason: {reason}"))
}

pub(in crate::sandbox::api) fn too_large(size: u64) -> ApiError {
    let (most, size) = (IMAGE_KB / 1024, size.div_ceil(1024 * 1024));
    unusable(&format!("File size is too big. MaxSize: {most} MB, Uploaded filesize: {size} MB."))
}
