//! The environments of a person: asked of Global Discovery, and remembered for the next start.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::sign_in;
use crate::auth::{self, EnvironmentUrl, Service, TokenStore};
use crate::dataverse::{Discovery, Error, Instance, Retry};
use crate::{http, private_file};

/// What a sign-in to the service that lists environments is asked for: as for an environment, but for the scope, which
/// is the service's own, and never as an application, to which it lists nothing.
pub fn request(service: EnvironmentUrl, environment: &auth::Request) -> auth::Request {
    auth::Request {
        environment: service,
        service: Service::Discovery,
        scope: None,
        application: None,
        client_secret: None,
        ..environment.clone()
    }
}

/// Lists the environments with the kept sign-in. Nobody is asked.
///
/// # Errors
///
/// [`Error::needs_sign_in`] when nobody is signed in to the service, and as every read.
pub async fn list(
    http: &http::Client,
    store: &TokenStore,
    request: &auth::Request,
    retry: Retry,
) -> Result<Vec<Instance>, Error> {
    let tokens = sign_in::kept(http, store, request).await?.ok_or(auth::Error::SignInNeeded)?;
    Discovery::new(request.environment.clone(), http.clone(), tokens, retry).instances().await
}

/// The file in the cache folder that holds the list and when each environment was last opened. It may go at any time.
#[derive(Debug, Clone)]
pub struct Memory {
    path: PathBuf,
}

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Remembered {
    version: u32,
    /// Origin of the service that listed them.
    #[serde(default)]
    pub service: String,
    /// The environments as they were listed.
    #[serde(default)]
    pub instances: Vec<Instance>,
    /// When each environment was opened last, by origin.
    #[serde(default)]
    pub used: BTreeMap<String, Timestamp>,
}

const VERSION: u32 = 1;
/// How long another process may take to write it.
const LOCK_WITHIN: Duration = Duration::from_secs(5);

impl Memory {
    /// The file in a folder, which is made when something is written.
    pub fn in_folder(cache: &Path) -> Memory {
        Memory { path: cache.join("environments.json") }
    }

    /// What is remembered; nothing where the file is absent, unreadable or not ours to understand.
    pub fn read(&self) -> Remembered {
        let remembered: Remembered = serde_json::from_slice(&self.bytes()).unwrap_or_default();
        if remembered.version == VERSION { remembered } else { Remembered::default() }
    }

    /// Remembers the list of a service.
    ///
    /// # Errors
    ///
    /// As the system says, and when the file is of a newer version: it stays as it is.
    pub fn keep(&self, service: &EnvironmentUrl, instances: &[Instance]) -> io::Result<()> {
        self.change(|remembered| {
            remembered.service = service.origin().to_owned();
            remembered.instances = instances.to_vec();
        })
    }

    /// Remembers that an environment was opened.
    ///
    /// # Errors
    ///
    /// As [`Memory::keep`].
    pub fn used(&self, environment: &EnvironmentUrl, now: Timestamp) -> io::Result<()> {
        self.change(|remembered| {
            remembered.used.insert(environment.origin().to_owned(), now);
        })
    }

    /// Forgets the list: it was somebody else's.
    ///
    /// # Errors
    ///
    /// As the system says.
    pub fn forget(&self) -> io::Result<()> {
        let _held = self.hold()?;
        self.write(&Remembered { service: String::new(), instances: vec![], ..self.read() })
    }

    /// What others write meanwhile is not lost.
    fn change(&self, change: impl FnOnce(&mut Remembered)) -> io::Result<()> {
        let _held = self.hold()?;
        if is_newer(&self.bytes()) {
            return Err(io::Error::other(format!("{} is of a newer version of dv", self.path.display())));
        }
        let mut remembered = self.read();
        change(&mut remembered);
        self.write(&remembered)
    }

    fn hold(&self) -> io::Result<std::fs::File> {
        private_file::hold(&self.path.with_extension("lock"), LOCK_WITHIN)
    }

    fn bytes(&self) -> Vec<u8> {
        private_file::read(&self.path).ok().flatten().map(|bytes| bytes.to_vec()).unwrap_or_default()
    }

    fn write(&self, remembered: &Remembered) -> io::Result<()> {
        let remembered = Remembered { version: VERSION, ..remembered.clone() };
        private_file::replace(&self.path, &serde_json::to_vec(&remembered)?)
    }
}

fn is_newer(bytes: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Any {
        version: u64,
    }
    serde_json::from_slice::<Any>(bytes).is_ok_and(|any| any.version > u64::from(VERSION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_listed_and_opened_is_remembered_and_a_damaged_file_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::in_folder(folder.path());
        assert_eq!(memory.read(), Remembered::default());
        let service = EnvironmentUrl::parse("globaldisco.crm.dynamics.com").unwrap();
        let contoso = EnvironmentUrl::parse("contoso.crm4").unwrap();
        let listed: Vec<Instance> = serde_json::from_str(
            r#"[{"FriendlyName":"Contoso","Url":"https://contoso.crm4.dynamics.com/"}]"#,
        )
        .unwrap();
        memory.used(&contoso, Timestamp::UNIX_EPOCH).unwrap();
        memory.keep(&service, &listed).unwrap();
        let remembered = memory.read();
        assert_eq!((remembered.service.as_str(), remembered.instances), (service.origin(), listed));
        assert_eq!(remembered.used[contoso.origin()], Timestamp::UNIX_EPOCH);
        memory.forget().unwrap();
        assert!(memory.read().instances.is_empty() && memory.read().used.len() == 1);
        std::fs::write(folder.path().join("environments.json"), "{\"version\":1,").unwrap();
        assert_eq!(memory.read(), Remembered::default());
    }
}
