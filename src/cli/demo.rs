//! `dv demo`

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use clap::Args;

use super::signals::interrupted;
use super::{CliError, Context};
use crate::auth::TokenStore;
use crate::config::{OwnEditor, Paths, Settings, Situation, Terminal};
use crate::sandbox;

/// Open the program on a sandbox of its own: no account, no configuration
///
/// A stand-in for Entra ID and Dataverse runs inside the program, with made-up cases, accounts and contacts. It
/// approves the sign-in by itself. Nothing is left behind, and no setting of yours is used.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {}

impl DemoArgs {
    /// Runs until the program is left.
    ///
    /// # Errors
    ///
    /// When there is no terminal, or the sandbox cannot start.
    pub(super) async fn run(
        self,
        (situation, terminal): (Situation, Terminal),
        editor: OwnEditor,
    ) -> Result<(), CliError> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(CliError::usage("the demo needs a terminal to draw on")
                .hint("a sandbox for scripts: `dv sandbox`"));
        }
        if situation.dumb {
            return Err(super::cannot_draw(&terminal));
        }
        let interrupted = interrupted()?;
        let _ = writeln!(io::stderr(), "Starting the sandbox ..."); // nobody to tell is no failure
        let folder = tempfile::Builder::new().prefix("dv-demo-").tempdir()?;
        let options = sandbox::Options {
            auto_approve: Some(Duration::from_secs(2)),
            out_dir: Some(folder.path().join("sandbox")),
            ..sandbox::Options::default()
        };
        let sandbox = tokio::select! {
            started = sandbox::start(options) => started?,
            () = interrupted => return Ok(()),
        };
        let ready = sandbox.ready();
        let settings = Settings {
            url: Some(ready.url.clone()),
            authority: Some(ready.authority.clone()),
            client_id: Some(ready.client_id.clone()),
            discovery: Some(ready.discovery.clone()),
            terminal,
            editor,
            ..Settings::bare(Paths::below(folder.path()), situation)
        };
        Context::new(settings.clone()).start_log();
        let store = TokenStore::in_folder(&settings.paths.state); // no secret store, no question
        let start = crate::tui::Start { demo: true, ..super::start(&settings, store) };
        let left = crate::tui::run(start).await.map_err(CliError::failed);
        sandbox.stop().await;
        left
    }
}
