//! What a connection is to: an address with the profile that is for it, or the service that lists environments.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use secrecy::SecretString;

use super::Start;
use crate::app::problem::Problem;
use crate::app::session::Place;
use crate::auth::{self, Authority, Cloud, EnvironmentUrl};
use crate::config::{Profile, Profiles};
use crate::dataverse::guard::UNLOCKED;
use crate::http;
use crate::ops::{Expected, environments};

/// Everything that is known of a place before it is asked.
#[derive(Debug, Clone)]
pub(super) struct Aim {
    /// It is the service that lists environments.
    pub(super) is_list: bool,
    pub(super) request: auth::Request,
    pub(super) http: http::Client,
    /// A ready token that is for this place.
    pub(super) token: Option<SecretString>,
    pub(super) expected: Expected,
    pub(super) alias: String,
    pub(super) label: Option<String>,
    pub(super) colour: Option<String>,
    /// Why nothing is ever written there.
    pub(super) read_only: Option<&'static str>,
}

/// The places of a session. Clones share what is aimed at.
#[derive(Debug, Clone)]
pub(super) struct Aims {
    start: Arc<Start>,
    http: http::Client,
    began: Instant,
    now: Arc<Mutex<Place>>,
}

impl Aims {
    /// Aims at the environment that the program was started with, or else at the list.
    pub(super) fn new(start: &Start, http: http::Client) -> Aims {
        let now = start.url.clone().map_or(Place::List, Place::Environment);
        Aims { start: Arc::new(start.clone()), http, began: Instant::now(), now: Arc::new(Mutex::new(now)) }
    }

    /// Aims elsewhere from here on.
    pub(super) fn set(&self, place: Place) {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }

    /// What is aimed at now.
    ///
    /// # Errors
    ///
    /// For an address that makes no sense, and when nothing is known that lists environments.
    pub(super) fn now(&self) -> Result<Aim, Problem> {
        let place = self.now.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match place {
            Place::List => self.list(),
            Place::Environment(address) => self.environment(&address),
        }
    }

    /// The service that lists environments.
    ///
    /// # Errors
    ///
    /// When none is known: it was not given, and the environment is in no cloud.
    pub(super) fn list(&self) -> Result<Aim, Problem> {
        let start = &self.start;
        let service = self.service().ok_or_else(|| {
            Problem::new("No service is known that lists environments beside this one.")
                .why("Its address follows from the cloud of an environment, or is given at the start: --discovery.")
                .next("a type an address   Esc back")
        })?;
        let asked = auth::Request {
            authority: start.authority.clone(),
            tenant: start.tenant.clone(),
            client_id: start.client_id.clone(),
            ..auth::Request::new(service.clone())
        };
        Ok(Aim {
            is_list: true,
            request: environments::request(service, &asked),
            http: self.http.clone(),
            token: None,
            expected: Expected::default(),
            alias: String::new(),
            label: None,
            colour: None,
            read_only: None,
        })
    }

    /// Where environments are listed.
    pub(super) fn service(&self) -> Option<EnvironmentUrl> {
        let start = &self.start;
        if let Some(given) = &start.discovery {
            return EnvironmentUrl::parse(given).ok();
        }
        let environment = start.url.as_deref().and_then(|url| EnvironmentUrl::parse(url).ok());
        let authority = start.authority.as_deref().and_then(|text| Authority::by_hand(text).ok());
        Cloud::discovery(environment.as_ref(), authority.as_ref())
    }

    /// An environment, with what its profile says.
    ///
    /// # Errors
    ///
    /// For an address that makes no sense, and certificates that cannot be read.
    pub(super) fn environment(&self, address: &str) -> Result<Aim, Problem> {
        let start = &self.start;
        let environment = EnvironmentUrl::parse(address).map_err(|error| {
            Problem::new("That is no address of an environment.")
                .why(format!("{error}. It looks like contoso.crm4 or https://contoso.crm4.dynamics.com."))
                .next("a another address   Esc dismiss")
        })?;
        let at_start = start.url.as_deref().and_then(|url| EnvironmentUrl::parse(url).ok());
        if at_start.as_ref() == Some(&environment) {
            return Ok(self.environment_at_start(environment));
        }
        match profile_of(&start.profiles, &environment, None) {
            Some((name, profile)) => self.environment_of_profile(environment, name, profile),
            None => Ok(self.environment_without_profile(environment)),
        }
    }

