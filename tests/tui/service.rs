//! A service that answers whatever is asked, and an environment in which every verb finds what it needs.

use std::sync::Arc;

use bytes::Bytes;
use dvtui::app::effect::Effect;
use dvtui::app::event::{BackedUp, Event, Operated, SaveFailure, Saved};
use dvtui::app::finding::{Found, Hit, Search};
use dvtui::app::looking_up::LookupFound;
use dvtui::app::pending::Sent;
use dvtui::app::problem::Problem;
use dvtui::app::session::Identity;
use dvtui::app::{Reply, Request};
use dvtui::dataverse::around::{Around, OpenActivity, Queued};
use dvtui::dataverse::metadata::{Choice, Required, TextFormat};
use dvtui::dataverse::timeline::Timeline;
use dvtui::dataverse::{
    Column, ColumnKind, LookupPath, Page, Patch, Row, RowId, SetName, Table, TableSchema,
};

use crate::desk::{self, Desk};
use crate::stage::{self, column, table};
use crate::{related, timeline, workflows};

/// What the service has in its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cases {
    Open,
    Resolved,
    /// Every fourth one is resolved.
    Mixed,
}

/// The service with what it answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Service {
    pub(crate) cases: Cases,
    pub(crate) rows: usize,
    /// Somebody works on what is in a queue.
    pub(crate) worked_on: bool,
    /// Cases have an open task.
    pub(crate) open_task: bool,
}

impl Service {
    pub(crate) fn of(cases: Cases, rows: usize) -> Self {
        Self { cases, rows, worked_on: false, open_task: false }
    }

    /// At its cases, the cursor on the first one.
    pub(crate) fn at_cases(self, identity: Identity, width: u16, height: u16) -> Desk {
        let mut desk = Desk::among(tables(), cases(), identity, 0, width, height);
        desk.keys("r");
        self.answer(&mut desk, 0);
        desk.stage.app.drawn();
        desk
    }

    /// Presses keys that have no confirming key in them, and answers what they ask for.
    pub(crate) fn keys(self, desk: &mut Desk, keys: &str) {
        for key in keys.split_whitespace() {
            desk.keys(key);
            self.answer(desk, 0);
        }
    }

    /// Types a text and waits until it was searched for.
    pub(crate) fn text(self, desk: &mut Desk, text: &str) {
        desk.text(text);
        desk.stage.later(400);
        self.answer(desk, 0);
    }

    /// Answers what the last event asked for, and what the answers ask for in turn. What is answered to a write
    /// depends on fortune.
    pub(crate) fn answer(self, desk: &mut Desk, luck: u8) {
        self.answer_seeing(desk, luck, |_| {});
    }

    /// The same; every event that an answer is, is looked at.
    pub(crate) fn answer_seeing(self, desk: &mut Desk, luck: u8, mut seen: impl FnMut(&Desk)) {
        let mut open = desk.stage.effects.clone();
        while let Some(effect) = open.pop() {
            let read = match effect {
                Effect::Run(ticket, request) => {
                    self.reply(request, luck).map(|reply| Event::Reply(ticket, reply)).into_iter().collect()
                }
                effect => {
                    stage::sent(&[effect]).into_iter().map(|sent| answered(sent, luck)).collect::<Vec<_>>()
                }
            };
            for event in read {
                desk.stage.event(event);
                seen(desk);
                open.extend(desk.stage.effects.clone());
            }
        }
        desk.stage.effects.clear();
    }

