//! A server that gives prepared answers, one a request, and keeps what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use dvtui::auth::{EnvironmentUrl, Tokens};
use dvtui::dataverse::{Client, Guard, Retry};
use dvtui::http;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What the server does with one request.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Closes the connection without an answer.
    Nothing,
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    /// The value of a header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

type Answers = Arc<dyn Fn(&Seen) -> Answer + Send + Sync>;

/// The server. Requests beyond the prepared answers get a 500.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts a server whose answers, one a request, are made when its own origin is known.
    pub(crate) async fn start(answers: impl FnOnce(&str) -> Vec<Answer>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let answers = Mutex::new(answers(&origin).into_iter());
        let next = move |_: &Seen| {
            let answer = answers.lock().unwrap().next();
            answer.unwrap_or_else(|| status(500, &[], "no answer was prepared"))
        };
        Self::listen(listener, origin, Arc::new(next))
    }

    /// Starts a server where another one was.
    pub(crate) async fn start_again(
        origin: &str,
        answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(origin.strip_prefix("http://").unwrap()).await.unwrap();
        Self::listen(listener, origin.to_owned(), Arc::new(answer))
    }

    /// Stops listening.
    pub(crate) async fn stop(mut self) -> String {
        self.task.abort();
        let _ = (&mut self.task).await; // it ended because it was told to
        self.origin.clone()
    }

    /// Starts a server that makes its answer from the request.
    pub(crate) async fn answering(answer: impl Fn(&Seen) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        Self::listen(listener, origin, Arc::new(answer))
    }

    fn listen(listener: TcpListener, origin: String, answers: Answers) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answers.clone(), record.clone()));
            }
        });
        Self { origin, seen, task }
    }

    /// The requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// A client that may write here and waits only for moments.
    pub(crate) fn client(&self) -> Client {
        let guard = Guard::new();
        guard.open();
        self.client_with(guard)
    }

    /// A client with a guard of its own.
    pub(crate) fn client_with(&self, guard: Guard) -> Client {
        self.client_of(guard, Tokens::fixed("the-token".to_owned().into()))
    }

    /// A client with a guard and tokens of its own.
    pub(crate) fn client_of(&self, guard: Guard, tokens: Tokens) -> Client {
        self.client_that_waits(Duration::from_millis(1), guard, tokens)
    }

    /// A client with a patience of its own.
    pub(crate) fn client_that_waits(&self, moment: Duration, guard: Guard, tokens: Tokens) -> Client {
        client_at(&self.origin, moment, guard, tokens)
    }
}

/// A client of any server that waits only for moments.
pub(crate) fn client_of(origin: &str, guard: Guard) -> Client {
    client_at(origin, Duration::from_millis(1), guard, Tokens::fixed("the-token".to_owned().into()))
}

fn client_at(origin: &str, moment: Duration, guard: Guard, tokens: Tokens) -> Client {
    let environment = EnvironmentUrl::parse(origin).unwrap();
    let http = http::client(&http::Options::default()).unwrap();
    let retry = Retry { first: moment, longest: moment, ..Retry::default() };
    Client::with_retry(environment, http, tokens, guard, retry)
}

async fn serve(mut stream: TcpStream, answers: Answers, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let mut line = head.lines().next().unwrap().split(' ');
    let (method, target) = (line.next().unwrap().to_owned(), line.next().unwrap().to_owned());
    let mut request = Seen { method, target, head, body: String::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse::<usize>().unwrap());
    while bytes.len() < head_end + 4 + length {
        if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
            return;
        }
    }
    request.body = String::from_utf8(bytes[head_end + 4..].to_vec()).unwrap();
    seen.lock().unwrap().push(request.clone());
    if let Answer::Bytes(bytes) = answers(&request) {
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
    }
}

/// An answer with headers and a body of the right length.
pub(crate) fn status(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut head = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    Answer::Bytes(format!("{head}\r\n{body}").into_bytes())
}

/// A JSON answer.
pub(crate) fn json(body: &str) -> Answer {
    status(200, &[("Content-Type", "application/json; odata.metadata=minimal")], body)
}

/// An OData error.
pub(crate) fn error(code: u16, dataverse: &str) -> Answer {
    let body = format!(r#"{{"error":{{"code":"{dataverse}","message":"the server says no"}}}}"#);
    status(code, &[("Content-Type", "application/json"), ("x-ms-service-request-id", "req-1")], &body)
}

/// An answer that ends half-way.
pub(crate) fn cut(body: &str) -> Answer {
    cut_at(body, body.len() / 2)
}

/// An answer that ends after so many bytes of its body.
pub(crate) fn cut_at(body: &str, end: usize) -> Answer {
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Answer::Bytes(format!("{head}{}", &body[..end]).into_bytes())
}
