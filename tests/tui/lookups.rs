//! Lookups: searched on the server as one types, staged by the navigation property of the metadata.

use std::sync::Arc;

use dvtui::app::Reply;
use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::Event;
use dvtui::app::finding::{Found, Hit, Search};
use dvtui::app::key::Input;
use dvtui::app::looking_up::{LookupFound, LookupSearch};
use dvtui::app::problem::Problem;
use dvtui::app::tickets::Slot;
use dvtui::dataverse::metadata::Required;
use dvtui::dataverse::{Change, ColumnKind, LookupPath, RowId, TableSchema};
use insta::assert_snapshot;

use crate::desk::{self, Desk, ROW};
use crate::stage::{self, Stage, table};

const CONTACT: &str = "00000000-0000-4000-8000-0000000000c1";

fn id(number: u8) -> RowId {
    format!("00000000-0000-4000-8000-0000000000{number:02x}").parse().unwrap()
}

fn schema() -> TableSchema {
    let mut schema = desk::cases();
    for column in &mut schema.columns {
        let targets = match column.name.as_str() {
            "customerid" => vec!["account".into(), "contact".into()],
            "ownerid" => vec!["systemuser".into(), "team".into()],
            _ => continue,
        };
        column.kind = ColumnKind::Lookup { targets };
    }
    schema
}

/// At the form of a case, the cursor on a column.
pub(crate) fn at(column: &str, width: u16, height: u16) -> Desk {
    let mut stage = Stage::new(width, height);
    let mut identity = stage::identity();
    identity.user_id = Some(Box::new(id(9)));
    identity.user = "Anna Moss".into();
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(identity))));
    let mut tables = stage::tables();
    tables.push(table("User", "systemuser", "systemusers", "fullname"));
    tables.push(table("Team", "team", "teams", "name"));
    stage.answer(Slot::Tables, Reply::Tables(Ok(tables)));
    stage.keys("/ c a s e Enter");
    stage.answer(Slot::Schema, Reply::Schema(Ok(Arc::new(schema()))));
    stage.answer(Slot::Rows, Reply::Rows(Ok(stage::page(0..3, None, Some(3)))));
    stage.app.drawn();
    let mut desk = Desk { stage };
    desk.keys("Enter").row(ROW);
    desk.keys("/").text(column).keys("Enter");
    desk
}

/// How the lookups of cases are written.
fn ways() -> Reply {
    let path = |(column, target, navigation): (&str, &str, &str)| LookupPath {
        column: column.into(),
        target: target.into(),
        navigation: navigation.into(),
    };
    let paths = [
        ("customerid", "account", "customerid_account"),
        ("customerid", "contact", "customerid_contact"),
        ("ownerid", "owner", "ownerid"),
    ];
    let paths = Some(("incident".into(), paths.map(path).to_vec()));
    Reply::LookedUp(Ok(LookupFound { paths, found: Found::default() }))
}

fn hit(kind: &str, number: u8, name: &str) -> Hit {
    let table = match kind {
        "account" => table("Account", "account", "accounts", "name"),
        "contact" => table("Contact", "contact", "contacts", "fullname"),
        "user" => table("User", "systemuser", "systemusers", "fullname"),
        _ => table("Team", "team", "teams", "name"),
    };
    Hit { detail: table.display_name.clone(), table, id: id(number), name: name.into() }
}

fn rows(hits: Vec<Hit>) -> Reply {
    Reply::LookedUp(Ok(LookupFound { paths: None, found: Found { hits, ..Found::default() } }))
}

fn customers() -> Reply {
    rows(vec![
        hit("account", 0xa1, "Fourth Coffee"),
        hit("account", 0xa2, "Coffee Lab"),
        hit("contact", 0xc1, "Cora Coffey"),
    ])
}

/// The editor of the customer with three rows that were found.
pub(crate) fn found(width: u16, height: u16) -> Stage {
    let mut desk = at("customer", width, height);
    desk.keys("e").stage.answer(Slot::Ways, ways());
    desk.text("cof").stage.later(250).answer(Slot::LookUp, customers());
    desk.stage
}

/// What the last event asked for.
fn asked(stage: &Stage) -> Option<&LookupSearch> {
    stage.effects.iter().find_map(|effect| match effect {
        Effect::Run(_, Request::LookUp(search)) => Some(&**search),
        _ => None,
    })
}

fn staged(stage: &Stage) -> Vec<(String, Change, String)> {
    let edits = stage.app.pending.rows().iter().flat_map(|row| &row.edits);
    edits.map(|edit| (edit.column.to_string(), edit.new.change.clone(), edit.new.text.clone())).collect()
}

