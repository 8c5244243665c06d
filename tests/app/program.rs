//! The program under test, and what a person at it can do.

use std::io;
use std::path::Path;
use std::time::Duration;

use dvtui::app::App;
use dvtui::app::copy::Copied;
use dvtui::app::event::Event;
use dvtui::app::key::{Input, Key};
use dvtui::app::keymap::Keymap;
use dvtui::app::layout::Size;
use dvtui::app::own_editor::{Draft, Edited};
use dvtui::app::session::{self, Way};
use dvtui::auth::{TokenStore, Version};
use dvtui::config::{Application, OwnEditor, Paths, Profiles, Tags};
use dvtui::sandbox::{Options, Ready, Sandbox};
use dvtui::tui::input::Arrival;
use dvtui::tui::{Console, Given, Runner, Services, Start, Theme, own_editor, run_loop};
use futures_util::FutureExt;
use futures_util::stream::unfold;
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::Backend;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::screen::Screen;
use crate::support;

/// How long something may take before a test gives up. It bounds a hang, it measures nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// The running program with its sandbox.
pub(crate) struct Program {
    pub(crate) sandbox: Sandbox,
    screen: Screen,
    input: UnboundedSender<Arrival>,
    end: JoinHandle<io::Result<()>>,
    pub(crate) home: tempfile::TempDir,
    pub(crate) settings: Start,
    http: reqwest::Client,
}

impl Program {
    /// Starts it at the sign-in, which approves itself at once.
    pub(crate) async fn start() -> Self {
        Self::start_with(|_, _| {}).await
    }

    /// Starts it with other settings than those of the sandbox's first environment.
    pub(crate) async fn start_with(change: impl FnOnce(&Ready, &mut Start)) -> Self {
        Self::start_sized(80, 24, change).await
    }

    /// Starts it in a terminal of this size.
    pub(crate) async fn start_sized(
        width: u16,
        height: u16,
        change: impl FnOnce(&Ready, &mut Start),
    ) -> Self {
        let options = Options { auto_approve: Some(Duration::ZERO), ..support::options() };
        let sandbox = support::start(options).await;
        let home = tempfile::tempdir().unwrap();
        let ready = sandbox.ready();
        let mut settings = Start {
            url: Some(ready.url.clone()),
            authority: Some(ready.authority.clone()),
            client_id: Some(ready.client_id.clone()),
            discovery: Some(ready.discovery.clone()),
            given: Given {
                authority: Some(ready.authority.clone()),
                tenant: None,
                client_id: Some(ready.client_id.clone()),
            },
            ..nowhere(home.path())
        };
        change(ready, &mut settings);
        Self::launch(sandbox, home, settings, Screen::new(width, height))
    }

    /// Starts it with what an earlier run has left in its home.
    fn launch(sandbox: Sandbox, home: tempfile::TempDir, settings: Start, screen: Screen) -> Self {
        let services = Services::new(&settings).unwrap();
        let start = session::Start {
            version: "0".into(),
            environment: settings.url.clone(),
            places: services.places(),
            way: Way::DeviceCode,
            remote: true,
            desktop: false,
            ascii: false,
            keymap: Keymap::default(),
        };
        let Ok(size) = screen.size();
        let (width, height) = (size.width, size.height);
        let (input, events) = unbounded_channel();
        let shown = screen.clone();
        let mut console = Deaf { editor: settings.editor.clone() };
        let end = tokio::spawn(async move {
            let mut app = App::new(start, Size { width, height }, Timestamp::now());
            app.know_layouts(services.layouts());
            app.know_seed(uuid::Uuid::new_v4());
            let mut runner = Runner::new(services);
            let Ok(mut terminal) = Terminal::new(shown);
            let events = Box::pin(unfold(events, async |mut events| Some((events.recv().await?, events))));
            run_loop(&mut app, &mut runner, &mut terminal, &mut console, &Theme::plain(), events).await
        });
        Self { sandbox, screen, input, end, home, settings, http: support::http() }
    }

