//! Going to a row from anywhere: typed, pasted, by the palette.

use dvtui::app::destination::Destination;
use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::Event;
use dvtui::app::finding::{Found, Hit, Search};
use dvtui::app::key::Input;
use dvtui::app::overlay::Overlay;
use dvtui::app::problem::Problem;
use dvtui::app::session::{Identity, Place};
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Screen};
use dvtui::dataverse::{RowId, Table};

use crate::environments::places;
use crate::stage::{Stage, identity, tables};

const ID: &str = "9c2b1f0e-6d0f-4f0a-9a57-0d3c8b7e1a11";

fn id() -> RowId {
    ID.parse().unwrap()
}

fn case() -> Table {
    tables().remove(1)
}

fn hit(number: u32, title: &str) -> Hit {
    let id = format!("{number:08x}-0000-4000-8000-0000000000aa").parse().unwrap();
    Hit { table: case(), id, name: format!("CAS-{number:05}-A1B2C3"), detail: title.into() }
}

/// Two rows that were found.
pub(crate) fn two() -> Found {
    Found {
        hits: vec![hit(1213, "Printer jam on floor 3"), hit(101_213, "Invoice wrong again")],
        ..Found::default()
    }
}

fn found(hits: Vec<Hit>) -> Reply {
    Reply::Found(Ok(Found { hits, ..Found::default() }))
}

fn paste(stage: &mut Stage, text: &str) {
    stage.event(Event::Input(Input::Paste(text.into())));
}

fn search(stage: &Stage) -> &Search {
    match stage.request(Slot::Find) {
        Request::Find(search) => search,
        other => panic!("{other:?}"),
    }
}

fn is_at_record(stage: &Stage, id: RowId) -> bool {
    matches!(stage.app.screen(), Screen::Record(record) if record.id == id)
}

#[test]
fn three_keys_and_the_digits_of_a_ticket_open_its_row_from_every_screen() {
    for mut stage in [Stage::at_tables(80, 24), Stage::at_cases(80, 24, 30, None)] {
        let keys = ": # 1 2 1 3 Enter";
        assert!(keys.split(' ').count() <= 3 + "1213".len());
        stage.keys(keys);
        assert_eq!(*search(&stage), Search::Number { table: case(), digits: "01213".into() });
        assert!(stage.row(23).contains("Looking for Case 01213"), "{}", stage.row(23));
        stage.answer(Slot::Find, found(vec![hit(1213, "Printer jam")]));
        assert!(is_at_record(&stage, hit(1213, "").id), "{}", stage.screen());
    }
}

#[test]
fn what_is_pasted_is_offered_and_enter_goes_there() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    for (pasted, question) in [
        ("CAS-01213-A1B2C3\n".to_owned(), "Go to CAS-01213-A1B2C3?"),
        (format!("{{{}}}", ID.to_uppercase()), "Go to row 9c2b1f0e"),
        (
            format!(
                "https://contoso-uat.crm4.dynamics.com/main.aspx?pagetype=entityrecord&etn=account&id={ID}"
            ),
            "Go to account 9c2b1f0e",
        ),
    ] {
        paste(&mut stage, &pasted);
        assert!(stage.row(23).contains(question), "{}", stage.row(23));
        assert!(stage.effects.is_empty());
        stage.keys("Esc");
        assert!(stage.app.overlays.is_empty() && stage.effects.is_empty());
    }
    paste(&mut stage, &format!("https://contoso-uat.crm4.dynamics.com/api/data/v9.2/accounts({ID})"));
    insta::assert_snapshot!(stage.screen());
    stage.keys("Enter");
    assert!(is_at_record(&stage, id()), "{}", stage.screen());
    assert!(
        stage.effects.iter().any(
            |effect| matches!(effect, Effect::Run(_, Request::Row(set, _)) if set.as_str() == "accounts")
        )
    );
}

#[test]
fn pasted_text_that_leads_nowhere_is_refused_and_never_taken_for_keys() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    let before = stage.app.clone();
    for pasted in ["Q", "dd\u{1b}[2J", "j\nj\nj", "see you tomorrow"] {
        paste(&mut stage, pasted);
        assert!(stage.row(23).contains("Pasted text is not taken for keys"), "{}", stage.row(23));
        assert_eq!((&stage.app.screens, stage.effects.len()), (&before.screens, 0));
    }
    paste(&mut stage, "https://contoso-uat.crm4.dynamics.com/main.aspx?etn=incident&id=12");
    assert!(stage.row(23).contains("The id in the address is none."), "{}", stage.row(23));
    assert!(stage.app.overlays.is_empty());
}

