//! The layers of settings and what comes out of them.

use std::path::PathBuf;

use secrecy::SecretString;

use super::application::{Application, Named};
use super::profiles::Switch;
use super::tags::{Tags, Way};
use super::{Environment, Error, Look, OwnEditor, Paths, Profile, Proxies, Terminal, profiles};
use crate::auth::vault::Choice;
use crate::auth::{EnvironmentUrl, Version};

/// What the command line says. The first layer.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub profile: Option<String>,
    pub url: Option<String>,
    pub authority: Option<String>,
    pub tenant: Option<String>,
    pub client_id: Option<String>,
    pub scope: Option<String>,
    pub ca_file: Option<PathBuf>,
    pub discovery: Option<String>,
    pub authority_version: Option<Version>,
    pub application: Named,
    pub read_only: bool,
    pub no_journal: bool,
    pub write: Option<String>,
}

impl From<&Settings> for Flags {
    /// The flags that would give these settings again.
    fn from(settings: &Settings) -> Flags {
        let settings = settings.clone();
        Flags {
            profile: settings.profile,
            url: settings.url,
            authority: settings.authority,
            tenant: settings.tenant,
            client_id: settings.client_id,
            scope: settings.scope,
            ca_file: settings.ca_file,
            discovery: settings.discovery,
            authority_version: Some(settings.authority_version),
            application: Named::of(settings.application.source.as_ref()),
            read_only: settings.read_only,
            no_journal: !settings.journal,
            write: settings.write,
        }
    }
}

/// The settings in force, not yet checked for sense: an address is still the text that was given.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the profile in use.
    pub profile: Option<String>,
    /// Address of the environment, such as `contoso.crm4`.
    pub url: Option<String>,
    /// The sign-in authority given by hand.
    pub authority: Option<String>,
    /// Tenant to sign in to, a GUID or a domain.
    pub tenant: Option<String>,
    /// Application id.
    pub client_id: Option<String>,
    /// Scopes to ask for instead of the usual ones.
    pub scope: Option<String>,
    /// More certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
    /// Address of the Global Discovery Service.
    pub discovery: Option<String>,
    /// Which endpoints of the authority are used.
    pub authority_version: Version,
    /// The way in that is tried first.
    pub way: Option<Way>,
    /// User name to sign in with.
    pub account: Option<String>,
    /// What the profile says of the environment. Nothing when another environment is named than the profile's.
    pub tags: Tags,
    /// What unlocks writes to the environment, by its profile. Nothing when another environment is named.
    pub alias: Option<String>,
    /// Nothing may be written, and nothing unlocks that.
    pub read_only: bool,
    /// The alias of the environment that may be written to.
    pub write: Option<String>,
    /// A ready access token; it is used as it is and never renewed.
    pub token: Option<SecretString>,
    /// What an application signs in with, where one is to.
    pub application: Application,
    /// What protects the tokens of new sign-ins on disk.
    pub token_store: Option<Choice>,
    /// What the tokens on disk are sealed with.
    pub token_passphrase: Option<SecretString>,
    /// What to log, in the syntax of `tracing` (`DV_LOG`).
    pub log: Option<String>,
    /// Where this process runs.
    pub situation: Situation,
    /// How the screen is to look.
    pub look: Look,
    /// The proxies that the environment names.
    pub proxies: Proxies,
    /// What the terminal says of itself.
    pub terminal: Terminal,
    /// For so many milliseconds a lone Esc is held, to see whether it begins a key.
    pub esc_ms: Option<u16>,
    /// What long texts are written with.
    pub editor: OwnEditor,
    /// Staged edits may be kept on disk.
    pub journal: bool,
    /// Where files live.
    pub paths: Paths,
    /// Things that are odd but do not stop anything.
    pub warnings: Vec<String>,
}

/// Where this process runs, as far as it matters for the way to sign in and for page sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Situation {
    /// Over SSH.
    pub ssh: bool,
    /// There is a display that a browser could open on.
    pub display: bool,
    /// The terminal says of itself that it cannot draw (`TERM=dumb`), or nobody says what it is.
    pub dumb: bool,
    /// `NO_COLOR` asks for none: <https://no-color.org>.
    pub no_color: bool,
    /// The terminal says that it has more than sixteen colours.
    pub true_color: bool,
    /// The terminal shows ASCII only: the locale is not UTF-8, or its fonts are poor.
    pub ascii: bool,
    /// The locale is not UTF-8: other letters than ASCII would come out as something else.
    pub ascii_locale: bool,
}

