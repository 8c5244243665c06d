//! What the program costs, measured with the real binary against the sandbox in another process.
//!
//!     cargo bench --bench measure                 everything
//!     cargo bench --bench measure -- start keys   some of it: start, keys, memory, rows
//!
//! Times are of this machine in this minute: compare figures of one run with each other, not with other machines.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::unwrap_used)] // a measurement prints, and stops at what is odd

#[path = "../tests/pty/terminal.rs"]
#[allow(dead_code)] // the tests use more of it
mod terminal;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use terminal::Terminal;

const DV: &str = env!("CARGO_BIN_EXE_dv");

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    if wants("start") || wants("keys") {
        let bench = Bench::new(12_000);
        if wants("start") {
            start(&bench);
        }
        if wants("keys") {
            keys(&bench);
        }
    }
    if wants("memory") || wants("rows") {
        let bench = Bench::new(100_000);
        if wants("rows") {
            rows(&bench);
        }
        if wants("memory") {
            memory(&bench);
        }
    }
}

/// A sandbox in another process and a home folder that is signed in to it.
struct Bench {
    sandbox: Child,
    ready: Value,
    home: tempfile::TempDir,
}

impl Bench {
    fn new(incidents: u32) -> Self {
        let rows = format!("incident={incidents},account=4000,contact=8000");
        let mut sandbox = Command::new(DV)
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
        let bench = Self { sandbox, ready, home };
        let status =
            bench.command().args(["login", "--device-code", "--no-open"]).stderr(Stdio::null()).status();
        assert!(status.expect("dv runs").success(), "signed in");
        bench
    }

