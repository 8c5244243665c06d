//! Pending changes in a file: written for another session or another person, and taken from one.
//!
//! A file comes from elsewhere. Of a change only what is sent is taken from it, and the version and the values that it was
//! based on; every name and label that a person will read comes from this environment, which is asked for the rows anew.
//!
//! Must not know: where the file is, or how it is written.

mod checked;
mod told;

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::App;
use super::effect::{Effect, Request};
use super::event::Learned;
use super::notice::Notice;
use super::overlay::Overlay;
use super::pending::{PendingOperation, PendingRow, RowKey, RowState};
use super::problem::Problem;
use super::tickets::Slot;
use crate::dataverse::{Error, Row, RowId, TableName};
use checked::{Here, Loaded};

/// What is in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct PendingFile {
    /// Origin of the environment that the changes are for.
    pub environment: String,
    /// When it was written.
    pub at: Timestamp,
    pub rows: Vec<PendingRow>,
    pub operations: Vec<PendingOperation>,
}

/// A file that is being written or loaded.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Moving {
    /// So many changes are written, so many are not.
    Out { count: usize, left_out: usize },
    /// It is being read, or was and its rows are.
    In { path: String, file: Option<Box<PendingFile>> },
}

/// So many things that stand against a file are listed.
const LISTED: usize = 3;
/// More of an address that a file names is not told.
const LONGEST_ADDRESS: usize = 100;
const NOT_LOADED: &str = "Nothing was loaded:";

impl PendingFile {
    fn count(&self) -> usize {
        self.rows.iter().map(|row| row.edits.len()).sum::<usize>() + self.operations.len()
    }
}

/// It waits, whatever came of an earlier send.
fn can_move(state: &RowState) -> bool {
    match state {
        RowState::Waiting | RowState::Conflict | RowState::Failed(_) | RowState::Duplicate(_) => true,
        RowState::Queued | RowState::Sending(_) | RowState::Unknown(_) | RowState::Gone(_) => false,
    }
}

impl App {
    /// Writes what waits to a file at a path as it was typed.
    pub(super) fn save_pending(&mut self, path: String) -> Vec<Effect> {
        let Some(environment) = self.session.identity().map(|identity| identity.address.clone()) else {
            self.say("Sign in first.");
            return vec![];
        };
        if self.is_moving() {
            return vec![];
        }
        let rows = self.pending.rows().iter().filter(|row| can_move(&row.state)).cloned();
        let operations = self.pending.operations().iter().filter(|one| can_move(&one.state)).cloned();
        let state = RowState::Waiting;
        let file = PendingFile {
            environment,
            at: self.now,
            rows: rows.map(|row| PendingRow { state: state.clone(), ..row }).collect(),
            operations: operations.map(|one| PendingOperation { state: state.clone(), ..one }).collect(),
        };
        let count = file.count();
        let left_out = self.pending.count() - count;
        match (count, left_out) {
            (0, 0) => self.say("Nothing pending: there is nothing to write."),
            (0, _) => self.say("Nothing was written: all that waits was sent, or its record is gone."),
            _ => {
                self.moving = Some(Moving::Out { count, left_out });
                let request = Request::SavePending(Box::new(file), path);
                return vec![Effect::Run(self.tickets.issue(Slot::PendingFile), request)];
            }
        }
        vec![]
    }

    /// The file was written; its path, as a person finds it.
    pub(super) fn pending_saved(&mut self, result: Result<String, Problem>) {
        let Some(Moving::Out { count, left_out }) = self.moving.take() else { return };
        match result {
            Err(problem) => self.notice = Some(Notice::Problem(problem)),
            Ok(path) => {
                let said = match count {
                    1 => format!("1 change is written to {path}, and stays pending here."),
                    _ => format!("{count} changes are written to {path}, and stay pending here."),
                };
                match left_out {
                    0 => self.say(said),
                    _ => {
                        let why = format!("{left_out} left out: sent already, or the record is gone.");
                        self.notice = Some(Notice::Problem(Problem::news(said).why(why).next("Esc dismiss")));
                    }
                }
            }
        }
    }

    /// Takes the changes in the file at a path as it was typed.
    pub(super) fn load_pending(&mut self, path: String) -> Vec<Effect> {
        let reason = match self.session.identity() {
            None => Some("Sign in first.".to_owned()),
            Some(_) => self.read_only(), // as for everything that is staged
        };
        if let Some(reason) = reason {
            self.say(reason);
            return vec![];
        }
        if self.is_moving() {
            return vec![];
        }
        self.moving = Some(Moving::In { path: path.clone(), file: None });
        vec![Effect::Run(self.tickets.issue(Slot::PendingFile), Request::LoadPending(path))]
    }

    fn is_moving(&mut self) -> bool {
        let busy = self.tickets.is_busy(Slot::PendingFile);
        if busy {
            self.say("Another file of pending changes is under way.  Ctrl-C stops it");
        }
        busy
    }

    /// The file was read.
    pub(super) fn pending_read(&mut self, result: Result<Box<PendingFile>, Problem>) -> Vec<Effect> {
        let Some(Moving::In { path, .. }) = self.moving.take() else { return vec![] };
        let file = match result {
            Ok(file) => file,
            Err(problem) => {
                self.notice = Some(Notice::Problem(problem));
                return vec![];
            }
        };
        let here = self.session.identity().map_or("", |identity| &identity.address);
        if file.environment != here {
            let there: String = file.environment.chars().take(LONGEST_ADDRESS).collect();
            let here = here.to_owned();
            self.not_loaded(format!("it is for {there}, and this is {here}."));
            return vec![];
        }
        let known = self.tables.value().ok_or_else(|| "the tables have not been read yet.".to_owned());
        let tables = match known.and_then(|known| checked::tables(&file, known)) {
            Ok(tables) => tables,
            Err(why) => {
                self.not_loaded(why);
                return vec![];
            }
        };
        let unknown = tables.into_iter().filter(|table| {
            !self.schemas.contains_key(&table.name) || !self.lookup_paths.contains_key(&table.name)
        });
        let unknown: Vec<_> = unknown.collect();
        self.moving = Some(Moving::In { path, file: Some(file) });
        if unknown.is_empty() {
            return self.read_rows_of_file();
        }
        vec![Effect::Run(self.tickets.issue(Slot::PendingFile), Request::Learn(unknown))]
    }

