//! What the server sent is what comes out: number text, order, bytes.

use dvtui::dataverse::{Change, Page, Row};
use proptest::prelude::*;

/// Number text as a server may write it.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,27})(\\.[0-9]{1,10})?",
        "-?(0|[1-9][0-9]{0,3})[eE][+-]?[0-9]{1,3}",
        Just("9223372036854775807".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("922337203685477.5807".to_owned()),
        Just("1E400".to_owned()),
        Just("-0".to_owned()),
        Just("1.0".to_owned()),
    ]
}

/// A JSON value as text.
fn value() -> impl Strategy<Value = String> {
    let text = any::<String>().prop_map(|text| serde_json::Value::from(text).to_string());
    let leaf = prop_oneof![number(), text, Just("null".to_owned()), Just("true".to_owned())];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[ {} ]", items.join(" ,"))),
            inner.prop_map(|item| format!("{{\"x\" :{item}}}")),
        ]
    })
}

/// Properties of a row, each name once.
fn row() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(value(), 0..8).prop_map(|values| {
        values.into_iter().enumerate().map(|(n, value)| (format!("c{n}"), value)).collect()
    })
}

fn json(row: &[(String, String)]) -> String {
    let members: Vec<String> = row.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    format!("{{{}}}", members.join(", "))
}

proptest! {
    #[test]
    fn a_page_gives_back_the_bytes_of_every_row(rows in prop::collection::vec(row(), 0..6), space in "[ \n\t]{0,3}") {
        let texts: Vec<String> = rows.iter().map(|row| json(row)).collect();
        let body = format!("{{{space}\"value\":{space}[{}]{space}}}", texts.join(&format!("{space},{space}")));
        let page = Page::decode(body.into_bytes().into()).unwrap();
        let found: Vec<&str> = page.row_bytes().map(|bytes| std::str::from_utf8(bytes).unwrap()).collect();
        prop_assert_eq!(found, texts);
        for (row, expected) in page.rows().zip(&rows) {
            let entries = row.entries();
            let found: Vec<(&str, &str)> = entries.iter().map(|(name, value)| (&**name, value.get())).collect();
            let expected: Vec<(&str, &str)> = expected.iter().map(|(name, value)| (&**name, &**value)).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_number_keeps_its_text_from_the_wire_into_an_edit(number in number()) {
        let row = Row::from_json(format!("{{\"n\":{number}}}")).unwrap();
        let text = row.cell("n").unwrap().text().unwrap().into_owned();
        prop_assert_eq!(&text, &number);
        let change = Change::Number(text);
        prop_assert!(change.is_well_formed());
        prop_assert_eq!(change.json(), number);
    }

    #[test]
    fn a_body_that_is_cut_anywhere_is_an_error(rows in prop::collection::vec(row(), 1..4), cut in 0.0..1.0f64) {
        let texts: Vec<String> = rows.iter().map(|row| json(row)).collect();
        let body = format!("{{\"value\":[{}],\"@odata.nextLink\":\"https://o/p\"}}", texts.join(","));
        let mut end = (body.len() as f64 * cut) as usize;
        while !body.is_char_boundary(end) {
            end -= 1;
        }
        prop_assert!(Page::decode(body[..end].to_owned().into_bytes().into()).is_err());
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Page::decode(bytes.clone().into());
        let _ = Row::from_json(bytes);
    }
}
