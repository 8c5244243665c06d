//! What commands are given: settings and the things made of them.

use std::io::{self, Write};

use super::CliError;
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
}

impl Context {
    /// A context of these settings. Nothing is read or connected yet.
    pub fn new(settings: Settings) -> Context {
        Context { settings }
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
        let kept = sign_in::kept(http, &self.store(), &request)?;
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
            authority: settings.authority.clone(),
            tenant: settings.tenant.clone(),
            client_id: settings.client_id.clone(),
            scope: settings.scope.clone(),
            ..auth::Request::new(self.environment()?)
        })
    }

    /// The file of tokens.
    pub fn store(&self) -> TokenStore {
        TokenStore::in_folder(&self.settings.paths.state)
    }
}
