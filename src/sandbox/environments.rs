//! The environments of the tenant: what each one is, who is in it, and its Web API. The rows of all but the first are
//! made when somebody first asks for them, since most runs of a sandbox use one environment only.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::try_join_all;
use http::{Request, Response, StatusCode};
use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;
use uuid::{Uuid, uuid};

use super::api::{Api, Caller, Config, Organization};
use super::seed::named_id;
use super::users::{TENANT, User, users};
use super::{Error, Options, RowCounts, answer};

/// An environment as it is declared here.
#[derive(Debug)]
struct Declared {
    /// The first label of its address in the service.
    name: &'static str,
    friendly_name: &'static str,
    id: Uuid,
    environment_id: Uuid,
    /// `OrganizationType`.
    kind: i32,
    /// 0 enabled, 1 disabled.
    state: i32,
    purpose: &'static str,
    /// When a trial ended.
    trial_end: Option<&'static str>,
    /// Who is in it, of those that are in the first one; none means all of them.
    members: Option<&'static [&'static str]>,
}

/// A sandbox first, then what a company has beside it.
const DECLARED: &[Declared] = &[
    Declared {
        name: "contoso-uat",
        friendly_name: "Contoso UAT",
        id: uuid!("883278f5-07af-45eb-a0bc-3fea67caa544"),
        environment_id: uuid!("2f6b0c1e-8d47-e9a3-b5d2-70c4f18a93be"),
        kind: 5,
        state: 0,
        purpose: "Acceptance tests before a release",
        trial_end: None,
        members: None,
    },
    Declared {
        name: "contoso",
        friendly_name: "Contoso",
        id: uuid!("1c9e5b40-7d28-4f63-9a8e-d05b3c71f286"),
        environment_id: uuid!("a7d31f84-52c6-e0b9-8f14-3e69d27b05ca"),
        kind: 0,
        state: 0,
        purpose: "Customer service",
        trial_end: None,
        members: Some(&["admin", "anna", "bo", "reader", "application"]),
    },
    Declared {
        name: "contoso-dev",
        friendly_name: "Contoso Development",
        id: uuid!("f4b8a2d6-90e1-4c37-b65d-28e7f3190c5a"),
        environment_id: uuid!("5e80c9b2-1f7a-e4d6-93ab-c6108d5f42e7"),
        kind: 13,
        state: 0,
        purpose: "Development of customizations",
        trial_end: None,
        members: Some(&["admin", "anna", "bo", "application"]),
    },
    Declared {
        name: "contoso-trial",
        friendly_name: "Contoso Trial",
        id: uuid!("6a07d3e9-c415-4b8f-a2f0-95b1e8467d3c"),
        environment_id: uuid!("c21e74f5-0a96-eb38-b7d4-48f3a95e610d"),
        kind: 14,
        state: 1,
        purpose: "Trial of field service",
        trial_end: Some("2026-09-30T00:00:00Z"),
        members: Some(&["admin", "anna", "bo"]),
    },
];

/// How many environments there are, each with a listener of its own.
pub(crate) const COUNT: usize = DECLARED.len();
/// The others have this part of the first one's rows, and a handful at least.
const PART: u32 = 20;
const HANDFUL: u32 = 5;

/// All environments, in the order in which Global Discovery and the ready line list them.
#[derive(Debug)]
pub(crate) struct Environments {
    all: Vec<Arc<Environment>>,
    tasks: TaskTracker,
}

/// One environment.
#[derive(Debug)]
pub(crate) struct Environment {
    config: Config,
    pub(crate) purpose: &'static str,
    pub(crate) trial_end: Option<&'static str>,
    api: OnceCell<Api>,
}

impl Environments {
    /// Declares them; nothing is opened yet. `roots` are their addresses, `folder` takes the rows that nobody named a
    /// file for, and `tasks` knows what is being made.
    pub(crate) fn new(
        options: &Options,
        roots: Vec<String>,
        folder: &Path,
        tasks: TaskTracker,
    ) -> Environments {
        let declared = DECLARED.iter().zip(roots).enumerate();
        let all = declared.map(|(index, (declared, root))| {
            let first = index == 0;
            let config = Config {
                root: root.clone(),
                data: data_file(
                    options.data.as_deref(),
                    folder,
                    if first { None } else { Some(declared.name) },
                ),
                seed: options.seed ^ ((index as u64) << 48),
                rows: if first { options.rows } else { part_of(options.rows) },
                organization: declared.organization(root),
                users: declared.users(),
            };
            Arc::new(Environment {
                config,
                purpose: declared.purpose,
                trial_end: declared.trial_end,
                api: OnceCell::new(),
            })
        });
        Environments { all: all.collect(), tasks }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Environment> {
        self.all.iter().map(|environment| &**environment)
    }

    /// Opens every one of them, for rows that are kept.
    pub(crate) async fn open_all(&self) -> Result<(), Error> {
        try_join_all((0..self.all.len()).map(|index| self.api(index))).await.map(|_| ())
    }

    /// The Web API of an environment. The first to ask waits until the rows are made, others wait with them, and what
    /// failed is tried again by the next one.
    pub(crate) async fn api(&self, index: usize) -> Result<&Api, Error> {
        let environment =
            self.all.get(index).ok_or_else(|| Error::Data("there is no such environment".into()))?;
        if environment.api.get().is_none() {
            // A task of its own: when a client goes away meanwhile, nobody may begin on the same file beside it.
            let opening = self.tasks.spawn(Arc::clone(environment).open());
            opening.await.map_err(|error| Error::Data(Box::new(error)))??;
        }
        environment.api.get().ok_or_else(|| Error::Data("the environment did not open".into()))
    }

    /// Answers a request under `/api/data/` of an environment.
    pub(crate) async fn respond(
        &self,
        index: usize,
        caller: &Caller,
        request: Request<Bytes>,
    ) -> Response<Bytes> {
        let disabled = self.all.get(index).is_some_and(|environment| environment.organization().state != 0);
        if disabled {
            let text = "The Dynamics 365 organization you are attempting to access is currently disabled.  Please \
                        contact your system administrator";
            return answer::odata_error(StatusCode::FORBIDDEN, "0x8004a104", text);
        }
        match self.api(index).await {
            Ok(api) => api.respond(caller, request).await,
            Err(error) => {
                tracing::error!(%error, index, "an environment cannot be opened");
                let text = format!("The environment could not be opened: {error}.");
                answer::odata_error(StatusCode::INTERNAL_SERVER_ERROR, "0x80040216", &text)
            }
        }
    }

    /// Brings back the first rows of every environment that has been opened.
    pub(crate) async fn reset(&self) -> Result<(), Error> {
        for api in self.all.iter().filter_map(|environment| environment.api.get()) {
            api.reset().await?;
        }
        Ok(())
    }
}

impl Environment {
    pub(crate) fn organization(&self) -> &Organization {
        &self.config.organization
    }

