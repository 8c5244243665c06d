//! The folder of profiles: which there are, and changes of them that keep what people wrote there.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml_edit::{DocumentMut, Item, Value};

use super::profile::{self, Profile, is_plain, read_text};
use super::{Error, Paths};
use crate::private_file;

/// How long another process may take to change a profile.
const LOCK_WITHIN: Duration = Duration::from_secs(10);

/// `config.toml` and `profiles/` in the folder of settings. Nothing is kept in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profiles {
    config: PathBuf,
}

/// A profile, or why it cannot be read, under its name.
pub type Entry = (String, Result<Profile, Error>);

/// Keys of a profile to be set or taken away.
#[derive(Debug, Clone, Default)]
pub struct Changes(Vec<(&'static str, Option<Value>)>);

impl Changes {
    /// Sets a key.
    pub fn set(&mut self, key: &'static str, value: impl Into<Value>) -> &mut Changes {
        self.0.push((key, Some(value.into())));
        self
    }

    /// Sets a key to a text, if there is one; an empty text takes the key away.
    pub fn text(&mut self, key: &'static str, value: Option<&str>) -> &mut Changes {
        match value {
            None => self,
            Some("") => self.unset(key),
            Some(text) => self.set(key, text),
        }
    }

    /// Takes a key away.
    pub fn unset(&mut self, key: &'static str) -> &mut Changes {
        self.0.push((key, None));
        self
    }

    /// Takes further changes in.
    pub fn and(&mut self, more: Changes) -> &mut Changes {
        self.0.extend(more.0);
        self
    }

    /// There is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Profiles {
    /// The profiles of these folders.
    pub fn of(paths: &Paths) -> Profiles {
        Profiles { config: paths.config.clone() }
    }

    /// The names of all profiles, sorted. Files that are no profiles by their names are passed over.
    ///
    /// # Errors
    ///
    /// When the folder is there and cannot be read.
    pub fn names(&self) -> Result<Vec<String>, Error> {
        let folder = self.config.join("profiles");
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(vec![]),
            Err(source) => return Err(Error::Read { path: folder, source }),
        };
        let name = |entry: std::fs::DirEntry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".toml").filter(|name| is_plain(name)).map(str::to_owned)
        };
        let mut names: Vec<String> = entries.flatten().filter_map(name).collect();
        names.sort();
        Ok(names)
    }

    /// A profile by its name.
    ///
    /// # Errors
    ///
    /// As [`Error::NoProfile`] and its neighbours say.
    pub fn read(&self, name: &str) -> Result<Profile, Error> {
        Profile::read(&self.config, name)
    }

    /// Every profile that can be read, by name; the others come as errors beside them.
    ///
    /// # Errors
    ///
    /// When the folder is there and cannot be read.
    pub fn all(&self) -> Result<Vec<Entry>, Error> {
        Ok(self.names()?.into_iter().map(|name| (name.clone(), self.read(&name))).collect())
    }

    /// Whether a profile of this name could be made, and where it would be.
    ///
    /// # Errors
    ///
    /// When there is one, and for names that are no plain names of files.
    pub fn check_new(&self, name: &str) -> Result<PathBuf, Error> {
        let path = profile::path(&self.config, name)?;
        match path.symlink_metadata() {
            Ok(_) => Err(Error::ProfileExists { name: name.to_owned(), path }),
            Err(_) => Ok(path),
        }
    }

    /// Makes a profile and answers where it is.
    ///
    /// # Errors
    ///
    /// As [`Profiles::check_new`], and when it cannot be written.
    pub fn add(&self, name: &str, changes: &Changes) -> Result<PathBuf, Error> {
        self.check_new(name)?;
        let _held = self.hold()?;
        let path = self.check_new(name)?;
        write(&path, "", changes)?;
        Ok(path)
    }

    /// Changes a profile. Comments and the order of the keys stay as they are.
    ///
    /// # Errors
    ///
    /// When it is not there, cannot be read as it is, or cannot be written; it is untouched then.
    pub fn change(&self, name: &str, changes: &Changes) -> Result<(), Error> {
        self.read(name)?;
        let _held = self.hold()?;
        self.read(name)?; // what is broken is not written over
        let path = profile::path(&self.config, name)?;
        let text = read_text(&path)?.unwrap_or_default();
        write(&path, &text, changes)
    }

    /// Removes a profile, also one that cannot be read. It is no longer the usual one; answers whether it was.
    ///
    /// # Errors
    ///
    /// When it is not there or cannot be removed.
    pub fn remove(&self, name: &str) -> Result<bool, Error> {
        let path = profile::path(&self.config, name)?;
        if path.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound) {
            return Err(Error::NoProfile { name: name.to_owned(), path });
        }
        let _held = self.hold()?;
        match std::fs::remove_file(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::NoProfile { name: name.to_owned(), path });
            }
            Err(source) => return Err(Error::Write { path, source }),
        }
        let was_usual = usual(&self.config)?.as_deref() == Some(name);
        if was_usual {
            self.set_usual(None)?;
        }
        Ok(was_usual)
    }

    /// The profile that is taken when none is named.
    ///
    /// # Errors
    ///
    /// When `config.toml` cannot be read.
    pub fn usual(&self) -> Result<Option<String>, Error> {
        usual(&self.config)
    }

    /// Takes a profile from now on when none is named.
    ///
    /// # Errors
    ///
    /// When it is not there, and when `config.toml` cannot be read or written.
    pub fn take_usually(&self, name: &str) -> Result<(), Error> {
        self.read(name)?;
        let _held = self.hold()?;
        self.read(name)?;
        self.set_usual(Some(name))
    }

    /// Keeps other processes from changing anything here between what is read and what is written.
    fn hold(&self) -> Result<File, Error> {
        let path = self.config.join("config.lock");
        private_file::hold(&path, LOCK_WITHIN).map_err(|source| Error::Write { path, source })
    }

    fn set_usual(&self, name: Option<&str>) -> Result<(), Error> {
        let path = self.config.join("config.toml");
        let text = read_text(&path)?.unwrap_or_default();
        let mut changes = Changes::default();
        match name {
            Some(name) => changes.set("profile", name),
            None => changes.unset("profile"),
        };
        write(&path, &text, &changes)
    }
}

