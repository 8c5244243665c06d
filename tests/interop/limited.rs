//! A process that may not run for ever.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::NamedTempFile;

pub(crate) struct Ended {
    /// It ended in time and with success.
    pub(crate) well: bool,
    /// What it wrote, to both streams.
    pub(crate) output: String,
}

/// Waits for a process and kills it when `limit` is over. Its output goes through a file, so that no pipe fills up.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Ended {
    let file = NamedTempFile::new().unwrap();
    let out = || File::options().append(true).open(file.path()).unwrap();
    command.stdin(Stdio::null()).stdout(out()).stderr(out());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => return Ended { well: false, output: format!("{command:?}: {error}") },
    };
    let end = Instant::now() + limit;
    let status = loop {
        match child.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if Instant::now() > end => {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            None => sleep(Duration::from_millis(20)),
        }
    };
    let mut output = String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned();
    if status.is_none() {
        output.push_str(&format!("\nkilled after {limit:?}"));
    }
    Ended { well: status.is_some_and(|status| status.success()), output }
}
