//! `dv json` where no terminal is: the same bytes with a line for each part, or a clear no.

use crate::dv::Home;

#[test]
fn json_is_printed_part_by_part_and_every_part_as_it_came() {
    let home = Home::new();
    let ended = home.dv_fed(&["json", "-"], "{\"a\" : [1.50,-0,1E400,{}],\"a\":\"\\ud800\\u0041\u{202e}\"}");
    ended.expect(0, &[]);
    assert_eq!(ended.err, "");
    let expected = [
        "{",
        "  \"a\": [",
        "    1.50,",
        "    -0,",
        "    1E400,",
        "    {}",
        "  ],",
        "  \"a\": \"\\ud800\\u0041\u{202e}\"",
        "}",
        "",
    ];
    assert_eq!(ended.out, expected.join("\n"));
}

#[test]
fn several_texts_after_each_other_are_printed_one_after_the_other() {
    let ended = Home::new().dv_fed(&["json", "-"], "{\"a\":1}\n[]\n3");
    ended.expect(0, &[]);
    assert_eq!(ended.out, "{\n  \"a\": 1\n}\n[]\n3\n");
}

#[test]
fn what_is_not_json_is_told_with_line_and_column() {
    let home = Home::new();
    for (text, said) in [
        ("{\"a\":1,\n \"b\" 2}", "is not JSON: line 2, column 6: a colon was expected, found `2}`"),
        ("{\"value\":[{\"a\"", "is not JSON: line 1, column 15: the text ends too early, it is cut"),
        ("<html>\u{1b}[31m", "is not JSON: line 1, column 1: a value was expected, found `<html>^[[31m`"),
        ("", "is not JSON: there is nothing in it"),
    ] {
        let ended = home.dv_fed(&["json", "-"], text);
        ended.expect(1, &["error: standard input", said]);
        assert_eq!(ended.out, "");
    }
    std::fs::write(home.path("odd.json"), b"[\"ab\xff\"]").unwrap();
    let file = home.path("odd.json");
    let ended = home.dv(&["json", file.to_str().unwrap()]);
    ended.expect(1, &["odd.json is not JSON: line 1, column 5: bytes that are not UTF-8"]);
}

#[test]
fn a_file_that_is_absent_or_a_folder_or_too_large_is_told() {
    let home = Home::new();
    let absent = home.path("absent.json");
    home.dv(&["json", absent.to_str().unwrap()]).expect(1, &["absent.json cannot be read"]);
    let folder = home.path("");
    home.dv(&["json", folder.to_str().unwrap()]).expect(1, &["is a folder"]);
    let large = home.path("large.json");
    std::fs::File::create(&large).unwrap().set_len((20 << 20) + 1).unwrap();
    home.dv(&["json", large.to_str().unwrap()]).expect(1, &["larger than 20 MB", "hint: cut it first"]);
}

#[test]
fn a_million_levels_are_printed_and_settings_are_not_looked_at() {
    let home = Home::new().with("DV_URL", "http://[nonsense").with("DV_PROFILE", "absent");
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let ended = home.dv_fed(&["json", "-"], &deep);
    ended.expect(0, &[]);
    assert_eq!(ended.out.lines().count(), 399_999);
}
