//! Listeners that close for a while.

use tokio::sync::broadcast::{Receiver, Sender, channel};

use crate::sandbox::sites::Origin;

/// The word to all listeners that some of them close.
#[derive(Debug)]
pub(crate) struct Doors(Sender<Closing>);

/// Which listeners close, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closing {
    pub(super) origins: Vec<String>,
    pub(super) seconds: u64,
}

impl Default for Doors {
    fn default() -> Doors {
        Doors(channel(16).0)
    }
}

impl Doors {
    pub(crate) fn close(&self, origin: Origin, seconds: u64) {
        self.announce(Closing { origins: vec![origin.name().to_owned()], seconds });
    }

    pub(super) fn announce(&self, closing: Closing) {
        if self.0.send(closing).is_err() {
            tracing::debug!("nobody listens");
        }
    }

    pub(crate) fn watch(&self) -> Closings {
        Closings(self.0.subscribe())
    }
}

/// What one listener hears of it.
#[derive(Debug)]
pub(crate) struct Closings(Receiver<Closing>);

impl Closings {
    /// Waits until this listener is to close, and says for how many seconds.
    pub(crate) async fn next(&mut self, origin: Origin) -> u64 {
        use tokio::sync::broadcast::error::RecvError;
        loop {
            match self.0.recv().await {
                Ok(closing) if closing.origins.iter().any(|name| name == origin.name()) => {
                    return closing.seconds;
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
