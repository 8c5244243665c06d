//! An authority that keeps to RFC 6749, 7636, 8628 and 8414 and to nothing else: its own paths and scope, no OpenID, and
//! refresh tokens that work once. A second use takes back everything that came from the same sign-in.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use url::form_urlencoded;

use crate::dv::Home;
use crate::stub::{Answer, Stub, html, json};
use crate::support;

const METADATA: &str = "/.well-known/oauth-authorization-server/tenant";

/// What the authority remembers.
#[derive(Debug, Default)]
struct Grants {
    issued: u32,
    /// Refresh tokens with their family; used ones as well.
    refresh: HashMap<String, (u32, bool)>,
    revoked: Vec<u32>,
    challenge: Option<String>,
    /// Refused uses of refresh tokens.
    replays: u32,
}

impl Grants {
    fn tokens(&mut self, family: u32) -> Answer {
        self.issued += 1;
        let refresh = format!("R{}", self.issued);
        self.refresh.insert(refresh.clone(), (family, false));
        let access = format!("A{}", self.issued);
        json(
            200,
            &format!(
                r#"{{"access_token":"{access}","token_type":"Bearer","expires_in":1,"refresh_token":"{refresh}"}}"#
            ),
        )
    }

    fn token_endpoint(&mut self, body: &str) -> Answer {
        let form: HashMap<_, _> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        let refused = |error: &str| json(400, &format!(r#"{{"error":"{error}"}}"#));
        match form.get("grant_type").map(String::as_str) {
            Some("urn:ietf:params:oauth:grant-type:device_code") if form["device_code"] == "D" => {
                let family = self.issued;
                self.tokens(family)
            }
            Some("authorization_code") => {
                let hash = ring::digest::digest(&ring::digest::SHA256, form["code_verifier"].as_bytes());
                match self.challenge.take() == Some(URL_SAFE_NO_PAD.encode(hash)) && form["code"] == "C" {
                    true => {
                        let family = self.issued;
                        self.tokens(family)
                    }
                    false => refused("invalid_grant"),
                }
            }
            Some("refresh_token") => {
                let Some((family, used)) = self.refresh.get_mut(&form["refresh_token"]) else {
                    return refused("invalid_grant");
                };
                let family = *family;
                if std::mem::replace(used, true) {
                    self.revoked.push(family);
                    self.replays += 1;
                }
                match self.revoked.contains(&family) {
                    true => refused("invalid_grant"),
                    false => self.tokens(family),
                }
            }
            _ => refused("unsupported_grant_type"),
        }
    }
}

fn authority() -> (Stub, Arc<Mutex<Grants>>) {
    let grants = Arc::new(Mutex::new(Grants::default()));
    let shared = grants.clone();
    let stub = Stub::with_bodies(move |path, body, origin| match path {
        METADATA => json(
            200,
            &format!(
                r#"{{"issuer":"{origin}/tenant","authorization_endpoint":"{origin}/go","token_endpoint":"{origin}/t",
                    "device_authorization_endpoint":"{origin}/d","code_challenge_methods_supported":["S256"]}}"#
            ),
        ),
        "/d" => json(
            200,
            &format!(
                r#"{{"device_code":"D","user_code":"U","verification_uri":"{origin}/v","expires_in":60,"interval":1}}"#
            ),
        ),
        "/t" => shared.lock().unwrap().token_endpoint(body),
        _ => html(404),
    });
    (stub, grants)
}

fn home(stub: &Stub) -> Home {
    stub.home().with("DV_SCOPE", "api:read").with("DV_CLIENT_ID", "plain")
}

#[test]
fn a_code_works_with_no_more_than_the_rfcs_ask_for_and_every_renewal_uses_the_newest_refresh_token() {
    let (stub, grants) = authority();
    let home = home(&stub);
    home.dv(&["login", "--device-code", "--no-open"]).expect(0, &["Open: ", "Code: U", "Signed in"]);
    let asked = stub.seen("/d")[0].clone();
    assert_eq!(asked.field("scope").as_deref(), Some("api:read"));
    let mut tokens = Vec::new();
    for _ in 0..3 {
        // A token lives a second, so each of these renews it.
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        tokens.push(home.dv(&["token"]).expect(0, &[]).out.clone());
    }
    tokens.dedup();
    assert_eq!(tokens.len(), 3, "{tokens:?}");
    assert_eq!(grants.lock().unwrap().replays, 0);
}

#[test]
fn eight_processes_never_use_a_refresh_token_twice() {
    let (stub, grants) = authority();
    let home = home(&stub);
    home.dv(&["login", "--device-code", "--no-open"]).expect(0, &[]);
    for _ in 0..2 {
        let mut all: Vec<_> = (0..8).map(|_| home.start(&["token"])).collect();
        for running in &mut all {
            running.end().expect(0, &[]);
        }
    }
    assert_eq!(grants.lock().unwrap().replays, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_works_with_no_more_than_the_rfcs_ask_for() {
    let (stub, grants) = authority();
    let home = home(&stub);
    let mut login = home.start(&["login", "--browser", "--no-open"]);
    let authorize = url::Url::parse(&login.err_after("Open: ")).unwrap();
    assert_eq!(authorize.path(), "/go");
    let query: HashMap<_, _> = authorize.query_pairs().into_owned().collect();
    assert_eq!((query["response_type"].as_str(), query["scope"].as_str()), ("code", "api:read"));
    grants.lock().unwrap().challenge = Some(query["code_challenge"].clone());
    let back = format!("{}/?code=C&state={}", query["redirect_uri"], query["state"]);
    support::http().get(back).send().await.unwrap();
    login.end().expect(0, &["Signed in"]);
    home.dv(&["token"]).expect(0, &[]);
    assert_eq!(grants.lock().unwrap().replays, 0);
}
