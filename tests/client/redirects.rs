//! Redirects to somebody else: of the Web API, of discovery, and of everything that a sign-in asks.

use dvtui::auth::{EnvironmentUrl, Request, Service, TokenStore};
use dvtui::dataverse::{Discovery, Query, Retry};
use dvtui::http;
use dvtui::ops::sign_in::{Attempt, Way, sign_in};
use tempfile::TempDir;

use crate::renewal::{entry, open};
use crate::scripted::{Answer, Seen, Server, json, status};

const STATUSES: [u16; 5] = [301, 302, 303, 307, 308];

/// Addresses at which the foreign server would be met, as seen from a server of ours.
fn locations(own: &str, foreign: &str) -> Vec<String> {
    let host = foreign.strip_prefix("http://").unwrap();
    let port = host.rsplit(':').next().unwrap();
    let own = own.strip_prefix("http://").unwrap();
    vec![
        format!("{foreign}/x"),
        format!("http://localhost:{port}/x"),
        format!("https://{host}/x"),
        format!("//{host}/x"),
        format!("http://{own}@{host}/x"),
        format!("http://{}:{}@{host}/x", own.split(':').next().unwrap(), own.rsplit(':').next().unwrap()),
        format!("\\\\{host}/x"),
    ]
}

/// A server that answers like an environment with its authority, but redirects what matches.
async fn redirecting(what: &'static str, code: u16, location: usize, foreign: &Server) -> Server {
    let foreign = foreign.origin.clone();
    Server::answering(move |request| {
        let own = format!("http://{}", request.header("host").unwrap());
        let is_probe = request.header("authorization").is_none();
        let place = match request.target.as_str() {
            "/t/oauth2/v2.0/devicecode" => "device",
            "/t/oauth2/v2.0/token" | "/token" => "token",
            target if target.contains("/.well-known/") => "metadata",
            target if target.contains("/api/") && is_probe => "probe",
            _ => "api",
        };
        if place == what {
            return status(code, &[("Location", &locations(&own, &foreign)[location])], "");
        }
        usual(place, &own)
    })
    .await
}

fn usual(place: &str, own: &str) -> Answer {
    match place {
        "device" => json(&format!(
            r#"{{"device_code":"D","user_code":"U","verification_uri":"{own}/d","interval":1,"expires_in":60}}"#
        )),
        "token" => json(r#"{"access_token":"A","refresh_token":"R","expires_in":3600}"#),
        "probe" => {
            let challenge = format!("Bearer authorization_uri={own}/t/oauth2/authorize, resource_id={own}/");
            status(401, &[("WWW-Authenticate", &challenge)], "")
        }
        "api" => json(r#"{"value":[]}"#),
        _ => status(404, &[], ""),
    }
}

/// What a sign-in says where one of its requests is redirected.
async fn signed_in(server: &Server, service: Service) -> Result<(), String> {
    let folder = TempDir::new().unwrap();
    let request = Request {
        authority: Some(format!("{}/t", server.origin)),
        service,
        ..Request::new(EnvironmentUrl::parse(&server.origin).unwrap())
    };
    let http = http::client(&http::Options::default()).unwrap();
    let store = TokenStore::in_folder(folder.path());
    let signed_in = sign_in(&http, &store, &request, Attempt::new(Way::DeviceCode), |_| {}).await;
    signed_in.map(drop).map_err(|error| error.to_string())
}

/// Requests to the Web API, to discovery and for a renewal.
async fn read(server: &Server, what: &str) -> String {
    let http = http::client(&http::Options::default()).unwrap();
    match what {
        "discovery" => {
            let tokens = dvtui::auth::Tokens::fixed("SECRET".into());
            let retry = Retry { tries: 1, ..Retry::default() };
            let service = EnvironmentUrl::parse(&server.origin).unwrap();
            Discovery::new(service, http, tokens, retry).instances().await.unwrap_err().to_string()
        }
        "renewal" => {
            let folder = TempDir::new().unwrap();
            let store = TokenStore::in_folder(folder.path());
            let entry = dvtui::auth::Entry { obtained: std::time::UNIX_EPOCH, ..entry(server) };
            store.put(entry.clone(), &store.lock().await.unwrap()).unwrap();
            let tokens = dvtui::auth::Tokens::kept(http, store, entry);
            tokens.access_token().await.unwrap_err().to_string()
        }
        _ => server.client_with(open()).page(&Query::new("x")).await.unwrap_err().to_string(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_is_followed_wherever_it_comes_from_and_leads() {
    let foreign = Server::answering(|_: &Seen| json(r#"{"access_token":"STOLEN","value":[]}"#)).await;
    let mut all = Vec::new();
    for code in STATUSES {
        for location in 0..locations("http://127.0.0.1:1", &foreign.origin).len() {
            for what in ["api", "discovery", "renewal"] {
                let place = if what == "renewal" { "token" } else { "api" };
                let server = redirecting(place, code, location, &foreign).await;
                let said = read(&server, what).await;
                assert!(said.contains(&code.to_string()), "{what} {code} {location}: {said}");
                assert!(!said.contains("SECRET") && !said.contains("r1"), "{said}");
                let asked = server.seen().iter().filter(|seen| seen.target.contains(place)).count();
                assert_eq!(asked, 1, "{what} {code} {location}");
            }
            for what in ["probe", "metadata", "device", "token"] {
                let server = redirecting(what, code, location, &foreign).await;
                all.push(async move {
                    let said = signed_in(&server, Service::WebApi).await;
                    match what {
                        // What an authority by hand is worth is the person's to say; the rest is asked of itself.
                        "probe" | "metadata" => assert_eq!(said, Ok(()), "{what} {code} {location}"),
                        _ => {
                            let said = said.unwrap_err();
                            assert!(said.contains(&code.to_string()), "{what} {code} {location}: {said}");
                        }
                    }
                });
            }
        }
    }
    futures_util::future::join_all(all).await;
    assert!(foreign.seen().is_empty(), "{:?}", foreign.seen());
}
