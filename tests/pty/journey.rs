//! The main job, from sign-in to a saved change.

use serde_json::Value;

use crate::{Home, Sandbox, Terminal};

/// Signs in with a device code, as a person with a second device does.
pub(crate) fn sign_in(terminal: &mut Terminal, sandbox: &Sandbox) {
    approve(terminal, sandbox);
    terminal.wait_for("Action Card");
}

/// Waits for a device code and approves it with the second device.
pub(crate) fn approve(terminal: &mut Terminal, sandbox: &Sandbox) {
    terminal.wait_until("a code", |screen| code(screen).is_some());
    let code = code(&terminal.screen()).unwrap();
    sandbox.control("POST", &format!("/_sandbox/approve?user_code={code}"));
}

/// The code on the sign-in screen, where it stands whole and in brackets.
fn code(screen: &str) -> Option<String> {
    let is_code = |text: &&str| text.len() >= 8 && text.chars().all(|c| c.is_ascii_alphanumeric());
    screen
        .split('(')
        .skip(1)
        .filter_map(|after| Some(after.split_once(')')?.0))
        .find(is_code)
        .map(str::to_owned)
}

/// Opens the cases from the table list, and of those the ones that can be changed: a resolved case cannot.
pub(crate) fn open_cases(terminal: &mut Terminal) {
    terminal.send("/incident\r");
    terminal.wait_for("CAS-");
    terminal.send("/In Prog");
    terminal.wait_until("cases in progress", |screen| {
        let statuses = ["Probl", "Cance", "Merge", "Infor", "Waiti", "Resea", "On Ho"];
        screen.contains("CAS-") && statuses.iter().all(|status| !screen.contains(status))
    });
    terminal.keys(&["Esc"]);
    terminal.wait_for("Enter open");
}

#[test]
fn a_priority_is_changed_from_sign_in_to_the_value_on_the_server() {
    let sandbox = Sandbox::start(&[]);
    let home = Home::new();
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);

    open_cases(&mut terminal);
    let first = terminal.screen();
    terminal.keys(&["PgDn"]);
    terminal.wait_until("the next page", |screen| screen != first && screen.contains("CAS-"));
    terminal.keys(&["Enter"]);
    terminal.wait_for("1 Form");
    terminal.wait_for("Priority");
    terminal.keys(&["2"]);
    terminal.wait_for("@odata.etag");
    terminal.keys(&["1"]);
    terminal.wait_for("Priority");

    let before = priority(&terminal.screen());
    let (letter, value, label) = if before == "High" { ("l", 3, "Low") } else { ("h", 1, "High") };
    terminal.keys(&["c"]);
    terminal.wait_for("p Priority");
    terminal.keys(&["p"]);
    terminal.wait_for(&format!("{letter} {label}"));
    terminal.keys(&[letter]);
    terminal.wait_for("~1 pending");
    assert_eq!(writes(&sandbox), Vec::<Value>::new(), "nothing is sent before the review");

    terminal.keys(&["w"]);
    terminal.wait_for("y yes");
    terminal.keys(&["y"]);
    terminal
        .wait_until("the change to be saved", |screen| !screen.contains("pending") && screen.contains(label));

    let writes = writes(&sandbox);
    assert_eq!(writes.len(), 1, "{writes:?}");
    assert_eq!(writes[0]["method"], "PATCH");
    assert!(writes[0]["if_match"].as_str().unwrap().starts_with("W/\""), "{}", writes[0]);
    let path = writes[0]["path"].as_str().unwrap().split('?').next().unwrap();
    assert_eq!(value_on_server(&home, &sandbox, path), value);

    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}

/// The requests that were meant to change something in the environment.
fn writes(sandbox: &Sandbox) -> Vec<Value> {
    let api = |request: &Value| request["origin"] == "api" && request["method"] != "GET";
    sandbox.requests().into_iter().filter(api).collect()
}

/// The label of the priority that the form shows.
fn priority(screen: &str) -> String {
    let line = screen.lines().find(|line| line.contains(" Priority ")).unwrap();
    let value = line.split(" Priority ").nth(1).unwrap();
    value.split_whitespace().next().unwrap().trim_start_matches('*').to_owned()
}

/// The row's priority, read back with the command line of the same home folder.
fn value_on_server(home: &Home, sandbox: &Sandbox, path: &str) -> i64 {
    let id = path.split(['(', ')']).nth(1).unwrap();
    let row = home.run(sandbox, &["get", "incident", id, "--json"]);
    let row: Value = serde_json::from_str(&row).unwrap();
    row["prioritycode"].as_i64().unwrap()
}
