//! Profiles: settings with a name, in a file.

use std::path::{Path, PathBuf};

use super::Error;

/// A file of settings, `profiles/NAME.toml`. Secrets have no place in it.
///
/// ```toml
/// url = "contoso.crm4"
/// tenant = "contoso.onmicrosoft.com"
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    pub url: Option<String>,
    pub authority: Option<String>,
    pub tenant: Option<String>,
    pub client_id: Option<String>,
    pub scope: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub discovery: Option<String>,
    pub token_store: Option<String>,
    /// Keys that mean nothing to this version, for a warning.
    pub unknown: Vec<String>,
}

impl Profile {
    /// Reads a profile by name.
    ///
    /// # Errors
    ///
    /// When the name is no plain file name, and when the file is absent, unreadable or not TOML with text values.
    pub(super) fn read(config: &Path, name: &str) -> Result<Profile, Error> {
        if !is_plain(name) {
            return Err(Error::ProfileName(name.to_owned()));
        }
        let path = config.join("profiles").join(format!("{name}.toml"));
        match read_text(&path)? {
            Some(text) => Profile::parse(&text, &path),
            None => Err(Error::NoProfile { name: name.to_owned(), path }),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Profile, Error> {
        let raw: Raw = toml::from_str(text)
            .map_err(|source| Error::Syntax { path: path.to_owned(), source: Box::new(source) })?;
        let beside = |file: PathBuf| path.parent().map_or_else(|| file.clone(), |folder| folder.join(&file));
        Ok(Profile {
            url: raw.url,
            authority: raw.authority,
            tenant: raw.tenant,
            client_id: raw.client_id,
            scope: raw.scope,
            ca_file: raw.ca_file.map(beside),
            discovery: raw.discovery,
            token_store: raw.token_store,
            unknown: raw.unknown.into_iter().map(|(key, _)| key).collect(),
        })
    }
}

/// The profile that `config.toml` names as the usual one.
pub(super) fn usual(config: &Path) -> Result<Option<String>, Error> {
    #[derive(serde::Deserialize)]
    struct Config {
        profile: Option<String>,
    }
    let path = config.join("config.toml");
    let Some(text) = read_text(&path)? else { return Ok(None) };
    let config: Config =
        toml::from_str(&text).map_err(|source| Error::Syntax { path, source: Box::new(source) })?;
    Ok(config.profile)
}

#[derive(serde::Deserialize)]
struct Raw {
    url: Option<String>,
    authority: Option<String>,
    tenant: Option<String>,
    client_id: Option<String>,
    scope: Option<String>,
    ca_file: Option<PathBuf>,
    discovery: Option<String>,
    token_store: Option<String>,
    #[serde(flatten)]
    unknown: toml::Table,
}

fn read_text(path: &Path) -> Result<Option<String>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_says_what_it_does_not_know() {
        let text = "url = \"contoso.crm4\"\nca_file = \"ca.pem\"\ncolour = \"red\"\n";
        let profile = Profile::parse(text, Path::new("/c/profiles/p.toml")).unwrap();
        assert_eq!(profile.url.as_deref(), Some("contoso.crm4"));
        assert_eq!(profile.ca_file.as_deref(), Some(Path::new("/c/profiles/ca.pem")));
        assert_eq!(profile.unknown, ["colour"]);
    }

    #[test]
    fn a_profile_name_stays_in_its_folder() {
        for name in ["", ".", "..", "../x", "a/b", ".hidden", "a\0"] {
            assert!(matches!(Profile::read(Path::new("/c"), name), Err(Error::ProfileName(_))), "{name:?}");
        }
        assert!(matches!(Profile::read(Path::new("/nowhere"), "uat"), Err(Error::NoProfile { .. })));
    }
}
