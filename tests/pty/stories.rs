//! Work of a case worker from the shell to the rows on the server, with no more keys than promised.

use serde_json::Value;

use crate::counted::Counted;
use crate::journey::{approve, sign_in};
use crate::{Home, Sandbox, Terminal};

/// A terminal at the list of environments, as nobody names one.
fn start_anywhere(home: &Home, sandbox: &Sandbox) -> Terminal {
    let folder = home.folder.path().to_str().unwrap();
    let settings = [
        ("HOME", folder),
        ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22"),
        ("DV_AUTHORITY", sandbox.field("authority")),
        ("DV_CLIENT_ID", sandbox.field("client_id")),
        ("DV_DISCOVERY", sandbox.field("discovery")),
    ];
    Terminal::start(&[], &settings, 24, 80)
}

/// What went to an environment and was no question, method and path; sorted, as what hangs on nothing is sent at once.
fn writes(sandbox: &Sandbox) -> Vec<(String, String)> {
    let text = |request: &Value, field: &str| request[field].as_str().unwrap().to_owned();
    let requests = sandbox.requests().into_iter();
    let writes = requests.filter(|request| request["origin"] == "api" && request["method"] != "GET");
    let mut writes: Vec<_> =
        writes.map(|request| (text(&request, "method"), text(&request, "path"))).collect();
    writes.sort();
    writes
}

#[test]
fn the_urgent_cases_of_a_customer_are_found_one_raised_and_one_resolved_in_production_with_44_keys() {
    let sandbox = Sandbox::with_rows("incident=4000,account=600,contact=600", &[]);
    let home = Home::new();
    let production = sandbox.ready["environments"][1]["url"].as_str().unwrap();
    home.add_profile(&sandbox, "prod", production);
    home.add_profile(&sandbox, "uat", sandbox.field("url"));

    let mut terminal = start_anywhere(&home, &sandbox);
    let mut story = Counted::new(&mut terminal);
    story.count = "dv".len() + 1; // typed at the shell
    story.terminal.wait_for("environments");
    story.keys("/pro", "1 of 2 environments");
    story.press("Enter");
    sign_in(story.terminal, &sandbox);
    story.keys(":urg", "Urgent active");
    story.key("Enter", "CAS-");
    story.keys("/humong", "humong");
    story.key("Enter", "5 rows");
    story.keys(":rw", "rw");
    story.key("Enter", "Type prod");
    story.keys("prod", "prod");
    story.key("Enter", "RW ");
    let first = story.terminal.screen();
    let second_and_third: Vec<&str> =
        first.lines().filter(|line| line.contains("CAS-")).skip(1).take(2).collect();
    assert!(second_and_third[0].contains("Normal"), "{first}");
    story.press("j");
    story.key("c", "p Priority");
    story.key("p", "h High");
    story.key("h", "~1 pending");
    story.press("j");
    story.key("x", "Resolve the case");
    story.key("r", "Resolution ");
    story.prose("Drum unit replaced");
    story.press("Tab");
    story.press("Tab");
    story.prose("Customer confirmed by phone.");
    story.key("Ctrl-D", "~2 pending");
    story.key("w", "2 of 2 included");
    story.key("s", "Type 2");
    story.press("2");
    story.press("Enter");
    story.terminal.wait_until("everything sent", |screen| !screen.contains("pending"));
    assert!(story.count <= 44, "{} keys", story.count);

    let writes = writes(&sandbox);
    let [(raised, row), (resolved, batch)] = writes.as_slice() else { panic!("{writes:?}") };
    assert_eq!((raised.as_str(), resolved.as_str()), ("PATCH", "POST"));
    assert!(row.contains("/incidents(") && batch.ends_with("/$batch"), "{writes:?}");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn three_keys_stage_a_choice_two_send_it_two_repeat_it_and_two_do_on_its_column() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = home.start(&sandbox);
    sign_in(&mut terminal, &sandbox);
    terminal.send(":urg\r");
    terminal.wait_for("CAS-");
    let mut story = Counted::new(&mut terminal);
    story.key("c", "p Priority");
    story.key("p", "l Low");
    story.key("l", "~1 pending");
    assert!(story.count <= 3, "{} keys to stage", story.count);
    story.key("w", "y yes");
    story.key("y", "Saved CAS-");
    assert!(story.count <= 3 + 2, "{} keys to stage and send", story.count);
    story.press("j");
    story.key(".", "~1 pending");
    assert!(story.count <= 3 + 2 + 2, "{} keys to repeat it too", story.count);
    story.terminal.send("jgcPriority\r");
    story.terminal.wait_for("[Priority");
    story.key("e", "l Low");
    story.key("l", "~2 pending");
    assert!(story.count <= 3 + 2 + 2 + 2, "{} keys with the one on its column", story.count);
    assert_eq!(writes(&sandbox).len(), 1);
}

