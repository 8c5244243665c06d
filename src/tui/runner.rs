//! Executes effects: background tasks for reads and writes.

use std::collections::BTreeMap;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::{AbortHandle, JoinHandle};

use super::journal::EditKeeper;
use super::layouts::Change;
use super::services::Services;
use crate::app::exchanges::Trace;
use crate::app::journal::{Entry, Owner};
use crate::app::pending::Sent;
use crate::app::tickets::{Slot, Ticket};
use crate::app::{Effect, Event, Request};
use crate::dataverse::Exchange;
use crate::http;

/// Starts work and hands back what it answers.
///
/// Reads of one slot replace each other: a new one aborts the one before. Writes run at once and are never aborted: the
/// core hands them over in order, and no more than are to be on their way at a time.
#[derive(Debug)]
pub struct Runner {
    services: Services,
    events: UnboundedSender<Event>,
    inbox: UnboundedReceiver<Event>,
    reads: BTreeMap<Slot, AbortHandle>,
    writes: Vec<JoinHandle<()>>,
    layouts: UnboundedSender<Change>,
    keeper_of_layouts: JoinHandle<()>,
    edits: EditKeeper,
    follower: JoinHandle<()>,
    keeper: JoinHandle<()>,
    exchanges: UnboundedReceiver<Exchange>,
    traces: UnboundedReceiver<http::Trace>,
}

impl Runner {
    /// A runner over these services. Must be called inside a tokio runtime.
    pub fn new(services: Services) -> Self {
        let (events, inbox) = unbounded_channel();
        let (layouts, mut changes) = unbounded_channel::<Change>();
        let (troubles, keeping) = (events.clone(), services.clone());
        let keeper_of_layouts = tokio::spawn(async move {
            while let Some(first) = changes.recv().await {
                // Somebody holds a key down: what came meanwhile is written at once, the newest last.
                let more = std::iter::from_fn(|| changes.try_recv().ok());
                let all: Vec<Change> = std::iter::once(first).chain(more).collect();
                if let Err(why) = keeping.keep_layouts(all).await {
                    let _ = troubles.send(Event::NotKept(why)); // the loop is gone: nobody to tell
                }
            }
        });
        let (waits, waiting) = (events.clone(), services.clone());
        let follower = tokio::spawn(async move {
            waiting
                .follow_waits(|event| {
                    let _ = waits.send(event); // the loop is gone: nobody to tell
                })
                .await;
        });
        let (needs, signed_in) = (events.clone(), services.clone());
        let keeper = tokio::spawn(async move {
            signed_in
                .keep_signed_in(|problem| {
                    let _ = needs.send(Event::PersonNeeded(problem)); // the loop is gone: nobody to tell
                })
                .await;
        });
        // Somebody else may have them: then none are told here.
        let exchanges = services.exchanges().unwrap_or_else(|| unbounded_channel().1);
        let traces = services.traces().unwrap_or_else(|| unbounded_channel().1);
        let edits = EditKeeper::new(services.journal_folder());
        Self {
            services,
            events,
            inbox,
            reads: BTreeMap::new(),
            writes: Vec::new(),
            layouts,
            keeper_of_layouts,
            edits,
            follower,
            keeper,
            exchanges,
            traces,
        }
    }

    /// Opens the journal of a person's edits. The answer is due before anything else happens.
    pub fn open_journal(&mut self, owner: Owner) -> Event {
        Event::JournalOpened(self.edits.open(owner))
    }

    /// Writes to the journal; it is written when this returns.
    pub fn keep(&mut self, entries: Vec<Entry>) -> Event {
        Event::Journaled(self.edits.keep(entries))
    }

    /// Starts what an effect asks for. Effects of the terminal and of the journal are the loop's and are left alone.
    pub fn start(&mut self, effect: Effect) {
        match effect {
            Effect::Run(ticket, request) => self.read(ticket, request),
            Effect::Cancel(slot) => {
                if let Some(read) = self.reads.remove(&slot) {
                    read.abort();
                }
            }
            Effect::Write(id, patch) => self.write(Sent::Update(id, patch)),
            Effect::Operate(id, operation) => self.write(Sent::Operation(id, operation)),
            Effect::Together(sent) => self.write_together(sent),
            Effect::KeepLayout(environment, table, layout) => {
                let _ = self.layouts.send((environment, table, layout)); // it lives as long as the runner
            }
            Effect::Aim(place) => self.services.aim(place),
            Effect::GiveAddress(address) => self.services.give_address(&address),
            Effect::Adopt(address) => self.services.adopt(&address),
            Effect::Unlock => self.services.unlock(),
            Effect::Lock(reason) => self.services.lock(&reason),
            Effect::OpenBrowser(address) => self.services.open_browser(&address),
            Effect::OpenJournal(_)
            | Effect::Journal(_)
            | Effect::Copy(_)
            | Effect::Print(_)
            | Effect::EditText(_)
            | Effect::Announce(_)
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => {}
        }
    }

    /// The next answer, or news of a request.
    pub async fn next(&mut self) -> Option<Event> {
        tokio::select! {
            biased;
            event = self.inbox.recv() => event,
            Some(exchange) = self.exchanges.recv() => Some(Event::Exchanged(Box::new(exchange))),
            Some(trace) = self.traces.recv() => Some(Event::Traced(Box::new(seen(trace)))),
        }
    }

    /// Stops reading and waits until every write has its answer.
    pub async fn finish_writes(&mut self) {
        for read in std::mem::take(&mut self.reads).into_values() {
            read.abort();
        }
        self.follower.abort();
        self.keeper.abort();
        while let Some(write) = self.writes.last_mut() {
            let _ = write.await; // a panic there has been reported already
            self.writes.pop();
        }
    }

    /// What came and was not taken any more.
    pub fn last_answers(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.inbox.try_recv().ok()).collect()
    }

    /// Waits until what is kept is on disk.
    pub async fn finish(&mut self) {
        let (closed, _) = unbounded_channel();
        self.layouts = closed;
        let _ = (&mut self.keeper_of_layouts).await;
        self.edits.finish().await;
        self.services.remembered().await;
    }

    fn write(&mut self, sent: Sent) {
        let (services, events) = (self.services.clone(), self.events.clone());
        let write = tokio::spawn(async move {
            let _ = events.send(services.write(sent).await); // the loop is gone: nobody to tell
        });
        self.writing(write);
    }

    fn write_together(&mut self, sent: Vec<Sent>) {
        let (services, events) = (self.services.clone(), self.events.clone());
        let write = tokio::spawn(async move {
            for answer in services.together(sent).await {
                let _ = events.send(answer); // the loop is gone: nobody to tell
            }
        });
        self.writing(write);
    }

    fn writing(&mut self, write: JoinHandle<()>) {
        self.writes.retain(|write| !write.is_finished());
        self.writes.push(write);
    }

    fn read(&mut self, ticket: Ticket, request: Request) {
        let (services, events) = (self.services.clone(), self.events.clone());
        let task = tokio::spawn(async move {
            let progress = events.clone();
            let reply = services
                .perform(request, move |news| {
                    let _ = progress.send(Event::Progress(ticket, news));
                })
                .await;
            let _ = events.send(Event::Reply(ticket, reply)); // the loop is gone: nobody to tell
        });
        if let Some(old) = self.reads.insert(ticket.slot, task.abort_handle()) {
            old.abort();
        }
    }
}

/// A request of a sign-in, a list or a check, as the core knows it.
fn seen(trace: http::Trace) -> Trace {
    let http::Trace { at, took, method, origin, path, status, failure, bytes } = trace;
    Trace { at, took, method, origin, path, status, failure, bytes }
}
