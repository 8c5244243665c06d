use std::time::Duration;

use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::{Event, Reply};
use dvtui::app::exchanges::Trace;
use dvtui::app::layout::Size;
use dvtui::app::screen::Screen;
use dvtui::app::tickets::Slot;
use dvtui::app::zone::Zone;
use dvtui::dataverse::exchange::{Again, Exchange};
use dvtui::dataverse::{Limits, Throttle, WaitReason};
use jiff::ToSpan;
use jiff::tz::TimeZone;

use crate::stage::{Stage, noon, refused};

/// A request that was answered, some seconds after noon.
fn exchange(second: i64, target: &str, status: u16, millis: u64) -> Exchange {
    Exchange {
        at: noon() + second.seconds(),
        took: Duration::from_millis(millis),
        method: "GET".into(),
        origin: "https://contoso-uat.crm4.dynamics.com".into(),
        target: format!("/api/data/v9.2/{target}"),
        if_match: None,
        prefer: None,
        status: Some(status),
        code: String::new(),
        failure: String::new(),
        bytes: 23_000,
        on_wire: None,
        attempt: 1,
        again: None,
        client_request_id: "0d1f4a52-0000-4000-8000-000000000001".into(),
        request_id: Some(format!("77ab0000-0000-4000-8000-{second:012}")),
        limits: Some(Limits { requests: 5_877, time: Some(Duration::from_secs(1_199)) }),
    }
}

fn happens(stage: &mut Stage, exchange: Exchange) {
    stage.event(Event::Exchanged(Box::new(exchange)));
}

/// At the log, with requests of all kinds in it.
pub(crate) fn at_log(width: u16, height: u16) -> Stage {
    let mut stage = Stage::at_cases(width, height, 30, None);
    happens(&mut stage, exchange(1, "WhoAmI", 200, 41));
    let path =
        "incidents?$select=title,ticketnumber&$filter=contains(title,%27print%27)&$orderby=createdon%20desc";
    let mut throttled = exchange(2, path, 429, 12);
    throttled.code = "0x80072322".into();
    throttled.bytes = 120;
    happens(&mut stage, throttled);
    let mut again = exchange(4, path, 200, 2_104);
    again.attempt = 2;
    again.again = Some(Again::Waited(WaitReason::Throttled(Throttle::Requests), Duration::from_secs(2)));
    happens(&mut stage, again);
    let mut lost = exchange(9, "EntityDefinitions?$select=LogicalName", 200, 30_000);
    (lost.status, lost.bytes, lost.request_id, lost.limits) = (None, 0, None, None);
    lost.failure = "contoso-uat.crm4.dynamics.com sent nothing for 30 s".into();
    happens(&mut stage, lost);
    let mut refused =
        exchange(41, "incidents(5f3e0c1a-77b2-4000-8000-000000000001)?$select=prioritycode", 412, 88);
    refused.method = "PATCH".into();
    refused.code = "0x80060882".into();
    refused.if_match = Some("W/\"81552310\"".into());
    refused.bytes = 310;
    happens(&mut stage, refused);
    stage.keys("g l");
    stage
}

#[test]
fn the_log_shows_each_request_and_all_that_is_known_of_one() {
    insta::assert_snapshot!(at_log(80, 24).screen());
}

#[test]
fn the_log_on_a_large_screen() {
    insta::assert_snapshot!(at_log(120, 40).screen());
}

#[test]
fn on_a_wide_screen_the_details_stand_beside() {
    insta::assert_snapshot!(at_log(160, 45).screen());
}

#[test]
fn times_are_told_in_the_persons_zone_with_utc_in_the_details() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    let zone = Zone { name: "Europe/Berlin".into(), rules: TimeZone::get("Europe/Berlin").unwrap() };
    stage.answer(Slot::Zone, Reply::Zone(Some(zone)));
    happens(&mut stage, exchange(7, "WhoAmI", 200, 41));
    stage.keys("g l");
    assert!(stage.row(4).contains("15:00:07"), "{}", stage.row(4));
    stage.keys("Enter");
    let screen = stage.screen();
    assert!(screen.contains("Sent 2026-11-23 15:00:07 Europe/Berlin (14:00:07Z)"), "{screen}");
    assert!(stage.row(23).is_empty(), "what is over the screen says nothing of what is below: {screen}");
}

