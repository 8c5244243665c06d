//! The Dataverse Web API. It is handed requests whose token has been checked and answers them from the store; it
//! knows nothing of sockets, TLS, tokens or faults.

mod access;
mod address;
mod apply;
mod batch;
mod bypass;
mod call;
mod delta;
mod error;
mod expand;
mod fetch;
mod file;
mod format;
mod key;
mod message;
mod metadata;
mod page;
mod prefer;
mod read;
mod related;
mod reply;
mod route;
mod service;
mod shape;
mod touch;
mod write;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;
use http::StatusCode;
use jiff::Timestamp;
use uuid::Uuid;

pub(crate) use file::PICTURE;
pub(crate) use service::VERSION;

use super::odata::uri::QueryString;
use super::schema::Schema;
use super::seed;
use super::store::{Store, redefinitions};
use super::users::User;
use super::{Error, RowCounts};
use access::Principal;
use call::Call;
use error::ApiError;
use prefer::Prefer;
use reply::Reply;

/// `globalmetadataversion` of a new environment; it counts the changes of the definitions.
const METADATA_VERSION: usize = 80_649_578;

/// What the API of one environment is made from.
#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Scheme, host and port, without a slash at the end: the root of every address in an answer.
    pub(crate) root: String,
    /// The file of the rows.
    pub(crate) data: PathBuf,
    pub(crate) seed: u64,
    pub(crate) rows: RowCounts,
    pub(crate) organization: Organization,
    pub(crate) users: Vec<User>,
}

impl Config {
    fn plan(&self) -> seed::Plan<'_> {
        seed::Plan {
            seed: self.seed,
            rows: self.rows,
            users: &self.users,
            organization: self.organization.id,
            organization_name: &self.organization.friendly_name,
        }
    }
}

/// An environment, as `RetrieveCurrentOrganization` and Global Discovery tell of it.
#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) friendly_name: String,
    pub(crate) unique_name: String,
    pub(crate) url: String,
    pub(crate) tenant: Uuid,
    /// `OrganizationType`; 5 is a sandbox.
    pub(crate) kind: i32,
    /// 0 enabled, 1 disabled.
    pub(crate) state: i32,
    pub(crate) environment_id: Uuid,
}

/// Whom a checked token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) oid: Uuid,
    /// The client, when it called for itself and not for a person.
    pub(crate) app_id: Option<Uuid>,
}

#[derive(Debug)]
pub(crate) struct Api {
    environment: Arc<Environment>,
    served: AtomicU64,
}

/// What every request shares.
#[derive(Debug)]
struct Environment {
    config: Config,
    schema: RwLock<Arc<Schema>>,
    store: Store,
}

impl Environment {
    /// The tables as they are now.
    fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Answers requests from now on with other tables.
    fn redefine(&self, schema: Arc<Schema>) {
        *self.schema.write().unwrap_or_else(PoisonError::into_inner) = schema;
    }
}

impl Api {
    /// Opens the store, makes and fills it when it is new. Blocks.
    pub(crate) fn open(config: Config) -> Result<Api, Error> {
        let schema = Schema::standard();
        let store = Store::open(&config.data, &schema, |transaction| seed::fill(transaction, &config.plan()))
            .map_err(|error| Error::Data(Box::new(error)))?;
        let requests = store.read(|connection| redefinitions(connection).map_err(ApiError::from));
        let schema = requests.and_then(|requests| metadata::redone(schema, &requests));
        let schema = schema.map_err(|error| Error::Data(error.message.into()))?;
        let environment = Arc::new(Environment { config, schema: RwLock::new(schema), store });
        Ok(Api { environment, served: AtomicU64::new(0) })
    }

    /// Brings back the rows of the seed. What is being answered meanwhile sees the old rows or the new ones.
    pub(crate) async fn reset(&self) -> Result<(), Error> {
        let environment = Arc::clone(&self.environment);
        let work = tokio::task::spawn_blocking(move || {
            let plan = environment.config.plan();
            let (now, first) = (environment.schema(), Schema::standard());
            environment.store.refill(&now, &first, |transaction| seed::fill(transaction, &plan))?;
            environment.redefine(first);
            Ok::<_, rusqlite::Error>(())
        });
        let done = work.await.map_err(|error| Error::Data(Box::new(error)))?;
        done.map_err(|error| Error::Data(Box::new(error)))
    }

    /// Answers one request under `/api/data/`. The work is done on a blocking thread; when the future is dropped
    /// it is finished all the same, as a server would that lost its client.
    pub(crate) async fn respond(
        &self,
        caller: &Caller,
        request: http::Request<Bytes>,
    ) -> http::Response<Bytes> {
        let served = self.served.fetch_add(1, Ordering::Relaxed);
        let environment = Arc::clone(&self.environment);
        let caller = *caller;
        let work = tokio::task::spawn_blocking(move || answer(&environment, &caller, request));
        let reply = work.await.unwrap_or_else(|error| {
            tracing::error!(%error, "a request could not be answered");
            let error = ApiError::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                0x8004_0216,
                "An unexpected error occurred.",
            );
            Reply::error(&error, false)
        });
        reply.finish(served)
    }
}

fn answer(environment: &Environment, caller: &Caller, request: http::Request<Bytes>) -> Reply {
    let (parts, body) = request.into_parts();
    let prefer = Prefer::of(&parts.headers);
    let annotations = prefer.wants_all();
    let users = &environment.config.users;
    let answered = Principal::of(caller, users, &environment.store, &parts.headers).and_then(|principal| {
        let (version, path) = route::version(parts.uri.path())?;
        let call = Call {
            environment,
            schema: environment.schema(),
            caller: *caller,
            principal,
            root: format!("{}/api/data/{version}", environment.config.root),
            method: parts.method,
            path: path.to_owned(),
            query: QueryString::parse(parts.uri.query().unwrap_or_default())?,
            headers: parts.headers,
            prefer,
            body,
            now: Timestamp::now().as_second(),
            within: None,
            references: None,
        };
        route::answer(&call)
    });
    answered.unwrap_or_else(|error| Reply::error(&error, annotations))
}
