//! `dv token`

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::{CliError, Context};

/// Print an access token
///
/// For use in other programs, such as curl. It is renewed first when little is left of it.
#[derive(Debug, Args)]
pub(super) struct TokenArgs {}

impl TokenArgs {
    /// Runs the command and writes the token to `out`.
    ///
    /// # Errors
    ///
    /// Of kind [`Kind::SignIn`](super::Kind::SignIn) when nobody is signed in or the sign-in is no longer good.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        let tokens = context.tokens(&context.http()?).await?;
        let token = tokens.access_token().await?;
        if io::stdout().is_terminal() {
            context.note("this is a secret: whoever has it can act as you until it expires");
        }
        writeln!(out, "{}", token.secret()).map_err(CliError::from)
    }
}
