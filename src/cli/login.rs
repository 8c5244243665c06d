//! `dv login`

use std::io::{self, IsTerminal, Read, Write};

use clap::Args;
use serde::Serialize;
use zeroize::Zeroizing;

use super::output::json_line;
use super::{CliError, Context};
use crate::auth::browser::Wishes;
use crate::auth::vault::Choice;
use crate::auth::{CredentialSource, Error, Request, TokenStore};
use crate::config::{self, Settings};
use crate::ops::sign_in::{self, Attempt, Progress, Prompt, SignedIn, Way};
use crate::text::harmless;
use crate::tui::pasting::Pasting;

/// Longest token that is read from standard input.
const MAX_TOKEN: u64 = 1 << 20;

/// Sign in to an environment
///
/// Without a way, the best for the place: as an application where a secret or certificate is given, in the browser of this
/// machine where there is one, with a code otherwise. Without an environment the sign-in is to Global Discovery, which
/// lists them. The sign-in is kept for later commands and renewed by itself.
#[derive(Debug, Args)]
pub(super) struct LoginArgs {
    #[command(flatten)]
    ways: Ways,
    /// Open no browser, only print the address
    #[arg(long)]
    no_open: bool,
    /// User name to fill in on the sign-in page
    #[arg(long, value_name = "USER")]
    login_hint: Option<String>,
    /// What to ask on the sign-in page, such as select_account or login
    #[arg(long, value_name = "PROMPT")]
    prompt: Option<String>,
    /// What protects the tokens on disk: auto, file, keyring, keyutils or passphrase (DV_TOKEN_STORE)
    #[arg(long, value_name = "STORE", long_help = TOKEN_STORE)]
    token_store: Option<Choice>,
    /// Print what to do, and then the outcome, as JSON
    #[arg(long)]
    json: bool,
}

const TOKEN_STORE: &str = "\
What protects the tokens on disk (DV_TOKEN_STORE)

auto: a key in the secret store of the system where this build has one and it answers, else file
file: closed to other users
keyring: a key in the secret store of the system
keyutils: a key in the kernel's keyring, gone at a restart (Linux)
passphrase: a key from a passphrase, asked for or in DV_TOKEN_PASSPHRASE

