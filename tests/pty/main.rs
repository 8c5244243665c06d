//! The real program in a real pseudo-terminal, against a sandbox in another process.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod conflict;
mod copying;
mod counted;
#[path = "../support/dice.rs"]
mod dice;
mod ending;
mod hostile;
mod journal;
mod journey;
mod json;
mod kills;
mod known;
mod ladder;
mod leaving;
mod line;
mod own_editor;
mod passphrase;
mod sandbox;
mod stories;
#[allow(dead_code)] // the bench uses more of it
mod terminal;
mod typing;
mod unseen;

use sandbox::Sandbox;
use terminal::Terminal;

/// A home folder and the settings that lead to a sandbox.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// Starts the program in a terminal of 80x24, as an administrator over SSH has it.
    fn start(&self, sandbox: &Sandbox) -> Terminal {
        self.start_with(sandbox, &[])
    }

    /// The same with these arguments.
    fn start_with(&self, sandbox: &Sandbox, args: &[&str]) -> Terminal {
        let home = self.folder.path().to_str().unwrap();
        let settings = [
            ("HOME", home),
            ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22"),
            ("DV_URL", sandbox.field("url")),
            ("DV_AUTHORITY", sandbox.field("authority")),
            ("DV_CLIENT_ID", sandbox.field("client_id")),
        ];
        Terminal::start(args, &settings, 24, 80)
    }

    /// Makes a profile of one of the sandbox's environments.
    fn add_profile(&self, sandbox: &Sandbox, name: &str, url: &str) {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_dv"))
            .args(["env", "add", name, url, "--authority", sandbox.field("authority")])
            .args(["--client-id", sandbox.field("client_id"), "--discovery", sandbox.field("discovery")])
            .env_clear()
            .env("HOME", self.folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs a command of the program with this home, and answers what it printed.
    fn run(&self, sandbox: &Sandbox, args: &[&str]) -> String {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_dv"))
            .args(args)
            .args(["--url", sandbox.field("url"), "--authority", sandbox.field("authority")])
            .args(["--client-id", sandbox.field("client_id")])
            .env_clear()
            .env("HOME", self.folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }
}
