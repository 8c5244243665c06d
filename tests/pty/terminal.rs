//! A pseudo-terminal with the real program in it, and a screen to read.

use std::io::{Read, Write};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long something may take before the test gives up. Generous: it bounds a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the program asks a terminal, and what one of today answers. No answer comes after the last one.
pub(crate) const ANSWERS: [(&str, &str); 4] = [
    ("\u{1b}[?2026$p", "\u{1b}[?2026;2$y"),
    ("\u{1b}[?2004$p", "\u{1b}[?2004;1$y"),
    ("\u{1b}]11;?\u{1b}\\", "\u{1b}]11;rgb:1e1e/1e1e/2e2e\u{1b}\\"),
    ("\u{1b}[c", "\u{1b}[?62;22c"),
];

/// The program in a pseudo-terminal.
pub(crate) struct Terminal {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    /// It answers what it is asked, at once.
    pub(crate) answers: bool,
    answered: usize,
    /// Every byte the program wrote.
    pub(crate) bytes: Vec<u8>,
}

impl Terminal {
    /// Starts `dv` with these arguments in a terminal of this size. The environment is empty but for what is given.
    pub(crate) fn start(args: &[&str], environment: &[(&str, &str)], rows: u16, columns: u16) -> Self {
        Self::start_program(env!("CARGO_BIN_EXE_dv"), args, environment, rows, columns)
    }

    /// The same with another program.
    pub(crate) fn start_program(
        program: &str,
        args: &[&str],
        environment: &[(&str, &str)],
        rows: u16,
        columns: u16,
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(read @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        });
        Self {
            writer: pair.master.take_writer().unwrap(),
            master: pair.master,
            child,
            output,
            parser: vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0),
            answers: true,
            answered: 0,
            bytes: vec![],
        }
    }

    /// Types text, as it is.
    pub(crate) fn send(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// Types keys by their names. Nothing is waited for.
    pub(crate) fn keys(&mut self, keys: &[&str]) {
        for key in keys {
            self.send(match *key {
                "Enter" => "\r",
                "Esc" => "\u{1b}",
                "Down" => "\u{1b}[B",
                "Up" => "\u{1b}[A",
                "PgDn" => "\u{1b}[6~",
                "Ctrl-C" => "\u{3}",
                "Ctrl-Z" => "\u{1a}",
                text => text,
            });
        }
    }

    /// What the screen shows.
    pub(crate) fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// The terminal's state: modes, cursor, which of the two screens.
    pub(crate) fn state(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// Changes the size of the terminal.
    pub(crate) fn resize(&mut self, rows: u16, columns: u16) {
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.parser.screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
    }

    /// Reads until the screen fulfils a condition.
    pub(crate) fn wait_until(&mut self, what: &str, condition: impl Fn(&str) -> bool) {
        let patience = Instant::now() + PATIENCE;
        while !condition(&self.screen()) {
            let left = patience.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.output.recv_timeout(left) else {
                panic!("waited for {what}; the screen shows:\n{}", self.screen());
            };
            self.take(&bytes);
        }
    }

    /// Reads until the screen shows a text.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait_until(&format!("`{text}`"), |screen| screen.contains(text));
    }

    /// Reads until the program has ended; answers its exit code.
    pub(crate) fn wait_for_end(&mut self) -> u32 {
        let patience = Instant::now() + PATIENCE;
        loop {
            let left = patience.saturating_duration_since(Instant::now());
            match self.output.recv_timeout(left) {
                Ok(bytes) => self.take(&bytes),
                Err(_) => break, // the pseudo-terminal is closed, or patience is over and `wait` below tells
            }
        }
        assert!(Instant::now() < patience, "the program did not end; the screen shows:\n{}", self.screen());
        self.child.wait().unwrap().exit_code()
    }

    /// Reads until nothing comes for `quiet`; answers when the last byte came.
    pub(crate) fn settle(&mut self, quiet: Duration) -> Instant {
        let mut last = Instant::now();
        while let Ok(bytes) = self.output.recv_timeout(quiet) {
            last = Instant::now();
            self.take(&bytes);
        }
        last
    }

    /// The program's process.
    pub(crate) fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits until the program is stopped, as the shell sees it.
    pub(crate) fn wait_until_stopped(&self) {
        let patience = Instant::now() + PATIENCE;
        let process = self.process().to_string();
        let stopped = || match std::fs::read_to_string(format!("/proc/{process}/stat")) {
            Ok(state) => state.contains(") T "),
            Err(_) => {
                let state = Command::new("ps").args(["-o", "state=", "-p", &process]).output().unwrap();
                state.stdout.starts_with(b"T")
            }
        };
        while !stopped() {
            assert!(Instant::now() < patience, "the program did not stop");
        }
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -s {name} {}", self.process());
        let status = Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(status.success());
    }

    fn take(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.parser.process(bytes);
        if self.answers {
            self.answer();
        }
    }

    fn answer(&mut self) {
        while let Some((question, answer)) = ANSWERS.get(self.answered)
            && self.bytes.windows(question.len()).any(|bytes| bytes == question.as_bytes())
        {
            let _ = self.writer.write_all(answer.as_bytes()); // the program may be gone
            self.answered += 1;
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