#[test]
fn an_empty_log_says_so() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("g l");
    assert!(stage.screen().contains("No request yet in this session."), "{}", stage.screen());
    stage.keys("Esc");
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
}

#[test]
fn a_request_draws_nothing_unless_the_log_is_seen() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.app.drawn();
    happens(&mut stage, exchange(1, "WhoAmI", 200, 41));
    assert!(!stage.app.is_dirty());
    stage.keys("g l");
    stage.app.drawn();
    happens(&mut stage, exchange(2, "WhoAmI", 200, 41));
    assert!(stage.app.is_dirty());
}

#[test]
fn the_cursor_follows_the_newest_or_stays_on_its_request() {
    let mut stage = at_log(80, 24);
    let current =
        |stage: &Stage| stage.screen().lines().find(|line| line.starts_with('>')).map(str::to_owned).unwrap();
    happens(&mut stage, exchange(50, "accounts", 200, 5));
    assert!(current(&stage).contains("accounts"));
    stage.keys("j");
    let before = current(&stage);
    for second in 51..80 {
        happens(&mut stage, exchange(second, "contacts", 200, 5));
        assert_eq!(current(&stage), before, "after {second}");
    }
    stage.keys("z t");
    happens(&mut stage, exchange(90, "tasks", 200, 5));
    assert!(current(&stage).contains("tasks"));
}

#[test]
fn the_log_is_looked_through_by_path_status_code_and_id() {
    let mut stage = at_log(80, 24);
    for (typed, count) in
        [("whoami", 1), ("412", 1), ("0x80072322", 1), ("r1", 1), ("incidents", 3), ("zzz", 0)]
    {
        stage.keys("/ Ctrl-U");
        for letter in typed.chars() {
            stage.press(dvtui::app::key::Key::Char(letter));
        }
        stage.keys("Enter");
        let Screen::Log(log) = stage.app.screen() else { panic!("not at the log") };
        assert_eq!(log.entries(&stage.app).len(), count, "{typed}");
    }
    assert!(stage.screen().contains("No request matches `zzz`."));
    stage.keys("Esc");
    let Screen::Log(log) = stage.app.screen() else { panic!("Esc left the log") };
    assert_eq!(log.entries(&stage.app).len(), 5);
}

#[test]
fn id_address_and_curl_are_copied_and_a_write_has_no_curl() {
    let mut stage = at_log(80, 24);
    stage.keys("y i");
    assert_eq!(stage.effects, [Effect::Copy("77ab0000-0000-4000-8000-000000000041".into())]);
    stage.keys("y x");
    assert_eq!(stage.effects, []);
    assert!(stage.row(23).contains("What a write sends is not kept"), "{}", stage.row(23));
    stage.keys("G y x");
    let [Effect::Copy(curl)] = &stage.effects[..] else { panic!("{:?}", stage.effects) };
    assert!(curl.contains("$(dv token --url https://contoso-uat.crm4.dynamics.com)"), "{curl}");
    assert!(curl.contains("https://contoso-uat.crm4.dynamics.com/api/data/v9.2/WhoAmI"), "{curl}");
    stage.keys("y u");
    assert_eq!(
        stage.effects,
        [Effect::Copy("https://contoso-uat.crm4.dynamics.com/api/data/v9.2/WhoAmI".into())]
    );
}

#[test]
fn what_was_here_already_is_marked_and_nothing_was_sent_for_it() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    stage.keys("Esc / c a s e Enter g l");
    let screen = stage.screen();
    assert!(
        screen.contains("cache") && screen.contains("EntityDefinitions(LogicalName='incident')"),
        "{screen}"
    );
    stage.keys("y i");
    assert!(stage.row(23).contains("nothing was sent"), "{}", stage.row(23));
}

#[test]
fn what_a_server_puts_into_an_address_cannot_act() {
    let mut stage = Stage::at_cases(80, 24, 30, None);
    happens(&mut stage, exchange(1, "incidents?$skiptoken=%1B%5D52%3Bc%3Bx%07%E2%80%AE", 200, 41));
    stage.keys("g l");
    assert!(stage.screen().contains("^[]52"), "{}", stage.screen());
    assert!(!stage.screen().chars().any(|c| c == '\u{1b}' || c == '\u{7}' || c == '\u{202e}'));
}

