//! What the effects of the core mean in terms of `ops` and the client.

mod attachments;
mod backups;
mod definitions;
mod files;
mod pending_files;
mod writing;

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;

use super::Start;
use super::aim::{Aim, Aims};
use super::examination::examination;
use super::layouts::{self, Change};
use super::places;
use super::sign_in_problem::sign_in_problem;
use super::sign_ins::SignIns;
use super::told::Told;
use crate::app::column_layout::Layouts;
use crate::app::examination::Examination;
use crate::app::layout::Size;
use crate::app::places::{Listed, Tags};
use crate::app::problem::Problem;
use crate::app::secret::Secret;
use crate::app::session::{self, Identity, Place, Writes};
use crate::app::wait::Wait;
use crate::app::zone::Zone;
use crate::app::{Event, Progress, Reply, Request};
use crate::auth::{self, EnvironmentUrl, TokenStore, Tokens};
use crate::config::{Changes, Profiles};
use crate::dataverse::guard::{Moment, UNLOCKED};
use crate::dataverse::{Client, Error, Exchange, Guard, Refused, Retry, RowId, RowQuery, TableName, Waiting};
use crate::http;
use crate::ops::column_layouts::LayoutFile;
use crate::ops::environments::{self, Memory};
use crate::ops::known::Known;
use crate::ops::{self, Failure, OtherOrganization, doctor, sign_in};

/// The outside world as the runner uses it. Clones share the session.
#[derive(Debug, Clone)]
pub struct Services {
    aims: Aims,
    store: TokenStore,
    sign_ins: SignIns,
    /// What came in place of a session.
    refused: Arc<Mutex<Option<Refused>>>,
    memory: Memory,
    known: Known,
    /// Held while something is written there.
    keeping: Arc<tokio::sync::Mutex<()>>,
    layouts: LayoutFile,
    journal_folder: Option<PathBuf>,
    home: Option<PathBuf>,
    profiles: Profiles,
    proxy: Option<doctor::Proxy>,
    terminal: doctor::Terminal,
    client: Arc<watch::Sender<Option<Client>>>,
    /// The newest connection, until the core takes it: what the screens show and where requests go is one thing.
    ready: Arc<Mutex<Option<Client>>>,
    exchanges: Told<Exchange>,
    traces: Told<http::Trace>,
}

/// For what is asked by the way: a service that has trouble is not waited for.
const ONCE: Retry = Retry {
    tries: 1,
    first: Duration::from_millis(500),
    longest: Duration::from_secs(1),
    cap: Duration::from_secs(1),
};

impl Services {
    /// Services for what the program was started with. Nothing is read or connected yet.
    ///
    /// # Errors
    ///
    /// When the address of the environment makes no sense, and when the certificate file is of no use.
    pub fn new(start: &Start) -> io::Result<Self> {
        if let Some(url) = &start.url {
            EnvironmentUrl::parse(url).map_err(io::Error::other)?;
        }
        let options = http::Options { ca_file: start.ca_file.clone() };
        let traces = Told::new();
        let http = http::client(&options).map_err(io::Error::other)?.traced(traces.sender());
        Ok(Self {
            aims: Aims::new(start, http),
            store: start.store.clone(),
            sign_ins: SignIns::new(start.store.clone()),
            refused: Arc::default(),
            memory: Memory::in_folder(&start.cache_folder),
            known: Known::in_folder(&start.cache_folder),
            keeping: Arc::default(),
            layouts: LayoutFile::in_folder(&start.state_folder),
            journal_folder: start.journal.then(|| start.state_folder.clone()),
            home: start.home.clone(),
            profiles: start.profiles.clone(),
            proxy: start.proxy.clone(),
            terminal: start.terminal.clone(),
            client: Arc::new(watch::Sender::new(None)),
            ready: Arc::default(),
            exchanges: Told::new(),
            traces,
        })
    }

    /// The exchanges of all sessions, for the one who takes them first.
    pub fn exchanges(&self) -> Option<UnboundedReceiver<Exchange>> {
        self.exchanges.take()
    }

