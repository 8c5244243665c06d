//! The list of tables of each environment, remembered for the next start: it is on the screen before anything was asked.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::auth::EnvironmentUrl;
use crate::dataverse::Table;
use crate::private_file;

/// A folder in the cache folder with one file for each environment. It may go at any time.
#[derive(Debug, Clone)]
pub struct KnownTables {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    /// Origin of the environment: names of files may be the same on some disks.
    environment: String,
    tables: Vec<Table>,
}

/// Raised when what stands in a file changes its meaning. Other versions are read anew from the server.
const VERSION: u32 = 1;

impl KnownTables {
    /// The folder is made when something is written.
    pub fn in_folder(cache: &Path) -> KnownTables {
        KnownTables { folder: cache.join("tables") }
    }

    /// The tables that an environment had when it was last asked; none where nothing is remembered, or nothing that can
    /// be understood.
    pub fn read(&self, environment: &EnvironmentUrl) -> Vec<Table> {
        let bytes = private_file::read(&self.path(environment)).ok().flatten();
        let document: Option<Document> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        document
            .filter(|known| known.version == VERSION && known.environment == environment.origin())
            .map(|known| known.tables)
            .unwrap_or_default()
    }

    /// Remembers the tables of an environment. Nothing is written when they are remembered already.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn keep(&self, environment: &EnvironmentUrl, tables: &[Table]) -> io::Result<()> {
        if self.read(environment) == tables {
            return Ok(());
        }
        let document = Document {
            version: VERSION,
            environment: environment.origin().to_owned(),
            tables: tables.to_vec(),
        };
        private_file::replace(&self.path(environment), &serde_json::to_vec(&document)?)
    }

    /// Forgets the tables of environments: somebody signed out of them.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn forget(&self, environment: &EnvironmentUrl) -> io::Result<()> {
        match std::fs::remove_file(self.path(environment)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn path(&self, environment: &EnvironmentUrl) -> PathBuf {
        let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
        let name: String = environment.origin().chars().map(plain).collect();
        self.folder.join(format!("{name}.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::{ColumnName, SetName, TableName};

    fn table() -> Table {
        Table {
            name: TableName::new("incident"),
            set: SetName::new("incidents"),
            display_name: "Case".into(),
            collection_name: "Cases".into(),
            primary_id: ColumnName::new("incidentid"),
            primary_name: Some(ColumnName::new("title")),
            is_custom: false,
            is_system: false,
            optimistic_concurrency: true,
        }
    }

    fn environment(name: &str) -> EnvironmentUrl {
        EnvironmentUrl::parse(&format!("https://{name}.crm4.dynamics.com")).unwrap()
    }

    #[test]
    fn each_environment_has_tables_of_its_own_until_it_is_signed_out_of() {
        let folder = tempfile::tempdir().unwrap();
        let known = KnownTables::in_folder(folder.path());
        assert_eq!(known.read(&environment("contoso")), []);
        known.keep(&environment("contoso"), &[table()]).unwrap();
        assert_eq!(known.read(&environment("contoso")), [table()]);
        assert_eq!(known.read(&environment("fabrikam")), []);
        known.forget(&environment("contoso")).unwrap();
        known.forget(&environment("contoso")).unwrap();
        assert_eq!(known.read(&environment("contoso")), []);
    }

    #[test]
    fn a_file_that_is_damaged_or_of_another_version_counts_as_none_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let known = KnownTables::in_folder(folder.path());
        known.keep(&environment("contoso"), &[table()]).unwrap();
        let path = known.path(&environment("contoso"));
        let whole = std::fs::read_to_string(&path).unwrap();
        for damaged in [&whole[..whole.len() / 2], "", "[]", &whole.replace("\"version\":1", "\"version\":9")]
        {
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(known.read(&environment("contoso")), [], "{damaged}");
            known.keep(&environment("contoso"), &[table()]).unwrap();
            assert_eq!(known.read(&environment("contoso")), [table()]);
        }
    }
}
