//! `dv logout`

use std::io::{self, Write};

use clap::Args;

use super::{CliError, Context};
use crate::auth::TokenStore;
use crate::auth::vault::Cleared;
use crate::ops::sign_in;

/// Forget the sign-in to an environment
///
/// Removes its tokens from this machine, and those of other environments that came from the same sign-in. The browser's
/// own session is not ended.
#[derive(Debug, Args)]
pub(super) struct LogoutArgs {
    /// Forget every sign-in: remove the file of tokens in whatever state it is, what was set aside, and the key
    #[arg(long)]
    pub(super) all: bool,
}

impl LogoutArgs {
    /// Runs the command.
    ///
    /// # Errors
    ///
    /// When the file of tokens cannot be opened, changed or removed. With `all` it need not be opened.
    pub(super) async fn run(self, context: &Context) -> Result<(), CliError> {
        let store = context.store();
        if self.all {
            return forget_all(context, &store).await;
        }
        let environment = context.environment()?;
        let forgotten =
            sign_in::sign_out(&store, &environment, context.settings().account.as_deref()).await?;
        context.note_aside(&store);
        match (forgotten.is_empty(), store.aside()) {
            (true, Some(_)) => context.note("if it will never be opened again: `dv logout --all` removes it"),
            (true, None) => writeln!(io::stderr(), "Nobody was signed in to {environment}.")?,
            (false, _) => {
                for environment in forgotten {
                    writeln!(io::stderr(), "Signed out of {environment}.")?;
                }
            }
        }
        Ok(())
    }
}

async fn forget_all(context: &Context, store: &TokenStore) -> Result<(), CliError> {
    let held = store.lock().await?;
    let Cleared { files, key } = store.clear(&held)?;
    if let Some(error) = key {
        context.note(&format!("the key of the file stays where it is, and opens nothing any more: {error}"));
    }
    match files {
        0 => writeln!(io::stderr(), "Nothing was kept.")?,
        _ => writeln!(io::stderr(), "Signed out of everything: {} is removed.", store.path().display())?,
    }
    Ok(())
}
