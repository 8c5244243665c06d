//! `dv sandbox` as people start it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

/// A running sandbox; it ends with this value.
pub(crate) struct Server {
    child: Child,
    /// Everything it writes is in here, also what it would clean up itself.
    folder: TempDir,
    /// The line of JSON that says where everything is.
    pub(crate) ready: String,
    pub(crate) ca: PathBuf,
}

impl Server {
    pub(crate) fn start() -> Server {
        let folder = tempfile::tempdir().unwrap();
        let ca = folder.path().join("ca.pem");
        let mut command = Command::new(env!("CARGO_BIN_EXE_dv"));
        command.args(["sandbox", "--tls", "--auto-approve", "0"]).arg("--ca-out").arg(&ca);
        command.args(["--rows", "incident=300,account=60,contact=90"]);
        command.env("TMPDIR", folder.path()).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(File::create(folder.path().join("log")).unwrap());
        let mut child = command.spawn().unwrap();
        let (said, heard) = mpsc::channel();
        let out = child.stdout.take().unwrap();
        thread::spawn(move || {
            let mut line = String::new();
            let _ = BufReader::new(out).read_line(&mut line);
            let _ = said.send(line);
        });
        // A value from here on, so that a sandbox that says nothing ends too.
        let mut server = Server { child, folder, ready: String::new(), ca };
        server.ready = heard.recv_timeout(Duration::from_secs(120)).unwrap_or_default();
        assert!(server.ready.starts_with('{'), "the sandbox did not start:\n{}", server.log());
        server
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