impl Settings {
    /// Nothing set: no flag, variable or profile is looked at.
    pub fn bare(paths: Paths, situation: Situation) -> Settings {
        Settings {
            profile: None,
            url: None,
            authority: None,
            tenant: None,
            client_id: None,
            scope: None,
            ca_file: None,
            discovery: None,
            authority_version: Version::default(),
            way: None,
            account: None,
            tags: Tags::default(),
            alias: None,
            read_only: false,
            write: None,
            token: None,
            application: Application::default(),
            token_store: None,
            token_passphrase: None,
            log: None,
            situation,
            look: Look::default(),
            proxies: Proxies::default(),
            terminal: Terminal::default(),
            editor: OwnEditor::default(),
            esc_ms: None,
            journal: true,
            paths,
            warnings: Vec::new(),
        }
    }

    /// Lays the layers over each other: flag, then environment variable, then profile.
    ///
    /// # Errors
    ///
    /// When a file of settings that is asked for is absent or unreadable, or no home folder is known.
    pub fn resolve(flags: Flags, environment: &Environment) -> Result<Settings, Error> {
        let paths = Paths::of(environment)?;
        let general = profiles::general(&paths.config);
        // What nobody can read may forbid it.
        let may_keep = general.as_ref().is_ok_and(|general| general.journal == Switch::On);
        let (name, esc_ms) = match (flags.profile.clone().or(environment.text("DV_PROFILE")?), general) {
            (Some(name), general) => (Some(name), general.unwrap_or_default().esc_ms), // nothing needed is in there
            (None, general) => general.map(|general| (general.profile, general.esc_ms))?,
        };
        let profile = match &name {
            Some(name) => Profile::read(&paths.config, name)?,
            None => Profile::default(),
        };
        let settings = Settings::lay(paths, flags, environment, name, profile)?;
        Ok(Settings { esc_ms, journal: settings.journal && may_keep, ..settings })
    }

    /// The same where a profile that is absent or broken stops nothing: it is left out, with a warning.
    ///
    /// # Errors
    ///
    /// When no home folder is known.
    pub fn resolve_leniently(flags: Flags, environment: &Environment) -> Result<Settings, Error> {
        match Settings::resolve(flags.clone(), environment) {
            Ok(settings) => Ok(settings),
            Err(error) => {
                let mut settings = Settings::without_profile(flags, environment)?;
                settings.warnings.push(format!("no profile is used: {error}"));
                Ok(settings)
            }
        }
    }

    /// What flags and variables say by themselves.
    ///
    /// # Errors
    ///
    /// When no home folder is known.
    pub fn without_profile(flags: Flags, environment: &Environment) -> Result<Settings, Error> {
        Settings::lay(Paths::of(environment)?, flags, environment, None, Profile::default())
    }

