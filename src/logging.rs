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
/// Libraries that see requests.
const QUIET: &[&str] = &["axum", "h2", "hyper", "hyper_util", "reqwest", "rustls", "tower", "tower_http"];

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
    tracing_subscriber::fmt()
        .with_env_filter(filter_of(filter))
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
    tracing_subscriber::fmt()
        .with_env_filter(filter_of(filter))
        .with_ansi(false)
        .with_writer(io::stderr)
        .try_init()
        .map_err(io::Error::other)
}

/// What was asked for, except that the libraries below never say more than warnings: some of them trace headers and
/// addresses with their queries.
fn filter_of(asked: Option<&str>) -> EnvFilter {
    let filter = asked.and_then(|asked| EnvFilter::try_new(asked).ok());
    let quiet = QUIET.iter().filter_map(|library| format!("{library}=warn").parse().ok());
    quiet.fold(filter.unwrap_or_else(|| EnvFilter::new(USUAL)), EnvFilter::add_directive)
}