    fn text(&self, name: &str) -> &str {
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

    fn command(&self) -> Command {
        let mut command = Command::new(DV);
        command.env_clear().envs(self.environment());
        command
    }

    fn terminal(&self) -> Terminal {
        let environment = self.environment();
        let environment: Vec<(&str, &str)> =
            environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Terminal::start(&[], &environment, 24, 80)
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.sandbox.kill();
        let _ = self.sandbox.wait();
    }
}

/// From the start of the process to its first frame, and to the first list of tables; signed in already.
fn start(bench: &Bench) {
    let (mut first, mut tables) = (vec![], vec![]);
    for _ in 0..15 {
        let begin = Instant::now();
        let mut terminal = bench.terminal();
        terminal.wait_until("a frame", |screen| !screen.trim().is_empty());
        first.push(begin.elapsed());
        terminal.wait_for("Action Card");
        tables.push(begin.elapsed());
    }
    report("start to first frame (80x24, signed in)", &mut first);
    report("start to the tables on the screen", &mut tables);
}

/// From a key to the last byte of its frame, with 10,000 rows held.
fn keys(bench: &Bench) {
    let mut terminal = open_cases(bench);
    terminal.keys(&["G", "G"]);
    terminal.wait_until("10,000 rows", |screen| held(screen) >= 10_000);
    terminal.keys(&["g", "g"]);
    terminal.settle(Duration::from_millis(500));
    for (name, key) in [("j", "j"), ("Ctrl-D", "\u{4}"), ("page down", "\u{1b}[6~")] {
        let (mut times, mut bytes) = (vec![], vec![]);
        for _ in 0..200 {
            let before = terminal.bytes.len();
            let begin = Instant::now();
            terminal.send(key);
            let last = terminal.settle(Duration::from_millis(25));
            times.push(last.duration_since(begin));
            bytes.push(terminal.bytes.len() - before);
        }
        report(&format!("key to last byte of the frame, {name}, 10,000 rows held"), &mut times);
        bytes.sort_unstable();
        println!(
            "  bytes to the terminal: median {}, p99 {}",
            bytes[bytes.len() / 2],
            bytes[bytes.len() * 99 / 100]
        );
    }
}

/// Resident memory with nothing open, and after scrolling through every row.
fn memory(bench: &Bench) {
    let mut terminal = bench.terminal();
    terminal.wait_for("Action Card");
    let before = resident(terminal.process());
    open_from_tables(&mut terminal);
    terminal.keys(&["G", "G"]);
    terminal.wait_until("100,000 rows", |screen| held(screen) >= 100_000);
    let after = resident(terminal.process());
    println!("resident memory: tables {before:.1} MiB, after scrolling through 100,000 rows {after:.1} MiB");
}

/// All rows as JSON lines, against `curl` reading the same pages and throwing them away.
fn rows(bench: &Bench) {
    let token = bench.command().arg("token").output().expect("dv token").stdout;
    let token = String::from_utf8(token).expect("a token is text");
    let curl = bench.home.path().join("curl.conf");
    let mut urls = vec![format!("{}/api/data/v9.2/incidents", bench.text("url"))];
    std::fs::write(&curl, format!("header = \"Authorization: Bearer {}\"\n", token.trim())).expect("a file");
    let page = bench.home.path().join("page.json");
    loop {
        curl_run(&curl, &page, &urls[urls.len() - 1..]);
        let body: Value = serde_json::from_slice(&std::fs::read(&page).expect("a page")).expect("JSON");
        match body["@odata.nextLink"].as_str() {
            Some(next) => urls.push(next.to_owned()),
            None => break,
        }
    }
    let (mut ours, mut theirs, mut cpu_ratio, mut wall_ratio) = (vec![], vec![], vec![], vec![]);
    for _ in 0..5 {
        let mut command = bench.command();
        command.args(["rows", "incidents", "--all", "--json"]).stdout(Stdio::null());
        let dv = measured(&mut command);
        let plain = curl_run(&curl, Path::new("/dev/null"), &urls);
        cpu_ratio.push(dv.0.as_secs_f64() / plain.0.as_secs_f64());
        wall_ratio.push(dv.1.as_secs_f64() / plain.1.as_secs_f64());
        ours.push(dv.0);
        theirs.push(plain.0);
    }
    println!("{} pages of incidents", urls.len());
    report("CPU of `dv rows incidents --all --json`", &mut ours);
    report("CPU of `curl --compressed` for the same pages", &mut theirs);
    cpu_ratio.sort_by(f64::total_cmp);
    wall_ratio.sort_by(f64::total_cmp);
    println!("dv against curl, medians of 5 pairs: CPU {:.1}x, wall {:.1}x", cpu_ratio[2], wall_ratio[2]);
}

fn curl_run(config: &Path, out: &Path, urls: &[String]) -> (Duration, Duration) {
    let mut command = Command::new("curl");
    command.args(["-sgf", "--compressed", "-H", "Prefer: odata.maxpagesize=5000", "-K"]).arg(config);
    for url in urls {
        command.arg("-o").arg(out).arg(url.replace(' ', "%20"));
    }
    measured(&mut command)
}

/// CPU and wall time of a command, by the times that the shell keeps of its children.
fn measured(command: &mut Command) -> (Duration, Duration) {
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

fn open_cases(bench: &Bench) -> Terminal {
    let mut terminal = bench.terminal();
    terminal.wait_for("Action Card");
    open_from_tables(&mut terminal);
    terminal
}

fn open_from_tables(terminal: &mut Terminal) {
    terminal.send("/incident\r");
    terminal.wait_for("CAS-");
}

/// The held rows in row 2: the first number of `5,000 of 12,000`, or of `12,000 rows` when all are there.
fn held(screen: &str) -> usize {
    let row = screen.lines().nth(1).unwrap_or_default();
    let before = row.split(" of ").next().unwrap_or_default().trim_end().trim_end_matches(" rows");
    let number = before.rsplit(' ').next().unwrap_or_default();
    number.replace(',', "").parse().unwrap_or(0)
}

fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}

fn report(what: &str, times: &mut [Duration]) {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() * part / 100).min(times.len() - 1)].as_secs_f64() * 1000.0;
    println!("{what}: median {:.1} ms, p95 {:.1} ms, p99 {:.1} ms", at(50), at(95), at(99));
}
