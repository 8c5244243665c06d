use std::time::Duration;

use dvtui::app::Reply;
use dvtui::app::effect::Effect;
use dvtui::app::event::Event;
use dvtui::app::tickets::Slot;
use dvtui::app::wait::Wait;
use dvtui::dataverse::{Throttle, WaitReason};
use jiff::ToSpan;

use crate::stage::{Stage, cases, noon, page};

/// The clock, so many milliseconds after noon.
fn after(stage: &mut Stage, millis: i64) {
    stage.event(Event::Clock(noon() + millis.milliseconds()));
}

/// At the cases while they are read again.
fn reading(width: u16, height: u16) -> Stage {
    let mut stage = Stage::at_cases(width, height, 30, None);
    stage.keys("r");
    stage
}

#[test]
fn a_read_is_told_later_the_longer_it_takes_and_old_rows_stay() {
    let mut stage = reading(80, 24);
    let quiet = stage.screen();
    assert!(!stage.row(2).contains("..."), "{}", stage.row(2));
    stage.app.drawn();
    after(&mut stage, 149);
    assert_eq!(stage.screen(), quiet);
    assert!(!stage.app.is_dirty());
    after(&mut stage, 150);
    assert!(stage.app.is_dirty());
    assert!(stage.row(2).contains("... 0.1 s"), "{}", stage.row(2));
    after(&mut stage, 730);
    insta::assert_snapshot!(stage.screen());
    after(&mut stage, 2_400);
    assert!(stage.row(2).trim_end().ends_with("..."), "{}", stage.row(2));
    assert_eq!(stage.row(23).trim(), "Reading Cases ... 2 s  Ctrl-C cancel");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Ctrl-C");
    assert_eq!(stage.effects, [Effect::Cancel(Slot::Rows)]);
    assert!(stage.row(23).contains("Stopped."), "{}", stage.row(23));
    assert_eq!(stage.app.tick(), None, "nothing changes with time any more");
}

#[test]
fn the_clock_ticks_only_while_something_is_awaited() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    assert_eq!(stage.app.tick(), None);
    stage.keys("r");
    let mut millis = 0;
    let mut frames = 0;
    while millis < 10_000 {
        let tick = stage.app.tick().unwrap();
        assert!(tick > Duration::ZERO && tick <= Duration::from_secs(1));
        millis += tick.as_millis() as i64;
        stage.app.drawn();
        after(&mut stage, millis);
        frames += u32::from(stage.app.is_dirty());
    }
    assert_eq!(frames, 1 + 18 + 9, "150 ms, tenths up to 2 s, then seconds");
    stage.answer(Slot::Rows, Reply::Rows(Ok(page(0..30, None, Some(30)))));
    assert_eq!(stage.app.tick(), None);
}

#[test]
fn over_ssh_a_second_is_as_fine_as_it_gets() {
    let mut stage = reading(80, 24);
    stage.app.start.remote = true;
    let mut ticks = Vec::new();
    let mut millis = 0;
    while millis < 3_000 {
        let tick = stage.app.tick().unwrap().as_millis() as i64;
        ticks.push(tick);
        millis += tick;
        after(&mut stage, millis);
    }
    assert_eq!(ticks, [150, 850, 1_000, 1_000]);
}

#[test]
fn of_several_reads_the_newest_is_named_which_is_the_one_that_is_cancelled() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("r / c a s e Enter");
    after(&mut stage, 3_000);
    assert_eq!(stage.row(23).trim(), "Reading the columns of Cases, and 1 more ... 3 s  Ctrl-C cancel");
    stage.keys("Ctrl-C");
    assert_eq!(stage.effects, [Effect::Cancel(Slot::Schema)]);
    stage.app.notice = None;
    assert_eq!(stage.row(23).trim(), "Reading the tables ... 3 s  Ctrl-C cancel");
}

#[test]
fn a_message_is_not_hidden_by_a_read_and_hides_none() {
    let mut stage = reading(80, 24);
    after(&mut stage, 3_000);
    stage.keys("T");
    let row = stage.row(23);
    assert!(
        row.contains("`T` does nothing here.") && row.trim_end().ends_with("... 3 s  Ctrl-C cancel"),
        "{row}"
    );
    let until = noon() + 42.seconds();
    let reason = WaitReason::Throttled(Throttle::Requests);
    stage.event(Event::Waiting(Some(Wait { until, attempt: 2, reason })));
    assert!(stage.row(23).trim_end().ends_with("waits 39 s  Ctrl-C stop"), "{}", stage.row(23));
    stage.app.notice = None;
    assert_eq!(
        stage.row(23).trim(),
        "Dataverse asks to wait 39 s (6,000 requests per 5 min). Continues by itself."
    );
}

#[test]
fn a_wait_that_was_over_while_the_machine_slept_counts_no_time_that_is_gone() {
    let mut stage = reading(80, 24);
    let reason = WaitReason::Throttled(Throttle::Requests);
    stage.event(Event::Waiting(Some(Wait { until: noon() + 42.seconds(), attempt: 2, reason })));
    after(&mut stage, 8 * 3_600_000);
    let row = stage.row(23);
    assert!(row.contains("wait 0 s") && !row.contains("-28"), "{row}");
}

#[test]
fn every_kind_of_read_has_words() {
    let stage = Stage::at_cases(80, 24, 30, None);
    let slots = [
        Slot::Session,
        Slot::Places,
        Slot::Profile,
        Slot::Details,
        Slot::Tables,
        Slot::Schema,
        Slot::Rows,
        Slot::Row,
        Slot::Doctor,
        Slot::Refused,
    ];
    let words: std::collections::BTreeSet<String> =
        slots.iter().map(|slot| stage.app.reading_words(*slot)).collect();
    assert_eq!(words.len(), slots.len(), "{words:?}");
}

#[test]
fn a_sign_in_that_waits_for_the_person_is_no_read() {
    let mut stage = Stage::new(80, 24);
    stage.answer(Slot::Session, Reply::Connected(Ok(None)));
    let prompt = dvtui::app::session::Prompt::DeviceCode {
        address: "https://x/device".into(),
        code: "ABCD".into(),
        expires: noon() + 900.seconds(),
        may_open: true,
    };
    let ticket = stage.ticket(Slot::Session);
    stage.event(Event::Progress(ticket, dvtui::app::Progress::Prompt(prompt)));
    after(&mut stage, 30_000);
    assert_eq!(stage.app.reading_line(), None);
    assert_eq!(stage.app.tick(), Some(Duration::from_secs(1)), "the code's time counts down");
}

#[test]
fn a_schema_that_comes_starts_the_time_of_the_rows_anew() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("/ c a s e Enter");
    after(&mut stage, 5_000);
    stage.answer(Slot::Schema, Reply::Schema(Ok(std::sync::Arc::new(cases()))));
    assert_eq!(stage.app.elapsed(), None);
    after(&mut stage, 7_500);
    assert_eq!(stage.row(23).trim(), "Reading Cases ... 2 s  Ctrl-C cancel");
}
