//! The stage of a case worker: cases with columns of every kind, frames that are drawn, writes that are answered.

use std::sync::Arc;

use dvtui::app::effect::{Effect, WriteId};
use dvtui::app::event::{Event, SaveFailure, Saved};
use dvtui::app::key::Key;
use dvtui::app::session::Identity;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request, Screen};
use dvtui::dataverse::metadata::{Choice, DateBehavior, DateFormat, Required, TextFormat};
use dvtui::dataverse::{Column, ColumnKind, Patch, Row, Table, TableSchema};

use crate::stage::{self, Stage, column};

/// A stage on which every key is seen: a frame follows each.
pub(crate) struct Desk {
    pub(crate) stage: Stage,
}

impl Desk {
    /// At three cases, the cursor on the first one.
    pub(crate) fn at_cases(width: u16, height: u16) -> Self {
        Self::of(stage::identity(), width, height)
    }

    /// At three cases, as somebody else or somewhere else.
    pub(crate) fn of(identity: Identity, width: u16, height: u16) -> Self {
        Self::with(identity, 3, width, height)
    }

    /// At some cases.
    pub(crate) fn with(identity: Identity, rows: usize, width: u16, height: u16) -> Self {
        Self::of_table(cases(), identity, rows, width, height)
    }

    /// At some cases of a table with these columns.
    pub(crate) fn of_table(
        schema: TableSchema,
        identity: Identity,
        rows: usize,
        width: u16,
        height: u16,
    ) -> Self {
        Self::among(stage::tables(), schema, identity, rows, width, height)
    }

    /// The same in an environment with these tables.
    pub(crate) fn among(
        tables: Vec<Table>,
        schema: TableSchema,
        identity: Identity,
        rows: usize,
        width: u16,
        height: u16,
    ) -> Self {
        let mut stage = Stage::new(width, height);
        stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity))));
        stage.answer(Slot::Tables, Reply::Tables(Ok(tables)));
        stage.keys("/ c a s e Enter");
        stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(schema))));
        stage.answer(Slot::Rows, Reply::Rows(Ok(stage::page(0..rows, None, Some(rows as u64)))));
        stage.app.drawn();
        Self { stage }
    }

    /// At the form of the first case.
    pub(crate) fn at_form(width: u16, height: u16) -> Self {
        let mut desk = Self::at_cases(width, height);
        desk.keys("Enter").row(ROW);
        desk
    }

    /// The journal has what was handed to it.
    pub(crate) fn noted(&mut self) -> &mut Self {
        self.stage.event(Event::Journaled(Ok(())));
        self
    }

    /// Presses keys; a frame is drawn after each.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.press(key.parse().unwrap());
        }
        self
    }

    /// Types text, spaces too.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(Key::Char(c));
        }
        self
    }

    pub(crate) fn press(&mut self, key: Key) -> &mut Self {
        self.stage.press(key);
        self.stage.app.drawn();
        self
    }

    /// Answers the read of a row.
    pub(crate) fn row(&mut self, json: &str) -> &mut Self {
        self.stage.answer(Slot::Row, Reply::Row(Ok(Row::from_json(json.to_owned()).unwrap())));
        self.stage.app.drawn();
        self
    }

    /// The changes that the last key sent.
    pub(crate) fn writes(&self) -> Vec<(WriteId, Patch)> {
        let writes = self.stage.effects.iter().filter_map(|effect| match effect {
            Effect::Write(id, patch) => Some((*id, patch.clone())),
            _ => None,
        });
        writes.collect()
    }

    /// The last key sent something, or has it written to a file, behind which it is sent.
    pub(crate) fn sends(&self) -> bool {
        let is_backup = |effect: &Effect| matches!(effect, Effect::Run(_, Request::BackUp(_)));
        !stage::sent(&self.stage.effects).is_empty() || self.stage.effects.iter().any(is_backup)
    }

    /// The only change that the last key sent.
    pub(crate) fn write(&self) -> (WriteId, Patch) {
        let writes = self.writes();
        assert_eq!(writes.len(), 1, "{:?}", self.stage.effects);
        writes.into_iter().next().unwrap()
    }

    /// Answers a write with the changed columns and a new version.
    pub(crate) fn saved(&mut self, id: WriteId, json: &str) -> &mut Self {
        let row = Row::from_json(json.to_owned()).unwrap();
        self.stage.event(Event::Written(id, Ok(Saved { row })));
        self.stage.app.drawn();
        self
    }

    /// Answers a write with a failure.
    pub(crate) fn failed(&mut self, id: WriteId, failure: SaveFailure) -> &mut Self {
        self.stage.event(Event::Written(id, Err(failure)));
        self.stage.app.drawn();
        self
    }

    pub(crate) fn screen(&self) -> String {
        self.stage.screen()
    }

    /// The message line.
    pub(crate) fn message(&self) -> String {
        let height = usize::from(self.stage.app.size.height);
        self.stage.row(height - 1).trim().to_owned()
    }

    /// How many changes wait or are on their way.
    pub(crate) fn pending(&self) -> usize {
        self.stage.app.pending.count()
    }

    /// Which screen is seen.
    pub(crate) fn is_at(&self, screen: fn(&Screen) -> bool) -> bool {
        screen(self.stage.app.screen())
    }
}

fn options(labels: &[(i32, &str)]) -> Vec<Choice> {
    labels
        .iter()
        .map(|(value, label)| Choice { value: *value, label: (*label).into(), state: None })
        .collect()
}

fn status(value: i32, label: &str, state: i32) -> Choice {
    Choice { value, label: label.into(), state: Some(state) }
}

