//! Sign-in: from the address of an environment to tokens that are kept fresh.
//!
//! The way: environment, anonymous probe, [`challenge`], [`Authority`], [`Endpoints`], a flow ([`device_code`],
//! [`browser`], [`application`], [`azure_cli`], [`given`]), the [`TokenStore`], and from then on [`Tokens`]. Must not
//! know: rows, screens, the command line.

mod aadsts;
mod age;
pub mod application;
mod asked;
pub mod authority;
pub mod azure_cli;
pub mod browser;
mod certificate;
pub mod challenge;
pub mod cloud;
mod credential;
pub mod device_code;
pub mod diagnosis;
pub mod endpoints;
mod entry;
pub mod environment;
mod error;
mod exchange;
pub mod given;
mod grant;
pub mod inspect;
mod kept;
mod loopback;
#[cfg(feature = "pfx")]
mod pfx;
pub mod probe;
mod redirect;
pub mod refusal;
mod renewal;
pub mod store;
pub mod target;
pub mod tokens;
pub mod vault;

pub use asked::{Asked, Version};
pub use authority::Authority;
pub use cloud::Cloud;
pub use credential::{Credential, CredentialSource};
pub use diagnosis::Diagnosis;
pub use endpoints::Endpoints;
pub use environment::{EnvironmentUrl, UrlError};
pub use error::Error;
pub use grant::Grant;
pub use inspect::Claims;
pub use refusal::Refusal;
pub use renewal::Renewal;
pub use store::{Entry, Key, TokenStore};
pub use target::{Request, Service, Target};
pub use tokens::{AccessToken, Tokens};

/// The public application id of Microsoft's samples, for development. Production has its own registration.
pub const DEFAULT_CLIENT_ID: &str = "51f81489-12ee-4a9e-aaae-a2591f45987d";