    /// Ends it in the middle of what it does, and starts it again.
    pub(crate) async fn break_off_and_start_again(self) -> Self {
        self.end.abort();
        assert!(self.end.await.unwrap_err().is_cancelled());
        let Ok(size) = self.screen.size();
        Self::launch(self.sandbox, self.home, self.settings, Screen::new(size.width, size.height))
    }

    /// Ends its input, as a terminal that is closed does, and starts it again once it has ended.
    pub(crate) async fn hang_up_and_start_again(self) -> Self {
        self.start_again_with(|_, _| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn start_again_with(mut self, change: impl FnOnce(&Ready, &mut Start)) -> Self {
        drop(self.input);
        self.end.await.unwrap().unwrap();
        change(self.sandbox.ready(), &mut self.settings);
        let Ok(size) = self.screen.size();
        Self::launch(self.sandbox, self.home, self.settings, Screen::new(size.width, size.height))
    }

    /// Starts it and goes on to the first case that can be changed: resolved and cancelled ones cannot.
    pub(crate) async fn start_at_the_cases() -> Self {
        let mut program = Self::start().await;
        program.go_to_the_cases().await;
        program
    }

    /// Goes on from the tables to the first case that can be changed.
    pub(crate) async fn go_to_the_cases(&mut self) {
        self.wait_for("Action Card").await;
        self.keys("/ i n c i d e n t enter");
        self.wait_for("CAS-").await;
        self.keys("/ R e s e a r c h esc");
        self.wait_until("active cases", |screen| screen.contains("Resea") && !screen.contains("Probl")).await;
    }

    /// Presses keys, separated by spaces, by the names that help shows.
    pub(crate) fn keys(&mut self, keys: &str) {
        for key in keys.split(' ') {
            let key: Key = key.parse().unwrap();
            self.send(Event::Input(Input::Key(key)));
        }
    }

    /// Pastes a text.
    pub(crate) fn paste(&mut self, text: &str) {
        self.send(Event::Input(Input::Paste(text.into())));
    }

    /// Something comes from the terminal.
    pub(crate) fn send(&mut self, arrival: impl Into<Arrival>) {
        self.input.send(arrival.into()).unwrap();
    }

    /// Presses a key, unless the program was left.
    pub(crate) fn press(&self, key: Key) -> bool {
        self.input.send(Arrival::from(Event::Input(Input::Key(key)))).is_ok()
    }

    /// What the screen shows.
    pub(crate) fn shown(&self) -> String {
        self.screen.text()
    }

    /// Waits until the screen shows a text, and answers what it shows then.
    pub(crate) async fn wait_for(&mut self, text: &str) -> String {
        self.wait_until(text, |screen| screen.contains(text)).await
    }

    /// Waits until the screen fulfils a condition.
    pub(crate) async fn wait_until(&mut self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        let waiting = async {
            loop {
                let text = self.screen.text();
                if condition(&text) {
                    return text;
                }
                self.screen.next_frame().await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(text) => text,
            Err(_) => panic!("waited for `{what}`; the screen shows:\n{}", self.screen.text()),
        }
    }

    /// The folder that is `~` to the program.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Leaves with `Q` and waits for the end.
    pub(crate) async fn quit(mut self) {
        self.keys("Q");
        self.end.await.unwrap().unwrap();
    }

    /// Leaves with `Q`; the folder with what was kept stays.
    pub(crate) async fn quit_for_its_home(mut self) -> tempfile::TempDir {
        self.keys("Q");
        self.end.await.unwrap().unwrap();
        self.home
    }

    /// Leaves although edits wait: asked for once more.
    pub(crate) async fn quit_with_pending(mut self) {
        self.keys("Q");
        self.wait_for("Quit?").await;
        self.keys("y");
        self.end.await.unwrap().unwrap();
    }

    /// Makes the sandbox misbehave.
    pub(crate) async fn fault(&self, fault: Value) {
        let url = format!("{}/_sandbox/faults", self.controls());
        let response = support::http().post(url).json(&fault).send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    /// Every request so far.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        self.requests_since(0).await
    }

    /// Every request behind the one with this number.
    pub(crate) async fn requests_since(&self, number: u64) -> Vec<Value> {
        let url = format!("{}/_sandbox/requests?since={number}", self.controls());
        let text = self.http.get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// The paths of the requests to the Web APIs.
    pub(crate) async fn api_paths(&self) -> Vec<String> {
        let all = self.requests().await;
        let api = all.iter().filter(|request| request["origin"] == "api");
        api.map(|request| request["path"].as_str().unwrap().to_owned()).collect()
    }

    /// The requests to the Web API that are no reads.
    pub(crate) async fn writes(&self) -> Vec<Value> {
        let all = self.requests().await;
        all.into_iter().filter(|request| request["origin"] == "api" && request["method"] != "GET").collect()
    }

    /// Opens the row under the cursor as JSON, and answers its path below the environment's address.
    pub(crate) async fn open_as_json(&mut self) -> String {
        self.keys("enter");
        self.wait_for("1 Form").await;
        self.keys("2");
        let json = self.wait_for("incidentid").await;
        let id = json.lines().find_map(|line| line.trim().strip_prefix("incidentid: ")).unwrap();
        let id = id.split_whitespace().next().unwrap().trim_matches('"');
        format!("/api/data/v9.2/incidents({id})")
    }

    /// Changes a row as somebody else: a case worker at another desk.
    pub(crate) async fn change_as_somebody_else(&self, path: &str, change: Value) {
        let token = support::user_token(&self.sandbox, "bo").await;
        let url = format!("{}{path}", self.sandbox.ready().url);
        let response = support::http().patch(url).bearer_auth(token).json(&change).send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.text().await.unwrap());
    }

    /// The first case by the order that the grid has, as the server holds it.
    pub(crate) async fn row(&self, path: &str) -> Value {
        let token = support::user_token(&self.sandbox, "anna").await;
        let url = format!("{}{path}", self.sandbox.ready().url);
        let response = support::http().get(url).bearer_auth(token).send().await.unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }

    fn controls(&self) -> &str {
        self.sandbox.ready().controls.as_deref().unwrap()
    }
}

/// Settings that lead nowhere.
pub(crate) fn nowhere(home: &Path) -> Start {
    Start {
        url: None,
        authority: None,
        tenant: None,
        client_id: None,
        scope: None,
        ca_file: None,
        discovery: None,
        given: Given::default(),
        profile: None,
        tags: Tags::default(),
        alias: None,
        read_only: false,
        unlocked: false,
        profiles: Profiles::of(&Paths::below(home)),
        token: None,
        way: None,
        authority_version: Version::default(),
        account: None,
        application: Application::default(),
        ssh: true,
        display: false,
        no_color: true,
        true_color: false,
        ascii: false,
        ascii_locale: false,
        keymap: Keymap::default(),
        look: dvtui::config::Look::default(),
        proxy: None,
        terminal: dvtui::ops::doctor::Terminal::default(),
        esc_ms: None,
        editor: OwnEditor::default(),
        demo: false,
        journal: true,
        store: TokenStore::in_folder(&home.join("state")),
        state_folder: home.join("state"),
        cache_folder: home.join("cache"),
        home: Some(home.to_owned()),
    }
}

/// A fault of the Web API for requests of one method whose path matches.
pub(crate) fn api_fault(method: &str, path: &str, times: u32, fault: Value) -> Value {
    json!({ "match": { "origin": "api", "method": method, "path": path }, "times": times, "fault": fault })
}

/// A terminal without clipboard, shell or plain screen. An editor there does without a terminal.
#[derive(Default)]
pub(crate) struct Deaf {
    editor: OwnEditor,
}

impl Console for Deaf {
    fn copy(&mut self, _text: &str) -> io::Result<Copied> {
        Ok(Copied::Terminal)
    }

    fn announce(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    fn leave(&mut self, _text: &str) -> io::Result<()> {
        Ok(())
    }

    fn come_back(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn suspend(&mut self) -> io::Result<()> {
        Ok(())
    }

    async fn edit(&mut self, draft: &Draft) -> io::Result<Edited> {
        match own_editor::prepare(&self.editor, draft) {
            Ok(work) => Ok(work.run(std::future::pending().boxed().shared()).await),
            Err(why) => Ok(Edited::Impossible(why)),
        }
    }
}
