//! A save against a concurrent change, and evidence of it for a developer.

use serde_json::json;

use crate::copying::sent_to_clipboard;
use crate::counted::Counted;
use crate::journey::{open_cases, sign_in};
use crate::{Home, Sandbox};

#[test]
fn a_conflict_is_settled_and_its_evidence_copied_with_23_keys() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    open_cases(&mut terminal);
    let cursor = terminal.screen().lines().find(|line| line.starts_with('>')).unwrap().to_owned();
    let (letter, label, theirs) = match (cursor.contains(" High "), cursor.contains(" Low ")) {
        (true, _) => ("l", "l Low", 2),
        (_, true) => ("h", "h High", 2),
        _ => ("h", "h High", 3),
    };
    terminal.keys(&["Enter"]);
    terminal.wait_for("1 Form");
    terminal.keys(&["2"]);
    terminal.wait_for("incidentid");
    let json = terminal.screen();
    let id = json.lines().find_map(|line| line.trim().strip_prefix("incidentid: ")).unwrap();
    let id = id.split_whitespace().next().unwrap().trim_matches('"').to_owned();
    terminal.keys(&["Esc"]);
    terminal.wait_for("Enter open");
    let token = home.run(&sandbox, &["token"]);
    let path = format!("/api/data/v9.2/incidents({id})");
    sandbox.patch(&path, token.trim(), &json!({ "prioritycode": theirs, "title": "Changed elsewhere" }));

    let mut story = Counted::new(&mut terminal);
    story.key("c", "p Priority");
    story.key("p", label);
    story.key(letter, "~1 pending");
    story.key("w", "y yes");
    story.key("y", "-> ?"); // 412; both versions are there without a further key
    story.key("m", "-> [mine]");
    story.key("s", "y yes");
    story.key("y", "Saved CAS-");
    story.key("g", "l ");
    story.key("l", "Request log");
    story.keys("/412", "Request log");
    story.key("Enter", "412");
    story.key("y", "curl");
    story.key("x", "What a write sends is not kept"); // and a curl without it would mislead
    story.key("y", "curl");
    story.key("i", "(OSC 52, 36 bytes)"); // an id of the service
    story.key("-", "CAS-");
    story.key("y", "curl");
    story.press("u");
    story
        .terminal
        .wait_until("the address", |screen| screen.contains("OSC 52") && !screen.contains(", 36 bytes"));
    let address = sent_to_clipboard(&story.terminal.bytes);
    assert!(address.contains("/api/data/v9.2/incidents?$select="), "{address}");
    assert!(story.count <= 23, "{} keys", story.count);
    let writes = sandbox.requests();
    let statuses: Vec<_> = writes
        .iter()
        .filter(|entry| entry["method"] == "PATCH")
        .map(|entry| entry["status"].as_u64().unwrap())
        .collect();
    assert_eq!(statuses, [204, 412, 200], "theirs, refused, on top");
}
