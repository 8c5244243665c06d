//! What can happen to the program.

use std::sync::Arc;

use jiff::Timestamp;

use super::copy::Copied;
use super::effect::WriteId;
use super::examination::Examination;
use super::exchanges::Trace;
use super::finding::Found;
use super::journal::Opened;
use super::key::Input;
use super::layout::Size;
use super::looking_up::LookupFound;
use super::overlay::draft::FileToSend;
use super::overlay::views::ViewsRead;
use super::own_editor::Edited;
use super::pending::{OperationId, RowKey};
use super::pending_file::PendingFile;
use super::places::Listed;
use super::problem::Problem;
use super::session::{Identity, Prompt};
use super::tickets::Ticket;
use super::wait::Wait;
use super::zone::Zone;
use crate::dataverse::around::Around;
use crate::dataverse::audit::Audit;
use crate::dataverse::timeline::{Collections, Timeline};
use crate::dataverse::workflows::Workflow;
use crate::dataverse::{
    self, Exchange, LocalFile, LookupPath, Page, QuickFind, Refused, RelatedCount, Relationship, Row, RowId,
    Table, TableName, TableSchema, Uploading,
};

/// Something that happened. The only input of [`App::update`](super::App::update).
#[derive(Debug)]
pub enum Event {
    /// The time: before each input and each answer, and when [`App::tick`](super::App::tick) asks for it.
    Clock(Timestamp),
    /// A key or a paste.
    Input(Input),
    /// The terminal has a new size.
    Resize(Size),
    /// A request waits before it is sent again, or no longer does.
    Waiting(Option<Wait>),
    /// How far the file is that goes to the server in pieces.
    Uploading(Option<Uploading>),
    /// A request was sent, and how it was answered. Nothing is drawn for it unless the log is seen.
    Exchanged(Box<Exchange>),
    /// The same of a request of a sign-in, a list or a check.
    Traced(Box<Trace>),
    /// How a text was handed over.
    Copied(Copied),
    /// The person's own editor has ended.
    TextEdited(Edited),
    /// The sign-in can no longer be renewed by itself; why, and how long its token is good for.
    PersonNeeded(Problem),
    /// Background work has something to show and goes on. Ignored when the ticket is void.
    Progress(Ticket, Progress),
    /// Background work is done. Ignored when the ticket is void.
    Reply(Ticket, Reply),
    /// Something about the screens could not be kept for the next run; why.
    NotKept(String),
    /// The journal of the environment was opened, or cannot be.
    JournalOpened(Opened),
    /// The journal was written; why not.
    Journaled(Result<(), String>),
    /// A write ended. Never ignored.
    Written(WriteId, Result<Saved, SaveFailure>),
    /// An operation ended. Never ignored.
    Operated(WriteId, Result<Operated, SaveFailure>),
}

/// News of work that is under way.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Something is odd but stops nothing.
    Warning(String),
    /// A sign-in waits for the person.
    Prompt(Prompt),
    /// A table's columns as they were last time; the answer says what they are now.
    Schema(Arc<TableSchema>),
}

