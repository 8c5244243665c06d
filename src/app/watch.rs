//! A view that is read again by itself, as long as it is seen.

use jiff::{SignedDuration, Timestamp};

use super::effect::Effect;
use super::{App, Screen};
use crate::text::grouped;

/// What `z w` asks for.
const USUAL: u32 = 60;
/// More often than this is a burden for everybody.
const LEAST: u32 = 5;
/// Less often than once a day is no watch.
const MOST: u32 = 86_400;
/// After failures the next attempt waits longer, but not longer than this.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);

/// How a view is read again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Seconds between two reads.
    pub every: u32,
    /// Attempts that failed, since the last one that did not.
    pub failures: u32,
    due: Timestamp,
    running: bool,
}

impl Watch {
    /// For row 2: `watch 60 s`.
    pub fn text(&self) -> String {
        match self.failures {
            0 => format!("watch {} s", self.every),
            failures => format!("watch {} s, failed {failures}x", self.every),
        }
    }

    /// The next read, seen from now: later after each failure.
    fn plan(&mut self, now: Timestamp) {
        let factor = 1 << self.failures.min(8);
        let every = i64::from(self.every);
        let wait =
            SignedDuration::from_secs(every * factor).min(LONGEST.max(SignedDuration::from_secs(every)));
        self.due = now.checked_add(wait).unwrap_or(now);
        self.running = false;
    }
}

/// Reads how many seconds are meant: `30`, `30 s`.
///
/// # Errors
///
/// A sentence that says why it cannot be.
pub fn seconds(text: &str) -> Result<u32, String> {
    if text.is_empty() {
        return Err("Type how many seconds: watch 60".into());
    }
    let digits = text.strip_suffix('s').unwrap_or(text).trim_end();
    let seconds: u64 = digits
        .parse()
        .map_err(|_| format!("`{text}` is no number of seconds. watch {USUAL} reads every minute"))?;
    let told = grouped(seconds);
    match u32::try_from(seconds) {
        Ok(..LEAST) => Err(format!("Every {told} seconds is too often. {LEAST} is the least.")),
        Ok(seconds @ ..=MOST) => Ok(seconds),
        _ => Err(format!(
            "Every {told} seconds is too seldom. {} is the most, a day.",
            grouped(u64::from(MOST))
        )),
    }
}

impl App {
    /// Why the view that is seen cannot be watched.
    pub(in crate::app) fn unwatchable(&self) -> Option<&'static str> {
        match self.screen() {
            Screen::Grid(_) | Screen::Record(_) => None,
            _ => Some("Rows and records can be watched.  Open a table first"),
        }
    }

    /// Reads the view that is seen again every so many seconds until it is left; the cursor stays.
    pub(in crate::app) fn watch(&mut self, seconds: u32) {
        if let Some(reason) = self.unwatchable() {
            return self.say(reason);
        }
        let mut watch = Watch { every: seconds, failures: 0, due: self.now, running: false };
        watch.plan(self.now);
        self.watch = Some(watch);
        self.say(format!("Read again every {seconds} seconds until you leave this view.  z w stops"));
    }

    /// `z w`: on, or off again.
    pub(in crate::app) fn toggle_watch(&mut self) {
        match self.watch.take() {
            Some(_) => self.say("No longer watched.  r reads again"),
            None => self.watch(USUAL),
        }
    }

    /// A person types, answers or selects here: nothing may move under the hands.
    fn is_person_busy(&self) -> bool {
        let in_grid = matches!(self.screen(), Screen::Grid(grid)
            if grid.marks.is_range() || grid.filter.as_ref().is_some_and(|filter| filter.typing));
        !self.overlays.is_empty() || self.leaving || in_grid
    }

    /// When the watch wants to be told the time. While it cannot read, an event comes before it can.
    pub(in crate::app) fn watch_due(&self) -> Option<Timestamp> {
        let watch = self.watch.as_ref()?;
        let waits = watch.running || self.is_person_busy() || self.is_view_reading();
        (!waits).then_some(watch.due)
    }

    /// Reads the view again when it is time, and takes notice of how that went.
    pub(in crate::app) fn watch_in_time(&mut self) -> Vec<Effect> {
        let (reading, now) = (self.is_view_reading(), self.now);
        let failed = match self.screen() {
            Screen::Grid(grid) => grid.rows.problem().is_some(),
            Screen::Record(record) => record.row.problem().is_some(),
            _ => false,
        };
        if let Some(watch) = &mut self.watch
            && watch.running
            && !reading
        {
            watch.failures = if failed { watch.failures + 1 } else { 0 };
            watch.plan(now);
            self.dirty = true;
        }
        if self.watch_due().is_none_or(|due| now < due) {
            return vec![];
        }
        if let Some(watch) = &mut self.watch {
            watch.running = true;
        }
        self.dirty = true;
        match self.screen() {
            Screen::Grid(_) => self.refresh_grid(),
            Screen::Record(_) => self.read_record(),
            _ => vec![],
        }
    }

    /// When the loop should tell the time next, without anything else happening.
    pub fn wants_tick_at(&self) -> Option<Timestamp> {
        let watched = [self.preview_due(), self.beside_due(), self.watch_due()];
        let due = watched.into_iter().chain([self.lookup_due(), self.review_due()]);
        due.flatten().min()
    }
}
