//! Text that a person pastes while something else is waited for: the address that a browser ended at, a token.

use std::io::{self, BufRead, IsTerminal, Read};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Longest paste that is taken.
const MAX: usize = 1 << 20;

/// Pasted texts, one after the other. On a terminal nothing is echoed, and a text may be longer than the 4,096
/// characters that terminals take for a line; elsewhere each line is one. The texts end with standard input, on a
/// terminal with Ctrl-C or Ctrl-D.
#[derive(Debug)]
pub struct Pasting {
    texts: Option<UnboundedReceiver<String>>,
    again: std::sync::mpsc::Sender<()>,
}

impl Pasting {
    /// Starts reading standard input, in the background and for as long as the process lives.
    pub fn start() -> Pasting {
        let (send, texts) = unbounded_channel();
        let (again, next) = std::sync::mpsc::channel();
        std::thread::spawn(move || match io::stdin().is_terminal() {
            true => while type_one(&send).is_some() && next.recv().is_ok() {},
            false => read_lines(&send),
        });
        Pasting { texts: Some(texts), again }
    }

    /// The texts, for whoever waits for them. They can be taken once.
    pub fn texts(&mut self) -> Option<UnboundedReceiver<String>> {
        self.texts.take()
    }

    /// The last text was not the right one: one more is waited for.
    pub fn again(&self) {
        let _ = self.again.send(()); // nobody reads any more: standard input has ended
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
    let typed = until_enter(io::stdin().lock());
    let _ = disable_raw_mode(); // it was on a moment ago
    send.send(typed?).ok()
}

fn until_enter(input: impl BufRead) -> Option<String> {
    let mut typed = Vec::new();
    for byte in input.bytes() {
        match byte.ok()? {
            b'\r' | b'\n' if typed.is_empty() => {}
            b'\r' | b'\n' => return Some(without_brackets(&String::from_utf8_lossy(&typed))),
            0x03 | 0x04 => return None,
            0x7f | 0x08 => {
                typed.pop();
            }
            _ if typed.len() >= MAX => return None,
            byte => typed.push(byte),
        }
    }
    None
}

/// What terminals put around a paste is no part of it.
fn without_brackets(text: &str) -> String {
    text.replace("\u{1b}[200~", "").replace("\u{1b}[201~", "")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_ends_with_enter_and_may_be_longer_than_a_terminals_line() {
        let long = "x".repeat(10_000);
        let pasted = format!("\r\u{1b}[200~http://localhost/?code={long}\u{1b}[201~\r");
        let taken = until_enter(pasted.as_bytes()).unwrap();
        assert_eq!(taken, format!("http://localhost/?code={long}"));
        assert_eq!(until_enter("ab\u{7f}c\n".as_bytes()).as_deref(), Some("ac"));
    }

    #[test]
    fn the_person_and_the_end_of_the_input_end_a_paste() {
        for text in ["abc\u{3}", "\u{4}", "abc", ""] {
            assert_eq!(until_enter(text.as_bytes()), None, "{text:?}");
        }
    }
}
