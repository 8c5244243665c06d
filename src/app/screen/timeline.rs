//! What happened on a row: notes, mails, calls, tasks, the newest first, and the text of the one under the cursor.

use std::borrow::Cow;

use jiff::{Timestamp, ToSpan};

use super::Record;
use super::record::Tab;
use crate::app::command::timeline::TimelineCommand;
use crate::app::effect::{Effect, Request};
use crate::app::layout::Size;
use crate::app::list::{List, Step};
use crate::app::load::Load;
use crate::app::notice::Notice;
use crate::app::overlay::Overlay;
use crate::app::overlay::choosing::Choosing;
use crate::app::overlay::reading::Reading;
use crate::app::overlay::save_file::SaveFile;
use crate::app::pending::RowKey;
use crate::app::problem::Problem;
use crate::app::tickets::Slot;
use crate::app::zone::Zone;
use crate::app::{App, Screen, html};
use crate::dataverse::timeline::{Attachment, Collections, Entry, MOST, Timeline};
use crate::dataverse::{self, Table};

/// From this width on the text stands beside the list.
const WIDE: u16 = 160;
/// The least that the list keeps.
const LEAST: usize = 4;

/// State of the timeline tab.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimelineTab {
    /// What has been read.
    pub load: Load<Happenings>,
    /// Cursor and scroll position among the entries.
    pub list: List,
    /// Something was done since it was read.
    pub stale: bool,
}

/// A timeline as it is read by a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Happenings {
    /// The newest first.
    pub entries: Vec<Happened>,
    /// What the person may not read, in words.
    pub hidden: Vec<&'static str>,
    /// There are older ones.
    pub more: bool,
    /// The table has neither notes nor activities.
    pub none: bool,
}

/// An entry and its text in lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Happened {
    pub entry: Entry,
    pub lines: Vec<String>,
    /// The mark of one that is not on the server yet.
    pub unsent: Option<char>,
}

impl From<Timeline> for Happenings {
    fn from(timeline: Timeline) -> Self {
        let read = |mut entry: Entry| {
            let lines = entry.text.take().map(|text| html::lines(&text)).unwrap_or_default();
            Happened { entry, lines, unsent: None }
        };
        Self {
            entries: timeline.entries.into_iter().map(read).collect(),
            hidden: timeline.hidden,
            more: timeline.more,
            none: timeline.none,
        }
    }
}

impl Happenings {
    /// `7 activities, 2 notes`
    pub fn counts(&self) -> String {
        let notes = self.entries.iter().filter(|happened| happened.is_note()).count();
        let count = |number: usize, one: &str, many: &str| match number {
            1 => format!("1 {one}"),
            number => format!("{number} {many}"),
        };
        let more = if self.more { format!(", the newest {MOST} of each") } else { String::new() };
        let activities = count(self.entries.len() - notes, "activity", "activities");
        format!("{activities}, {}{more}", count(notes, "note", "notes"))
    }

    /// What is still to be done: `1 open activity: resolving the case may cancel it`.
    pub fn open(&self) -> usize {
        self.entries.iter().filter(|happened| happened.entry.open).count()
    }
}

impl Happened {
    fn is_note(&self) -> bool {
        self.entry.table.as_str() == "annotation"
    }

    /// What it is, in one short word, and which way it went.
    pub fn kind(&self) -> String {
        let word = match self.entry.table.as_str() {
            "annotation" => "note",
            "email" => "email",
            "phonecall" => "phone",
            "task" => "task",
            "appointment" => "appt.",
            "incidentresolution" => "resolved",
            _ => &self.entry.kind,
        };
        match self.entry.incoming {
            Some(true) => format!("{word} <"),
            Some(false) => format!("{word} >"),
            None => word.to_owned(),
        }
    }

    /// What it says in one line.
    pub fn summary(&self) -> &str {
        let first = self.lines.iter().map(String::as_str).find(|line| !line.is_empty());
        let subject = self.entry.subject.as_deref();
        let file = self.entry.files.first().map(named);
        subject.or(first).or(file).unwrap_or("-")
    }

    /// What is read below the list: who and when, then the text, then the files.
    pub fn text(&self, zone: &Zone) -> Vec<String> {
        let entry = &self.entry;
        let who = entry.who.as_deref().unwrap_or("-");
        let when = entry.at.map(|at| zone.both_of(at)).unwrap_or_else(|| "-".to_owned());
        let mut text = vec![match self.unsent {
            Some(mark) => format!("{mark} {}, not sent yet", self.kind()),
            None => format!("{}, {who}, {when}", self.kind()),
        }];
        if let Some(subject) = &entry.subject {
            text.push(subject.clone());
        }
        if let Some(due) = entry.due {
            text.push(format!("{}due {}", if entry.open { "OPEN, " } else { "" }, zone.both_of(due)));
        }
        text.extend(self.lines.iter().cloned());
        let told = |file: &Attachment| format!("Attachment: {}{}", named(file), size_text(file.size));
        text.extend(entry.files.iter().map(told));
        text
    }
}

