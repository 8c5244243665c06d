//! What is being read, for how long, and in which words it is told.
//!
//! Nothing is said under 150 ms: most answers are here by then. Up to two seconds row 2 shows tenths, from then on the
//! message line counts seconds and says how to stop.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::screen::Screen;
use super::tickets::Slot;
use super::{App, Load};
use crate::text::grouped;

/// From here on a read is told.
const TOLD: i64 = 150;
/// From here on it has the message line.
const LONG: i64 = 2_000;

/// When the reads that are under way began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    began: BTreeMap<Slot, (u64, Timestamp)>,
}

/// How much of a read is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elapsed {
    /// Tenths of a second, in row 2.
    Tenths(i64),
    /// Seconds, on the message line.
    Seconds(i64),
}

impl App {
    /// Notes when reads began and which ended.
    pub(in crate::app) fn follow_reads(&mut self) {
        let now = self.now;
        let before = std::mem::take(&mut self.reads.began);
        self.reads.began = self
            .tickets
            .under_way()
            .map(|(slot, number)| {
                let same = before.get(&slot).filter(|(known, _)| *known == number);
                (slot, (number, same.map_or(now, |(_, began)| *began)))
            })
            .collect();
    }

    /// The newest read that a person waits for, which Ctrl-C stops, and for how long.
    fn newest_read(&self) -> Option<(Slot, i64)> {
        let slot = self.tickets.newest()?;
        // There the person is waited for, not the server.
        let is_asked = matches!(self.screen(), Screen::SignIn(sign_in) if sign_in.prompt.is_some());
        if slot == Slot::Session && is_asked {
            return None;
        }
        let (_, began) = self.reads.began.get(&slot)?;
        Some((slot, (self.now.as_millisecond() - began.as_millisecond()).max(0)))
    }

    /// For how long the newest read is under way, as far as it is told.
    pub fn elapsed(&self) -> Option<Elapsed> {
        match self.newest_read()?.1 {
            ..TOLD => None,
            millis @ ..LONG => Some(Elapsed::Tenths(millis / 100)),
            millis => Some(Elapsed::Seconds(millis / 1_000)),
        }
    }

    /// When the clock should tick next for what is read.
    pub(in crate::app) fn read_tick(&self) -> Option<Duration> {
        let (_, millis) = self.newest_read()?;
        let step = match millis {
            ..TOLD => TOLD - millis,
            // Over a slow line a frame for each tenth is too much.
            ..LONG if !self.start.remote => 100 - millis % 100,
            _ => 1_000 - millis % 1_000,
        };
        Some(Duration::from_millis(step.unsigned_abs()))
    }

    /// ` ... 0.7 s` for the end of row 2, while something is read there.
    pub fn reading_mark(&self) -> String {
        match self.elapsed() {
            None => String::new(),
            Some(Elapsed::Tenths(tenths)) => format!(" ... {}.{} s", tenths / 10, tenths % 10),
            Some(Elapsed::Seconds(_)) => " ...".to_owned(),
        }
    }

    /// What the message line says of a read that takes long.
    pub fn reading_line(&self) -> Option<String> {
        let Some(Elapsed::Seconds(seconds)) = self.elapsed() else { return None };
        let (slot, _) = self.newest_read()?;
        let more = match self.tickets.under_way().count() {
            ..=1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        Some(format!("{}{more} ... {seconds} s  Ctrl-C cancel", self.reading_words(slot)))
    }

    /// The same in a few words, for beside another message.
    pub fn reading_short(&self) -> Option<String> {
        match self.elapsed()? {
            Elapsed::Seconds(seconds) => Some(format!("... {seconds} s  Ctrl-C cancel")),
            Elapsed::Tenths(_) => None,
        }
    }

    /// What is read in a slot, in words.
    pub fn reading_words(&self, slot: Slot) -> String {
        match slot {
            Slot::Session => match self.opening.as_ref().or(self.start.environment.as_ref()) {
                Some(environment) => format!("Connecting to {environment}"),
                None => "Signing in".into(),
            },
            Slot::Places => "Reading the list of environments".into(),
            Slot::Profile => "Writing the profile".into(),
            Slot::Details => "Asking the environment about itself".into(),
            Slot::Tables => "Reading the tables".into(),
            Slot::Schema => match self.screen() {
                Screen::Grid(grid) => format!("Reading the columns of {}", grid.table.collection_name),
                _ => "Reading the columns".into(),
            },
            Slot::Rows => match self.screen() {
                Screen::Grid(grid) => match (&grid.rows, grid.rows.value()) {
                    (Load::Ready(_) | Load::Failed(..), Some(rows)) => {
                        format!("Reading on after row {}", grouped(rows.len() as u64))
                    }
                    _ => format!("Reading {}", grid.table.collection_name),
                },
                _ => "Reading rows".into(),
            },
            Slot::Marked => "Reading the marked rows".into(),
            Slot::Row => match self.record() {
                Some(record) => format!("Reading {}", self.record_name(record)),
                None => "Reading the record".into(),
            },
            Slot::Doctor => "Running the checks".into(),
            Slot::Views => "Reading the views of the server".into(),
            Slot::QuickFind => "Reading what a quick search looks at".into(),
            Slot::Zone => "Reading the time zone".into(),
            Slot::Preview => "Reading the record under the cursor".into(),
            Slot::Find => "Looking for it".into(),
            Slot::Duplicates => "Asking which rows are like it".into(),
            Slot::LookUp => "Looking for rows".into(),
            Slot::Ways => "Reading what the lookup can point to".into(),
            Slot::Repeat => "Sending the request again".into(),
            Slot::After => "Reading what was changed".into(),
            Slot::Around => "Reading what hangs on it".into(),
            Slot::Audit => "Reading the audit".into(),
            Slot::Timeline => "Reading the timeline".into(),
            Slot::Relationships => "Reading the relationships".into(),
            Slot::Counts => "Counting related rows".into(),
            Slot::Beside => "Reading related rows".into(),
            Slot::Attach => "Reading the record to attach".into(),
            Slot::Workflows => "Reading the workflows".into(),
            Slot::SavedFile => "Fetching the file".into(),
            Slot::FileToSend => "Reading the file".into(),
            Slot::Learn => "Reading the columns".into(),
            Slot::Fate => "Looking what became of it".into(),
            Slot::File => "Reading the file".into(),
            Slot::Backup => "Writing records to a file before they are sent".into(),
            Slot::PendingFile => self.moving_text().into(),
            Slot::Refused => "Fetching what was refused".into(),
        }
    }
}
