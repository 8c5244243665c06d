//! What the sandbox costs, measured with the real binary and plain HTTP.
//!
//!     cargo bench --bench sandbox                   everything
//!     cargo bench --bench sandbox -- start read     some of it: start, read, patch, million
//!
//! `read` needs the command `sqlite3`: the sandbox is compared with it, on the same rows of the same file. Times are of
//! this machine in this minute: compare figures of one run with each other, not with other machines.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::unwrap_used)] // a measurement prints, and stops at what is odd

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, RequestBuilder};
use serde_json::Value;

const DV: &str = env!("CARGO_BIN_EXE_dv");
const PAGE: usize = 5000;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let wants = |name: &str| wanted.is_empty() || wanted.iter().any(|wanted| wanted == name);
    rustls::crypto::ring::default_provider().install_default().expect("the first provider");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    if wants("start") {
        start();
    }
    if wants("read") {
        runtime.block_on(read());
    }
    if wants("patch") {
        runtime.block_on(patch());
    }
    if wants("million") {
        runtime.block_on(million());
    }
}

/// A sandbox in another process, with its rows in a file, and a token for it.
struct Bench {
    child: Child,
    ready: Value,
    took: Duration,
    folder: tempfile::TempDir,
    http: Client,
    token: String,
}

impl Bench {
    fn spawn(rows: Option<&str>) -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = Command::new(DV);
        command.args(["sandbox", "--token-lifetime", "86400", "--auto-approve", "0", "--data"]);
        command.arg(folder.path().join("rows.db"));
        command.args(rows.into_iter().flat_map(|rows| ["--rows", rows]));
        let begin = Instant::now();
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the sandbox starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let took = begin.elapsed();
        let ready = serde_json::from_str(&line).expect("in JSON");
        let http = Client::builder().no_proxy().build().expect("a client");
        Bench { child, ready, took, folder, http, token: String::new() }
    }

    async fn open(rows: &str) -> Bench {
        let mut bench = Bench::spawn(Some(rows));
        let confidential = &bench.ready["confidential"];
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", confidential["client_id"].as_str().unwrap()),
            ("client_secret", confidential["client_secret"].as_str().unwrap()),
            ("scope", &format!("{}/.default", bench.text("url"))),
        ];
        let url = format!("{}/oauth2/v2.0/token", bench.text("authority"));
        let answer: Value =
            bench.http.post(url).form(&form).send().await.unwrap().json().await.expect("a token");
        bench.token = answer["access_token"].as_str().expect("a token").to_owned();
        bench
    }

    fn text(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap_or_default()
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("rows.db")
    }

    fn root(&self) -> String {
        format!("{}/api/data/v9.2", self.text("url"))
    }

    fn asking(&self, request: RequestBuilder) -> RequestBuilder {
        let prefer = format!("odata.maxpagesize={PAGE},odata.include-annotations=\"*\"");
        request.bearer_auth(&self.token).header("prefer", prefer)
    }

    /// A page: how long it took, how large it was, and the address of the next one, found without reading the JSON.
    async fn page(&self, url: &str) -> (Duration, usize, Option<String>) {
        let begin = Instant::now();
        let response = self.asking(self.http.get(url)).send().await.unwrap();
        assert!(response.status().is_success(), "{url}: {}", response.status());
        let body = response.bytes().await.unwrap();
        let took = begin.elapsed();
        let end = String::from_utf8_lossy(&body[body.len().saturating_sub(4096)..]).into_owned();
        let link = end.split_once("\"@odata.nextLink\":\"").and_then(|(_, rest)| rest.split_once('"'));
        (took, body.len(), link.map(|(link, _)| link.to_owned()))
    }

    /// Resident memory now and at its highest, MiB.
    fn memory(&self) -> (u64, u64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
            line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).unwrap_or_default() / 1024
        };
        (field("VmRSS"), field("VmHWM"))
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// From the start of the process to its ready line, with the default rows.
fn start() {
    let times: Vec<_> = (0..5).map(|_| Bench::spawn(None).took).collect();
    println!("start with the default rows: median {:?} of {times:?}", median(times.clone()));
}

