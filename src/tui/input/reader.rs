//! Reads the terminal: its bytes through the decoder, and the signals that tell of its size and of the shell.
//!
//! There is no thread that reads. Bytes are taken only while somebody polls the stream, so that whoever else has the
//! terminal for a while (the shell, an editor) gets all of them, and so that all that was typed before a frame can be
//! taken before it is drawn. The terminal is left in blocking mode: the shell shares it.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, IsTerminal, stdin};
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::Signal as Number;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, Sleep, sleep_until};

use super::Arrival;
use super::decoder::{Decoded, Decoder};
use super::reply::Reply;
use crate::app::event::Event;
use crate::app::layout::Size;
use crate::tui::line::Line;
use crate::tui::{Traits, terminal};

/// So long the last answer is waited for at the end: it would come to the shell as if it were typed.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// Bytes of one read.
const AT_ONCE: usize = 4096;

/// Everything that comes from the terminal of this process.
///
/// # Errors
///
/// When there is no terminal to read.
pub(in crate::tui) fn start(hold: Duration) -> io::Result<Reader> {
    Reader::new(hold)
}

/// Takes the answers that are still on their way. What is typed meanwhile is lost.
pub(in crate::tui) async fn hear_out(reader: &mut Reader, line: &Line) {
    let answers = async {
        while (!reader.answered || line.is_waiting())
            && let Some(arrival) = reader.next().await
        {
            if matches!(arrival, Arrival::Answered) {
                line.answered(Instant::now());
            }
        }
    };
    let _ = tokio::time::timeout(LAST_WORDS, answers).await; // it may be a terminal that never answers
}

/// The terminal's input, until it ends.
#[derive(Debug)]
pub struct Reader {
    terminal: AsyncFd<OwnedFd>,
    decoder: Decoder,
    started: Instant,
    alarm: Pin<Box<Sleep>>,
    waiting: VecDeque<Arrival>,
    traits: Traits,
    /// What was last said of it.
    held: bool,
    /// The last question was answered.
    answered: bool,
    ended: bool,
    resized: Signal,
    stop: Signal,
    continued: Signal,
}

impl Reader {
    /// Reads standard input where that is a terminal, else the terminal that this process belongs to. A lone Esc is held
    /// for `hold`.
    ///
    /// # Errors
    ///
    /// When there is no terminal to read.
    pub fn new(hold: Duration) -> io::Result<Self> {
        let terminal = match stdin().is_terminal() {
            true => stdin().as_fd().try_clone_to_owned()?,
            false => File::open("/dev/tty")?.into(),
        };
        Self::of(terminal, hold)
    }

    /// The same for any terminal.
    ///
    /// # Errors
    ///
    /// When it cannot be waited for, or signals cannot be heard.
    pub fn of(terminal: OwnedFd, hold: Duration) -> io::Result<Self> {
        // What replaces it is unsafe code that promises what an owned descriptor does anyway.
        #[expect(deprecated)]
        let terminal = AsyncFd::with_interest(terminal, Interest::READABLE)?;
        Ok(Self {
            terminal,
            decoder: Decoder::new(hold),
            started: Instant::now(),
            alarm: Box::pin(sleep_until(Instant::now())),
            waiting: VecDeque::new(),
            traits: Traits::default(),
            held: false,
            answered: false,
            ended: false,
            resized: signal(SignalKind::window_change())?,
            stop: signal(SignalKind::from_raw(Number::TSTP.as_raw()))?,
            continued: signal(SignalKind::from_raw(Number::CONT.as_raw()))?,
        })
    }

    /// Whether bytes are there, or the end.
    fn is_readable(&self) -> bool {
        let mut terminal = [PollFd::new(self.terminal.get_ref(), PollFlags::IN)];
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        let is_known = poll(&mut terminal, Some(&at_once)).is_ok();
        is_known && terminal[0].revents().intersects(PollFlags::IN | PollFlags::HUP | PollFlags::ERR)
    }

    /// Takes what is there. A terminal that is gone ends the input.
    fn read(&mut self) {
        let mut bytes = [0; AT_ONCE];
        match rustix::io::read(self.terminal.get_ref(), &mut bytes) {
            Ok(0) => self.ended = true,
            Ok(read) => {
                let decoded = self.decoder.feed(&bytes[..read], self.started.elapsed());
                self.take(decoded);
            }
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(_) => self.ended = true,
        }
    }

    fn take(&mut self, decoded: Vec<Decoded>) {
        let known = self.traits;
        for decoded in decoded {
            match decoded {
                Decoded::Input(input) => self.waiting.push_back(Arrival::Event(Event::Input(input))),
                Decoded::Burst(text) => self.waiting.push_back(Arrival::Burst(text)),
                Decoded::Reply(Reply::Mode(2026)) => self.traits.synchronized = true,
                Decoded::Reply(Reply::Mode(_)) => {}
                Decoded::Reply(Reply::Status) => self.waiting.push_back(Arrival::Answered),
                Decoded::Reply(Reply::Attributes) => {
                    self.answered = true;
                    self.waiting.push_back(Arrival::Answered);
                }
                Decoded::Reply(Reply::Background(colour)) => self.traits.background = Some(colour),
            }
        }
        self.traits.pastes_marked = self.decoder.pastes_marked();
        if self.traits != known {
            self.waiting.push_back(Arrival::Traits(self.traits));
        }
        if self.held != self.decoder.holds() {
            self.held = !self.held;
            self.waiting.push_back(Arrival::Held(self.held));
        }
    }

