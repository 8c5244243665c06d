//! What the effects of the core mean in terms of `ops` and the client.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::watch;

use super::Start;
use super::examination::examination;
use super::sign_in_problem::sign_in_problem;
use crate::app::event::{SaveFailure, Saved};
use crate::app::examination::Examination;
use crate::app::layout::Size;
use crate::app::problem::Problem;
use crate::app::session::{self, Identity};
use crate::app::wait::Wait;
use crate::app::{Progress, Reply, Request};
use crate::auth::browser::Wishes;
use crate::auth::{self, EnvironmentUrl, TokenStore, Tokens};
use crate::dataverse::{Client, Error, Guard, Patch, RowQuery, TableName, Waiting};
use crate::http;
use crate::ops::{self, Outcome, doctor, sign_in};

/// The outside world as the runner uses it. Clones share the session.
#[derive(Debug, Clone)]
pub struct Services {
    http: http::Client,
    store: TokenStore,
    request: auth::Request,
    token: Option<SecretString>,
    proxy: Option<doctor::Proxy>,
    terminal: doctor::Terminal,
    client: Arc<watch::Sender<Option<Client>>>,
}

impl Services {
    /// Services for what the program was started with. Nothing is read or connected yet.
    ///
    /// # Errors
    ///
    /// When no environment is named or its address makes no sense, and when the certificate file is of no use.
    pub fn new(start: &Start) -> io::Result<Self> {
        let url = start.url.as_deref().unwrap_or_default();
        let environment = EnvironmentUrl::parse(url).map_err(io::Error::other)?;
        let options = http::Options { ca_file: start.ca_file.clone() };
        Ok(Self {
            http: http::client(&options).map_err(io::Error::other)?,
            store: TokenStore::in_folder(&start.state_folder),
            request: auth::Request {
                environment,
                authority: start.authority.clone(),
                tenant: start.tenant.clone(),
                client_id: start.client_id.clone(),
                scope: start.scope.clone(),
            },
            token: start.token.clone(),
            proxy: start.proxy.clone(),
            terminal: start.terminal.clone(),
            client: Arc::new(watch::Sender::new(None)),
        })
    }

    /// Does the work of a request.
    pub async fn perform(&self, request: Request, progress: impl Fn(Progress) + Send + 'static) -> Reply {
        match request {
            Request::Connect => Reply::Connected(self.connect_as_kept().await),
            Request::SignIn(way) => Reply::SignedIn(self.sign_in(way, progress).await),
            Request::Tables => Reply::Tables(async { self.client()?.tables().await }.await),
            Request::Schema(table) => {
                Reply::Schema(async { self.client()?.table_schema(&table).await.map(Arc::new) }.await)
            }
            Request::Rows(query) => Reply::Rows(async { self.client()?.page(&query).await }.await),
            Request::NextPage(link, query) => {
                Reply::Rows(async { self.client()?.next_page(&link, &query).await }.await)
            }
            Request::Row(set, id) => {
                Reply::Row(async { self.client()?.row(&RowQuery::new(set, id)).await }.await)
            }
            Request::Doctor(tables, size) => Reply::Doctor(self.examine(&tables, size).await),
        }
    }

    /// Examines what stands in the way, with the tokens that requests would be sent with.
    async fn examine(&self, tables: &[TableName], size: Size) -> Examination {
        let tables: Vec<String> = tables.iter().map(ToString::to_string).collect();
        let tokens = match &self.token {
            Some(token) => Ok(Some(Tokens::fixed(token.clone()))),
            None => sign_in::kept(&self.http, &self.store, &self.request),
        };
        let subject = doctor::Subject {
            environment: Some(self.request.environment.clone()),
            // What makes no sense as an authority is told by the sign-in.
            authority: self.request.authority_by_hand().ok().flatten(),
            tokens,
            tables: &tables,
            proxy: self.proxy.clone(),
        };
        let terminal = doctor::Terminal { size: Some((size.width, size.height)), ..self.terminal.clone() };
        examination(doctor::examine(&self.http, &subject, &terminal).await)
    }

    /// Sends a change, and finds out what became of it.
    ///
    /// # Errors
    ///
    /// See [`SaveFailure`].
    pub async fn save(&self, patch: &Patch) -> Result<Saved, SaveFailure> {
        let client = self.client().map_err(|error| SaveFailure::Failed(cause(&error)))?;
        match ops::save(&client, patch).await {
            Outcome::Saved(row) => Ok(Saved { row }),
            Outcome::Conflict { .. } => Err(SaveFailure::Conflict),
            Outcome::Gone(_) => Err(SaveFailure::Gone),
            Outcome::Unknown { error, .. } => Err(SaveFailure::Unknown(cause(&error))),
            Outcome::NotSaved(error) if is_final(&error) => Err(SaveFailure::Refused(cause(&error))),
            Outcome::NotSaved(error) => Err(SaveFailure::Failed(cause(&error))),
        }
    }

