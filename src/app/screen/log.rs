//! The request log: what this session asked for, and how it was answered.

use crate::app::command::log::LogCommand;
use crate::app::copy;
use crate::app::effect::{Effect, Request};
use crate::app::exchanges::{Entry, size};
use crate::app::key::{Input, Key};
use crate::app::layout::Size;
use crate::app::line::Line;
use crate::app::list::{List, Step};
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
use crate::app::overlay::reading::Reading;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::app::{App, Screen};
use crate::dataverse::{self, Exchange};

/// From this width on the details stand beside the list.
const WIDE: u16 = 160;
/// Cells of the details beside the list.
pub const BESIDE: u16 = 57;
/// Lines of the details below the list, where there is little room and where there is much; and the least that the list
/// keeps.
const BELOW: usize = 8;
const MORE_BELOW: usize = 12;
const LEAST: usize = 5;

/// State of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Cursor and scroll position among the lines, newest first.
    pub list: List,
    /// What the lines are looked through for.
    pub filter: Line,
    /// The keys go to that text.
    pub typing: bool,
    /// The cursor goes to each new line.
    pub following: bool,
}

impl Default for Log {
    fn default() -> Self {
        Self { list: List::default(), filter: Line::default(), typing: false, following: true }
    }
}

impl Log {
    /// The lines that are listed, newest first.
    pub fn entries<'a>(&self, app: &'a App) -> Vec<&'a Entry> {
        let needle = self.filter.text().trim().to_lowercase();
        app.requests.newest_first().filter(|entry| needle.is_empty() || entry.matches(&needle)).collect()
    }

    /// The line under the cursor.
    pub fn current<'a>(&self, app: &'a App) -> Option<&'a Entry> {
        self.entries(app).get(self.list.cursor).copied()
    }

    /// Whether the details stand beside the list.
    pub fn is_wide(size: Size) -> bool {
        size.width >= WIDE
    }

    /// Rows of the list, and of the details below it: the first two rows are numbers and headers, a rule parts the two.
    pub fn heights(size: Size) -> (usize, usize) {
        let room = size.list_height();
        if Self::is_wide(size) {
            return (room, 0);
        }
        let below = (room / 3).clamp(BELOW, MORE_BELOW).min(room.saturating_sub(LEAST + 1));
        (room.saturating_sub(below + 1), below)
    }
}

impl App {
    /// Opens the log.
    pub(in crate::app) fn go_log(&mut self) -> Vec<Effect> {
        match self.screen() {
            Screen::Log(_) => self.say("This is the request log."),
            _ => self.screens.push(Screen::Log(Box::default())),
        }
        vec![]
    }

    pub(in crate::app) fn log(&self) -> Option<&Log> {
        match self.screen() {
            Screen::Log(log) => Some(log),
            _ => None,
        }
    }

    /// The exchange under the cursor of the log.
    pub fn logged(&self) -> Option<&Exchange> {
        match self.log()?.current(self)? {
            Entry::Sent(exchange) => Some(exchange),
            Entry::Traced(_) | Entry::Cached { .. } => None,
        }
    }

    /// A line came: the cursor follows it, or stays on the line that it is on.
    pub(in crate::app) fn log_grew(&mut self) {
        let newest = self.requests.newest_first().next().cloned();
        let height = Log::heights(self.size).0;
        let Some(mut log) = self.screens.iter().find_map(|screen| match screen {
            Screen::Log(log) => Some((**log).clone()),
            _ => None,
        }) else {
            return;
        };
        let needle = log.filter.text().trim().to_lowercase();
        let is_listed = newest.is_some_and(|entry| needle.is_empty() || entry.matches(&needle));
        let len = log.entries(self).len();
        match log.following {
            true => log.list.go_to(0, len, height),
            false if is_listed => {
                log.list.top += 1;
                log.list.step(Step::Rows(1), len, height);
            }
            false => log.list.clamp(len, height),
        }
        for screen in self.screens.iter_mut() {
            if let Screen::Log(seen) = screen {
                seen.list = log.list;
            }
        }
    }

