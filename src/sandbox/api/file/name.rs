//! Names of files on their way through headers, which are ASCII.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode, utf8_percent_encode};

use super::super::call::Call;
use super::super::error::{ApiError, Result};
use super::invalid;
use crate::sandbox::schema::{Column, Kind, Table};

const HEADER: &str = "x-ms-file-name";
const ESCAPED: &AsciiSet = &CONTROLS.add(b'%');

/// The name that a request gives: in its header, or else in its query.
pub(super) fn given(call: &Call<'_>) -> Option<String> {
    let header = call.headers.get(HEADER).map(|value| read(value.as_bytes()));
    header.or_else(|| call.query.get(HEADER).map(str::to_owned)).filter(|name| !name.is_empty())
}

/// Percent-encoded, as it should be, or UTF-8, or Latin-1 as some clients have it.
fn read(value: &[u8]) -> String {
    match percent_decode(value).decode_utf8() {
        Ok(name) => name.trim().to_owned(),
        Err(_) => match std::str::from_utf8(value) {
            Ok(name) => name.trim().to_owned(),
            Err(_) => value.iter().map(|byte| char::from(*byte)).collect(),
        },
    }
}

/// The name as it goes into a header: as it is, or percent-encoded when it is not ASCII.
pub(super) fn written(name: &str) -> Cow<'_, str> {
    match name.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        true => Cow::Borrowed(name),
        false => utf8_percent_encode(name, ESCAPED).into(),
    }
}

/// Refuses a name that the column beside the file's cannot hold.
pub(super) fn check(table: &Table, column: &Column, name: &str) -> Result<()> {
    if name.is_empty() || name.chars().any(|character| character.is_control()) {
        return Err(invalid(format!("The name of the file for '{}' is missing or not a name.", column.name)));
    }
    let of_name = format!("{}_name", column.name);
    match table.column(&of_name).map(|column| column.kind) {
        Some(Kind::Text { max, .. }) if name.encode_utf16().count() > max as usize => Err(ApiError::bad(
            0x8004_4331,
            format!(
                "A validation error occurred.  The length of the '{of_name}' attribute of the '{}' entity exceeded \
                 the maximum allowed length of '{max}'.",
                table.name
            ),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_every_form_and_written_in_one() {
        for (header, name, back) in [
            (&b"a b.pdf"[..], "a b.pdf", "a b.pdf"),
            (b"100%.pdf", "100%.pdf", "100%.pdf"),
            (b"Pr%C3%BCfung%201.pdf", "Prüfung 1.pdf", "Pr%C3%BCfung 1.pdf"),
            ("Prüfung.pdf".as_bytes(), "Prüfung.pdf", "Pr%C3%BCfung.pdf"),
            (b"Pr\xfcfung.pdf", "Prüfung.pdf", "Pr%C3%BCfung.pdf"),
            ("5 % é.txt".as_bytes(), "5 % é.txt", "5 %25 %C3%A9.txt"),
        ] {
            assert_eq!(read(header), name);
            assert_eq!(written(name), back);
            assert_eq!(read(back.as_bytes()), name);
        }
    }
}
