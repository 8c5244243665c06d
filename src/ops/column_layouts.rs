//! The file in the state folder that keeps how the columns of tables are arranged and their rows ordered. People may read
//! and edit it.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::private_file;

const VERSION: u32 = 1;
/// How long another process may take to write it.
const LOCK_WITHIN: Duration = Duration::from_secs(5);

/// The file; it need not be there.
#[derive(Debug, Clone)]
pub struct LayoutFile {
    path: PathBuf,
}

/// Arrangements by origin of the environment, then by logical name of the table.
pub type Tables = BTreeMap<String, BTreeMap<String, Columns>>;

/// What the file holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Kept {
    version: u32,
    #[serde(default)]
    environments: Tables,
}

/// The columns of one table, by logical name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Those that are shown, from left to right.
    pub columns: Vec<String>,
    /// How many of them stay at the left.
    #[serde(default)]
    pub frozen: usize,
    /// The order of the rows, the column that counts most first: `createdon desc`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<String>,
    /// Widths that a person gave, in cells.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub widths: BTreeMap<String, u16>,
}

/// Why the file is of no use as it is.
enum Unread {
    /// Nothing of it makes sense.
    Damaged(String),
    /// It is not to be touched, for this reason.
    LeftAlone(String),
}

impl LayoutFile {
    /// The file in a folder, which is made when something is written.
    pub fn in_folder(state: &Path) -> Self {
        Self { path: state.join("layouts.toml") }
    }

    /// What was kept, and what a person should know about the file: a damaged one is set aside.
    pub fn read(&self) -> (Tables, Option<String>) {
        match self.kept() {
            Ok(kept) => (kept.environments, None),
            Err(Unread::LeftAlone(why)) => (Tables::default(), Some(format!("Column layouts: {why}"))),
            Err(Unread::Damaged(why)) => {
                tracing::warn!(file = %self.path.display(), %why, "the column layouts make no sense");
                let said = match self.set_aside() {
                    Ok(aside) => {
                        format!("Column layouts begin anew: the damaged file is {}.", aside.display())
                    }
                    Err(error) => format!("Column layouts: {} is damaged ({error}).", self.path.display()),
                };
                (Tables::default(), Some(said))
            }
        }
    }

    /// Keeps some changes. What other processes kept meanwhile stays.
    ///
    /// # Errors
    ///
    /// In words: as the system says, and for a file of a newer version, which stays as it is.
    pub fn keep(&self, changes: Tables) -> Result<(), String> {
        let told = |error: io::Error| format!("Column layouts are not kept: {error}");
        let _held = private_file::hold(&self.path.with_extension("lock"), LOCK_WITHIN).map_err(told)?;
        let mut kept = match self.kept() {
            Ok(kept) => kept,
            Err(Unread::LeftAlone(why)) => return Err(format!("Column layouts are not kept: {why}")),
            Err(Unread::Damaged(_)) => {
                self.set_aside().map_err(told)?;
                Kept::default()
            }
        };
        kept.version = VERSION;
        for (environment, tables) in changes {
            kept.environments.entry(environment).or_default().extend(tables);
        }
        let text = toml::to_string(&kept).map_err(|error| told(io::Error::other(error)))?;
        let head =
            "# How dv shows the columns of tables. Made by dv; it may be edited while dv is not running.\n";
        private_file::replace(&self.path, format!("{head}{text}").as_bytes()).map_err(told)
    }

    fn kept(&self) -> Result<Kept, Unread> {
        #[derive(Deserialize)]
        struct Any {
            version: u64,
        }
        let bytes = match private_file::read(&self.path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(Kept::default()),
            Err(error) => return Err(Unread::LeftAlone(format!("{}: {error}", self.path.display()))),
        };
        let text = std::str::from_utf8(&bytes).map_err(|error| Unread::Damaged(error.to_string()))?;
        let any: Any = toml::from_str(text).map_err(|error| Unread::Damaged(error.to_string()))?;
        if any.version > u64::from(VERSION) {
            let why = format!("{} is of a newer version of dv and is left alone.", self.path.display());
            return Err(Unread::LeftAlone(why));
        }
        toml::from_str(text).map_err(|error| Unread::Damaged(error.to_string()))
    }