    /// Shows an address in the browser of this machine. That none came up is seen by the person at once.
    pub fn open_browser(&self, address: &str) {
        if let Err(error) = open::that_detached(address) {
            tracing::warn!(%error, "no browser was opened");
        }
    }

    /// Connects with the ready token or the kept sign-in; nothing when a person has to sign in.
    async fn connect_as_kept(&self) -> Result<Option<Identity>, Problem> {
        let tokens = match &self.token {
            Some(token) => Some(Tokens::fixed(token.clone())),
            None => sign_in::kept(&self.http, &self.store, &self.request)
                .map_err(|error| sign_in_problem(&error))?,
        };
        let Some(tokens) = tokens else { return Ok(None) };
        match self.connect(tokens).await {
            Ok(identity) => Ok(Some(identity)),
            Err(error) if error.needs_sign_in() && self.token.is_none() => Ok(None),
            Err(error) => Err(self.connect_problem(&error)),
        }
    }

    async fn sign_in(&self, way: session::Way, progress: impl Fn(Progress)) -> Result<Identity, Problem> {
        let way = match way {
            session::Way::DeviceCode => sign_in::Way::DeviceCode,
            session::Way::Browser => sign_in::Way::Browser,
        };
        let news = |news| progress(news_of(news));
        let wishes = Wishes::default();
        let signed_in = sign_in::sign_in(&self.http, &self.store, &self.request, way, &wishes, news)
            .await
            .map_err(|error| sign_in_problem(&error))?;
        self.connect(signed_in.tokens).await.map_err(|error| self.connect_problem(&error))
    }

    /// The first requests with new tokens. Later requests use the same client.
    async fn connect(&self, tokens: Tokens) -> Result<Identity, Error> {
        let environment = self.request.environment.clone();
        let client = Client::new(environment, self.http.clone(), tokens, Guard::new());
        let found = ops::connect(&client).await?;
        let read_only = client.guard().read_only();
        self.client.send_replace(Some(client));
        let host = self.request.environment.host();
        Ok(Identity {
            environment: found.organization.clone().unwrap_or_else(|| host.to_owned()),
            badge: match found.is_production() {
                true => "PROD".to_owned(),
                false => found.kind.word().to_uppercase(),
            },
            production: found.is_production(),
            read_only,
            user: found.user.unwrap_or_else(|| found.user_id.to_string()),
        })
    }

    fn connect_problem(&self, error: &Error) -> Problem {
        let mut problem = Problem::of(&format!("Cannot open {}", self.request.environment.host()), error);
        problem.next = "n try again   b other way   q quit".to_owned();
        problem
    }

    fn client(&self) -> Result<Client, Error> {
        self.client.borrow().clone().ok_or_else(|| auth::Error::SignInNeeded.into())
    }

    /// Tells of every request that waits before it is sent again, and when it no longer does. Never ends by itself.
    pub async fn follow_waits(&self, tell: impl Fn(Option<Wait>)) {
        let mut clients = self.client.subscribe();
        loop {
            let client = clients.borrow_and_update().clone();
            let Some(client) = client else {
                if clients.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let mut waits = client.waiting();
            loop {
                tokio::select! {
                    changed = waits.changed() => match changed {
                        Ok(()) => tell(waits.borrow_and_update().map(wait_of)),
                        Err(_) => return,
                    },
                    _ = clients.changed() => break, // another session
                }
            }
        }
    }
}

fn wait_of(Waiting { until, attempt, reason }: Waiting) -> Wait {
    let left = until.saturating_duration_since(Instant::now());
    let until = Timestamp::now().saturating_add(left).unwrap_or(Timestamp::MAX);
    Wait { until, attempt, reason }
}

fn news_of(news: sign_in::Progress) -> Progress {
    match news {
        sign_in::Progress::Warning(warning) => Progress::Warning(warning),
        sign_in::Progress::Prompt(sign_in::Prompt::DeviceCode {
            verification_uri,
            user_code,
            expires_in,
            may_open,
        }) => Progress::Prompt(session::Prompt::DeviceCode {
            address: verification_uri,
            code: user_code,
            expires: Timestamp::now().saturating_add(expires_in).unwrap_or(Timestamp::MAX),
            may_open,
        }),
        sign_in::Progress::Prompt(sign_in::Prompt::Browser { authorize_url, .. }) => {
            Progress::Prompt(session::Prompt::Browser { address: authorize_url })
        }
    }
}

/// Whether the same change would be refused again: no privilege, or a row that its state makes read-only.
fn is_final(error: &Error) -> bool {
    const READ_ONLY_STATE: &str = "0x8004022e";
    error.is_forbidden() || error.code() == Some(READ_ONLY_STATE)
}

/// Why a save failed. What was to be saved, and what can be done, the core knows better.
fn cause(error: &Error) -> Problem {
    let next = if error.needs_sign_in() { "g e sign in again, then w" } else { "" };
    Problem::new(Problem::of("", error).why).next(next)
}
