//! A program on a stage: keys as text, answers by hand, the screen as text.

use std::sync::Arc;

use bytes::Bytes;
use dvtui::app::effect::Effect;
use dvtui::app::event::Event;
use dvtui::app::key::{Input, Key};
use dvtui::app::keymap::Keymap;
use dvtui::app::layout::Size;
use dvtui::app::overlay::views::ViewsRead;
use dvtui::app::pending::Sent;
use dvtui::app::session::{Identity, Start, Way};
use dvtui::app::tickets::{Slot, Ticket};
use dvtui::app::{App, Reply, Request};
use dvtui::dataverse::metadata::{Choice, Required, TextFormat};
use dvtui::dataverse::{
    Column, ColumnKind, ColumnName, Error, LookupPath, Page, QuickFind, StoredView, Table, TableSchema,
};
use dvtui::tui::{Theme, view};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

/// The program and what it asked for.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) app: App,
    /// The effects of the last event.
    pub(crate) effects: Vec<Effect>,
    asked: Vec<(Ticket, Request)>,
}

/// What the server answers of its views.
pub(crate) fn views(
    table: &str,
    system: Result<Vec<StoredView>, Error>,
    personal: Result<Vec<StoredView>, Error>,
) -> Reply {
    Reply::Views(table.into(), Box::new(ViewsRead { system, personal }))
}

/// 23 November 2026, 14:00 UTC.
pub(crate) fn noon() -> Timestamp {
    "2026-11-23T14:00:00Z".parse().unwrap()
}

