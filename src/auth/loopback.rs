//! The listener that the browser comes back to. One use; whatever is not the answer gets an error page.

use std::collections::VecDeque;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use super::Error;
use super::redirect::{Answer, Stranger, answer};

/// Longest head of a request; authorization codes can be some KiB.
const MAX_HEAD: usize = 64 << 10;
/// A browser that opened a connection ahead of time may never use it.
const HEAD_WITHIN: Duration = Duration::from_secs(20);
/// Connections without a request at a time; a browser makes a few. The oldest one makes room for a new one, so that
/// nobody keeps the browser out.
const MAX_CONNECTIONS: usize = 64;
/// Ports to try until one is free on both families.
const TRIES: u32 = 20;

/// Listens on 127.0.0.1 and `[::1]` at the same port, on IPv4 alone without IPv6.
#[derive(Debug)]
pub(super) struct Listener {
    port: u16,
    v4: TcpListener,
    v6: Option<TcpListener>,
}

/// What a request turned out to be.
#[derive(Debug, PartialEq, Eq)]
enum Visit {
    /// The answer, with a code or an error.
    Answer(Answer),
    /// Something else, to be refused with this status.
    Foreign(u16, &'static str),
}

impl Listener {
    pub(super) async fn bind() -> io::Result<Listener> {
        for _ in 0..TRIES {
            let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = v4.local_addr()?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                Ok(v6) => return Ok(Listener { port, v4, v6: Some(v6) }),
                // Somebody else would get half of the visits.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(_) => return Ok(Listener { port, v4, v6: None }),
            }
        }
        Err(io::Error::from(io::ErrorKind::AddrInUse))
    }

    pub(super) fn redirect_uri(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the answer that belongs to `state` and gives its code.
    pub(super) async fn wait(self, state: &str) -> Result<String, Error> {
        let mut visits: JoinSet<Option<Answer>> = JoinSet::new();
        let mut silent: VecDeque<oneshot::Sender<()>> = VecDeque::new();
        loop {
            let socket = tokio::select! {
                Some(done) = visits.join_next() => {
                    if let Ok(Some(answer)) = done {
                        return answer.map_err(|refusal| Error::Refused(Box::new(refusal)));
                    }
                    continue;
                }
                socket = self.accept() => socket.map_err(Error::Listen)?,
            };
            silent.retain(|visit| !visit.is_closed());
            if silent.len() >= MAX_CONNECTIONS {
                silent.pop_front();
            }
            let (waits, given_up) = oneshot::channel();
            silent.push_back(waits);
            let (port, state) = (self.port, state.to_owned());
            visits.spawn(async move {
                let served = tokio::time::timeout(HEAD_WITHIN, serve(socket, port, &state, given_up)).await;
                served.ok().and_then(Result::ok).flatten()
            });
        }
    }

    async fn accept(&self) -> io::Result<TcpStream> {
        let accepted = match &self.v6 {
            Some(v6) => tokio::select! {
                accepted = self.v4.accept() => accepted,
                accepted = v6.accept() => accepted,
            },
            None => self.v4.accept().await,
        };
        accepted.map(|(socket, _)| socket)
    }
}

/// `given_up` ends the waiting for a request; one that is there is answered.
async fn serve(
    mut socket: TcpStream,
    port: u16,
    state: &str,
    given_up: oneshot::Receiver<()>,
) -> io::Result<Option<Answer>> {
    let head = tokio::select! {
        head = read_head(&mut socket) => head?,
        _ = given_up => None,
    };
    let Some(head) = head else { return Ok(None) };
    let visit = read(&head, port, state);
    let (status, text) = match &visit {
        Visit::Answer(Ok(_)) => {
            // The tokens are not there yet, and may be refused.
            (200, "You can close this page and go back to the terminal; it finishes the sign-in.")
        }
        Visit::Answer(Err(_)) => {
            (200, "The sign-in did not work. The terminal says why; you can close this page.")
        }
        Visit::Foreign(status, text) => (*status, *text),
    };
    socket.write_all(page(status, text).as_bytes()).await?;
    socket.shutdown().await?;
    Ok(match visit {
        Visit::Answer(answer) => Some(answer),
        Visit::Foreign(..) => None,
    })
}

/// A request up to the end of its head; nothing where that does not come or is too long.
async fn read_head(socket: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if head.len() > MAX_HEAD || socket.read_buf(&mut head).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some(head))
}

