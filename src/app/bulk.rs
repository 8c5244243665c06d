//! Many sends at once: what goes out as answers come, and when the rest is kept back.

use std::collections::BTreeMap;

use super::App;
use super::backup::{Doom, Kept};
use super::effect::Effect;
use super::event::SaveFailure;
use super::notice::Notice;
use super::pending::{Item, RowKey};
use super::problem::Problem;
use super::save::sentence;
use super::screen::Screen;
use super::tickets::Slot;

/// After so many failures in a row for the same reason the rest would fail as well.
const ALIKE: usize = 3;

/// How a send is going, with what was sent again or more before it had ended. Each thing counts once, however often it
/// was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sending {
    fates: BTreeMap<Item, Fate>,
    saved: usize,
    failed: usize,
    /// What the last answers failed for, and how many in a row did.
    alike: Option<(Reason, usize)>,
    /// The rest was kept back.
    stopped: bool,
    /// What becomes of the rows that are written to a file.
    pub(in crate::app) doom: Doom,
    /// That file, once it is written.
    pub(in crate::app) backup: Option<Kept>,
    /// What waits for that file goes out as one.
    pub(in crate::app) together: bool,
}

/// What became of something that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Awaited,
    Saved,
    Failed,
}

/// Why something did not arrive, so far that one failure is told from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) enum Reason {
    Conflict,
    Gone,
    Code { code: Box<str>, why: String },
    Text(String),
}

impl Sending {
    /// These are sent, too. What failed alike before was seen.
    pub(in crate::app) fn begin(&mut self, items: impl IntoIterator<Item = Item>) {
        if self.is_over() {
            *self = Self::default();
        }
        for item in items {
            self.turn(item, Some(Fate::Awaited));
        }
        (self.alike, self.stopped) = (None, false);
    }

    /// How many things were sent.
    pub(in crate::app) fn sent(&self) -> usize {
        self.fates.len()
    }

    /// Everything is answered.
    fn is_over(&self) -> bool {
        self.sent() == self.saved + self.failed
    }

    /// It did not arrive.
    pub(in crate::app) fn failed(&mut self, item: Item) {
        self.turn(item, Some(Fate::Failed));
    }

    /// These were not sent after all.
    pub(in crate::app) fn kept_back(&mut self, items: Vec<Item>) {
        for item in items {
            self.turn(item, None);
        }
    }

    /// The only place where a fate changes, and what is counted of it.
    fn turn(&mut self, item: Item, fate: Option<Fate>) {
        let before = match fate {
            Some(fate) => self.fates.insert(item, fate),
            None => self.fates.remove(&item),
        };
        let count = |is: Option<Fate>, of: Fate| usize::from(is == Some(of));
        self.saved = self.saved + count(fate, Fate::Saved) - count(before, Fate::Saved);
        self.failed = self.failed + count(fate, Fate::Failed) - count(before, Fate::Failed);
    }

    /// How many answers in a row failed like this one.
    fn failed_like(&mut self, reason: &Reason) -> usize {
        let before = self.alike.take().filter(|(last, _)| last.is_like(reason));
        let count = before.map_or(0, |(_, count)| count) + 1;
        self.alike = Some((reason.clone(), count));
        count
    }
}

impl Reason {
    pub(in crate::app) fn of(failure: &SaveFailure) -> Self {
        match failure {
            SaveFailure::Conflict => Self::Conflict,
            SaveFailure::Gone => Self::Gone,
            SaveFailure::Unknown(cause)
            | SaveFailure::Refused(cause)
            | SaveFailure::Duplicate(cause)
            | SaveFailure::Failed(cause) => match &cause.code {
                Some(code) => Self::Code { code: code.clone(), why: sentence(cause) },
                None => Self::Text(sentence(cause)),
            },
        }
    }

    /// The same code, whatever the words are; the same words where there is none.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Code { code, .. }, Self::Code { code: other, .. }) => code == other,
            _ => self == other,
        }
    }

    /// As a sentence.
    fn why(&self) -> &str {
        match self {
            Self::Conflict => "Someone changed the records after you read them (412).",
            Self::Gone => "The records were deleted, or you may no longer see them (404).",
            Self::Code { why, .. } | Self::Text(why) => why,
        }
    }
}

impl App {
    /// Something of these rows was answered: what waits goes out, but nothing after what did not arrive, and no more at
    /// all when one answer after the other fails alike.
    pub(in crate::app) fn go_on_sending(&mut self, keys: &[RowKey], failure: Option<Reason>) -> Vec<Effect> {
        match failure {
            None => self.sending.alike = None,
            Some(reason) => {
                for held in keys.iter().flat_map(|key| self.pending.hold(key)) {
                    self.sending.failed(held);
                }
                if self.sending.failed_like(&reason) >= ALIKE {
                    self.stop_sending(&reason);
                }
            }
        }
        if self.tickets.is_busy(Slot::Backup) {
            return vec![]; // what is queued waits for the file
        }
        self.pending.follow().into_iter().map(Effect::from).collect()
    }

    /// What was not sent yet waits again.
    fn stop_sending(&mut self, reason: &Reason) {
        let released = self.pending.release();
        let count = released.len();
        let rest = match count {
            0 => return,
            1 => "1 was not sent and waits.".to_owned(),
            _ => format!("{count} were not sent and wait."),
        };
        self.sending.kept_back(released);
        self.sending.stopped = true;
        let next = match self.screen() {
            Screen::Review(_) => "s sends the rest",
            _ => "w reviews them   s there sends the rest",
        };
        let problem = Problem::new(format!("Stopped: {ALIKE} saves failed alike. {rest}"));
        self.notice = Some(Notice::Problem(problem.why(reason.why()).next(next)));
    }

    /// One more of what was sent has arrived. `said` is told where it was the only one.
    pub(in crate::app) fn arrived(&mut self, item: Item, said: String) {
        self.sending.turn(item, Some(Fate::Saved));
        if self.tells_of_stop() {
            return;
        }
        let (sent, saved) = (self.sending.sent(), self.sending.saved);
        let said = match sent {
            1 => said,
            _ => format!("Saved {saved} of {sent}."),
        };
        match self.sending.backup.as_ref().filter(|_| self.sending.is_over()) {
            None => self.say(said),
            Some(kept) => {
                let next =
                    if kept.is_restorable() { "U stages them again   Esc dismiss" } else { "Esc dismiss" };
                let news = Problem::news(said).why(kept.told()).next(next);
                self.notice = Some(Notice::Problem(news));
            }
        }
    }

    /// One more of what was sent has not.
    pub(in crate::app) fn tell_failure(&mut self, problem: Problem) {
        if self.tells_of_stop() {
            return;
        }
        let why = match &self.sending.backup {
            None => problem.why.clone(),
            Some(kept) => format!("{} {}", problem.why, kept.told()),
        };
        self.notice = Some(Notice::Problem(problem.why(why)));
    }

    /// The line tells that the rest was kept back: what is answered after that is no reason to take it away.
    fn tells_of_stop(&self) -> bool {
        self.sending.stopped && matches!(self.notice, Some(Notice::Problem(_)))
    }
}
