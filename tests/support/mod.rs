//! A sandbox inside the test's own process, and tokens for it got with plain requests: nothing of our own client.

use std::sync::Once;

use dvtui::sandbox::{self, Options, RowCounts, Sandbox};
use serde_json::Value;

/// A few hundred rows, which are there in a moment.
pub(crate) fn options() -> Options {
    Options { rows: RowCounts { incident: 300, account: 60, contact: 90 }, ..Options::default() }
}

/// Starts a sandbox.
pub(crate) async fn start(options: Options) -> Sandbox {
    install_crypto();
    sandbox::start(options).await.unwrap()
}

/// A client that follows no redirects, knows no proxy and decodes nothing.
pub(crate) fn http() -> reqwest::Client {
    install_crypto();
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().no_gzip();
    builder.build().unwrap()
}

/// An access token of a user, by short name: a device sign-in that the controls approve.
pub(crate) async fn user_token(sandbox: &Sandbox, user: &str) -> String {
    token_at(&http(), &serde_json::to_value(sandbox.ready()).unwrap(), user).await
}

/// The same for a sandbox of which the ready line is all that is known.
pub(crate) async fn token_at(http: &reqwest::Client, ready: &Value, user: &str) -> String {
    let field = |name: &str| ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {ready}"));
    let (authority, controls) = (field("authority"), field("controls"));
    let scope = format!("{}/.default offline_access openid profile", field("url"));
    let form = [("client_id", field("client_id")), ("scope", &scope)];
    let code = post(http, &format!("{authority}/oauth2/v2.0/devicecode"), &form).await;
    let user_code = code["user_code"].as_str().unwrap();
    post(http, &format!("{controls}/_sandbox/approve?user_code={user_code}&user={user}"), &[]).await;
    let form = [
        ("client_id", field("client_id")),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", code["device_code"].as_str().unwrap()),
    ];
    let token = post(http, &format!("{authority}/oauth2/v2.0/token"), &form).await;
    token["access_token"].as_str().unwrap().to_owned()
}

async fn post(http: &reqwest::Client, url: &str, form: &[(&str, &str)]) -> Value {
    let response = http.post(url).form(form).send().await.unwrap();
    let (status, body) = (response.status(), response.text().await.unwrap());
    assert!(status.is_success(), "{url}: {status} {body}");
    serde_json::from_str(&body).unwrap()
}

fn install_crypto() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Another test of this process may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}
