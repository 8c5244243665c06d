//! What commands are given: settings and the things made of them.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use secrecy::SecretString;

use super::{CliError, passphrase};
use crate::auth::vault::{Aside, Choice, Protection, Vault};
use crate::auth::{self, EnvironmentUrl, TokenStore, Tokens};
use crate::config::Settings;
use crate::dataverse::{Client, Guard};
use crate::ops::sign_in;
use crate::text::harmless;
use crate::{http, logging};

/// What a command works with: the settings, and what is made from them when it is asked for.
#[derive(Debug)]
pub struct Context {
    settings: Settings,
    /// What the person said when asked.
    passphrase: OnceLock<SecretString>,
    /// Made once: it knows the key of the file from then on.
    store: OnceLock<TokenStore>,
}

impl Context {
    /// A context of these settings. Nothing is read or connected yet.
    pub fn new(settings: Settings) -> Context {
        Context { settings, passphrase: OnceLock::new(), store: OnceLock::new() }
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
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

    /// A client of the environment. Nothing is connected yet, and writes are refused until the environment is known.
    ///
    /// # Errors
    ///
    /// As [`Context::environment`] and [`Context::http`], and when nobody is signed in.
    pub fn client(&self) -> Result<Client, CliError> {
        let http = self.http()?;
        let tokens = self.tokens(&http)?;
        Ok(Client::new(self.environment()?, http, tokens, Guard::new()))
    }

    /// The token that was given, or the kept sign-in to the environment.
    ///
    /// # Errors
    ///
    /// As [`Context::environment`], and when nobody is signed in.
    pub fn tokens(&self, http: &http::Client) -> Result<Tokens, CliError> {
        let request = self.sign_in_request()?;
        if let Some(token) = &self.settings.token {
            return Ok(Tokens::fixed(token.clone()));
        }
        let store = self.store();
        let kept = sign_in::kept(http, &store, &request)?;
        self.note_aside(&store);
        kept.ok_or_else(|| auth::Error::SignInNeeded.into())
    }

    /// What a sign-in is asked for by the settings.
    ///
    /// # Errors
    ///
    /// As [`Context::environment`].
    pub fn sign_in_request(&self) -> Result<auth::Request, CliError> {
        let settings = &self.settings;
        Ok(auth::Request {
            environment: self.environment()?,
            authority: settings.authority.clone(),
            tenant: settings.tenant.clone(),
            client_id: settings.client_id.clone(),
            scope: settings.scope.clone(),
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
