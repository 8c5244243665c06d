//! The one way to make an HTTP client: TLS roots, proxies, no redirects, time-outs, bounded bodies.
//!
//! Must not know: Entra ID or Dataverse.

/// Why an exchange failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Everything reqwest reports that has no variant of its own.
    #[error(transparent)]
    Transport(#[from] reqwest::Error),
}
