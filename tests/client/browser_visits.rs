//! The port that the browser comes back to, and others who find it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dvtui::auth::browser::{BrowserSignIn, Wishes};
use dvtui::auth::{Asked, Authority, Endpoints, EnvironmentUrl, Error, Grant, Target};
use dvtui::http;
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use url::Url;

use crate::dice::Dice;
use crate::scripted::{Server, json};

fn target(server: &Server) -> Target {
    let address = |path: &str| Url::parse(&format!("{}{path}", server.origin)).unwrap();
    Target {
        environment: EnvironmentUrl::parse(&server.origin).unwrap(),
        authority: Authority::by_hand(&server.origin).unwrap(),
        endpoints: Endpoints {
            authorize: Some(address("/authorize")),
            token: address("/token"),
            device: None,
        },
        client_id: "app".into(),
        asked: Asked::Scope("s".into()),
        asked_by_application: Asked::Scope("s".into()),
        warnings: vec![],
    }
}

/// A sign-in that waits, with what a page elsewhere can know of it and what it cannot.
struct Waiting {
    end: tokio::task::JoinHandle<Result<Grant, Error>>,
    port: u16,
    state: String,
    challenge: String,
}

impl Waiting {
    async fn start(server: &Server) -> Waiting {
        let sign_in = BrowserSignIn::start(&target(server), &Wishes::default()).await.unwrap();
        let address = Url::parse(sign_in.authorize_url()).unwrap();
        let value = |name: &str| {
            let found = address.query_pairs().find(|(key, _)| key == name);
            found.unwrap_or_else(|| panic!("no {name}")).1.into_owned()
        };
        let (state, challenge) = (value("state"), value("code_challenge"));
        let port = Url::parse(&sign_in.redirect_uri()).unwrap().port().unwrap();
        let http = http::client(&http::Options::default()).unwrap();
        let end = tokio::spawn(async move { sign_in.wait(&http, None, |_| {}).await });
        Waiting { end, port, state, challenge }
    }

    fn get(&self, query: &str) -> String {
        format!("GET /?{query} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", self.port)
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }

    /// The answer to a request; what the listener cut off is empty.
    async fn ask(&self, request: &[u8]) -> String {
        let mut socket = self.connect().await;
        let _ = socket.write_all(request).await; // it may not take all of it
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    async fn is_closed(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).await.is_err()
            && TcpStream::connect(("::1", self.port)).await.is_err()
    }
}

/// What comes to the port before the browser does. Answers the connections that stay open.
async fn visit(waiting: &Waiting, dice: &mut Dice) -> Vec<TcpStream> {
    let own = format!("localhost:{}", waiting.port);
    let right = format!("code=stolen&state={}", waiting.state);
    let refused = match dice.below(9) {
        0 => (waiting.get("code=stolen&state=guess"), "400"),
        1 => (waiting.get("error=access_denied&state=guess"), "400"),
        2 => (waiting.get("code=stolen"), "400"),
        3 => (waiting.get(&right).replace(&own, "evil.example"), "403"),
        4 => (waiting.get(&right).replacen("GET", "POST", 1), "405"),
        5 => {
            let origin = "\r\nOrigin: https://evil.example\r\nReferer: https://evil.example/\r\n\r\n";
            (waiting.get("code=stolen&state=guess").replace("\r\n\r\n", origin), "400")
        }
        6 => ("\u{16}\u{3}\u{1} no HTTP\r\n\r\n".to_owned(), "400"),
        7 => {
            // A scan: connections that say nothing, and as many that say half of something.
            let mut open = Vec::new();
            for n in 0..200 {
                let mut socket = waiting.connect().await;
                if n % 2 == 0 {
                    let _ = socket.write_all(b"GET /?code=stolen&state=").await;
                }
                open.push(socket);
            }
            return open;
        }
        _ => {
            let endless = format!("GET /?{right} HTTP/1.1\r\nX: {}", "x".repeat(1 << 20));
            assert_eq!(waiting.ask(endless.as_bytes()).await, "", "a head without an end gets no answer");
            return vec![];
        }
    };
    let (request, status) = refused;
    let answer = waiting.ask(request.as_bytes()).await;
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
    assert!(!answer.to_lowercase().contains("access-control"), "no page elsewhere may read it: {answer}");
    assert!(!answer.contains("stolen") && !answer.contains("evil"), "{answer}");
    vec![]
}

