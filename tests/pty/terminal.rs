//! A pseudo-terminal with the real program in it, and a screen to read.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::process::Command;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use filedescriptor::{FileDescriptor, POLLIN, Pipe, poll, pollfd};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
pub(crate) use rustix::process::Signal;
use rustix::process::{Pid, kill_process};

/// How long something may take before the test gives up. Generous: it bounds a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is looked whether the program has ended.
const LOOK: Duration = Duration::from_millis(2);

/// What the program asks a terminal, and what one of today answers. No answer comes after the last one.
pub(crate) const ANSWERS: [(&str, &str); 4] = [
    ("\u{1b}[?2026$p", "\u{1b}[?2026;2$y"),
    ("\u{1b}[?2004$p", "\u{1b}[?2004;1$y"),
    ("\u{1b}]11;?\u{1b}\\", "\u{1b}]11;rgb:1e1e/1e1e/2e2e\u{1b}\\"),
    ("\u{1b}[c", "\u{1b}[?62;22c"),
];

/// How slow the line is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Bytes from the program that it takes every hundredth of a second.
    pub(crate) bytes: usize,
    /// How long a key takes to the program and its frame back.
    pub(crate) way: Duration,
}

/// Nothing is held up.
const AT_ONCE: Pace = Pace { bytes: 8192, way: Duration::ZERO };

/// The line to the program, from the terminal's side.
struct Line {
    master: Box<dyn MasterPty + Send>,
    /// Not the writer that the master offers: that one types an end of file when it is dropped.
    writer: FileDescriptor,
    reading: JoinHandle<()>,
    /// Reading ends when this is closed.
    open: FileDescriptor,
}