/// A request of a sign-in, a minute after noon.
fn signing_in() -> Event {
    Event::Traced(Box::new(Trace {
        at: noon() + 60.seconds(),
        took: Duration::from_millis(41),
        method: "POST".into(),
        origin: "https://login.microsoftonline.com".into(),
        path: "/organizations/oauth2/v2.0/token".into(),
        status: Some(200),
        failure: String::new(),
        bytes: 3_812,
    }))
}

#[test]
fn a_read_is_sent_again_as_it_was_and_the_answer_is_told() {
    let mut stage = at_log(80, 24);
    stage.keys("j j .");
    let Request::Repeat(exchange) = stage.request(Slot::Repeat) else { panic!("{:?}", stage.effects) };
    assert!(exchange.target.contains("contains(title,%27print%27)"), "{}", exchange.target);
    stage.answer(Slot::Repeat, Reply::Repeated(Ok(23_000)));
    assert!(stage.row(23).contains("Sent again and answered, 23 KB."), "{}", stage.row(23));
    stage.keys(".");
    stage.answer(Slot::Repeat, Reply::Repeated(Err(refused(403, "0x80040220", "No privilege."))));
    assert!(stage.screen().contains("The request was sent again."), "{}", stage.screen());
    assert!(stage.screen().contains("(403, 0x80040220)"), "{}", stage.screen());
    stage.keys("Esc . q");
    assert!(
        stage.effects.contains(&Effect::Cancel(Slot::Repeat)),
        "nobody waits for it: {:?}",
        stage.effects
    );
}

#[test]
fn what_cannot_be_sent_again_says_why() {
    let mut stage = at_log(80, 24);
    stage.keys("."); // the newest is a PATCH
    assert!(stage.row(23).contains("no write is sent twice"), "{}", stage.row(23));
    stage.event(signing_in());
    stage.keys(".");
    assert!(stage.row(23).contains("not those of a sign-in"), "{}", stage.row(23));
    let mut elsewhere = exchange(70, "accounts", 200, 9);
    elsewhere.origin = "https://contoso-dev.crm4.dynamics.com".into();
    happens(&mut stage, elsewhere);
    stage.keys(".");
    assert!(stage.row(23).contains("another environment"), "{}", stage.row(23));
    assert_eq!(stage.effects, []);
}

#[test]
fn a_sign_in_stands_among_the_requests() {
    let mut stage = at_log(80, 24);
    stage.event(signing_in());
    insta::assert_snapshot!(stage.screen());
    stage.keys("y x");
    assert!(stage.row(23).contains("only host and path are kept"), "{}", stage.row(23));
    assert_eq!(stage.effects, []);
    stage.keys("/ m i c r o s o f t Enter");
    assert!(stage.row(2).contains("1 of 6"), "{}", stage.row(2));
}

#[test]
fn a_high_terminal_shows_the_last_requests_below_any_screen() {
    let mut stage = at_log(120, 40);
    stage.keys("q z l");
    insta::assert_snapshot!(stage.screen());
    let before = stage.screen();
    stage.keys("G");
    let last = stage.screen();
    assert!(
        last.contains("CAS-00029") && last.contains("412 !"),
        "the last row is not under the strip: {last}"
    );
    stage.app.drawn();
    stage.event(signing_in());
    assert!(stage.app.is_dirty() && stage.screen().contains("/oauth2/v2.0/token"), "{}", stage.screen());
    // A terminal that is too low has no room for it, and gets it back.
    stage.event(Event::Resize(Size { width: 120, height: 39 }));
    assert!(!stage.screen().contains("/oauth2/v2.0/token"), "{}", stage.screen());
    stage.event(Event::Resize(Size { width: 120, height: 41 }));
    assert!(stage.screen().contains("/oauth2/v2.0/token"), "{}", stage.screen());
    stage.keys("z l");
    assert!(!stage.screen().contains("/oauth2/v2.0/token"), "{}", stage.screen());
    assert_eq!(stage.app.size, Size { width: 120, height: 41 });
    let mut low = Stage::at_cases(80, 24, 30, None);
    low.keys("z l");
    assert!(low.row(23).contains("as soon as the terminal has 40 rows"), "{}", low.row(23));
    assert_ne!(before, last);
}
