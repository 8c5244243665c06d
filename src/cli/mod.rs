//! The command line: one file a subcommand, and the frame that parses, runs and reports.
//!
//! Must not know: how a request is built or a token is got. What is printed here passes a given writer.

mod assign;
mod call;
mod context;
mod create;
mod delete;
mod demo;
mod doctor;
mod env;
mod error;
mod file;
mod get;
mod json;
mod json_rows;
mod keys;
mod login;
mod logout;
mod names;
mod note;
mod operating;
pub mod output;
mod passphrase;
mod resolve;
mod row_name;
mod row_table;
mod rows;
mod sandbox;
mod set;
mod signals;
mod tables;
mod token;
mod values;
mod waits;
mod whoami;
mod writing;

pub use context::Context;
pub use error::{CliError, Kind};

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use signals::interruptible;

use crate::app::session;
use crate::auth::{TokenStore, Version};
use crate::config::{self, Environment, Flags, Named, OwnEditor, Profiles, Settings, Situation, Terminal};
use crate::{http, tui};

/// Explore and edit Microsoft Dataverse and Dynamics 365 from the keyboard
///
/// Without a command the program opens on the whole terminal.
#[derive(Debug, Parser)]
#[command(name = "dv", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    settings: SettingsArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Settings every command takes. Each has an environment variable and a key in the profile as well.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct SettingsArgs {
    /// Profile to take settings from (DV_PROFILE)
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// Environment, such as contoso.crm4 or its full address (DV_URL)
    #[arg(long, global = true, value_name = "URL")]
    url: Option<String>,
    /// Sign-in authority instead of the one the environment names (DV_AUTHORITY)
    #[arg(long, global = true, value_name = "URL")]
    authority: Option<String>,
    /// Tenant to sign in to, a GUID or a domain (DV_TENANT)
    #[arg(long, global = true)]
    tenant: Option<String>,
    /// Application id to sign in with (DV_CLIENT_ID)
    #[arg(long, global = true, value_name = "ID")]
    client_id: Option<String>,
    /// Scopes to ask for (DV_SCOPE)
    #[arg(long, global = true)]
    scope: Option<String>,
    /// Certificate authorities to trust besides the system's, PEM (DV_CA_FILE)
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Address of the Global Discovery Service, instead of the cloud's (DV_DISCOVERY)
    #[arg(long, global = true, value_name = "URL")]
    discovery: Option<String>,
    /// Write nothing, whatever the environment is; nothing unlocks that (DV_READ_ONLY)
    #[arg(long, global = true)]
    read_only: bool,
    /// Keep no edits on disk: what was not sent is lost when the program ends (DV_NO_JOURNAL)
    #[arg(long, global = true)]
    no_journal: bool,
    /// Allow writes to this environment although it is production: the alias of its profile
    #[arg(long, global = true, value_name = "ALIAS", conflicts_with = "read_only")]
    write: Option<String>,
    /// Endpoints of the authority: 2, or 1 for an older one that knows resources instead of scopes
    #[arg(long, global = true, value_name = "VERSION", value_parser = authority_version)]
    authority_version: Option<Version>,
    /// Sign in as an application whose secret is in this file (DV_CLIENT_SECRET holds the secret itself)
    #[arg(long, global = true, value_name = "FILE", group = "credential")]
    client_secret_file: Option<PathBuf>,
    /// Sign in as an application whose secret comes from this open descriptor
    #[arg(long, global = true, value_name = "N", group = "credential")]
    client_secret_fd: Option<u32>,
    /// Sign in as an application with this certificate and its private key, PEM (DV_CERTIFICATE_PASSWORD opens it)
    #[arg(long, global = true, value_name = "FILE", group = "credential")]
    certificate: Option<PathBuf>,
    /// The certificate's private key, where it is in a file of its own
    #[arg(long, global = true, value_name = "FILE", requires = "certificate")]
    private_key: Option<PathBuf>,
}

fn authority_version(text: &str) -> Result<Version, &'static str> {
    match text {
        "1" | "v1" | "1.0" => Ok(Version::V1),
        "2" | "v2" | "2.0" => Ok(Version::V2),
        _ => Err("it is 1 or 2"),
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Doctor(doctor::DoctorArgs),
    Login(login::LoginArgs),
    Logout(logout::LogoutArgs),
    Whoami(whoami::WhoamiArgs),
    Token(token::TokenArgs),
    Env(env::EnvArgs),
    Tables(tables::TablesArgs),
    Rows(rows::RowsArgs),
    Get(get::GetArgs),
    Set(set::SetArgs),
    Create(create::CreateArgs),
    Delete(delete::DeleteArgs),
    Resolve(resolve::ResolveArgs),
    Assign(assign::AssignArgs),
    Note(note::NoteArgs),
    File(file::FileArgs),
    Call(call::CallArgs),
    Keys(keys::KeysArgs),
    Json(json::JsonArgs),
    Sandbox(sandbox::SandboxArgs),
}