/// The program in a pseudo-terminal.
pub(crate) struct Terminal {
    /// None after a hang-up.
    line: Option<Line>,
    child: Box<dyn Child + Send + Sync>,
    /// How the line was before the program had it: echo, line by line, which keys are signals.
    modes: Option<String>,
    pace: Arc<Mutex<Pace>>,
    output: Receiver<(Instant, Vec<u8>)>,
    /// What is next, and not here yet.
    on_its_way: Option<(Instant, Vec<u8>)>,
    parser: vt100::Parser,
    /// It answers what it is asked, at once.
    pub(crate) answers: bool,
    answered: usize,
    /// It answered that it is well as often as it was asked up to here.
    well: usize,
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
        let Pipe { read: closed, write: open } = Pipe::new().unwrap();
        let master = pair.master.as_raw_fd().unwrap();
        let [reader, writer] = [(); 2].map(|()| FileDescriptor::dup(&master).unwrap());
        let (sender, output) = channel();
        let pace = Arc::new(Mutex::new(AT_ONCE));
        let read_at = Arc::clone(&pace);
        let reading = std::thread::spawn(move || read(reader, &closed, &sender, &read_at));
        let modes = pair.master.get_termios().map(|modes| format!("{modes:?}"));
        Self {
            pace,
            modes,
            line: Some(Line { master: pair.master, writer, reading, open }),
            child,
            output,
            on_its_way: None,
            parser: vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0),
            answers: true,
            answered: 0,
            well: 0,
            bytes: vec![],
        }
    }

    /// Types text, as it is.
    pub(crate) fn send(&mut self, text: &str) {
        let line = self.line.as_mut().unwrap();
        line.writer.write_all(text.as_bytes()).unwrap();
        line.writer.flush().unwrap();
    }

    /// The line is like this from now on.
    pub(crate) fn slow_down(&mut self, pace: Pace) {
        *self.pace.lock().unwrap() = pace;
    }

    /// Takes no more bytes from the program, as a connection that hangs does.
    pub(crate) fn freeze(&mut self) {
        if let Some(line) = &mut self.line {
            let _ = line.open.write_all(b"!");
        }
    }

    /// Closes the terminal, as a connection that breaks does.
    pub(crate) fn hang_up(&mut self) {
        if let Some(Line { master, writer, reading, open }) = self.line.take() {
            drop(open);
            reading.join().unwrap();
            drop((writer, master));
        }
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
                "Tab" => "\t",
                "Ctrl-C" => "\u{3}",
                "Ctrl-D" => "\u{4}",
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
        let line = self.line.as_ref().unwrap();
        line.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.parser.screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
    }

    /// Reads until the screen fulfils a condition.
    pub(crate) fn wait_until(&mut self, what: &str, condition: impl Fn(&str) -> bool) {
        let patience = Instant::now() + PATIENCE;
        while !condition(&self.screen()) {
            let left = patience.saturating_duration_since(Instant::now());
            let Ok(bytes) = self.receive(left) else {
                panic!("waited for {what}; the screen shows:\n{}", self.screen());
            };
            self.take(&bytes);
        }
    }

    /// Reads until the screen shows a text.
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.wait_until(&format!("`{text}`"), |screen| screen.contains(text));
    }

    /// Reads until the program has taken the other screen.
    pub(crate) fn wait_for_other_screen(&mut self) {
        while !self.parser.screen().alternate_screen() {
            let bytes = self.receive(PATIENCE).unwrap();
            self.take(&bytes);
        }
    }

    /// Reads until the program has ended; answers its exit code.
    pub(crate) fn wait_for_end(&mut self) -> u32 {
        let patience = Instant::now() + PATIENCE;
        let status = loop {
            match self.receive(LOOK) {
                Ok(bytes) => self.take(&bytes),
                // Nobody else has the line any longer.
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(
                Instant::now() < patience,
                "the program did not end; the screen shows:\n{}",
                self.screen()
            );
        };
        while let Ok(bytes) = self.receive(PATIENCE) {
            self.take(&bytes); // what was written before the end is still on the line
        }
        assert!(status.signal().is_none(), "{status}");
        status.exit_code()
    }

    /// The other screen is left, the cursor is visible, pastes arrive as they are typed, and so do keys.
    pub(crate) fn is_restored(&self) -> bool {
        let screen = self.parser.screen();
        let modes = self.line.as_ref().and_then(|line| line.master.get_termios());
        let as_before = modes.map(|modes| format!("{modes:?}")) == self.modes;
        as_before && !screen.alternate_screen() && !screen.hide_cursor() && !screen.bracketed_paste()
    }

    /// Reads until nothing comes for `quiet`; answers when the last byte came.
    pub(crate) fn settle(&mut self, quiet: Duration) -> Instant {
        let mut last = Instant::now();
        while let Ok(bytes) = self.receive(quiet) {
            last = Instant::now();
            self.take(&bytes);
        }
        last
    }

    /// Reads what comes until then.
    pub(crate) fn settle_until(&mut self, then: Instant) {
        while let Ok(bytes) = self.receive(then.saturating_duration_since(Instant::now())) {
            self.take(&bytes);
        }
    }

    /// The program's process.
    pub(crate) fn process(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Hundredths of a second that the program has had the processor for, where the system tells.
    pub(crate) fn processor_time(&self) -> Option<u64> {
        let state = std::fs::read_to_string(format!("/proc/{}/stat", self.process())).ok()?;
        let (_, fields) = state.rsplit_once(") ")?;
        fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<u64>().ok()).sum()
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
    pub(crate) fn signal(&self, signal: Signal) {
        let process = Pid::from_raw(i32::try_from(self.process()).unwrap()).unwrap();
        kill_process(process, signal).unwrap();
    }

    /// Sends a signal that ends the program, and waits until it has.
    pub(crate) fn end_by(&mut self, signal: Signal) {
        self.signal(signal);
        match signal {
            Signal::KILL => drop(self.child.wait().unwrap()),
            _ => drop(self.wait_for_end()),
        }
    }

    /// What comes next, when it comes.
    fn receive(&mut self, patience: Duration) -> Result<Vec<u8>, RecvTimeoutError> {
        let until = Instant::now() + patience;
        let (due, bytes) = match self.on_its_way.take() {
            Some(next) => next,
            None => self.output.recv_timeout(patience)?,
        };
        std::thread::sleep(due.min(until).saturating_duration_since(Instant::now()));
        if due > until {
            self.on_its_way = Some((due, bytes));
            return Err(RecvTimeoutError::Timeout);
        }
        Ok(bytes)
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
            if let Some(line) = &mut self.line {
                let _ = line.writer.write_all(answer.as_bytes()); // the program may be gone
            }
            self.answered += 1;
        }
        let is_asked = |bytes: &&[u8]| *bytes == b"\x1b[5n";
        while let Some(at) = self.bytes[self.well..].windows(4).position(|bytes| is_asked(&bytes))
            && let Some(line) = &mut self.line
        {
            let _ = line.writer.write_all(b"\x1b[0n"); // the program may be gone
            self.well += at + 4;
        }
    }
}

/// Hands on what comes until the program has ended or the line is closed.
fn read(
    mut reader: FileDescriptor,
    closed: &FileDescriptor,
    output: &Sender<(Instant, Vec<u8>)>,
    pace: &Mutex<Pace>,
) {
    let waiting = |fd| pollfd { fd, events: POLLIN, revents: 0 };
    let mut buffer = [0; AT_ONCE.bytes];
    loop {
        let mut ends = [waiting(reader.as_raw_fd()), waiting(closed.as_raw_fd())];
        if poll(&mut ends, None).is_err() || ends[1].revents != 0 {
            return;
        }
        let pace = *pace.lock().unwrap();
        match reader.read(&mut buffer[..pace.bytes]) {
            Ok(read @ 1..) if output.send((Instant::now() + pace.way, buffer[..read].to_vec())).is_ok() => {}
            _ => return,
        }
        if pace.bytes < AT_ONCE.bytes {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
