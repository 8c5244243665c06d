//! `x w`: a workflow is chosen and staged on the rows that are meant.

use dvtui::app::effect::{Effect, WriteId};
use dvtui::app::event::{Event, Operated};
use dvtui::app::overlay::Overlay;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Request};
use dvtui::dataverse::workflows::Workflow;
use dvtui::dataverse::{Operation, RowId};
use insta::assert_snapshot;

use crate::desk::Desk;
use crate::stage::{identity, page, refused};

fn id(number: u128) -> RowId {
    RowId(uuid::Uuid::from_u128(number))
}

pub(crate) fn workflows() -> Vec<Workflow> {
    let workflow = |number, name: &str, description: &str, real_time| Workflow {
        id: id(number),
        name: name.to_owned(),
        description: description.to_owned(),
        real_time,
    };
    vec![
        workflow(0xf1, "Escalate to second line", "Marks the case as escalated.\nSince 2019.", true),
        workflow(0xf2, "Send survey\u{1b}[31m", "", false),
    ]
}

fn answer(desk: &mut Desk, workflows: Vec<Workflow>) {
    desk.stage.answer(Slot::Workflows, Reply::Workflows(Ok(workflows)));
    desk.stage.app.drawn();
}

/// What the last event sent.
fn operated(desk: &Desk) -> Vec<(WriteId, Operation)> {
    let all = desk.stage.effects.iter().filter_map(|effect| match effect {
        Effect::Operate(id, operation) => Some((*id, (**operation).clone())),
        _ => None,
    });
    all.collect()
}

fn menu(desk: &Desk) -> bool {
    matches!(desk.stage.app.overlays.last(), Some(Overlay::Choosing(_)))
}

#[test]
fn a_workflow_is_chosen_staged_reviewed_and_sent_about_the_row_that_was_meant() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("x w");
    assert!(
        matches!(desk.stage.request(Slot::Workflows), Request::Workflows(table) if table.as_str() == "incident")
    );
    desk.keys("j"); // the cursor is elsewhere by then
    answer(&mut desk, workflows());
    assert_snapshot!("workflows", desk.screen());
    desk.keys("e");
    let said = desk.message();
    assert_eq!(said, "Staged: run \"Escalate to second line\" on CAS-00000-A1B2C3.  w reviews it");
    assert!(!desk.sends() && operated(&desk).is_empty(), "nothing is sent before the review");
    desk.keys("w");
    assert_snapshot!("workflow_review", desk.screen());
    desk.keys("s y");
    let [(write, Operation::Act(action))] = &operated(&desk)[..] else { panic!("{}", desk.screen()) };
    let row = "00000000-0000-4000-8000-0000000000aa";
    assert_eq!(action.path, format!("workflows({})/Microsoft.Dynamics.CRM.ExecuteWorkflow", id(0xf1)));
    assert_eq!(action.body, format!("{{\"EntityId\":\"{row}\"}}"));
    let subject = action.subject.as_ref().unwrap();
    assert_eq!((subject.id.to_string().as_str(), subject.etag.as_str()), (row, "W/\"0\""));
    desk.stage.event(Event::Operated(*write, Ok(Operated { row: None })));
    desk.stage.app.drawn();
    desk.keys("U");
    let screen = desk.screen();
    assert!(screen.contains("Nothing could be staged to take the last send back."), "{screen}");
    let words: Vec<&str> = screen.split_whitespace().collect();
    assert!(words.join(" ").contains("CAS-00000-A1B2C3: nothing here takes back what it did."), "{screen}");
}

#[test]
fn marked_rows_are_one_action_each_and_undone_by_one_key() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("Space Space x w");
    answer(&mut desk, workflows());
    assert!(desk.screen().contains("Run which workflow on 2 marked"), "{}", desk.screen());
    desk.keys("j Enter");
    let staged = desk.stage.app.pending.operations().iter();
    let staged: Vec<_> = staged.map(|operation| operation.about.as_ref().unwrap().name.clone()).collect();
    assert_eq!(staged, ["CAS-00000-A1B2C3", "CAS-00001-A1B2C3"]);
    assert!(!desk.screen().contains('\u{1b}'), "{}", desk.screen());
    desk.keys("u");
    assert_eq!(desk.pending(), 0);
}

#[test]
fn rows_that_are_marked_by_their_query_are_read_before_the_workflows() {
    let mut desk = Desk::with(identity(), 30, 80, 24);
    desk.keys("M q x w");
    desk.stage.answer(Slot::Marked, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    desk.stage.app.drawn();
    answer(&mut desk, workflows());
    assert!(desk.screen().contains("Run which workflow on 30 marked"), "{}", desk.screen());
    desk.keys("s");
    assert_eq!(desk.pending(), 30, "{}", desk.screen());
    // It is done in the background: nobody says that it has run.
    for operation in desk.stage.app.pending.operations().iter() {
        assert!(operation.title.starts_with("start \"Send survey"), "{}", operation.title);
    }
}

#[test]
fn where_there_is_none_or_they_may_not_be_read_it_is_said() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("x w");
    answer(&mut desk, vec![]);
    assert_eq!(desk.message(), "No workflow of Cases can be run on demand.");
    desk.keys("x w");
    let denied = refused(403, "0x80040220", "is missing prvReadWorkflow privilege on OTC=4703");
    desk.stage.answer(Slot::Workflows, Reply::Workflows(Err(denied)));
    desk.stage.app.drawn();
    let screen = desk.screen();
    assert!(screen.contains("Cannot read the workflows of Cases."), "{screen}");
    assert!(screen.contains("Your roles lack prvReadWorkflow (403, 0x80040220)."), "{screen}");
    assert!(!menu(&desk) && desk.pending() == 0);
}

#[test]
fn no_menu_comes_up_once_it_was_stopped_or_somebody_went_on() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("x w");
    let late = desk.stage.ticket(Slot::Workflows);
    desk.keys("Ctrl-C");
    assert!(desk.stage.effects.contains(&Effect::Cancel(Slot::Workflows)), "{:?}", desk.stage.effects);
    desk.stage.answer_to(late, Reply::Workflows(Ok(workflows())));
    assert!(!menu(&desk), "{}", desk.screen());
    for on in ["g t", "c", "?"] {
        let mut desk = Desk::at_cases(80, 24);
        desk.keys("x w").keys(on);
        answer(&mut desk, workflows());
        assert!(!menu(&desk), "{on}: {}", desk.screen());
        assert_eq!(desk.pending(), 0);
    }
}

#[test]
fn esc_chooses_none_and_a_key_of_no_workflow_says_so() {
    let mut desk = Desk::at_cases(80, 24);
    desk.keys("x w");
    answer(&mut desk, workflows());
    desk.keys("z");
    assert_eq!(desk.message(), "`z` is none of these.  Esc closes");
    desk.keys("Esc");
    assert!(!menu(&desk));
    assert_eq!(desk.pending(), 0);
}