    /// The row of somebody in this environment, if they may enter it.
    pub(crate) fn member(&self, oid: Uuid) -> Option<&User> {
        let enabled = |user: &&User| user.in_environment && !user.disabled_in_environment;
        self.config.users.iter().find(|user| user.oid == oid).filter(enabled)
    }

    async fn open(self: Arc<Self>) -> Result<(), Error> {
        let open = || async {
            let config = self.config.clone();
            let opened = tokio::task::spawn_blocking(move || Api::open(config)).await;
            opened.map_err(|error| Error::Data(Box::new(error)))?
        };
        self.api.get_or_try_init(open).await.map(|_| ())
    }
}

impl Declared {
    fn organization(&self, url: String) -> Organization {
        let mut digits = self.id.simple().to_string();
        digits.truncate(29);
        Organization {
            id: self.id,
            name: self.name.to_owned(),
            friendly_name: self.friendly_name.to_owned(),
            unique_name: format!("unq{digits}"),
            url,
            tenant: TENANT,
            kind: self.kind,
            state: self.state,
            environment_id: self.environment_id,
        }
    }

    /// The directory's people as this environment knows them: elsewhere the same person has another row.
    fn users(&self) -> Vec<User> {
        let Some(members) = self.members else { return users() };
        let known = users().into_iter().map(|user| User {
            systemuserid: named_id(&format!("systemuser {} {}", user.name, self.id)),
            in_environment: user.in_environment && members.contains(&user.name),
            ..user
        });
        known.collect()
    }
}

fn part_of(rows: RowCounts) -> RowCounts {
    let part = |count: u32| (count / PART).max(HANDFUL);
    RowCounts { incident: part(rows.incident), account: part(rows.account), contact: part(rows.contact) }
}

/// Where rows are: in the file that was named, and `FILE.<name>` beside it for another environment than the first.
fn data_file(named: Option<&Path>, folder: &Path, other: Option<&str>) -> PathBuf {
    match (named, other) {
        (Some(file), None) => file.to_owned(),
        (Some(file), Some(name)) => {
            let mut path = file.as_os_str().to_owned();
            path.push(".");
            path.push(name);
            path.into()
        }
        (None, other) => folder.join(format!("{}.db", other.unwrap_or("rows"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(options: &Options) -> Environments {
        let roots = (0..COUNT).map(|index| format!("http://127.0.0.1:{index}")).collect();
        Environments::new(options, roots, Path::new("somewhere"), TaskTracker::new())
    }

    #[test]
    fn no_two_environments_are_one_organization() {
        let all = declared(&Options { data: Some("rows.db".into()), ..Options::default() });
        let identity = |environment: &Environment| {
            let organization = environment.organization();
            [
                organization.id.to_string(),
                organization.environment_id.to_string(),
                organization.unique_name.clone(),
                organization.friendly_name.clone(),
                organization.url.clone(),
                environment.config.data.display().to_string(),
                environment.config.seed.to_string(),
            ]
        };
        let identities: Vec<_> = all.iter().map(identity).collect();
        assert_eq!(identities.len(), 4);
        for field in 0..identities[0].len() {
            let mut values: Vec<_> = identities.iter().map(|identity| &identity[field]).collect();
            values.sort();
            values.dedup();
            assert_eq!(values.len(), identities.len(), "{values:?}");
        }
        assert_eq!(all.all[1].config.data, Path::new("rows.db.contoso"));
    }

    #[test]
    fn the_others_have_a_twentieth_of_the_rows_and_a_handful_at_least() {
        let rows = RowCounts { incident: 300, account: 60, contact: 0 };
        let all = declared(&Options { rows, ..Options::default() });
        assert_eq!(all.all[0].config.rows, rows);
        assert_eq!(all.all[2].config.rows, RowCounts { incident: 15, account: 5, contact: 5 });
    }

    #[test]
    fn who_is_in_several_environments_has_another_row_in_each() {
        let all = declared(&Options::default());
        let anna = users().into_iter().find(|user| user.name == "anna").unwrap();
        let mut rows: Vec<_> =
            all.iter().map(|environment| environment.member(anna.oid).unwrap().systemuserid).collect();
        assert_eq!(rows[0], anna.systemuserid);
        rows.sort();
        rows.dedup();
        assert_eq!(rows.len(), 4);
        let norole = users().into_iter().find(|user| user.name == "norole").unwrap();
        let known = all.iter().filter(|environment| environment.member(norole.oid).is_some()).count();
        assert_eq!(known, 1);
    }
}