/// Runs the command line and says how it ended. The process should end right after.
pub fn run(args: impl IntoIterator<Item = OsString>, environment: Environment) -> ExitCode {
    http::install_crypto();
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print(); // nowhere left to tell
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let result = run_to_end(cli, &environment);
    let code = result.as_ref().err().map_or(0, |error| error.kind().exit_code());
    if let Err(error) = result {
        let _ = error.report(&mut io::stderr().lock()); // nowhere left to tell
    }
    ExitCode::from(code)
}

fn run_to_end(cli: Cli, environment: &Environment) -> Result<(), CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let result = runtime.block_on(async {
        let mut out = io::stdout();
        dispatch(cli, environment, &mut out).await?;
        out.flush().map_err(CliError::from)
    });
    // A name look-up that hangs must not keep a finished command.
    runtime.shutdown_background();
    result
}

async fn dispatch(cli: Cli, environment: &Environment, out: &mut dyn Write) -> Result<(), CliError> {
    let Cli { settings, command } = cli;
    // The demo looks at no setting and leaves no file.
    if let Some(Command::Demo(args)) = command {
        let place = (Situation::of(environment), Terminal::of(environment));
        return Box::pin(args.run(place, OwnEditor::of(environment))).await;
    }
    // A file is looked at the same way whatever is set.
    if let Some(Command::Json(args)) = command {
        return Box::pin(args.run(Situation::of(environment), Terminal::of(environment), out)).await;
    }
    let flags = Flags::from(settings);
    // What is broken about a profile is mended with these.
    let resolve = match command {
        Some(Command::Env(_)) => Settings::resolve_leniently,
        _ => Settings::resolve,
    };
    let settings = resolve(flags.clone(), environment)?;
    let context = Context::new(settings);
    // A server logs where whoever started it looks; the others share a file.
    if !matches!(command, Some(Command::Sandbox(_))) {
        context.start_log();
    }
    match command {
        None => Box::pin(open(&context, &Settings::without_profile(flags, environment)?)).await,
        Some(Command::Sandbox(args)) => args.run(&context, out).await,
        Some(command) => {
            let given = env::Given { flags: &flags, environment };
            let work = async {
                command.ask_passphrase(&context).await?;
                Box::pin(command.run(&context, given, out)).await
            };
            let done = Box::pin(interruptible(context.writes(), work)).await;
            match &flags.profile {
                Some(name) => done.map_err(|error| error.for_profile(name)),
                None => done,
            }
        }
    }
}

impl Command {
    /// Asks for the passphrase of the tokens before anything else is done, if the command will use them.
    async fn ask_passphrase(&self, context: &Context) -> Result<(), CliError> {
        match self {
            Command::Demo(_) | Command::Json(_) | Command::Sandbox(_) | Command::Keys(_) => Ok(()),
            Command::Logout(args) if args.all => Ok(()),
            Command::Token(args) if args.is_inspection() => Ok(()),
            Command::Login(args) => context.ask_passphrase(Some(args.token_store(context))).await,
            _ => context.ask_passphrase(None).await,
        }
    }

    /// Runs a command that asks and answers.
    async fn run(
        self,
        context: &Context,
        given: env::Given<'_>,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        match self {
            Command::Env(args) => Box::pin(args.run(context, given, out)).await,
            Command::Doctor(args) => Box::pin(args.run(context, out)).await,
            Command::Login(args) => Box::pin(args.run(context, out)).await,
            Command::Logout(args) => args.run(context).await,
            Command::Whoami(args) => args.run(context, out).await,
            Command::Token(args) => args.run(context, out).await,
            Command::Tables(args) => args.run(context, out).await,
            Command::Rows(args) => args.run(context, out).await,
            Command::Get(args) => args.run(context, out).await,
            Command::Set(args) => Box::pin(args.run(context, out)).await,
            Command::Create(args) => Box::pin(args.run(context, out)).await,
            Command::Delete(args) => Box::pin(args.run(context, out)).await,
            Command::Resolve(args) => Box::pin(args.run(context, out)).await,
            Command::Assign(args) => Box::pin(args.run(context, out)).await,
            Command::Note(args) => Box::pin(args.run(context, out)).await,
            Command::File(args) => Box::pin(args.run(context, out)).await,
            Command::Call(args) => Box::pin(args.run(context, out)).await,
            Command::Keys(args) => args.run(context, out),
            // These run on until they are left; they listen for signals themselves.
            Command::Demo(args) => {
                let settings = context.settings();
                let place = (settings.situation, settings.terminal.clone());
                Box::pin(args.run(place, settings.editor.clone())).await
            }
            Command::Json(args) => {
                let settings = context.settings();
                Box::pin(args.run(settings.situation, settings.terminal.clone(), out)).await
            }
            Command::Sandbox(args) => args.run(context, out).await,
        }
    }
}

