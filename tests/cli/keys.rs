//! `dv keys`: the keys in effect, and what is wrong with the file that changes them.

use serde_json::Value;

use crate::dv::Home;

fn with_file(text: &str) -> Home {
    let home = Home::new();
    let path = home.path(".config/dvtui/keys.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    home
}

#[test]
fn the_keys_in_effect_are_printed_and_what_makes_no_sense_is_told_with_its_line() {
    let home = with_file(
        "[keys]\n\"row.open\" = [\"Enter\", \"i\"]\n\"rows.sort\" = []\n\"row.opne\" = [\"x\"]\n\"cell.edit\" = [\"F2\"]\n",
    );
    let ended = home.dv(&["keys", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.err);
    let lines: Vec<Value> = ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| lines.iter().find(|line| line["command"] == name).unwrap();
    assert_eq!(of("row.open")["keys"], serde_json::json!(["Enter", "i"]));
    assert_eq!((&of("row.open")["changed"], &of("help")["changed"]), (&true.into(), &false.into()));
    assert_eq!(of("rows.sort")["keys"], serde_json::json!([]));
    assert!(ended.err.contains("keys.toml, line 4: there is no command `row.opne`"), "{}", ended.err);
    assert!(ended.err.contains("`F2` of `cell.edit` may not arrive over SSH"), "{}", ended.err);
    let text = home.dv(&["keys"]);
    assert!(text.out.contains("Enter  i *"), "{}", text.out);
}

#[test]
fn a_broken_file_leaves_the_usual_keys_and_no_file_says_nothing() {
    let ended = with_file("[keys\n").dv(&["keys", "--json"]);
    assert_eq!(ended.code, 0);
    assert!(ended.err.contains("keys.toml, line 1") && ended.out.contains("row.open"), "{}", ended.err);
    let ended = Home::new().dv(&["keys"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
}