fn link(navigation: &str, set: &str, number: u8) -> Change {
    Change::Link { navigation: navigation.into(), to: Some((set.into(), id(number))) }
}

fn texts(search: &Search) -> (String, Vec<String>) {
    let Search::Text(search) = search else { panic!("{search:?}") };
    (search.text.clone(), search.among.iter().map(|one| one.table.name.to_string()).collect())
}

#[test]
fn rows_of_all_kinds_are_searched_for_after_the_last_key() {
    let mut desk = at("customer", 80, 24);
    desk.keys("e");
    let ways = asked(&desk.stage).expect("how it is written is asked for").clone();
    assert_eq!(ways.paths_of, Some("incident".into()));
    assert_eq!(texts(&ways.search), (String::new(), vec!["account".into(), "contact".into()]));
    desk.stage.answer(Slot::Ways, self::ways());
    desk.text("co").stage.later(150);
    assert_eq!(asked(&desk.stage), None);
    desk.text("f").stage.later(150);
    assert_eq!(asked(&desk.stage), None, "the time begins anew with each key");
    desk.stage.later(60);
    let search = asked(&desk.stage).expect("the server is asked").clone();
    assert_eq!((search.paths_of, texts(&search.search).0.as_str()), (None, "cof"));
    desk.stage.answer(Slot::LookUp, customers());
    desk.keys("Down Down");
    assert_snapshot!("customers", desk.screen());
    desk.keys("Enter");
    let contact = link("customerid_contact", "contacts", 0xc1);
    assert_eq!(staged(&desk.stage), [("customerid".into(), contact, "Cora Coffey".into())]);
    assert_eq!(desk.message(), "Customer Fourth Coffee -> Cora Coffey staged on CAS-00000-A1B2C3.  w review");
    let patch = desk.stage.app.pending.rows()[0].patch();
    assert_eq!(patch.body(), format!(r#"{{"customerid_contact@odata.bind":"/contacts({CONTACT})"}}"#));
    assert_eq!(patch.before.len(), 1, "what it was is known");
    assert_snapshot!("staged", desk.screen());
    desk.keys("2 /").text("_customerid_value").keys("Enter");
    assert!(desk.screen().contains("Cora Coffey   (was Fourt"), "{}", desk.screen());
}

#[test]
fn an_answer_to_what_is_no_longer_typed_is_not_shown() {
    let mut desk = at("customer", 80, 24);
    desk.keys("e").stage.answer(Slot::Ways, ways());
    desk.text("c").stage.later(250);
    let old = desk.stage.ticket(Slot::LookUp);
    desk.text("o");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::LookUp)), "{:?}", desk.stage.effects);
    desk.stage.later(250);
    desk.stage.answer(Slot::LookUp, rows(vec![hit("account", 1, "Contoso")]));
    desk.stage.answer_to(old, rows(vec![hit("account", 2, "Cellar")]));
    assert!(desk.screen().contains("Contoso") && !desk.screen().contains("Cellar"), "{}", desk.screen());
    desk.keys("Esc");
    assert!(desk.stage.app.overlays.is_empty() && desk.pending() == 0);
}

#[test]
fn tab_asks_for_one_kind_alone() {
    let mut stage = found(80, 24);
    stage.keys("Tab Tab");
    let search = asked(&stage).expect("asked at once").clone();
    assert_eq!(texts(&search.search), ("cof".into(), vec!["contact".into()]));
    assert!(
        stage.screen().contains("only Contact") && !stage.screen().contains("Coffee Lab"),
        "{}",
        stage.screen()
    );
}

#[test]
fn an_owner_is_a_person_or_a_team_and_oneself_comes_first() {
    let mut desk = at("owner", 80, 24);
    desk.keys("e");
    assert_snapshot!("owner", desk.screen());
    desk.keys("Enter");
    assert!(desk.screen().contains("Reading how this is written"), "{}", desk.screen());
    assert_eq!(desk.pending(), 0);
    desk.stage.answer(Slot::Ways, ways());
    // The case is hers already.
    assert!(desk.stage.app.overlays.is_empty() && desk.pending() == 0, "{}", desk.screen());
    desk.keys("e").stage.answer(Slot::Ways, ways());
    desk.text("tier").stage.later(250);
    desk.stage.answer(Slot::LookUp, rows(vec![hit("team", 0x71, "Tier 2")]));
    desk.keys("Enter");
    assert_eq!(staged(&desk.stage), [("ownerid".into(), link("ownerid", "teams", 0x71), "Tier 2".into())]);
    desk.keys("e");
    assert!(desk.screen().contains("Tier 2") && desk.screen().contains("recent"), "{}", desk.screen());
    desk.text("me").keys("Enter");
    assert_eq!(desk.pending(), 0, "back to what was read: {}", desk.message());
}