/// What `config.toml` says, which holds for every profile.
#[derive(Debug, Default, serde::Deserialize)]
pub(super) struct General {
    /// The profile to use when none is named.
    pub(super) profile: Option<String>,
    /// For so many milliseconds a lone Esc is held.
    pub(super) esc_ms: Option<u16>,
    /// Whether staged edits may be kept on disk.
    #[serde(default)]
    pub(super) journal: Switch,
}

/// `on` or `off`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Switch {
    #[default]
    On,
    Off,
}

/// Longest time to hold an Esc: who waits longer for it takes it for lost.
const MOST_ESC_MS: u16 = 1_000;

/// Reads `config.toml`.
pub(super) fn general(config: &Path) -> Result<General, Error> {
    let path = config.join("config.toml");
    let Some(text) = read_text(&path)? else { return Ok(General::default()) };
    let general: General = toml::from_str(&text)
        .map_err(|source| Error::Syntax { path: path.clone(), source: Box::new(source) })?;
    match general.esc_ms {
        Some(MOST_ESC_MS..) => {
            Err(Error::Value { path, key: "esc_ms", expected: "a number of milliseconds below 1000" })
        }
        _ => Ok(general),
    }
}

/// The profile that `config.toml` names as the usual one.
pub(super) fn usual(config: &Path) -> Result<Option<String>, Error> {
    Ok(general(config)?.profile)
}

fn write(path: &Path, text: &str, changes: &Changes) -> Result<(), Error> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| Error::Write {
        path: path.to_owned(),
        source: std::io::Error::new(std::io::ErrorKind::InvalidData, error.to_string()),
    })?;
    for (key, value) in &changes.0 {
        match value {
            Some(value) => set(&mut document, key, value.clone()),
            None => unset(&mut document, key),
        }
    }
    private_file::replace(path, document.to_string().as_bytes())
        .map_err(|source| Error::Write { path: path.to_owned(), source })
}

/// Sets a key. The comment behind the old value stays: a new value by itself would drop it.
fn set(document: &mut DocumentMut, key: &str, mut value: Value) {
    match document.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *value.decor_mut() = old.decor().clone();
            *old = value;
        }
        None => {
            document.insert(key, Item::Value(value));
        }
    }
}

