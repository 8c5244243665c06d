//! What the loop asks of the terminal beside drawing on it.

use std::future::ready;
use std::io::{self, Write, stdout};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};

use super::backend::Synchronized;
use super::clipboard::Clipboard;
use super::line::Line;
use super::{Start, Theme, Traits, own_editor, terminal};
use crate::app::copy::Copied;
use crate::app::own_editor::{Draft, Edited};
use crate::text::harmless;

/// The program was told to end, or broke: whichever it was is the answer.
pub type Ended = Shared<BoxFuture<'static, bool>>;

/// The terminal beside its cells. A test has one that records.
pub trait Console {
    /// Hands text to the clipboard, and answers how.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn copy(&mut self, text: &str) -> io::Result<Copied>;

    /// Prints text on the plain screen behind this one.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn announce(&mut self, text: &str) -> io::Result<()>;

    /// Leaves the screen and prints text as it is, to be copied with the terminal's own means.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn leave(&mut self, text: &str) -> io::Result<()>;

    /// Comes back to the screen.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn come_back(&mut self) -> io::Result<()>;

    /// Stops the program until the shell continues it.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn suspend(&mut self) -> io::Result<()>;

    /// Hands the terminal to the person's own editor with a text, until it has ended. The terminal is ours again then.
    ///
    /// # Errors
    ///
    /// When the terminal is gone.
    fn edit(&mut self, _draft: &Draft) -> impl Future<Output = io::Result<Edited>> + Send {
        ready(Ok(Edited::Impossible("There is no editor here.".into())))
    }

    /// The terminal said something of itself. A frame follows.
    fn learned(&mut self, _traits: &Traits) {}

    /// The line to the terminal. One that nothing is known of has room.
    fn line(&self) -> Line {
        Line::default()
    }

    /// The theme for what the terminal said; none as long as it says nothing.
    fn theme(&self) -> Option<&Theme> {
        None
    }
}

/// The terminal the program was started in.
#[derive(Debug)]
pub struct RealConsole {
    start: Start,
    clipboard: Clipboard,
    synchronized: Synchronized,
    line: Line,
    theme: Option<Theme>,
    ended: Ended,
}

impl RealConsole {
    /// A console beside the screen that is at the end of `line`, and whose frames can be `synchronized`. An editor that
    /// has the terminal goes when the program has `ended`.
    pub fn new(start: Start, synchronized: Synchronized, line: Line, ended: Ended) -> Self {
        Self { clipboard: start.clipboard(), start, synchronized, line, theme: None, ended }
    }
}

impl Console for RealConsole {
    fn copy(&mut self, text: &str) -> io::Result<Copied> {
        self.clipboard.copy(text, &mut stdout())
    }

    fn announce(&mut self, text: &str) -> io::Result<()> {
        terminal::give_back()?;
        print(text)?;
        terminal::enter()
    }

    fn leave(&mut self, text: &str) -> io::Result<()> {
        terminal::give_back()?;
        crossterm::terminal::enable_raw_mode()?; // the key that ends this must arrive without Enter
        print(text)?;
        print("\nPress a key to go on.")
    }

    fn come_back(&mut self) -> io::Result<()> {
        crossterm::terminal::disable_raw_mode()?; // else it is not set again, and a shell may have changed it
        terminal::enter()
    }

    fn suspend(&mut self) -> io::Result<()> {
        terminal::give_back()?;
        stop_for_the_shell()?;
        terminal::enter()
    }

    async fn edit(&mut self, draft: &Draft) -> io::Result<Edited> {
        let work = match own_editor::prepare(&self.start.editor, draft) {
            Ok(work) => work,
            Err(why) => return Ok(Edited::Impossible(why)),
        };
        terminal::give_back()?;
        let edited = {
            let _lent = terminal::lend();
            work.run(self.ended.clone()).await
        };
        let entered = terminal::enter();
        if self.ended.clone().now_or_never().is_none() {
            entered?;
            terminal::forget_typed();
        } // else it may be gone, and nothing is drawn any more
        Ok(edited)
    }

    fn learned(&mut self, traits: &Traits) {
        self.synchronized.set(traits);
        self.theme = Some(self.start.theme(traits));
    }

    fn line(&self) -> Line {
        self.line.clone()
    }

    fn theme(&self) -> Option<&Theme> {
        self.theme.as_ref()
    }
}

#[cfg(unix)]
fn stop_for_the_shell() -> io::Result<()> {
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)
}

/// There is no shell that could continue us.
#[cfg(not(unix))]
fn stop_for_the_shell() -> io::Result<()> {
    Ok(())
}

/// Prints lines of harmless text, also where a line feed alone does not return the carriage.
fn print(text: &str) -> io::Result<()> {
    let mut out = stdout();
    for line in text.lines() {
        write!(out, "{}\r\n", harmless(line))?;
    }
    out.flush()
}