    fn lay(
        paths: Paths,
        flags: Flags,
        environment: &Environment,
        name: Option<String>,
        profile: Profile,
    ) -> Result<Settings, Error> {
        let layered = |flag: Option<String>, variable, profile: Option<String>| {
            let value = match flag {
                Some(value) => Some(value),
                None => environment.text(variable)?.or(profile),
            };
            Ok::<_, Error>(value)
        };
        let of_profile = Named {
            certificate: profile.certificate_file,
            private_key: profile.private_key_file,
            secret_file: profile.client_secret_file,
            ..Named::default()
        };
        let application = Application::resolve(
            flags.application,
            environment.text("DV_CLIENT_SECRET")?,
            of_profile,
            environment.text("DV_CERTIFICATE_PASSWORD")?,
        )?;
        let exposed = application.warnings();
        let unknown = |key| format!("the profile's key `{key}` is not known to this version");
        let url = layered(flags.url, "DV_URL", profile.url.clone())?;
        let situation = Situation::of(environment);
        let (look, odd_look) = Look::of(environment, &paths.config)?;
        let is_own = same_place(url.as_deref(), profile.url.as_deref());
        let read_only = flags.read_only || environment.is_on("DV_READ_ONLY") || profile.tags.read_only;
        Ok(Settings {
            url,
            authority: layered(flags.authority, "DV_AUTHORITY", profile.authority)?,
            tenant: layered(flags.tenant, "DV_TENANT", profile.tenant)?,
            client_id: layered(flags.client_id, "DV_CLIENT_ID", profile.client_id)?,
            scope: layered(flags.scope, "DV_SCOPE", profile.scope)?,
            ca_file: flags.ca_file.or_else(|| environment.path("DV_CA_FILE")).or(profile.ca_file),
            discovery: layered(flags.discovery, "DV_DISCOVERY", profile.discovery)?,
            authority_version: flags.authority_version.or(profile.authority_version).unwrap_or_default(),
            way: profile.way,
            account: profile.account,
            alias: profile.tags.alias.clone().or_else(|| name.clone()).filter(|_| is_own),
            tags: if is_own { profile.tags } else { Tags::default() },
            read_only,
            write: flags.write,
            token: environment.text("DV_TOKEN")?.map(|token| token.trim().to_owned().into()),
            application,
            token_store: layered(None, "DV_TOKEN_STORE", profile.token_store)?
                .map(|given| given.parse().map_err(|what| Error::Setting { key: "token_store", what }))
                .transpose()?,
            token_passphrase: environment.text("DV_TOKEN_PASSPHRASE")?.map(SecretString::from),
            log: environment.text("DV_LOG")?,
            situation: Situation { ascii: look.ascii.unwrap_or(situation.ascii), ..situation },
            look,
            proxies: Proxies::of(environment),
            terminal: Terminal::of(environment),
            editor: OwnEditor::of(environment),
            warnings: profile.unknown.into_iter().map(unknown).chain(exposed).chain(odd_look).collect(),
            esc_ms: None,
            journal: !flags.no_journal && !environment.is_on("DV_NO_JOURNAL"),
            profile: name,
            paths,
        })
    }
}

/// Whether two addresses, as they were given, are the same environment. Without one on either side they are.
fn same_place(one: Option<&str>, other: Option<&str>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => match (EnvironmentUrl::parse(one), EnvironmentUrl::parse(other)) {
            (Ok(one), Ok(other)) => one == other,
            _ => one == other,
        },
        _ => true,
    }
}

impl Situation {
    /// What the environment tells of the place.
    pub fn of(environment: &Environment) -> Situation {
        Situation {
            ssh: environment.has("SSH_CONNECTION") || environment.has("SSH_TTY"),
            display: cfg!(any(windows, target_os = "macos"))
                || environment.has("DISPLAY")
                || environment.has("WAYLAND_DISPLAY"),
            // Elsewhere than on Unix nobody sets it.
            dumb: environment.is("TERM", "dumb") || (cfg!(unix) && !environment.has("TERM")),
            no_color: environment.has("NO_COLOR"),
            true_color: ["truecolor", "24bit"].iter().any(|value| environment.is("COLORTERM", value)),
            ascii: is_poor(environment) || is_ascii(environment),
            ascii_locale: is_ascii(environment),
        }
    }
}

/// Few glyphs are to be expected.
fn is_poor(environment: &Environment) -> bool {
    ["linux", "vt100"].iter().any(|name| environment.is("TERM", name))
}

