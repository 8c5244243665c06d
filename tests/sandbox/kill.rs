//! What was answered with success is there after the process is killed, whenever that is.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support;

/// What the client knows of the rows that it wrote: each value was answered with success, or may have been written.
#[derive(Debug, Default)]
struct Known {
    /// The last number that was acknowledged, by row.
    certain: HashMap<String, i64>,
    /// A number that was sent and never answered.
    perhaps: HashMap<String, i64>,
}

struct Process {
    child: Child,
    ready: Value,
    http: Client,
    token: String,
}

impl Process {
    async fn start(data: &Path) -> Process {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dv"))
            .args(["sandbox", "--rows", "incident=20,account=10,contact=10", "--data"])
            .arg(data)
            .env_remove("DV_PROFILE")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no ready line: {line:?}"));
        let http = support::http();
        let token = support::token_at(&http, &ready, "anna").await;
        Process { child, ready, http, token }
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Option<(u16, Value)> {
        send(&self.http, &self.ready, &self.token, method, path, body).await
    }

    async fn rows(&self, path: &str) -> Vec<Value> {
        let (status, body) = self.send(Method::GET, path, &Value::Null).await.unwrap();
        assert_eq!(status, 200, "{body}");
        body["value"].as_array().unwrap().clone()
    }
}

/// One request; none when the server went away before it was answered in full.
async fn send(
    http: &Client,
    ready: &Value,
    token: &str,
    method: Method,
    path: &str,
    body: &Value,
) -> Option<(u16, Value)> {
    let url = format!("{}/api/data/v9.2/{path}", ready["url"].as_str().unwrap());
    let mut request = http.request(method, url).bearer_auth(token);
    if !body.is_null() {
        request = request.json(body);
    }
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let text = response.text().await.ok()?;
    Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// Writes until the server is gone: a number in three columns at once, five times to a row before the next one, so
/// that a write that was half done would show, be it of a new row or of an old one.
async fn write_on(
    http: Client,
    ready: Value,
    token: String,
    writer: usize,
    known: Arc<Mutex<Known>>,
    first: i64,
) {
    let mut number = first;
    loop {
        number += 1;
        let id = format!("00000000-0000-4000-8000-{writer:04}{:08}", number / 5 % 500);
        let row = format!("{writer}/{id}");
        known.lock().unwrap().perhaps.insert(row.clone(), number);
        let text = format!("number {number}");
        let body = json!({ "name": text, "description": text, "numberofemployees": number });
        let path = format!("accounts({id})");
        let Some((status, answer)) = send(&http, &ready, &token, Method::PATCH, &path, &body).await else {
            return;
        };
        assert_eq!(status, 204, "{answer}");
        let mut known = known.lock().unwrap();
        known.perhaps.remove(&row);
        known.certain.insert(row, number);
    }
}

/// Kills the sandbox so often, each time at another moment, and reads the same file again.
async fn survives(kills: u32) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("rows.db");
    let known = Arc::new(Mutex::new(Known::default()));
    let mut moment = 0x9e37_79b9_u64;
    let mut highest = 0;
    for kill in 0..kills {
        let mut process = Process::start(&data).await;
        check(&process, &known, kill).await;
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (http, ready) = (process.http.clone(), process.ready.clone());
                let first = i64::from(kill) * 100_000;
                tokio::spawn(write_on(http, ready, process.token.clone(), writer, Arc::clone(&known), first))
            })
            .collect();
        // Moments from a fixed seed: a few milliseconds of writing, or some hundred.
        moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        tokio::time::sleep(Duration::from_micros(2_000 + (moment >> 33) % 150_000)).await;
        process.child.kill().unwrap();
        process.child.wait().unwrap();
        for writer in writers {
            writer.await.unwrap();
        }
        highest = known.lock().unwrap().certain.values().copied().max().unwrap_or(highest);
    }
    let process = Process::start(&data).await;
    check(&process, &known, kills).await;
    assert!(highest > 0, "every process was killed before it wrote anything");
    let mut process = process;
    process.child.kill().unwrap();
    process.child.wait().unwrap();
}

/// Every acknowledged number is there or a later one that was on its way, and all columns of a row agree.
async fn check(process: &Process, known: &Mutex<Known>, kill: u32) {
    let rows = process
        .rows("accounts?$select=accountid,name,description,numberofemployees&$filter=startswith(name,'number ')")
        .await;
    let stored: HashMap<String, i64> = rows
        .iter()
        .map(|row| {
            let number = row["numberofemployees"].as_i64().unwrap();
            let text = format!("number {number}");
            assert_eq!(
                (&row["name"], &row["description"]),
                (&json!(text), &json!(text)),
                "after kill {kill}"
            );
            (row["accountid"].as_str().unwrap().to_owned(), number)
        })
        .collect();
    let mut known = known.lock().unwrap();
    for (row, number) in &known.certain {
        let id = row.split_once('/').unwrap().1;
        let found = stored.get(id).copied();
        let late = known.perhaps.get(row).copied();
        assert!(
            found == Some(*number) || (late.is_some() && found == late),
            "{row}: {number} was answered with success and {found:?} is there after kill {kill}"
        );
    }
    // What was perhaps written is certain now.
    known.perhaps.clear();
    for row in known.certain.keys().cloned().collect::<Vec<_>>() {
        let id = row.split_once('/').unwrap().1.to_owned();
        known.certain.insert(row, stored[&id]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_half_written_is_seen_after_twenty_kills() {
    survives(20).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; run with `cargo test --release -- --ignored`"]
async fn nothing_acknowledged_is_lost_and_nothing_half_written_is_seen_after_two_hundred_kills() {
    survives(200).await;
}
