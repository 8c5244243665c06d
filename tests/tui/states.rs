//! Every state has a character: with all attributes taken away no two look the same, on any terminal.

use dvtui::app::event::SaveFailure;
use dvtui::app::problem::Problem;
use dvtui::app::session::{Identity, Writes};
use dvtui::tui::Theme;
use dvtui::tui::backend::Ability;
use dvtui::tui::theme::{Colours, Ground};

use crate::desk::Desk;
use crate::paint::Wire;
use crate::stage::{self, Stage};
use crate::sweep::stages;

const TERMINALS: [&str; 8] =
    ["xterm", "xterm-256color", "screen", "screen-256color", "tmux-256color", "linux", "vt100", "rxvt"];

/// The same three cases in each state that a row, a cell or the session can be in.
fn states() -> Vec<(&'static str, Stage)> {
    let at = |identity: Identity, keys: &str| {
        let mut desk = Desk::of(identity, 80, 24);
        desk.keys(keys);
        desk.stage.app.notice = None; // what is said is not the state
        desk
    };
    let own = |keys: &str| at(stage::identity(), keys);
    let mut states = vec![
        ("at rest", own("")),
        ("cursor on the second row", own("j")),
        ("cursor on the second column", own("l")),
        ("edited", own("c p n")),
        ("sending", own("c p n w y")),
        ("production", at(Identity { badge: "PROD".into(), production: true, ..stage::identity() }, "")),
        ("read only", at(Identity { writes: Writes::Locked("so".into()), ..stage::identity() }, "")),
    ];
    let failures = [
        ("failed", SaveFailure::Failed(Problem::new("Not saved.").why("It was refused."))),
        ("unknown", SaveFailure::Unknown(Problem::new("No answer in 30 s."))),
    ];
    for (name, failure) in failures {
        let mut desk = own("c p n w y");
        let (id, _) = desk.write();
        desk.failed(id, failure);
        desk.stage.app.notice = None;
        states.push((name, desk));
    }
    let mut stale = own("");
    stale.keys("r");
    stale.stage.app.notice = None;
    states.push(("stale", stale));
    states.into_iter().map(|(name, desk)| (name, desk.stage)).collect()
}

/// What a terminal of this name shows, letters only.
fn letters(stage: &Stage, terminal: &str, colours: Colours, unicode: bool) -> String {
    let mut wire = Wire::with(80, 24, Ability::of(terminal, unicode));
    wire.show_in(stage, &Theme::for_terminal(colours, Ground::Unknown));
    if !unicode {
        assert!(wire.bytes.is_ascii(), "{}", wire.text());
    }
    wire.screen().contents()
}

#[test]
fn no_two_states_look_the_same_without_attributes_on_any_terminal() {
    let states = states();
    for terminal in TERMINALS {
        let colours = [Colours::of(terminal, false), Colours::None];
        for (colours, unicode) in colours.into_iter().flat_map(|colours| [(colours, true), (colours, false)])
        {
            let shown: Vec<String> =
                states.iter().map(|(_, stage)| letters(stage, terminal, colours, unicode)).collect();
            for (one, text) in shown.iter().enumerate() {
                for (other, other_text) in shown.iter().enumerate().skip(one + 1) {
                    let names = (states[one].0, states[other].0);
                    assert_ne!(text, other_text, "{names:?} on {terminal}");
                }
            }
        }
    }
}

/// What differs between the terminals: what they can do, in which colours they do it, and whether they have more than
/// ASCII.
fn kinds_of_terminals() -> Vec<(&'static str, Colours, bool)> {
    let mut kinds = vec![];
    let mut known = vec![];
    for terminal in TERMINALS {
        for colours in [Colours::of(terminal, false), Colours::None] {
            for unicode in [true, false] {
                let kind = (Ability::of(terminal, unicode), colours);
                if !known.contains(&kind) {
                    known.push(kind);
                    kinds.push((terminal, colours, unicode));
                }
            }
        }
    }
    kinds
}

