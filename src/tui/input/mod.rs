//! What comes from the terminal: bytes and signals in, [`Arrival`]s out. The only place that knows both sides.

pub mod decoder;
mod keys;
#[cfg(unix)]
pub mod reader;
mod reply;
#[cfg(any(not(unix), test))]
mod translate;

use std::time::Duration;

use super::Traits;
use crate::app::event::Event;

#[cfg(unix)]
pub(super) use reader::{hear_out, start};
#[cfg(not(unix))]
pub(super) use translate::{hear_out, start};

/// Something that came from the terminal.
#[derive(Debug)]
pub enum Arrival {
    /// A key, a paste or a new size.
    Event(Event),
    /// Text that came faster than it is typed, from a terminal that may not mark pastes: keys where text is typed, a
    /// paste elsewhere.
    Burst(String),
    /// The terminal said something of itself.
    Traits(Traits),
    /// An answer that only says that everything before it has arrived.
    Answered,
    /// Whether the beginning of a key is held until it is known which one.
    Held(bool),
    /// Somebody wants the program to stop for the shell (`SIGTSTP`).
    Stop,
    /// The program was stopped and goes on (`SIGCONT`).
    Continued,
}

impl Arrival {
    /// Whether a person pressed something, or sent a signal by keys.
    pub(super) fn is_from_keys(&self) -> bool {
        matches!(self, Self::Event(Event::Input(_)) | Self::Burst(_) | Self::Stop | Self::Continued)
    }
}

impl From<Event> for Arrival {
    fn from(event: Event) -> Self {
        Arrival::Event(event)
    }
}

/// How long an Esc by itself is held, unless a setting says so: over SSH the bytes of one key are spread by the way.
pub fn usual_hold(ssh: bool) -> Duration {
    Duration::from_millis(if ssh { 75 } else { 25 })
}
