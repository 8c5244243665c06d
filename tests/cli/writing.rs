//! A sandbox and a home for commands that write, and what holds for all of them: the guard and the dry run.

use std::sync::Arc;

use dvtui::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::dv::{Ended, Home};
use crate::support;

/// A sandbox of a few hundred rows, and a home in which a user has a token.
pub(crate) struct Desk {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) home: Home,
}

impl Desk {
    /// Anna's.
    pub(crate) async fn new() -> Desk {
        let sandbox = Arc::new(support::start(support::options()).await);
        let token = support::user_token(&sandbox, "anna").await;
        let home = Home::for_sandbox(sandbox.ready()).with("DV_TOKEN", &token);
        Desk { sandbox, home }
    }

    /// Somebody else's home, in the same sandbox.
    pub(crate) async fn signed_in_as(&self, user: &str) -> Desk {
        let token = support::user_token(&self.sandbox, user).await;
        let home = Home::for_sandbox(self.sandbox.ready()).with("DV_TOKEN", &token);
        Desk { sandbox: self.sandbox.clone(), home }
    }

    /// Runs a command while the sandbox goes on serving.
    pub(crate) async fn dv(&self, args: &[&str]) -> Ended {
        tokio::task::block_in_place(|| self.home.dv(args))
    }

    /// The one row that a command prints as JSON.
    pub(crate) async fn row(&self, args: &[&str]) -> Value {
        let ended = self.dv(args).await;
        ended.expect(0, &[]);
        serde_json::from_str(ended.out.lines().next().unwrap()).unwrap()
    }

    /// An active case.
    pub(crate) async fn a_case(&self) -> Value {
        self.row(&["rows", "incident", "--top", "1", "--filter", "statecode eq 0", "--json"]).await
    }

    /// A row as it is now.
    pub(crate) async fn get(&self, table: &str, id: &str) -> Value {
        self.row(&["get", table, id, "--json"]).await
    }

    /// Makes an account and tells its id.
    pub(crate) async fn an_account(&self, name: &str) -> String {
        let made = self.dv(&["create", "account", &format!("name={name}"), "--allow-duplicates"]).await;
        made.expect(0, &[]).out.trim().to_owned()
    }

    /// Writes that reached the Web API so far.
    pub(crate) async fn writes(&self) -> Vec<Value> {
        let all = self.asked("requests").await;
        let is_write = |entry: &&Value| entry["origin"] == "api" && entry["method"] != "GET";
        all.as_array().unwrap().iter().filter(is_write).cloned().collect()
    }

    /// What the controls answer.
    pub(crate) async fn asked(&self, what: &str) -> Value {
        let controls = self.sandbox.ready().controls.as_deref().unwrap();
        support::http().get(format!("{controls}/_sandbox/{what}")).send().await.unwrap().json().await.unwrap()
    }

    /// Orders a fault for the next request of this method.
    pub(crate) async fn order(&self, method: &str, path: &str, fault: Value) {
        let order = json!({ "match": { "origin": "api", "method": method, "path": path }, "fault": fault });
        let controls = self.sandbox.ready().controls.as_deref().unwrap();
        let url = format!("{controls}/_sandbox/faults");
        let reply = support::http().post(url).json(&order).send().await.unwrap();
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap());
    }
}

/// The id in a row.
pub(crate) fn id<'a>(row: &'a Value, column: &str) -> &'a str {
    row[column].as_str().unwrap()
}

const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

/// One command of each kind.
const COMMANDS: [&[&str]; 8] = [
    &["set", "account", NOBODY, "name=x"],
    &["create", "account", "name=x"],
    &["delete", "account", NOBODY, "--confirm-delete", "1"],
    &["resolve", NOBODY, "--text", "x", "--note", "y"],
    &["assign", "account", NOBODY, "me"],
    &["note", "account", NOBODY, "x"],
    &["file", "remove", "contoso_inspection", NOBODY, "contoso_report", "--confirm-delete", "1"],
    &["call", "ReleaseToQueue", "--on", "queueitem", NOBODY],
];

