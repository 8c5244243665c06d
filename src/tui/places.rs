//! The list of environments as the screens show it: what the service listed, profiles, and what was opened before.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::app::places::{Listed, Tags};
use crate::auth::EnvironmentUrl;
use crate::config::{self, Changes, Colour, Profile, Profiles};
use crate::dataverse::{EnvironmentKind, Instance};
use crate::ops::Expected;
use crate::ops::environments::Remembered;

/// Everything that is known without asking anybody; the last opened first, then by name. `service` is the one whose
/// list counts.
pub(super) fn places(
    service: Option<&EnvironmentUrl>,
    remembered: &Remembered,
    profiles: &Profiles,
) -> Vec<Listed> {
    let mut profiles: Vec<(String, Profile)> = profiles
        .all()
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, profile)| Some((name, profile.ok()?)))
        .collect();
    let is_own = service.is_some_and(|service| service.origin() == remembered.service);
    let instances = if is_own { &remembered.instances[..] } else { &[] };
    let mut places: Vec<Listed> = vec![];
    for instance in instances {
        let address = instance.address().ok();
        let profile = address.as_ref().and_then(|address| take_profile(&mut profiles, address));
        places.push(listed(instance, address, profile));
    }
    for (name, profile) in profiles {
        let Some(address) = profile.url.as_deref().and_then(|url| EnvironmentUrl::parse(url).ok()) else {
            continue;
        };
        if places.iter().all(|place| place.address != address.origin()) {
            places.push(unlisted(&address, Some((name, profile))));
        }
    }
    for address in remembered.used.keys().filter_map(|origin| EnvironmentUrl::parse(origin).ok()) {
        // Ports of this machine are soon somebody else's.
        let is_lasting = address.origin().starts_with("https://");
        if is_lasting && places.iter().all(|place| place.address != address.origin()) {
            places.push(unlisted(&address, None));
        }
    }
    sort(&mut places, &remembered.used);
    places
}

fn sort(places: &mut [Listed], used: &BTreeMap<String, Timestamp>) {
    for place in &mut *places {
        place.used = used.get(&place.address).copied();
    }
    places.sort_by_cached_key(|place| {
        (std::cmp::Reverse(place.used), place.name.to_lowercase(), place.address.clone())
    });
}

fn take_profile(
    profiles: &mut Vec<(String, Profile)>,
    address: &EnvironmentUrl,
) -> Option<(String, Profile)> {
    let is_of = |(_, profile): &(String, Profile)| {
        profile.url.as_deref().and_then(|url| EnvironmentUrl::parse(url).ok()).as_ref() == Some(address)
    };
    profiles.iter().position(is_of).map(|at| profiles.remove(at))
}

fn listed(
    instance: &Instance,
    address: Option<EnvironmentUrl>,
    profile: Option<(String, Profile)>,
) -> Listed {
    let short = address.as_ref().map_or_else(|| instance.url.clone(), |address| address.short().to_owned());
    let name = [Some(&instance.name), instance.url_name.as_ref()];
    let name = name.into_iter().flatten().find(|name| !name.is_empty()).unwrap_or(&short).clone();
    let (mut facts, address) =
        (vec![], address.map_or_else(|| instance.url.clone(), |address| address.origin().to_owned()));
    facts.push(("Address", address.clone()));
    let texts = [
        ("Unique name", instance.unique_name.clone()),
        ("Organization id", instance.organization_id.map(|id| id.to_string())),
        ("Environment id", instance.environment_id.clone()),
        ("Tenant id", instance.tenant_id.clone()),
        ("Region", instance.region.clone()),
        ("Version", instance.version.clone()),
    ];
    facts.extend(texts.into_iter().filter_map(|(label, text)| Some((label, text?))));
    let place = Listed {
        address,
        short,
        name,
        disabled: instance.is_disabled(),
        listed: true,
        region: instance.region.clone().unwrap_or_default(),
        version: instance.version.clone().unwrap_or_default(),
        facts,
        ..Listed::default()
    };
    with_profile(place, instance.kind, profile)
}

fn unlisted(address: &EnvironmentUrl, profile: Option<(String, Profile)>) -> Listed {
    let place = Listed {
        address: address.origin().to_owned(),
        short: address.short().to_owned(),
        name: profile.as_ref().map_or_else(|| address.name().to_owned(), |(name, _)| name.clone()),
        facts: vec![("Address", address.origin().to_owned())],
        ..Listed::default()
    };
    with_profile(place, EnvironmentKind::UNKNOWN, profile)
}

fn with_profile(mut place: Listed, kind: EnvironmentKind, profile: Option<(String, Profile)>) -> Listed {
    let (profile, tags) =
        profile.map_or((None, config::Tags::default()), |(name, profile)| (Some(name), profile.tags));
    if let Some(name) = &profile {
        place.facts.push(("Profile", name.clone()));
    }
    if let Some(pin) = tags.organization_id {
        place.facts.push(("Pinned to", pin.to_string()));
    }
    let expected = Expected { production: tags.production, ..Expected::default() };
    Listed {
        kind: if kind.is_known() { kind.word() } else { "unknown" },
        production: expected.is_production(kind),
        profile,
        tags: Tags {
            label: tags.label.unwrap_or_default(),
            colour: tags.colour.map(|colour| colour.as_str().to_owned()).unwrap_or_default(),
            alias: tags.alias.unwrap_or_default(),
            production: tags.production,
            read_only: tags.read_only,
        },
        ..place
    }
}

