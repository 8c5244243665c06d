//! Global Discovery: signed in to as a service of its own, read through the one gate.

use std::time::Duration;

use dvtui::auth::{self, EnvironmentUrl, TokenStore, Tokens};
use dvtui::dataverse::{Discovery, Retry};
use dvtui::http;
use dvtui::ops::environments;
use dvtui::ops::sign_in::{self, Attempt, Way};
use dvtui::sandbox::{Options, Sandbox};

use crate::scripted::{Answer, Seen, Server, json, status};
use crate::support;

fn once() -> Retry {
    Retry { tries: 1, ..Retry::default() }
}

async fn sandbox() -> Sandbox {
    support::start(Options { auto_approve: Some(Duration::ZERO), ..support::options() }).await
}

fn request(sandbox: &Sandbox) -> auth::Request {
    let ready = sandbox.ready();
    let environment = auth::Request {
        authority: Some(ready.authority.clone()),
        client_id: Some(ready.client_id.clone()),
        scope: Some("of the environment".into()),
        ..auth::Request::new(EnvironmentUrl::parse(&ready.url).unwrap())
    };
    environments::request(EnvironmentUrl::parse(&ready.discovery).unwrap(), &environment)
}

#[tokio::test]
async fn the_environments_of_a_person_are_listed_after_a_sign_in_to_the_service() {
    let sandbox = sandbox().await;
    let (http, home) = (http::client(&http::Options::default()).unwrap(), tempfile::tempdir().unwrap());
    let store = TokenStore::in_folder(home.path());
    let request = request(&sandbox);
    let refused = environments::list(&http, &store, &request, once()).await.unwrap_err();
    assert!(refused.needs_sign_in(), "{refused:?}");

    sign_in::sign_in(&http, &store, &request, Attempt::new(Way::DeviceCode), |_| {}).await.unwrap();
    let listed = environments::list(&http, &store, &request, once()).await.unwrap();
    assert_eq!(listed.len(), sandbox.ready().environments.len());
    for (instance, expected) in listed.iter().zip(&sandbox.ready().environments) {
        assert_eq!(instance.address().unwrap().origin(), expected.url);
        assert_eq!(
            instance.organization_id.map(|id| id.to_string()),
            Some(expected.organization_id.to_string())
        );
        assert_eq!(instance.is_disabled(), expected.state != 0);
        assert_eq!(instance.region.as_deref(), Some("EMEA"));
    }
    let production: Vec<bool> = listed.iter().map(|one| one.kind.is_production()).collect();
    assert_eq!(production, [false, true, false, false]);
}

async fn listed_by(
    answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
) -> (Server, Result<usize, String>) {
    let server = Server::answering(answer).await;
    let service = EnvironmentUrl::parse(&server.origin).unwrap();
    let http = http::client(&http::Options::default()).unwrap();
    let discovery = Discovery::new(service, http, Tokens::fixed("t".to_owned().into()), once());
    let listed = discovery.instances().await.map(|listed| listed.len()).map_err(|error| error.to_string());
    (server, listed)
}

#[tokio::test]
async fn nobody_follows_what_an_answer_names_and_no_environment_is_an_answer() {
    let body = r#"{"@odata.context":"https://10.0.1.76:20193/api/discovery/v2.0/$metadata#Instances","value":[],
        "@odata.nextLink":"https://10.0.1.76:20193/next"}"#;
    let (server, listed) = listed_by(move |_| json(body)).await;
    assert_eq!(listed, Ok(0));
    let seen = server.seen();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].target.starts_with("/api/discovery/v2.0/Instances?$select="), "{}", seen[0].target);
    assert_eq!(seen[0].header("authorization"), Some("Bearer t"));
}

#[tokio::test]
async fn something_else_than_a_list_is_an_error_and_not_an_empty_list() {
    let answers: [fn() -> Answer; 3] = [
        || json(r#"{"value":null}"#),
        || status(200, &[("content-type", "text/html")], "<html>Sign in to the hotel</html>"),
        || status(500, &[], ""),
    ];
    for answer in answers {
        let (_server, listed) = listed_by(move |_| answer()).await;
        assert!(listed.is_err(), "{listed:?}");
    }
}
