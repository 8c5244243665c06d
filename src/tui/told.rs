//! The way of what was sent, from the clients of all sessions to the loop.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Both ends. Clones are the same way.
#[derive(Debug)]
pub(super) struct Told<T> {
    sender: UnboundedSender<T>,
    receiver: Arc<Mutex<Option<UnboundedReceiver<T>>>>,
}

impl<T> Clone for Told<T> {
    fn clone(&self) -> Self {
        Self { sender: self.sender.clone(), receiver: Arc::clone(&self.receiver) }
    }
}

impl<T> Told<T> {
    pub(super) fn new() -> Self {
        let (sender, receiver) = unbounded_channel();
        Self { sender, receiver: Arc::new(Mutex::new(Some(receiver))) }
    }

    /// Where a client tells what it sent.
    pub(super) fn sender(&self) -> UnboundedSender<T> {
        self.sender.clone()
    }

    /// What is told; nothing when somebody has it already.
    pub(super) fn take(&self) -> Option<UnboundedReceiver<T>> {
        self.receiver.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
