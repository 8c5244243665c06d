//! `dv tables`, `dv rows` and `dv get` against the sandbox.

use std::collections::HashSet;

use dvtui::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::dv::{Ended, Home};
use crate::support;

/// A sandbox of a few hundred rows, and a home in which anna has a token.
async fn world() -> (Sandbox, Home) {
    let sandbox = support::start(support::options()).await;
    let token = support::user_token(&sandbox, "anna").await;
    let home = Home::for_sandbox(sandbox.ready()).with("DV_TOKEN", &token);
    (sandbox, home)
}

/// Runs a command while the sandbox goes on serving.
async fn dv(home: &Home, args: &[&str]) -> Ended {
    tokio::task::block_in_place(|| home.dv(args))
}

/// The lines of an output as JSON.
fn lines(ended: &Ended) -> Vec<Value> {
    ended.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Reads with plain requests what the command should print.
async fn plain(sandbox: &Sandbox, token: &str, path: &str) -> String {
    let url = format!("{}/api/data/v9.2/{path}", sandbox.ready().url);
    support::http().get(url).bearer_auth(token).send().await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_lines_of_json_with_the_promised_members() {
    let (_sandbox, home) = world().await;
    let ended = dv(&home, &["tables", "--json"]).await;
    ended.expect(0, &[]);
    let case = lines(&ended).into_iter().find(|line| line["logical_name"] == "incident").unwrap();
    let expected = json!({ "logical_name": "incident", "set_name": "incidents", "display_name": "Case",
        "primary_id": "incidentid", "primary_name": "title" });
    assert_eq!(case, expected);
    let text = dv(&home, &["tables"]).await;
    assert!(text.out.lines().any(|line| line.split_whitespace().take(3).eq([
        "incident",
        "incidents",
        "Case"
    ])));
}

#[tokio::test(flavor = "multi_thread")]
async fn json_rows_are_the_bytes_of_the_server() {
    let (sandbox, home) = world().await;
    let token = support::user_token(&sandbox, "anna").await;
    let body = plain(&sandbox, &token, "incidents?$top=5").await;
    let ended = dv(&home, &["rows", "incident", "--top", "5", "--json"]).await;
    ended.expect(0, &[]);
    assert_eq!(ended.err, "");
    assert_eq!(ended.out.lines().count(), 5);
    for line in ended.out.lines() {
        assert!(body.contains(line), "{line}");
        assert!(!line.contains("FormattedValue"));
    }
    let annotated = dv(&home, &["rows", "incidents", "--top", "1", "--json", "--annotations"]).await;
    assert!(annotated.out.contains("prioritycode@OData.Community.Display.V1.FormattedValue"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_page_is_read_unless_all_are_asked_for() {
    let (_sandbox, home) = world().await;
    let one = dv(&home, &["rows", "incidents", "--select", "title", "--json"]).await;
    one.expect(0, &["250 rows", "there are more", "--all"]);
    assert_eq!(one.out.lines().count(), 250);
    let all = dv(&home, &["rows", "incidents", "--all", "--json"]).await;
    all.expect(0, &[]);
    assert_eq!(all.err, "");
    let ids: HashSet<String> = lines(&all).iter().map(|row| row["incidentid"].to_string()).collect();
    assert_eq!((all.out.lines().count(), ids.len()), (300, 300));
}

#[tokio::test(flavor = "multi_thread")]
async fn text_has_labels_under_headings_and_lookups_go_by_their_logical_name() {
    let (_sandbox, home) = world().await;
    let args = [
        "rows",
        "incidents",
        "--top",
        "3",
        "--select",
        "title,prioritycode,customerid",
        "--order",
        "title desc",
    ];
    let ended = dv(&home, &args).await;
    ended.expect(0, &[]);
    let mut text = ended.out.lines();
    let heading = text.next().unwrap();
    assert!(heading.contains("Priority") && heading.contains("Customer"), "{heading}");
    assert_eq!(text.clone().count(), 3);
    assert!(text.all(|line| ["High", "Normal", "Low"].iter().any(|label| line.contains(label))));
    let titles = dv(&home, &[&args[..], &["--json"]].concat()).await;
    let titles: Vec<String> =
        lines(&titles).iter().map(|row| row["title"].to_string().to_lowercase()).collect();
    assert!(titles.is_sorted_by(|earlier, later| earlier >= later), "{titles:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_goes_to_the_server() {
    let (_sandbox, home) = world().await;
    let args = ["rows", "incidents", "--json", "--all", "--filter", "prioritycode eq 1 and statecode eq 0"];
    let ended = dv(&home, &args).await;
    ended.expect(0, &[]);
    let rows = lines(&ended);
    assert!(!rows.is_empty() && rows.len() < 300);
    assert!(rows.iter().all(|row| row["prioritycode"] == 1 && row["statecode"] == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_read_by_its_key_and_a_missing_one_is_told() {
    let (_sandbox, home) = world().await;
    let row = lines(&dv(&home, &["rows", "incidents", "--top", "1", "--json"]).await).remove(0);
    let id = row["incidentid"].as_str().unwrap();
    let json = dv(&home, &["get", "incident", &id.to_uppercase(), "--json"]).await;
    json.expect(0, &[]);
    assert_eq!(lines(&json)[0]["title"], row["title"]);
    let text = dv(&home, &["get", "incidents", id]).await;
    text.expect(0, &[]);
    assert!(
        text.out.lines().any(|line| line.starts_with("Priority") && line.contains("prioritycode")),
        "{}",
        text.out
    );
    let missing = dv(&home, &["get", "incident", "00000000-0000-0000-0000-000000000001"]).await;
    missing.expect(1, &["Does Not Exist", "0x80040217"]);
    dv(&home, &["get", "incident", "1213"]).await.expect(2, &["`1213` is not the key of a row", "GUID"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_do_not_exist_come_with_those_that_do() {
    let (_sandbox, home) = world().await;
    dv(&home, &["rows", "incidnt"]).await.expect(1, &["no table `incidnt`", "did you mean incident"]);
    let column = dv(&home, &["rows", "incidents", "--select", "titel"]).await;
    column.expect(1, &["no column `titel`", "did you mean title"]);
    let order = dv(&home, &["rows", "incidents", "--order", "title downwards"]).await;
    order.expect(2, &["is not an order", "desc"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_break_off_end_with_an_error_and_say_how_many_came() {
    let sandbox = support::start(dvtui::sandbox::Options {
        rows: dvtui::sandbox::RowCounts { incident: 5_100, account: 60, contact: 90 },
        ..support::options()
    })
    .await;
    let token = support::user_token(&sandbox, "anna").await;
    let home = Home::for_sandbox(sandbox.ready()).with("DV_TOKEN", &token);
    let order = json!({ "match": { "origin": "api", "path": "skiptoken" }, "fault": { "kind": "html" } });
    let controls = sandbox.ready().controls.as_deref().unwrap();
    support::http().post(format!("{controls}/_sandbox/faults")).json(&order).send().await.unwrap();
    let broken = dv(&home, &["rows", "incidents", "--all", "--json"]).await;
    broken.expect(1, &["text/html", "note: 5000 rows were printed", "not all"]);
    assert_eq!(broken.err.matches("status 200").count(), 1, "{broken:?}");
    let whole = dv(&home, &["rows", "incidents", "--top", "5050", "--json"]).await;
    whole.expect(0, &[]);
    assert_eq!(whole.out.lines().count(), 5_050);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_wait_is_told_while_it_lasts() {
    let (sandbox, home) = world().await;
    let fault = json!({ "kind": "status", "status": 429, "retry_after": "3" });
    let order = json!({ "match": { "origin": "api", "path": "/incidents" }, "fault": fault });
    let controls = sandbox.ready().controls.as_deref().unwrap();
    support::http().post(format!("{controls}/_sandbox/faults")).json(&order).send().await.unwrap();
    let ended = dv(&home, &["rows", "incidents", "--top", "1", "--json"]).await;
    ended.expect(0, &["the server asks to slow down; try 2 in 3 s"]);
    assert_eq!(ended.out.lines().count(), 1);
}