async fn visits(runs: usize) {
    let mut dice = Dice::new(31);
    for run in 0..runs {
        let server = Server::answering(|_| json(r#"{"access_token":"A","expires_in":3600}"#)).await;
        let waiting = Waiting::start(&server).await;
        let mut open = Vec::new();
        for _ in 0..1 + dice.below(4) {
            open.extend(visit(&waiting, &mut dice).await);
        }
        assert!(!waiting.end.is_finished() && server.seen().is_empty(), "run {run}");
        let is_refused = run % 5 == 4;
        let query = match is_refused {
            true => format!("error=access_denied&state={}", waiting.state),
            false => format!("code=C0DE&state={}", waiting.state),
        };
        // Silent connections are kept for longer than this.
        let get = waiting.get(&query);
        let answer = tokio::time::timeout(Duration::from_secs(15), waiting.ask(get.as_bytes())).await;
        let answer = answer.unwrap_or_else(|_| panic!("run {run}: the browser is kept out"));
        assert!(answer.starts_with("HTTP/1.1 200 "), "run {run}: {answer}");
        let ended = tokio::time::timeout(Duration::from_secs(60), async {
            while !waiting.end.is_finished() {
                tokio::task::yield_now().await;
            }
        });
        ended.await.unwrap();
        assert!(waiting.is_closed().await, "run {run}: one use");
        let ended = waiting.end.await.unwrap();
        let asked = server.seen();
        if is_refused {
            assert!(matches!(ended, Err(Error::Refused(_))), "run {run}");
            assert!(asked.is_empty(), "run {run}");
            continue;
        }
        assert_eq!(ended.unwrap().access_token.expose_secret(), "A");
        assert_eq!(asked.len(), 1, "run {run}");
        let form: Vec<_> = url::form_urlencoded::parse(asked[0].body.as_bytes()).into_owned().collect();
        let field = |name: &str| form.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(field("code"), Some("C0DE"));
        assert_eq!(field("redirect_uri"), Some(format!("http://localhost:{}", waiting.port).as_str()));
        let hash = ring::digest::digest(&ring::digest::SHA256, field("code_verifier").unwrap().as_bytes());
        assert_eq!(URL_SAFE_NO_PAD.encode(hash), waiting.challenge, "run {run}");
    }
}

#[tokio::test]
async fn whoever_finds_the_port_neither_answers_for_the_browser_nor_keeps_it_out() {
    visits(15).await;
}

#[tokio::test]
#[ignore = "50 runs"]
async fn whoever_finds_the_port_neither_answers_for_the_browser_nor_keeps_it_out_50_times() {
    visits(50).await;
}

#[tokio::test]
async fn the_port_is_on_loopback_only_and_closes_when_nobody_waits() {
    let server = Server::answering(|_| json("{}")).await;
    let waiting = Waiting::start(&server).await;
    drop(waiting.connect().await);
    // Where this machine has another address, nobody listens there.
    let socket = std::net::UdpSocket::bind("0.0.0.0:0").unwrap();
    if socket.connect("192.0.2.1:9").is_ok()
        && let Ok(own) = socket.local_addr()
        && !own.ip().is_loopback()
    {
        assert!(TcpStream::connect((own.ip(), waiting.port)).await.is_err(), "{own}");
    }
    waiting.end.abort();
    while !waiting.end.is_finished() {
        tokio::task::yield_now().await;
    }
    assert!(waiting.is_closed().await);
}