#[test]
fn of_several_rows_the_person_chooses() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("g i # 1 2 1 3 Enter");
    stage.answer(Slot::Find, Reply::Found(Ok(two())));
    insta::assert_snapshot!(stage.screen());
    stage.keys("i n v o Enter");
    assert!(is_at_record(&stage, hit(101_213, "").id), "{}", stage.screen());
}

#[test]
fn an_id_is_looked_for_in_the_table_in_sight_first_and_what_was_tried_is_told() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("g t / a c c o u n t Enter");
    stage.keys(&format!("g i {}", ID.chars().map(String::from).collect::<Vec<_>>().join(" ")));
    insta::assert_snapshot!(stage.screen());
    stage.keys("Enter");
    let Search::Id { id: asked, tables } = search(&stage) else { panic!("{:?}", search(&stage)) };
    assert_eq!(*asked, id());
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["account", "incident", "contact"]);
    let unread = vec![("Contact".to_owned(), "No.".to_owned())];
    stage.answer(Slot::Find, Reply::Found(Ok(Found { unread, ..Found::default() })));
    let said = format!("{:?}", stage.app.notice);
    assert!(said.contains("in Account, Case.") && said.contains("Contact could not be read"), "{said}");
}

#[test]
fn a_key_of_a_table_is_looked_for_with_what_is_known_of_its_columns() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys(": a c c o u n t s Space a c c o u n t n u m b e r = A - 1 Enter");
    let Search::Key { table, values, schema } = search(&stage) else { panic!("{:?}", search(&stage)) };
    assert_eq!((table.name.as_str(), schema.is_none()), ("account", true));
    assert_eq!(*values, [("accountnumber".to_owned(), "A-1".to_owned())]);
    let problem = Problem::new("accountnumber is no key of Account.").why("Account has no alternate keys.");
    stage.answer(Slot::Find, Reply::Found(Err(problem)));
    assert!(stage.screen().contains("Account has no alternate keys."), "{}", stage.screen());
}

#[test]
fn a_table_that_is_not_here_and_an_environment_without_cases_say_so() {
    let mut stage = Stage::at_tables(80, 24);
    paste(&mut stage, &format!("new_thing {ID}"));
    stage.keys("Enter");
    assert!(stage.row(23).contains("There is no table `new_thing` here."), "{}", stage.row(23));
    let mut stage = Stage::signed_in(80, 24);
    stage.keys("g i 1 Enter");
    assert!(stage.row(23).contains("The tables are not here yet."), "{}", stage.row(23));
    let others = tables().into_iter().filter(|table| table.name.as_str() != "incident").collect();
    stage.answer(Slot::Tables, Reply::Tables(Ok(others)));
    stage.keys("g i 1 Enter");
    assert!(stage.row(23).contains("this environment has no table `incident`"), "{}", stage.row(23));
}

#[test]
fn what_is_found_does_not_come_between_a_person_and_what_they_went_on_to_do() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys(": # 1 Enter ?");
    stage.answer(Slot::Find, found(vec![hit(1, "x")]));
    assert!(matches!(stage.app.screen(), Screen::Grid(_)));
    assert!(stage.row(23).contains("you went on here"), "{}", stage.row(23));
    // Whoever leaves the screen does not wait any more.
    stage.keys("Esc : # 1 Enter");
    let ticket = stage.ticket(Slot::Find);
    stage.keys("q");
    assert!(stage.effects.contains(&Effect::Cancel(Slot::Find)), "{:?}", stage.effects);
    stage.answer_to(ticket, found(vec![hit(1, "x")]));
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
    stage.keys(": # 1 Enter Ctrl-C");
    assert!(stage.row(23).contains("Stopped."), "{}", stage.row(23));
}

fn account(number: u32, name: &str) -> Hit {
    let id = format!("{number:08x}-0000-4000-8000-0000000000bb").parse().unwrap();
    let table = tables().into_iter().find(|table| table.name.as_str() == "account").unwrap();
    Hit { detail: table.display_name.clone(), table, id, name: name.into() }
}

/// Rows of two tables with a text.
pub(crate) fn of_two_tables() -> Found {
    Found {
        hits: vec![
            hit(1213, "Printer jam on floor 3"),
            hit(1877, "Printer ink is low"),
            account(1, "Fourth Coffee Printing"),
        ],
        more: vec!["incident".into()],
        ..Found::default()
    }
}

