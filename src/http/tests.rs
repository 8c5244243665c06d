//! The client against servers that answer oddly.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// Answers one connection with the given bytes and closes it.
async fn answers(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let _ = socket.read(&mut buffer).await.unwrap();
        socket.write_all(bytes).await.unwrap();
    });
    format!("http://{address}/secret?query=1")
}

async fn get(url: &str) -> Result<Response<Bytes>, Error> {
    let client = client(&Options::default()).unwrap();
    client.send(Request::get(url).body(Bytes::new()).unwrap()).await
}

#[tokio::test]
async fn an_answer_comes_whole() {
    let url = answers(b"HTTP/1.1 207 Odd\r\nx-a: b\r\ncontent-length: 2\r\n\r\nhi").await;
    let response = get(&url).await.unwrap();
    assert_eq!(response.status(), 207);
    assert_eq!(response.headers()["x-a"], "b");
    assert_eq!(response.body(), "hi");
}

#[tokio::test]
async fn a_traced_client_tells_where_to_and_how_it_went_and_no_query_no_user_and_no_body() {
    let (traces, mut told) = tokio::sync::mpsc::unbounded_channel();
    let client = client(&Options::default()).unwrap();
    let send = async |client: &Client, url: &str| {
        client.send(Request::get(url).body(Bytes::from_static(b"grant")).unwrap()).await
    };
    let traced = client.traced(traces);
    let answer = b"HTTP/1.1 207 Odd\r\ncontent-length: 4\r\n\r\nbody";
    let url = answers(answer).await;
    send(&traced, &url.replace("http://", "http://anna:word@")).await.unwrap();
    let trace = told.recv().await.unwrap();
    assert_eq!((trace.method.as_str(), trace.path.as_str()), ("GET", "/secret"));
    assert_eq!((trace.status, trace.bytes, trace.failure.as_str()), (Some(207), 4, ""));
    assert_eq!(format!("{}/secret?query=1", trace.origin), url);
    let all = format!("{trace:?}");
    assert!(["query", "anna", "word", "grant", "body"].iter().all(|secret| !all.contains(secret)), "{all}");
    send(&traced, &answers(b"").await).await.unwrap_err();
    let trace = told.recv().await.unwrap();
    assert!(trace.status.is_none() && trace.failure.contains("127.0.0.1"), "{trace:?}");
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    tokio::select! {
        _ = send(&traced, &url) => panic!("nobody answers"),
        accepted = silent.accept() => drop(accepted.map(|_| ())),
    }
    assert_eq!(told.recv().await.unwrap().failure, "called off");
    send(&traced.untraced(), &answers(answer).await).await.unwrap();
    send(&client.traced_like(&traced), &answers(answer).await).await.unwrap();
    assert!(told.recv().await.is_some() && told.try_recv().is_err(), "one of the two is told");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let url =
        answers(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(get(&url).await.unwrap().status(), 302);
}

#[tokio::test]
async fn a_cut_body_is_an_error_and_never_half_a_body() {
    let cases: [&[u8]; 3] = [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 12\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\x03\xcbH",
    ];
    for bytes in cases {
        let error = get(&answers(bytes).await).await.unwrap_err();
        assert!(matches!(error, Error::Cut { .. }), "{error:?}");
        assert!(!error.is_before_send());
    }
}

#[tokio::test]
async fn no_answer_at_all_is_not_known_to_be_before_the_send() {
    let error = get(&answers(b"").await).await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }), "{error:?}");
    assert!(!error.is_before_send() && error.is_broken_connection());
}

#[tokio::test]
async fn a_refused_connection_says_so_without_path_or_query() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = get(&format!("http://{address}/secret?query=1")).await.unwrap_err();
    assert!(error.is_refused() && error.is_before_send());
    let said = format!("{error} {error:?}");
    assert!(said.contains(&address.to_string()) && !said.contains("secret"), "{said}");
}

#[tokio::test]
async fn a_name_without_an_address_says_so() {
    let error = get("http://no-such-host.invalid/").await.unwrap_err();
    assert!(error.is_not_resolved(), "{error:?}");
}

#[test]
fn loopback_goes_round_the_proxy() {
    let cases = [
        ("http://localhost:1/", Route::Plain),
        ("http://127.0.0.9/", Route::Plain),
        ("https://[::1]:9/", Route::Loopback),
        ("https://app.localhost/", Route::Loopback),
        ("https://contoso.crm4.dynamics.com/", Route::Remote),
        ("http://localhost.evil.example/", Route::Remote),
        ("http://10.0.0.1/", Route::Remote),
    ];
    for (url, route) in cases {
        assert_eq!(Route::of(&url.parse().unwrap()), route, "{url}");
    }
}

#[test]
fn a_certificate_file_of_no_use_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "no certificate").unwrap();
    for path in [folder.path().join("absent.pem"), empty] {
        let error = client(&Options { ca_file: Some(path) }).unwrap_err();
        assert!(matches!(error, Error::CaFile { .. }), "{error:?}");
    }
}