/// All cases, all columns, all annotations, against `sqlite3` writing the same rows of the same file as JSON.
async fn read() {
    const ROWS: usize = 100_000;
    let bench = Bench::open(&format!("incident={ROWS},account=4000,contact=8000")).await;
    let (mut ours, mut theirs, mut ratios) = (vec![], vec![], vec![]);
    for _ in 0..5 {
        let begin = Instant::now();
        let (mut next, mut bytes, mut pages) = (Some(format!("{}/incidents", bench.root())), 0, 0);
        while let Some(url) = next {
            let (_, size, link) = bench.page(&url).await;
            (next, bytes, pages) = (link, bytes + size, pages + 1);
        }
        ours.push(begin.elapsed());
        assert_eq!(pages, ROWS / PAGE);
        let begin = Instant::now();
        sqlite3(&bench.file(), "SELECT * FROM incident");
        theirs.push(begin.elapsed());
        ratios.push(ours[ours.len() - 1].as_secs_f64() / theirs[theirs.len() - 1].as_secs_f64());
        println!("  {:?} for {bytes} bytes; sqlite3 {:?}", ours[ours.len() - 1], theirs[theirs.len() - 1]);
    }
    ratios.sort_by(f64::total_cmp);
    let (ours, theirs) = (median(ours), median(theirs));
    let rate = |time: Duration| ROWS as f64 / time.as_secs_f64();
    println!(
        "read {ROWS} cases: {ours:?}, {:.0} rows/s; sqlite3 {theirs:?}, {:.0} rows/s",
        rate(ours),
        rate(theirs)
    );
    println!("  ratio of the times, median of the pairs: {:.2}", ratios[ratios.len() / 2]);
}

fn sqlite3(file: &Path, sql: &str) {
    let status = Command::new("sqlite3")
        .args(["-readonly", "-json"])
        .arg(file)
        .arg(sql)
        .stdout(Stdio::null())
        .status()
        .expect("sqlite3 is installed");
    assert!(status.success());
}

/// 10,000 single updates, each with the ETag of the row, one after the other.
async fn patch() {
    const UPDATES: usize = 10_000;
    let bench = Bench::open("incident=12000,account=400,contact=800").await;
    let url = format!("{}/incidents?$select=incidentid&$filter=statecode eq 0&$top=2000", bench.root());
    let body: Value = bench.asking(bench.http.get(url)).send().await.unwrap().json().await.unwrap();
    let mut rows: Vec<(String, String)> = body["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (row["incidentid"].as_str().unwrap().to_owned(), row["@odata.etag"].as_str().unwrap().to_owned())
        })
        .collect();
    let mut took = Duration::ZERO;
    for round in 0..UPDATES.div_ceil(rows.len()) {
        for (id, etag) in &mut rows {
            let url = format!("{}/incidents({id})?$select=incidentid", bench.root());
            let change =
                serde_json::json!({ "prioritycode": 1 + round % 3, "description": format!("{round}") });
            let request = bench
                .http
                .patch(url)
                .bearer_auth(&bench.token)
                .header("if-match", &*etag)
                .header("prefer", "return=representation")
                .json(&change);
            let begin = Instant::now();
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 200);
            let row: Value = response.json().await.unwrap();
            took += begin.elapsed();
            *etag = row["@odata.etag"].as_str().unwrap().to_owned();
        }
    }
    let updates = UPDATES.div_ceil(rows.len()) * rows.len();
    println!("{updates} updates with If-Match: {took:?}, {:?} each", took / updates as u32);
}

/// A million cases: how long it takes to make them, what they need in memory, and whether far pages cost more.
async fn million() {
    let bench = Bench::open("incident=1000000,account=40000,contact=80000").await;
    let (now, highest) = bench.memory();
    println!("a million cases: ready after {:?}; memory {now} MiB, at most {highest} MiB", bench.took);
    let mut links = vec![format!("{}/incidents", bench.root())];
    while let (_, _, Some(link)) = bench.page(&links[links.len() - 1]).await {
        links.push(link);
    }
    assert_eq!(links.len(), 200);
    let mut times = [2, 100, 200].map(|page| (page, vec![]));
    for _ in 0..7 {
        for (page, times) in &mut times {
            times.push(bench.page(&links[*page - 1]).await.0);
        }
    }
    let times = times.map(|(page, times)| (page, median(times)));
    for (page, time) in &times {
        println!(
            "  page {page}: median {time:?}, {:.2} times page 2",
            time.as_secs_f64() / times[0].1.as_secs_f64()
        );
    }
    let (now, highest) = bench.memory();
    println!("  memory after reading all of them: {now} MiB, at most {highest} MiB");
}
