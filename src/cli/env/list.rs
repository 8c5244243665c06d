//! `dv env list`

use std::io::{BufWriter, Write};

use clap::Args;
use serde::Serialize;
use uuid::Uuid;

use crate::auth::EnvironmentUrl;
use crate::cli::output::{Columns, json_line};
use crate::cli::{CliError, Context, Kind};
use crate::config::{Profile, Profiles};
use crate::dataverse::Instance;

/// List the environments that you may enter, and the profiles
///
/// Global Discovery is asked with the kept sign-in. Profiles that it does not list are listed too, also when it cannot
/// be asked.
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// An environment that is listed, a profile that is not, or both in one.
#[derive(Serialize)]
struct Line<'a> {
    name: Option<&'a str>,
    unique_name: Option<&'a str>,
    url: Option<String>,
    organization_id: Option<Uuid>,
    environment_id: Option<&'a str>,
    tenant_id: Option<&'a str>,
    /// `sandbox`, `trial`, `developer`, `production` or `unknown`, by what the environment says of itself.
    r#type: Option<&'static str>,
    state: Option<&'static str>,
    region: Option<&'a str>,
    version: Option<&'a str>,
    profiles: Vec<&'a str>,
    /// The profile that is taken when none is named is one of them.
    usual: bool,
    /// Global Discovery lists it.
    listed: bool,
}

impl ListArgs {
    /// Runs the command and writes to `out`.
    ///
    /// # Errors
    ///
    /// When the environments could not be listed; the profiles are printed all the same.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let profiles = Profiles::of(&context.settings().paths);
        let usual = profiles.usual()?;
        let mut known: Vec<(String, Profile)> = vec![];
        for (name, profile) in profiles.all()? {
            match profile {
                Ok(profile) => known.push((name, profile)),
                Err(error) => {
                    context.note(&format!("profile {name} is left out: {error}"));
                    known.push((name, Profile::default()));
                }
            }
        }
        let listed = match context.http() {
            Ok(http) => context.instances(&http).await,
            Err(error) => Err(error),
        };
        let lines = lines(listed.as_deref().unwrap_or_default(), &known, usual.as_deref());
        let mut out = BufWriter::new(out);
        match self.json {
            true => lines.iter().try_for_each(|line| json_line(&mut out, line))?,
            false => table(&lines).write(&mut out)?,
        }
        out.flush()?;
        drop(out);
        listed.map(|_| ()).map_err(|error| match error.kind() {
            Kind::SignIn => {
                error.note("only the profiles are listed: nobody is signed in to Global Discovery")
            }
            _ => error.note("only the profiles are listed"),
        })
    }
}

fn lines<'a>(
    listed: &'a [Instance],
    profiles: &'a [(String, Profile)],
    usual: Option<&str>,
) -> Vec<Line<'a>> {
    let mut unlisted: Vec<&(String, Profile)> = profiles.iter().collect();
    let mut lines = vec![];
    for instance in listed {
        let own = |profile: &Profile| is_of(profile, instance);
        let names: Vec<&str> =
            profiles.iter().filter(|(_, profile)| own(profile)).map(|(name, _)| name.as_str()).collect();
        unlisted.retain(|(_, profile)| !own(profile));
        lines.push(Line {
            name: Some(instance.name.as_str()).filter(|name| !name.is_empty()),
            unique_name: instance.unique_name.as_deref(),
            url: Some(
                instance.address().map_or_else(|_| instance.url.clone(), |url| url.origin().to_owned()),
            ),
            organization_id: instance.organization_id,
            environment_id: instance.environment_id.as_deref(),
            tenant_id: instance.tenant_id.as_deref(),
            r#type: Some(instance.kind.word()),
            state: Some(if instance.is_disabled() { "disabled" } else { "enabled" }),
            region: instance.region.as_deref(),
            version: instance.version.as_deref(),
            usual: names.iter().any(|name| Some(*name) == usual),
            profiles: names,
            listed: true,
        });
    }
    lines.extend(unlisted.into_iter().map(|(name, profile)| Line {
        name: None,
        unique_name: None,
        url: profile.url.as_deref().map(|url| {
            EnvironmentUrl::parse(url).map_or_else(|_| url.to_owned(), |url| url.origin().to_owned())
        }),
        organization_id: profile.tags.organization_id,
        environment_id: None,
        tenant_id: None,
        r#type: None,
        state: None,
        region: None,
        version: None,
        profiles: vec![name],
        usual: Some(name.as_str()) == usual,
        listed: false,
    }));
    lines
}

fn is_of(profile: &Profile, instance: &Instance) -> bool {
    let url = profile.url.as_deref().and_then(|url| EnvironmentUrl::parse(url).ok());
    url.is_some_and(|url| instance.address().is_ok_and(|address| address == url))
}

fn table(lines: &[Line<'_>]) -> Columns {
    let mut columns =
        Columns::with_headings(&["Profile", "Name", "Type", "State", "Region", "Version", "Address"]);
    for line in lines {
        let mut profiles = line.profiles.join(", ");
        if line.usual {
            profiles.push('*');
        }
        columns.push(&[
            if profiles.is_empty() { "-" } else { &profiles },
            line.name.unwrap_or("-"),
            line.r#type.unwrap_or("-"),
            line.state.unwrap_or("not listed"),
            line.region.unwrap_or("-"),
            line.version.unwrap_or("-"),
            line.url.as_deref().unwrap_or("-"),
        ]);
    }
    columns
}
