//! Rows as the server's bytes, one a line.

use std::borrow::Cow;
use std::io::{self, Write};

use crate::dataverse::{Page, Row};

/// Writes at most `limit` rows of a page, each as it came and on a line of its own.
///
/// # Errors
///
/// When `out` cannot be written to.
pub(super) fn write_page(page: &Page, limit: usize, out: &mut dyn Write) -> io::Result<()> {
    let one_line = !has_line_breaks(page.body());
    for row in page.row_bytes().take(limit) {
        match one_line {
            true => out.write_all(row)?,
            false => out.write_all(&on_one_line(row))?,
        }
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// A row as one line without what the server said beside its values; its version stays.
pub(super) fn without_annotations(row: &Row) -> String {
    let members: Vec<String> = row
        .entries()
        .into_iter()
        .filter(|(key, _)| !key.contains('@') || key.starts_with("@odata."))
        .map(|(key, value)| format!("{}:{}", serde_json::Value::from(key.as_ref()), value.get()))
        .collect();
    String::from_utf8_lossy(&on_one_line(format!("{{{}}}", members.join(",")).as_bytes())).into_owned()
}

/// A JSON value that spans lines, without the white space between its tokens. Inside strings JSON has no line
/// breaks, so a value without any is returned as it is.
pub(super) fn on_one_line(json: &[u8]) -> Cow<'_, [u8]> {
    if !has_line_breaks(json) {
        return Cow::Borrowed(json);
    }
    let mut line = Vec::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for &byte in json {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' if !in_string => continue,
            b'"' if !escaped => in_string = !in_string,
            _ => {}
        }
        escaped = in_string && byte == b'\\' && !escaped;
        line.push(byte);
    }
    Cow::Owned(line)
}

/// Two passes, each by the machine's word, are quicker than one by bytes.
fn has_line_breaks(json: &[u8]) -> bool {
    json.contains(&b'\n') || json.contains(&b'\r')
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn rows_are_written_as_they_came() {
        let body = r#"{"value":[{"a": 1.50,"b":"\u0041"} , {"a":1E400}]}"#;
        let page = Page::decode(Bytes::from_static(body.as_bytes())).unwrap();
        let mut out = Vec::new();
        write_page(&page, 5, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "{\"a\": 1.50,\"b\":\"\\u0041\"}\n{\"a\":1E400}\n");
    }

    #[test]
    fn a_row_without_annotations_keeps_its_version_and_the_text_of_its_values() {
        let json = r#"{"@odata.context":"c","@odata.etag":"W/\"1\"","p@OData.Community.Display.V1.FormattedValue":"x","p": 1.50}"#;
        let row = Row::from_json(json).unwrap();
        assert_eq!(without_annotations(&row), r#"{"@odata.context":"c","@odata.etag":"W/\"1\"","p":1.50}"#);
    }

    #[test]
    fn a_row_over_several_lines_becomes_one_and_strings_stay() {
        let json = b"{\r\n  \"a b\": \"x \\\" y \\\\\",\n\t\"c\" : [ 1 ]\n}";
        assert_eq!(on_one_line(json).as_ref(), br#"{"a b":"x \" y \\","c":[1]}"#);
    }
}
