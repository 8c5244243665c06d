//! Connections that are kept for the next request, and are not there any longer: a network that went and came back, a
//! machine that slept.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use dvtui::dataverse::{Guard, Query};
use dvtui::http;
use dvtui::sandbox::Options;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::scripted::client_of;
use crate::support;

/// Answers one request on each connection as if it were kept, and closes it.
async fn forgetful(connections: Arc<AtomicUsize>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            connections.fetch_add(1, Ordering::Relaxed);
            let mut head = [0; 8192];
            let _ = stream.read(&mut head).await; // one small request
            let body = r#"{"value":[{"a":1}]}"#;
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    origin
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced_unseen() {
    let connections = Arc::<AtomicUsize>::default();
    let client = client_of(&forgetful(connections.clone()).await, Guard::new());
    let waiting = client.waiting();
    for reads in 1..=20 {
        assert_eq!(client.page(&Query::new("x")).await.unwrap().len(), 1);
        assert_eq!(connections.load(Ordering::Relaxed), reads);
    }
    assert!(!waiting.has_changed().unwrap(), "nobody was told to wait");
}

/// Passes bytes on to a server, until it is told to forget the connections that there are: they stay, and nothing comes
/// through them.
async fn relay(to: String, forgets: Arc<AtomicBool>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let mut first = true;
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&to).await.unwrap();
            let forgets = std::mem::take(&mut first).then(|| forgets.clone());
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(pass(near_in, far_out, forgets.clone()));
            tokio::spawn(pass(far_in, near_out, forgets));
        }
    });
    address
}

async fn pass(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    forgets: Option<Arc<AtomicBool>>,
) {
    let mut bytes = vec![0; 16_384];
    while let Ok(read @ 1..) = from.read(&mut bytes).await {
        if !forgets.as_ref().is_some_and(|forgets| forgets.load(Ordering::Relaxed)) {
            let _ = to.write_all(&bytes[..read]).await;
        }
    }
    std::future::pending::<()>().await; // nothing is closed
}

#[tokio::test]
#[ignore = "ten seconds, by the clock"]
async fn a_shared_connection_that_was_forgotten_on_the_way_is_given_up_and_the_next_request_has_a_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let options = Options { tls: true, ca_out: Some(ca.clone()), ..support::options() };
    let sandbox = support::start(options).await;
    let forgets = Arc::<AtomicBool>::default();
    let server = sandbox.ready().url.strip_prefix("https://").unwrap().to_owned();
    let url = format!("https://{}/api/data/v9.2/", relay(server, forgets.clone()).await);
    let client = http::client(&http::Options { ca_file: Some(ca) }).unwrap();
    let send = || client.send(http::Request::get(&url).body(Bytes::new()).unwrap());
    send().await.unwrap();
    forgets.store(true, Ordering::Relaxed);
    let error = send().await.unwrap_err();
    assert!(error.is_broken_connection() && error.is_transient(), "{error:?}: a read is sent again");
    send().await.unwrap();
}
