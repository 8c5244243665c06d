//! Faults between the client and the sandbox that must not lose a row, a token or a change.

use std::collections::HashSet;
use std::time::Duration;

use dvtui::auth::{EnvironmentUrl, Request, TokenStore};
use dvtui::dataverse::{Client, Error, Guard, Query};
use dvtui::http;
use dvtui::ops::sign_in::{Attempt, Way, sign_in};
use dvtui::sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support;
use crate::world::{World, fault};

/// A client whose sign-in is kept and can be renewed.
pub(crate) async fn kept(folder: &TempDir) -> World {
    let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
    let sandbox = support::start(options).await;
    let client = sign_in_to(&sandbox, 0, folder).await;
    World { sandbox, client }
}

/// Signs in to an environment of the sandbox, by its place in the list.
pub(crate) async fn sign_in_to(sandbox: &Sandbox, environment: usize, folder: &TempDir) -> Client {
    let ready = sandbox.ready();
    let request = Request {
        authority: Some(ready.authority.clone()),
        client_id: Some(ready.client_id.clone()),
        ..Request::new(EnvironmentUrl::parse(&ready.environments[environment].url).unwrap())
    };
    let http = http::client(&http::Options::default()).unwrap();
    let store = TokenStore::in_folder(folder.path());
    let attempt = Attempt::new(Way::DeviceCode);
    let signed_in = sign_in(&http, &store, &request, attempt, |_| {}).await.unwrap();
    Client::new(signed_in.environment, http, signed_in.tokens, Guard::new())
}

/// Reads all cases in pages of 100 and counts those that came once.
pub(crate) async fn all_cases(world: &World) -> Result<usize, Error> {
    all_cases_of(&world.client).await
}

pub(crate) async fn all_cases_of(client: &Client) -> Result<usize, Error> {
    let mut pages = client.pages(Query::new("incidents").select(["title"]).page_size(100));
    let mut ids = HashSet::new();
    while let Some(page) = pages.next().await? {
        assert!(page.rows().all(|row| ids.insert(row.id(&"incidentid".into()).unwrap())), "a row came twice");
    }
    Ok(ids.len())
}

pub(crate) fn renewals(requests: &[Value]) -> usize {
    requests.iter().filter(|entry| entry["path"].as_str().unwrap().ends_with("/token")).count()
}

#[tokio::test]
async fn a_packed_body_that_is_cut_is_read_again() {
    let world = World::new().await;
    world.order(fault("GET", "skiptoken", 2, json!({ "kind": "gzip_cut" }))).await;
    assert_eq!(all_cases(&world).await, Ok(300));
}

#[tokio::test]
async fn json_that_ends_too_early_is_an_error_and_not_the_last_page() {
    let world = World::new().await;
    world.order(fault("GET", "skiptoken", 1, json!({ "kind": "bad_json" }))).await;
    let failed = all_cases(&world).await.unwrap_err();
    assert!(failed.to_string().contains("cut short"), "{failed}");
}

#[tokio::test]
async fn a_redirect_to_somebody_else_is_not_followed() {
    for status in [301, 302, 307, 308] {
        let world = World::new().await;
        let redirect = json!({ "kind": "redirect", "status": status, "to": "foreign" });
        world.order(fault("GET", "skiptoken", 1, redirect)).await;
        assert_eq!(all_cases(&world).await.unwrap_err().status(), Some(status));
        let foreign = |entry: &&Value| entry["origin"] == "foreign";
        assert_eq!(world.all_requests().await.iter().filter(foreign).count(), 0);
    }
}

#[tokio::test]
async fn a_token_that_expires_in_the_middle_is_renewed_and_no_row_is_missing() {
    let folder = TempDir::new().unwrap();
    let world = kept(&folder).await;
    let before = renewals(&world.all_requests().await);
    world.order(fault("GET", "skiptoken", 1, json!({ "kind": "expire_token" }))).await;
    assert_eq!(all_cases(&world).await, Ok(300));
    assert_eq!(renewals(&world.all_requests().await), before + 1);
}

#[tokio::test]
async fn a_sign_in_that_was_revoked_asks_for_a_new_one() {
    let folder = TempDir::new().unwrap();
    let world = kept(&folder).await;
    let revoke = json!({ "match": { "origin": "entra" }, "times": 1, "fault": { "kind": "revoke_refresh" } });
    world.order(revoke).await;
    world.order(fault("GET", "skiptoken", 1, json!({ "kind": "expire_token" }))).await;
    let failed = all_cases(&world).await.unwrap_err();
    assert!(failed.needs_sign_in(), "{failed}");
}
