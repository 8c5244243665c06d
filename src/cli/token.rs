//! `dv token`

use std::io::{self, IsTerminal, Read, Write};

use clap::{Args, Subcommand};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::output::Columns;
use super::{CliError, Context, doctor};
use crate::auth::inspect::LARGEST;
use crate::ops::doctor::{self as checks, Status};
use crate::tui;

/// Print an access token, or explain one
///
/// Without a subcommand the token of the sign-in is printed, for use in other programs, such as curl. It is renewed
/// first when little is left of it.
#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    command: Option<TokenCommand>,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    Inspect(InspectArgs),
}

/// Say what stands in a token and whether an environment would take it
///
/// Reads an access token from standard input, or as a paste that is not shown. Asks nobody and verifies nothing: the
/// checks that need a network are skipped. With --url (or DV_URL, or a profile) the token is compared with that
/// environment. The exit code is 0 when no check failed, else 1. The token itself is never printed.
#[derive(Debug, Args)]
struct InspectArgs {
    /// Print the checks as `dv doctor --json` does; the claims are in the text form only
    #[arg(long)]
    json: bool,
}

impl TokenArgs {
    /// A token is explained: nothing that is kept is looked at.
    pub(super) fn is_inspection(&self) -> bool {
        matches!(self.command, Some(TokenCommand::Inspect(_)))
    }

    /// Runs the command and writes to `out`.
    ///
    /// # Errors
    ///
    /// Of kind [`Kind::SignIn`](super::Kind::SignIn) when nobody is signed in or the sign-in is no longer good; for
    /// `inspect` when a check failed.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        if let Some(TokenCommand::Inspect(args)) = self.command {
            return args.run(context, out).await;
        }
        let tokens = context.tokens(&context.http()?).await?;
        let token = tokens.access_token().await?;
        if io::stdout().is_terminal() {
            context.note("this is a secret: whoever has it can act as you until it expires");
        }
        writeln!(out, "{}", token.secret()).map_err(CliError::from)
    }
}

impl InspectArgs {
    async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let environment = context.settings().url.is_some().then(|| context.environment()).transpose()?;
        let token = read().await?;
        let now = Timestamp::now();
        let report = checks::inspect(token.expose_secret(), environment, now);
        if let (false, Some(claims)) = (self.json, &report.claims) {
            let mut columns = Columns::default();
            for (label, value) in checks::facts(claims, now) {
                columns.push(&[label, &value]);
            }
            columns.write(out)?;
            writeln!(out)?;
        }
        match self.json {
            true => doctor::print_json(out, &report)?,
            false => {
                doctor::print_text(out, &report, |check| check.status != Status::Skip)?;
                writeln!(out, "\nWhat needs a network was left out: `dv doctor` looks at that.")?;
            }
        }
        doctor::end(&report)
    }
}

/// The token from standard input; a person at a terminal pastes it unseen.
async fn read() -> Result<SecretString, CliError> {
    if io::stdin().is_terminal() {
        let prompt = "Paste the token (it is not shown), then Enter:";
        return tui::secret_line::read(prompt, LARGEST).await.map(SecretString::from).map_err(CliError::from);
    }
    let piped = || {
        let mut bytes = Vec::new();
        // More than is looked at, so that white space around a token does not matter.
        io::stdin().lock().take(2 * LARGEST as u64).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = tokio::task::spawn_blocking(piped).await.map_err(CliError::failed)??;
    Ok(text.into())
}
