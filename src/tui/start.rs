//! What the program on the screen is started with.

use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use jiff::Timestamp;
use secrecy::SecretString;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::backend::Ability;
use super::clipboard::{Clipboard, Multiplexer};
use super::console::RealConsole;
use super::input;
use super::terminal::{self, Guard, can_be_asked, let_nothing_wait};
use super::theme::{Colours, Ground};
use super::traits::Traits;
use super::{Runner, Services, Theme, run_loop};
use crate::app::App;
use crate::app::keymap::Keymap;
use crate::app::layout::Size;
use crate::app::screen::Viewer;
use crate::app::session::{self, Way};
use crate::auth::{TokenStore, Version};
use crate::config::{Application, Look, OwnEditor, Profiles, Tags};
use crate::ops::doctor;

/// Everything that `cli` hands over, resolved from flags, environment and profile. Addresses are as they were given.
#[derive(Debug, Clone)]
pub struct Start {
    /// Address of the environment, such as `contoso.crm4`.
    pub url: Option<String>,
    /// The sign-in authority given by hand.
    pub authority: Option<String>,
    pub tenant: Option<String>,
    pub client_id: Option<String>,
    pub scope: Option<String>,
    /// More certificate authorities, PEM.
    pub ca_file: Option<PathBuf>,
    /// Address of the service that lists environments, instead of the cloud's.
    pub discovery: Option<String>,
    /// What flags and variables say by themselves: it holds for every environment that is opened.
    pub given: Given,
    /// Name of the profile in use.
    pub profile: Option<String>,
    /// What the profile says of the environment.
    pub tags: Tags,
    /// What is typed to unlock writes; the environment's own name without one.
    pub alias: Option<String>,
    /// Nothing is ever written.
    pub read_only: bool,
    /// The environment's alias was given: writes to it are unlocked for a while.
    pub unlocked: bool,
    /// All profiles.
    pub profiles: Profiles,
    /// A ready access token instead of a sign-in.
    pub token: Option<SecretString>,
    /// The way in that is tried first; what fits the place without one.
    pub way: Option<Way>,
    /// Which endpoints of the authority are used.
    pub authority_version: Version,
    /// Which account's kept sign-in is meant.
    pub account: Option<String>,
    /// What an application signs in with, where one is to.
    pub application: Application,
    /// This process runs over SSH.
    pub ssh: bool,
    /// A browser could open here.
    pub display: bool,
    /// Styles without colour.
    pub no_color: bool,
    /// The terminal has more than sixteen colours.
    pub true_color: bool,
    /// The terminal shows ASCII only.
    pub ascii: bool,
    /// The locale is not UTF-8: what the server sends in other letters cannot be shown.
    pub ascii_locale: bool,
    /// What is known of the screen's looks.
    pub look: Look,
    /// The keys in effect.
    pub keymap: Keymap,
    /// The proxy on the way to the environment.
    pub proxy: Option<doctor::Proxy>,
    /// What is known of the terminal.
    pub terminal: doctor::Terminal,
    /// For so many milliseconds a lone Esc is held, to see whether it begins a key; what fits the place without it.
    pub esc_ms: Option<u16>,
    /// What long texts are written with.
    pub editor: OwnEditor,
    /// The embedded sandbox: begin with the device code.
    pub demo: bool,
    /// Where the tokens are kept. It can be opened, and asks nobody anything.
    pub store: TokenStore,
    /// Staged edits are kept on disk.
    pub journal: bool,
    /// Where staged edits and the arrangement of columns are kept, and a text that is too long for a clipboard; the folder may not exist yet.
    pub state_folder: PathBuf,
    /// Where the list of environments is kept; the folder may not exist yet.
    pub cache_folder: PathBuf,
    /// What `~/` means in a path that is typed.
    pub home: Option<PathBuf>,
}

/// How to sign in, as far as flags and variables say so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Given {
    pub authority: Option<String>,
    pub tenant: Option<String>,
    pub client_id: Option<String>,
}

/// Runs the program until it is left, or asked to end by a signal.
///
/// # Errors
///
/// When there is no terminal to draw on, or when a part of the program broke: the terminal is whole again then.
pub async fn run(start: Start) -> io::Result<()> {
    run_from(start, |app| app).await
}

/// Shows a JSON text until it is left; nothing is sent.
///
/// # Errors
///
/// As [`run`].
pub async fn view(start: Start, viewer: Viewer) -> io::Result<()> {
    run_from(start, |app| app.viewing(viewer)).await
}

