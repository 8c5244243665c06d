//! `dv env add`, `use`, `tag` and `remove`

use std::io::{self, Write};

use clap::Args;
use uuid::Uuid;

use super::{Given, TagFlags, told};
use crate::auth::EnvironmentUrl;
use crate::cli::{CliError, Context};
use crate::config::{Flags, Profiles, Settings};
use crate::dataverse::Instance;
use crate::text::harmless;

/// Make a profile, with the settings on this command line
///
/// What flags and variables say of authority, tenant, application and certificates goes into it. The organization
/// behind the address is pinned when somebody is signed in there or to Global Discovery, and otherwise at the first
/// sign-in with the profile.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// Name of the profile
    name: String,
    /// The environment, such as contoso.crm4; --url and DV_URL name it as well
    #[arg(value_name = "URL")]
    address: Option<String>,
    #[command(flatten)]
    tags: TagFlags,
}

/// Take a profile when none is named
#[derive(Debug, Args)]
pub(super) struct UseArgs {
    /// Name of the profile
    name: String,
}

/// Change what a profile says of its environment
///
/// An empty text takes a value away, as in --label "".
#[derive(Debug, Args)]
pub(super) struct TagArgs {
    /// Name of the profile
    name: String,
    #[command(flatten)]
    tags: TagFlags,
    /// Allow writes through the profile again
    #[arg(long, conflicts_with = "read_only")]
    no_read_only: bool,
    /// Pin the organization that is behind the address now
    #[arg(long)]
    repin: bool,
}

/// Remove a profile; its sign-in stays
#[derive(Debug, Args)]
pub(super) struct RemoveArgs {
    /// Name of the profile
    name: String,
}

impl AddArgs {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// Usage errors for names, addresses and values that make no sense, and for a name that is taken.
    pub(super) async fn run(self, given: Given<'_>) -> Result<(), CliError> {
        let settings = Settings::without_profile(given.flags.clone(), given.environment)?;
        let profiles = Profiles::of(&settings.paths);
        let name = &self.name;
        profiles.check_new(name).map_err(|error| told(&profiles, error))?;
        let Some(url) = self.address.as_ref().or(settings.url.as_ref()) else {
            return Err(CliError::usage("no address is given")
                .hint(format!("name the environment: `dv env add {name} contoso.crm4`"))
                .hint("list those that you may enter: `dv env list`"));
        };
        let environment = EnvironmentUrl::parse(url)?;
        let asked = Flags {
            url: Some(environment.origin().to_owned()),
            read_only: given.flags.read_only,
            // What holds anyway is not written down.
            authority_version: given.flags.authority_version,
            ..Flags::from(&settings)
        };
        let mut changes = self.tags.changes(&asked)?;
        let context = Context::new(Settings { url: Some(url.clone()), ..settings.clone() });
        let pin = pin_of(&context, &environment).await;
        if let Some(pin) = pin {
            changes.set("organization_id", pin.to_string());
        }
        let path = profiles.add(name, &changes).map_err(|error| told(&profiles, error))?;
        let mut err = io::stderr().lock();
        writeln!(err, "Added {name}: {environment} ({}).", harmless(&path.display().to_string()))?;
        match pin {
            Some(pin) => writeln!(err, "It is pinned to organization {pin}.")?,
            None => writeln!(
                err,
                "Its organization is not known yet: it is pinned at the first `dv --profile {name} login`."
            )?,
        }
        Ok(())
    }
}

/// The organization behind an address, asked of the environment with the sign-in that is there, then of Global
/// Discovery. Each is asked once.
async fn pin_of(context: &Context, environment: &EnvironmentUrl) -> Option<Uuid> {
    match context.organization_behind().await {
        Ok(found) => return Some(found),
        Err(error) => tracing::debug!(?error, "the environment did not say which organization it is"),
    }
    let listed = context.instances(&context.http().ok()?).await.ok()?;
    let is_it = |instance: &&Instance| instance.address().is_ok_and(|address| address == *environment);
    listed.iter().find(is_it)?.organization_id
}

impl UseArgs {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// A usage error when there is no such profile.
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        let profiles = Profiles::of(&context.settings().paths);
        profiles.take_usually(&self.name).map_err(|error| told(&profiles, error))?;
        writeln!(io::stderr(), "{} is taken from now on when no profile is named.", self.name)?;
        Ok(())
    }
}

impl TagArgs {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// A usage error when there is no such profile or nothing to change, and a sign-in error when the organization is
    /// to be pinned and nobody is signed in.
    pub(super) async fn run(self, context: &Context, given: Given<'_>) -> Result<(), CliError> {
        let profiles = Profiles::of(&context.settings().paths);
        let name = &self.name;
        let profile = profiles.read(name).map_err(|error| told(&profiles, error))?;
        // Variables are not meant for whatever profile is tagged; flags are.
        let mut changes = self.tags.changes(given.flags)?;
        if self.no_read_only {
            changes.unset("read_only");
        }
        let mut said = vec![];
        if given.flags.url.is_some() && !self.repin && profile.tags.organization_id.is_some() {
            changes.unset("organization_id");
            said.push(
                "Its organization is pinned anew at the next sign-in: the address is another.".to_owned(),
            );
        }
        if self.repin {
            let url = given.flags.url.clone().or(profile.url.clone());
            let flags = Flags { profile: Some(name.clone()), url, ..given.flags.clone() };
            let context = Context::new(Settings::resolve(flags, given.environment)?);
            let found = context.organization_behind().await?;
            said.push(match profile.tags.organization_id {
                Some(before) if before == found => format!("It is pinned to {found}, as before."),
                Some(before) => format!("It is pinned to {found} now, no longer to {before}."),
                None => format!("It is pinned to {found}."),
            });
            changes.set("organization_id", found.to_string());
        }
        if changes.is_empty() {
            return Err(CliError::usage("nothing to change is named")
                .hint("what can be changed: `dv env tag --help`"));
        }
        profiles.change(name, &changes).map_err(|error| told(&profiles, error))?;
        if self.tags.no_production {
            said.push("An environment that says that it is production stays so all the same.".to_owned());
        }
        let mut err = io::stderr().lock();
        writeln!(err, "Changed {name}.")?;
        said.iter().try_for_each(|line| writeln!(err, "{line}"))?;
        Ok(())
    }
}

impl RemoveArgs {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// A usage error when there is no such profile.
    pub(super) fn run(self, context: &Context) -> Result<(), CliError> {
        let profiles = Profiles::of(&context.settings().paths);
        let name = &self.name;
        let url = profiles.read(name).ok().and_then(|profile| profile.url);
        let was_usual = profiles.remove(name).map_err(|error| told(&profiles, error))?;
        let mut err = io::stderr().lock();
        writeln!(err, "Removed {name}.")?;
        if let Some(url) = url {
            writeln!(
                err,
                "A sign-in to it, if one is kept, stays: `dv --url {} logout` forgets it.",
                harmless(&url)
            )?;
        }
        if was_usual {
            writeln!(err, "No profile is taken by itself any more: `dv env use NAME` chooses one.")?;
        }
        Ok(())
    }
}
