//! Sign-in: from the address of an environment to tokens that are kept fresh.
//!
//! The way: environment, anonymous probe, [`challenge`], [`Authority`], [`Endpoints`], a flow ([`device_code`] or
//! [`browser`]), the [`TokenStore`], and from then on [`Tokens`]. Must not know: rows, screens, the command line.

mod aadsts;
pub mod authority;
pub mod browser;
pub mod challenge;
pub mod device_code;
pub mod diagnosis;
pub mod endpoints;
pub mod environment;
mod error;
mod exchange;
mod grant;
pub mod inspect;
mod loopback;
pub mod probe;
pub mod refusal;
pub mod store;
pub mod target;
pub mod tokens;

pub use authority::Authority;
pub use diagnosis::Diagnosis;
pub use endpoints::Endpoints;
pub use environment::{EnvironmentUrl, UrlError};
pub use error::Error;
pub use grant::Grant;
pub use inspect::Claims;
pub use refusal::Refusal;
pub use store::{Entry, Key, TokenStore};
pub use target::{Request, Target};
pub use tokens::{AccessToken, Tokens};

/// The public application id of Microsoft's samples, for development. Production has its own registration.
pub const DEFAULT_CLIENT_ID: &str = "51f81489-12ee-4a9e-aaae-a2591f45987d";
