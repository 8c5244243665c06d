//! The pure core: all state, and what each event does to it.
//!
//! Must not know: tokio, the network, files, the environment, a clock, a source of randomness, the terminal. Time
//! comes in as an event, work goes out as an [`Effect`]. State changes here and nowhere else.

mod as_read;
mod backup;
pub mod beside;
pub mod bulk;
pub mod column_layout;

pub mod command;
pub mod copy;
mod definitions;
pub mod desk;
pub mod destination;
pub mod edit;
pub mod effect;
mod entering;
pub mod event;
pub mod examination;
pub mod exchanges;
pub mod field;
pub mod file_name;
pub mod filter;
pub mod finding;
mod fitting;
pub mod fuzzy;
mod gathering;
pub mod hints;
pub mod history;
pub mod html;
pub mod journal;
pub mod json;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod letters;
pub mod line;
pub mod lines;
pub mod list;
pub mod load;
pub mod looking_up;
mod marked;
pub mod nav;
pub mod nearest;
pub mod notice;
pub mod operate;
pub mod overlay;
pub mod own_editor;
pub mod panes;
pub mod pending;
pub mod pending_file;
pub mod picker;
pub mod places;
pub mod preview;
pub mod problem;
pub mod quick_search;
mod reading;
pub mod reads;
mod replies;
pub mod rows;
mod running;
pub mod save;
pub mod screen;
pub mod secret;
mod sent;
pub mod session;
pub mod strip;
mod takes_text;
pub mod tickets;
pub mod tier;
mod unlock;
pub mod verb;
pub mod views;
pub mod wait;
pub mod watch;
pub mod word_diff;
pub mod zone;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use crate::dataverse::timeline::Collections;
use crate::dataverse::{
    ColumnName, LookupPath, QuickFind, Relationship, StoredView, Table, TableName, TableSchema, Uploading,
};
use beside::Beside;
use bulk::Sending;
use column_layout::Layouts;
use copy::CopiedText;
use desk::around::Intent;
use desk::{Anchor, Attaching, Parked};
use destination::Place;
use edit::LastChange;
use exchanges::{Entry, RequestLog};
use finding::{Hit, Search};
use gathering::Gathering;
use journal::Keeping;
use layout::Size;
use load::Load;
use nav::Screens;
use notice::Notice;
use overlay::Overlay;
use own_editor::{Outside, Unstaged};
use panes::PaneState;
use pending::{Pending, RowKey, Target};
use pending_file::Moving;
use places::Listed;
use preview::Preview;
use reads::Reads;
use screen::related::AskedCounts;
use screen::review::editing::Reviewed;
use sent::SentBatches;
use session::{Session, Start};
use tickets::{Slot, Tickets};
use wait::Wait;
use watch::Watch;
use zone::Zone;

pub use effect::{Effect, Request};
pub use event::{Event, Progress, Reply};
pub use screen::Screen;