impl Stage {
    /// The program at its start, in a terminal of this size.
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self::with(Way::DeviceCode, width, height)
    }

    /// The program at its start, with a way to sign in.
    pub(crate) fn with(way: Way, width: u16, height: u16) -> Self {
        let start = Start {
            version: "0.1.0".into(),
            environment: Some("contoso-uat.crm4.dynamics.com".into()),
            places: vec![],
            way,
            remote: false,
            desktop: false,
            ascii: false,
            keymap: Keymap::default(),
        };
        Self::started(start, width, height)
    }

    /// The program as it was started.
    pub(crate) fn started(start: Start, width: u16, height: u16) -> Self {
        Self::of(App::new(start, Size { width, height }, noon()))
    }

    /// The program at its start, with the tables of last time.
    pub(crate) fn knowing(tables: Vec<Table>, width: u16, height: u16) -> Self {
        let mut app = Self::new(width, height).app;
        app.know_tables(tables);
        Self::of(app)
    }

    /// A program that has not begun.
    pub(crate) fn of(mut app: App) -> Self {
        let effects = app.begin();
        let mut stage = Self { app, effects: vec![], asked: vec![] };
        stage.take(effects);
        stage
    }

    /// Signed in, the tables on their way.
    pub(crate) fn signed_in(width: u16, height: u16) -> Self {
        let mut stage = Self::new(width, height);
        stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity()))));
        stage
    }

    /// At the list of tables.
    pub(crate) fn at_tables(width: u16, height: u16) -> Self {
        let mut stage = Self::signed_in(width, height);
        stage.answer(Slot::Tables, Reply::Tables(Ok(tables())));
        stage
    }

    /// At the cases: `rows` of them in the first page, and more behind it when `next`.
    pub(crate) fn at_cases(width: u16, height: u16, rows: usize, next: Option<&str>) -> Self {
        let mut stage = Self::at_tables(width, height);
        stage.keys("/ c a s e Enter");
        stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(cases()))));
        stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..rows, next, Some(12_431)))));
        stage
    }

    /// Presses keys: `j G Ctrl-D Enter`.
    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.press(key.parse().unwrap());
        }
        self
    }

    /// Presses one key.
    pub(crate) fn press(&mut self, key: Key) -> &mut Self {
        let effects = self.app.update(Event::Input(Input::Key(key)));
        self.take(effects);
        self
    }

    /// Answers the newest read of a slot, whether it is still wanted or not.
    pub(crate) fn answer(&mut self, slot: Slot, reply: Reply) -> &mut Self {
        let ticket = self.ticket(slot);
        self.answer_to(ticket, reply)
    }

    /// Answers a read.
    pub(crate) fn answer_to(&mut self, ticket: Ticket, reply: Reply) -> &mut Self {
        let effects = self.app.update(Event::Reply(ticket, reply));
        self.take(effects);
        self
    }

    /// Answers what a quick search of the cases looks at: title, number and customer.
    pub(crate) fn quick_find(&mut self) -> &mut Self {
        let columns = ["title", "ticketnumber", "customerid"].map(ColumnName::new).to_vec();
        let path = LookupPath {
            column: "customerid".into(),
            target: "account".into(),
            navigation: "customerid_account".into(),
        };
        let find = QuickFind { columns, paths: vec![path] };
        self.answer(Slot::QuickFind, Reply::QuickFind("incident".into(), Ok(Some(find))))
    }

    /// Agrees to the question that is on the screen.
    pub(crate) fn agree(&mut self) -> &mut Self {
        self.app.drawn();
        self.keys("y")
    }

    /// The ticket of the newest read of a slot.
    pub(crate) fn ticket(&self, slot: Slot) -> Ticket {
        self.asked
            .iter()
            .rev()
            .map(|(ticket, _)| *ticket)
            .find(|ticket| ticket.slot == slot)
            .expect("was asked")
    }

    /// The newest request of a slot.
    pub(crate) fn request(&self, slot: Slot) -> &Request {
        let mut asked = self.asked.iter().rev();
        asked.find(|(ticket, _)| ticket.slot == slot).map(|(_, request)| request).expect("was asked")
    }

    /// How many reads were asked for.
    pub(crate) fn asked(&self) -> usize {
        self.asked.len()
    }

    /// The terminal has a new size.
    pub(crate) fn resize(&mut self, width: u16, height: u16) -> &mut Self {
        let effects = self.app.update(Event::Resize(Size { width, height }));
        self.take(effects);
        self
    }

    /// Time passes, in milliseconds.
    pub(crate) fn later(&mut self, millis: i64) -> &mut Self {
        let now = self.app.now + jiff::SignedDuration::from_millis(millis);
        self.event(Event::Clock(now))
    }

    pub(crate) fn event(&mut self, event: Event) -> &mut Self {
        let effects = self.app.update(event);
        self.take(effects);
        self
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in &effects {
            if let Effect::Run(ticket, request) = effect {
                self.asked.push((*ticket, request.clone()));
            }
        }
        self.effects = effects;
    }

    /// The screen as text, one line a row.
    pub(crate) fn screen(&self) -> String {
        self.draw().0
    }

    /// Where the terminal's own cursor stands.
    pub(crate) fn cursor(&self) -> Option<Position> {
        self.draw().1
    }

    /// One row of the screen, counted from 1.
    pub(crate) fn row(&self, row: usize) -> String {
        self.screen().lines().nth(row - 1).unwrap_or_default().to_owned()
    }

    pub(crate) fn buffer(&self) -> Buffer {
        let area = Rect::new(0, 0, self.app.size.width, self.app.size.height);
        let mut buffer = Buffer::empty(area);
        view::render(&self.app, &Theme::colors(), area, &mut buffer);
        buffer
    }

    fn draw(&self) -> (String, Option<Position>) {
        let area = Rect::new(0, 0, self.app.size.width, self.app.size.height);
        let mut buffer = Buffer::empty(area);
        let cursor = view::render(&self.app, &Theme::colors(), area, &mut buffer);
        (text(&buffer), cursor)
    }
}

/// The cells of a buffer as lines without spaces at their ends.
pub(crate) fn text(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width).max(1);
    let lines = buffer.content().chunks(width).map(|cells| {
        let mut line = String::new();
        let mut skip = 0;
        for cell in cells {
            // A wide character covers the cell behind it.
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol()).saturating_sub(1);
            } else {
                skip -= 1;
            }
        }
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn identity() -> Identity {
    Identity {
        address: "https://contoso-uat.crm4.dynamics.com".into(),
        environment: "contoso-uat".into(),
        badge: "SANDBOX".into(),
        alias: "contoso-uat".into(),
        user: "anna.moss".into(),
        ..Identity::default()
    }
}

pub(crate) fn table(display: &str, name: &str, set: &str, primary_name: &str) -> Table {
    Table {
        name: name.into(),
        set: set.into(),
        display_name: display.into(),
        collection_name: format!("{display}s"),
        primary_id: format!("{name}id").as_str().into(),
        primary_name: Some(primary_name.into()),
        is_custom: name.contains('_'),
        is_system: false,
        optimistic_concurrency: true,
    }
}

