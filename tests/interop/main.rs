//! Clients written by others against `dv sandbox`, over TLS. Their requests are the specification where the protocol's
//! notes are silent. The programs beside this file are Python; without Python they are skipped, and that is said.
#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod limited;
mod python;
mod server;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use limited::run;
use server::Server;

#[test]
fn msal_signs_in_by_every_flow() {
    passes("sign_in.py");
}

#[test]
fn the_sdk_reads_and_writes_rows() {
    passes("rows.py");
}

#[test]
fn the_sdk_keeps_values_of_every_kind_and_files() {
    passes("kinds.py");
}

#[test]
fn the_sdk_pages_through_fetchxml() {
    passes("fetchxml.py");
}

#[test]
fn the_sdk_sends_batches() {
    passes("batch.py");
}

#[test]
fn the_sdk_does_the_same_asynchronously() {
    passes("asynchronous.py");
}

#[test]
fn the_sdk_knows_the_tables() {
    passes("tables.py");
}

#[test]
fn the_sdk_makes_tables() {
    passes("new_tables.py");
}

/// Runs a program of this folder against a sandbox of its own.
fn passes(program: &str) {
    let Some(python) = python::with_packages() else { return };
    let server = Server::start();
    let mut command = Command::new(python);
    command.arg(program).current_dir(folder());
    command.env("SANDBOX_READY", &server.ready).env("PYTHONDONTWRITEBYTECODE", "1");
    // These win over a CA given in code, so on a machine that has them set nothing else would do.
    for name in ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"] {
        command.env(name, &server.ca);
    }
    for name in ["NO_PROXY", "no_proxy"] {
        command.env(name, "127.0.0.1,localhost");
    }
    let ended = run(&mut command, Duration::from_secs(300));
    assert!(ended.well, "{program}:\n{}\nThe sandbox's log:\n{}", ended.output, server.log());
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/interop"))
}
