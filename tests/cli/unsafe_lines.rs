//! Lines that cannot be trusted: certificates, names, proxies. Each has words of its own, and no token goes out.

use std::io::Write as _;

use dvtui::sandbox::{Options, TlsFault};

use crate::dv::Home;
use crate::support;

const COMMANDS: [&[&str]; 2] = [&["login", "--device-code", "--no-open"], &["whoami"]];

#[tokio::test(flavor = "multi_thread")]
async fn each_certificate_that_is_of_no_use_has_words_of_its_own_and_gets_no_request() {
    for (fault, trusted, words) in [
        (Some(TlsFault::Expired), true, "it has expired"),
        (Some(TlsFault::WrongHost), true, "it is for another host"),
        (None, false, "--ca-file"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        let options = Options { tls: true, tls_fault: fault, ca_out: Some(ca.clone()), ..support::options() };
        let sandbox = support::start(options).await;
        let mut home = Home::for_sandbox(sandbox.ready()).with("DV_TOKEN", "SECRET");
        if trusted {
            home = home.with("DV_CA_FILE", ca.to_str().unwrap());
        }
        for command in COMMANDS {
            let ended = home.dv(command);
            ended.expect(1, &["certificate", words]);
            assert!(!ended.err.contains("SECRET") && ended.out.is_empty(), "{ended:?}");
        }
        let certificate = std::fs::read(&ca).unwrap();
        let trusting = reqwest::Client::builder()
            .add_root_certificate(reqwest::Certificate::from_pem(&certificate).unwrap())
            .no_proxy()
            .build()
            .unwrap();
        let controls = sandbox.ready().controls.as_deref().unwrap();
        let log = trusting.get(format!("{controls}/_sandbox/requests")).send().await.unwrap();
        let log: serde_json::Value = log.json().await.unwrap();
        assert_eq!(log, serde_json::json!([]), "{fault:?}: nothing was asked over a line that is not safe");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_wants_a_password_is_named_by_every_command() {
    let sandbox = support::start(support::options()).await;
    let proxy = sandbox.ready().proxy.clone().unwrap().replace("http://", "http://anna:hunter2@");
    let home = Home::new()
        .with("HTTPS_PROXY", &proxy)
        .with("DV_URL", "https://contoso.crm4.dynamics.com")
        .with("DV_TOKEN", "SECRET");
    for command in COMMANDS {
        let ended = home.dv(command);
        ended.expect(1, &["407"]);
        assert!(!ended.err.contains("hunter2") && !ended.err.contains("SECRET"), "{ended:?}");
    }
}

#[test]
fn a_name_that_is_not_there_a_closed_port_and_no_tls_are_told_apart() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port();
    drop(closed);
    let plain = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let no_tls = format!("https://{}", plain.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in plain.incoming().map_while(Result::ok) {
            let _ = (&stream).write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"); // it may be gone
        }
    });
    let cases = [
        ("https://no-such-host.invalid".to_owned(), "was not found"),
        (format!("https://127.0.0.1:{port}"), "refused the connection"),
        (no_tls, "no secure connection"),
    ];
    for (url, words) in cases {
        for command in COMMANDS {
            let ended = Home::new().with("DV_TOKEN", "SECRET").with("DV_URL", &url).dv(command);
            ended.expect(1, &[words]);
            assert!(!ended.err.contains("SECRET"), "{ended:?}");
        }
    }
}
