//! The way of exchanges from the clients of all sessions to the loop.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::dataverse::{Exchange, Exchanges};

/// Both ends. Clones are the same way.
#[derive(Debug, Clone)]
pub(super) struct Told {
    sender: Exchanges,
    receiver: Arc<Mutex<Option<UnboundedReceiver<Exchange>>>>,
}

impl Told {
    pub(super) fn new() -> Self {
        let (sender, receiver) = unbounded_channel();
        Self { sender, receiver: Arc::new(Mutex::new(Some(receiver))) }
    }

    /// Where a client tells its exchanges to.
    pub(super) fn sender(&self) -> Exchanges {
        self.sender.clone()
    }

    /// What is told; nothing when somebody has it already.
    pub(super) fn take(&self) -> Option<UnboundedReceiver<Exchange>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