#[test]
fn a_case_is_found_by_its_number_read_and_followed_up_with_27_keys() {
    let (sandbox, home) = (Sandbox::start(&[]), Home::new());
    let mut terminal = start_anywhere(&home, &sandbox);
    approve(&mut terminal, &sandbox);
    terminal.wait_for("Contoso UAT");
    terminal.send("/uat\r");
    terminal.wait_for("Action Card");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);

    let mut terminal = start_anywhere(&home, &sandbox);
    let mut story = Counted::new(&mut terminal);
    story.count = "dv".len() + 1; // typed at the shell
    story.terminal.wait_for("Enter continues there");
    story.press("Enter");
    story.terminal.wait_for("Action Card");
    story.keys(":#44", "#44");
    story.press("Enter");
    story.terminal.wait_for("CAS-00044-");
    story.key("4", "Check invoice");
    story.press("a");
    story.key("n", "Note on CAS-00044-");
    story.prose("Customer called, happens every morning.");
    story.key("Ctrl-D", "~1 pending");
    story.key("1", "Case Title");
    story.keys("/fol", "fol");
    story.key("Enter", "followupby");
    story.press("e");
    story.keys("tom", "tomorrow");
    story.key("Enter", "~2 pending");
    story.key("w", "2 of 2 included");
    story.key("s", "y yes");
    story.press("y");
    story.terminal.wait_until("everything sent", |screen| !screen.contains("pending"));
    assert!(story.count <= 27, "{} keys: 29 where the number has four digits", story.count);

    let writes = writes(&sandbox);
    let methods: Vec<&str> = writes.iter().map(|(method, _)| method.as_str()).collect();
    assert_eq!(methods, ["PATCH", "POST"], "{writes:?}");
    assert!(writes[1].1.contains("/annotations"), "{writes:?}");
    story.key("4", "Customer called, happens");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}

#[test]
fn all_active_cases_of_somebody_who_left_are_given_to_a_team_in_production_with_53_keys() {
    let sandbox = Sandbox::with_rows("incident=4000,account=600,contact=600", &[]);
    let home = Home::new();
    let production = sandbox.ready["environments"][1]["url"].as_str().unwrap();
    home.add_profile(&sandbox, "prod", production);
    let mut terminal = start_anywhere(&home, &sandbox);
    terminal.wait_for("environments");
    terminal.send("/pro\r");
    sign_in(&mut terminal, &sandbox);

    let mut story = Counted::new(&mut terminal);
    story.keys(":urg", "Urgent active");
    story.key("Enter", "CAS-");
    story.keys("gcown", "Owner");
    story.key("Enter", "[Owner");
    story.keys("/bo l", "bo l");
    story.key("Tab", "match");
    story.key("=", "Owner = Bo Lindqvist");
    story.terminal.wait_until("his cases alone", |screen| {
        screen.contains(" rows")
            && screen.matches("Bo Lindqvist").count() > 2
            && !screen.contains("Anna Moss  ")
    });
    let shown = story.terminal.screen();
    let count = shown.lines().nth(1).unwrap().split_whitespace().rev().nth(1).unwrap().to_owned();
    story.press("M");
    story.key("q", &format!("all {count} matching marked"));
    story.keys(":rw", "rw");
    story.key("Enter", "Type prod");
    story.keys("prod", "prod");
    story.key("Enter", "RW ");
    story.press("e");
    story.keys("second", "> second");
    story.terminal.wait_until("the team", |screen| screen.contains("Second Line"));
    story.key("Enter", &format!("{count} marked: Owner -> Second Line staged."));
    story.key("w", &format!("{count} of {count} included"));
    story.key("s", &format!("Type {count} prod"));
    story.prose(&format!("{count} prod"));
    story.count += count.len() + " prod".len();
    story.press("Enter");
    story.terminal.wait_until("everything sent", |screen| !screen.contains("pending"));
    assert!(story.count <= 53, "{} keys", story.count);
    story.terminal.keys(&["r"]);
    story.terminal.wait_for("No rows");

    let writes = writes(&sandbox);
    assert_eq!(writes.len().to_string(), count);
    assert!(writes.iter().all(|(method, path)| method == "PATCH" && path.contains("/incidents(")));
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
}