    /// The columns of the tables in the file are here.
    pub(super) fn learned_for_file(&mut self, result: Result<Vec<Learned>, Error>) -> Vec<Effect> {
        match result {
            Ok(learned) => {
                self.know_columns(learned);
                self.read_rows_of_file()
            }
            Err(error) => {
                self.moving = None;
                let what = format!("{NOT_LOADED} cannot read the columns of its tables");
                self.notice = Some(Notice::Problem(Problem::of(&what, &error).next("Esc dismiss")));
                vec![]
            }
        }
    }

    fn read_rows_of_file(&mut self) -> Vec<Effect> {
        let Some(Moving::In { file: Some(file), .. }) = &self.moving else { return vec![] };
        match self.here(&BTreeMap::new()).wanted(file) {
            Ok(wanted) => {
                vec![Effect::Run(self.tickets.issue(Slot::PendingFile), Request::RowsByKey(wanted))]
            }
            Err(why) => {
                self.moving = None;
                self.not_loaded(why);
                vec![]
            }
        }
    }

    /// The rows in the file are here as they are now.
    pub(super) fn rows_of_file_came(&mut self, result: Result<Vec<(TableName, RowId, Row)>, Error>) {
        let Some(Moving::In { path, file: Some(file) }) = self.moving.take() else { return };
        let rows = match result {
            Ok(rows) => rows.into_iter().map(|(table, id, row)| (RowKey { table, id }, row)).collect(),
            Err(error) => {
                let what = format!("{NOT_LOADED} cannot read its records");
                self.notice = Some(Notice::Problem(Problem::of(&what, &error).next("Esc dismiss")));
                return;
            }
        };
        let Loaded { rows, operations, changed } = match self.here(&rows).changes(&file) {
            Ok(loaded) => loaded,
            Err(why) => return self.not_loaded(why),
        };
        if let Some(reason) = self.read_only() {
            return self.not_loaded(reason); // it was locked meanwhile
        }
        self.question_is_news();
        let joined = match self.pending.join(rows, operations) {
            Ok(joined) => joined,
            Err(clashes) => return self.clash(&clashes),
        };
        let written = file.at.to_zoned(self.zone.rules.clone()).strftime("%a %-d %b %H:%M").to_string();
        let said = match joined.new {
            0 => format!("All of {} waits here already.", super::file_name::shown(&path)),
            1 => format!("1 change loaded, written {written}."),
            new => format!("{new} changes loaded, written {written}."),
        };
        let next = if joined.new == 0 { "" } else { "  w review  u takes all of it back" };
        let mut more = Vec::new();
        if joined.new > 0 && joined.same > 0 {
            more.push(format!("{} waited here already.", joined.same));
        }
        match changed {
            0 => {}
            1 => more.push("1 record was changed since: sending it will be a conflict.".to_owned()),
            some => more.push(format!("{some} records were changed since: sending them will be conflicts.")),
        }
        match more.is_empty() {
            true => self.say(format!("{said}{next}")),
            false => {
                let next = format!("{}   Esc dismiss", next.trim_start().replace("  ", "   "));
                let news = Problem::news(said).why(more.join(" ")).next(next.trim_start());
                self.notice = Some(Notice::Problem(news));
            }
        }
    }

    /// What is known here, with rows as they were read just now.
    fn here<'a>(&'a self, rows: &'a BTreeMap<RowKey, Row>) -> Here<'a> {
        Here {
            tables: self.tables.value().map_or(&[][..], Vec::as_slice),
            schemas: &self.schemas,
            paths: &self.lookup_paths,
            rows,
            origin: self.session.identity().map_or("", |identity| &identity.address),
            now: self.now,
            zone: &self.zone,
        }
    }

    fn clash(&mut self, clashes: &[String]) {
        let listed = clashes.iter().take(LISTED).cloned().collect::<Vec<_>>().join(" ");
        let more = match clashes.len().saturating_sub(LISTED) {
            0 => String::new(),
            more => format!(" And {more} more."),
        };
        let problem = Problem::new(format!("{NOT_LOADED} it stands against what waits here."))
            .why(format!("{listed}{more}"))
            .next("w, then send those or D them, and load again   Esc dismiss");
        self.notice = Some(Notice::Problem(problem));
    }

    fn not_loaded(&mut self, why: String) {
        let problem = Problem::new(format!("{NOT_LOADED} {why}")).next("Esc dismiss");
        self.notice = Some(Notice::Problem(problem));
    }

    /// What a question on the screen is about may change: it must be seen again.
    fn question_is_news(&mut self) {
        for overlay in &mut self.overlays {
            if let Overlay::Prompt(prompt) = overlay {
                prompt.is_news();
            }
        }
    }

    /// What is under way, in words.
    pub(super) fn moving_text(&self) -> &'static str {
        match &self.moving {
            Some(Moving::Out { .. }) => "Writing what is pending to a file",
            Some(Moving::In { file: Some(_), .. }) => "Reading the records of the file",
            _ => "Reading the file",
        }
    }

    /// Nothing more is read for a file, and nothing is staged.
    pub(super) fn moving_stopped(&mut self) {
        self.moving = None;
    }
}