/// Writes what a person says of an environment into its profile. One that has none gets one, pinned to the
/// organization that the service named.
///
/// # Errors
///
/// A sentence: a colour that is none, or a file that cannot be written.
pub(super) fn write_tags(
    profiles: &Profiles,
    place: &Listed,
    tags: &Tags,
    organization: Option<uuid::Uuid>,
) -> Result<(), String> {
    let mut changes = Changes::default();
    if !tags.colour.is_empty() {
        tags.colour.parse::<Colour>()?;
    }
    let colour = tags.colour.to_lowercase();
    changes.text("label", Some(&tags.label)).text("colour", Some(&colour)).text("alias", Some(&tags.alias));
    match tags.production {
        Some(production) => changes.set("production", production),
        None => changes.unset("production"),
    };
    match tags.read_only {
        true => changes.set("read_only", true),
        false => changes.unset("read_only"),
    };
    let told = |error: config::Error| error.to_string();
    if let Some(name) = &place.profile {
        return profiles.change(name, &changes).map_err(told);
    }
    let mut all = Changes::default();
    all.set("url", place.address.as_str());
    if let Some(organization) = organization {
        all.set("organization_id", organization.to_string());
    }
    all.and(changes);
    profiles.add(&free_name(profiles, place).map_err(told)?, &all).map_err(told).map(|_| ())
}

/// A name for a profile that none has yet, from the environment's address.
fn free_name(profiles: &Profiles, place: &Listed) -> Result<String, config::Error> {
    let taken = profiles.names()?;
    let address = place.short.split('.').next().unwrap_or_default();
    let kept = |c: char| if c.is_alphanumeric() || c == '-' { c } else { '-' };
    let base: String = match place.short.starts_with(|c: char| c.is_ascii_digit()) {
        true => place.name.to_lowercase().chars().map(kept).collect(),
        false => address.chars().map(kept).collect(),
    };
    let base = if base.trim_matches('-').is_empty() { "environment".to_owned() } else { base };
    let names = std::iter::once(base.clone()).chain((2..).map(|n| format!("{base}-{n}")));
    Ok(names.into_iter().find(|name| !taken.contains(name)).unwrap_or(base))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Paths;

    fn instance(name: &str, host: &str, kind: i32) -> Instance {
        let text = format!(
            r#"{{"FriendlyName":"{name}","Url":"https://{host}.crm4.dynamics.com/","OrganizationType":{kind},"State":0}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn what_is_listed_has_its_profile_and_what_is_not_is_there_too() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = Profiles::of(&Paths::below(folder.path()));
        profiles.add("live", Changes::default().set("url", "contoso.crm4").set("label", "eu")).unwrap();
        profiles.add("far", Changes::default().set("url", "far.crm").set("production", false)).unwrap();
        let service = EnvironmentUrl::parse("globaldisco.crm.dynamics.com").unwrap();
        let memory = crate::ops::environments::Memory::in_folder(folder.path());
        memory.keep(&service, &[instance("Contoso", "contoso", 0), instance("Alpha", "alpha", 5)]).unwrap();
        memory.used(&EnvironmentUrl::parse("far.crm").unwrap(), Timestamp::UNIX_EPOCH).unwrap();
        memory.used(&EnvironmentUrl::parse("http://127.0.0.1:1").unwrap(), Timestamp::UNIX_EPOCH).unwrap();
        let list = places(Some(&service), &memory.read(), &profiles);
        let told: Vec<_> = list
            .iter()
            .map(|place| (place.name.as_str(), place.profile.as_deref(), place.production, place.listed))
            .collect();
        assert_eq!(
            told,
            [
                ("far", Some("far"), false, false),
                ("Alpha", None, false, true),
                ("Contoso", Some("live"), true, true)
            ]
        );
        let other = EnvironmentUrl::parse("globaldisco.crm.dynamics.cn").unwrap();
        assert_eq!(places(Some(&other), &memory.read(), &profiles).len(), 2, "another cloud's list");
    }

    #[test]
    fn tags_go_into_the_profile_and_make_one_where_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let profiles = Profiles::of(&Paths::below(folder.path()));
        let place = |profile: Option<&str>| Listed {
            address: "https://contoso.crm4.dynamics.com".into(),
            short: "contoso.crm4".into(),
            profile: profile.map(Into::into),
            ..Listed::default()
        };
        let tags =
            Tags { label: "eu".into(), colour: "Red".into(), production: Some(true), ..Tags::default() };
        let id = uuid::Uuid::nil();
        write_tags(&profiles, &place(None), &tags, Some(id)).unwrap();
        write_tags(&profiles, &place(None), &tags, None).unwrap();
        assert_eq!(profiles.names().unwrap(), ["contoso", "contoso-2"]);
        let written = profiles.read("contoso").unwrap().tags;
        assert_eq!((written.label.as_deref(), written.organization_id), (Some("eu"), Some(id)));
        write_tags(&profiles, &place(Some("contoso")), &Tags::default(), None).unwrap();
        let written = profiles.read("contoso").unwrap();
        assert_eq!((written.tags.label, written.tags.colour, written.tags.production), (None, None, None));
        assert_eq!(written.tags.organization_id, Some(id));
        let odd = Tags { colour: "reddish".into(), ..Tags::default() };
        assert!(
            write_tags(&profiles, &place(Some("contoso")), &odd, None).unwrap_err().contains("no colour")
        );
    }
}