    fn set_aside(&self) -> io::Result<PathBuf> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let name = |count: u32| match count {
            0 => format!("layouts.toml.bad-{now}"),
            _ => format!("layouts.toml.bad-{now}-{count}"),
        };
        let mut free = (0..1_000).map(|count| self.path.with_file_name(name(count)));
        let aside = free.find(|path| fs::symlink_metadata(path).is_err());
        let aside = aside.ok_or_else(|| io::Error::other("there are too many damaged files beside it"))?;
        fs::rename(&self.path, &aside)?;
        Ok(aside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORG: &str = "https://contoso.crm4.dynamics.com";

    fn columns(names: &[(&str, Option<u16>)], frozen: usize) -> Columns {
        let width = |(name, width): &(&str, Option<u16>)| Some(((*name).to_owned(), (*width)?));
        Columns {
            columns: names.iter().map(|(name, _)| (*name).to_owned()).collect(),
            frozen,
            sort: vec!["createdon desc".to_owned()],
            widths: names.iter().filter_map(width).collect(),
        }
    }

    fn tables(environment: &str, table: &str, columns: Columns) -> Tables {
        [(environment.to_owned(), [(table.to_owned(), columns)].into())].into()
    }

    fn file() -> (tempfile::TempDir, LayoutFile) {
        let folder = tempfile::tempdir().unwrap();
        let file = LayoutFile::in_folder(folder.path());
        (folder, file)
    }

    fn write(file: &LayoutFile, text: &str) {
        private_file::replace(&file.path, text.as_bytes()).unwrap();
    }

    #[test]
    fn a_layout_is_kept_by_environment_and_table_and_others_stay() {
        let (_folder, file) = file();
        assert_eq!(file.read(), (Tables::default(), None));
        let cases = columns(&[("ticketnumber", None), ("title", Some(40))], 2);
        file.keep(tables(ORG, "incident", cases.clone())).unwrap();
        let accounts = columns(&[("name", None)], 1);
        file.keep(tables(ORG, "account", accounts.clone())).unwrap();
        file.keep(tables("https://other", "account", Columns::default())).unwrap();
        let (kept, said) = file.read();
        assert_eq!(said, None);
        assert_eq!((&kept[ORG]["incident"], &kept[ORG]["account"]), (&cases, &accounts));
        assert_eq!(kept["https://other"]["account"], Columns::default());
        let text = fs::read_to_string(&file.path).unwrap();
        assert!(
            text.contains("columns = [\"ticketnumber\", \"title\"]\nfrozen = 2\nsort = [\"createdon desc\"]"),
            "{text}"
        );
    }

    #[test]
    fn a_damaged_file_is_set_aside_named_and_replaced() {
        for damaged in ["version = ", "version = 1\n[environments.x.y]\ncolumns = 3", "[]", "\u{0}\u{1}"] {
            let (folder, file) = file();
            write(&file, damaged);
            let (kept, said) = file.read();
            assert_eq!(kept, Tables::default());
            let said = said.unwrap();
            assert!(said.contains("layouts.toml.bad-"), "{said}");
            file.keep(tables(ORG, "incident", columns(&[("title", None)], 1))).unwrap();
            let names = fs::read_dir(folder.path()).unwrap().flatten();
            let aside = names.map(|entry| entry.path()).find(|path| path.to_string_lossy().contains(".bad-"));
            assert_eq!(fs::read_to_string(aside.unwrap()).unwrap(), damaged);
            assert!(file.read().0[ORG].contains_key("incident"));
        }
    }

    #[test]
    fn a_file_of_a_newer_version_is_neither_used_nor_overwritten() {
        let (_folder, file) = file();
        let newer = "version = 2\nshape = \"new\"\n";
        write(&file, newer);
        assert!(file.read().1.unwrap().contains("newer version"));
        let refused = file.keep(tables(ORG, "incident", columns(&[("title", None)], 1)));
        assert!(refused.unwrap_err().contains("newer version"));
        assert_eq!(fs::read_to_string(&file.path).unwrap(), newer);
    }
}
