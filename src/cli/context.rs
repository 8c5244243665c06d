//! What commands are given: settings and the things made of them.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::time::Duration;

use secrecy::SecretString;
use uuid::Uuid;

use super::signals::Writes;
use super::{CliError, Kind, passphrase};
use crate::auth::vault::{Aside, Choice, Protection, Vault};
use crate::auth::{self, EnvironmentUrl, TokenStore, Tokens};
use crate::config::{Changes, Profiles, Settings};
use crate::dataverse::{Client, Guard, Instance, Retry};
use crate::ops::{self, Expected, environments, sign_in};
use crate::text::harmless;
use crate::{http, logging};

/// Commands that only look around do not wait for a service that has trouble.
const ONCE: Retry = Retry {
    tries: 1,
    first: Duration::from_millis(500),
    longest: Duration::from_secs(1),
    cap: Duration::from_secs(1),
};

/// What a command works with: the settings, and what is made from them when it is asked for.
#[derive(Debug)]
pub struct Context {
    settings: Settings,
    /// What the person said when asked.
    passphrase: OnceLock<SecretString>,
    /// Made once: it knows the key of the file from then on.
    store: OnceLock<TokenStore>,
    writes: Writes,
}

impl Context {
    /// A context of these settings. Nothing is read or connected yet.
    pub fn new(settings: Settings) -> Context {
        Context { settings, passphrase: OnceLock::new(), store: OnceLock::new(), writes: Writes::default() }
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What keeps signals from ending a write half-way.
    pub(super) fn writes(&self) -> &Writes {
        &self.writes
    }

    /// Starts the log, and tells what is odd about the settings. A log that cannot be written stops nothing.
    pub fn start_log(&self) {
        if let Err(error) = logging::to_file(&self.settings.paths.state, self.settings.log.as_deref()) {
            self.note(&format!("no log is kept: {error}"));
        }
        for warning in &self.settings.warnings {
            self.note(warning);
        }
    }

    /// Starts the log of a command that runs on as a server: on standard error.
    pub fn start_server_log(&self) {
        if let Err(error) = logging::to_stderr(self.settings.log.as_deref()) {
            self.note(&format!("no log is kept: {error}"));
        }
    }

    /// Says something beside the output, on standard error.
    pub fn note(&self, text: &str) {
        let _ = writeln!(io::stderr(), "note: {}", harmless(text)); // nowhere left to tell
    }

    /// The environment to work with.
    ///
    /// # Errors
    ///
    /// A usage error when none is given or the address makes no sense.
    pub fn environment(&self) -> Result<EnvironmentUrl, CliError> {
        let Some(url) = &self.settings.url else {
            return Err(CliError::usage("no environment is given")
                .hint("name it with --url contoso.crm4, DV_URL or a profile, or try `dv demo`"));
        };
        EnvironmentUrl::parse(url).map_err(CliError::from)
    }

    /// A client for requests.
    ///
    /// # Errors
    ///
    /// When the certificate file of the settings is of no use.
    pub fn http(&self) -> Result<http::Client, CliError> {
        let options = http::Options { ca_file: self.settings.ca_file.clone() };
        http::client(&options).map_err(CliError::from)
    }

    /// A client of the environment, which is the organization that was meant where one is pinned; that takes one
    /// request. Writes are refused until the environment is known, unless its alias was given.
    ///
    /// # Errors
    ///
    /// As [`Context::environment`] and [`Context::http`], when nobody is signed in, and of kind
    /// [`Kind::Refused`] for another organization or another alias.
    pub async fn client(&self) -> Result<Client, CliError> {
        let (client, expected) = self.unverified_client().await?;
        expected.verify(&client).await?;
        Ok(client)
    }

    /// A client of the environment, and who is signed in there.
    ///
    /// # Errors
    ///
    /// As [`Context::client`].
    pub async fn connect(&self) -> Result<(Client, ops::Identity), CliError> {
        let (client, expected) = self.unverified_client().await?;
        let identity = ops::connect_as(&client, &expected).await?;
        Ok((client, identity))
    }

    async fn unverified_client(&self) -> Result<(Client, Expected), CliError> {
        let environment = self.environment()?;
        let expected = self.expected()?;
        let guard = self.guard(&expected);
        let http = self.http()?;
        let tokens = self.tokens(&http).await?;
        Ok((Client::new(environment, http, tokens, guard), expected))
    }

    /// What the profile knows of the environment, and whether writes to it are unlocked.
    ///
    /// # Errors
    ///
    /// Of kind [`Kind::Refused`] when `--write` names another environment than this one, or
    /// one that is read-only for good.
    pub fn expected(&self) -> Result<Expected, CliError> {
        let Settings { profile, tags, write, .. } = &self.settings;
        if let Some(given) = write {
            self.check_alias(given)?;
        }
        Ok(Expected {
            profile: profile.clone(),
            organization: tags.organization_id,
            production: tags.production,
            unlocked: write.is_some(),
        })
    }

    /// What is typed to unlock writes: the profile's alias or name; without a profile the environment's own name.
    ///
    /// # Errors
    ///
    /// As [`Context::environment`].
    pub fn alias(&self) -> Result<String, CliError> {
        let own = || self.environment().map(|environment| environment.name().to_owned());
        self.settings.alias.clone().map_or_else(own, Ok)
    }

    fn check_alias(&self, given: &str) -> Result<(), CliError> {
        if self.settings.read_only {
            let reason = read_only_reason(&self.settings);
            return Err(CliError::new(Kind::Refused, format!("{reason} --write does not change that.")));
        }
        let alias = self.alias()?;
        if given == alias {
            return Ok(());
        }
        let url = self.environment()?;
        let refused = format!("--write names `{given}`, but {} goes by `{alias}`", url.host());
        Err(CliError::new(Kind::Refused, refused)
            .hint("check which environment this is: `dv env list`")
            .hint(format!("if it is the one you mean: --write {alias}")))
    }

    fn guard(&self, expected: &Expected) -> Guard {
        if self.settings.read_only {
            return Guard::locked(read_only_reason(&self.settings));
        }
        let guard = Guard::new();
        if expected.unlocked {
            guard.open();
        }
        guard
    }

    /// What a sign-in to Global Discovery is asked for.
    ///
    /// # Errors
    ///
    /// A usage error when no address is given and none follows from the environment or the authority.
    pub fn discovery_request(&self) -> Result<auth::Request, CliError> {
        let settings = &self.settings;
        let service = match &settings.discovery {
            Some(given) => EnvironmentUrl::parse(given)?,
            None => {
                let environment = settings.url.as_deref().map(EnvironmentUrl::parse).transpose()?;
                let authority = settings.authority.as_deref().map(auth::Authority::by_hand).transpose()?;
                auth::Cloud::discovery(environment.as_ref(), authority.as_ref()).ok_or_else(|| {
                    CliError::usage("no service is known that lists environments beside this one")
                        .hint("give its address by --discovery URL or DV_DISCOVERY")
                })?
            }
        };
        let asked = self.request_for(service.clone());
        Ok(environments::request(service, &asked))
    }

    /// The environments of the person, from Global Discovery. Asked once, so that nothing waits long.
    ///
    /// # Errors
    ///
    /// As [`Context::discovery_request`], when nobody is signed in there, and when it does not answer.
    pub async fn instances(&self, http: &http::Client) -> Result<Vec<Instance>, CliError> {
        let request = self.discovery_request()?;
        Ok(environments::list(http, &self.store(), &request, ONCE).await?)
    }

    /// The organization behind the address, whatever is pinned. Asked once.
    ///
    /// # Errors
    ///
    /// As [`Context::environment`], when nobody is signed in, and when the environment does not answer.
    pub async fn organization_behind(&self) -> Result<Uuid, CliError> {
        let environment = self.environment()?;
        let http = self.http()?;
        let tokens = self.tokens(&http).await?;
        self.organization_by(environment, http, tokens).await
    }

    async fn organization_by(
        &self,
        environment: EnvironmentUrl,
        http: http::Client,
        tokens: Tokens,
    ) -> Result<Uuid, CliError> {
        let guard = Guard::locked("Only a question is asked here.");
        let client = Client::with_retry(environment, http, tokens, guard, ONCE);
        Ok(client.who_am_i().await?.organization_id)
    }

    /// After a sign-in: the organization must be the one that the profile is pinned to, or is pinned now. That it
    /// cannot be asked is no reason to call the sign-in failed.
    ///
    /// # Errors
    ///
    /// Of kind [`Kind::Refused`] for another organization.
    pub async fn pin(&self, tokens: Tokens) -> Result<(), CliError> {
        let Settings { profile: Some(name), url: Some(_), tags, paths, .. } = &self.settings else {
            return Ok(());
        };
        let environment = self.environment()?;
        if tags.organization_id.is_some() {
            let client = Client::with_retry(
                environment,
                self.http()?,
                tokens,
                Guard::locked("Only a question is asked here."),
                ONCE,
            );
            return match self.expected()?.verify(&client).await {
                Err(other @ ops::Failure::OtherOrganization(_)) => Err(other.into()),
                _ => Ok(()),
            };
        }
        let profiles = Profiles::of(paths);
        let own = profiles.read(name)?.url.and_then(|url| EnvironmentUrl::parse(&url).ok());
        if own.as_ref() != Some(&environment) {
            return Ok(()); // another environment was named than the profile's
        }
        match self.organization_by(environment, self.http()?, tokens).await {
            Ok(found) => {
                let mut changes = Changes::default();
                changes.set("organization_id", found.to_string());
                profiles.change(name, &changes)?;
                self.note(&format!("profile {name} is pinned to organization {found}"));
            }
            Err(error) => tracing::warn!(?error, "the organization could not be asked"),
        }
        Ok(())
    }

    /// The token that was given, the kept sign-in to the environment, or the application's that is at hand.
    ///
    /// # Errors
    ///
    /// As [`Context::environment`], and when nobody is signed in.
    pub async fn tokens(&self, http: &http::Client) -> Result<Tokens, CliError> {
        let request = self.request_for(self.environment()?);
        if let Some(token) = &self.settings.token {
            return Ok(Tokens::fixed(token.clone()));
        }
        let store = self.store();
        let kept = sign_in::kept(http, &store, &request).await?;
        self.note_aside(&store);
        kept.ok_or_else(|| auth::Error::SignInNeeded.into())
    }

    /// What a sign-in is asked for by the settings. Without an environment it is one to the service that lists them.
    ///
    /// # Errors
    ///
    /// As [`Context::environment`] and [`Context::discovery_request`].
    pub fn sign_in_request(&self) -> Result<auth::Request, CliError> {
        if self.settings.url.is_none() {
            return self.discovery_request();
        }
        Ok(self.request_for(self.environment()?))
    }

    fn request_for(&self, environment: EnvironmentUrl) -> auth::Request {
        let settings = &self.settings;
        settings.application.sign_in(auth::Request {
            authority: settings.authority.clone(),
            tenant: settings.tenant.clone(),
            client_id: settings.client_id.clone(),
            scope: settings.scope.clone(),
            version: settings.authority_version,
            account: settings.account.clone(),
            ..auth::Request::new(environment)
        })
    }

    /// The file of tokens.
    pub fn store(&self) -> TokenStore {
        let made = || self.store_protected_by(self.settings.token_store.unwrap_or(Choice::Auto));
        self.store.get_or_init(made).clone()
    }

    /// The file of tokens, with another protection for new sign-ins than the settings say.
    pub fn store_protected_by(&self, choice: Choice) -> TokenStore {
        let passphrase = self.passphrase.get().or(self.settings.token_passphrase.as_ref());
        TokenStore::protected(&self.settings.paths.state, Vault::new(choice, passphrase.cloned()))
    }

    /// Asks for the passphrase of the tokens, if they are or will be sealed with one and a person can be asked. To be
    /// called before [`Context::store`].
    ///
    /// # Errors
    ///
    /// When the person gives none.
    pub async fn ask_passphrase(&self, choice: Option<Choice>) -> Result<(), CliError> {
        let Settings { token, token_passphrase, token_store, paths, .. } = &self.settings;
        if token.is_some() || token_passphrase.is_some() || !io::stdin().is_terminal() {
            return Ok(());
        }
        // What is wrong with the file is said by whoever uses it.
        let protection = TokenStore::in_folder(&paths.state).protection();
        let wanted = choice.or(*token_store) == Some(Choice::Of(Protection::Passphrase));
        let given = match protection {
            Ok(Some(Protection::Passphrase)) => passphrase::ask().await?,
            Ok(None) if wanted => passphrase::ask_new().await?,
            Ok(Some(_)) if choice.is_some() && wanted => passphrase::ask_new().await?,
            _ => return Ok(()),
        };
        let _ = self.passphrase.set(given); // asked once
        Ok(())
    }

    /// Makes sure that the file of tokens can be read, now that something can be said about it.
    ///
    /// # Errors
    ///
    /// As [`TokenStore::open`].
    pub fn check_store(&self) -> Result<(), CliError> {
        let store = self.store();
        store.open()?;
        self.note_aside(&store);
        Ok(())
    }

    /// Tells of a file of tokens that could not be used.
    pub fn note_aside(&self, store: &TokenStore) {
        if let Some(Aside { path: aside, why }) = store.aside() {
            let (path, aside) = (store.path().display(), aside.display());
            self.note(&format!("{path} could not be used, and is set aside as {aside}: {why}"));
        }
    }
}

/// Why nothing may be written, as a sentence.
pub(super) fn read_only_reason(settings: &Settings) -> &'static str {
    match settings.tags.read_only {
        true => "The profile is read-only.",
        false => "Read-only was asked for at the start.",
    }
}
