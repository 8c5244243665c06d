//! Where files live.

use std::path::{Path, PathBuf};

use super::{Environment, Error};

/// The three folders of the program. They are made, closed to others, when something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml` and `profiles/`.
    pub config: PathBuf,
    /// Tokens, journal, logs: what must not be lost.
    pub state: PathBuf,
    /// What can be fetched again.
    pub cache: PathBuf,
}

const FOLDER: &str = "dvtui";

impl Paths {
    /// The XDG folders, on every system. A relative `XDG_…` is ignored, as the specification asks.
    pub(super) fn of(environment: &Environment) -> Result<Paths, Error> {
        let absolute = |name| environment.path(name).filter(|path| path.is_absolute());
        let place = |name, usual: &str| {
            let base = match absolute(name) {
                Some(base) => base,
                None => match absolute("HOME") {
                    Some(home) => home.join(usual),
                    None => etcetera::home_dir().map_err(|_| Error::NoHome)?.join(usual),
                },
            };
            Ok(base.join(FOLDER))
        };
        Ok(Paths {
            config: place("XDG_CONFIG_HOME", ".config")?,
            state: place("XDG_STATE_HOME", ".local/state")?,
            cache: place("XDG_CACHE_HOME", ".cache")?,
        })
    }

    /// All three below one folder: the demo's and the tests'.
    pub fn below(folder: &Path) -> Paths {
        Paths { config: folder.join("config"), state: folder.join("state"), cache: folder.join("cache") }
    }
}

/// The person's home folder, where it is known.
pub fn home() -> Option<PathBuf> {
    etcetera::home_dir().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_follow_xdg_and_fall_back_to_the_home_folder() {
        let environment: Environment =
            [("HOME", "/anna"), ("XDG_STATE_HOME", "/var/anna"), ("XDG_CACHE_HOME", "relative")]
                .into_iter()
                .collect();
        let paths = Paths::of(&environment).unwrap();
        assert_eq!(paths.config, Path::new("/anna/.config/dvtui"));
        assert_eq!(paths.state, Path::new("/var/anna/dvtui"));
        assert_eq!(paths.cache, Path::new("/anna/.cache/dvtui"));
    }
}
