//! When `dv login` opens the browser by itself. A script stands in for the desktop's opener.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::dv::Home;
use crate::stub::{Stub, html, json};

const DEVICE: &str = "/tenant/oauth2/v2.0/devicecode";
const TOKEN: &str = "/tenant/oauth2/v2.0/token";

/// A desktop whose opener hands the address to a pipe, and the pipe.
fn desktop(home: Home) -> (Home, PathBuf) {
    let (pipe, opener) = (home.path("opened"), home.path("xdg-open"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::fs::write(&opener, format!("#!/bin/sh\necho \"$1\" > '{}'\n", pipe.display())).unwrap();
    std::fs::set_permissions(&opener, std::fs::Permissions::from_mode(0o700)).unwrap();
    let path = home.path("").display().to_string();
    (home.with("PATH", &path).with("DISPLAY", ":0"), pipe)
}

/// An authority that names this address in its device answer; `{}` is its own origin.
fn stub(address: &'static str) -> Stub {
    Stub::start(move |path, _, origin| match path {
        DEVICE => {
            let address = address.replace("{}", origin);
            json(
                200,
                &format!(
                    r#"{{"device_code":"D","user_code":"X","verification_uri":"{address}","interval":1}}"#
                ),
            )
        }
        TOKEN => json(200, r#"{"access_token":"A"}"#),
        _ => html(404),
    })
}

#[test]
fn addresses_of_the_authority_and_of_known_hosts_are_opened() {
    for address in ["{}/device", "https://microsoft.com/devicelogin"] {
        let stub = stub(address);
        let (home, pipe) = desktop(stub.home());
        let mut login = home.start(&["login", "--device-code"]);
        let opened = std::fs::read_to_string(&pipe).unwrap(); // waits for the opener
        assert_eq!(opened.trim(), address.replace("{}", &stub.origin));
        login.end().expect(0, &["Signed in"]);
    }
}

#[test]
fn nothing_is_opened_that_was_not_asked_for_or_is_foreign_or_over_ssh() {
    let own: (&str, &[&str], &str) = ("{}/device", &[], "");
    let cases = [
        ("https://pages.example/device", own.1, ""),
        (own.0, &["--no-open"], ""),
        (own.0, own.1, "10.0.0.1 1 10.0.0.2 22"),
    ];
    for (address, more, ssh) in cases {
        let (home, pipe) = desktop(stub(address).home().with("SSH_CONNECTION", ssh));
        std::fs::remove_file(&pipe).unwrap(); // a file takes its place if something is opened
        home.dv(&[&["login", "--device-code"], more].concat()).expect(0, &["Open: "]);
        assert!(!pipe.exists(), "{address} {more:?} {ssh}");
    }
}

#[test]
fn with_a_display_the_browser_comes_first() {
    let stub = stub("{}/device");
    let (home, pipe) = desktop(stub.home());
    let mut login = home.start(&["login"]);
    let opened = std::fs::read_to_string(&pipe).unwrap();
    assert!(opened.starts_with(&format!("{}/oauth2/v2.0/authorize?", stub.authority())), "{opened}");
    assert_eq!(login.err_after("Open: "), opened.trim());
}