async fn run_from(start: Start, first: impl FnOnce(App) -> App) -> io::Result<()> {
    // Before the terminal is taken: what came before somebody listens would be lost, or end us without giving it back.
    let asked_to_end = asked_to_end();
    let broken = Arc::new(Notify::new());
    let theme = start.theme(&Traits::default());
    let ability = Ability::of(start.terminal.name.as_deref().unwrap_or_default(), !start.ascii_locale);
    let services = Services::new(&start)?;
    let app_start = session::Start { places: services.places(), ..start.for_app() };
    let hold = start.esc_ms.map_or(input::usual_hold(start.ssh), |ms| Duration::from_millis(ms.into()));
    let asks = can_be_asked(start.terminal.name.as_deref());
    let mut input = input::start(hold)?;
    let (_guard, mut terminal) = Guard::take(Arc::clone(&broken), ability, asks)?;
    let line = terminal.backend().line();
    if asks {
        line.begin(Instant::now());
    }
    let size = terminal.size()?;
    let size = Size { width: size.width, height: size.height };
    let mut app = App::new(app_start, size, Timestamp::now());
    app.know_tables(services.known_tables());
    app.know_layouts(services.layouts());
    app.know_seed(uuid::Uuid::new_v4());
    let mut app = first(app);
    let mut runner = Runner::new(services);
    let ended = async move {
        tokio::select! {
            () = broken.notified() => true,
            () = asked_to_end => false,
        }
    }
    .boxed()
    .shared();
    let events = pin!((&mut input).take_until(ended.clone()));
    let is_ending = ended.clone();
    // In a task of its own: the loop may be what waits.
    let _rescue = AbortOnDropHandle::new(tokio::spawn(async move {
        is_ending.await;
        let_nothing_wait().await;
    }));
    let mut console = RealConsole::new(start, terminal.backend().synchronized(), line.clone(), ended.clone());
    run_loop(&mut app, &mut runner, &mut terminal, &mut console, &theme, events).await?;
    if asks {
        input::hear_out(&mut input, &line).await;
    }
    match ended.now_or_never() {
        Some(true) => Err(io::Error::other("a part of the program broke; what it said stands above")),
        _ => Ok(()),
    }
}

/// Listens from now on for a signal that ends programs, and waits for one.
#[cfg(unix)]
fn asked_to_end() -> impl Future<Output = ()> {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit()];
    let signals = kinds.map(signal);
    async {
        let [Ok(mut terminate), Ok(mut hang_up), Ok(mut interrupt), Ok(mut quit)] = signals else {
            return std::future::pending().await; // no handlers: the system ends us its own way
        };
        loop {
            // Those two come from keys as well, and then they are the editor's that has the terminal.
            let is_for_us = tokio::select! {
                _ = terminate.recv() => true,
                _ = hang_up.recv() => true,
                _ = interrupt.recv() => !terminal::is_lent(),
                _ = quit.recv() => !terminal::is_lent(),
            };
            if is_for_us {
                return;
            }
        }
    }
}

/// Waits for a signal that ends programs.
#[cfg(not(unix))]
async fn asked_to_end() {
    let _ = tokio::signal::ctrl_c().await;
}

impl Start {
    /// The ways to a clipboard that lead to the person.
    pub(super) fn clipboard(&self) -> Clipboard {
        let multiplexer = match (self.terminal.tmux, self.terminal.screen) {
            (true, _) => Multiplexer::Tmux,
            (false, true) => Multiplexer::Screen,
            (false, false) => Multiplexer::None,
        };
        Clipboard { multiplexer, desktop: self.display && !self.ssh, folder: self.state_folder.clone() }
    }

    /// The theme for this terminal, by what is known of it and what it answered.
    pub fn theme(&self, traits: &Traits) -> Theme {
        let name = self.terminal.name.as_deref().unwrap_or_default();
        let colours = match self.no_color || self.look.mono {
            true => Colours::None,
            false => Colours::of(name, self.true_color),
        };
        Theme::for_terminal(colours, Ground::choose(&self.look, traits.background))
    }

    /// What the core needs to know of it.
    fn for_app(&self) -> session::Start {
        let code_first = self.demo || self.ssh || !self.display;
        session::Start {
            version: env!("CARGO_PKG_VERSION").into(),
            environment: self.url.clone(),
            places: vec![],
            way: self.way.unwrap_or(if code_first { Way::DeviceCode } else { Way::Browser }),
            remote: self.ssh,
            desktop: self.display && !self.ssh,
            ascii: self.ascii,
            keymap: self.keymap.clone(),
        }
    }
}
