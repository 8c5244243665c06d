//! The environment of the process, read once.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::Error;

/// The variables that matter to us, read once. Empty ones count as absent.
#[derive(Clone, Default)]
pub struct Environment {
    values: BTreeMap<String, OsString>,
}

impl Environment {
    /// Reads this process's environment.
    pub fn of_process() -> Environment {
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect()
    }

    /// A variable as text.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, Error> {
        let Some(value) = self.values.get(name) else { return Ok(None) };
        value.to_str().map(|text| Some(text.to_owned())).ok_or(Error::NotText(name))
    }

    /// A variable as a path.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.values.get(name).map(PathBuf::from)
    }

    /// Whether a variable has this value.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.values.get(name).is_some_and(|found| found == value)
    }

    /// Whether a variable says yes: it has a value, which is not one that says no.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.has(name) && !["0", "no", "false", "off"].iter().any(|no| self.is(name, no))
    }

    /// Whether a variable has a value.
    pub(super) fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }
}

impl<N: Into<String>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<T: IntoIterator<Item = (N, V)>>(pairs: T) -> Environment {
        let pairs = pairs.into_iter().map(|(name, value)| (name.into(), value.into()));
        Environment { values: pairs.filter(|(_, value): &(String, OsString)| !value.is_empty()).collect() }
    }
}

impl std::fmt::Debug for Environment {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.values.keys()).finish()
    }
}
