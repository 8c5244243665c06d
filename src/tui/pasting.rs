//! Text that a person pastes while something else is waited for: the address that a browser ended at, a token.

use std::io::{self, BufRead, IsTerminal, Read};
use std::sync::mpsc;
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::secret_line;

/// Longest paste that is taken.
const MAX: usize = 1 << 20;
/// Longest wait for a terminal to be listened to.
const PATIENCE: Duration = Duration::from_millis(500);

/// Pasted texts, one after the other. On a terminal nothing is echoed; elsewhere each line is one. The texts end with
/// standard input, on a terminal with Ctrl-C or Ctrl-D.
#[derive(Debug)]
pub struct Pasting {
    texts: Option<UnboundedReceiver<String>>,
    next: mpsc::Sender<()>,
    ready: mpsc::Receiver<()>,
}

impl Pasting {
    /// Listens to standard input, in the background and for as long as the process lives; to a terminal only when
    /// [`Pasting::read_one`] says so.
    pub fn start() -> Pasting {
        let (send, texts) = unbounded_channel();
        let (next, wanted) = mpsc::channel();
        let (listening, ready) = mpsc::channel();
        std::thread::spawn(move || match io::stdin().is_terminal() {
            true => while wanted.recv().is_ok() && type_one(&send, &listening).is_some() {},
            false => {
                drop((wanted, listening)); // nobody has to ask
                read_lines(&send);
            }
        });
        Pasting { texts: Some(texts), next, ready }
    }

    /// The texts, for whoever waits for them. They can be taken once.
    pub fn texts(&mut self) -> Option<UnboundedReceiver<String>> {
        self.texts.take()
    }

    /// A text can be pasted from now on. To be called before a person is told to, so that nothing is echoed.
    pub fn read_one(&self) {
        // Otherwise nobody reads any more: standard input has ended.
        if self.next.send(()).is_ok() {
            let _ = self.ready.recv_timeout(PATIENCE);
        }
    }
}

impl Drop for Pasting {
    /// The reader may still be in the middle of a text.
    fn drop(&mut self) {
        let _ = disable_raw_mode(); // there may be no terminal
    }
}

/// Takes one text from the terminal; nothing when the person ends it.
fn type_one(send: &UnboundedSender<String>, listening: &mpsc::Sender<()>) -> Option<()> {
    enable_raw_mode().ok()?;
    #[cfg(unix)]
    keep_line_ends();
    listening.send(()).ok()?;
    let typed = secret_line::line(io::stdin().lock(), MAX);
    let _ = disable_raw_mode(); // it was on a moment ago
    send.send(typed.ok().filter(|typed| !typed.is_empty())?).ok()
}

/// Others go on writing lines meanwhile, and each must begin at the left.
#[cfg(unix)]
fn keep_line_ends() {
    use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcsetattr};
    let stdin = io::stdin();
    if let Ok(mut modes) = tcgetattr(&stdin) {
        modes.output_modes.insert(OutputModes::OPOST | OutputModes::ONLCR);
        let _ = tcsetattr(&stdin, OptionalActions::Now, &modes); // lines are slanted then, no more
    }
}

fn read_lines(send: &UnboundedSender<String>) {
    let mut input = io::stdin().lock();
    let mut line = String::new();
    while let Ok(1..) = input.by_ref().take(MAX as u64).read_line(&mut line) {
        let text = std::mem::take(&mut line);
        if !text.trim().is_empty() && send.send(text).is_err() {
            return;
        }
    }
}