/// A locale that nobody named tells nothing.
fn is_ascii(environment: &Environment) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| environment.path(name));
    let is_utf8 = |locale: PathBuf| {
        let locale = locale.to_string_lossy().to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    locale.is_some_and(|locale| !is_utf8(locale))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::vault::Protection;

    #[test]
    fn a_locale_without_utf_8_and_poor_terminals_are_ascii() {
        let ascii = |pairs: &[(&str, &str)]| Situation::of(&pairs.iter().copied().collect()).ascii;
        assert!(ascii(&[("LANG", "C")]));
        assert!(ascii(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "POSIX")]));
        assert!(ascii(&[("LANG", "en_US.UTF-8"), ("TERM", "vt100")]));
        assert!(!ascii(&[("LANG", "C"), ("LC_CTYPE", "C.utf8")]));
        assert!(!ascii(&[]));
    }

    #[test]
    fn a_terminal_without_a_name_cannot_be_drawn_on_and_poor_glyphs_are_not_a_poor_locale() {
        let situation = |pairs: &[(&str, &str)]| Situation::of(&pairs.iter().copied().collect());
        assert_eq!(situation(&[]).dumb, cfg!(unix));
        assert!(situation(&[("TERM", "dumb")]).dumb && !situation(&[("TERM", "xterm")]).dumb);
        let linux = situation(&[("TERM", "linux"), ("LANG", "C.UTF-8")]);
        assert!(linux.ascii && !linux.ascii_locale);
        assert!(situation(&[("TERM", "xterm"), ("LANG", "C")]).ascii_locale);
    }

    fn home(pairs: &[(&str, &str)]) -> (tempfile::TempDir, Environment) {
        let folder = tempfile::tempdir().unwrap();
        let base = [("HOME".to_owned(), folder.path().to_str().unwrap().to_owned())];
        let rest = pairs.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let environment = base.into_iter().chain(rest).collect();
        (folder, environment)
    }

    fn write(folder: &tempfile::TempDir, name: &str, text: &str) {
        let path = folder.path().join(".config/dvtui").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_profile() {
        let (folder, environment) =
            home(&[("DV_URL", "from-env"), ("DV_TENANT", "t-env"), ("DV_PROFILE", "uat")]);
        write(&folder, "profiles/uat.toml", "url = \"p\"\ntenant = \"p\"\nscope = \"s-profile\"\n");
        let flags = Flags { url: Some("from-flag".into()), ..Flags::default() };
        let settings = Settings::resolve(flags, &environment).unwrap();
        assert_eq!(settings.url.as_deref(), Some("from-flag"));
        assert_eq!(settings.tenant.as_deref(), Some("t-env"));
        assert_eq!(settings.scope.as_deref(), Some("s-profile"));
        assert_eq!(settings.client_id, None);
    }

    #[test]
    fn the_usual_profile_is_named_in_config_toml() {
        let (folder, environment) = home(&[]);
        write(&folder, "config.toml", "profile = \"dev\"\n");
        write(&folder, "profiles/dev.toml", "url = \"dev.crm\"\nodd = 1\n");
        let settings = Settings::resolve(Flags::default(), &environment).unwrap();
        assert_eq!(settings.profile.as_deref(), Some("dev"));
        assert_eq!(settings.url.as_deref(), Some("dev.crm"));
        assert_eq!(settings.warnings.len(), 1);
    }

    #[test]
    fn a_journal_is_forbidden_by_flag_variable_or_config_toml_for_every_profile() {
        let (folder, environment) = home(&[]);
        let (_, forbidding) = home(&[("DV_NO_JOURNAL", "1")]);
        let journal = |flags: Flags, environment: &Environment| {
            Settings::resolve(flags, environment).map(|settings| settings.journal)
        };
        assert!(journal(Flags::default(), &environment).unwrap());
        assert!(!journal(Flags { no_journal: true, ..Flags::default() }, &environment).unwrap());
        assert!(!journal(Flags::default(), &forbidding).unwrap());
        write(&folder, "profiles/dev.toml", "url = \"dev.crm\"\n");
        let dev = || Flags { profile: Some("dev".into()), ..Flags::default() };
        for (text, kept) in [("journal = \"off\"\n", false), ("journal = \"on\"\n", true), ("broken", false)]
        {
            write(&folder, "config.toml", text);
            assert_eq!(journal(dev(), &environment).unwrap(), kept, "{text}");
        }
        write(&folder, "config.toml", "journal = \"perhaps\"\n");
        assert!(journal(Flags::default(), &environment).is_err());
    }

    #[test]
    fn how_long_esc_is_held_is_said_in_config_toml_for_every_profile() {
        let (folder, environment) = home(&[]);
        write(&folder, "config.toml", "esc_ms = 40\n");
        write(&folder, "profiles/dev.toml", "url = \"dev.crm\"\n");
        for profile in [None, Some("dev".to_owned())] {
            let flags = Flags { profile, ..Flags::default() };
            assert_eq!(Settings::resolve(flags, &environment).unwrap().esc_ms, Some(40));
        }
        write(&folder, "config.toml", "esc_ms = 1000\n");
        let error = Settings::resolve(Flags::default(), &environment).unwrap_err();
        assert!(
            error.to_string().contains("`esc_ms`") && error.to_string().contains("below 1000"),
            "{error}"
        );
    }

    #[test]
    fn a_token_store_that_nobody_knows_is_no_setting() {
        let (_folder, environment) = home(&[("DV_TOKEN_STORE", "keyutils")]);
        let settings = Settings::resolve(Flags::default(), &environment).unwrap();
        assert_eq!(settings.token_store, Some(Choice::Of(Protection::Keyutils)));
        let (_folder, environment) = home(&[("DV_TOKEN_STORE", "safe")]);
        let error = Settings::resolve(Flags::default(), &environment).unwrap_err();
        assert!(error.to_string().contains("auto, file, keyring"), "{error}");
    }

    #[test]
    fn what_a_profile_says_of_its_environment_is_not_said_of_another_one() {
        let (folder, environment) = home(&[]);
        write(
            &folder,
            "profiles/uat.toml",
            "url = \"contoso-uat.crm4\"\nproduction = false\nalias = \"u\"\nread_only = true\ntenant = \"t\"\n",
        );
        let resolve = |url: Option<&str>| {
            let flags = Flags { profile: Some("uat".into()), url: url.map(Into::into), ..Flags::default() };
            Settings::resolve(flags, &environment).unwrap()
        };
        for own in [None, Some("https://contoso-uat.crm4.dynamics.com/main.aspx")] {
            assert_eq!(resolve(own).tags.production, Some(false), "{own:?}");
            assert_eq!(resolve(own).alias.as_deref(), Some("u"));
        }
        let other = resolve(Some("contoso.crm4"));
        assert_eq!((&other.tags, &other.alias), (&Tags::default(), &None));
        assert!(other.read_only, "to be careful is never left out");
        assert_eq!(other.tenant.as_deref(), Some("t"));
    }

    #[test]
    fn read_only_is_asked_for_by_flag_variable_or_profile() {
        let (_folder, on) = home(&[("DV_READ_ONLY", "1")]);
        let (_other, off) = home(&[("DV_READ_ONLY", "0")]);
        let read_only = |flag, environment: &Environment| {
            let flags = Flags { read_only: flag, ..Flags::default() };
            Settings::resolve(flags, environment).unwrap().read_only
        };
        assert!(read_only(false, &on) && read_only(true, &off) && !read_only(false, &off));
    }

    #[test]
    fn a_missing_usual_profile_is_a_warning_where_that_is_asked_for() {
        let (folder, environment) = home(&[("DV_TENANT", "t-env")]);
        write(&folder, "config.toml", "profile = \"gone\"\n");
        assert!(matches!(Settings::resolve(Flags::default(), &environment), Err(Error::NoProfile { .. })));
        let settings = Settings::resolve_leniently(Flags::default(), &environment).unwrap();
        assert_eq!((settings.profile, settings.tenant.as_deref()), (None, Some("t-env")));
        assert!(settings.warnings[0].contains("gone"), "{:?}", settings.warnings);
    }

    #[test]
    fn empty_variables_count_as_absent() {
        let (_folder, environment) = home(&[("DV_URL", ""), ("DV_TOKEN", ""), ("DISPLAY", "")]);
        let settings = Settings::resolve(Flags::default(), &environment).unwrap();
        assert_eq!(settings.url, None);
        assert!(settings.token.is_none());
        assert!(!settings.situation.ssh);
    }

    #[test]
    fn a_token_is_not_printed_with_the_settings() {
        let (_folder, environment) = home(&[("DV_TOKEN", "eyJsecret"), ("DV_TOKEN_PASSPHRASE", "horse")]);
        let settings = Settings::resolve(Flags::default(), &environment).unwrap();
        assert!(settings.token.is_some() && settings.token_passphrase.is_some());
        let shown = format!("{settings:?} {environment:?}");
        assert!(!shown.contains("eyJsecret") && !shown.contains("horse"), "{shown}");
    }

    #[test]
    fn settings_of_the_demo_hold_nothing_of_the_users() {
        let settings = Settings::bare(Paths::below(std::path::Path::new("/tmp/demo")), Situation::default());
        assert_eq!((settings.url, settings.profile, settings.client_id), (None, None, None));
        assert!(settings.token.is_none());
    }
}