#[test]
fn empty_is_a_value_where_the_server_takes_none() {
    let mut desk = at("owner", 80, 24);
    desk.keys("e").stage.answer(Slot::Ways, ways());
    desk.keys("Ctrl-X");
    let none = Change::Link { navigation: "ownerid".into(), to: None };
    assert_eq!(staged(&desk.stage), [("ownerid".into(), none.clone(), "-".into())]);
    assert_eq!(desk.stage.app.pending.rows()[0].patch().body(), r#"{"ownerid@odata.bind":null}"#);
    desk.keys("u X");
    assert_eq!(staged(&desk.stage), [("ownerid".into(), none, "-".into())], "X does the same");
    desk.keys("/").text("customer").keys("Enter X");
    let refusal = "Customer needs a value: the server refuses an empty one.";
    assert_eq!(desk.message(), refusal);
    desk.keys("e Ctrl-X");
    assert!(desk.screen().contains(&format!("! {refusal}")), "{}", desk.screen());
}

#[test]
fn what_is_cleared_before_it_is_known_how_is_staged_when_it_is() {
    let mut desk = at("owner", 80, 24);
    desk.keys("X");
    assert_eq!(desk.pending(), 0);
    desk.stage.answer(Slot::Ways, ways());
    assert_eq!(desk.pending(), 1);
}

#[test]
fn a_pasted_id_or_address_is_looked_up_in_the_tables_that_are_possible() {
    let mut desk = at("customer", 80, 24);
    desk.keys("e").stage.answer(Slot::Ways, ways());
    let paste = |desk: &mut Desk, text: &str| {
        desk.keys("Ctrl-U");
        desk.stage.event(Event::Input(Input::Paste(text.into()))).later(250);
    };
    let tables = |desk: &Desk| match asked(&desk.stage).map(|asked| &asked.search) {
        Some(Search::Id { tables, .. }) => tables.iter().map(|table| table.name.to_string()).collect(),
        _ => Vec::new(),
    };
    paste(&mut desk, CONTACT);
    assert_eq!(tables(&desk), ["account", "contact"]);
    let page = |host: &str, kind: &str| {
        format!("https://{host}/main.aspx?etn={kind}&pagetype=entityrecord&id={CONTACT}")
    };
    paste(&mut desk, &page("contoso-uat.crm4.dynamics.com", "contact"));
    assert_eq!(tables(&desk), ["contact"]);
    paste(&mut desk, &page("contoso-uat.crm4.dynamics.com", "incident"));
    assert!(
        desk.screen().contains("! Customer takes Account or Contact, and that is a incident."),
        "{}",
        desk.screen()
    );
    paste(&mut desk, &page("other.crm.dynamics.com", "contact"));
    assert!(desk.screen().contains("! That row is in another environment."), "{}", desk.screen());
}

#[test]
fn what_stands_in_the_way_is_said_in_the_editor() {
    let mut desk = at("customer", 80, 24);
    desk.keys("e")
        .stage
        .answer(Slot::Ways, Reply::LookedUp(Err(Problem::new("Cannot look for rows.").why("No net."))));
    assert!(desk.screen().contains("! Cannot look for rows. No net."), "{}", desk.screen());
    desk.text("x").keys("Enter");
    assert!(desk.screen().contains("! There is no row here to choose."), "{}", desk.screen());
    desk.keys("F5");
    assert!(desk.screen().contains("`F5` does nothing here."), "{}", desk.screen());
    desk.keys("Esc");
    let mut desk = Desk::at_form(80, 24);
    desk.keys("/").text("owner").keys("Enter e");
    assert_eq!(desk.message(), "Owner points to rows of no table that can be read here.");
}

#[test]
fn a_newer_version_with_the_same_row_leaves_nothing_to_send() {
    let mut stage = found(80, 24);
    stage.keys("Enter");
    assert_eq!(stage.app.pending.count(), 1);
    let pending = &stage.app.pending.rows()[0];
    let newer = ROW.replace("9c2b11d0-66aa-4e11-a568-000d3a3aab10", &id(0xa1).to_string());
    let newer = dvtui::dataverse::Row::from_json(newer).unwrap();
    let mut after = stage.app.pending.clone();
    after.rebase(&pending.key(), &newer);
    assert!(after.is_empty());
    assert_eq!(pending.patch().touched().select, ["_customerid_value"]);
    assert!(matches!(schema().column("customerid"), Some(column) if column.required == Required::System));
}