    /// The environment of the command line: its settings are laid over each other already.
    fn environment_at_start(&self, environment: EnvironmentUrl) -> Aim {
        let start = &self.start;
        // As the profile is now: it may have been written since.
        let (profile, tags, alias) = match profile_of(&start.profiles, &environment, start.profile.as_deref())
        {
            Some((name, Profile { tags, .. })) => {
                let alias = tags.alias.clone().unwrap_or_else(|| name.clone());
                (Some(name), tags, Some(alias))
            }
            None => (start.profile.clone(), start.tags.clone(), start.alias.clone()),
        };
        Aim {
            is_list: false,
            http: self.http.clone(),
            token: start.token.clone(),
            expected: Expected {
                profile,
                organization: tags.organization_id,
                production: tags.production,
                unlocked: start.unlocked && self.began.elapsed() < UNLOCKED,
            },
            alias: alias.unwrap_or_else(|| environment.name().to_owned()),
            read_only: self.read_only(tags.read_only),
            label: tags.label,
            colour: tags.colour.map(|colour| colour.as_str().to_owned()),
            request: start.application.sign_in(auth::Request {
                authority: start.authority.clone(),
                tenant: start.tenant.clone(),
                client_id: start.client_id.clone(),
                scope: start.scope.clone(),
                version: start.authority_version,
                account: start.account.clone(),
                ..auth::Request::new(environment)
            }),
        }
    }

    fn environment_of_profile(
        &self,
        environment: EnvironmentUrl,
        name: String,
        profile: Profile,
    ) -> Result<Aim, Problem> {
        let given = &self.start.given;
        let http = match &profile.ca_file {
            Some(_) => {
                let options = http::Options { ca_file: profile.ca_file.clone() };
                let http = http::client(&options).map_err(|error| {
                    Problem::new(format!("Profile {name} cannot be used."))
                        .why(format!("{error}."))
                        .next("Esc dismiss")
                })?;
                http.traced_like(&self.http)
            }
            None => self.http.clone(),
        };
        let application = self.start.application.for_profile(&profile);
        let tags = profile.tags;
        Ok(Aim {
            is_list: false,
            http,
            token: None,
            alias: tags.alias.unwrap_or_else(|| name.clone()),
            expected: Expected {
                profile: Some(name),
                organization: tags.organization_id,
                production: tags.production,
                unlocked: false,
            },
            label: tags.label,
            colour: tags.colour.map(|colour| colour.as_str().to_owned()),
            read_only: self.read_only(tags.read_only),
            request: application.sign_in(auth::Request {
                authority: given.authority.clone().or(profile.authority),
                tenant: given.tenant.clone().or(profile.tenant),
                client_id: given.client_id.clone().or(profile.client_id),
                scope: profile.scope,
                version: profile.authority_version.unwrap_or_default(),
                account: profile.account,
                ..auth::Request::new(environment)
            }),
        })
    }

    /// One that nobody has said anything of: as the session began.
    fn environment_without_profile(&self, environment: EnvironmentUrl) -> Aim {
        let start = &self.start;
        Aim {
            is_list: false,
            http: self.http.clone(),
            token: None,
            expected: Expected::default(),
            alias: environment.name().to_owned(),
            label: None,
            colour: None,
            read_only: self.read_only(false),
            request: start.application.sign_in(auth::Request {
                authority: start.authority.clone(),
                tenant: start.tenant.clone(),
                client_id: start.client_id.clone(),
                version: start.authority_version,
                ..auth::Request::new(environment)
            }),
        }
    }

    fn read_only(&self, by_profile: bool) -> Option<&'static str> {
        match (by_profile, self.start.read_only) {
            (true, _) => Some("The profile is read-only."),
            (_, true) => Some("Read-only was asked for at the start."),
            _ => None,
        }
    }
}

/// The profile that is for an environment; of several the one of this name, or else the first by name.
pub(super) fn profile_of(
    profiles: &Profiles,
    environment: &EnvironmentUrl,
    rather: Option<&str>,
) -> Option<(String, Profile)> {
    let is_of = |profile: &Profile| {
        let url = profile.url.as_deref().and_then(|url| EnvironmentUrl::parse(url).ok());
        url.as_ref() == Some(environment)
    };
    let all = profiles.all().unwrap_or_default();
    let mut fitting: Vec<(String, Profile)> = all
        .into_iter()
        .filter_map(|(name, profile)| Some((name, profile.ok()?)))
        .filter(|(_, profile)| is_of(profile))
        .collect();
    let at = fitting.iter().position(|(name, _)| Some(name.as_str()) == rather).unwrap_or(0);
    (at < fitting.len()).then(|| fitting.swap_remove(at))
}
