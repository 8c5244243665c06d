//! What environments said of their tables and columns, remembered for the next start: lists are on the screen and rows
//! are asked for before definitions have come anew.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::auth::EnvironmentUrl;
use crate::dataverse::{Table, TableName, TableSchema};
use crate::private_file;

/// A folder in the cache folder with one for each environment. It may go at any time.
#[derive(Debug, Clone)]
pub struct Known {
    folder: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Document<T> {
    version: u32,
    /// Origin of the environment: names of folders may be the same on some disks.
    environment: String,
    said: T,
}

/// Raised when what stands in a file changes its meaning. Other versions are read anew from the server.
const VERSION: u32 = 2;

impl Known {
    /// The folder is made when something is written.
    pub fn in_folder(cache: &Path) -> Known {
        Known { folder: cache.join("known") }
    }

    /// The tables that an environment had when it was last asked; none where nothing is remembered, or nothing that can
    /// be understood.
    pub fn tables(&self, environment: &EnvironmentUrl) -> Vec<Table> {
        self.read(environment, "tables.json").unwrap_or_default()
    }

    /// Remembers the tables of an environment. Nothing is written when they are remembered already.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn keep_tables(&self, environment: &EnvironmentUrl, tables: &[Table]) -> io::Result<()> {
        match self.tables(environment) == tables {
            true => Ok(()),
            false => self.write(environment, "tables.json", tables),
        }
    }

    /// A table with its columns as they were when they were last read; none as with [`Known::tables`].
    pub fn schema(&self, environment: &EnvironmentUrl, table: &TableName) -> Option<TableSchema> {
        self.read(environment, &columns_of(table)).filter(|schema: &TableSchema| schema.table.name == *table)
    }

    /// Remembers a table's columns. Nothing is written when they are remembered already.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn keep_schema(&self, environment: &EnvironmentUrl, schema: &TableSchema) -> io::Result<()> {
        let table = &schema.table.name;
        match self.schema(environment, table).as_ref() == Some(schema) {
            true => Ok(()),
            false => self.write(environment, &columns_of(table), schema),
        }
    }

    /// Forgets all of an environment: somebody signed out of it.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn forget(&self, environment: &EnvironmentUrl) -> io::Result<()> {
        match std::fs::remove_dir_all(self.of(environment)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn read<T: DeserializeOwned>(&self, environment: &EnvironmentUrl, file: &str) -> Option<T> {
        let bytes = private_file::read(&self.of(environment).join(file)).ok()??;
        let document: Document<T> = serde_json::from_slice(&bytes).ok()?;
        let fits = document.version == VERSION && document.environment == environment.origin();
        fits.then_some(document.said)
    }

    fn write<T: Serialize + ?Sized>(
        &self,
        environment: &EnvironmentUrl,
        file: &str,
        said: &T,
    ) -> io::Result<()> {
        let document = Document { version: VERSION, environment: environment.origin().to_owned(), said };
        private_file::replace(&self.of(environment).join(file), &serde_json::to_vec(&document)?)
    }

    fn of(&self, environment: &EnvironmentUrl) -> PathBuf {
        self.folder.join(plain(environment.origin()))
    }
}

fn columns_of(table: &TableName) -> String {
    format!("columns-{}.json", plain(table.as_str()))
}

fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' || c == '-' { c } else { '_' };
    name.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataverse::metadata::{Choice, Column, ColumnKind, Required};
    use crate::dataverse::{ColumnName, SetName};

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

    fn schema() -> TableSchema {
        let column = |name: &str, kind: ColumnKind| Column {
            name: ColumnName::new(name),
            display_name: name.to_uppercase(),
            kind,
            required: Required::Application,
            updatable: true,
            creatable: true,
            secured: false,
            computed: false,
            is_custom: false,
        };
        let options = vec![Choice { value: 1, label: "Hoch".into(), state: None }];
        let limit = Some("100000000000.0000000001".parse().unwrap());
        let columns = vec![
            column("cost", ColumnKind::Money { min: None, max: limit, precision: 4 }),
            column("count", ColumnKind::BigInt),
            column("customerid", ColumnKind::Lookup { targets: vec!["account".into()] }),
            column("prioritycode", ColumnKind::Choice { options }),
        ];
        TableSchema { table: table(), columns }
    }

    fn environment(name: &str) -> EnvironmentUrl {
        EnvironmentUrl::parse(&format!("https://{name}.crm4.dynamics.com")).unwrap()
    }

    #[test]
    fn each_environment_has_tables_and_columns_of_its_own_until_it_is_signed_out_of() {
        let folder = tempfile::tempdir().unwrap();
        let known = Known::in_folder(folder.path());
        let (contoso, fabrikam) = (environment("contoso"), environment("fabrikam"));
        let incident = TableName::new("incident");
        assert_eq!((known.tables(&contoso), known.schema(&contoso, &incident)), (vec![], None));
        known.keep_tables(&contoso, &[table()]).unwrap();
        known.keep_schema(&contoso, &schema()).unwrap();
        assert_eq!(known.tables(&contoso), [table()]);
        assert_eq!(known.schema(&contoso, &incident), Some(schema()));
        assert_eq!(known.schema(&contoso, &"account".into()), None);
        assert_eq!((known.tables(&fabrikam), known.schema(&fabrikam, &incident)), (vec![], None));
        known.forget(&contoso).unwrap();
        known.forget(&contoso).unwrap();
        assert_eq!((known.tables(&contoso), known.schema(&contoso, &incident)), (vec![], None));
    }

    #[test]
    fn a_file_that_is_damaged_or_of_another_version_counts_as_none_and_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let known = Known::in_folder(folder.path());
        let contoso = environment("contoso");
        known.keep_tables(&contoso, &[table()]).unwrap();
        let path = known.of(&contoso).join("tables.json");
        let whole = std::fs::read_to_string(&path).unwrap();
        for damaged in [&whole[..whole.len() / 2], "", "[]", &whole.replace("\"version\":2", "\"version\":9")]
        {
            std::fs::write(&path, damaged).unwrap();
            assert_eq!(known.tables(&contoso), [], "{damaged}");
            known.keep_tables(&contoso, &[table()]).unwrap();
            assert_eq!(known.tables(&contoso), [table()]);
        }
    }
}