    fn reply(self, request: Request, luck: u8) -> Option<Reply> {
        Some(match request {
            Request::Connect => Reply::Connected(Ok(Some(stage::identity()))),
            Request::Tables => Reply::Tables(Ok(tables())),
            Request::Schema(table) => Reply::Schema(Ok(Arc::new(schema(&table)))),
            Request::Rows(query) if query.set().as_str() == "incidents" => Reply::Rows(Ok(self.page())),
            Request::Rows(_) | Request::NextPage(..) => {
                Reply::Rows(Ok(Page::decode(Bytes::from_static(br#"{"@odata.count":0,"value":[]}"#)).ok()?))
            }
            Request::QuickFind(schema) => Reply::QuickFind(schema.table.name.clone(), Ok(None)),
            Request::Row(set, id) => Reply::Row(Ok(self.row(&set, id))),
            Request::Around(_) => Reply::Around(Ok(self.around())),
            Request::Workflows(_) => Reply::Workflows(Ok(workflows::workflows())),
            Request::Timeline(..) => {
                timeline::answered(Timeline { entries: timeline::entries(), ..Timeline::default() })
            }
            Request::Relationships(table) => Reply::Relationships(table, Ok(related::relationships())),
            Request::CountRelated(wanted) => {
                let counts = wanted.iter().map(|_| related::counted(3, "Some row"));
                Reply::RelatedCounted(counts.map(Ok).collect())
            }
            Request::Learn(tables) => {
                let learned = tables.iter().map(|table| (Arc::new(schema(table)), paths(table)));
                Reply::Learned(Ok(learned.collect()))
            }
            Request::FindOut(id, _) => Reply::FoundOut(id, operated(luck)),
            Request::Find(search) => Reply::Found(Ok(found(&search))),
            Request::LookUp(search) => {
                let paths = search.paths_of.map(|name| {
                    let table = tables().into_iter().find(|table| table.name == name);
                    (name, table.map(|table| paths(&table)).unwrap_or_default())
                });
                Reply::LookedUp(Ok(LookupFound { paths, found: found(&search.search) }))
            }
            Request::BackUp(_) => {
                Reply::BackedUp(Ok(BackedUp { path: "~/backup.jsonl".into(), rows: vec![] }))
            }
            Request::Zone => Reply::Zone(None),
            Request::Repeat(_) => Reply::Repeated(Ok(0)),
            _ => return None,
        })
    }

    fn is_resolved(self, number: usize) -> bool {
        match self.cases {
            Cases::Open => false,
            Cases::Resolved => true,
            Cases::Mixed => number % 4 == 3,
        }
    }

    fn page(self) -> Page {
        let rows: Vec<String> = (0..self.rows).map(|number| self.case(number)).collect();
        let body = format!(r#"{{"@odata.count":{},"value":[{}]}}"#, self.rows, rows.join(","));
        Page::decode(Bytes::from(body)).unwrap()
    }

    /// One case with what lists have of it.
    fn case(self, number: usize) -> String {
        let (status, label) =
            if self.is_resolved(number) { (5, "Problem Solved") } else { (1, "In Progress") };
        let customer = r#""_customerid_value@OData.Community.Display.V1.FormattedValue":"Fourth Coffee",
            "_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account",
            "_customerid_value":"9c2b11d0-66aa-4e11-a568-000d3a3aab10""#;
        stage::case(number)
            .replace(r#""statuscode":1"#, &format!(r#""statuscode":{status}"#))
            .replace(r#"Value":"In Progress""#, &format!(r#"Value":"{label}""#))
            .replace(r#""incidentid""#, &format!(r#"{customer},"incidentid""#))
    }

    fn row(self, set: &SetName, id: RowId) -> Row {
        let number = usize::try_from(id.0.as_u128() >> 96).unwrap_or_default();
        if set.as_str() != "incidents" {
            let other = tables().into_iter().find(|table| table.set == *set);
            let primary = other.map(|table| table.primary_id.to_string()).unwrap_or_default();
            return Row::from_json(format!(r#"{{"@odata.etag":"W/\"0\"","{primary}":"{id}"}}"#)).unwrap();
        }
        let status = if self.is_resolved(number) { 5 } else { 1 };
        let json = desk::ROW
            .replace(r#"W/\"0\""#, &format!(r#"W/\"{number}\""#))
            .replace("CAS-00000", &format!("CAS-{number:05}"))
            .replace("00000000-0000-4000-8000-0000000000aa", &id.to_string())
            .replace(r#""statuscode":1"#, &format!(r#""statuscode":{status}"#));
        Row::from_json(json).unwrap()
    }

    fn around(self) -> Around {
        let task = OpenActivity {
            table: "task".into(),
            id: id(0x71),
            state: "0".into(),
            kind: "Task".into(),
            subject: "Order a drum".into(),
            due: None,
        };
        let worker = self.worked_on.then(|| "Bo Lind".to_owned());
        Around {
            open: if self.open_task { vec![task] } else { vec![] },
            queued: Some(Queued { item: id(0x51), queue: "Tier 2".into(), worker }),
        }
    }
}

/// A row that is no case of the list.
fn id(number: u8) -> RowId {
    format!("00000000-0000-4000-8000-0000000000{number:02x}").parse().unwrap()
}

/// Somebody who is known by a row of theirs.
pub(crate) fn person() -> Identity {
    Identity { user_id: Some(Box::new(id(0x0a))), ..stage::identity() }
}

/// The same in production, where the alias is `prod`.
pub(crate) fn production() -> Identity {
    Identity { production: true, badge: "PROD".into(), alias: "prod".into(), ..person() }
}

/// What is answered to something that was sent.
fn answered(sent: Sent, luck: u8) -> Event {
    match sent {
        Sent::Update(id, patch) => Event::Written(id, written(&patch, luck)),
        Sent::Operation(id, _) => Event::Operated(id, operated(luck)),
    }
}

fn written(patch: &Patch, luck: u8) -> Result<Saved, SaveFailure> {
    let row = format!(r#"{{"@odata.etag":"W/\"n\"","incidentid":"{}"}}"#, patch.id);
    failure(luck).map(|()| Saved { row: Row::from_json(row).unwrap() })
}

fn operated(luck: u8) -> Result<Operated, SaveFailure> {
    failure(luck).map(|()| Operated { row: None })
}

fn failure(luck: u8) -> Result<(), SaveFailure> {
    match luck % 8 {
        0..4 => Ok(()),
        4 => Err(SaveFailure::Conflict),
        5 => Err(SaveFailure::Gone),
        6 => Err(SaveFailure::Unknown(Problem::new("").why("The line is down."))),
        _ => Err(SaveFailure::Failed(Problem::new("Not saved.").why("Too long."))),
    }
}

/// One row of each table that is searched.
fn found(search: &Search) -> Found {
    let hit = |(number, table): (u8, &Table)| {
        let name = format!("{} {number}", table.display_name);
        Hit { detail: table.display_name.clone(), id: id(0xc0 + number), name, table: table.clone() }
    };
    let tables: Vec<&Table> = match search {
        Search::Text(text) => text.among.iter().map(|searched| &searched.table).collect(),
        Search::Id { tables, .. } => tables.iter().take(1).collect(),
        Search::Number { table, .. } | Search::Ticket { table, .. } | Search::Key { table, .. } => {
            vec![table]
        }
    };
    Found { hits: (1..).zip(tables).map(hit).collect(), ..Found::default() }
}

/// The tables of the environment.
fn tables() -> Vec<Table> {
    let activity = |display: &str, name: &str, set: &str| {
        let mut table = table(display, name, set, "subject");
        table.primary_id = "activityid".into();
        table
    };
    let mut tables = stage::tables();
    tables.extend([
        table("Note", "annotation", "annotations", "subject"),
        activity("Case Resolution", "incidentresolution", "incidentresolutions"),
        activity("Task", "task", "tasks"),
        activity("Phone Call", "phonecall", "phonecalls"),
        table("Queue", "queue", "queues", "name"),
        table("User", "systemuser", "systemusers", "fullname"),
    ]);
    tables
}

fn line(name: &str) -> Column {
    column(name, name, ColumnKind::Text { max_length: Some(200), format: TextFormat::Text })
}

fn memo(name: &str) -> Column {
    column(name, name, ColumnKind::Memo { max_length: Some(2000) })
}

/// The columns of cases: those of the desk, and reasons for every state.
fn cases() -> TableSchema {
    let mut schema = desk::cases();
    for column in &mut schema.columns {
        if let ColumnKind::Status { options } = &mut column.kind {
            options.push(Choice { value: 6, label: "Cancelled".into(), state: Some(2) });
        }
        // A search for an account would have to be typed into each new row.
        if column.name.as_str() == "customerid" {
            column.required = Required::Recommended;
        }
    }
    let parent = ColumnKind::Lookup { targets: vec!["incident".into()] };
    schema.columns.push(column("Parent Case", "parentcaseid", parent));
    schema.columns.sort_by(|a, b| a.name.cmp(&b.name));
    schema
}

fn schema(table: &Table) -> TableSchema {
    let columns = match table.name.as_str() {
        "incident" => return cases(),
        "annotation" => vec![memo("notetext"), line("subject")],
        "incidentresolution" => {
            vec![line("subject"), column("Minutes", "timespent", ColumnKind::Whole { min: 0, max: 1000 })]
        }
        "task" => vec![memo("description"), line("subject")],
        "phonecall" => vec![memo("description"), line("phonenumber"), line("subject")],
        "systemuser" | "contact" => vec![line("fullname")],
        _ => vec![line("name")],
    };
    TableSchema { table: table.clone(), columns }
}

fn paths(table: &Table) -> Vec<LookupPath> {
    let path = |column: &str, target: &str, navigation: &str| LookupPath {
        column: column.into(),
        target: target.into(),
        navigation: navigation.into(),
    };
    match table.name.as_str() {
        "incident" => vec![
            path("customerid", "account", "customerid_account"),
            path("ownerid", "owner", "ownerid"),
            path("parentcaseid", "incident", "parentcaseid"),
        ],
        "annotation" => vec![path("objectid", "incident", "objectid_incident")],
        "task" | "phonecall" => vec![path("regardingobjectid", "incident", "regardingobjectid_incident")],
        _ => vec![],
    }
}
