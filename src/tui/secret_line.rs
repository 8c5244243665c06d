//! A line that is pasted unseen, of any length: a terminal's own line ends at 4,096 bytes.

use std::io::{self, BufRead, Write};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

/// What is typed is not shown for as long as it lives.
struct Unseen;

impl Drop for Unseen {
    fn drop(&mut self) {
        let _ = disable_raw_mode(); // nowhere left to tell
    }
}

/// Asks for a line and reads it from the terminal without showing it, at most `most` bytes of it. Ctrl-U begins anew,
/// Ctrl-C and Ctrl-D end it.
///
/// # Errors
///
/// When the terminal cannot be used, and `Interrupted` for Ctrl-C.
///
/// # Cancellation
///
/// Dropping the future gives the terminal back; what is typed next is lost.
pub async fn read(prompt: &str, most: usize) -> io::Result<String> {
    // Before the prompt: who types ahead must not be shown either.
    enable_raw_mode()?;
    let _unseen = Unseen;
    write!(io::stderr(), "{prompt}\r\n")?;
    tokio::task::spawn_blocking(move || line(io::stdin().lock(), most)).await?
}

/// Reads a line byte by byte, from a terminal in raw mode.
pub(super) fn line(input: impl BufRead, most: usize) -> io::Result<String> {
    let mut line = Vec::new();
    for byte in input.bytes() {
        match byte? {
            b'\r' | b'\n' | 0x04 => break,
            0x03 => return Err(io::Error::new(io::ErrorKind::Interrupted, "stopped")),
            0x15 => line.clear(),
            0x08 | 0x7f => {
                line.pop();
            }
            byte if line.len() <= most => line.push(byte),
            _ => {}
        }
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_ends_at_enter_and_can_be_begun_anew() {
        let read = |bytes: &[u8]| line(bytes, 6).unwrap();
        assert_eq!(read(b"abc\rdef"), "abc");
        assert_eq!(read(b"wrong\x15right"), "right");
        assert_eq!(read(b"ab\x7fc\x04"), "ac");
        assert_eq!(read(b"0123456789\n").len(), 7, "longer than the most, so that it is known to be");
        assert_eq!(line(&b"a\x03b"[..], 6).unwrap_err().kind(), io::ErrorKind::Interrupted);
    }
}