/// What an attachment is called; a mail may have some without a name.
pub fn named(file: &Attachment) -> &str {
    if file.name.is_empty() { "(no name)" } else { &file.name }
}

/// ` (84 KB)`
fn size_text(size: Option<u64>) -> String {
    size.map_or_else(String::new, |size| format!(" ({})", crate::app::exchanges::size(size)))
}

/// When something was, for a column: `today 11:02`, `yest. 16:40`, `20 Nov 09:00`, `20 Nov 2025`.
pub fn when(zone: &Zone, now: Timestamp, at: Timestamp) -> String {
    let local = |instant: Timestamp| instant.to_zoned(zone.rules.clone()).datetime();
    let (now, at) = (local(now), local(at));
    let yesterday = now.date().checked_sub(1.day()).ok();
    match at.date() {
        day if day == now.date() => at.strftime("today %H:%M").to_string(),
        day if Some(day) == yesterday => at.strftime("yest. %H:%M").to_string(),
        day if day.year() == now.year() => at.strftime("%e %b %H:%M").to_string(),
        _ => at.strftime("%e %b %Y").to_string(),
    }
}

/// The day that something is due, for a narrow column: `24 Nov`, `Nov 2025`.
pub fn due_day(zone: &Zone, now: Timestamp, at: Timestamp) -> String {
    let local = |instant: Timestamp| instant.to_zoned(zone.rules.clone()).datetime();
    let pattern = if local(now).year() == local(at).year() { "%-d %b" } else { "%b %Y" };
    local(at).strftime(pattern).to_string()
}

/// Whether the text stands beside the list.
pub fn is_wide(size: Size) -> bool {
    size.width >= WIDE
}

/// Rows of the list, and of the text below it: a rule parts the two.
pub fn heights(size: Size) -> (usize, usize) {
    let room = size.list_height();
    if is_wide(size) {
        return (room, 0);
    }
    let below = (room / 2).min(room.saturating_sub(LEAST + 1));
    (room.saturating_sub(below + 1), below)
}

impl Record {
    /// An answer is awaited for what is seen.
    pub fn is_reading(&self) -> bool {
        let is_pending = match self.tab {
            Tab::Timeline => self.timeline.load.is_pending(),
            Tab::Related => self.related.lines.is_pending(),
            Tab::Form | Tab::Json => false,
        };
        is_pending || self.row.is_pending()
    }
}

impl App {
    /// Shows the timeline of the record that is seen.
    pub(in crate::app) fn show_timeline(&mut self) -> Vec<Effect> {
        let Screen::Record(record) = self.screen_mut() else { return vec![] };
        if record.tab == Tab::Timeline {
            self.say("This is the timeline. 1 shows the form");
            return vec![];
        }
        record.tab = Tab::Timeline;
        match record.timeline.load {
            Load::Ready(_) if !record.timeline.stale => vec![],
            _ => self.read_timeline(),
        }
    }

    /// Something was done to a row: its timeline tells of it as soon as that is seen.
    pub(in crate::app) fn timeline_is_stale(&mut self, key: &RowKey) {
        for record in self.records(key) {
            record.timeline.stale = true;
        }
    }

    /// Reads the timeline again that is seen, if something was done since.
    pub(in crate::app) fn read_stale_timeline(&mut self) -> Vec<Effect> {
        match self.screen() {
            Screen::Record(record) if record.timeline.stale => self.read_timeline(),
            _ => vec![],
        }
    }

    /// Reads the timeline of the record that is seen, when that is what is seen of it.
    pub(in crate::app) fn read_timeline(&mut self) -> Vec<Effect> {
        let Screen::Record(record) = self.screens.top_mut() else { return vec![] };
        if record.tab != Tab::Timeline {
            return vec![];
        }
        record.timeline.load.start();
        record.timeline.stale = false;
        let (table, id): (Box<Table>, _) = (Box::new(record.table.clone()), record.id);
        self.asked_timeline = Some(record.key());
        let known = self.collections.get(&table.name).cloned();
        vec![Effect::Run(self.tickets.issue(Slot::Timeline), Request::Timeline(table, id, known))]
    }

