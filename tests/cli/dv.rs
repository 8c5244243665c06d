//! The program as a child process, with a home of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Output, Stdio};

use dvtui::sandbox::Ready;
use serde_json::Value;
use tempfile::TempDir;

/// A home folder and the settings that commands run with.
#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// A command that still runs; it ends with the test.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    out: Option<BufReader<ChildStdout>>,
    err: BufReader<ChildStderr>,
    input: Option<ChildStdin>,
}

impl Home {
    /// No settings at all.
    pub(crate) fn new() -> Home {
        Home { folder: tempfile::tempdir().unwrap(), variables: Vec::new() }
    }

    /// Settings for a sandbox.
    pub(crate) fn for_sandbox(ready: &Ready) -> Home {
        Home::new()
            .with("DV_URL", &ready.url)
            .with("DV_AUTHORITY", &ready.authority)
            .with("DV_CLIENT_ID", &ready.client_id)
    }

    /// One more variable.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Home {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// The file of tokens.
    pub(crate) fn tokens_file(&self) -> PathBuf {
        self.folder.path().join(".local/state/dvtui/tokens.json")
    }

    /// What is in the file of tokens.
    pub(crate) fn tokens(&self) -> Value {
        serde_json::from_slice(&std::fs::read(self.tokens_file()).unwrap()).unwrap()
    }

    /// Writes the file of tokens, closed to others as dv would.
    pub(crate) fn write_tokens(&self, text: &str) {
        dvtui::private_file::replace(&self.tokens_file(), text.as_bytes()).unwrap();
    }

    /// Changes the first kept sign-in.
    pub(crate) fn change_tokens(&self, change: impl FnOnce(&mut Value)) {
        let mut tokens = self.tokens();
        change(&mut tokens["tokens"][0]);
        self.write_tokens(&tokens.to_string());
    }

    /// A path below the home folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dv"));
        command.args(args).env_clear().env("HOME", self.folder.path()).stdin(Stdio::null());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end.
    pub(crate) fn dv(&self, args: &[&str]) -> Ended {
        Ended::of(self.command(args).output().unwrap())
    }

    /// Runs a command to its end in this folder.
    pub(crate) fn dv_in(&self, folder: &std::path::Path, args: &[&str]) -> Ended {
        Ended::of(self.command(args).current_dir(folder).output().unwrap())
    }

    /// Runs a command to its end with a text on its standard input.
    pub(crate) fn dv_fed(&self, args: &[&str], input: &str) -> Ended {
        let mut command = self.command(args);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        let feeding = std::thread::spawn(move || {
            let _ = stdin.write_all(input.as_bytes()); // it may have read enough
        });
        let ended = Ended::of(child.wait_with_output().unwrap());
        feeding.join().unwrap();
        ended
    }

    /// Runs a line of shell in which `$0` is the program.
    #[cfg(target_os = "linux")]
    pub(crate) fn shell(&self, line: &str) -> Ended {
        let dv = self.command(&[]);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", line]).arg(dv.get_program()).env_clear().stdin(Stdio::null());
        shell.envs(dv.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Ended::of(shell.output().unwrap())
    }

    /// Starts a command.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        Running::of(&mut self.command(args))
    }

    /// Starts a command that is typed to.
    pub(crate) fn start_with_input(&self, args: &[&str]) -> Running {
        Running::of(self.command(args).stdin(Stdio::piped()))
    }
}

impl Running {
    fn of(command: &mut Command) -> Running {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let out = child.stdout.take().map(BufReader::new);
        let err = BufReader::new(child.stderr.take().unwrap());
        let input = child.stdin.take();
        Running { child, out, err, input }
    }

    /// Types a line.
    pub(crate) fn type_line(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// The rest of the next line on standard error that starts like this; other lines are passed over.
    pub(crate) fn err_after(&mut self, start: &str) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.err.read_line(&mut line).unwrap(), 0, "no line starts with {start:?}");
            if let Some(rest) = line.strip_prefix(start) {
                return rest.trim().to_owned();
            }
        }
    }

    /// The next line on standard output, as JSON.
    pub(crate) fn out_json(&mut self) -> Value {
        let mut line = String::new();
        self.out.as_mut().unwrap().read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }

    /// Goes away without reading, as `head` does.
    pub(crate) fn close_output(&mut self) {
        self.out = None;
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Nothing more will come of it.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end and takes what was printed since.
    pub(crate) fn end(&mut self) -> Ended {
        let (mut out, mut err) = (String::new(), String::new());
        if let Some(reader) = &mut self.out {
            reader.read_to_string(&mut out).unwrap();
        }
        self.err.read_to_string(&mut err).unwrap();
        Ended { code: self.child.wait().unwrap().code().unwrap_or(-1), out, err }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended
        let _ = self.child.wait();
    }
}

impl Ended {
    fn of(output: Output) -> Ended {
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Expects an exit code and words on standard error.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, words: &[&str]) -> &Ended {
        assert_eq!(self.code, code, "{self:#?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is not in {self:#?}");
        }
        self
    }
}