Earlier sign-ins are carried over. A sealed file stays as it is with auto.";
/// One way, or none.
#[derive(Debug, Clone, Copy, Args)]
#[group(multiple = false)]
struct Ways {
    /// Type a code on any device
    #[arg(long, conflicts_with = "credential")]
    device_code: bool,
    /// Use the browser of this machine, or one that reaches it through `ssh -L`
    #[arg(long, conflicts_with = "credential")]
    browser: bool,
    /// Open the printed address anywhere, and paste the address that the browser ends at
    #[arg(long, conflicts_with = "credential")]
    paste: bool,
    /// Use the session of the Azure CLI (`az login`)
    #[arg(long, conflicts_with = "credential")]
    azure_cli: bool,
    /// Keep an access token that standard input holds; it cannot be renewed
    #[arg(long, conflicts_with = "credential")]
    token_stdin: bool,
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
        let way = self.ways.named();
        let fitting = self.fitting(context);
        match self.sign_in(context, way.unwrap_or(fitting), None, out).await {
            // The next rung of the ladder, for a person who is there to take it.
            Err(error) if way.is_none() && error.wants_a_browser() && io::stdin().is_terminal() => {
                context.note(&error.to_string());
                context.note("a browser is the next way");
                let claims = error.claims().map(ToOwned::to_owned);
                let signed_in = self.sign_in(context, Way::Browser, claims, out).await;
                self.done(signed_in.map_err(Failure::into_cli)?, out)
            }
            Err(error) => Err(error.into_cli()),
            Ok(signed_in) => self.done(signed_in, out),
        }
    }

    async fn sign_in(
        &self,
        context: &Context,
        way: Way,
        claims: Option<String>,
        out: &mut dyn Write,
    ) -> Result<(SignedIn, TokenStore), Failure> {
        let request = self.request(context, way)?;
        let http = context.http()?;
        let store = context.store_protected_by(self.token_store(context));
        let is_wished = self.login_hint.is_some() || self.prompt.is_some();
        let login_hint = self.login_hint.clone().or_else(|| context.settings().account.clone());
        let wishes = Wishes { login_hint, prompt: self.prompt.clone(), claims };
        if is_wished && way != Way::Browser {
            context.note("--login-hint and --prompt are for the browser; this way they do nothing");
        }
        let mut pasting = None;
        let mut attempt = Attempt { wishes, ..Attempt::new(way) };
        if way == Way::Token {
            attempt.token = Some(read_token()?.as_str().into());
        }
        if way == Way::Browser && self.may_paste(context) {
            let mut started = Pasting::start();
            attempt.pasted = started.texts();
            pasting = Some(started);
        }
        let (progress, mut news) = tokio::sync::mpsc::unbounded_channel();
        let signing_in = sign_in::sign_in(&http, &store, &request, attempt, |progress_made| {
            let _ = progress.send(progress_made); // received below as long as this runs
        });
        tokio::pin!(signing_in);
        let signed_in = loop {
            tokio::select! {
                biased;
                Some(progress) = news.recv() => self.tell(context, out, progress, pasting.as_ref())?,
                done = &mut signing_in => break done?,
            }
        };
        while let Ok(progress) = news.try_recv() {
            self.tell(context, out, progress, None)?;
        }
        context.note_aside(&store);
        if let (Some(meant), Some(came)) = (&request.account, &signed_in.user)
            && !meant.eq_ignore_ascii_case(came)
        {
            context.note(&format!(
                "{meant} was meant, {came} signed in: with this profile that sign-in is not used"
            ));
        }
        context.pin(signed_in.tokens.clone()).await?;
        Ok((signed_in, store.clone()))
    }

    /// What is asked for: an application's proof is for an application's sign-in alone.
    fn request(&self, context: &Context, way: Way) -> Result<Request, CliError> {
        if way == Way::Application && context.settings().url.is_none() {
            return Err(CliError::usage("an application signs in to an environment, and none is given")
                .hint("name it with --url contoso.crm4, DV_URL or a profile; Global Discovery knows people only"));
        }
        let request = context.sign_in_request()?;
        Ok(match way {
            Way::Application => request,
            _ => Request { application: None, client_secret: None, ..request },
        })
    }

    fn done(&self, (signed_in, store): (SignedIn, TokenStore), out: &mut dyn Write) -> Result<(), CliError> {
        let url = signed_in.environment.origin();
        if self.json {
            let done = DoneLine { url, authority: &signed_in.authority, user: signed_in.user.as_deref() };
            json_line(out, &done)?;
        } else {
            let user = signed_in.user.as_deref().map(|user| format!(" as {user}")).unwrap_or_default();
            writeln!(io::stderr(), "Signed in to {url}{}.", harmless(&user))?;
        }
        if let Some(protection) = store.protection()? {
            let path = store.path().display().to_string();
            writeln!(io::stderr(), "Tokens are kept in {}, {}.", harmless(&path), protection.words())?;
        }
        Ok(())
    }

    /// What was asked for, here or in the settings.
    pub(super) fn token_store(&self, context: &Context) -> Choice {
        self.token_store.or(context.settings().token_store).unwrap_or(Choice::Auto)
    }

    /// The best way for the place: what the settings say, else the application that is at hand, else what can be seen
    /// here.
    fn fitting(&self, context: &Context) -> Way {
        let Settings { way, application, situation, .. } = context.settings();
        let handed = application.source == Some(CredentialSource::Handed);
        match way {
            Some(config::Way::DeviceCode) if !handed => Way::DeviceCode,
            Some(config::Way::Browser | config::Way::Paste) if !handed => Way::Browser,
            Some(config::Way::AzureCli) if !handed => Way::AzureCli,
            Some(config::Way::Token) if !handed => Way::Token,
            Some(config::Way::ClientSecret | config::Way::Certificate) => Way::Application,
            _ if application.source.is_some() => Way::Application,
            _ => Way::fitting(situation.ssh, situation.display),
        }
    }

    /// The person pastes the address at the end, wherever the browser is.
    fn pastes(&self, context: &Context) -> bool {
        let of_settings = context.settings().way == Some(config::Way::Paste);
        self.ways.paste || (self.ways.named().is_none() && of_settings)
    }

    /// Whether standard input is listened to: where it was asked for, and for a person whose browser may be elsewhere.
    fn may_paste(&self, context: &Context) -> bool {
        self.pastes(context) || (io::stdin().is_terminal() && !self.has_browser(context))
    }

    fn tell(
        &self,
        context: &Context,
        out: &mut dyn Write,
        progress: Progress,
        pasting: Option<&Pasting>,
    ) -> Result<(), CliError> {
        let prompt = match progress {
            Progress::Warning(warning) => {
                if let Some(pasting) = pasting {
                    pasting.read_one();
                }
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
            Prompt::Browser { authorize_url, .. } => (authorize_url, !self.pastes(context)),
        };
        writeln!(err, "Open: {}", harmless(address))?;
        match &prompt {
            Prompt::DeviceCode { user_code, .. } => writeln!(err, "Code: {}", harmless(user_code))?,
            Prompt::Browser { redirect_uri, .. } => {
                if let Some(port) = redirect_uri.rsplit(':').next().filter(|_| !self.has_browser(context)) {
                    writeln!(err, "From another machine, first: ssh -L {port}:localhost:{port} this-host")?;
                }
                if let Some(pasting) = pasting {
                    pasting.read_one();
                    writeln!(err, "Or paste here the address that the browser ends at, and press Enter.")?;
                }
            }
        }
        drop(err);
        if may_open && self.opens(context) && open::that_detached(address).is_err() {
            context.note("the browser could not be opened");
        }
        Ok(())
    }

    /// A browser is opened for a person who sits here: not over SSH, not without a display.
    fn opens(&self, context: &Context) -> bool {
        !self.no_open && self.has_browser(context)
    }

    fn has_browser(&self, context: &Context) -> bool {
        let situation = context.settings().situation;
        !situation.ssh && situation.display
    }
}

