//! Many sends at once: what goes out as answers come, and when the rest is kept back.

use super::App;
use super::backup::{Doom, Kept};
use super::effect::Effect;
use super::event::SaveFailure;
use super::notice::Notice;
use super::pending::RowKey;
use super::problem::Problem;
use super::save::sentence;
use super::screen::Screen;
use super::tickets::Slot;

/// After so many failures in a row for the same reason the rest would fail as well.
const ALIKE: usize = 3;

/// How a send is going.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sending {
    pub(in crate::app) sent: usize,
    pub(in crate::app) saved: usize,
    pub(in crate::app) failed: usize,
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

/// Why something did not arrive, so far that one failure is told from another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) enum Reason {
    Conflict,
    Gone,
    Code { code: Box<str>, why: String },
    Text(String),
}

impl Sending {
    /// So many more are sent. What failed alike before was seen.
    pub(in crate::app) fn begin(&mut self, count: usize) {
        if self.sent == self.saved + self.failed {
            *self = Self::default();
        }
        self.sent += count;
        (self.alike, self.stopped) = (None, false);
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
                for key in keys {
                    self.sending.failed += self.pending.hold(key);
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
        let count = self.pending.release();
        let rest = match count {
            0 => return,
            1 => "1 was not sent and waits.".to_owned(),
            _ => format!("{count} were not sent and wait."),
        };
        self.sending.sent -= count;
        self.sending.stopped = true;
        let next = match self.screen() {
            Screen::Review(_) => "s sends the rest",
            _ => "w reviews them   s there sends the rest",
        };
        let problem = Problem::new(format!("Stopped: {ALIKE} saves failed alike. {rest}"));
        self.notice = Some(Notice::Problem(problem.why(reason.why()).next(next)));
    }

    /// One more of what was sent has arrived. `said` is told where it was the only one.
    pub(in crate::app) fn arrived(&mut self, said: String) {
        self.sending.saved += 1;
        if self.tells_of_stop() {
            return;
        }
        let Sending { sent, saved, failed, .. } = self.sending;
        let said = match sent {
            1 => said,
            _ => format!("Saved {saved} of {sent}."),
        };
        match self.sending.backup.as_ref().filter(|_| sent == saved + failed) {
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
