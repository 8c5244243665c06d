//! `dv sandbox` in a process of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A sandbox process; it ends with the test.
pub(crate) struct Sandbox {
    child: Child,
    /// The line it printed when it was ready.
    pub(crate) ready: Value,
}

impl Sandbox {
    /// Starts one with a few hundred rows and these further arguments.
    pub(crate) fn start(args: &[&str]) -> Self {
        Self::with_rows("incident=300,account=60,contact=90", args)
    }

    /// Starts one with so many rows.
    pub(crate) fn with_rows(rows: &str, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dv"))
            .args(["sandbox", "--rows", rows])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { ready: serde_json::from_str(&line).unwrap(), child }
    }

    /// A field of the line.
    pub(crate) fn field(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    /// Asks the controls, and expects success.
    pub(crate) fn control(&self, method: &str, path: &str) -> Value {
        self.ask(self.field("controls"), &format!("{method} {path} HTTP/1.1\r\n"), "")
    }

    /// Orders a fault, and expects success.
    pub(crate) fn fault(&self, fault: &Value) {
        let head = "POST /_sandbox/faults HTTP/1.1\r\nContent-Type: application/json\r\n";
        self.ask(self.field("controls"), head, &fault.to_string());
    }

    /// Changes a row, and expects success.
    pub(crate) fn patch(&self, path: &str, token: &str, change: &Value) {
        let head = format!(
            "PATCH {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        );
        self.ask(self.field("url"), &head, &change.to_string());
    }

    /// Reads from the Web API, and expects success.
    pub(crate) fn get(&self, path: &str, token: &str) -> Value {
        let head = format!("GET {path} HTTP/1.1\r\nAuthorization: Bearer {token}\r\n");
        self.ask(self.field("url"), &head, "")
    }

    fn ask(&self, origin: &str, head: &str, body: &str) -> Value {
        let host = origin.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let length = body.len();
        let rest = format!("Host: {host}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
        stream.write_all(format!("{head}{rest}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
        let start = answer.find(['[', '{']).unwrap_or(answer.len());
        let end = answer.rfind([']', '}']).map_or(answer.len(), |end| end + 1);
        serde_json::from_str(answer.get(start..end).unwrap_or("null")).unwrap_or(Value::Null)
    }

    /// The recorded requests to the Web API and to Entra ID.
    pub(crate) fn requests(&self) -> Vec<Value> {
        self.control("GET", "/_sandbox/requests").as_array().unwrap().clone()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