#[test]
fn a_text_is_looked_for_in_what_was_opened_and_what_is_usual_and_the_rows_stand_by_table() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("g f p r i n t");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Enter");
    let Search::Text(asked) = search(&stage).clone() else { panic!("{:?}", search(&stage)) };
    let names: Vec<&str> = asked.among.iter().map(|searched| searched.table.name.as_str()).collect();
    assert_eq!((asked.text.as_str(), names), ("print", vec!["incident", "account", "contact"]));
    assert!(
        asked.among[0].schema.is_some() && asked.among[1].schema.is_none(),
        "what is known is not asked for"
    );
    stage.answer(Slot::Find, Reply::Found(Ok(of_two_tables())));
    insta::assert_snapshot!(stage.screen());
    stage.keys("c o f f e e Enter");
    assert!(is_at_record(&stage, account(1, "").id), "{}", stage.screen());
}

#[test]
fn one_row_that_a_text_found_is_shown_before_it_is_opened() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys(": f i n d Space i n k Enter");
    stage.answer(Slot::Find, found(vec![hit(1877, "Printer ink is low")]));
    assert!(stage.screen().contains("`ink`: Case 1"), "{}", stage.screen());
    stage.keys("Enter");
    assert!(is_at_record(&stage, hit(1877, "").id), "{}", stage.screen());
}

#[test]
fn a_text_that_is_nowhere_says_where_it_was_looked_for_and_what_could_not_be_read() {
    let mut stage = Stage::at_tables(120, 24);
    stage.keys(": f i n d Space x y Enter");
    let unread = vec![("Contact".to_owned(), "No.".to_owned())];
    stage.answer(Slot::Find, Reply::Found(Ok(Found { unread, ..Found::default() })));
    let said = format!("{:?}", stage.app.notice);
    assert!(said.contains("No Case, Account has `xy` in what a quick search looks at."), "{said}");
    assert!(said.contains("Contact could not be read: No."), "{said}");
    stage.keys("g f Enter");
    assert!(stage.row(23).contains("Type what to look for: find printer"), "{}", stage.row(23));
    assert!(stage.effects.is_empty());
}

#[test]
fn what_was_learned_of_a_table_on_the_way_is_not_asked_for_again() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys(": f i n d Space x Enter");
    let schema = std::sync::Arc::new(crate::desk::cases());
    let learned = vec![(schema, None)];
    stage.answer(Slot::Find, Reply::Found(Ok(Found { learned, ..Found::default() })));
    stage.keys(": f i n d Space y Enter");
    let Search::Text(asked) = search(&stage) else { panic!("{:?}", search(&stage)) };
    let case = asked.among.iter().find(|searched| searched.table.name.as_str() == "incident").unwrap();
    assert!(case.schema.is_some() && case.find == Some(None));
}

/// At the tables of an environment that is listed beside others.
fn listed() -> Stage {
    let mut stage = Stage::at_tables(80, 24);
    stage.app.places = dvtui::app::load::Load::Ready(places());
    stage
}

#[test]
fn an_address_of_another_environment_leads_there_only_when_that_is_wanted() {
    let mut stage = listed();
    let address = format!("https://contoso-dev.crm4.dynamics.com/main.aspx?etn=account&id={ID}");
    paste(&mut stage, &address);
    let asked = "That is in Contoso Development, and you are in contoso-uat. Go there?";
    assert!(stage.row(22).contains(asked) && stage.row(23).contains("Enter goes"), "{}", stage.screen());
    stage.keys("Esc");
    assert!(stage.effects.is_empty());
    paste(&mut stage, &address);
    stage.keys("Enter");
    let dev = "https://contoso-dev.crm4.dynamics.com";
    assert!(stage.effects.contains(&Effect::Aim(Place::Environment(dev.into()))), "{:?}", stage.effects);
    let there = Identity { address: dev.into(), environment: "contoso-dev".into(), ..identity() };
    stage.answer(Slot::Session, Reply::Connected(Ok(Some(there))));
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
    stage.answer(Slot::Tables, Reply::Tables(Ok(tables())));
    assert!(is_at_record(&stage, id()), "{}", stage.screen());
}

