use dvtui::app::Reply;
use dvtui::app::copy::Copied;
use dvtui::app::effect::Effect;
use dvtui::app::event::Event;
use dvtui::app::tickets::Slot;

use crate::desk::Desk;
use crate::stage::{Stage, case};

/// What the last key copied.
fn copied(stage: &Stage) -> &str {
    match &stage.effects[..] {
        [Effect::Copy(text)] => text,
        other => panic!("{other:?} on {}", stage.row(23)),
    }
}

#[test]
fn each_letter_copies_what_the_menu_says() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("j l l"); // the second case, its priority
    let origin = "https://contoso-uat.crm4.dynamics.com";
    let id = "00000001-0000-4000-8000-0000000000aa";
    for (letter, text) in [
        ("y", "Normal".to_owned()),
        ("v", "2".to_owned()),
        (
            "r",
            "CAS-00001-A1B2C3\tInvoice wrong again\tNormal\tIn Progress\tFourth Coffee\tAnna Moss".to_owned(),
        ),
        ("j", case(1)),
        ("i", id.to_owned()),
        ("k", "prioritycode".to_owned()),
        ("n", "CAS-00001-A1B2C3".to_owned()),
        ("l", format!("{origin}/main.aspx?pagetype=entityrecord&etn=incident&id={id}")),
    ] {
        stage.keys(&format!("y {letter}"));
        assert_eq!(copied(&stage), text, "y {letter}");
    }
    stage.keys("y t");
    assert!(copied(&stage).starts_with("Case Number\tCase Title\tPriority\t"), "{}", copied(&stage));
    stage.keys("y m");
    assert!(copied(&stage).contains("| --- |") && copied(&stage).lines().count() == 3);
    stage.keys("y u");
    assert!(copied(&stage).starts_with(&format!("{origin}/api/data/v9.2/incidents?$select=ticketnumber,")));
    stage.keys("y x");
    assert!(copied(&stage).contains(&format!("Bearer $(dv token --url {origin})")), "{}", copied(&stage));
    stage.keys("y q");
    assert!(
        copied(&stage).starts_with("dv rows incident --select ticketnumber,title,"),
        "{}",
        copied(&stage)
    );
    assert!(copied(&stage).ends_with(&format!("--url {origin}")), "{}", copied(&stage));
}

#[test]
fn a_record_is_copied_by_the_same_letters() {
    let mut desk = Desk::at_form(80, 24);
    desk.keys("y y");
    assert_eq!(desk.stage.effects.len(), 1, "{}", desk.stage.row(23));
    desk.keys("y u");
    assert!(copied(&desk.stage).contains("/api/data/v9.2/incidents("), "{}", copied(&desk.stage));
    desk.keys("y q");
    assert!(copied(&desk.stage).starts_with("dv get incident "), "{}", copied(&desk.stage));
    desk.keys("2 y j");
    assert!(copied(&desk.stage).starts_with('{'), "{}", copied(&desk.stage));
}

#[test]
fn a_value_that_is_not_there_is_not_copied_as_nothing() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("j j j j j j l l l l"); // case 6 has no customer
    for keys in ["y y", "y v"] {
        stage.keys(keys);
        assert_eq!(stage.effects, []);
        assert!(stage.row(23).contains("Customer has no value here."), "{}", stage.row(23));
    }
}

#[test]
fn the_menu_shows_every_letter() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("y");
    insta::assert_snapshot!(stage.screen());
}

#[test]
fn the_message_says_how_and_p_prints_what_was_copied_last() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("P");
    assert!(stage.row(23).contains("Nothing was copied yet."), "{}", stage.row(23));
    stage.keys("y n");
    let said = "Sent to terminal clipboard (OSC 52, 16 bytes). Empty paste?  P prints it.";
    assert_eq!(stage.row(23).trim(), said);
    assert!(!stage.row(23).to_lowercase().contains("copied"));
    stage.keys("P");
    assert_eq!(stage.effects, [Effect::Print("CAS-00000-A1B2C3".into())]);
    for (how, said) in [
        (Copied::Tool("wl-copy"), "Copied with wl-copy. 16 bytes.  P prints it."),
        (
            Copied::File("/home/anna/copied.txt".into()),
            "Too long for a terminal's clipboard: written to /home/anna/copied.txt.",
        ),
        (Copied::Failed("The disk is full.".into()), "Not copied. The disk is full.  P prints it."),
    ] {
        stage.event(Event::Copied(how));
        assert!(stage.row(23).contains(said), "{}", stage.row(23));
    }
}

#[test]
fn far_from_a_browser_a_row_opens_as_a_link_and_a_picture_of_it() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("o");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Tab");
    insta::assert_snapshot!(stage.screen());
    stage.keys("y");
    assert!(copied(&stage).ends_with("&etn=incident&id=00000000-0000-4000-8000-0000000000aa"));
    stage.keys("P");
    assert!(matches!(&stage.effects[..], [Effect::Print(text)] if text.contains("main.aspx")));
    stage.keys("Esc");
    assert!(stage.app.overlays.is_empty());
}

#[test]
fn a_terminal_without_blocks_is_offered_no_picture() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.app.start.ascii = true;
    stage.keys("o");
    assert!(!stage.row(24).contains("QR"), "{}", stage.row(24));
    stage.keys("Tab");
    assert!(stage.screen().contains("main.aspx"), "{}", stage.screen());
}

#[test]
fn on_a_large_screen_the_link_stands_on_one_line() {
    let mut stage = Stage::at_cases(160, 40, 30, None);
    stage.keys("o");
    let link = "https://contoso-uat.crm4.dynamics.com/main.aspx?pagetype=entityrecord&etn=incident&id=00000000-0000-4000-8000-0000000000aa";
    assert!(stage.screen().lines().any(|line| line.trim() == link), "{}", stage.screen());
}

#[test]
fn on_a_desktop_a_row_opens_in_its_browser() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.app.start.desktop = true;
    stage.keys("o");
    assert!(matches!(&stage.effects[..], [Effect::OpenBrowser(link)] if link.contains("main.aspx")));
}

#[test]
fn what_went_wrong_is_copied_with_code_and_ids_and_without_a_query() {
    let mut stage = Stage::at_cases(120, 24, 30, None);
    stage.keys("r");
    let error = dvtui::dataverse::Error::Api {
        status: 403,
        code: "0x80040220".into(),
        message: "is missing prvReadIncident privilege".into(),
        request_id: Some("77ab".into()),
    };
    stage.answer(Slot::Rows, Reply::Rows(Err(error)));
    assert!(stage.app.hints().iter().any(|hint| hint.keys == "y e" && hint.text == "copy report"));
    stage.keys("y e");
    let report = copied(&stage);
    assert!(report.contains("Cannot read Cases.") && report.contains("prvReadIncident"), "{report}");
    assert!(report.contains("status 403, code 0x80040220, request 77ab"), "{report}");
    assert!(report.contains("2026-11-23 14:00:00 UTC"), "{report}");
    assert!(!report.contains('?'), "{report}");
}
