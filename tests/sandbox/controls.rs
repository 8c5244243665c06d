use serde_json::json;

use crate::desk::Desk;
use crate::office::Office;
use crate::{raw, support};

#[tokio::test]
async fn the_request_log_tells_what_was_sent_and_keeps_no_secret() {
    let desk = Desk::new().await;
    let token = support::user_token(&desk.sandbox, "anna").await;
    let before = desk.requests().await;
    assert_eq!(before.len(), 2, "device code and token, without the controls: {before:?}");
    assert_eq!((&before[1]["origin"], &before[1]["method"]), (&json!("entra"), &json!("POST")));

    let request =
        desk.http.patch(format!("{}/api/data/v9.2/accounts(1)?a=b", desk.ready().url)).bearer_auth(&token);
    let request = request.header("If-Match", "W/\"1\"").header("Prefer", "return=representation");
    let status = request.body("{\"name\":\"secret\"}").send().await.unwrap().status();
    desk.get(&format!("{}/stolen?x=1", desk.foreign())).await;

    let url = format!("{}/_sandbox/requests?since=2", desk.ready().controls.as_deref().unwrap());
    let after = desk.get(&url).await.body;
    let mut entries = after.as_array().unwrap().clone();
    for entry in &mut entries {
        assert!(entry.as_object_mut().unwrap().remove("time").unwrap().as_str().unwrap().ends_with('Z'));
    }
    let expected = json!([
        { "n": 3, "origin": "api", "method": "PATCH", "path": "/api/data/v9.2/accounts(1)?a=b",
          "status": status.as_u16(), "if_match": "W/\"1\"", "prefer": "return=representation", "authorization": true },
        { "n": 4, "origin": "foreign", "method": "GET", "path": "/stolen?x=1", "status": 200, "if_match": null,
          "prefer": null, "authorization": false },
    ]);
    assert_eq!(json!(entries), expected);
    let all = json!(desk.requests().await).to_string();
    assert!(!all.contains(&token) && !all.contains("secret"));
}

#[tokio::test]
async fn the_controls_answer_at_their_own_address_and_at_the_environments() {
    let desk = Desk::new().await;
    let url = format!("{}/_sandbox/requests", desk.ready().url);
    assert_eq!(desk.get(&url).await.body, json!([]));
    for (path, status) in [("nothing", 404), ("approve", 400), ("approve?user_code=ABC&user=nobody", 404)] {
        assert_eq!(desk.control(path).await.status, status, "{path}");
    }
    let options = dvtui::sandbox::Options { controls: false, ..support::options() };
    let desk = Desk::with(options).await;
    assert_eq!(desk.ready().controls, None);
    let url = desk.ready().url.clone();
    assert_eq!(raw::get(&url, "/_sandbox/requests", &raw::host(&url)).await.status(), 404);
}

#[tokio::test]
async fn a_reset_brings_back_the_first_rows_and_forgets_requests_and_faults() {
    let office = Office::new().await;
    let all = "/incidents?$orderby=createdon,incidentid";
    let before = office.get(all).await;
    let first = before.rows()[0]["incidentid"].as_str().unwrap().to_owned();
    let (_, made) = office.new_case("Gone soon").await;
    office.patch(&format!("/incidents({first})"), &[], json!({ "title": "Changed" })).await;
    office
        .desk
        .order(json!({ "match": { "origin": "api" }, "fault": { "kind": "status", "status": 503 } }))
        .await;
    let requests = office.desk.requests().await;
    assert_eq!(office.get(all).await.status, 503);

    assert_eq!(office.desk.control("reset").await.status, 200);
    assert_eq!(office.desk.requests().await.len(), 0);
    let after = office.get(all).await;
    assert_eq!(after.text, before.text, "rows, versions and all");
    assert_eq!(office.get(&format!("/incidents({made})")).await.status, 404);
    assert!(office.desk.requests().await[0]["n"].as_u64() > requests.last().unwrap()["n"].as_u64());
    let numbered = |reply: &crate::office::Reply| reply.body["ticketnumber"].clone();
    let (again, _) = office.new_case("Numbered").await;
    let again = numbered(&office.get(&again).await);
    assert_eq!(office.desk.control("reset").await.status, 200);
    let (same, _) = office.new_case("Numbered").await;
    let number = |ticket: &serde_json::Value| ticket.as_str().unwrap()[..9].to_owned();
    assert_eq!(number(&numbered(&office.get(&same).await)), number(&again), "numbers begin anew as well");
    let url = format!("{}/_sandbox/reset", office.desk.ready().controls.as_deref().unwrap());
    assert_eq!(office.desk.get(&url).await.status, 405);
}

#[tokio::test]
async fn the_ready_line_has_every_field_and_private_files() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new");
    let options = dvtui::sandbox::Options { out_dir: Some(folder.clone()), ..support::options() };
    let desk = Desk::with(options).await;
    let line = serde_json::to_value(desk.ready()).unwrap();
    let names: Vec<&str> = line.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "url",
        "authority",
        "tenant",
        "client_id",
        "controls",
        "foreign",
        "discovery",
        "ca",
        "environments",
        "users",
        "confidential",
        "clients",
        "proxy",
    ];
    assert_eq!(names, expected);
    assert_eq!(line["environments"][0]["type"], 5);
    assert_eq!(line["ca"], serde_json::Value::Null);
    let users: Vec<&str> = desk.ready().users.iter().map(|user| user.name.as_str()).collect();
    let expected = [
        "admin",
        "anna",
        "bo",
        "reader",
        "norole",
        "stranger",
        "disabled",
        "unlicensed",
        "blocked",
        "other-tenant",
        "leaver",
        "mfa",
    ];
    assert_eq!(users, expected);
    for (name, begins) in
        [("certificate", "-----BEGIN CERTIFICATE"), ("private_key", "-----BEGIN PRIVATE KEY")]
    {
        let path = line["confidential"][name].as_str().unwrap();
        assert!(path.starts_with(folder.to_str().unwrap()));
        assert!(std::fs::read_to_string(path).unwrap().starts_with(begins));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}

#[tokio::test]
async fn a_stopped_sandbox_is_gone_and_its_files_with_it() {
    let desk = Desk::new().await;
    let ready = desk.ready().clone();
    assert!(ready.confidential.certificate.exists());
    desk.sandbox.stop().await;
    let address = ready.url.strip_prefix("http://").unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert!(!ready.confidential.certificate.exists());
}

#[tokio::test]
async fn a_dropped_sandbox_takes_its_files_with_it() {
    let desk = Desk::new().await;
    let key = desk.ready().confidential.private_key.clone();
    assert!(key.exists());
    drop(desk);
    assert!(!key.exists() && !key.parent().unwrap().exists());
}