#[test]
fn an_address_of_nobody_knows_where_is_not_gone_to() {
    let mut stage = listed();
    paste(&mut stage, &format!("https://contoso.evil.example/main.aspx?etn=account&id={ID}"));
    assert!(stage.row(23).contains("contoso.evil.example is not contoso-uat"), "{}", stage.row(23));
    assert!(stage.app.overlays.is_empty() && stage.effects.is_empty());
    stage.keys(&format!(
        ": {}",
        format!("https://contoso.evil.example/api/data/v9.2/accounts({ID})")
            .chars()
            .map(String::from)
            .collect::<Vec<_>>()
            .join(" ")
    ));
    stage.keys("Enter");
    assert!(stage.effects.is_empty() && stage.app.overlays.is_empty(), "{:?}", stage.effects);
}

#[test]
fn changes_that_are_not_sent_keep_a_person_in_the_environment() {
    let mut desk = crate::desk::Desk::at_cases(80, 24);
    desk.stage.app.places = dvtui::app::load::Load::Ready(places());
    desk.keys("c p l");
    paste(&mut desk.stage, &format!("https://contoso-dev.crm4.dynamics.com/main.aspx?etn=account&id={ID}"));
    desk.keys("Enter");
    assert!(!desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Aim(_))));
    assert!(desk.message().contains("1 change to contoso-uat is not sent."), "{}", desk.message());
}

#[test]
fn the_palette_takes_environments_by_name() {
    let mut stage = listed();
    stage.keys(": @ d e v e l");
    assert!(stage.screen().contains("> @Contoso Development"), "{}", stage.screen());
    stage.keys("Enter");
    let dev = "https://contoso-dev.crm4.dynamics.com".to_owned();
    assert!(stage.effects.contains(&Effect::Aim(Place::Environment(dev))), "{:?}", stage.effects);
}

#[test]
fn a_table_is_found_first_by_any_of_its_names_and_tab_completes_it() {
    for typed in ["c a s e", "i n c i d e n t", "i n c i d e n t s", "C a s e s"] {
        let mut stage = Stage::at_cases(80, 24, 30, None);
        stage.keys(&format!(": {typed} Tab"));
        assert!(stage.screen().contains(":incident"), "{typed}: {}", stage.screen());
        stage.keys("Enter");
        assert!(
            matches!(stage.app.screen(), Screen::Grid(grid) if grid.table.name.as_str() == "incident"),
            "{typed}"
        );
    }
}

#[test]
fn up_brings_older_lines_of_the_palette_back_and_down_newer_ones() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys(": l a s t Space c o l u Enter : f i r s t Space c o l Enter : x Up");
    assert!(stage.screen().contains(":first col"), "{}", stage.screen());
    stage.keys("Up");
    assert!(stage.screen().contains(":last colu"), "{}", stage.screen());
    stage.keys("Up");
    assert!(stage.row(23).contains("No older command"), "{}", stage.row(23));
    stage.keys("Down Down");
    assert!(stage.screen().contains("\n :x"), "{}", stage.screen());
    stage.keys("Up Up Enter");
    assert!(matches!(stage.app.screen(), Screen::Grid(grid) if grid.active + 1 == grid.columns.len()));
}

#[test]
fn the_reflexes_of_vi_work() {
    let leaves = |keys: &str| {
        let mut stage = Stage::at_cases(80, 24, 30, None);
        stage.keys(keys);
        stage
    };
    assert!(matches!(leaves(": q Enter").app.screen(), Screen::Tables(_)));
    for keys in [": q ! Enter", ": w q Enter", ": x Enter"] {
        assert_eq!(leaves(keys).effects, [Effect::Quit], "{keys}");
    }
    assert!(leaves(": w Enter").row(23).contains("Nothing pending."));
    let mut desk = crate::desk::Desk::at_cases(80, 24);
    desk.keys("c p l : q ! Enter");
    assert!(desk.message().contains("1 change is not sent and will be lost"), "{}", desk.message());
    desk.keys("n : w q Enter");
    assert!(desk.stage.effects.is_empty() && !desk.is_at(|screen| matches!(screen, Screen::Tables(_))));
}

#[test]
fn what_was_typed_is_gone_to_and_what_makes_no_sense_keeps_the_field_open() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("g i Enter");
    assert!(stage.screen().contains("Type an id, a ticket number"), "{}", stage.screen());
    assert!(matches!(stage.app.overlays.last(), Some(Overlay::GoTo(_))));
    stage.keys("R E F - 7 Enter");
    assert_eq!(*search(&stage), Search::Ticket { table: case(), text: "REF-7".into() });
    let place = Destination::Ticket("REF-7".into());
    assert_eq!(place.to_string(), "REF-7");
}