/// Opens the program on the terminal.
async fn open(context: &Context, given: &Settings) -> Result<(), CliError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(CliError::usage("the program needs a terminal to draw on")
            .hint("commands work without one: `dv --help`"));
    }
    if context.settings().situation.dumb {
        return Err(cannot_draw(&context.settings().terminal));
    }
    // What is wrong is better said before the screen is taken, and a passphrase cannot be asked for later.
    let settings = context.settings();
    let mut unlocked = false;
    match &settings.url {
        Some(_) => {
            context.environment()?;
            unlocked = context.expected()?.unlocked;
        }
        None if settings.write.is_some() => {
            return Err(CliError::usage("--write needs an environment that is named")
                .hint("name it with --profile or --url, or choose one and unlock it there: `:rw`"));
        }
        None => {}
    }
    // What one profile says holds for its own environment; what was asked for at the start holds for all.
    let read_only = given.read_only || (settings.read_only && !settings.tags.read_only);
    interruptible(context.writes(), async {
        context.ask_passphrase(None).await?;
        match settings.token {
            Some(_) => Ok(()),
            None => context.check_store(),
        }
    })
    .await?;
    let given = tui::Given {
        authority: given.authority.clone(),
        tenant: given.tenant.clone(),
        client_id: given.client_id.clone(),
    };
    let start = tui::Start { unlocked, read_only, given, ..start(settings, context.store()) };
    tui::run(start).await.map_err(CliError::failed)
}

/// The terminal has no screen to draw on, or says nothing of itself; what works there.
fn cannot_draw(terminal: &Terminal) -> CliError {
    let what = match &terminal.name {
        Some(name) => format!("this terminal cannot draw a screen (TERM={name})"),
        None => "nobody knows whether this terminal can draw a screen (TERM is not set)".to_owned(),
    };
    CliError::usage(what).hint(
        "commands work here, as lines or with --json: `dv login`, `dv tables`, `dv rows --help`. \
         Where it can draw: `export TERM=xterm`",
    )
}

/// What the program on the screen needs to know of the settings.
fn start(settings: &Settings, store: TokenStore) -> tui::Start {
    let Settings { situation, paths, .. } = settings;
    tui::Start {
        url: settings.url.clone(),
        authority: settings.authority.clone(),
        tenant: settings.tenant.clone(),
        client_id: settings.client_id.clone(),
        scope: settings.scope.clone(),
        ca_file: settings.ca_file.clone(),
        discovery: settings.discovery.clone(),
        given: tui::Given::default(),
        profile: settings.profile.clone(),
        tags: settings.tags.clone(),
        alias: settings.alias.clone(),
        read_only: settings.read_only,
        unlocked: false,
        profiles: Profiles::of(paths),
        token: settings.token.clone(),
        way: first_way(settings),
        authority_version: settings.authority_version,
        account: settings.account.clone(),
        application: settings.application.clone(),
        ssh: situation.ssh,
        display: situation.display,
        no_color: situation.no_color,
        true_color: situation.true_color,
        ascii: situation.ascii,
        ascii_locale: situation.ascii_locale,
        look: settings.look,
        keymap: keys::keymap(&paths.config),
        proxy: doctor::proxy_to(settings),
        terminal: doctor::place(settings),
        esc_ms: settings.esc_ms,
        editor: settings.editor.clone(),
        demo: false,
        journal: settings.journal,
        store,
        state_folder: paths.state.clone(),
        cache_folder: paths.cache.clone(),
        home: config::home(),
    }
}

/// The way in that the settings ask for.
fn first_way(settings: &Settings) -> Option<session::Way> {
    match settings.way {
        Some(config::Way::DeviceCode) => Some(session::Way::DeviceCode),
        Some(config::Way::Browser | config::Way::Paste) => Some(session::Way::Browser),
        Some(config::Way::ClientSecret | config::Way::Certificate) => Some(session::Way::Application),
        Some(config::Way::AzureCli) => Some(session::Way::AzureCli),
        Some(config::Way::Token) => Some(session::Way::Token),
        None => settings.application.source.as_ref().map(|_| session::Way::Application),
    }
}

/// A renewal reads the file again, from whatever folder that command runs in.
fn absolute(file: PathBuf) -> PathBuf {
    std::path::absolute(&file).unwrap_or(file)
}

impl From<SettingsArgs> for Flags {
    fn from(args: SettingsArgs) -> Flags {
        Flags {
            profile: args.profile,
            url: args.url,
            authority: args.authority,
            tenant: args.tenant,
            client_id: args.client_id,
            scope: args.scope,
            ca_file: args.ca_file,
            discovery: args.discovery,
            authority_version: args.authority_version,
            application: Named {
                certificate: args.certificate.map(absolute),
                private_key: args.private_key.map(absolute),
                secret_file: args.client_secret_file.map(absolute),
                secret_descriptor: args.client_secret_fd,
            },
            read_only: args.read_only,
            no_journal: args.no_journal,
            write: args.write,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
