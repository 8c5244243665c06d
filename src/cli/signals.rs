//! SIGINT, SIGTERM and SIGHUP: commands end cleanly.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, oneshot};

use super::CliError;

/// A command that hangs in writing to a pipe nobody reads cannot be told; it is ended after this.
const GRACE: Duration = Duration::from_millis(500);

/// Writes of a command: a signal takes effect between them and never within one.
#[derive(Debug, Clone, Default)]
pub(super) struct Writes(Arc<Mutex<()>>);

impl Writes {
    /// Runs one write to its end. When there was a signal before, it does not begin.
    pub(super) async fn whole<T>(&self, write: impl Future<Output = T>) -> T {
        let _held = self.0.lock().await;
        write.await
    }

    /// Waits for the write that is under way.
    async fn end(&self) {
        // The lock is fair: whoever comes later waits.
        drop(self.0.lock().await);
    }
}

/// Runs a command until it is done or interrupted. A write that is under way is waited for.
///
/// # Errors
///
/// What the command says; that it was interrupted.
pub(super) async fn interruptible(
    writes: &Writes,
    work: impl Future<Output = Result<(), CliError>>,
) -> Result<(), CliError> {
    let signal = interrupted()?;
    let (tell, told) = oneshot::channel();
    let unfinished = writes.clone();
    let watch = tokio::spawn(async move {
        signal.await;
        let _ = tell.send(()); // the command ended at the same moment
        unfinished.end().await;
        tokio::time::sleep(GRACE).await;
        std::process::exit(1);
    });
    let stop = async {
        match told.await {
            Ok(()) => writes.end().await,
            Err(_) => std::future::pending().await,
        }
    };
    let result = tokio::select! {
        biased;
        result = work => result,
        () = stop => Err(CliError::failed("interrupted")),
    };
    watch.abort();
    result
}

/// Listens for the signals at once, so that one that comes while the rows are made is not lost.
#[cfg(unix)]
pub(super) fn interrupted() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // Listening would undo what `nohup` did.
    let mut hangup = match ignores_hangup() {
        true => None,
        false => Some(signal(SignalKind::hangup())?),
    };
    Ok(async move {
        let hung_up = async {
            match &mut hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hung_up => {}
        }
    })
}

/// Whether this process was started with SIGHUP ignored. Only Linux says so without a system call of our own; elsewhere
/// the answer is no.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    // SIGHUP is signal 1 and so the lowest bit.
    ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
pub(super) fn interrupted() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a handler there is nothing to wait for but the end of the process.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
