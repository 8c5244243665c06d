//! Somebody at work: a sandbox, a user's token and plain requests to the Web API.

use std::collections::HashMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::desk::Desk;

pub(crate) struct Office {
    pub(crate) desk: Desk,
    token: String,
}

/// An answer of the Web API.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
    /// Null when there is no JSON.
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn rows(&self) -> &Vec<Value> {
        self.body["value"].as_array().unwrap_or_else(|| panic!("no rows: {} {}", self.status, self.text))
    }

    /// Status and code of a refusal.
    pub(crate) fn refusal(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["error"]["code"].as_str().unwrap_or("no code"))
    }

    pub(crate) fn message(&self) -> &str {
        self.body["error"]["message"].as_str().unwrap_or("no message")
    }

    /// The values of a column, row by row, as JSON text.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        self.rows().iter().map(|row| row[name].to_string()).collect()
    }
}

impl Office {
    pub(crate) async fn new() -> Office {
        Office::of("anna").await
    }

    pub(crate) async fn of(user: &str) -> Office {
        Office::at(Desk::new().await, user).await
    }

    pub(crate) async fn at(desk: Desk, user: &str) -> Office {
        let token = desk.tokens(user).await.text("access_token").to_owned();
        Office { desk, token }
    }

    /// The header of a request by hand.
    pub(crate) fn bearer(&self) -> String {
        format!("Authorization: Bearer {}\r\n", self.token)
    }

    /// Orders a fault for requests to the Web API whose path matches.
    pub(crate) async fn order(&self, path: &str, fault: Value) {
        let order = serde_json::json!({ "match": { "origin": "api", "path": path }, "fault": fault });
        let ordered = self.desk.order(order).await;
        assert_eq!(ordered.status, 200, "{:?}", ordered.body);
    }

    /// The same sandbox, as somebody else.
    pub(crate) async fn token_of(&mut self, user: &str) {
        self.token = self.desk.tokens(user).await.text("access_token").to_owned();
    }

    pub(crate) fn address(&self, path: &str) -> String {
        match path.starts_with("http") {
            true => path.to_owned(),
            false => format!("{}/api/data/v9.2{path}", self.desk.ready().url),
        }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Reply {
        let json = ("content-type", "application/json");
        match body {
            Some(body) => self.send_text(method, path, &[headers, &[json]].concat(), body.to_string()).await,
            None => self.send_text(method, path, headers, String::new()).await,
        }
    }

    pub(crate) async fn send_text(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Reply {
        self.send_bytes(method, path, headers, body.into_bytes()).await
    }

    pub(crate) async fn send_bytes(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Reply {
        let mut request = self.desk.http.request(method, self.address(path)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if !body.is_empty() {
            request = request.body(body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        let headers = headers.collect();
        let bytes = response.bytes().await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Reply { status, headers, bytes, text, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, &[], None).await
    }

    pub(crate) async fn get_preferring(&self, path: &str, prefer: &str) -> Reply {
        self.send(Method::GET, path, &[("prefer", prefer)], None).await
    }

    /// A query in FetchXML. An empty preference is none.
    pub(crate) async fn fetch(&self, set: &str, xml: &str, prefer: &str) -> Reply {
        let xml = utf8_percent_encode(xml, NON_ALPHANUMERIC);
        let headers = [("prefer", prefer)];
        let headers = if prefer.is_empty() { &[][..] } else { &headers[..] };
        self.send(Method::GET, &format!("/{set}?fetchXml={xml}"), headers, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Reply {
        self.send(Method::PATCH, path, headers, Some(body)).await
    }

    /// The key of the first row of a set.
    pub(crate) async fn first(&self, set: &str, key: &str) -> String {
        let reply = self.get(&format!("/{set}?$select={key}&$top=1")).await;
        reply.rows()[0][key].as_str().unwrap().to_owned()
    }

    /// Makes a case for some account and answers with its address and its key.
    pub(crate) async fn new_case(&self, title: &str) -> (String, String) {
        let account = self.first("accounts", "accountid").await;
        let bind = format!("/accounts({account})");
        let body = serde_json::json!({ "title": title, "customerid_account@odata.bind": bind });
        let reply = self.post("/incidents", body).await;
        assert_eq!(reply.status, 204, "{}", reply.text);
        let address = reply.header("odata-entityid").to_owned();
        let id = address.split(['(', ')']).nth(1).unwrap().to_owned();
        (format!("/incidents({id})"), id)
    }
}
