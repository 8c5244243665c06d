//! `dv env`: the environments of the person, and the profiles that remember them.
//!
//! None of these commands waits: they ask at most once, and what cannot be asked is said. A profile that is broken, or
//! a sign-in that ended, stops only the command that needs it.

mod change;
mod list;

use std::io::Write;

use clap::{Args, Subcommand};

use super::{CliError, Context, Kind, names};
use crate::auth::{EnvironmentUrl, Version};
use crate::config::{Changes, Colour, Environment, Error, Flags, Profiles, Way};

/// List environments, and keep profiles of them
///
/// A profile is a name for an environment, how to sign in there, and how careful to be with it. It is a file without
/// secrets, profiles/NAME.toml in the configuration folder, to be changed by hand or shared as you like.
#[derive(Debug, Args)]
pub(super) struct EnvArgs {
    #[command(subcommand)]
    command: EnvCommand,
}

#[derive(Debug, Subcommand)]
enum EnvCommand {
    /// List the environments that you may enter, and the profiles
    List(list::ListArgs),
    /// Make a profile, with the settings on this command line
    Add(change::AddArgs),
    /// Take a profile when none is named
    Use(change::UseArgs),
    /// Change what a profile says of its environment
    Tag(change::TagArgs),
    /// Remove a profile; its sign-in stays
    Remove(change::RemoveArgs),
}

/// What was given without any profile.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given<'a> {
    pub(super) flags: &'a Flags,
    pub(super) environment: &'a Environment,
}

impl EnvArgs {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// What the settings, the profiles or the service say against it.
    pub(super) async fn run(
        self,
        context: &Context,
        given: Given<'_>,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        match self.command {
            EnvCommand::List(args) => args.run(context, out).await,
            EnvCommand::Add(args) => args.run(given).await,
            EnvCommand::Use(args) => args.run(context),
            EnvCommand::Tag(args) => args.run(context, given).await,
            EnvCommand::Remove(args) => args.run(context),
        }
    }
}

/// What a profile says of its environment, and how one signs in there. An empty text takes a key away.
#[derive(Debug, Args)]
struct TagFlags {
    /// What the screen calls the environment beside its name
    #[arg(long)]
    label: Option<String>,
    /// Colour of its badge: a name such as red or light-blue, or #rrggbb
    #[arg(long, visible_alias = "color")]
    colour: Option<String>,
    /// What is typed to unlock writes, instead of the profile's name
    #[arg(long)]
    alias: Option<String>,
    /// Treat it as production, whatever it says of itself
    #[arg(long, conflicts_with = "no_production")]
    production: bool,
    /// It is no production; counts only where the environment does not say what it is
    #[arg(long)]
    no_production: bool,
    /// Way to sign in: device-code, browser, paste, client-secret, certificate, azure-cli or token
    #[arg(long)]
    way: Option<String>,
    /// User name to sign in with
    #[arg(long, value_name = "USER")]
    account: Option<String>,
}

impl TagFlags {
    /// The changes that these flags and the settings of the command line ask for.
    fn changes(&self, given: &Flags) -> Result<Changes, CliError> {
        let mut changes = Changes::default();
        let url = given.url.as_deref().map(EnvironmentUrl::parse).transpose()?;
        changes.text("url", url.as_ref().map(EnvironmentUrl::origin));
        let texts = [
            ("authority", &given.authority),
            ("tenant", &given.tenant),
            ("client_id", &given.client_id),
            ("scope", &given.scope),
            ("discovery", &given.discovery),
            ("account", &self.account),
            ("label", &self.label),
            ("alias", &self.alias),
        ];
        for (key, value) in texts {
            changes.text(key, value.as_deref());
        }
        let files = [
            ("ca_file", &given.ca_file),
            ("client_secret_file", &given.application.secret_file),
            ("certificate_file", &given.application.certificate),
            ("private_key_file", &given.application.private_key),
        ];
        for (key, file) in files {
            // A name in a profile is beside the profile, one on the command line is where the person stands.
            let file = file.as_ref().map(std::path::absolute).transpose()?;
            changes.text(key, file.map(|file| file.to_string_lossy().into_owned()).as_deref());
        }
        if let Some(version) = given.authority_version {
            let number = match version {
                Version::V1 => 1,
                Version::V2 => 2,
            };
            changes.set("authority_version", number);
        }
        if let Some(way) = self.way.as_deref() {
            match way {
                "" => changes.unset("way"),
                way => changes.set("way", way.parse::<Way>().map_err(CliError::usage)?.as_str()),
            };
        }
        if let Some(colour) = self.colour.as_deref() {
            match colour {
                "" => changes.unset("colour"),
                text => changes.set("colour", text.parse::<Colour>().map_err(CliError::usage)?.as_str()),
            };
        }
        if self.production || self.no_production {
            changes.set("production", self.production);
        }
        if given.read_only {
            changes.set("read_only", true);
        }
        Ok(changes)
    }
}

/// What went wrong with a profile, with the closest names where there is none of this one.
fn told(profiles: &Profiles, error: Error) -> CliError {
    match error {
        Error::NoProfile { name, .. } => {
            let all = profiles.names().unwrap_or_default();
            names::unknown(&format!("there is no profile `{name}`"), &name, all.iter().map(String::as_str))
                .of_kind(Kind::Usage)
                .hint("list them with `dv env list`, or make it: `dv env add NAME URL`")
        }
        Error::ProfileExists { ref name, .. } => {
            let (tag, remove) = (format!("dv env tag {name}"), format!("dv env remove {name}"));
            CliError::from(error).hint(format!("change it with `{tag}`, or remove it first: `{remove}`"))
        }
        error => error.into(),
    }
}