/// The answer to a [`Request`](super::effect::Request), variant by variant.
#[derive(Debug)]
pub enum Reply {
    /// Whether the kept sign-in still works; nothing when a person has to sign in.
    Connected(Result<Option<Identity>, Problem>),
    /// How the sign-in ended.
    SignedIn(Result<Identity, Problem>),
    /// How a sign-in to the list of environments ended.
    SignedInToList(Result<(), Problem>),
    /// The environments; nothing when a person has to sign in to the list.
    Places(Result<Option<Vec<Listed>>, Problem>),
    /// A profile was written: the environments as they are listed now.
    Tagged(Result<Vec<Listed>, Problem>),
    /// What an environment says of itself and of the person: labels and values.
    Details(Result<Vec<(String, String)>, Problem>),
    /// The sign-ins are forgotten.
    SignedOut(Result<(), Problem>),
    /// What a server sent last in place of an answer, and to which request.
    Refused(Option<Refused>),
    /// The tables of the environment.
    Tables(Result<Vec<Table>, dataverse::Error>),
    /// A table's columns.
    Schema(Result<Arc<TableSchema>, dataverse::Error>),
    /// A page of rows.
    Rows(Result<Page, dataverse::Error>),
    /// What a quick search of this table looks at; nothing where the table has no quick-find view.
    QuickFind(TableName, Result<Option<QuickFind>, dataverse::Error>),
    /// The views of this table that the server has: those of everybody, and those of the person.
    Views(TableName, Box<ViewsRead>),
    /// One row with all its columns.
    Row(Result<Row, dataverse::Error>),
    /// What hangs on a row.
    Around(Result<Around, dataverse::Error>),
    /// The workflows that can be run on rows of a table.
    Workflows(Result<Vec<Workflow>, dataverse::Error>),
    /// Who changed a row.
    Audit(Result<Audit, dataverse::Error>),
    /// What happened on a row, and what the notes and activities of its table are called.
    Timeline(Result<(Box<Collections>, Timeline), dataverse::Error>),
    /// The relationships of this table.
    Relationships(TableName, Result<Vec<Relationship>, dataverse::Error>),
    /// How many rows are related, in the order of what was asked.
    RelatedCounted(Vec<Result<RelatedCount, dataverse::Error>>),
    /// A file was saved, of so many bytes.
    FileSaved(Result<u64, Problem>),
    /// The file at this path was read, or a sentence why not.
    FileRead(String, Result<Arc<FileToSend>, String>),
    /// The columns of tables, and how their lookups are written.
    Learned(Result<Vec<Learned>, dataverse::Error>),
    /// What became of an operation.
    FoundOut(OperationId, Result<Operated, SaveFailure>),
    /// Rows that are about to be deleted or merged are in a file.
    BackedUp(Result<BackedUp, Problem>),
    /// Pending changes are in a file; its path, as a person finds it.
    PendingSaved(Result<String, Problem>),
    /// The pending changes that are in a file.
    PendingRead(Result<Box<PendingFile>, Problem>),
    /// Rows that were asked for by their keys, as far as they are there.
    RowsByKey(Result<Vec<(TableName, RowId, Row)>, dataverse::Error>),
    /// What a file is that is to be sent; why it is of no use.
    LookedAtFile(Result<LocalFile, String>),
    /// The rows that were looked for.
    Found(Result<Found, Problem>),
    /// The rows that a new one is too much like.
    Duplicates(Result<Found, Problem>),
    /// The rows that a lookup could point to.
    LookedUp(Result<LookupFound, Problem>),
    /// A read was sent once more; so many bytes came.
    Repeated(Result<usize, dataverse::Error>),
    /// The person's time zone; nothing when it could not be found out.
    Zone(Option<Zone>),
    /// What was found by the doctor; what failed is in it.
    Doctor(Result<Examination, Problem>),
}

/// A change is on the server.
#[derive(Debug, Clone, PartialEq)]
pub struct Saved {
    /// The changed columns and the row's new ETag.
    pub row: Row,
}

/// Rows were written to a file.
#[derive(Debug, Clone, PartialEq)]
pub struct BackedUp {
    /// The file, as a person finds it.
    pub path: String,
    /// The rows in it, with all their columns.
    pub rows: Vec<(RowKey, Row)>,
}

/// The columns of a table, and how its lookups are written.
pub type Learned = (Arc<TableSchema>, Vec<LookupPath>);

/// An operation was carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Operated {
    /// What the server answered of the row, if anything: a new row, or columns with the new ETag.
    pub row: Option<Row>,
}

/// A change did not arrive, or nobody knows.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveFailure {
    /// Somebody changed the row since it was read; nothing was saved.
    Conflict,
    /// The row is gone; nothing was saved.
    Gone,
    /// The answer was lost and the row could not be read again: it may have been saved.
    Unknown(Problem),
    /// Nothing was saved, for this reason, and the same change would be refused again.
    Refused(Problem),
    /// Nothing was made: duplicate detection found rows like it.
    Duplicate(Problem),
    /// Nothing was saved, for this reason.
    Failed(Problem),
}