#[test]
fn every_screen_and_overlay_is_told_from_the_others_by_its_letters_on_any_terminal() {
    let kinds = kinds_of_terminals();
    assert!(kinds.len() >= 8, "colour and none, ASCII and more, old and new: {kinds:?}");
    let mut stages = stages(80, 24);
    for (terminal, colours, unicode) in kinds {
        let mut shown: Vec<(&str, String)> = vec![];
        for (name, stage) in &mut stages {
            stage.app.start.ascii = !unicode;
            let text = letters(stage, terminal, colours, unicode);
            let environment = ["contoso", "not signed in", "dv"];
            let first = text.lines().next().unwrap_or_default().to_lowercase();
            assert!(environment.iter().any(|word| first.contains(word)), "{name} on {terminal}: {text}");
            if let Some((same, _)) = shown.iter().find(|(_, other)| *other == text) {
                panic!("{name} and {same} look the same on {terminal}: {text}");
            }
            shown.push((name, text));
        }
    }
}

#[test]
fn each_state_has_its_mark() {
    let screen = |wanted: &str| states().into_iter().find(|(name, _)| *name == wanted).unwrap().1.screen();
    let row = |wanted: &str| screen(wanted).lines().nth(3).unwrap_or_default().to_owned();
    assert!(row("at rest").starts_with('>'), "{}", row("at rest"));
    assert!(row("edited").starts_with(">~") && row("edited").contains("*Normal"), "{}", row("edited"));
    assert!(row("sending").starts_with(">."), "{}", row("sending"));
    assert!(row("failed").starts_with(">!") && row("failed").contains("!Normal"), "{}", row("failed"));
    assert!(row("stale").starts_with(">s"), "{}", row("stale"));
    let first = |wanted: &str| screen(wanted).lines().next().unwrap_or_default().to_owned();
    assert!(first("production").contains("PROD"), "{}", first("production"));
    assert!(first("read only").contains("RO"), "{}", first("read only"));
}

#[test]
fn what_a_terminal_of_ascii_cannot_show_is_seen_to_be_missing() {
    let stage = Stage::at_cases(80, 24, 10, None);
    let text = letters(&stage, "vt100", Colours::Sixteen, false);
    let whole = letters(&stage, "vt100", Colours::Sixteen, true);
    assert!(whole.contains("宽字符 テスト") && text.contains("?????? ??????"), "{text}");
    let place = |text: &str| text.lines().filter_map(|line| line.find("In Progress")).collect::<Vec<_>>();
    assert!(!place(&text).is_empty());
}

#[test]
fn row_1_keeps_the_environment_and_whether_writing_is_possible_longest() {
    for width in [60, 80, 100, 120] {
        let identity = Identity {
            environment: "a-rather-long-name-of-an-env".into(),
            badge: "PROD".into(),
            production: true,
            writes: Writes::Locked("so".into()),
            user: "anna.moss@contoso.example".into(),
            ..stage::identity()
        };
        let desk = Desk::of(identity, width, 24);
        let row = desk.stage.row(1);
        for part in ["a-rather-long-name-of-an-env", "PROD", "RO", "Cases"] {
            assert!(row.contains(part), "{width}: {row}");
        }
        assert!(width < 120 || row.contains("anna.moss"), "{row}");
    }
}

#[test]
fn help_is_the_last_hint_to_go() {
    for width in [60, 80, 100, 120] {
        let mut stage = Stage::at_cases(width, 24, 3, None);
        stage.app.drawn();
        let row = stage.row(24);
        assert!(row.trim_end().ends_with("? keys"), "{width}: {row}");
        assert!(row.contains("Enter"), "{width}: {row}");
    }
}

#[test]
fn a_terminal_that_is_too_small_is_told_so_and_what_q_does() {
    for (width, height) in [(59, 24), (40, 10), (80, 15)] {
        let mut stage = Stage::at_cases(80, 24, 3, None);
        stage.resize(width, height);
        let screen = stage.screen();
        assert!(screen.starts_with("dv needs 60x16"), "{screen}");
        assert!(screen.contains("q quits"), "{screen}");
        assert!(screen.lines().filter(|line| !line.is_empty()).count() <= 2, "{screen}");
    }
}
