//! The log: a file in the state folder, never the terminal. Bodies, tokens, codes and queries are not logged by
//! anyone; this module only says where lines go.

use std::io;
use std::path::Path;
use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

use crate::private_file;

/// A log that has grown beyond this is set aside as `dv.log.old`, in place of the one before.
const MAX_SIZE: u64 = 5 << 20;
/// Our own lines and warnings of others.
const USUAL: &str = "warn,dvtui=info";

/// Sends what is traced to `dv.log` in a folder, which is made when it is missing. `filter` is in the syntax of
/// `tracing`'s filters; without one, or with one that makes no sense, the usual is logged.
///
/// # Errors
///
/// When the file cannot be opened. The program works without it.
pub fn to_file(folder: &Path, filter: Option<&str>) -> io::Result<()> {
    let path = folder.join("dv.log");
    if std::fs::symlink_metadata(&path).is_ok_and(|found| found.is_file() && found.len() > MAX_SIZE) {
        std::fs::rename(&path, folder.join("dv.log.old"))?;
    }
    let file = private_file::append(&path)?;
    let filter =
        filter.and_then(|filter| EnvFilter::try_new(filter).ok()).unwrap_or_else(|| EnvFilter::new(USUAL));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .try_init()
        .map_err(io::Error::other)
}

/// Sends what is traced to standard error, for a command that runs on as a server.
///
/// # Errors
///
/// When a log has been started before.
pub fn to_stderr(filter: Option<&str>) -> io::Result<()> {
    let filter =
        filter.and_then(|filter| EnvFilter::try_new(filter).ok()).unwrap_or_else(|| EnvFilter::new(USUAL));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(io::stderr)
        .try_init()
        .map_err(io::Error::other)
}
