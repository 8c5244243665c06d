//! The command line: one file a subcommand, and the frame that parses, runs and reports.
//!
//! Must not know: how a request is built or a token is got. What is printed here passes a given writer.

mod context;
mod demo;
mod doctor;
mod error;
mod get;
mod json_rows;
mod login;
mod logout;
mod names;
pub mod output;
mod row_table;
mod rows;
mod sandbox;
mod signals;
mod tables;
mod token;
mod waits;
mod whoami;

pub use context::Context;
pub use error::{CliError, Kind};

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use signals::interruptible;

use crate::config::{Environment, Flags, Settings, Situation, Terminal};
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
    /// Address of the Global Discovery Service (DV_DISCOVERY)
    #[arg(long, global = true, value_name = "URL", hide = true)]
    // taken, of no effect before environments are listed
    discovery: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Doctor(doctor::DoctorArgs),
    Login(login::LoginArgs),
    Logout(logout::LogoutArgs),
    Whoami(whoami::WhoamiArgs),
    Token(token::TokenArgs),
    Tables(tables::TablesArgs),
    Rows(rows::RowsArgs),
    Get(get::GetArgs),
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
        return args.run(Situation::of(environment), Terminal::of(environment)).await;
    }
    let settings = Settings::resolve(settings.into(), environment)?;
    let context = Context::new(settings);
    // A server logs where whoever started it looks; the others share a file.
    if !matches!(command, Some(Command::Sandbox(_))) {
        context.start_log();
    }
    match command {
        None => open(&context).await,
        Some(Command::Sandbox(args)) => args.run(&context, out).await,
        Some(command) => interruptible(command.run(&context, out)).await,
    }
}

impl Command {
    /// Runs a command that asks and answers.
    async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        match self {
            Command::Doctor(args) => Box::pin(args.run(context, out)).await,
            Command::Login(args) => args.run(context, out).await,
            Command::Logout(args) => args.run(context).await,
            Command::Whoami(args) => args.run(context, out).await,
            Command::Token(args) => args.run(context, out).await,
            Command::Tables(args) => args.run(context, out).await,
            Command::Rows(args) => args.run(context, out).await,
            Command::Get(args) => args.run(context, out).await,
            // These run on until they are left; they listen for signals themselves.
            Command::Demo(args) => {
                args.run(context.settings().situation, context.settings().terminal.clone()).await
            }
            Command::Sandbox(args) => args.run(context, out).await,
        }
    }
}

/// Opens the program on the terminal.
async fn open(context: &Context) -> Result<(), CliError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(CliError::usage("the program needs a terminal to draw on")
            .hint("commands work without one: `dv --help`"));
    }
    if context.settings().situation.dumb {
        return Err(CliError::usage("this terminal cannot draw a screen (TERM=dumb)")
            .hint("commands work here: `dv --help`, for example `dv login` and `dv rows incidents`"));
    }
    context.environment()?; // what is wrong with it is better said before the screen is taken
    tui::run(start(context.settings())).await.map_err(CliError::failed)
}

/// What the program on the screen needs to know of the settings.
fn start(settings: &Settings) -> tui::Start {
    let Settings { paths, situation, .. } = settings;
    tui::Start {
        url: settings.url.clone(),
        authority: settings.authority.clone(),
        tenant: settings.tenant.clone(),
        client_id: settings.client_id.clone(),
        scope: settings.scope.clone(),
        ca_file: settings.ca_file.clone(),
        token: settings.token.clone(),
        ssh: situation.ssh,
        display: situation.display,
        no_color: situation.no_color,
        ascii: situation.ascii,
        proxy: doctor::proxy_to(settings),
        terminal: doctor::place(settings),
        demo: false,
        state_folder: paths.state.clone(),
    }
}

impl From<SettingsArgs> for Flags {
    fn from(args: SettingsArgs) -> Flags {
        let SettingsArgs { profile, url, authority, tenant, client_id, scope, ca_file, discovery } = args;
        Flags { profile, url, authority, tenant, client_id, scope, ca_file, discovery }
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
