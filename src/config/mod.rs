//! Settings: what the flags, the environment and the profile say, in that order, and where files live.
//!
//! The only module besides `main` that reads the environment. Used by the edges; everything below is given
//! values. Must not know: requests, screens, what a setting is used for.

mod environment;
mod paths;
mod place;
mod profile;
mod settings;

pub use environment::Environment;
pub use paths::Paths;
pub use place::{Proxies, Proxy, Terminal};
pub use profile::Profile;
pub use settings::{Flags, Settings, Situation};

use std::path::PathBuf;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No home folder, so no place for files.
    #[error("the home folder is not known")]
    NoHome,
    /// The name would leave the folder of profiles.
    #[error(
        "`{0}` is not the name of a profile: letters, digits, `-`, `_` and `.`, not starting with a point"
    )]
    ProfileName(String),
    /// A profile was asked for by name and is not there.
    #[error("there is no profile `{name}` ({})", path.display())]
    NoProfile { name: String, path: PathBuf },
    /// A file of settings could not be read.
    #[error("cannot read {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// A file of settings is not what it should be.
    #[error("{} is not a file of settings", path.display())]
    Syntax { path: PathBuf, source: Box<toml::de::Error> },
    /// A variable holds bytes that are not text.
    #[error("the variable {0} is not UTF-8")]
    NotText(&'static str),
}
