//! Four environments, each an organization of its own with its own rows.

use dvtui::sandbox::Options;
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::desk::{Answer, Desk};
use crate::discovery::instances;
use crate::support;

/// A token of a user for any resource, got with a refresh token.
pub(crate) async fn token_for(desk: &Desk, user: &str, resource: &str) -> String {
    let tokens = desk.tokens(user).await;
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", desk.ready().client_id.as_str()),
        ("refresh_token", tokens.text("refresh_token")),
        ("scope", &format!("{resource}/user_impersonation")),
    ];
    desk.token(&form).await.text("access_token").to_owned()
}

async fn send(desk: &Desk, method: Method, url: &str, token: &str, body: Option<Value>) -> Response {
    let mut request = desk.http.request(method, url).bearer_auth(token);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    request.send().await.unwrap()
}

async fn get(desk: &Desk, root: &str, token: &str, path: &str) -> Answer {
    let url = format!("{root}/api/data/v9.2/{path}");
    Answer::of(send(desk, Method::GET, &url, token, None).await).await
}

async fn count(desk: &Desk, root: &str, token: &str, set: &str) -> usize {
    let all = get(desk, root, token, &format!("{set}?$select=createdon")).await;
    all.body["value"].as_array().unwrap_or_else(|| panic!("{:?}", all.body)).len()
}

/// The names of the files of rows, in order.
fn files(folder: &std::path::Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm") && !name.ends_with(".pem"));
    names.sort();
    names
}

/// The folder of a sandbox that was told no place for anything.
fn folder(desk: &Desk) -> std::path::PathBuf {
    desk.ready().confidential.certificate.parent().unwrap().to_owned()
}

#[tokio::test]
async fn each_environment_speaks_for_itself_and_opens_for_its_own_tokens_only() {
    let desk = Desk::new().await;
    let environments = desk.ready().environments.clone();
    let kinds: Vec<_> = environments.iter().map(|one| (one.name.as_str(), one.kind, one.state)).collect();
    let expected =
        [("contoso-uat", 5, 0), ("contoso", 0, 0), ("contoso-dev", 13, 0), ("contoso-trial", 14, 1)];
    assert_eq!(kinds, expected);
    assert_eq!(environments[0].url, desk.ready().url);
    assert_eq!(files(&folder(&desk)), ["rows.db"], "nobody asked for the others yet");

    let listed = instances(&desk, "anna", "Instances").await;
    let mut tokens = vec![];
    for environment in &environments {
        tokens.push(token_for(&desk, "anna", &environment.url).await);
    }
    let (mut users, mut first_cases) = (vec![], vec![]);
    for (index, environment) in environments.iter().enumerate().filter(|(_, one)| one.state == 0) {
        let (root, token) = (&environment.url, &tokens[index]);
        let me = get(&desk, root, token, "WhoAmI").await;
        assert_eq!(me.text("OrganizationId"), environment.organization_id);
        users.push(me.text("UserId").to_owned());

        let path =
            "RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')";
        let own = get(&desk, root, token, path).await;
        let (own, listed) = (&own.body["Detail"], &listed.body["value"][index]);
        assert_eq!((&own["OrganizationId"], &own["UrlName"]), (&listed["Id"], &json!(environment.name)));
        for name in ["FriendlyName", "UniqueName", "UrlName", "EnvironmentId"] {
            assert!(own[name].is_string() && own[name] == listed[name], "{name}: {own} {listed}");
        }
        assert_eq!(listed["ApiUrl"], json!(root));

        let cases = if index == 0 { 300 } else { 15 };
        assert_eq!(count(&desk, root, token, "incidents").await, cases, "{root}");
        let case = get(&desk, root, token, "incidents?$select=incidentid&$top=1").await;
        first_cases.push(case.body["value"][0]["incidentid"].clone());

        for (other, foreign) in tokens.iter().enumerate().filter(|(other, _)| *other != index) {
            let url = format!("{root}/api/data/v9.2/WhoAmI");
            let refused = send(&desk, Method::GET, &url, foreign, None).await;
            assert_eq!(refused.status(), 401, "{index} {other}");
            let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
            assert!(challenge.ends_with(&format!("resource_id={root}/")), "{challenge}");
        }
    }
    for values in [users.into_iter().map(Value::from).collect(), first_cases] {
        let mut different = values.clone();
        different.sort_by_key(ToString::to_string);
        different.dedup();
        assert_eq!(different.len(), 3, "{values:?}");
    }
    assert_eq!(files(&folder(&desk)), ["contoso-dev.db", "contoso.db", "rows.db"]);
}

#[tokio::test]
async fn a_disabled_environment_says_so_to_whoever_has_a_token() {
    let desk = Desk::new().await;
    let root = desk.ready().environments[3].url.clone();
    let anonymous = desk.http.get(format!("{root}/api/data/v9.2/WhoAmI")).send().await.unwrap();
    assert_eq!(anonymous.status(), 401, "the challenge is how a client finds the tenant");
    for user in ["anna", "stranger"] {
        let token = token_for(&desk, user, &root).await;
        for path in ["WhoAmI", "accounts?$top=1", "EntityDefinitions"] {
            let answer = get(&desk, &root, &token, path).await;
            let code = answer.body["error"]["code"].as_str();
            assert_eq!((answer.status.as_u16(), code), (403, Some("0x8004a104")), "{user} {path}");
        }
    }
}