/// Everything the program knows.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// What was known at the start.
    pub start: Start,
    /// The room of the screens: the terminal without the strip.
    pub size: Size,
    /// Rows of the strip between a screen and the message line; none where it is not shown.
    pub strip: u16,
    /// The strip is wanted where there is room for it.
    wants_strip: bool,
    /// The time, as the last event told it.
    pub now: Timestamp,
    /// Who is signed in.
    pub session: Session,
    /// The environments to choose from.
    pub places: Load<Vec<Listed>>,
    /// The address of the environment that is being opened in place of the present one.
    pub opening: Option<String>,
    /// The tables of the environment.
    pub tables: Load<Vec<Table>>,
    /// The columns of the tables that were opened.
    pub schemas: BTreeMap<TableName, Arc<TableSchema>>,
    /// Those of them that are as they were last time, and have not come anew.
    unconfirmed: BTreeSet<TableName>,
    /// What a quick search looks at, by table; nothing for a table without a quick-find view.
    pub quick_finds: BTreeMap<TableName, Option<QuickFind>>,
    /// How the lookups of a table are written.
    pub lookup_paths: BTreeMap<TableName, Vec<LookupPath>>,
    /// The views that the server has, by table: of those that were asked for.
    stored_views: BTreeMap<TableName, Vec<Arc<StoredView>>>,
    /// Rows that lookups were set to, the newest first.
    chosen: Vec<Hit>,
    /// How the columns of tables are arranged.
    pub layouts: Layouts,
    /// What is to be said about them when rows are opened.
    layout_news: Option<String>,
    /// Where the person is.
    pub screens: Screens,
    /// What the person made of the panes beside rows.
    pub pane_state: PaneState,
    /// The form beside the rows.
    pub preview: Preview,
    /// The first rows of the relationship under the cursor.
    pub beside: Box<Beside>,
    /// The view that is seen is read again by itself.
    pub watch: Option<Watch>,
    /// What lies over the screen; the last one takes the keys.
    pub overlays: Vec<Overlay>,
    /// Which answers are awaited.
    pub tickets: Tickets,
    /// Edits that wait to be sent.
    pub pending: Pending,
    /// The namespace of ids of rows that are made here, and how many there were.
    seed: Uuid,
    made: u64,
    /// What is done once it is known what hangs on a row.
    intent: Option<Intent>,
    /// Whether they outlive the program.
    pub keeping: Keeping,
    /// Writes that go out once the journal has that they do.
    held_back: Vec<Effect>,
    /// Files may be written of what is deleted.
    keeps_backups: bool,
    /// Rows that are read because their query is marked.
    gathering: Option<Box<Gathering>>,
    /// They are here: the verb that they were read for is about them.
    gathered: Option<Vec<Target>>,
    /// The last change that was staged.
    pub last_change: Option<LastChange>,
    /// What was run from the palette, the newest last.
    ran: Vec<String>,
    /// Where to go as soon as the environment that it is in has been entered.
    bound: Option<Place>,
    /// What is being looked for.
    sought: Option<Search>,
    /// The text of the last editor that was left without staging, and its column.
    dropped: Option<(ColumnName, String)>,
    /// What is being edited in the person's own editor.
    outside: Option<Outside>,
    /// What was written there and not staged.
    unstaged: BTreeMap<own_editor::Place, Unstaged>,
    /// How the last send is going.
    pub sending: Sending,
    /// What was sent in this run.
    sent: SentBatches,
    /// Rows that operations have changed and that were not read since.
    out_of_date: Vec<RowKey>,
    /// Which row the last request for one was about.
    asked_row: Option<RowKey>,
    /// Which row the last request for a timeline was about.
    asked_timeline: Option<RowKey>,
    /// What the notes and activities of tables are called.
    collections: BTreeMap<TableName, Box<Collections>>,
    /// The relationships of tables, as far as they were read.
    relationships: BTreeMap<TableName, Vec<Relationship>>,
    /// What is being counted of a row.
    asked_counts: Option<AskedCounts>,
    /// A row that is read to be attached.
    attaching: Option<Box<Attaching>>,
    /// Rows that a workflow is to be run on, while it is read which ones there are.
    to_run_on: Vec<Target>,
    /// What a new row belongs to, whose table's columns are read for its form.
    adding: Option<Box<Anchor>>,
    /// A form that was left for something it tells of.
    parked: Option<Parked>,
    /// A value of the review that is being edited.
    reviewed: Option<Reviewed>,
    /// Pending changes that go into a file, or come from one.
    moving: Option<Moving>,
    /// The time zone that times are read in.
    pub zone: Zone,
    /// A request waits before it is sent again.
    pub waiting: Option<Wait>,
    /// How far the file is that goes to the server in pieces.
    pub uploading: Option<Uploading>,
    /// The requests of this session.
    pub requests: RequestLog,
    /// When what is being read was begun.
    reads: Reads,
    /// The text that was copied last.
    pub copied: Option<CopiedText>,
    /// The message line.
    pub notice: Option<Notice>,
    /// The person has asked to leave; the program ends as soon as no write is in flight.
    pub leaving: bool,
    dirty: bool,
}

