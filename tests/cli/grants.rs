//! Access tokens of every kind, got by plain requests: nothing of our own client.

use dvtui::sandbox::Sandbox;
use serde_json::Value;

use crate::support;

/// A token of a user for a scope, by a client.
pub(crate) async fn user(sandbox: &Sandbox, user: &str, client: &str, scope: &str) -> String {
    let ready = sandbox.ready();
    let controls = ready.controls.as_deref().unwrap();
    let device = format!("{}/oauth2/v2.0/devicecode", ready.authority);
    let code = post(&device, &[("client_id", client), ("scope", scope)]).await;
    let user_code = code["user_code"].as_str().unwrap();
    post(&format!("{controls}/_sandbox/approve?user_code={user_code}&user={user}"), &[]).await;
    let form = [
        ("client_id", client),
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("device_code", code["device_code"].as_str().unwrap()),
    ];
    token(sandbox, &form).await
}

/// A token of an application for itself, for the first environment.
pub(crate) async fn application(sandbox: &Sandbox, client: &str) -> String {
    let ready = sandbox.ready();
    let scope = format!("{}/.default", ready.url);
    let form = [
        ("client_id", client),
        ("client_secret", &ready.confidential.client_secret),
        ("grant_type", "client_credentials"),
        ("scope", &scope),
    ];
    token(sandbox, &form).await
}

/// A token of anna's for Microsoft Graph, as a request that names no resource brings it.
pub(crate) async fn graph(sandbox: &Sandbox) -> String {
    user(sandbox, "anna", &sandbox.ready().client_id, "openid offline_access").await
}

/// Makes the sandbox misbehave.
pub(crate) async fn order(sandbox: &Sandbox, fault: &str) {
    let controls = sandbox.ready().controls.as_deref().unwrap();
    let request = support::http().post(format!("{controls}/_sandbox/faults")).body(fault.to_owned());
    assert!(request.send().await.unwrap().status().is_success(), "{fault}");
}

async fn token(sandbox: &Sandbox, form: &[(&str, &str)]) -> String {
    let answer = post(&format!("{}/oauth2/v2.0/token", sandbox.ready().authority), form).await;
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn post(url: &str, form: &[(&str, &str)]) -> Value {
    let response = support::http().post(url).form(form).send().await.unwrap();
    let (status, body) = (response.status(), response.text().await.unwrap());
    assert!(status.is_success(), "{url}: {status} {body}");
    serde_json::from_str(&body).unwrap()
}
