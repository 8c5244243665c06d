//! Settings: what the flags, the environment and the profile say, in that order, and where files live.
//!
//! The only module besides `main` that reads the environment. Used by the edges; everything below is given
//! values. Must not know: requests, screens, what a setting is used for.

mod application;
mod copied;
mod environment;
mod keys;
mod look;
mod own_editor;
mod paths;
mod place;
mod profile;
mod profiles;
mod secrets;
mod settings;
mod tags;

pub use application::{Application, Named};
pub use copied::write_copied;
pub use environment::Environment;
pub use keys::{KeyFile, KeyLine};
pub use look::{Look, Shade};
pub use own_editor::OwnEditor;
pub use paths::{Paths, home};
pub use place::{Proxies, Proxy, Terminal};
pub use profile::Profile;
pub use profiles::{Changes, Entry, Profiles};
pub use settings::{Flags, Settings, Situation};
pub use tags::{Colour, Tags, Way};

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
    /// A descriptor that was named is not open, or holds no text.
    #[error("cannot read the descriptor {number}")]
    Descriptor { number: u32, source: std::io::Error },
    /// A setting has a value that makes no sense.
    #[error("the setting `{key}` cannot be used: {what}")]
    Setting { key: &'static str, what: String },
    /// A file of settings could not be written.
    #[error("cannot write {}", path.display())]
    Write { path: PathBuf, source: std::io::Error },
    /// There is a profile of this name.
    #[error("there is a profile `{name}` already ({})", path.display())]
    ProfileExists { name: String, path: PathBuf },
    /// A value is of the right kind and makes no sense.
    #[error("`{key}` in {} is not {expected}", path.display())]
    Value { path: PathBuf, key: &'static str, expected: &'static str },
    /// A profile holds what only one person should know.
    #[error("{} holds a secret, `{key}`: profiles are shared and hold none", path.display())]
    Secret { path: PathBuf, key: String },
    /// A variable holds bytes that are not text.
    #[error("the variable {0} is not UTF-8")]
    NotText(&'static str),
}

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Error::Secret { key, .. } => Some(secrets::instead(key)),
            _ => None,
        }
    }
}