    /// Takes the timeline that was asked for last.
    pub(in crate::app) fn timeline_came(
        &mut self,
        result: Result<(Box<Collections>, Timeline), dataverse::Error>,
    ) {
        let Some(key) = self.asked_timeline.take() else { return };
        let result = match result {
            Ok((collections, timeline)) => {
                self.collections.insert(key.table.clone(), collections);
                Ok(Happenings::from(timeline))
            }
            Err(error) => Err(Problem::of("The timeline could not be read", &error)),
        };
        let is_seen = self.record().is_some_and(|record| record.is(&key));
        if let (Err(problem), true) = (&result, is_seen) {
            self.notice = Some(Notice::Problem(problem.clone()));
        }
        let unsent = self.unsent_on(&key);
        for record in self.records(&key) {
            let under_cursor = record.timeline.current(&unsent).map(|happened| happened.entry.id);
            record.timeline.load.finish(result.clone());
            let entries = record.timeline.load.value().map_or(&[][..], |value| &value.entries);
            let mut all = unsent.iter().chain(entries);
            let place = all.position(|happened| Some(happened.entry.id) == under_cursor);
            record.timeline.list.cursor = place.unwrap_or_default();
        }
        self.fit();
    }

    /// Reading a timeline was called off.
    pub(in crate::app) fn timeline_stopped(&mut self) {
        if let Some(key) = self.asked_timeline.take() {
            for record in self.records(&key) {
                record.timeline.load.cancel();
            }
        }
    }

    pub(in crate::app) fn step_timeline(&mut self, step: Step) {
        let height = heights(self.size).0;
        let unsent = self.record().map_or(0, |record| self.unsent_on(&record.key()).len());
        let Screen::Record(record) = self.screen_mut() else { return };
        let len = unsent + record.timeline.load.value().map_or(0, |value| value.entries.len());
        record.timeline.list.step(step, len, height);
    }

    /// What is under the cursor of the timeline that is seen.
    pub fn happened(&self) -> Option<Cow<'_, Happened>> {
        let record = self.record().filter(|record| record.tab == Tab::Timeline)?;
        let unsent = self.unsent_on(&record.key());
        let place = record.timeline.place(unsent.len())?;
        let entries = &record.timeline.load.value()?.entries;
        match place.checked_sub(unsent.len()) {
            Some(read) => entries.get(read).map(Cow::Borrowed),
            None => unsent.into_iter().nth(place).map(Cow::Owned),
        }
    }

    pub(in crate::app) fn run_timeline(&mut self, command: TimelineCommand) -> Vec<Effect> {
        let Some(happened) = self.happened() else { return vec![] };
        match command {
            TimelineCommand::Whole => {
                let reading = Reading::new(happened.summary().to_owned(), happened.text(&self.zone)).tight();
                self.overlays.push(Overlay::Reading(Box::new(reading)));
            }
            TimelineCommand::Save => {
                let overlay = match happened.entry.files.as_slice() {
                    [] => return vec![],
                    [file] => Overlay::SaveFile(Box::new(SaveFile::of_attachment(file))),
                    files => Overlay::Choosing(Box::new(Choosing::file(files.to_vec()))),
                };
                self.overlays.push(overlay);
            }
        }
        vec![]
    }
}

impl TimelineTab {
    /// Where the cursor is among what waits to be sent, so many of them, and what was read; nothing where nothing is.
    pub fn place(&self, unsent: usize) -> Option<usize> {
        let len = unsent + self.load.value()?.entries.len();
        // What waited may be gone since the cursor was moved.
        Some(self.list.cursor.min(len.checked_sub(1)?))
    }

    /// What is under the cursor, what waits to be sent being first.
    pub fn current<'a>(&'a self, unsent: &'a [Happened]) -> Option<&'a Happened> {
        let place = self.place(unsent.len())?;
        unsent.iter().chain(&self.load.value()?.entries).nth(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lately_is_told_by_the_day_and_what_was_long_ago_by_the_year() {
        let zone = Zone::default();
        let now = "2026-01-01T08:00:00Z".parse().unwrap();
        let told = |at: &str| when(&zone, now, at.parse().unwrap());
        assert_eq!(told("2026-01-01T00:05:00Z"), "today 00:05");
        assert_eq!(told("2025-12-31T16:40:00Z"), "yest. 16:40");
        assert_eq!(told("2025-12-30T16:40:00Z"), "30 Dec 2025");
        assert_eq!(
            when(&zone, "2026-11-23T14:00:00Z".parse().unwrap(), "2026-11-02T09:00:00Z".parse().unwrap()),
            " 2 Nov 09:00"
        );
    }

    #[test]
    fn list_and_text_share_the_room_of_every_terminal() {
        for height in 16..80 {
            for width in [60, 159, 160, 300] {
                let size = Size { width, height };
                let (list, below) = heights(size);
                assert!(list >= LEAST && list + below < size.body_height(), "{size:?}");
            }
        }
    }
}
