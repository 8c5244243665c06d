//! An environment and an authority in one small server, as other people might have written it.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use crate::dv::Home;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) body: String,
}

impl Seen {
    /// A field of the form in the body.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// What it answers: status, further header lines, body.
pub(crate) type Answer = (u16, String, String);

/// No status: the connection is closed in place of an answer.
const CUT: u16 = 0;

/// The connection is cut before the answer comes.
pub(crate) fn cut() -> Answer {
    (CUT, String::new(), String::new())
}

/// JSON with a status.
pub(crate) fn json(status: u16, body: &str) -> Answer {
    (status, "content-type: application/json\r\n".to_owned(), body.to_owned())
}

/// A page as proxies and portals show it.
pub(crate) fn html(status: u16) -> Answer {
    (status, "content-type: text/html\r\n".to_owned(), "<html><body>Something else</body></html>".to_owned())
}

/// The server. It answers the anonymous probe of an environment like Dataverse, and the rest as it is told.
#[derive(Debug)]
pub(crate) struct Stub {
    pub(crate) origin: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Stub {
    /// `answer` is given the path without the query, how many requests to that path came before, and the origin.
    pub(crate) fn start(answer: impl Fn(&str, usize, &str) -> Answer + Send + Sync + 'static) -> Stub {
        Stub::without_environment(move |path, before, origin| match path.strip_prefix("/api/data/") {
            Some(_) => (401, challenge(origin), String::new()),
            None => answer(path, before, origin),
        })
    }

    /// The same, but the probe is nothing special.
    pub(crate) fn without_environment(
        answer: impl Fn(&str, usize, &str) -> Answer + Send + Sync + 'static,
    ) -> Stub {
        Stub::serving(move |seen, before, origin| answer(&seen.path, before, origin))
    }

    fn serving(answer: impl Fn(&Seen, usize, &str) -> Answer + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (own, record) = (origin.clone(), seen.clone());
        let answer = Arc::new(answer);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (own, record, answer) = (own.clone(), record.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &own, &record, &*answer));
            }
        });
        Stub { origin, seen }
    }

    /// The same as [`Stub::start`], with what was sent in place of the count.
    pub(crate) fn with_bodies(answer: impl Fn(&str, &str, &str) -> Answer + Send + Sync + 'static) -> Stub {
        Stub::serving(move |seen, _, origin| match seen.path.strip_prefix("/api/data/") {
            Some(_) => (401, challenge(origin), String::new()),
            None => answer(&seen.path, &seen.body, origin),
        })
    }

    /// The authority's address.
    pub(crate) fn authority(&self) -> String {
        format!("{}/tenant", self.origin)
    }

    /// Settings for it.
    pub(crate) fn home(&self) -> Home {
        Home::new().with("DV_URL", &self.origin).with("DV_AUTHORITY", &self.authority())
    }

    /// The requests to a path.
    pub(crate) fn seen(&self, path: &str) -> Vec<Seen> {
        self.seen.lock().unwrap().iter().filter(|seen| seen.path == path).cloned().collect()
    }
}

fn challenge(origin: &str) -> String {
    format!(
        "www-authenticate: Bearer authorization_uri={origin}/tenant/oauth2/authorize, resource_id={origin}/\r\n"
    )
}

fn serve(
    mut stream: TcpStream,
    origin: &str,
    record: &Mutex<Vec<Seen>>,
    answer: &dyn Fn(&Seen, usize, &str) -> Answer,
) {
    let Some(seen) = read(&mut stream) else { return };
    let before = {
        let mut all = record.lock().unwrap();
        let before = all.iter().filter(|other| other.path == seen.path).count();
        all.push(seen.clone());
        before
    };
    let (status, headers, body) = answer(&seen, before, origin);
    if status == CUT {
        return;
    }
    let _ = write!(
        stream,
        "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ); // the client may be gone
}

fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    loop {
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            let target = head.split(' ').nth(1)?;
            let path = target.split('?').next()?.to_owned();
            return Some(Seen { path, body: body.to_owned() });
        }
    }
}