impl App {
    /// The program before its first event. [`App::begin`] says what to do first.
    pub fn new(start: Start, size: Size, now: Timestamp) -> Self {
        let first = match start.environment {
            Some(_) => Screen::SignIn(screen::SignIn::new(start.way)),
            None => Screen::Environments(screen::Environments::default()),
        };
        let places = match start.places.as_slice() {
            [] => Load::Idle,
            places => Load::Ready(places.to_vec()),
        };
        let mut app = Self {
            start,
            size,
            strip: 0,
            wants_strip: false,
            now,
            session: Session::Connecting,
            places,
            opening: None,
            tables: Load::Idle,
            schemas: BTreeMap::new(),
            unconfirmed: BTreeSet::new(),
            quick_finds: BTreeMap::new(),
            lookup_paths: BTreeMap::new(),
            stored_views: BTreeMap::new(),
            chosen: vec![],
            layouts: Layouts::default(),
            layout_news: None,
            screens: Screens::new(first),
            pane_state: PaneState::default(),
            preview: Preview::default(),
            beside: Box::default(),
            watch: None,
            overlays: vec![],
            tickets: Tickets::default(),
            pending: Pending::default(),
            seed: Uuid::nil(),
            made: 0,
            intent: None,
            keeping: Keeping::default(),
            held_back: vec![],
            keeps_backups: true,
            gathering: None,
            gathered: None,
            last_change: None,
            ran: vec![],
            bound: None,
            sought: None,
            dropped: None,
            outside: None,
            unstaged: BTreeMap::new(),
            sending: Sending::default(),
            sent: SentBatches::default(),
            out_of_date: vec![],
            asked_row: None,
            asked_timeline: None,
            collections: BTreeMap::new(),
            relationships: BTreeMap::new(),
            asked_counts: None,
            attaching: None,
            to_run_on: vec![],
            adding: None,
            parked: None,
            reviewed: None,
            moving: None,
            zone: Zone::default(),
            waiting: None,
            uploading: None,
            requests: RequestLog::default(),
            reads: Reads::default(),
            copied: None,
            notice: None,
            leaving: false,
            dirty: true,
        };
        app.list_places();
        app.tell_complaints();
        app
    }

    /// Takes the arrangements of columns that were kept by earlier runs, and what is to be said about them.
    pub fn know_layouts(&mut self, (layouts, said): (Layouts, Option<String>)) {
        (self.layouts, self.layout_news) = (layouts, said);
    }

    /// The first effects: check whether a kept sign-in still works, to the environment or to what lists them.
    pub fn begin(&mut self) -> Vec<Effect> {
        if matches!(self.screen(), Screen::Viewer(_)) {
            return vec![];
        }
        if self.start.environment.is_none() {
            self.session = Session::SignedOut;
            let effects = self.read_places();
            self.follow_reads();
            return effects;
        }
        let effects = vec![Effect::Run(self.tickets.issue(Slot::Session), Request::Connect)];
        self.follow_reads();
        effects
    }

    /// Applies one event and says what should be done about it.
    ///
    /// This is the only place where state changes. It never blocks and never fails: a failed request arrives as an
    /// event like any other.
    pub fn update(&mut self, event: Event) -> Vec<Effect> {
        self.follow_review(matches!(event, Event::Input(_)));
        let mut effects = self.apply(event);
        self.follow_review(false);
        effects.extend(self.settle());
        // First of all: a change is on disk before it is sent, and before the program ends.
        let journal = self.journal();
        if journal.is_some() {
            self.hold_back(&mut effects);
        }
        effects.splice(0..0, journal);
        self.follow_reads();
        self.index_forms();
        effects
    }

