//! Ways to a clipboard: a program of this desktop, the terminal, or a file for what is too long.
//!
//! The terminal is asked by OSC 52. Whether it takes the text cannot be known, so that is never called copied.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::app::copy::Copied;
use crate::config::write_copied;

/// Most terminals take this much in one OSC 52 sequence.
const LIMIT: usize = 74_994;
/// screen takes so much in one string; older ones take 256 bytes.
const SCREEN_CHUNK: usize = 240;
/// A program that has not taken the text by then is not waited for.
const PATIENCE: Duration = Duration::from_secs(1);

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Multiplexer {
    /// Nothing that is known.
    #[default]
    None,
    Tmux,
    Screen,
}

/// The ways that there are.
#[derive(Debug, Clone)]
pub struct Clipboard {
    /// What OSC 52 passes on its way.
    pub multiplexer: Multiplexer,
    /// The clipboard of this machine is the person's: not over SSH, and there is a display.
    pub desktop: bool,
    /// Where a text goes that is too long. The folder may not exist yet.
    pub folder: PathBuf,
}

/// The programs that put standard input on a desktop's clipboard, in the order in which they are tried.
#[cfg(target_os = "macos")]
const TOOLS: &[(&str, &[&str])] = &[("pbcopy", &[])];
#[cfg(not(target_os = "macos"))]
const TOOLS: &[(&str, &[&str])] = &[("wl-copy", &[]), ("xclip", &["-selection", "clipboard"])];

impl Clipboard {
    /// Hands text over and answers how.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    pub fn copy(&self, text: &str, terminal: &mut impl Write) -> io::Result<Copied> {
        if self.desktop
            && let Some((name, _)) = TOOLS.iter().find(|(name, args)| is_taken_by(name, args, text))
        {
            return Ok(Copied::Tool(name));
        }
        let Some(sequence) = osc52(text, self.multiplexer) else { return Ok(self.write(text)) };
        terminal.write_all(sequence.as_bytes())?;
        terminal.flush()?;
        Ok(Copied::Terminal)
    }

    /// Writes a text into a file that nobody else can read.
    fn write(&self, text: &str) -> Copied {
        match write_copied(&self.folder, text) {
            Ok(path) => Copied::File(path.display().to_string()),
            Err(error) => Copied::Failed(format!(
                "It is too long for a terminal's clipboard, and no file in {} could be written: {error}.",
                self.folder.display()
            )),
        }
    }
}

/// The bytes that ask a terminal to put text on its clipboard; none when it is too long for one.
///
/// tmux takes the plain form with `set-clipboard on` and the wrapped one with `allow-passthrough on`: it gets both, and
/// leaves out what it may not do.
pub fn osc52(text: &str, multiplexer: Multiplexer) -> Option<String> {
    let encoded = STANDARD.encode(text);
    if encoded.len() > LIMIT {
        return None;
    }
    let plain = format!("\u{1b}]52;c;{encoded}\u{7}");
    Some(match multiplexer {
        Multiplexer::None => plain,
        Multiplexer::Tmux => {
            let inner = plain.replace('\u{1b}', "\u{1b}\u{1b}");
            format!("{plain}\u{1b}Ptmux;{inner}\u{1b}\\")
        }
        Multiplexer::Screen => {
            // Base64 and the brackets around it are ASCII: every place is a boundary.
            let chunks = plain.as_bytes().chunks(SCREEN_CHUNK);
            chunks.map(|chunk| format!("\u{1b}P{}\u{1b}\\", String::from_utf8_lossy(chunk))).collect()
        }
    })
}

/// Gives text to a program; whether it is there, takes it in time and says that all is well.
fn is_taken_by(name: &str, args: &[&str], text: &str) -> bool {
    let started = Command::new(name)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = started else { return false };
    let Some(mut input) = child.stdin.take() else { return false };
    let text = text.to_owned();
    // A program that reads nothing would hold the keyboard.
    let writer = std::thread::spawn(move || input.write_all(text.as_bytes()).is_ok());
    let patience = Instant::now() + PATIENCE;
    let done = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) if Instant::now() < patience => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = child.kill(); // it may have ended meanwhile
                let _ = child.wait();
                return false;
            }
        }
    };
    done && writer.join().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_form_is_base64_between_osc_and_bell() {
        assert_eq!(osc52("héllo", Multiplexer::None).unwrap(), "\u{1b}]52;c;aMOpbGxv\u{7}");
    }

    #[test]
    fn tmux_gets_the_plain_form_and_one_that_it_passes_on() {
        let sent = osc52("hi", Multiplexer::Tmux).unwrap();
        assert_eq!(sent, "\u{1b}]52;c;aGk=\u{7}\u{1b}Ptmux;\u{1b}\u{1b}]52;c;aGk=\u{7}\u{1b}\\");
    }

    #[test]
    fn screen_gets_strings_that_it_can_hold_and_the_terminal_the_whole() {
        let text = "x".repeat(5_000);
        let sent = osc52(&text, Multiplexer::Screen).unwrap();
        let chunks: Vec<&str> = sent.split_terminator("\u{1b}\\").collect();
        assert!(chunks.len() > 20);
        assert!(chunks.iter().all(|chunk| chunk.starts_with("\u{1b}P") && chunk.len() <= 2 + SCREEN_CHUNK));
        let inner: String = chunks.iter().map(|chunk| &chunk[2..]).collect();
        assert_eq!(inner, osc52(&text, Multiplexer::None).unwrap());
    }

    #[test]
    fn a_text_that_is_too_long_goes_to_a_file_of_the_person_alone() {
        let folder = tempfile::tempdir().unwrap();
        let clipboard =
            Clipboard { multiplexer: Multiplexer::None, desktop: false, folder: folder.path().join("state") };
        let longest = "x".repeat(LIMIT / 4 * 3);
        let mut sent = Vec::new();
        assert_eq!(clipboard.copy(&longest, &mut sent).unwrap(), Copied::Terminal);
        assert!(sent.len() > LIMIT / 4 * 4);
        sent.clear();
        let longer = longest + "yyy";
        let Copied::File(path) = clipboard.copy(&longer, &mut sent).unwrap() else { panic!("no file") };
        assert!(sent.is_empty());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), longer);
    }

    #[cfg(unix)]
    #[test]
    fn a_program_counts_only_when_it_says_that_all_is_well() {
        assert!(is_taken_by("sh", &["-c", "cat >/dev/null"], &"x".repeat(300_000)));
        assert!(!is_taken_by("sh", &["-c", "cat >/dev/null; exit 3"], "x"));
        assert!(!is_taken_by("no-such-program-here", &[], "x"));
    }
}