fn read(head: &[u8], port: u16, state: &str) -> Visit {
    const BAD: Visit = Visit::Foreign(400, "This is no request that is expected here.");
    let Ok(head) = std::str::from_utf8(head) else { return BAD };
    let mut lines = head.split("\r\n");
    let request: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let [method, target, version] = request.as_slice() else { return BAD };
    if !version.starts_with("HTTP/1.") {
        return BAD;
    }
    // Another Host is another site's script that made this machine's name its own.
    let hosts: Vec<&str> =
        lines.filter_map(|line| line.split_once(':')).filter(is_host).map(|(_, host)| host.trim()).collect();
    let own = ["localhost", "127.0.0.1", "[::1]"].map(|name| format!("{name}:{port}"));
    match hosts.as_slice() {
        [host] if own.iter().any(|own| own.eq_ignore_ascii_case(host)) => {}
        _ => return Visit::Foreign(403, "This port answers to localhost only."),
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if path != "/" || query.is_empty() {
        return Visit::Foreign(404, "There is nothing here.");
    }
    if *method != "GET" {
        return Visit::Foreign(405, "Only GET is expected here.");
    }
    match answer(query, state) {
        Ok(answer) => Visit::Answer(answer),
        Err(Stranger::State) => {
            Visit::Foreign(400, "This answer does not belong to the sign-in that waits here.")
        }
        Err(Stranger::Malformed) => BAD,
    }
}

fn is_host((name, _): &(&str, &str)) -> bool {
    name.eq_ignore_ascii_case("host")
}

fn page(status: u16, text: &str) -> String {
    let reason = match status {
        200 => "OK",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        _ => "Bad Request",
    };
    let body = format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>dv</title>\
         <body style=\"font:16px sans-serif;margin:3em\"><p>{text}</body></html>\n"
    );
    format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         cache-control: no-store\r\nreferrer-policy: no-referrer\r\n\
         content-security-policy: default-src 'none'; style-src 'unsafe-inline'\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(target: &str, host: &str) -> Visit {
        read(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\n\r\n").as_bytes(), 4711, "S")
    }

    fn status(visit: Visit) -> u16 {
        match visit {
            Visit::Answer(_) => 200,
            Visit::Foreign(status, _) => status,
        }
    }

    #[test]
    fn only_the_answer_with_the_right_state_counts() {
        let code = |target| visit(target, "localhost:4711");
        assert_eq!(code("/?code=C%2B1&state=S&session_state=x"), Visit::Answer(Ok("C+1".into())));
        let cases = [
            ("/favicon.ico", 404),
            ("/", 404),
            ("/elsewhere?code=C&state=S", 404),
            ("/?code=C", 400),
            ("/?code=C&state=T", 400),
            ("/?code=C&state=S&state=S", 400),
            ("/?code=C&code=D&state=S", 400),
            ("/?state=S", 400),
            ("/?code=C&error=x&state=S", 400),
        ];
        for (target, expected) in cases {
            assert_eq!(status(code(target)), expected, "{target}");
        }
    }

    #[test]
    fn an_error_of_the_authority_is_an_answer_too() {
        let visit = visit("/?error=access_denied&error_description=no+thanks&state=S", "127.0.0.1:4711");
        let Visit::Answer(Err(refusal)) = visit else { panic!("{visit:?}") };
        assert!(refusal.is_declined());
        assert_eq!(refusal.description.as_deref(), Some("no thanks"));
    }

    #[test]
    fn only_this_machines_names_are_answered() {
        let answer = "/?code=C&state=S";
        for host in ["localhost:4711", "LOCALHOST:4711", "127.0.0.1:4711", "[::1]:4711"] {
            assert_eq!(status(visit(answer, host)), 200, "{host}");
        }
        for host in ["evil.example:4711", "localhost", "localhost:4712", "", "localhost:4711.evil.example"] {
            assert_eq!(status(visit(answer, host)), 403, "{host}");
        }
        let twice = format!("GET {answer} HTTP/1.1\r\nHost: localhost:4711\r\nHost: evil.example\r\n\r\n");
        assert_eq!(status(read(twice.as_bytes(), 4711, "S")), 403);
        assert_eq!(status(read(format!("GET {answer} HTTP/1.1\r\n\r\n").as_bytes(), 4711, "S")), 403);
    }

    #[test]
    fn what_is_no_request_is_refused() {
        for head in ["", "GET\r\n\r\n", "GET / HTTP/2\r\n\r\n", "\u{16}\u{3}\u{1}"] {
            assert_eq!(status(read(head.as_bytes(), 4711, "S")), 400, "{head:?}");
        }
        let post = "POST /?code=C&state=S HTTP/1.1\r\nHost: localhost:4711\r\n\r\n";
        assert_eq!(status(read(post.as_bytes(), 4711, "S")), 405);
    }

    async fn ask(address: (&str, u16), request: &str) -> String {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn silent_and_foreign_visitors_do_not_end_the_waiting_and_the_port_closes_after_the_answer() {
        let listener = Listener::bind().await.unwrap();
        let port = listener.port;
        let name = if listener.v6.is_some() { "::1" } else { "127.0.0.1" };
        let waiting = tokio::spawn(listener.wait("S"));
        let _silent = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let foreign = format!("GET /favicon.ico HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
        assert!(ask(("127.0.0.1", port), &foreign).await.starts_with("HTTP/1.1 404"));
        let answer = format!("GET /?code=C&state=S HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
        assert!(ask((name, port), &answer).await.starts_with("HTTP/1.1 200"));
        assert_eq!(waiting.await.unwrap().unwrap(), "C");
        assert!(TcpStream::connect(("127.0.0.1", port)).await.is_err());
    }
}