/// Takes a key away. The comment above it stays: it may be the heading of the whole file.
fn unset(document: &mut DocumentMut, key: &str) {
    let above = document.key(key).and_then(|key| key.leaf_decor().prefix()?.as_str().map(str::to_owned));
    let next = document.iter().map(|(name, _)| name.to_owned()).skip_while(|name| name != key).nth(1);
    if document.remove(key).is_none() {
        return;
    }
    let Some(above) = above.filter(|above| above.contains('#')) else { return };
    match next.and_then(|next| document.key_mut(&next)) {
        Some(mut next) => {
            let decor = next.leaf_decor_mut();
            let below = decor.prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default().to_owned();
            decor.set_prefix(format!("{above}{below}"));
        }
        None => {
            let below = document.trailing().as_str().unwrap_or_default().to_owned();
            document.set_trailing(format!("{above}{below}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profiles() -> (tempfile::TempDir, Profiles) {
        let folder = tempfile::tempdir().unwrap();
        let profiles = Profiles::of(&Paths::below(folder.path()));
        (folder, profiles)
    }

    fn changed(text: &str, changes: &Changes) -> String {
        let (folder, _) = profiles();
        let path = folder.path().join("p.toml");
        write(&path, text, changes).unwrap();
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn a_change_keeps_comments_order_and_what_it_does_not_know() {
        let text = "# The live one.\nurl = \"contoso.crm4\"   # ask Bo first\n\n# how it looks\ncolour = 'red'\n\
                    odd = { a = 1 } # kept\n";
        let mut changes = Changes::default();
        changes.set("url", "fabrikam.crm4").set("read_only", true);
        assert_eq!(
            changed(text, &changes),
            "# The live one.\nurl = \"fabrikam.crm4\"   # ask Bo first\n\n# how it looks\ncolour = 'red'\n\
             odd = { a = 1 } # kept\nread_only = true\n"
        );
    }

    #[test]
    fn taking_a_key_away_leaves_the_comment_above_it() {
        let mut changes = Changes::default();
        changes.unset("url").text("label", Some("")).text("colour", None);
        assert_eq!(
            changed("# The live one.\nurl = \"u\"\ntenant = \"t\"\n", &changes),
            "# The live one.\ntenant = \"t\"\n"
        );
        assert_eq!(changed("# Alone.\nurl = \"u\"\n", &changes), "# Alone.\n");
        assert_eq!(changed("tenant = \"t\"\n", &changes), "tenant = \"t\"\n");
    }

    #[test]
    fn profiles_are_added_changed_taken_usually_and_removed() {
        let (folder, profiles) = profiles();
        assert!(profiles.names().unwrap().is_empty() && profiles.usual().unwrap().is_none());
        let mut changes = Changes::default();
        changes.set("url", "contoso.crm4");
        profiles.add("uat", &changes).unwrap();
        assert!(matches!(profiles.add("uat", &changes), Err(Error::ProfileExists { .. })));
        profiles.add("prod", &changes).unwrap();
        std::fs::write(folder.path().join("config/profiles/notes.txt"), "x").unwrap();
        std::fs::write(folder.path().join("config/profiles/.new-x.toml"), "x").unwrap();
        assert_eq!(profiles.names().unwrap(), ["prod", "uat"]);
        profiles.take_usually("uat").unwrap();
        assert_eq!(profiles.usual().unwrap().as_deref(), Some("uat"));
        assert!(matches!(profiles.take_usually("dev"), Err(Error::NoProfile { .. })));
        assert!(profiles.remove("uat").unwrap(), "it was the usual one");
        assert_eq!(profiles.usual().unwrap(), None);
        assert!(!profiles.remove("prod").unwrap());
    }

    #[test]
    fn what_is_broken_is_not_written_over() {
        let (folder, profiles) = profiles();
        profiles.add("uat", Changes::default().set("url", "u")).unwrap();
        let path = folder.path().join("config/profiles/uat.toml");
        std::fs::write(&path, "url = \"u\"\nclient_secret = \"x\"\n").unwrap();
        let changes = profiles.change("uat", Changes::default().set("label", "x"));
        assert!(matches!(changes, Err(Error::Secret { .. })), "{changes:?}");
        assert!(std::fs::read_to_string(path).unwrap().contains("client_secret"));
    }
}
