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
    stage.keys("P P");
    assert!(stage.row(23).contains("Nothing was copied yet."), "{}", stage.row(23));
    stage.keys("y n");
    let said = "Sent to terminal clipboard (OSC 52, 16 bytes). Empty paste? P P prints it.";
    assert_eq!(stage.row(23).trim(), said);
    assert!(!stage.row(23).to_lowercase().contains("copied"));
    stage.keys("P P");
    assert_eq!(stage.effects, [Effect::Print("CAS-00000-A1B2C3".into())]);
    for (how, said) in [
        (Copied::Tool("wl-copy"), "Copied with wl-copy. 16 bytes. P P prints it."),
        (
            Copied::File("/home/anna/copied.txt".into()),
            "Too long for a terminal's clipboard: written to /home/anna/copied.txt.",
        ),
        (Copied::Failed("The disk is full.".into()), "Not copied. The disk is full. P P prints it."),
    ] {
        stage.event(Event::Copied(how));
        assert!(stage.row(23).contains(said), "{}", stage.row(23));
    }
}

/// What the last key printed.
fn printed(stage: &Stage) -> &str {
    match &stage.effects[..] {
        [Effect::Print(text)] => text,
        other => panic!("{other:?} on {}", stage.row(23)),
    }
}

#[test]
fn p_and_a_letter_prints_what_y_and_the_letter_copies() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("j l l");
    for letter in ["y", "v", "r", "t", "m", "j", "i", "k", "n", "u", "l", "x", "q"] {
        stage.keys(&format!("y {letter}"));
        let text = copied(&stage).to_owned();
        stage.keys(&format!("P {letter}"));
        assert_eq!(printed(&stage), text, "P {letter}");
        assert!(!stage.row(23).contains("clipboard"), "{}", stage.row(23));
    }
    stage.keys("P P");
    assert!(printed(&stage).starts_with("dv rows incident"), "the last one again: {}", printed(&stage));
    stage.keys("P");
    insta::assert_snapshot!(stage.screen());
    stage.keys("w");
    assert!(stage.row(23).contains("`w` does nothing here."), "{}", stage.row(23));
    stage.keys("Esc");
    assert!(stage.app.overlays.is_empty() && stage.effects.is_empty());
    // A value that is not there is refused as in copying.
    stage.keys("j j j j j l l P y");
    assert_eq!(stage.effects, []);
    assert!(stage.row(23).contains("Customer has no value here."), "{}", stage.row(23));
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("P");
    assert!(stage.row(23).contains("nothing was copied yet"), "{}", stage.row(23));
}

#[test]
fn with_marks_each_letter_copies_the_marked_rows_in_their_order() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("j j Space k k k Space j j l l"); // the third, then the first; the cursor is elsewhere
    let ids = ["00000000-0000-4000-8000-0000000000aa", "00000002-0000-4000-8000-0000000000aa"];
    for (letter, lines) in [
        ("y", ["High".to_owned(), "Low".to_owned()]),
        ("v", ["1".to_owned(), "3".to_owned()]),
        ("j", [case(0), case(2)]),
        ("i", ids.map(str::to_owned)),
        ("n", ["CAS-00000-A1B2C3".to_owned(), "CAS-00002-A1B2C3".to_owned()]),
    ] {
        stage.keys(&format!("y {letter}"));
        assert_eq!(copied(&stage), lines.join("\n"), "y {letter}");
    }
    let said = stage.row(23).trim().to_owned();
    assert_eq!(said, "2 rows sent to terminal clipboard (OSC 52, 33 bytes). P P prints it.");
    stage.keys("y r");
    assert_eq!(copied(&stage).lines().count(), 2);
    assert!(copied(&stage).starts_with("CAS-00000-A1B2C3\t"), "{}", copied(&stage));
    stage.keys("y t");
    assert!(copied(&stage).starts_with("Case Number\t") && copied(&stage).lines().count() == 3);
    stage.keys("y m");
    assert_eq!(copied(&stage).lines().count(), 4);
    stage.keys("y l");
    assert!(copied(&stage).lines().zip(ids).all(|(line, id)| line.ends_with(id)), "{}", copied(&stage));
    // What is of the query or of a column is the same with marks.
    stage.keys("y k");
    assert_eq!(copied(&stage), "prioritycode");
    stage.keys("P i");
    assert_eq!(printed(&stage), ids.join("\n"), "printing takes the marks too");
    stage.keys("M n y i");
    assert_eq!(
        copied(&stage),
        "00000003-0000-4000-8000-0000000000aa",
        "without marks the row under the cursor"
    );
}

#[test]
fn marked_rows_that_are_not_held_are_not_copied_and_that_is_told() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("Space Space r");
    let page = crate::stage::page(1..30, None, Some(29)); // the first case is gone
    stage.answer(Slot::Rows, Reply::Rows(Ok(page)));
    stage.keys("y i");
    assert_eq!(copied(&stage), "00000001-0000-4000-8000-0000000000aa");
    assert!(stage.row(23).contains("1 of 2 rows (others not held) sent"), "{}", stage.row(23));
    stage.keys("r");
    stage.answer(Slot::Rows, Reply::Rows(Ok(crate::stage::page(5..30, None, Some(25)))));
    stage.keys("y i");
    assert!(stage.row(23).contains("No marked row is held."), "{}", stage.row(23));
    assert_eq!(stage.effects, []);
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
        part: None,
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
