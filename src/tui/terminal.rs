//! The terminal while it is ours: raw mode, the other screen, and the way back from every exit.

use std::io::{self, IsTerminal, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crossterm::cursor::{MoveTo, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::execute;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::Terminal;
use tokio::sync::Notify;

use super::backend::{Ability, ScreenBackend};

/// Whether frames can be held back (2026) and pastes are marked (2004), the colour behind the text, and last what kind
/// of terminal it is: every terminal answers that, so no answer comes after it.
const QUESTIONS: &str = "\x1b[?2026$p\x1b[?2004$p\x1b]11;?\x1b\\\x1b[c";

/// Terminals that print what they do not understand, or cannot answer.
const MUTE: [&str; 5] = ["", "dumb", "linux", "vt100", "cons25"];

/// The real terminal.
pub type RealTerminal = Terminal<ScreenBackend>;

/// Columns and rows of the terminal that output goes to; nothing when it goes elsewhere.
pub fn size() -> Option<(u16, u16)> {
    stdout().is_terminal().then(|| crossterm::terminal::size().ok()).flatten()
}

/// Whether a terminal of this name (`TERM`) can be asked what it can do.
pub fn can_be_asked(name: Option<&str>) -> bool {
    stdout().is_terminal() && !MUTE.contains(&name.unwrap_or_default())
}

/// The other screen is shown.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// How many editors have the terminal, or had it just now.
static LENT: AtomicUsize = AtomicUsize::new(0);

/// A signal from a key that ended an editor may be heard after the end of that.
const ECHO: Duration = Duration::from_millis(100);

/// The terminal is somebody else's, until this is dropped. Signals from keys still are, a little longer.
#[derive(Debug)]
pub(super) struct Lent {
    /// How the line is set: an editor that is killed does not set it back.
    #[cfg(unix)]
    modes: Option<rustix::termios::Termios>,
}

/// Lends the terminal to an editor: signals from keys are not for us.
pub(super) fn lend() -> Lent {
    LENT.fetch_add(1, Ordering::SeqCst);
    Lent {
        #[cfg(unix)]
        modes: rustix::termios::tcgetattr(stdout()).ok(),
    }
}

/// Whether signals from keys are somebody else's.
#[cfg(unix)]
pub(super) fn is_lent() -> bool {
    LENT.load(Ordering::SeqCst) > 0
}

impl Drop for Lent {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(modes) = &self.modes {
            use rustix::termios::{OptionalActions, tcsetattr};
            let _ = tcsetattr(stdout(), OptionalActions::Now, modes); // it may be gone
        }
        tokio::spawn(async {
            tokio::time::sleep(ECHO).await;
            LENT.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

/// Throws away what was typed and not read.
pub(super) fn forget_typed() {
    #[cfg(unix)]
    {
        use rustix::termios::{QueueSelector, tcflush};
        let _ = match io::stdin().is_terminal() {
            true => tcflush(io::stdin(), QueueSelector::IFlush),
            false => tcflush(stdout(), QueueSelector::IFlush),
        }; // what is typed to a terminal that is gone is gone
    }
}

/// How long a terminal may take nothing before what waits for it is thrown away.
#[cfg(unix)]
const STUCK: Duration = Duration::from_millis(200);

/// Lets nothing wait for a terminal that takes no more bytes, as one behind a connection that hangs: what it has not
/// taken is thrown away, for as long as this is polled. For the end of the program, which would not come otherwise.
#[cfg(unix)]
pub(super) async fn let_nothing_wait() {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::termios::{Action, QueueSelector, tcflow, tcflush};
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    let out = stdout();
    loop {
        tokio::time::sleep(STUCK).await;
        let mut takes = [PollFd::new(&out, PollFlags::OUT)];
        if poll(&mut takes, Some(&at_once)) == Ok(0) {
            let _ = tcflush(&out, QueueSelector::OFlush); // it may be gone, and then nothing waits
            // Linux wakes whoever waits for room only when output that was stopped goes on.
            let _ = tcflow(&out, Action::OOff).and_then(|()| tcflow(&out, Action::OOn));
        }
    }
}

/// Consoles always take what is written.
#[cfg(not(unix))]
pub(super) async fn let_nothing_wait() {
    std::future::pending().await
}

/// Holds the terminal; gives it back when dropped, however the program ends.
#[derive(Debug)]
pub struct Guard(());

impl Guard {
    /// Takes the terminal: raw mode, the other screen, pastes marked as such.
    ///
    /// A panic, in whatever task, gives it back before its message is printed, and tells `broken`. With `asks` the
    /// terminal is asked what it can do; the answers come as input, whenever they do.
    ///
    /// # Errors
    ///
    /// When standard output is no terminal.
    pub fn take(broken: Arc<Notify>, ability: Ability, asks: bool) -> io::Result<(Self, RealTerminal)> {
        let report = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = give_back();
            report(panic);
            broken.notify_one();
        }));
        enter_and_say(if asks { QUESTIONS } else { "" })?;
        let guard = Self(());
        let terminal = Terminal::new(ScreenBackend::new(ability))?;
        Ok((guard, terminal))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = give_back(); // nobody is left to tell
    }
}

/// Takes the screen (again): at the start, after a suspension, after plain text.
///
/// # Errors
///
/// When the terminal is gone.
pub fn enter() -> io::Result<()> {
    enter_and_say("")
}

/// What is said comes before the screen is cleared: some terminals print a letter of a question they do not know.
fn enter_and_say(text: &str) -> io::Result<()> {
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let said = crossterm::style::Print(text);
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste, said, Clear(ClearType::All), MoveTo(0, 0))
}

/// Gives the screen back as it was, unless that was done: a second time would move the cursor over what was printed since.
///
/// # Errors
///
/// When the terminal is gone.
pub fn give_back() -> io::Result<()> {
    let given_back = match TAKEN.swap(false, Ordering::SeqCst) {
        true => execute!(
            stdout(),
            SetAttribute(Attribute::Reset),
            DisableBracketedPaste,
            LeaveAlternateScreen,
            Show
        ),
        false => Ok(()),
    };
    disable_raw_mode().and(given_back)
}
