use std::net::SocketAddr;
use std::path::PathBuf;

use tokio_rustls::rustls;

/// Why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The sandbox answers to whoever asks, so it listens where only this machine can reach it.
    #[error("the sandbox listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot set up TLS")]
    Tls(#[from] rustls::Error),
    #[error("the signing key is not usable: {0}")]
    SigningKey(String),
    /// The store of rows could not be opened, made or filled.
    #[error("cannot prepare the data")]
    Data(#[source] Box<dyn std::error::Error + Send + Sync>),
}
