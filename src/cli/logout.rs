//! `dv logout`

use std::io::{self, Write};

use clap::Args;

use super::{CliError, Context};
use crate::ops::sign_in;

/// Forget the sign-in to an environment
///
/// Removes its tokens from this machine, and those of other environments that came from the same sign-in. The browser's
/// own session is not ended.
#[derive(Debug, Args)]
pub(super) struct LogoutArgs {}

impl LogoutArgs {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When the file of tokens cannot be changed.
    pub(super) async fn run(self, context: &Context) -> Result<(), CliError> {
        let environment = context.environment()?;
        let forgotten = sign_in::sign_out(&context.store(), &environment, None).await?;
        if forgotten.is_empty() {
            writeln!(io::stderr(), "Nobody was signed in to {environment}.")?;
        }
        for environment in forgotten {
            writeln!(io::stderr(), "Signed out of {environment}.")?;
        }
        Ok(())
    }
}