    fn apply(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Clock(now) => {
                let told = self.elapsed();
                self.dirty |= self.is_counting() && now.as_second() != self.now.as_second();
                self.now = now;
                self.dirty |= self.elapsed() != told;
                self.look_on();
                return self.lock_in_time(now);
            }
            Event::Exchanged(exchange) => {
                self.exchanged(Entry::Sent(exchange));
                return vec![];
            }
            Event::Traced(trace) => {
                self.exchanged(Entry::Traced(trace));
                return vec![];
            }
            Event::Progress(ticket, _) if !self.tickets.is_current(ticket) => return vec![],
            Event::Reply(ticket, _) if !self.tickets.redeem(ticket) => return vec![], // too late to matter
            _ => self.dirty = true,
        }
        match event {
            Event::Clock(_) | Event::Exchanged(_) | Event::Traced(_) => vec![],
            Event::Copied(how) => {
                self.was_copied(how);
                vec![]
            }
            Event::Input(input) => self.input(input),
            Event::TextEdited(edited) => self.text_edited(edited),
            Event::Waiting(wait) => {
                self.waiting = wait;
                vec![]
            }
            Event::Uploading(far) => {
                self.uploading = far;
                vec![]
            }
            Event::PersonNeeded(problem) => {
                self.person_needed(problem);
                vec![]
            }
            Event::Resize(size) => self.take_room(size),
            Event::Progress(_, Progress::Prompt(prompt)) => self.prompted(prompt),
            Event::Progress(_, Progress::Warning(warning)) => {
                self.say(warning);
                vec![]
            }
            Event::Progress(_, Progress::Schema(schema)) => self.schema_known(schema),
            Event::Reply(ticket, reply) => self.receive(ticket, reply),
            Event::Written(id, result) => self.written(id, result),
            Event::Operated(id, result) => self.operated(id, result),
            Event::JournalOpened(opened) => {
                self.journal_opened(opened);
                vec![]
            }
            Event::Journaled(result) => self.journaled(result),
            Event::NotKept(why) => {
                self.say(why);
                vec![]
            }
        }
    }

    /// Whether something has changed since the last frame.
    pub fn is_dirty(&self) -> bool {
        self.dirty
    }

    /// A frame shows the state as it is now.
    pub fn drawn(&mut self) {
        self.dirty = false;
        if let Some(Overlay::Prompt(prompt)) = self.overlays.last_mut()
            && !self.size.is_too_small()
        {
            prompt.was_drawn();
        }
    }

    /// Whether the next frame brings a question. What was typed before that frame is no answer to it.
    pub fn has_unseen_question(&self) -> bool {
        matches!(self.overlays.last(), Some(Overlay::Prompt(prompt)) if prompt.is_unseen())
    }

    /// The screen was lost: a frame is due although nothing changed.
    pub fn touch(&mut self) {
        self.dirty = true;
    }

    /// When the clock should tick next; never while nothing on the screen changes with time.
    pub fn tick(&self) -> Option<Duration> {
        if self.is_looking_through() {
            return Some(Duration::ZERO); // between two slices a key is taken
        }
        let second = self.is_counting().then_some(Duration::from_secs(1));
        // A little later than wanted, so that the time has come then.
        let until = |at: Timestamp| {
            Duration::try_from(at.duration_since(self.now)).unwrap_or_default() + Duration::from_millis(1)
        };
        second.into_iter().chain(self.read_tick()).chain(self.wants_tick_at().map(until)).min()
    }

    /// Whether something on the screen counts down.
    pub fn is_counting(&self) -> bool {
        self.waiting.is_some()
            || self.session.identity().is_some_and(|identity| identity.unlocked_until().is_some())
            || matches!(self.screen(), Screen::SignIn(sign_in) if sign_in.prompt.is_some())
    }

    /// The screen that is seen.
    pub fn screen(&self) -> &Screen {
        self.screens.top()
    }

    fn screen_mut(&mut self) -> &mut Screen {
        self.screens.top_mut()
    }

    /// Says something on the message line: sentences, then what can be done, each key behind two spaces. The keys of an
    /// overlay are its own.
    fn say(&mut self, text: impl Into<String>) {
        let text = text.into();
        let text = match text.find("  ").filter(|_| self.overlays.is_empty()) {
            Some(end) => format!("{}{}", &text[..end], self.with_keys(&text[end..])),
            None => text,
        };
        self.notice = Some(Notice::Info(text));
    }
}
