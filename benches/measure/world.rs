//! A sandbox in another process, a home folder that is signed in to it, and how figures are taken and told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::terminal::Terminal;

/// The program that is measured: this build's, or another one to compare it with.
fn dv() -> String {
    std::env::var("DV_MEASURED").unwrap_or_else(|_| env!("CARGO_BIN_EXE_dv").to_owned())
}

pub(crate) struct World {
    sandbox: Child,
    ready: Value,
    pub(crate) home: tempfile::TempDir,
}

impl World {
    pub(crate) fn new(incidents: u32) -> Self {
        let rows = format!("incident={incidents},account=4000,contact=8000");
        let mut sandbox = Command::new(dv())
            .args(["sandbox", "--auto-approve", "0", "--rows", &rows])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the sandbox starts");
        let mut line = String::new();
        let out = sandbox.stdout.take().expect("its output is piped");
        BufReader::new(out).read_line(&mut line).expect("it says where it listens");
        let ready = serde_json::from_str(&line).expect("in JSON");
        let home = tempfile::tempdir().expect("a folder");
        let world = Self { sandbox, ready, home };
        let status =
            world.command().args(["login", "--device-code", "--no-open"]).stderr(Stdio::null()).status();
        assert!(status.expect("dv runs").success(), "signed in");
        world
    }

    /// What the sandbox said of itself.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap_or_default()
    }

    fn environment(&self) -> Vec<(&'static str, String)> {
        let home = self.home.path().display().to_string();
        vec![
            ("HOME", home),
            ("DV_URL", self.text("url").to_owned()),
            ("DV_AUTHORITY", self.text("authority").to_owned()),
            ("DV_CLIENT_ID", self.text("client_id").to_owned()),
        ]
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(dv());
        command.env_clear().envs(self.environment());
        command
    }

    pub(crate) fn terminal(&self, rows: u16, columns: u16) -> Terminal {
        let environment = self.environment();
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Terminal::start_program(&dv(), &[], &environment, rows, columns)
    }

    /// A token for requests of others.
    pub(crate) fn token(&self) -> String {
        let token = self.command().arg("token").output().expect("dv token").stdout;
        String::from_utf8(token).expect("a token is text").trim().to_owned()
    }

    /// The requests of the Web API that the sandbox has answered: how many, and the newest.
    pub(crate) fn requests(&self) -> Vec<Value> {
        serde_json::from_value(self.control("GET", "requests", "")).expect("a list of requests")
    }

    /// Orders a fault.
    pub(crate) fn fault(&self, fault: &Value) {
        self.control("POST", "faults", &fault.to_string());
    }

    /// Takes back every fault.
    pub(crate) fn no_faults(&self) {
        self.control("DELETE", "faults", "");
    }

    /// How many requests the ordered faults have struck.
    pub(crate) fn struck(&self) -> u64 {
        let faults = self.control("GET", "faults", "");
        faults.as_array().into_iter().flatten().filter_map(|fault| fault["hits"].as_u64()).sum()
    }

    fn control(&self, method: &str, name: &str, body: &str) -> Value {
        let host = self.text("controls").trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&host).expect("the controls listen");
        let length = body.len();
        write!(
            stream,
            "{method} /_sandbox/{name} HTTP/1.0\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("answered");
        assert!(answer.starts_with("HTTP/1.0 2") || answer.starts_with("HTTP/1.1 2"), "{answer}");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).unwrap_or(Value::Null)
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = self.sandbox.kill();
        let _ = self.sandbox.wait();
    }
}

/// Opens the cases from the list of tables.
pub(crate) fn open_cases(terminal: &mut Terminal) {
    terminal.wait_for("Action Card");
    terminal.send("/incident\r");
    terminal.wait_for("CAS-");
}

/// What the question before many rows are read says.
pub(crate) const ASKED: &str = "read them all";

/// Reads the grid that is open to its end and goes back to the first row.
pub(crate) fn read_to_the_end(terminal: &mut Terminal, rows: usize) {
    terminal.keys(&["G", "G"]);
    terminal.wait_until("the question or the end", |screen| screen.contains(ASKED) || read(screen) >= rows);
    if read(&terminal.screen()) < rows {
        terminal.keys(&["y"]);
    }
    for part in (0..rows).step_by(20_000).skip(1).chain([rows]) {
        terminal.wait_until("further rows", |screen| read(screen) >= part);
    }
    terminal.settle(Duration::from_millis(500));
}

/// The rows that were read, as row 2 tells: the largest number before `of`, `rows` or `held`.
pub(crate) fn read(screen: &str) -> usize {
    let row = screen.lines().nth(1).unwrap_or_default();
    let words: Vec<&str> = row.split_whitespace().collect();
    let counts = words.windows(2).filter(|pair| ["of", "rows", "rows,", "held", "read"].contains(&pair[1]));
    counts.filter_map(|pair| pair[0].replace(',', "").parse().ok()).max().unwrap_or(0)
}

/// Resident memory of a process in MiB.
pub(crate) fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}

/// CPU time that a running process has used.
pub(crate) fn cpu(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: u64 = [11, 12].iter().filter_map(|at| fields.get(*at)?.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10) // 100 ticks a second on every Linux
}

/// CPU and wall time of a command, by the times that the shell keeps of its children.
pub(crate) fn measured(command: &mut Command) -> (Duration, Duration) {
    let mut timed = Command::new("bash");
    timed.args(["-c", "TIMEFORMAT='%U %S %R'; time \"$@\"", "bash"]).arg(command.get_program());
    timed.args(command.get_args()).stdout(Stdio::null());
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            timed.env(name, value);
        }
    }
    let output = timed.output().expect("bash runs");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let seconds: Vec<f64> = text
        .lines()
        .last()
        .unwrap_or_default()
        .split(' ')
        .map(|part| part.parse().unwrap_or_default())
        .collect();
    (Duration::from_secs_f64(seconds[0] + seconds[1]), Duration::from_secs_f64(seconds[2]))
}

/// Prints median and tail of some times.
pub(crate) fn report(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!("{what}: median {:.1} ms, p95 {:.1} ms, p99 {:.1} ms", at(50), at(95), at(99));
}

/// The middle one of some figures.
pub(crate) fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