pub(crate) fn tables() -> Vec<Table> {
    let mut hidden = table("Async Operation", "asyncoperation", "asyncoperations", "name");
    hidden.is_system = true;
    vec![
        table("Queue Item", "queueitem", "queueitems", "title"),
        table("Case", "incident", "incidents", "title"),
        table("Account", "account", "accounts", "name"),
        table("Contact", "contact", "contacts", "fullname"),
        hidden,
        table("Widget Order", "new_widgetorder", "new_widgetorders", "new_name"),
    ]
}

/// A column that can be written and need not be.
pub(crate) fn column(display: &str, name: &str, kind: ColumnKind) -> Column {
    Column {
        name: name.into(),
        display_name: display.into(),
        kind,
        required: Required::None,
        updatable: true,
        creatable: true,
        secured: false,
        computed: false,
        is_custom: false,
    }
}

fn choice(value: i32, label: &str) -> Choice {
    Choice { value, label: label.into(), state: None }
}

/// The table of cases with some of its columns.
pub(crate) fn cases() -> TableSchema {
    let table = tables().remove(1);
    let text = || ColumnKind::Text { max_length: Some(200), format: TextFormat::Text };
    let priorities = vec![choice(1, "High"), choice(2, "Normal"), choice(3, "Low")];
    let mut columns = vec![
        column("Case Number", "ticketnumber", text()),
        column("Case Title", "title", text()),
        column("Priority", "prioritycode", ColumnKind::Choice { options: priorities }),
        column("Status Reason", "statuscode", ColumnKind::Status { options: vec![choice(1, "In Progress")] }),
        column("Customer", "customerid", ColumnKind::Lookup { targets: vec!["account".into()] }),
        column("Owner", "ownerid", ColumnKind::Lookup { targets: vec!["systemuser".into()] }),
    ];
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    TableSchema { table, columns }
}

/// A page of cases with these numbers, the link to the next one, and how many the server counts.
pub(crate) fn page(numbers: std::ops::Range<usize>, next: Option<&str>, total: Option<u64>) -> Page {
    let rows: Vec<String> = numbers.map(case).collect();
    let next =
        next.map_or_else(String::new, |next| format!(r#","@odata.nextLink":"https://contoso/{next}""#));
    let count = match total {
        Some(total) if total > 5_000 => {
            r#""@odata.count":5000,"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":true,"#.to_owned()
        }
        Some(total) => format!(r#""@odata.count":{total},"#),
        None => String::new(),
    };
    Page::decode(Bytes::from(format!(r#"{{{count}"value":[{}]{next}}}"#, rows.join(",")))).unwrap()
}

/// One case as the server sends it.
pub(crate) fn case(number: usize) -> String {
    const TITLES: [&str; 5] = [
        "Printer jam on floor 3",
        "Invoice wrong again",
        "Portal login fails",
        "宽字符 テスト",
        "Refund not received",
    ];
    const PRIORITIES: [&str; 3] = ["High", "Normal", "Low"];
    let title = TITLES[number % 5];
    let (value, priority) = (number % 3 + 1, PRIORITIES[number % 3]);
    let customer = match number % 7 {
        6 => r#""_customerid_value":null"#.to_owned(),
        _ => format!(
            r#""_customerid_value@OData.Community.Display.V1.FormattedValue":"Fourth Coffee","_customerid_value":"{:08x}-0000-4000-8000-000000000000""#,
            number
        ),
    };
    format!(
        r#"{{"@odata.etag":"W/\"{number}\"","ticketnumber":"CAS-{number:05}-A1B2C3","title":"{title}","prioritycode@OData.Community.Display.V1.FormattedValue":"{priority}","prioritycode":{value},"statuscode@OData.Community.Display.V1.FormattedValue":"In Progress","statuscode":1,{customer},"_ownerid_value@OData.Community.Display.V1.FormattedValue":"Anna Moss","_ownerid_value":"00000000-0000-4000-8000-000000000009","incidentid":"{number:08x}-0000-4000-8000-0000000000aa"}}"#
    )
}

/// An error that the server answered with.
pub(crate) fn refused(status: u16, code: &str, message: &str) -> Error {
    Error::Api { status, code: code.into(), message: message.into(), request_id: None, part: None }
}

/// What effects send: one by one, or several as one.
pub(crate) fn sent(effects: &[Effect]) -> Vec<Sent> {
    let sent = effects.iter().flat_map(|effect| match effect {
        Effect::Write(id, patch) => vec![Sent::Update(*id, patch.clone())],
        Effect::Operate(id, operation) => vec![Sent::Operation(*id, operation.clone())],
        Effect::Together(sent) => sent.clone(),
        _ => vec![],
    });
    sent.collect()
}
