use dvtui::app::effect::{Effect, Request};
use dvtui::app::event::{Event, Progress};
use dvtui::app::examination::{Check, Examination, Status};
use dvtui::app::key::Input;
use dvtui::app::layout::Size;
use dvtui::app::session::Prompt;
use dvtui::app::tickets::Slot;
use dvtui::app::{Reply, Screen};

use crate::stage::{Stage, identity, noon};

const WRONG: &str = "Your token is for Microsoft Graph (`aud` 00000003-0000-0000-c000-000000000000), not for this \
    environment. That happens when the request named no resource, for example `scope=openid offline_access`.";
const ASK: &str = "Ask for `https://contoso-uat.crm4.dynamics.com/.default offline_access`.";

fn check(title: &str, status: Status, what: &str, why: &str, next: &str) -> Check {
    let of_token = title == "Audience";
    Check { title: title.into(), status, what: what.into(), why: why.into(), next: next.into(), of_token }
}

/// What an examination with a token for something else finds.
pub(crate) fn wrong_audience() -> Examination {
    use Status::{Fail, Ok, Skip, Warn};
    let osc = "`y` sends text to the terminal's clipboard by OSC 52. Many terminals take it, none says so.";
    Examination {
        checks: vec![
            check("DNS", Ok, "contoso-uat.crm4.dynamics.com is 20.1.2.3", "", ""),
            check("TCP", Ok, "port 443 answers in 41 ms", "", ""),
            check("TLS", Ok, "the certificate is trusted and for this host", "", ""),
            check(
                "Challenge",
                Ok,
                "tenant 72f988bf-86f1-41af-91ab-2d7cd011db47, resource https://contoso-uat.crm4.dynamics.com",
                "",
                "",
            ),
            check("Token", Ok, "a JWT of anna.moss@contoso.com (version 1.0), of the kept sign-in", "", ""),
            check("Audience", Fail, "for Microsoft Graph, not for this environment", WRONG, ASK),
            check("Tenant", Ok, "72f988bf-86f1-41af-91ab-2d7cd011db47", "", ""),
            check("Issuer", Ok, "Entra ID, version 1.0", "", ""),
            check("Scope", Skip, "not run", "after audience", ""),
            check("Expiry", Ok, "expires in 52 min", "", ""),
            check("Clock", Ok, "the clocks here and at the server agree", "", ""),
            check("WhoAmI", Skip, "not run", "after audience", ""),
            check("Privileges", Skip, "not run", "after whoami", ""),
            check("API limits", Skip, "not run", "after whoami", ""),
            check("Terminal", Ok, "xterm-256color, 80x24, UTF-8, 256 colours, SSH", "", ""),
            check(
                "Clipboard",
                Warn,
                "the terminal did not confirm OSC 52",
                osc,
                "Try `y` and paste elsewhere. When nothing comes, `P` prints text plainly.",
            ),
            check(
                "Escape time",
                Warn,
                "tmux waits 500 ms after Esc: it feels slow",
                "tmux looks whether a longer key follows.",
                "Run `tmux set -s escape-time 10`, and put it into ~/.tmux.conf.",
            ),
            check("Keys", Ok, "K on this screen of the program tests them", "", ""),
        ],
        facts: vec![
            ("Acts".into(), "as anna.moss@contoso.com".into()),
            ("For (aud)".into(), "00000003-0000-0000-c000-000000000000".into()),
            ("May (scp)".into(), "openid profile email User.Read".into()),
            ("Valid until (exp)".into(), "2026-11-23 14:52:00 UTC, in 52 min".into()),
        ],
        verdict: format!("{WRONG} {ASK}"),
        requests: vec![(
            "authorize".into(),
            "https://login.microsoftonline.com/72f988bf/oauth2/v2.0/authorize?client_id=51f8&scope=x".into(),
        )],
    }
}

/// Signed in, with the report on the screen.
pub(crate) fn at_doctor(width: u16, height: u16) -> Stage {
    let mut stage = Stage::at_tables(width, height);
    stage.keys("g d");
    stage.answer(Slot::Doctor, Reply::Doctor(Ok(wrong_audience())));
    stage
}

#[test]
fn the_report_at_80_by_24() {
    insta::assert_snapshot!(at_doctor(80, 24).screen());
}

#[test]
fn the_report_on_a_large_screen() {
    insta::assert_snapshot!(at_doctor(120, 40).screen());
}

#[test]
fn on_a_very_wide_screen_the_explanation_stands_beside() {
    insta::assert_snapshot!(at_doctor(160, 45).screen());
}

#[test]
fn the_report_on_a_small_screen() {
    insta::assert_snapshot!(at_doctor(60, 16).screen());
}

#[test]
fn the_checks_are_on_their_way() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("g d");
    let size = Size { width: 80, height: 24 };
    assert!(
        matches!(&stage.effects[..], [Effect::Run(_, Request::Doctor(tables, asked))] if tables.is_empty() && *asked == size)
    );
    assert!(stage.screen().contains("Looking at the network"), "{}", stage.screen());
    stage.keys("Ctrl-C");
    assert_eq!(stage.effects, [Effect::Cancel(Slot::Doctor)]);
    assert!(stage.screen().contains("r runs the checks"), "{}", stage.screen());
}

