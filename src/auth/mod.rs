//! Sign-in: from the address of an environment to tokens that are kept fresh.
//!
//! Must not know: rows, screens, the command line.

pub mod environment;
pub mod tokens;

pub use environment::{EnvironmentUrl, UrlError};
pub use tokens::{AccessToken, Tokens};

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody is signed in, or what is kept no longer works.
    #[error("sign-in needed")]
    SignInNeeded,
}

impl Error {
    /// What was given cannot work.
    pub fn is_usage(&self) -> bool {
        false
    }

    /// A person has to sign in, or tried and failed.
    pub fn is_sign_in(&self) -> bool {
        true
    }

    /// What to do about it.
    pub fn hints(&self) -> Vec<String> {
        vec!["sign in: `dv login`".into()]
    }
}
