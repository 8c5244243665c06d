//! HTTP by hand, for what no client library would send or survive.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came back, and how the connection ended.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) reset: bool,
}

impl Reply {
    pub(crate) fn status(&self) -> u16 {
        self.text.get(9..12).unwrap_or_default().parse().unwrap_or(0)
    }

    pub(crate) fn body(&self) -> &str {
        self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body)
    }

    pub(crate) fn body_bytes(&self) -> &[u8] {
        let head = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
        head.map_or(&[], |at| &self.bytes[at + 4..])
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next().unwrap_or_default();
        head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// Sends one request to a root such as `http://127.0.0.1:80` and reads until the connection ends.
pub(crate) async fn exchange(root: &str, request: &str) -> Reply {
    let mut stream = TcpStream::connect(root.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let reset = stream.read_to_end(&mut bytes).await.is_err();
    Reply { text: String::from_utf8_lossy(&bytes).into_owned(), bytes, reset }
}

/// Sends one request and reads so many bytes of the answer. What the connection does then is not waited for.
pub(crate) async fn beginning(root: &str, request: &str, bytes: usize) -> (TcpStream, Vec<u8>) {
    let mut stream = TcpStream::connect(root.strip_prefix("http://").unwrap()).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut begun = vec![0; bytes];
    stream.read_exact(&mut begun).await.unwrap();
    (stream, begun)
}

/// A GET with these further header lines, on a connection of its own.
pub(crate) async fn get(root: &str, path: &str, headers: &str) -> Reply {
    exchange(root, &format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{headers}\r\n")).await
}

/// The header line with the host that a root names.
pub(crate) fn host(root: &str) -> String {
    format!("Host: {}\r\n", root.strip_prefix("http://").unwrap())
}
