//! `dv login`

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use super::output::json_line;
use super::{CliError, Context};
use crate::auth::browser::Wishes;
use crate::ops::sign_in::{self, Progress, Prompt, Way};
use crate::text::harmless;

/// Sign in to an environment
///
/// In the browser of this machine where there is one, with a code otherwise. Without an environment the sign-in is to
/// Global Discovery, which lists them. The sign-in is kept for later commands
/// and renewed by itself.
#[derive(Debug, Args)]
pub(super) struct LoginArgs {
    /// Type a code on any device
    #[arg(long, conflicts_with = "browser")]
    device_code: bool,
    /// Use the browser of this machine
    #[arg(long)]
    browser: bool,
    /// Open no browser, only print the address
    #[arg(long)]
    no_open: bool,
    /// User name to fill in on the sign-in page
    #[arg(long, value_name = "USER")]
    login_hint: Option<String>,
    /// What to ask on the sign-in page, such as select_account or login
    #[arg(long, value_name = "PROMPT")]
    prompt: Option<String>,
    /// Print what to do, and then the outcome, as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct CodeLine<'a> {
    verification_uri: &'a str,
    user_code: &'a str,
    expires_in: u64,
}

#[derive(Serialize)]
struct BrowserLine<'a> {
    authorize_url: &'a str,
    redirect_uri: &'a str,
}

#[derive(Serialize)]
struct DoneLine<'a> {
    url: &'a str,
    authority: &'a str,
    user: Option<&'a str>,
}

impl LoginArgs {
    /// Runs the command. Prompts go to standard error, with `--json` to `out`.
    ///
    /// # Errors
    ///
    /// Of kind [`Kind::SignIn`](super::Kind::SignIn) when the person, the authority or the time said no.
    pub(super) async fn run(self, context: &Context, out: &mut dyn Write) -> Result<(), CliError> {
        if context.settings().token.is_some() {
            context.note("DV_TOKEN is set: commands use it instead of this sign-in");
        }
        let request = context.sign_in_request()?;
        let http = context.http()?;
        let (progress, mut news) = tokio::sync::mpsc::unbounded_channel();
        let store = context.store();
        let wishes = Wishes { login_hint: self.login_hint.clone(), prompt: self.prompt.clone() };
        let way = self.way(context);
        if way == Way::DeviceCode && wishes != Wishes::default() {
            context.note("--login-hint and --prompt are for the browser; with a code they do nothing");
        }
        let signing_in = sign_in::sign_in(&http, &store, &request, way, &wishes, |progress_made| {
            let _ = progress.send(progress_made); // received below as long as this runs
        });
        tokio::pin!(signing_in);
        let signed_in = loop {
            tokio::select! {
                biased;
                Some(progress) = news.recv() => self.tell(context, out, progress)?,
                done = &mut signing_in => break done?,
            }
        };
        while let Ok(progress) = news.try_recv() {
            self.tell(context, out, progress)?;
        }
        context.pin(signed_in.tokens.clone()).await?;
        let url = signed_in.environment.origin();
        if self.json {
            let done = DoneLine { url, authority: &signed_in.authority, user: signed_in.user.as_deref() };
            json_line(out, &done)?;
        } else {
            let user = signed_in.user.as_deref().map(|user| format!(" as {user}")).unwrap_or_default();
            writeln!(io::stderr(), "Signed in to {url}{}.", harmless(&user))?;
        }
        Ok(())
    }

    fn way(&self, context: &Context) -> Way {
        let situation = context.settings().situation;
        match (self.device_code, self.browser) {
            (true, _) => Way::DeviceCode,
            (_, true) => Way::Browser,
            _ => Way::fitting(situation.ssh, situation.display),
        }
    }

    fn tell(&self, context: &Context, out: &mut dyn Write, progress: Progress) -> Result<(), CliError> {
        let prompt = match progress {
            Progress::Warning(warning) => {
                context.note(&warning);
                return Ok(());
            }
            Progress::Prompt(prompt) => prompt,
        };
        if self.json {
            match &prompt {
                Prompt::DeviceCode { verification_uri, user_code, expires_in, .. } => {
                    let expires_in = expires_in.as_secs();
                    json_line(out, &CodeLine { verification_uri, user_code, expires_in })?;
                }
                Prompt::Browser { authorize_url, redirect_uri } => {
                    json_line(out, &BrowserLine { authorize_url, redirect_uri })?;
                }
            }
            out.flush()?;
        }
        let mut err = io::stderr().lock();
        let (address, may_open) = match &prompt {
            Prompt::DeviceCode { verification_uri, may_open, .. } => (verification_uri, *may_open),
            Prompt::Browser { authorize_url, .. } => (authorize_url, true),
        };
        writeln!(err, "Open: {}", harmless(address))?;
        if let Prompt::DeviceCode { user_code, .. } = &prompt {
            writeln!(err, "Code: {}", harmless(user_code))?;
        }
        drop(err);
        if may_open && self.opens(context) && open::that_detached(address).is_err() {
            context.note("the browser could not be opened");
        }
        Ok(())
    }

    /// A browser is opened for a person who sits here: not over SSH, not without a display.
    fn opens(&self, context: &Context) -> bool {
        let situation = context.settings().situation;
        !self.no_open && !situation.ssh && situation.display
    }
}
