//! A sandbox with a client at hand.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dvtui::sandbox::{Options, Ready, Sandbox};
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;

use crate::support;

pub(crate) const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

pub(crate) struct Desk {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: Client,
}

/// A status and a JSON body.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Answer {
        let status = response.status();
        let text = response.text().await.unwrap();
        Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::String(text)) }
    }

    pub(crate) fn text(&self, field: &str) -> &str {
        self.body[field].as_str().unwrap_or_else(|| panic!("no {field} in {:?}", self.body))
    }

    /// The error, its AADSTS number and the status.
    pub(crate) fn refusal(&self) -> (&str, u64, u16) {
        (self.text("error"), self.body["error_codes"][0].as_u64().unwrap_or(0), self.status.as_u16())
    }
}

impl Desk {
    pub(crate) async fn new() -> Desk {
        Desk::with(support::options()).await
    }

    pub(crate) async fn with(options: Options) -> Desk {
        Desk { sandbox: support::start(options).await, http: support::http() }
    }

    pub(crate) fn ready(&self) -> &Ready {
        self.sandbox.ready()
    }

    /// The stranger's server.
    pub(crate) fn foreign(&self) -> &str {
        self.ready().foreign.as_deref().unwrap()
    }

    /// The scope that asks for the environment, with everything OpenID.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default offline_access openid profile", self.ready().url)
    }

    /// The address of a tenant, by any of its names.
    pub(crate) fn authority(&self, tenant: &str) -> String {
        self.ready().authority.replace(&self.ready().tenant, tenant)
    }

    pub(crate) async fn get(&self, url: &str) -> Answer {
        Answer::of(self.http.get(url).send().await.unwrap()).await
    }

    pub(crate) async fn post(&self, url: &str, form: &[(&str, &str)]) -> Answer {
        Answer::of(self.http.post(url).form(form).send().await.unwrap()).await
    }

    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        self.post(&format!("{}/oauth2/v2.0/token", self.ready().authority), form).await
    }

    /// Begins a device sign-in with the public client.
    pub(crate) async fn device(&self) -> Answer {
        let scope = self.scope();
        let form = [("client_id", self.ready().client_id.as_str()), ("scope", &scope)];
        let answer = self.post(&format!("{}/oauth2/v2.0/devicecode", self.ready().authority), &form).await;
        assert_eq!(answer.status, 200, "{:?}", answer.body);
        answer
    }

    pub(crate) async fn poll(&self, device: &Answer) -> Answer {
        let client = self.ready().client_id.as_str();
        let code = device.text("device_code");
        self.token(&[("grant_type", DEVICE_GRANT), ("client_id", client), ("device_code", code)]).await
    }

    pub(crate) async fn control(&self, path: &str) -> Answer {
        self.post(&format!("{}/_sandbox/{path}", self.ready().controls.as_deref().unwrap()), &[]).await
    }

    /// Everything a device sign-in of this user brings.
    pub(crate) async fn tokens(&self, user: &str) -> Answer {
        let device = self.device().await;
        self.control(&format!("approve?user_code={}&user={user}", device.text("user_code"))).await;
        self.poll(&device).await
    }

    /// The Web API's answer to `path` for a bearer of this token.
    pub(crate) async fn api(&self, path: &str, token: &str) -> Response {
        self.http.get(format!("{}{path}", self.ready().url)).bearer_auth(token).send().await.unwrap()
    }

    pub(crate) async fn order(&self, fault: Value) -> Answer {
        let url = format!("{}/_sandbox/faults", self.ready().controls.as_deref().unwrap());
        Answer::of(self.http.post(url).body(fault.to_string()).send().await.unwrap()).await
    }

    pub(crate) async fn requests(&self) -> Vec<Value> {
        let url = format!("{}/_sandbox/requests", self.ready().controls.as_deref().unwrap());
        self.get(&url).await.body.as_array().unwrap().clone()
    }
}

/// The claims inside a token.
pub(crate) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}