    fn hear_signals(&mut self, context: &mut Context<'_>) {
        if self.resized.poll_recv(context).is_ready()
            && let Some((width, height)) = terminal::size()
        {
            self.waiting.push_back(Arrival::Event(Event::Resize(Size { width, height })));
        }
        if self.continued.poll_recv(context).is_ready() {
            self.waiting.push_back(Arrival::Continued);
        }
        if self.stop.poll_recv(context).is_ready() {
            self.waiting.push_back(Arrival::Stop);
        }
    }

    /// Lets the decoder decide when its time is over.
    fn is_due(&mut self, context: &mut Context<'_>) -> bool {
        let Some(deadline) = self.decoder.deadline() else { return false };
        let deadline = self.started + deadline;
        if self.alarm.deadline() != deadline {
            self.alarm.as_mut().reset(deadline);
        }
        if self.alarm.as_mut().poll(context).is_pending() {
            return false;
        }
        let decoded = self.decoder.wake(self.started.elapsed());
        self.take(decoded);
        true
    }
}

impl Stream for Reader {
    type Item = Arrival;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Arrival>> {
        let this = &mut *self;
        loop {
            if let Some(arrival) = this.waiting.pop_front() {
                return Poll::Ready(Some(arrival));
            }
            if this.ended {
                return Poll::Ready(None);
            }
            this.hear_signals(context);
            // Before the clock: what is there when an Esc has been held long enough came in time.
            if this.is_readable() {
                this.read();
                continue;
            }
            if !this.waiting.is_empty() || this.is_due(context) {
                continue;
            }
            match this.terminal.poll_read_ready(context) {
                // It may have been read since; the next round looks.
                Poll::Ready(Ok(mut ready)) => ready.clear_ready(),
                Poll::Ready(Err(_)) => this.ended = true,
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use futures_util::FutureExt;

    use super::*;
    use crate::app::key::{Input, Key};

    const HOLD: Duration = Duration::from_millis(25);

    /// A reader of a pipe, and both ends of that.
    fn reader() -> (Reader, io::PipeReader, io::PipeWriter) {
        let (end, writer) = io::pipe().unwrap();
        (Reader::of(end.try_clone().unwrap().into(), HOLD).unwrap(), end, writer)
    }

    fn key(arrival: Option<Arrival>) -> Key {
        match arrival {
            Some(Arrival::Event(Event::Input(Input::Key(key)))) => key,
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn the_end_of_the_terminal_ends_the_input_after_what_was_typed() {
        let (mut reader, _end, mut writer) = reader();
        assert!(reader.next().now_or_never().is_none());
        writer.write_all(b"jk").unwrap();
        drop(writer);
        assert_eq!(key(reader.next().await), Key::Char('j'));
        assert_eq!(key(reader.next().await), Key::Char('k'));
        assert!(reader.next().await.is_none() && reader.next().await.is_none());
    }

    #[tokio::test]
    async fn bytes_that_nobody_asks_for_are_left_to_others() {
        let (mut reader, mut end, mut writer) = reader();
        assert!(reader.next().now_or_never().is_none());
        writer.write_all(b"for the shell").unwrap();
        tokio::task::yield_now().await;
        let mut bytes = [0; 13];
        end.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"for the shell");
        assert!(reader.next().now_or_never().is_none(), "and it is not waited for in a read");
        writer.write_all(b"j").unwrap();
        assert_eq!(key(reader.next().await), Key::Char('j'));
    }

    #[tokio::test]
    async fn all_that_was_typed_is_there_at_once() {
        let (mut reader, _end, mut writer) = reader();
        for _ in 0..100 {
            writer.write_all(b"jj\x1b[B").unwrap();
            for expected in [Key::Char('j'), Key::Char('j'), Key::Down] {
                assert_eq!(key(reader.next().now_or_never().flatten()), expected);
            }
        }
    }

    #[tokio::test]
    async fn an_esc_is_held_and_then_given_out() {
        let (mut reader, _end, mut writer) = reader();
        writer.write_all(b"\x1b").unwrap();
        assert!(matches!(reader.next().await, Some(Arrival::Held(true))));
        assert_eq!(key(reader.next().await), Key::Esc);
        assert!(matches!(reader.next().await, Some(Arrival::Held(false))));
    }

    #[tokio::test]
    async fn answers_become_one_value_and_the_last_one_is_known() {
        let (mut reader, _end, mut writer) = reader();
        writer.write_all(b"\x1b[?2026;2$y\x1b[?2004;1$y\x1b]11;rgb:ff/80/00\x1b\\\x1b[?62c").unwrap();
        let known = Traits { synchronized: true, background: Some([255, 128, 0]), pastes_marked: true };
        assert!(matches!(reader.next().await, Some(Arrival::Answered)));
        assert!(matches!(reader.next().await, Some(Arrival::Traits(traits)) if traits == known));
        assert!(reader.answered);
        hear_out(&mut reader, &Line::default()).await;
        assert!(reader.next().now_or_never().is_none());
    }
}
