//! What the core wants done in the world.

use std::sync::Arc;

use jiff::Timestamp;

use super::column_layout::ColumnLayout;
use super::finding::Search;
use super::journal::{Entry, Owner};
use super::layout::Size;
use super::looking_up::LookupSearch;
use super::own_editor::Draft;
use super::pending::{OperationId, Sent};
use super::pending_file::PendingFile;
use super::places::{Listed, Tags};
use super::secret::Secret;
use super::session::{Place, Way};
use super::tickets::{Slot, Ticket};
use crate::dataverse::timeline::Collections;
use crate::dataverse::{
    Exchange, Filter, NewRow, NextLink, Operation, Patch, Query, RowId, RowsByKey, SetName, StoredFile,
    Table, TableName, TableSchema,
};

/// Something to be done. The only output of [`App::update`](super::App::update).
///
/// Effects are data: they can be compared, logged and counted in a test.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Start background work. It answers with [`Event::Reply`](super::Event::Reply).
    Run(Ticket, Request),
    /// Stop the work of a slot. Only reads have slots.
    Cancel(Slot),
    /// Send a change. Never aborted; answers with [`Event::Written`](super::Event::Written).
    Write(WriteId, Patch),
    /// Carry out an operation. Never aborted; answers with [`Event::Operated`](super::Event::Operated).
    Operate(WriteId, Box<Operation>),
    /// Send several as one change set: all of them are carried out, or none. Never aborted; each is answered as if it was
    /// sent by itself, those last that were refused themselves.
    Together(Vec<Sent>),
    /// What connections and sign-ins are to from here on.
    Aim(Place),
    /// Send requests to the environment at this address from here on: its connection is there.
    Adopt(String),
    /// Open the journal of a person's edits; answers with [`Event::JournalOpened`](super::Event::JournalOpened) before
    /// anything else happens.
    OpenJournal(Owner),
    /// Write this to the journal before the next frame; answers with [`Event::Journaled`](super::Event::Journaled).
    Journal(Vec<Entry>),
    /// Let writes pass for a while.
    Unlock,
    /// Let no write pass from here on, for this reason.
    Lock(String),
    /// Give the sign-in that is under way the address that a browser elsewhere ended at.
    GiveAddress(Secret),
    /// Show an address in the browser of this machine.
    OpenBrowser(String),
    /// Keep how the columns of a table are arranged, for the environment at this address.
    KeepLayout(String, TableName, ColumnLayout),
    /// Hand text to the terminal's clipboard.
    Copy(String),
    /// Leave the screen, print plain text, wait for a key, come back.
    Print(String),
    /// Leave the screen to the person's own editor with a text; answers with
    /// [`Event::TextEdited`](super::Event::TextEdited) before anything else happens.
    EditText(Draft),
    /// Print plain text behind the screen, where it can be copied after the program has ended.
    Announce(String),
    /// Draw everything anew.
    Redraw,
    /// Hand the terminal back to the shell until it continues us.
    Suspend,
    /// Leave the program once no write is in flight.
    Quit,
}

/// Work for the runner, one variant for each operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Check the kept sign-in.
    Connect,
    /// Sign in with a person's help.
    SignIn(Way),
    /// Sign in with a ready token.
    UseToken(Secret),
    /// List the environments, with the kept sign-in.
    Places,
    /// Write what a person says of an environment into its profile; makes one where there is none.
    Tag(Box<Listed>, Tags),
    /// Ask an environment about itself and the person, with the kept sign-in.
    Details(String),
    /// Forget the sign-ins to these environments, and to what lists them.
    SignOut(Vec<String>),
    /// Show what a server sent last in place of an answer.
    Refused,
    /// List the tables.
    Tables,
    /// Read a table's columns.
    Schema(Table),
    /// Read the first page of a query.
    Rows(Query),
    /// Read the page behind a link, with the preferences of the query it belongs to.
    NextPage(NextLink, Query),
    /// Read what a quick search of a table looks at.
    QuickFind(Arc<TableSchema>),
    /// Read which views of a table the server has.
    Views(TableName),
    /// Read one row with all its columns.
    Row(SetName, RowId),
    /// Read what hangs on a row: open activities, its place in a queue.
    Around(RowId),
    /// Read which workflows can be run on rows of a table.
    Workflows(TableName),
    /// Read who changed a row since then, or ever.
    Audit(RowId, Option<Timestamp>),
    /// Read the timeline of a row of a table; what its notes and activities are called, where that is known.
    Timeline(Box<Table>, RowId, Option<Box<Collections>>),
    /// Read the relationships of a table.
    Relationships(TableName),
    /// Count the related rows, at once: tables and the conditions on their rows.
    CountRelated(Vec<(Table, Filter)>),
    /// Read a file and write it to a path as it was typed, where nothing is yet.
    SaveFile(StoredFile, String),
    /// Read the file at a path as it was typed, which is to go with a note.
    ReadFile(String),
    /// Read the columns of tables and how their lookups are written.
    Learn(Vec<Table>),
    /// Find out what became of an operation whose answer never came.
    FindOut(OperationId, Box<Operation>),
    /// Write these rows to a new file, as they are now with all their columns: they are about to be deleted or
    /// merged.
    BackUp(Vec<(Table, RowId)>),
    /// Write pending changes to a path as it was typed, where nothing is yet.
    SavePending(Box<PendingFile>, String),
    /// Read the pending changes in the file at a path as it was typed.
    LoadPending(String),
    /// Read rows of which no more is known than their keys.
    RowsByKey(Vec<RowsByKey>),
    /// Look at the file at a path as it was typed, which is to go into a column.
    LookAtFile(String),
    /// Look for a row that somebody wants to go to.
    Find(Search),
    /// Ask which rows of its table a new row is too much like.
    Duplicates(Box<Table>, Box<NewRow>),
    /// Look for rows that a lookup could point to.
    LookUp(Box<LookupSearch>),
    /// Send a read once more, as it was sent before.
    Repeat(Box<Exchange>),
    /// Read which time zone the person has set.
    Zone,
    /// Examine network, token, environment and terminal, whose size is given; privileges on these tables.
    Doctor(Vec<TableName>, Size),
}

/// Tells one write from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WriteId(pub u64);

impl Effect {
    /// The writes that it sends.
    pub fn writes(&self) -> Vec<WriteId> {
        match self {
            Self::Write(id, _) | Self::Operate(id, _) => vec![*id],
            Self::Together(sent) => sent.iter().map(Sent::id).collect(),
            _ => vec![],
        }
    }
}

impl From<Sent> for Effect {
    fn from(sent: Sent) -> Self {
        match sent {
            Sent::Update(id, patch) => Self::Write(id, patch),
            Sent::Operation(id, operation) => Self::Operate(id, operation),
        }
    }
}
