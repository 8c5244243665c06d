//! Text that a person pastes while something else is waited for: the address that a browser ended at, a token.

use std::io::{self, BufRead, IsTerminal, Read};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::secret_line;

/// Longest paste that is taken.
const MAX: usize = 1 << 20;

/// Pasted texts, one after the other. On a terminal nothing is echoed; elsewhere each line is one. The texts end with
/// standard input, on a terminal with Ctrl-C or Ctrl-D.
#[derive(Debug)]
pub struct Pasting {
    texts: Option<UnboundedReceiver<String>>,
    next: std::sync::mpsc::Sender<()>,
}

impl Pasting {
    /// Listens to standard input, in the background and for as long as the process lives; to a terminal only when
    /// [`Pasting::read_one`] says so, since lines that are written meanwhile would stand askew.
    pub fn start() -> Pasting {
        let (send, texts) = unbounded_channel();
        let (next, wanted) = std::sync::mpsc::channel();
        std::thread::spawn(move || match io::stdin().is_terminal() {
            true => while wanted.recv().is_ok() && type_one(&send).is_some() {},
            false => read_lines(&send),
        });
        Pasting { texts: Some(texts), next }
    }

    /// The texts, for whoever waits for them. They can be taken once.
    pub fn texts(&mut self) -> Option<UnboundedReceiver<String>> {
        self.texts.take()
    }

    /// What had to be said is said: a text can be pasted now.
    pub fn read_one(&self) {
        let _ = self.next.send(()); // nobody reads any more: standard input has ended
    }
}

impl Drop for Pasting {
    /// The reader may still be in the middle of a text.
    fn drop(&mut self) {
        let _ = disable_raw_mode(); // there may be no terminal
    }
}

/// Takes one text from the terminal; nothing when the person ends it.
fn type_one(send: &UnboundedSender<String>) -> Option<()> {
    enable_raw_mode().ok()?;
    let typed = secret_line::line(io::stdin().lock(), MAX);
    let _ = disable_raw_mode(); // it was on a moment ago
    send.send(typed.ok().filter(|typed| !typed.is_empty())?).ok()
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