#[test]
fn the_cursor_begins_at_what_stands_in_the_way_and_enter_explains_it() {
    let mut stage = at_doctor(80, 24);
    let row = stage.screen().lines().find(|line| line.starts_with('>')).unwrap().to_owned();
    assert!(row.contains("[fail] Audience"), "{row}");
    stage.keys("Enter");
    insta::assert_snapshot!(stage.screen());
    stage.keys("Esc Esc");
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
}

#[test]
fn the_claims_are_shown_in_plain_words() {
    let mut stage = at_doctor(80, 24);
    stage.keys("t");
    insta::assert_snapshot!(stage.screen());
    let mut without = Stage::at_tables(80, 24);
    without.keys("g d");
    let report = Examination { facts: vec![], ..wrong_audience() };
    without.answer(Slot::Doctor, Reply::Doctor(Ok(report))).keys("t");
    assert!(without.screen().contains("no token whose claims can be read"));
}

#[test]
fn the_key_tester_shows_what_arrives_and_esc_twice_or_q_leaves() {
    let mut stage = at_doctor(80, 24);
    stage.keys("K Up g Ctrl-D é Esc x");
    stage.event(Event::Input(Input::Paste("pasted".into())));
    insta::assert_snapshot!(stage.screen());
    stage.keys("Esc");
    assert!(stage.screen().contains("Esc again leaves"));
    stage.keys("Esc");
    assert!(stage.screen().contains("[fail] Audience"));
    stage.keys("K q");
    assert!(stage.screen().contains("[fail] Audience"));
}

#[test]
fn the_report_is_copied_and_printed_as_plain_lines() {
    let mut stage = at_doctor(80, 24);
    stage.keys("y");
    let [Effect::Copy(text)] = &stage.effects[..] else { panic!("{:?}", stage.effects) };
    for part in ["[ok] DNS: contoso-uat", "[fail] Audience: for Microsoft Graph", WRONG, "authorize:"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    stage.keys("P");
    assert!(matches!(&stage.effects[..], [Effect::Print(text)] if text.contains(WRONG)));
}

#[test]
fn it_runs_again_and_keeps_what_was_found_until_then() {
    let mut stage = at_doctor(80, 24);
    stage.keys("j j r");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Doctor(..))]));
    assert!(stage.screen().contains("[fail] Audience"));
    let row = stage.cursor();
    stage.answer(Slot::Doctor, Reply::Doctor(Ok(wrong_audience())));
    assert_eq!(stage.cursor(), row, "the cursor stays where it is");
}

#[test]
fn the_tables_behind_it_are_looked_at() {
    let mut stage = Stage::at_cases(80, 24, 3, None);
    stage.keys("g d");
    assert!(
        matches!(&stage.effects[..], [Effect::Run(_, Request::Doctor(tables, _))] if tables == &["incident".into()])
    );
}

#[test]
fn it_works_when_nobody_is_signed_in_and_the_sign_in_goes_on_behind_it() {
    let mut stage = Stage::new(80, 24);
    stage.keys("g d");
    assert!(matches!(&stage.effects[..], [Effect::Run(_, Request::Doctor(..))]));
    // The kept sign-in turns out to be none while the doctor is looked at.
    stage.answer(Slot::Session, Reply::Connected(Ok(None)));
    stage.answer(Slot::Doctor, Reply::Doctor(Ok(wrong_audience())));
    let prompt = Prompt::DeviceCode {
        address: "https://microsoft.com/devicelogin".into(),
        code: "C7K4Q9XD2".into(),
        expires: noon() + jiff::SignedDuration::from_secs(900),
        may_open: true,
    };
    let ticket = stage.ticket(Slot::Session);
    stage.event(Event::Progress(ticket, Progress::Prompt(prompt)));
    assert!(stage.screen().contains("[fail] Audience"), "{}", stage.screen());
    stage.keys("Esc");
    assert!(stage.screen().contains("C7K4Q9XD2"), "{}", stage.screen());
    stage.keys("g d");
    stage.answer(Slot::Session, Reply::SignedIn(Ok(identity())));
    assert!(matches!(stage.app.screen(), Screen::Doctor(_)), "somebody reads there");
    let again = |effect: &Effect| matches!(effect, Effect::Run(_, Request::Doctor(..)));
    assert!(stage.effects.iter().any(again), "what was found before the sign-in is old");
    stage.keys("Esc");
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
}

#[test]
fn signing_in_again_from_the_doctor_comes_back_to_the_screens_behind_it() {
    let mut stage = at_doctor(80, 24);
    stage.keys("g u");
    assert!(matches!(stage.app.screen(), Screen::SignIn(_)));
    stage.keys("g d");
    stage.answer(Slot::Session, Reply::SignedIn(Ok(identity())));
    assert!(matches!(stage.app.screen(), Screen::Doctor(_)));
    stage.keys("Esc");
    assert!(matches!(stage.app.screen(), Screen::Tables(_)));
}

#[test]
fn hostile_words_of_a_server_stay_words() {
    let mut stage = Stage::at_tables(80, 24);
    stage.keys("g d");
    let mut report = wrong_audience();
    report.checks[5].what = "\u{1b}[2Jevil".into();
    report.checks[5].why = "\u{202e}evil".into();
    report.facts[0].1 = "\u{1b}]0;evil\u{7}".into();
    stage.answer(Slot::Doctor, Reply::Doctor(Ok(report)));
    for keys in ["", "Enter", "Esc", "t"] {
        stage.keys(keys);
        let harmful = |c: char| c != '\n' && dvtui::text::is_harmful(c);
        assert!(!stage.screen().chars().any(harmful), "{}", stage.screen());
    }
}