impl Ways {
    /// The way that was named.
    fn named(self) -> Option<Way> {
        let ways = [
            (self.device_code, Way::DeviceCode),
            (self.browser || self.paste, Way::Browser),
            (self.azure_cli, Way::AzureCli),
            (self.token_stdin, Way::Token),
        ];
        ways.into_iter().find(|(named, _)| *named).map(|(_, way)| way)
    }
}

/// Why a sign-in ended; what the authority said is looked at before it becomes a message.
enum Failure {
    Auth(Error),
    Other(CliError),
}

impl Failure {
    fn into_cli(self) -> CliError {
        match self {
            Failure::Auth(error) => error.into(),
            Failure::Other(error) => error,
        }
    }

    fn wants_a_browser(&self) -> bool {
        matches!(self, Failure::Auth(error) if error.wants_a_browser())
    }

    fn claims(&self) -> Option<&str> {
        match self {
            Failure::Auth(error) => error.claims(),
            Failure::Other(_) => None,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Failure::Auth(error) => error.fmt(f),
            Failure::Other(_) => f.write_str("the sign-in failed"),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Auth(error)
    }
}

impl From<CliError> for Failure {
    fn from(error: CliError) -> Failure {
        Failure::Other(error)
    }
}

/// Reads a token from standard input to its end.
fn read_token() -> Result<Zeroizing<String>, CliError> {
    let mut stdin = io::stdin().lock();
    if stdin.is_terminal() {
        return Err(CliError::usage("--token-stdin reads a token from standard input, which is a terminal")
            .hint("pipe it: `az account get-access-token ... | dv login --token-stdin`"));
    }
    let mut token = Zeroizing::new(String::new());
    stdin.by_ref().take(MAX_TOKEN).read_to_string(&mut token)?;
    Ok(token)
}