    /// Other requests: of sign-ins, lists and checks. For the one who takes them first.
    pub fn traces(&self) -> Option<UnboundedReceiver<http::Trace>> {
        self.traces.take()
    }

    /// What connections and sign-ins are to from here on.
    pub fn aim(&self, place: Place) {
        self.aims.set(place);
    }

    /// Gives the sign-in that is under way the address that a browser elsewhere ended at.
    pub fn give_address(&self, address: &Secret) {
        self.sign_ins.give_address(address);
    }

    /// Sends requests to this environment from here on, if that is what was connected last.
    pub fn adopt(&self, address: &str) {
        let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner).take();
        match ready.filter(|client| client.environment().origin() == address) {
            Some(client) => drop(self.client.send_replace(Some(client))),
            None => tracing::error!("no connection was there to be taken"),
        }
    }

    /// Lets writes pass for a while.
    pub fn unlock(&self) {
        if let Some(client) = &*self.client.borrow() {
            client.guard().unlock(Moment::now());
        }
    }

    /// Lets no write pass from here on.
    pub fn lock(&self, reason: &str) {
        if let Some(client) = &*self.client.borrow() {
            client.guard().close(reason);
        }
    }

    /// The environments that are known without asking anybody.
    pub fn places(&self) -> Vec<Listed> {
        places::places(self.aims.service().as_ref(), &self.memory.read(), &self.profiles)
    }

    /// How columns were arranged before, and what a person should know about the file of it.
    pub fn layouts(&self) -> (Layouts, Option<String>) {
        let (kept, said) = self.layouts.read();
        (layouts::layouts(kept), said)
    }

    /// Where staged edits are kept; nothing where they must not be.
    pub fn journal_folder(&self) -> Option<PathBuf> {
        self.journal_folder.clone()
    }

    /// Keeps how columns are arranged. The file is written on a thread of its own.
    ///
    /// # Errors
    ///
    /// Why they are not kept, in words.
    pub async fn keep_layouts(&self, changes: Vec<Change>) -> Result<(), String> {
        let file = self.layouts.clone();
        let kept = tokio::task::spawn_blocking(move || file.keep(layouts::tables(changes))).await;
        kept.unwrap_or_else(|error| Err(format!("Column layouts are not kept: {error}")))
    }

    /// Does the work of a request.
    pub async fn perform(&self, request: Request, progress: impl Fn(Progress) + Send + 'static) -> Reply {
        match request {
            Request::Connect => Reply::Connected(self.connect_as_kept().await),
            Request::SignIn(way) => self.sign_in(way, None, progress).await,
            Request::UseToken(token) => self.sign_in(session::Way::Token, Some(token), progress).await,
            Request::Refused => Reply::Refused(self.refused()),
            Request::Places => Reply::Places(self.list_places().await),
            Request::Tag(place, tags) => Reply::Tagged(self.tag(&place, &tags)),
            Request::Details(address) => Reply::Details(self.details(&address).await),
            Request::SignOut(addresses) => Reply::SignedOut(self.sign_out(&addresses).await),
            Request::Tables => Reply::Tables(self.tables().await),
            Request::Schema(table) => Reply::Schema(self.schema(&table, progress).await),
            Request::Rows(query) => Reply::Rows(async { self.client()?.page(&query).await }.await),
            Request::NextPage(link, query) => {
                Reply::Rows(async { self.client()?.next_page(&link, &query).await }.await)
            }
            Request::Row(set, id) => {
                Reply::Row(async { self.client()?.row(&RowQuery::new(set, id)).await }.await)
            }
            Request::Around(id) => Reply::Around(async { self.client()?.around(id).await }.await),
            Request::Workflows(table) => {
                Reply::Workflows(async { self.client()?.workflows(&table).await }.await)
            }
            Request::Audit(id, since) => Reply::Audit(async { self.client()?.audit(id, since).await }.await),
            Request::Timeline(table, id, known) => {
                Reply::Timeline(async { self.client()?.timeline_of(&table, id, known).await }.await)
            }
            Request::Relationships(table) => self.relationships(table).await,
            Request::CountRelated(wanted) => Reply::RelatedCounted(self.count_related(&wanted).await),
            Request::SaveFile(file, path) => Reply::FileSaved(self.save_file(&file, &path).await),
            Request::ReadFile(path) => {
                let read = self.read_file(&path).await;
                Reply::FileRead(path, read)
            }
            Request::Learn(tables) => Reply::Learned(self.learn(&tables).await),
            Request::FindOut(id, operation) => Reply::FoundOut(id, self.find_out(&operation).await),
            Request::BackUp(rows) => Reply::BackedUp(self.back_up(&rows).await),
            Request::SavePending(file, path) => Reply::PendingSaved(self.save_pending(*file, &path).await),
            Request::LoadPending(path) => Reply::PendingRead(self.load_pending(&path).await),
            Request::RowsByKey(wanted) => {
                Reply::RowsByKey(async { self.client()?.rows_by_key(&wanted).await }.await)
            }
            Request::LookAtFile(path) => Reply::LookedAtFile(self.look_at_file(&path).await),
            Request::Find(search) => Reply::Found(self.find(&search).await),
            Request::Duplicates(table, new) => Reply::Duplicates(self.duplicates(&table, &new).await),
            Request::LookUp(search) => Reply::LookedUp(self.look_up(&search).await),
            Request::QuickFind(schema) => {
                let found = async { self.client()?.quick_find(&schema).await }.await;
                Reply::QuickFind(schema.table.name.clone(), found)
            }
            Request::Views(table) => self.views(table).await,
            Request::Repeat(exchange) => {
                Reply::Repeated(async { self.client()?.repeat(&exchange).await }.await)
            }
            Request::Zone => Reply::Zone(self.zone().await),
            Request::Doctor(tables, size) => Reply::Doctor(self.examine(&tables, size).await),
        }
    }

    /// Examines what stands in the way, with the tokens that requests would be sent with. The list of environments is no
    /// environment: there only the terminal is looked at, and the token.
    async fn examine(&self, tables: &[TableName], size: Size) -> Result<Examination, Problem> {
        let aim = self.aims.now()?;
        let tables: Vec<String> = tables.iter().map(ToString::to_string).collect();
        let tokens = match &aim.token {
            Some(token) => Ok(Some(Tokens::fixed(token.clone()))),
            None => sign_in::kept(&aim.http, &self.store, &aim.request).await,
        };
        let subject = doctor::Subject {
            environment: Some(aim.request.environment.clone()).filter(|_| !aim.is_list),
            // What makes no sense as an authority is told by the sign-in.
            authority: aim.request.authority_by_hand().ok().flatten(),
            tokens,
            tables: &tables,
            proxy: self.proxy.clone(),
            expected: aim.expected.clone(),
        };
        let terminal = doctor::Terminal { size: Some((size.width, size.height)), ..self.terminal.clone() };
        Ok(examination(doctor::examine(&aim.http, &subject, &terminal).await))
    }

    /// Shows an address in the browser of this machine. That none came up is seen by the person at once.
    pub fn open_browser(&self, address: &str) {
        if let Err(error) = open::that_detached(address) {
            tracing::warn!(%error, "no browser was opened");
        }
    }

    /// Connects with the ready token or the kept sign-in; nothing when a person has to sign in.
    async fn connect_as_kept(&self) -> Result<Option<Identity>, Problem> {
        let aim = self.aims.now()?;
        let tokens = match &aim.token {
            Some(token) => Some(Tokens::fixed(token.clone())),
            None => sign_in::kept(&aim.http, &self.store, &aim.request)
                .await
                .map_err(|error| sign_in_problem(&error))?,
        };
        let Some(tokens) = tokens else { return Ok(None) };
        match self.connect(&aim, tokens).await {
            Ok(identity) => Ok(Some(identity)),
            Err(Failure::Dataverse(error)) if error.needs_sign_in() && aim.token.is_none() => Ok(None),
            Err(failure) => Err(connect_problem(&aim, &failure)),
        }
    }

    async fn sign_in(
        &self,
        way: session::Way,
        token: Option<Secret>,
        progress: impl Fn(Progress) + Send + 'static,
    ) -> Reply {
        let aim = match self.aims.now() {
            Ok(aim) => aim,
            Err(problem) => return Reply::SignedIn(Err(problem)),
        };
        let tokens = self.sign_ins.sign_in(&aim, way, token, progress).await.map_err(|error| {
            self.keep_refused(error.refusal().map(|refusal| {
                let what = format!("The sign-in service, status {}", refusal.status);
                Refused::new(what, refusal.body.as_bytes())
            }));
            sign_in_problem(&error)
        });
        match tokens {
            Ok(_) if aim.is_list => Reply::SignedInToList(Ok(())),
            Err(problem) if aim.is_list => Reply::SignedInToList(Err(problem)),
            Ok(tokens) => Reply::SignedIn(
                self.connect(&aim, tokens).await.map_err(|failure| connect_problem(&aim, &failure)),
            ),
            Err(problem) => Reply::SignedIn(Err(problem)),
        }
    }

    /// What a server sent last in place of an answer: the environment, or the sign-in before it.
    fn refused(&self) -> Option<Refused> {
        let of_session = self.client.borrow().as_ref().and_then(Client::refused);
        let before = self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone();
        of_session.into_iter().chain(before).max_by_key(|refused| refused.at)
    }

    fn keep_refused(&self, refused: Option<Refused>) {
        if refused.is_some() {
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = refused;
        }
    }

    /// The first requests with new tokens. Later requests use the same client.
    async fn connect(&self, aim: &Aim, tokens: Tokens) -> Result<Identity, Failure> {
        let environment = aim.request.environment.clone();
        let guard = aim.read_only.map_or_else(Guard::new, Guard::locked);
        let client = Client::new(environment.clone(), aim.http.clone(), tokens, guard);
        client.tell(self.exchanges.sender());
        let found = match ops::connect_as(&client, &aim.expected).await {
            Ok(found) => found,
            Err(failure) => {
                self.keep_refused(client.refused());
                return Err(failure);
            }
        };
        let writes = writes_of(client.guard());
        *self.ready.lock().unwrap_or_else(PoisonError::into_inner) = Some(client);
        if let Err(error) = self.memory.used(&environment, Timestamp::now()) {
            tracing::warn!(%error, "what was opened is not remembered");
        }
        self.pin(aim, &found);
        let kind = if found.is_production() { "PROD".to_owned() } else { found.kind.word().to_uppercase() };
        Ok(Identity {
            address: environment.origin().to_owned(),
            production: found.is_production(),
            environment: found.organization.unwrap_or_else(|| environment.name().to_owned()),
            badge: aim.label.as_ref().map_or_else(|| kind.clone(), |label| format!("{kind} {label}")),
            colour: aim.colour.clone().map(Into::into),
            alias: aim.alias.clone(),
            writes,
            user: found.user.unwrap_or_else(|| found.user_id.to_string()),
            user_id: Some(Box::new(RowId(found.user_id))),
        })
    }

    /// A profile that is opened for the first time is for the organization that it found.
    fn pin(&self, aim: &Aim, found: &ops::Identity) {
        let Some(name) = aim.expected.profile.as_ref().filter(|_| aim.expected.organization.is_none()) else {
            return;
        };
        let url = self.profiles.read(name).ok().and_then(|profile| EnvironmentUrl::parse(&profile.url?).ok());
        if url.as_ref() != Some(&aim.request.environment) {
            return; // the command line named another environment than the profile's
        }
        let mut changes = Changes::default();
        changes.set("organization_id", found.organization_id.to_string());
        if let Err(error) = self.profiles.change(name, &changes) {
            tracing::warn!(%error, "the profile is not pinned");
        }
    }

    /// Lists the environments with the kept sign-in; nothing when a person has to sign in.
    async fn list_places(&self) -> Result<Option<Vec<Listed>>, Problem> {
        let aim = match self.aims.list() {
            Ok(aim) => aim,
            // Profiles are a list too.
            Err(problem) => match self.places() {
                places if places.is_empty() => return Err(problem),
                places => return Ok(Some(places)),
            },
        };
        match environments::list(&aim.http, &self.store, &aim.request, Retry::default()).await {
            Ok(listed) => {
                if let Err(error) = self.memory.keep(&aim.request.environment, &listed) {
                    tracing::warn!(%error, "the list is not remembered");
                }
                let mut remembered = self.memory.read();
                (remembered.service, remembered.instances) =
                    (aim.request.environment.origin().to_owned(), listed);
                let service = Some(&aim.request.environment);
                Ok(Some(places::places(service, &remembered, &self.profiles)))
            }
            Err(error) if error.needs_sign_in() => Ok(None),
            Err(error) => Err(Problem::of("Cannot list your environments", &error)
                .next("r try again   a type an address   q quit")),
        }
    }

    fn tag(&self, place: &Listed, tags: &Tags) -> Result<Vec<Listed>, Problem> {
        let listed = self.memory.read().instances;
        let is_it = |address: &EnvironmentUrl| address.origin() == place.address;
        let instance = listed.iter().find(|one| one.address().is_ok_and(|address| is_it(&address)));
        let organization = instance.and_then(|instance| instance.organization_id);
        places::write_tags(&self.profiles, place, tags, organization).map_err(|why| {
            Problem::new(format!("Not written: what you say of {}.", place.name))
                .why(format!("{why}."))
                .next("e try again   Esc dismiss")
        })?;
        Ok(self.places())
    }

    /// What an environment says of itself and of the person, with the kept sign-in.
    async fn details(&self, address: &str) -> Result<Vec<(String, String)>, Problem> {
        let aim = self.aims.environment(address)?;
        let kept = match &aim.token {
            Some(token) => Some(Tokens::fixed(token.clone())),
            None => sign_in::kept(&aim.http, &self.store, &aim.request)
                .await
                .map_err(|error| sign_in_problem(&error))?,
        };
        let fact = |label: &str, value: String| (label.to_owned(), value);
        let Some(tokens) = kept else {
            return Ok(vec![fact("User", "not signed in there: Enter signs in".into())]);
        };
        let guard = Guard::locked("Only a question is asked here.");
        let client =
            Client::with_retry(aim.request.environment.clone(), aim.http.clone(), tokens, guard, ONCE);
        client.tell(self.exchanges.sender());
        let told = |failure: Failure| {
            let mut problem = connect_problem(&aim, &failure);
            problem.next = "Enter open it   Esc close".to_owned();
            problem
        };
        let found = ops::connect_as(&client, &aim.expected).await.map_err(told)?;
        let mut facts = vec![
            fact("Type", found.kind.word().to_owned()),
            fact("User", found.user.clone().unwrap_or_else(|| "-".to_owned())),
            fact("User id", found.user_id.to_string()),
            fact("Business unit id", found.business_unit_id.to_string()),
            fact("Organization id", found.organization_id.to_string()),
        ];
        if let Ok(roles) = client.roles(found.user_id).await {
            facts.push(fact("Roles", if roles.is_empty() { "none".to_owned() } else { roles.join(", ") }));
        }
        Ok(facts)
    }

    async fn sign_out(&self, addresses: &[String]) -> Result<(), Problem> {
        let listed = addresses.iter().filter_map(|address| EnvironmentUrl::parse(address).ok());
        for environment in listed.chain(self.aims.service()) {
            if let Err(error) = self.known.forget(&environment) {
                tracing::warn!(%error, "the tables are still remembered");
            }
            sign_in::sign_out(&self.store, &environment, None).await.map_err(|error| {
                Problem { what: "Not signed out.".to_owned(), ..sign_in_problem(&error) }.next("Esc dismiss")
            })?;
        }
        if let Err(error) = self.memory.forget() {
            tracing::warn!(%error, "the list is still remembered");
        }
        self.client.send_replace(None);
        Ok(())
    }

    /// The time zone of the person's settings; nothing when that cannot be found out, which is no trouble.
    async fn zone(&self) -> Option<Zone> {
        match async { ops::time_zone(&self.client()?).await }.await {
            Ok(zone) => {
                let (name, rules) = zone.filter(|(name, _)| *name != "Etc/UTC")?;
                Some(Zone { name: name.to_owned(), rules })
            }
            Err(error) => {
                tracing::warn!(%error, "the time zone is not known");
                None
            }
        }
    }

    pub(super) fn client(&self) -> Result<Client, Error> {
        self.client.borrow().clone().ok_or_else(|| auth::Error::SignInNeeded.into())
    }

    /// Renews the session's token before it ends, and tells when only a person can. Never ends by itself.
    pub async fn keep_signed_in(&self, tell: impl Fn(Problem)) {
        let mut clients = self.client.subscribe();
        loop {
            let tokens = clients.borrow_and_update().as_ref().map(|client| client.tokens().clone());
            if let Some(tokens) = tokens {
                tokio::select! {
                    error = tokens.keep_fresh() => {
                        tell(person_needed(&error, tokens.time_left().await.unwrap_or_default()));
                    }
                    changed = clients.changed() => match changed {
                        Ok(()) => continue, // another session
                        Err(_) => return,
                    },
                }
            }
            if clients.changed().await.is_err() {
                return;
            }
        }
    }

    /// Tells of every request that waits before it is sent again, and when it no longer does, and how far a file is that
    /// goes to the server. Never ends by itself.
    pub async fn follow_waits(&self, tell: impl Fn(Event)) {
        let mut clients = self.client.subscribe();
        loop {
            let client = clients.borrow_and_update().clone();
            let Some(client) = client else {
                if clients.changed().await.is_err() {
                    return;
                }
                continue;
            };
            let (mut waits, mut uploads) = (client.waiting(), client.uploading());
            loop {
                tokio::select! {
                    changed = waits.changed() => match changed {
                        Ok(()) => tell(Event::Waiting(waits.borrow_and_update().map(wait_of))),
                        Err(_) => return,
                    },
                    changed = uploads.changed() => match changed {
                        Ok(()) => tell(Event::Uploading(*uploads.borrow_and_update())),
                        Err(_) => return,
                    },
                    _ = clients.changed() => break, // another session
                }
            }
        }
    }
}