fn profile(home: &Home, text: &str) {
    let path = home.path(".config/dvtui/profiles/live.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_only_or_production_by_its_profile_is_refused_without_a_request() {
    let desk = Desk::new().await;
    let before = desk.asked("requests").await.as_array().unwrap().len();
    for command in COMMANDS {
        let refused = desk.dv(&[command, &["--read-only"]].concat()).await;
        refused.expect(4, &["Read-only was asked for", "--dry-run"]);
    }
    for (tag, word) in
        [("read_only = true", "The profile is read-only"), ("production = true", "--write live")]
    {
        profile(&desk.home, &format!("url = \"{}\"\n{tag}\n", desk.sandbox.ready().url));
        for command in COMMANDS {
            desk.dv(&[command, &["--profile", "live"]].concat()).await.expect(4, &[word]);
        }
    }
    assert_eq!(desk.asked("requests").await.as_array().unwrap().len(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn production_is_found_out_before_anything_is_written_and_opens_by_its_alias() {
    let sandbox = support::start(support::options()).await;
    let live = sandbox.ready().environments.iter().find(|one| one.kind == 0).unwrap().url.clone();
    let token = token_for(&sandbox, &live).await;
    let home = Home::for_sandbox(sandbox.ready()).with("DV_TOKEN", &token).with("DV_URL", &live);
    let desk = Desk { sandbox: Arc::new(sandbox), home };
    let create = ["create", "account", "name=Of production"];
    let refused = desk.dv(&create).await;
    refused.expect(4, &["production environment", "hint: if you mean it: --write 127.0.0.1"]);
    desk.dv(&[&create[..], &["--write", "uat"]].concat()).await.expect(4, &["names `uat`"]);
    let shown = desk.dv(&[&create[..], &["--dry-run"]].concat()).await;
    shown.expect(0, &[]);
    assert!(desk.writes().await.is_empty());
    let alias = refused.err.trim_end().rsplit(' ').next().unwrap();
    desk.dv(&[&create[..], &["--write", alias]].concat()).await.expect(0, &[]);
    assert_eq!(desk.writes().await.len(), 1);
}

/// Anna's token for another environment than the first.
async fn token_for(sandbox: &Sandbox, url: &str) -> String {
    let mut ready = serde_json::to_value(sandbox.ready()).unwrap();
    ready["url"] = url.into();
    support::token_at(&support::http(), &ready, "anna").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_method_address_conditions_and_body_and_sends_nothing() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let (case_id, etag) = (id(&case, "incidentid"), case["@odata.etag"].as_str().unwrap());
    let set = desk.dv(&["set", "incident", case_id, "description=new", "--dry-run"]).await;
    set.expect(0, &[]);
    let path = format!("/api/data/v9.2/incidents({case_id})");
    let expected =
        format!("PATCH {path}?$select=description\nIf-Match: {etag}\n{{\"description\":\"new\"}}\n");
    assert_eq!(set.out, expected);

    let chosen = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11";
    let create = ["create", "account", "name=x", "creditlimit=1.50", "--id", chosen, "--dry-run", "--json"];
    let create = desk.dv(&create).await;
    let body = format!(r#""body":{{"accountid":"{chosen}","name":"x","creditlimit":1.50}}"#);
    assert!(create.expect(0, &[]).out.contains(&body), "numbers keep their text: {create:#?}");
    let shown: Value = serde_json::from_str(&create.out).unwrap();
    assert_eq!((&shown["method"], &shown["path"]), (&json!("POST"), &json!("/api/data/v9.2/accounts")));
    assert_eq!(shown["headers"], json!({ "MSCRM.SuppressDuplicateDetection": "false" }));

    let delete = desk.row(&["delete", "incident", case_id, "--dry-run", "--json"]).await;
    let expected = json!({ "method": "DELETE", "path": path, "headers": { "If-Match": etag }, "body": null });
    assert_eq!(delete, expected);
    assert!(desk.writes().await.is_empty());
    assert_eq!(desk.get("incident", case_id).await["@odata.etag"], case["@odata.etag"]);
}

/// Runs a command, and ends it while its first write by this method waits for its answer.
#[cfg(target_os = "linux")]
async fn ended_while_it_writes(desk: &Desk, method: &str, args: &[&str]) -> Ended {
    desk.order(method, "/", json!({ "kind": "delay", "ms": 1500 })).await;
    let mut running = desk.home.start(args);
    while desk.asked("faults").await[0]["hits"] != 1 {
        tokio::task::yield_now().await;
    }
    std::process::Command::new("kill").args(["-TERM", &running.id().to_string()]).status().unwrap();
    tokio::task::block_in_place(|| running.end())
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_takes_effect_between_two_writes() {
    let desk = Desk::new().await;
    let (first, second) = (desk.an_account("First").await, desk.an_account("Second").await);
    let delete = ["delete", "account", &first, &second, "--confirm-delete", "2"];
    let ended = ended_while_it_writes(&desk, "DELETE", &delete).await;
    ended.expect(1, &["interrupted"]);
    assert_eq!(ended.out, format!("deleted account {first}  First\n"));
    desk.dv(&["get", "account", &first]).await.expect(1, &["Does Not Exist"]);
    desk.get("account", &second).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_signal_does_not_end_a_write_half_way() {
    let desk = Desk::new().await;
    let case = desk.a_case().await;
    let case_id = id(&case, "incidentid");
    let ended =
        ended_while_it_writes(&desk, "PATCH", &["set", "incident", case_id, "description=whole"]).await;
    ended.expect(0, &[]);
    assert!(ended.out.contains("whole"), "what came of it is told: {ended:#?}");
    assert_eq!(desk.get("incident", case_id).await["description"], "whole");
}
