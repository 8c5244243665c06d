//! `dv sandbox` as a process.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

fn dv(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dv"));
    command.arg("sandbox").args(args).env_remove("DV_PROFILE").stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn ready(child: &mut Child) -> (Value, BufReader<std::process::ChildStdout>) {
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    (serde_json::from_str(&line).unwrap(), out)
}

#[test]
fn it_prints_one_line_and_ends_cleanly_by_every_signal() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut child = dv(&["--rows", "incident=10,account=5,contact=5"]).spawn().unwrap();
        let (ready, mut out) = ready(&mut child);
        let key = ready["confidential"]["private_key"].as_str().unwrap().to_owned();
        assert!(std::path::Path::new(&key).exists());
        let kill = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        assert!(kill.success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        assert!(!std::path::Path::new(&key).exists(), "its temporary folder is gone");
    }
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let output = dv(&["--listen", "0.0.0.0:0"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("listens on loopback only, not on 0.0.0.0:0"), "{said}");
    assert_eq!(output.stdout, b"");
}

#[test]
fn flags_reach_the_sandbox() {
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    let (ca, dir) = (ca.to_str().unwrap(), folder.path().to_str().unwrap());
    let args = [
        "--rows",
        "incident=10,account=5,contact=5",
        "--tls",
        "--ca-out",
        ca,
        "--out-dir",
        dir,
        "--no-controls",
        "--auto-approve",
        "0.5",
        "--code-lifetime",
        "60",
        "--token-lifetime",
        "60",
        "--seed",
        "7",
    ];
    let mut child = dv(&args).spawn().unwrap();
    let (ready, _out) = ready(&mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(ready["url"].as_str().unwrap().starts_with("https://127.0.0.1:"));
    assert_eq!((ready["ca"].as_str(), ready["controls"].is_null()), (Some(ca), true));
    assert!(ready["confidential"]["certificate"].as_str().unwrap().starts_with(dir));
    for odd in [
        &["--rows", "lead=3"][..],
        &["--auto-approve", "-1"],
        &["--listen", "nowhere"],
        &["--tls-fault", "expired"],
        &["--tls", "--tls-fault", "rusty"],
    ] {
        assert_eq!(dv(odd).output().unwrap().status.code(), Some(2), "{odd:?}");
    }
}

/// Not only the keys' folder: the rows' too, and both are for their owner alone.
#[cfg(unix)]
#[test]
fn its_temporary_folders_are_private_and_go_with_it() {
    use std::os::unix::fs::PermissionsExt;
    let place = tempfile::tempdir().unwrap();
    let entries = || std::fs::read_dir(place.path()).unwrap().map(Result::unwrap).collect::<Vec<_>>();
    for signal in ["-TERM", "-INT", "-HUP"] {
        let mut command = dv(&["--rows", "incident=10,account=5,contact=5"]);
        command.env("TMPDIR", place.path());
        let mut child = command.spawn().unwrap();
        let (_, _out) = ready(&mut child);
        assert!(!entries().is_empty());
        for entry in entries() {
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{entry:?}");
        }
        Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
        child.wait().unwrap();
        assert_eq!(entries().len(), 0, "{signal}: {:?}", entries());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn under_nohup_it_goes_on_ignoring_the_end_of_its_terminal() {
    let mut command = Command::new("nohup");
    command.arg(env!("CARGO_BIN_EXE_dv")).args(["sandbox", "--rows", "incident=10,account=5,contact=5"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    ready(&mut child);
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    assert!(
        ignored.ends_with(['1', '3', '5', '7', '9', 'b', 'd', 'f']),
        "SIGHUP is the lowest bit: {ignored}"
    );
}

#[test]
fn nothing_stays_behind_when_nobody_reads_its_line() {
    let place = tempfile::tempdir().unwrap();
    let mut child =
        dv(&["--rows", "incident=10,account=5,contact=5"]).env("TMPDIR", place.path()).spawn().unwrap();
    drop(child.stdout.take());
    child.wait().unwrap();
    assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
}
