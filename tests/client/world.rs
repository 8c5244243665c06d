//! A sandbox and a client of it, signed in as one of its users.

use std::time::Duration;

use dvtui::auth::{EnvironmentUrl, Tokens};
use dvtui::dataverse::{Client, Guard, Retry, Table, TableSchema};
use dvtui::http;
use dvtui::sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support;

pub(crate) struct World {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
}

impl World {
    /// A sandbox of a few hundred rows and anna's client, whose guard is still closed.
    pub(crate) async fn new() -> Self {
        Self::signed_in_as("anna").await
    }

    pub(crate) async fn signed_in_as(user: &str) -> Self {
        let sandbox = support::start(support::options()).await;
        let client = client(&sandbox, user).await;
        Self { sandbox, client }
    }

    /// A world in which writes are allowed, as after a connect.
    pub(crate) async fn open() -> Self {
        let world = Self::new().await;
        world.client.guard().open();
        world
    }

    /// Another client of the same sandbox, as an administrator who may write.
    pub(crate) async fn other(&self) -> Client {
        let other = client(&self.sandbox, "admin").await;
        other.guard().open();
        other
    }

    pub(crate) async fn table(&self, name: &str) -> Table {
        self.client.table(name).await.unwrap().unwrap()
    }

    pub(crate) async fn schema(&self, name: &str) -> TableSchema {
        self.client.table_schema(&self.table(name).await).await.unwrap()
    }

    /// Orders a fault, in the words of the controls.
    pub(crate) async fn order(&self, order: Value) {
        let controls = self.sandbox.ready().controls.as_deref().unwrap();
        let reply =
            support::http().post(format!("{controls}/_sandbox/faults")).json(&order).send().await.unwrap();
        assert!(reply.status().is_success(), "{}", reply.text().await.unwrap());
    }

    /// Requests to the Web API so far, oldest first.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let all = self.all_requests().await;
        all.into_iter().filter(|entry| entry["path"].as_str().unwrap().starts_with("/api/data/")).collect()
    }

    /// Requests so far to every origin of the sandbox, oldest first.
    pub(crate) async fn all_requests(&self) -> Vec<Value> {
        let controls = self.sandbox.ready().controls.as_deref().unwrap();
        let reply = support::http().get(format!("{controls}/_sandbox/requests")).send().await.unwrap();
        reply.json().await.unwrap()
    }
}

async fn client(sandbox: &Sandbox, user: &str) -> Client {
    let environment = EnvironmentUrl::parse(&sandbox.ready().url).unwrap();
    let http = http::client(&http::Options::default()).unwrap();
    let tokens = Tokens::fixed(support::user_token(sandbox, user).await.into());
    let moment = Duration::from_millis(1);
    let retry = Retry { first: moment, longest: moment, ..Retry::default() };
    Client::with_retry(environment, http, tokens, Guard::new(), retry)
}

/// A fault for requests of the API by method and a pattern of their path.
pub(crate) fn fault(method: &str, path: &str, times: u32, fault: Value) -> Value {
    json!({ "match": { "origin": "api", "method": method, "path": path }, "times": times, "fault": fault })
}
