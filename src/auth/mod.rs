//! Sign-in: from the address of an environment to tokens that are kept fresh.
//!
//! Must not know: rows, screens, the command line.

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody is signed in, or what is kept no longer works.
    #[error("sign-in needed")]
    SignInNeeded,
}
