//! Says on standard error when a request waits before it is sent again.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crate::dataverse::{Client, WaitReason, Waiting};

/// A wait that is not worth a line.
const SHORT: Duration = Duration::from_secs(2);

/// Tells waits for as long as it lives.
#[derive(Debug)]
pub(super) struct Teller(tokio::task::JoinHandle<()>);

impl Drop for Teller {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Starts telling the waits of a client.
pub(super) fn tell(client: &Client) -> Teller {
    let mut waiting = client.waiting();
    Teller(tokio::spawn(async move {
        while waiting.changed().await.is_ok() {
            let now = *waiting.borrow_and_update();
            if let Some(line) = now.and_then(line) {
                let _ = writeln!(io::stderr(), "note: {line}"); // nowhere left to tell
            }
        }
    }))
}

fn line(Waiting { until, attempt, reason }: Waiting) -> Option<String> {
    let wait = until.saturating_duration_since(Instant::now());
    if wait < SHORT {
        return None;
    }
    let why = match reason {
        WaitReason::Throttled(_) => "the server asks to slow down".to_owned(),
        WaitReason::Unavailable(status) => format!("the service is not available ({status})"),
        WaitReason::Connection => "the connection failed".to_owned(),
    };
    Some(format!("{why}; try {attempt} in {} s", wait.as_secs_f64().ceil()))
}
