//! Many records sent at once: how many at a time, and when the rest is kept back.

use std::collections::VecDeque;

use dvtui::app::effect::{Effect, WriteId};
use dvtui::app::event::SaveFailure;
use dvtui::app::pending::RowState;
use dvtui::app::problem::Problem;
use dvtui::dataverse::RowId;
use insta::assert_snapshot;

use crate::desk::Desk;
use crate::stage::identity;

/// So many marked records, changed, reviewed and confirmed: what went out, the oldest first.
fn sent(records: usize) -> (Desk, VecDeque<(WriteId, RowId)>) {
    let mut desk = Desk::with(identity(), 12, 80, 24);
    for _ in 0..records {
        desk.keys("Space");
    }
    desk.keys("c o e");
    assert_eq!(desk.pending(), records);
    desk.keys("w s");
    if records < 10 {
        desk.keys("y")
    } else {
        desk.text(&records.to_string()).keys("Enter")
    };
    let writes = went_out(&desk).into();
    (desk, writes)
}

fn went_out(desk: &Desk) -> Vec<(WriteId, RowId)> {
    desk.writes().into_iter().map(|(id, patch)| (id, patch.id)).collect()
}

fn refused(code: &str, why: &str) -> SaveFailure {
    SaveFailure::Failed(Problem { code: Some(code.into()), ..Problem::new("Not saved.").why(why) })
}

fn no_answer() -> SaveFailure {
    SaveFailure::Failed(Problem::new("No connection."))
}

fn save(desk: &mut Desk, (id, row): (WriteId, RowId)) {
    desk.saved(id, &format!(r#"{{"@odata.etag":"W/\"9\"","incidentid":"{row}","caseorigincode":2}}"#));
}

fn waiting(desk: &Desk) -> usize {
    desk.stage.app.pending.rows().iter().filter(|row| row.state == RowState::Waiting).count()
}

fn on_their_way(desk: &Desk) -> usize {
    let rows = desk.stage.app.pending.rows().iter();
    rows.filter(|row| matches!(row.state, RowState::Sending(_) | RowState::Queued)).count()
}

#[test]
fn of_ten_records_four_go_out_at_a_time_until_all_are_saved() {
    let (mut desk, mut writes) = sent(10);
    assert_eq!(writes.len(), 4);
    assert_eq!(desk.message(), "Saving 10 records ...");
    for count in 1..=10 {
        let oldest = writes.pop_front().unwrap();
        save(&mut desk, oldest);
        assert_eq!(desk.message(), format!("Saved {count} of 10."));
        writes.extend(went_out(&desk));
        assert_eq!(writes.len(), 4.min(10 - count));
    }
    assert_eq!(desk.pending(), 0);
}

#[test]
fn three_failures_alike_in_a_row_keep_the_rest_back_and_nothing_is_lost() {
    let (mut desk, mut writes) = sent(10);
    for _ in 0..3 {
        let (id, _) = writes.pop_front().unwrap();
        desk.failed(id, refused("0x80044331", "The title is too long (400, 0x80044331)."));
        writes.extend(went_out(&desk));
    }
    // Six went out: three failed, three are on their way.
    assert_eq!((writes.len(), waiting(&desk), on_their_way(&desk)), (3, 4, 3));
    assert_snapshot!("stopped", desk.screen());
    // What was on its way is answered still, and the line goes on telling of the rest.
    let oldest = writes.pop_front().unwrap();
    save(&mut desk, oldest);
    assert_eq!(went_out(&desk), []);
    let (id, _) = writes.pop_front().unwrap();
    desk.failed(id, no_answer());
    let screen = desk.screen();
    assert!(screen.contains("Stopped: 3 saves failed alike. 4 were not sent and wait."), "{screen}");
    assert_eq!((desk.pending(), waiting(&desk), on_their_way(&desk)), (9, 4, 1));
    // The way on: the same review sends what failed and what waits, and nothing of the stop is left.
    desk.keys("Esc s");
    assert_eq!(desk.message(), "Send 8 changes on 8 records to contoso-uat?");
    desk.keys("y");
    writes.extend(went_out(&desk));
    assert_eq!((writes.len(), on_their_way(&desk)), (4, 9));
    while let Some(oldest) = writes.pop_front() {
        save(&mut desk, oldest);
        writes.extend(went_out(&desk));
    }
    assert_eq!((desk.pending(), desk.message()), (0, "Saved 10 of 10.".into()));
}

#[test]
fn outside_the_review_the_stop_leads_there() {
    let (mut desk, mut writes) = sent(10);
    desk.keys("Esc");
    for _ in 0..3 {
        let (id, _) = writes.pop_front().unwrap();
        desk.failed(id, SaveFailure::Conflict);
        writes.extend(went_out(&desk));
    }
    let screen = desk.screen();
    assert!(screen.contains("Someone changed the records after you read them (412)."), "{screen}");
    assert!(screen.contains("w reviews them   s there sends the rest"), "{screen}");
    assert_eq!(waiting(&desk), 4);
}

#[test]
fn a_success_or_another_reason_in_between_begins_the_count_again() {
    let (mut desk, mut writes) = sent(10);
    let answers = [
        Some(refused("0x80044331", "The title is too long.")),
        Some(refused("0x80044331", "The description is too long.")),
        None,
        Some(refused("0x80044331", "The title is too long.")),
        Some(refused("0x80044331", "The title is too long.")),
        Some(no_answer()),
        Some(refused("0x80040265", "No connection.")),
    ];
    for answer in answers {
        let oldest = writes.pop_front().unwrap();
        match answer {
            Some(failure) => {
                desk.failed(oldest.0, failure);
            }
            None => save(&mut desk, oldest),
        }
        writes.extend(went_out(&desk));
        assert_eq!(waiting(&desk), 0, "{}", desk.screen());
    }
    assert_eq!(writes.len(), 3, "all ten went out");
}

#[test]
fn the_code_tells_what_is_alike_and_not_the_words() {
    let (mut desk, mut writes) = sent(10);
    for why in ["The title is too long.", "The description is too long.", "The note is too long."] {
        let (id, _) = writes.pop_front().unwrap();
        desk.failed(id, refused("0x80044331", why));
        writes.extend(went_out(&desk));
    }
    assert_eq!(waiting(&desk), 4);
    assert!(!desk.stage.effects.iter().any(|effect| matches!(effect, Effect::Write(..))));
}

#[test]
fn three_failures_of_the_last_records_are_told_as_what_they_are() {
    let (mut desk, mut writes) = sent(3);
    while let Some((id, _)) = writes.pop_front() {
        desk.failed(id, no_answer());
    }
    let screen = desk.screen();
    assert!(!screen.contains("Stopped") && screen.contains("Not saved: Origin of CAS-00002"), "{screen}");
}