/// Why an environment cannot be opened.
fn connect_problem(aim: &Aim, failure: &Failure) -> Problem {
    let host = aim.request.environment.host();
    match failure {
        Failure::Dataverse(error) => {
            let mut problem = Problem::of(&format!("Cannot open {host}"), error);
            problem.next =
                "n try again   b other way   g d look closer   g e environments   q quit".to_owned();
            problem
        }
        Failure::OtherOrganization(other) => {
            let next = other.next().map(|next| format!("{next}   ")).unwrap_or_default();
            Problem::new(format!("{host} is another organization than before."))
                .why(format!("{other}. {}", OtherOrganization::WHY))
                .next(format!("If it is the one you mean: {next}g e environments   q quit"))
        }
    }
}

/// The sign-in cannot go on by itself. Nothing on the screen is lost.
fn person_needed(error: &auth::Error, left: Duration) -> Problem {
    let when = match left.as_secs() {
        0..60 => "now".to_owned(),
        seconds => format!("in {} min", seconds / 60),
    };
    let why = sign_in_problem(error);
    Problem::new(format!("Sign-in needed {when}."))
        .why(format!("{} What is here stays, with all that is pending.", why.what))
        .next("g u sign in again   Esc dismiss")
}

/// What the screens know of a guard.
fn writes_of(guard: &Guard) -> Writes {
    let closed = guard.read_only_at(Moment::now().after(2 * UNLOCKED));
    match (guard.read_only(), closed) {
        (None, None) => Writes::Open,
        (None, Some(reason)) => {
            let until = Timestamp::now().saturating_add(UNLOCKED).unwrap_or(Timestamp::MAX);
            Writes::Unlocked(reason, until)
        }
        (Some(reason), _) if guard.is_locked() => Writes::Locked(reason),
        (Some(reason), _) => Writes::Closed(reason),
    }
}

fn wait_of(Waiting { until, attempt, reason }: Waiting) -> Wait {
    let left = until.saturating_duration_since(Instant::now());
    let until = Timestamp::now().saturating_add(left).unwrap_or(Timestamp::MAX);
    Wait { until, attempt, reason }
}