#[tokio::test]
async fn rows_of_one_environment_are_not_in_another_and_a_reset_is_for_all() {
    let desk = Desk::new().await;
    let environments = desk.ready().environments.clone();
    let mut open = vec![];
    for environment in &environments[..3] {
        let token = token_for(&desk, "admin", &environment.url).await;
        open.push((environment.url.clone(), token));
    }
    for (root, token) in &open[..2] {
        let url = format!("{root}/api/data/v9.2/accounts");
        let made = send(&desk, Method::POST, &url, token, Some(json!({ "name": "Zebra" }))).await;
        assert_eq!(made.status(), 204);
    }
    let counts = async || {
        let mut counts = vec![];
        for (root, token) in &open {
            counts.push(count(&desk, root, token, "accounts").await);
        }
        counts
    };
    assert_eq!(counts().await, [61, 6, 5]);
    assert_eq!(desk.control("reset").await.status, 200);
    assert_eq!(counts().await, [60, 5, 5]);
}

#[tokio::test]
async fn who_asks_first_waits_and_an_environment_that_does_not_open_is_tried_again() {
    let desk = Desk::new().await;
    let (root, file) = (desk.ready().environments[1].url.clone(), folder(&desk).join("contoso.db"));
    let token = token_for(&desk, "bo", &root).await;
    std::fs::write(&file, "this is nobody's database, but long enough to be taken for one").unwrap();
    let failed = get(&desk, &root, &token, "WhoAmI").await;
    assert_eq!((failed.status.as_u16(), failed.body["error"]["code"].as_str()), (500, Some("0x80040216")));
    std::fs::remove_file(&file).unwrap();
    let all = futures_util::future::join_all((0..8).map(|_| get(&desk, &root, &token, "accounts"))).await;
    for answer in &all {
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &all[0].body));
    }
}

#[tokio::test]
async fn a_client_that_gives_up_leaves_no_half_made_environment() {
    let desk = Desk::new().await;
    let root = desk.ready().environments[2].url.clone();
    let token = token_for(&desk, "bo", &root).await;
    let url = format!("{root}/api/data/v9.2/WhoAmI");
    for _ in 0..3 {
        let impatient = desk.http.get(&url).bearer_auth(&token).timeout(std::time::Duration::from_millis(5));
        let _ = impatient.send().await;
    }
    assert_eq!(count(&desk, &root, &token, "accounts").await, 5);
}

#[tokio::test]
async fn a_data_file_has_one_beside_it_for_each_other_environment() {
    let place = tempfile::tempdir().unwrap();
    let options = || Options { data: Some(place.path().join("kept.db")), ..support::options() };
    let desk = Desk::with(options()).await;
    let names = ["kept.db", "kept.db.contoso", "kept.db.contoso-dev", "kept.db.contoso-trial"];
    assert_eq!(files(place.path()), names);
    let root = desk.ready().environments[2].url.clone();
    let token = token_for(&desk, "admin", &root).await;
    let url = format!("{root}/api/data/v9.2/accounts");
    send(&desk, Method::POST, &url, &token, Some(json!({ "name": "Kept" }))).await;
    desk.sandbox.stop().await;

    let desk = Desk::with(options()).await;
    let root = desk.ready().environments[2].url.clone();
    let token = token_for(&desk, "admin", &root).await;
    assert_eq!(count(&desk, &root, &token, "accounts").await, 6);
}

#[tokio::test]
async fn each_environment_knows_its_own_members() {
    let desk = Desk::new().await;
    let environments = desk.ready().environments.clone();
    for (user, statuses) in [
        ("bo", [200, 200, 200]),
        ("reader", [200, 200, 403]),
        ("norole", [403, 403, 403]),
        ("stranger", [403; 3]),
    ] {
        let mut met = vec![];
        for environment in &environments[..3] {
            let token = token_for(&desk, user, &environment.url).await;
            let answer = get(&desk, &environment.url, &token, "accounts?$top=1").await;
            met.push(answer.status.as_u16());
        }
        assert_eq!(met, statuses, "{user}");
    }
}

#[tokio::test]
async fn the_log_and_the_faults_know_all_environments_as_the_api() {
    let desk = Desk::new().await;
    let roots: Vec<String> = desk.ready().environments.iter().map(|one| one.url.clone()).collect();
    let fault = json!({ "kind": "status", "status": 503 });
    desk.order(json!({ "match": { "origin": "api" }, "times": 4, "fault": fault })).await;
    for root in &roots {
        let struck = desk.http.get(format!("{root}/api/data/v9.2/")).send().await.unwrap();
        assert_eq!(struck.status(), 503, "{root}");
        let origin = desk.requests().await.last().unwrap()["origin"].clone();
        assert_eq!(origin, "api");
    }
    let own = desk.http.get(format!("{}/api/data/v9.2/", roots[1])).header("Origin", &roots[1]);
    assert_eq!(own.send().await.unwrap().status(), 401);
    let other = desk.http.get(format!("{}/api/data/v9.2/", roots[1])).header("Origin", &roots[0]);
    assert_eq!(other.send().await.unwrap().status(), 403, "one environment is a stranger to another");
}
