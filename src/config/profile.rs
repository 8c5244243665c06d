//! Profiles: settings with a name, in a file that a team can share.

use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::tags::{Colour, Tags, Way};
use super::{Error, secrets};
use crate::auth::Version;

/// A file of settings, `profiles/NAME.toml`. Secrets have no place in it: a file with one is refused.
///
/// ```toml
/// url = "contoso.crm4"
/// tenant = "contoso.onmicrosoft.com"
/// label = "live"
/// colour = "red"
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    pub url: Option<String>,
    pub authority: Option<String>,
    /// Which of the authority's endpoints.
    pub authority_version: Option<Version>,
    pub tenant: Option<String>,
    pub client_id: Option<String>,
    pub scope: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub discovery: Option<String>,
    pub token_store: Option<String>,
    /// The way in that is tried first.
    pub way: Option<Way>,
    /// User name to sign in with.
    pub account: Option<String>,
    /// File that holds the secret of an application.
    pub client_secret_file: Option<PathBuf>,
    /// File that holds the certificate of an application, with its key or without.
    pub certificate_file: Option<PathBuf>,
    /// File that holds the certificate's key.
    pub private_key_file: Option<PathBuf>,
    /// What it says of the environment.
    pub tags: Tags,
    /// Keys that mean nothing to this version, for a warning.
    pub unknown: Vec<String>,
}

impl Profile {
    /// Reads a profile by name.
    ///
    /// # Errors
    ///
    /// When the name is no plain file name, and when the file is absent, unreadable, not TOML, holds a value of
    /// another kind than its key has, or a secret.
    pub(super) fn read(config: &Path, name: &str) -> Result<Profile, Error> {
        let path = path(config, name)?;
        match read_text(&path)? {
            Some(text) => Profile::parse(&text, &path),
            None => Err(Error::NoProfile { name: name.to_owned(), path }),
        }
    }

    pub(super) fn parse(text: &str, path: &Path) -> Result<Profile, Error> {
        let syntax = |source| Error::Syntax { path: path.to_owned(), source: Box::new(source) };
        let table: toml::Table = toml::from_str(text).map_err(syntax)?;
        if let Some(key) = secrets::find(&table) {
            return Err(Error::Secret { path: path.to_owned(), key });
        }
        let raw: Raw = toml::from_str(text).map_err(syntax)?;
        if raw.authority_version.is_some_and(|version| !(1..=2).contains(&version)) {
            return Err(Error::Value { path: path.to_owned(), key: "authority_version", expected: "1 or 2" });
        }
        let beside = |file: PathBuf| path.parent().map_or_else(|| file.clone(), |folder| folder.join(&file));
        Ok(Profile {
            url: raw.url,
            authority: raw.authority,
            authority_version: raw.authority_version.map(|version| match version {
                1 => Version::V1,
                _ => Version::V2,
            }),
            tenant: raw.tenant,
            client_id: raw.client_id,
            scope: raw.scope,
            ca_file: raw.ca_file.map(beside),
            discovery: raw.discovery,
            token_store: raw.token_store,
            way: raw.way,
            account: raw.account,
            client_secret_file: raw.client_secret_file.map(beside),
            certificate_file: raw.certificate_file.map(beside),
            private_key_file: raw.private_key_file.map(beside),
            tags: Tags {
                label: raw.label,
                colour: raw.colour,
                alias: raw.alias,
                production: raw.production,
                read_only: raw.read_only,
                organization_id: raw.organization_id,
            },
            unknown: raw.unknown.into_iter().map(|(key, _)| key).collect(),
        })
    }
}

/// Where the profile of a name is.
///
/// # Errors
///
/// When the name is no plain file name.
pub(super) fn path(config: &Path, name: &str) -> Result<PathBuf, Error> {
    match is_plain(name) {
        true => Ok(config.join("profiles").join(format!("{name}.toml"))),
        false => Err(Error::ProfileName(name.to_owned())),
    }
}

#[derive(serde::Deserialize)]
struct Raw {
    url: Option<String>,
    authority: Option<String>,
    authority_version: Option<u8>,
    tenant: Option<String>,
    client_id: Option<String>,
    scope: Option<String>,
    ca_file: Option<PathBuf>,
    discovery: Option<String>,
    token_store: Option<String>,
    way: Option<Way>,
    account: Option<String>,
    client_secret_file: Option<PathBuf>,
    certificate_file: Option<PathBuf>,
    private_key_file: Option<PathBuf>,
    label: Option<String>,
    colour: Option<Colour>,
    alias: Option<String>,
    production: Option<bool>,
    #[serde(default)]
    read_only: bool,
    organization_id: Option<Uuid>,
    #[serde(flatten)]
    unknown: toml::Table,
}

pub(super) fn read_text(path: &Path) -> Result<Option<String>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path: path.to_owned(), source }),
    }
}

pub(super) fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Profile, Error> {
        Profile::parse(text, Path::new("/c/profiles/p.toml"))
    }

    #[test]
    fn a_profile_says_what_it_does_not_know() {
        let profile = parse("url = \"contoso.crm4\"\nca_file = \"ca.pem\"\ncollor = \"red\"\n").unwrap();
        assert_eq!(profile.url.as_deref(), Some("contoso.crm4"));
        assert_eq!(profile.ca_file.as_deref(), Some(Path::new("/c/profiles/ca.pem")));
        assert_eq!(profile.unknown, ["collor"]);
    }

    #[test]
    fn a_profile_holds_how_to_sign_in_and_how_careful_to_be() {
        let profile = parse(
            "way = \"certificate\"\ncertificate_file = \"app.pem\"\naccount = \"anna@contoso.example\"\n\
             authority_version = 1\nlabel = \"live\"\ncolour = \"#FF0000\"\nalias = \"eu\"\nproduction = true\n\
             read_only = true\norganization_id = \"883278f5-07af-45eb-a0bc-3fea67caa544\"\n",
        )
        .unwrap();
        assert_eq!((profile.way, profile.authority_version), (Some(Way::Certificate), Some(Version::V1)));
        assert_eq!(profile.certificate_file.as_deref(), Some(Path::new("/c/profiles/app.pem")));
        let tags = profile.tags;
        assert_eq!(tags.colour.unwrap().as_str(), "#ff0000");
        assert_eq!((tags.alias.as_deref(), tags.production, tags.read_only), (Some("eu"), Some(true), true));
        assert!(tags.organization_id.is_some() && profile.unknown.is_empty());
    }

    #[test]
    fn a_value_that_makes_no_sense_is_an_error_and_not_left_out() {
        for text in [
            "authority_version = 3",
            "way = \"password\"",
            "colour = \"reddish\"",
            "read_only = \"yes\"",
            "organization_id = \"contoso\"",
        ] {
            assert!(matches!(parse(text), Err(Error::Syntax { .. } | Error::Value { .. })), "{text}");
        }
    }

    #[test]
    fn a_secret_in_a_profile_is_refused() {
        for text in ["client_secret = \"x\"", "url = \"u\"\n[app]\nrefresh-token = \"x\"", "Password = 1"] {
            assert!(matches!(parse(text), Err(Error::Secret { .. })), "{text}");
        }
    }

    #[test]
    fn a_profile_name_stays_in_its_folder() {
        for name in ["", ".", "..", "../x", "a/b", ".hidden", "a\0"] {
            assert!(matches!(Profile::read(Path::new("/c"), name), Err(Error::ProfileName(_))), "{name:?}");
        }
        assert!(matches!(Profile::read(Path::new("/nowhere"), "uat"), Err(Error::NoProfile { .. })));
    }
}