/// The table of cases with a column of every kind.
pub(crate) fn cases() -> TableSchema {
    let line = |most| ColumnKind::Text { max_length: Some(most), format: TextFormat::Text };
    let date = |format, behavior| ColumnKind::DateTime { format, behavior };
    let local = DateBehavior::UserLocal;
    let lookup = |table: &str| ColumnKind::Lookup { targets: vec![table.into()] };
    let mut columns = vec![
        Column { required: Required::Application, ..column("Case Title", "title", line(200)) },
        Column { updatable: false, creatable: false, ..column("Case Number", "ticketnumber", line(100)) },
        column(
            "Priority",
            "prioritycode",
            ColumnKind::Choice { options: options(&[(1, "High"), (2, "Normal"), (3, "Low")]) },
        ),
        column(
            "Case Type",
            "casetypecode",
            ColumnKind::Choice { options: options(&[(1, "Question"), (2, "Problem"), (3, "Request")]) },
        ),
        column(
            "Origin",
            "caseorigincode",
            ColumnKind::Choice { options: options(&[(1, "Phone"), (2, "Email"), (3, "Web")]) },
        ),
        Column {
            required: Required::System,
            ..column(
                "Status Reason",
                "statuscode",
                ColumnKind::Status {
                    options: vec![
                        status(1, "In Progress", 0),
                        status(2, "On Hold", 0),
                        status(5, "Problem Solved", 1),
                    ],
                },
            )
        },
        Column {
            required: Required::System,
            ..column(
                "Status",
                "statecode",
                ColumnKind::State { options: options(&[(0, "Active"), (1, "Resolved")]) },
            )
        },
        column("Is Escalated", "isescalated", ColumnKind::YesNo { yes: "Yes".into(), no: "No".into() }),
        Column { required: Required::System, ..column("Customer", "customerid", lookup("account")) },
        column("Owner", "ownerid", lookup("systemuser")),
        column("Description", "description", ColumnKind::Memo { max_length: Some(2000) }),
        column("Follow Up By", "followupby", date(DateFormat::DateOnly, local)),
        column("Resolve By", "resolveby", date(DateFormat::DateAndTime, local)),
        Column {
            updatable: false,
            ..column("Created On", "createdon", date(DateFormat::DateAndTime, local))
        },
        Column {
            updatable: false,
            ..column("Modified On", "modifiedon", date(DateFormat::DateAndTime, local))
        },
        column("Visits", "visits", ColumnKind::Whole { min: 0, max: 100 }),
        column(
            "Effort",
            "effort",
            ColumnKind::Decimal { min: Some(0.into()), max: Some(1000.into()), precision: 2 },
        ),
        column("Cost", "cost", ColumnKind::Money { min: None, max: None, precision: 4 }),
        Column {
            computed: true,
            updatable: false,
            ..column("Age", "age", ColumnKind::Whole { min: 0, max: 9999 })
        },
        Column { secured: true, ..column("Credit Note", "creditnote", line(50)) },
        column("Image", "entityimage", ColumnKind::Image { max_kb: None }),
        Column { updatable: false, ..column("Case", "incidentid", ColumnKind::Id) },
    ];
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    TableSchema { table: stage::tables().remove(1), columns }
}

/// The first case with all its columns, as the server sends it.
pub(crate) const ROW: &str = r#"{"@odata.context":"https://contoso/api/data/v9.2/$metadata#incidents/$entity","@odata.etag":"W/\"0\"",
"incidentid":"00000000-0000-4000-8000-0000000000aa","ticketnumber":"CAS-00000-A1B2C3","title":"Printer jam on floor 3",
"prioritycode@OData.Community.Display.V1.FormattedValue":"High","prioritycode":1,
"casetypecode@OData.Community.Display.V1.FormattedValue":"Problem","casetypecode":2,
"caseorigincode@OData.Community.Display.V1.FormattedValue":"Phone","caseorigincode":1,
"statecode@OData.Community.Display.V1.FormattedValue":"Active","statecode":0,
"statuscode@OData.Community.Display.V1.FormattedValue":"In Progress","statuscode":1,
"isescalated@OData.Community.Display.V1.FormattedValue":"No","isescalated":false,
"_customerid_value@OData.Community.Display.V1.FormattedValue":"Fourth Coffee",
"_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty":"customerid_account",
"_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"account",
"_customerid_value":"9c2b11d0-66aa-4e11-a568-000d3a3aab10",
"_ownerid_value@OData.Community.Display.V1.FormattedValue":"Anna Moss",
"_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname":"systemuser","_ownerid_value":"00000000-0000-4000-8000-000000000009",
"customerid_account":{"accountid":"9c2b11d0-66aa-4e11-a568-000d3a3aab10","name":"Fourth Coffee","telephone1":"+44 20 7946 0001","tags":["gold",{"since":2019}]},
"description":"Paper jams every morning.\nTried cleaning the rollers.\nHappens only in tray 2.\nSpare drum ordered.",
"followupby":null,"resolveby@OData.Community.Display.V1.FormattedValue":"11/23/2026 4:02 PM","resolveby":"2026-11-23T16:02:00Z",
"createdon@OData.Community.Display.V1.FormattedValue":"11/20/2026 8:14 AM","createdon":"2026-11-20T08:14:07Z",
"modifiedon@OData.Community.Display.V1.FormattedValue":"11/23/2026 9:10 AM","modifiedon":"2026-11-23T09:10:00Z",
"visits":3,"effort":1.50,"cost@OData.Community.Display.V1.FormattedValue":"$922,337,203,685,477.58","cost":922337203685477.5800,
"age":3,"creditnote":null,"entityimage":null}"#;