    pub(in crate::app) fn step_log(&mut self, step: Step) {
        let height = Log::heights(self.size).0;
        let Some(len) = self.log().map(|log| log.entries(self).len()) else { return };
        if let Screen::Log(log) = self.screen_mut() {
            log.list.step(step, len, height);
            log.following &= log.list.cursor == 0;
        }
    }

    /// Takes an input for the text that the log is looked through for.
    pub(in crate::app) fn log_field_input(&mut self, input: &Input) -> Option<Vec<Effect>> {
        let Screen::Log(log) = self.screen_mut() else { return None };
        if !log.typing {
            return None;
        }
        match input {
            Input::Key(Key::Enter | Key::Tab | Key::Esc | Key::Ctrl('g')) => log.typing = false,
            Input::Key(Key::Up | Key::Ctrl('p')) => self.step_log(Step::Rows(-1)),
            Input::Key(Key::Down | Key::Ctrl('n')) => self.step_log(Step::Rows(1)),
            input => {
                let before = log.filter.text().to_owned();
                if !log.filter.update(input) {
                    return None;
                }
                if log.filter.text() != before {
                    self.step_log(Step::First);
                }
            }
        }
        Some(vec![])
    }

    /// Drops the text that the log is looked through for; answers whether there was one.
    pub(in crate::app) fn log_back(&mut self) -> bool {
        let Screen::Log(log) = self.screen_mut() else { return false };
        let had = !log.filter.is_empty();
        log.filter = Line::default();
        if had {
            self.step_log(Step::First);
        }
        had
    }

    /// A read was sent once more.
    pub(in crate::app) fn repeated(&mut self, result: Result<usize, dataverse::Error>) {
        match result {
            Ok(bytes) => self.say(format!("Sent again and answered, {}.", size(bytes as u64))),
            Err(error) => {
                let problem = Problem::of("The request was sent again", &error);
                self.notice = Some(Notice::Problem(problem.next(". send it again   Esc dismiss")));
            }
        }
    }

    pub(in crate::app) fn run_log(&mut self, command: LogCommand) -> Vec<Effect> {
        match command {
            LogCommand::Filter => {
                if let Screen::Log(log) = self.screen_mut() {
                    log.typing = true;
                }
            }
            LogCommand::Follow => {
                let Screen::Log(log) = self.screen_mut() else { return vec![] };
                log.following = !log.following;
                match log.following {
                    true => {
                        self.step_log(Step::First);
                        self.say("The cursor goes to each new request.");
                    }
                    false => self.say("The cursor stays on its request."),
                }
            }
            LogCommand::Detail => {
                let Some(entry) = self.log().and_then(|log| log.current(self)) else { return vec![] };
                let details = entry.details(&self.zone);
                let reading = Reading::new("Request, without token and body".into(), details).tight();
                self.overlays.push(Overlay::Reading(Box::new(reading)));
            }
            LogCommand::Repeat => {
                let Some(exchange) = self.logged().cloned() else { return vec![] };
                self.say("Sending it again ...");
                let request = Request::Repeat(Box::new(exchange));
                return vec![Effect::Run(self.tickets.issue(Slot::Repeat), request)];
            }
            LogCommand::CopyId => {
                let Some(exchange) = self.logged() else { return vec![] };
                let id = exchange.request_id.clone().unwrap_or_else(|| exchange.client_request_id.clone());
                return self.copy(id);
            }
            LogCommand::CopyUrl => {
                let Some(exchange) = self.logged() else { return vec![] };
                let url = exchange.url();
                return self.copy(url);
            }
            LogCommand::CopyCurl => {
                let Some(exchange) = self.logged() else { return vec![] };
                let curl = copy::shell::curl(&exchange.origin, &exchange.url(), None);
                return self.copy(curl);
            }
        }
        vec![]
    }
}
