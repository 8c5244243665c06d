//! What it takes to send: ux 2.4 for every verb, with the counts of amendment 11.

use dvtui::app::key::Key;
use dvtui::app::overlay::{Overlay, prompt};
use dvtui::app::session::Identity;

use crate::desk::Desk;
use crate::service::{Cases, Service, person, production};

/// So many records.
const RECORDS: [usize; 3] = [1, 2, 10];
/// What is asked for where only their number matters: elsewhere, and in production.
const BY_COUNT: ([&str; 3], [&str; 3]) = (["y", "y", "10"], ["Y", "2", "10 prod"]);
/// The first case of the list.
const FIRST: &str = "CAS-00000-A1B2C3";

/// A verb, how it is staged on so many records, and what its send asks for.
struct Verb {
    name: &'static str,
    cases: Cases,
    stage: fn(Service, &mut Desk, usize),
    asks: ([&'static str; 3], [&'static str; 3]),
}

const fn verb(name: &'static str, stage: fn(Service, &mut Desk, usize)) -> Verb {
    Verb { name, cases: Cases::Open, stage, asks: BY_COUNT }
}

/// Every verb that writes.
const VERBS: &[Verb] = &[
    verb("update", |service, desk, records| on_marked(service, desk, records, "c o e")),
    verb("follow-up", |service, desk, records| {
        on_marked(service, desk, records, "x f");
        service.text(desk, "tom");
        service.keys(desk, "Enter");
    }),
    verb("assign", |service, desk, records| {
        on_marked(service, desk, records, "x a");
        service.text(desk, "us");
        service.keys(desk, "Enter");
    }),
    verb("assign to me", |service, desk, records| on_marked(service, desk, records, "x m")),
    verb("create", |service, desk, records| {
        for _ in 0..records {
            written(service, desk, "a", "Printer jam on floor 3");
        }
    }),
    verb("duplicate", |service, desk, records| {
        service.keys(desk, "Enter");
        for _ in 0..records {
            service.keys(desk, "A Ctrl-D");
        }
    }),
    verb("child case", |service, desk, records| {
        on_each(service, desk, records, |desk| written(service, desk, "x v", "Second jam"));
    }),
    verb("note", |service, desk, records| on_marked_written(service, desk, records, "x n")),
    verb("task", |service, desk, records| on_marked_written(service, desk, records, "x t")),
    verb("phone call", |service, desk, records| on_marked_written(service, desk, records, "x p")),
    verb("resolve", |service, desk, records| on_marked_written(service, desk, records, "x r")),
    verb("cancel", |service, desk, records| on_marked(service, desk, records, "x c")),
    Verb {
        cases: Cases::Resolved,
        ..verb("reactivate", |service, desk, records| on_marked(service, desk, records, "x o"))
    },
    verb("to queue", |service, desk, records| {
        on_marked(service, desk, records, "x q");
        service.text(desk, "que");
        service.keys(desk, "Enter");
    }),
    verb("run a workflow", |service, desk, records| {
        on_marked(service, desk, records, "x w");
        service.keys(desk, "e");
    }),
    verb("pick", |service, desk, records| {
        on_each(service, desk, records, |desk| service.keys(desk, "x k"));
    }),
    verb("release", |service, desk, records| {
        let service = Service { worked_on: true, ..service };
        on_each(service, desk, records, |desk| service.keys(desk, "x l"));
    }),
    // A merge touches the row that it goes into as well: one is two records, nine into the same row are ten.
    Verb {
        asks: (["merge 2", "merge 2", "merge 10"], ["merge 2 prod", "merge 2 prod", "merge 10 prod"]),
        ..verb("merge", |service, desk, records| {
            on_each(service, desk, records.max(2) - 1, |desk| merge(service, desk));
        })
    },
    Verb {
        asks: (["delete", "delete 2", "delete 10"], [FIRST, "delete 2 prod", "delete 10 prod"]),
        ..verb("delete", |service, desk, records| on_marked(service, desk, records, "D"))
    },
];

/// Several verbs at once: what is staged, and what is asked for elsewhere and in production.
type Mixed = (&'static str, fn(Service, &mut Desk), &'static str, &'static str);

/// The highest tier of any of them applies; rows count once, and what is made counts only where nothing else does.
const MIXED: &[Mixed] = &[
    ("a change and a note of one row", |service, desk| mix(service, desk, &["c o e", "note"]), "y", "Y"),
    ("two notes on one row", |service, desk| mix(service, desk, &["note", "note"]), "y", "2"),
    (
        "a change, and a note on another row",
        |service, desk| mix(service, desk, &["c o e", "j", "note"]),
        "y",
        "Y",
    ),
    (
        "changes of two rows and a note",
        |service, desk| mix(service, desk, &["c o e", "note", "j", "c o e"]),
        "y",
        "2",
    ),
    ("a change and a new row", |service, desk| mix(service, desk, &["c o e", "new"]), "y", "Y"),
    (
        "nine changes and a new row",
        |service, desk| {
            on_marked(service, desk, 9, "c o e");
            mix(service, desk, &["new"]);
        },
        "y",
        "9",
    ),
    (
        "a change, a cancellation and a queue of one row",
        |service, desk| mix(service, desk, &["c o e", "x c", "queue"]),
        "y",
        "Y",
    ),
    (
        "a change, and the delete of the same row",
        |service, desk| mix(service, desk, &["c o e", "D"]),
        "delete",
        FIRST,
    ),
    (
        "a note, and the delete of its row",
        |service, desk| mix(service, desk, &["note", "D"]),
        "delete",
        FIRST,
    ),
    (
        "a delete among ten records",
        |service, desk| {
            mix(service, desk, &["D", "j"]);
            on_marked(service, desk, 9, "c o e");
        },
        "delete",
        FIRST,
    ),
    (
        "a merge and a change of a third row",
        |service, desk| mix(service, desk, &["merge", "j", "c o e"]),
        "merge 3",
        "merge 3 prod",
    ),
    (
        "a merge and a delete",
        |service, desk| mix(service, desk, &["merge", "j", "D"]),
        "delete 3",
        "delete 3 prod",
    ),
    (
        "two deletes and a note on a third row",
        |service, desk| mix(service, desk, &["D", "j", "D", "j", "note"]),
        "delete 2",
        "delete 2 prod",
    ),
    (
        "the end of a case and of its open task",
        |service, desk| {
            let service = Service { open_task: true, ..service };
            service.keys(desk, "x r");
            service.text(desk, "Drum");
            service.keys(desk, "Tab Tab Tab c Ctrl-D");
        },
        "y",
        "2",
    ),
    (
        "the end of the open task of a case alone",
        |service, desk| {
            let service = Service { open_task: true, ..service };
            service.keys(desk, "x r");
            service.text(desk, "Drum");
            service.keys(desk, "Tab Tab Tab c Ctrl-D");
            // The case is taken out of the send.
            service.keys(desk, "w G Space");
        },
        "y",
        "Y",
    ),
];

/// Marks so many rows and stages something on them.
fn on_marked(service: Service, desk: &mut Desk, records: usize, keys: &str) {
    service.keys(desk, &"Space ".repeat(records));
    service.keys(desk, keys);
}

fn on_marked_written(service: Service, desk: &mut Desk, records: usize, keys: &str) {
    service.keys(desk, &"Space ".repeat(records));
    written(service, desk, keys, "Called");
}

/// The same on one row after the other.
fn on_each(service: Service, desk: &mut Desk, records: usize, mut act: impl FnMut(&mut Desk)) {
    for _ in 0..records {
        act(desk);
        service.keys(desk, "j");
    }
}

/// Opens a form, types a text and stages it.
fn written(service: Service, desk: &mut Desk, keys: &str, text: &str) {
    service.keys(desk, keys);
    service.text(desk, text);
    service.keys(desk, "Ctrl-D");
}

fn merge(service: Service, desk: &mut Desk) {
    service.keys(desk, "x g");
    service.text(desk, "CAS");
    service.keys(desk, "Enter");
}

/// Stages one after the other on the row under the cursor.
fn mix(service: Service, desk: &mut Desk, steps: &[&str]) {
    for step in steps {
        match *step {
            "note" => written(service, desk, "x n", "Called"),
            "new" => written(service, desk, "a", "Printer jam on floor 3"),
            "merge" => merge(service, desk),
            "queue" => {
                service.keys(desk, "x q");
                service.text(desk, "que");
                service.keys(desk, "Enter");
            }
            keys => service.keys(desk, keys),
        }
    }
}

fn is_asked(desk: &Desk) -> bool {
    matches!(desk.stage.app.overlays.last(), Some(Overlay::Prompt(_)))
}

/// Asks for what waits to be sent; `w` alone does for the change of one record.
fn ask(desk: &mut Desk, what: &str) {
    desk.keys("w");
    if !is_asked(desk) {
        desk.keys("s");
    }
    assert!(is_asked(desk), "{what}: {}", desk.screen());
}

/// Presses a key without a frame after it.
fn unseen(desk: &mut Desk, key: Key) {
    desk.stage.press(key);
}

/// Exactly this confirms the send of what is staged, and nothing else does.
fn asks_for(desk: &Desk, wanted: &str, what: &str) {
    let again = || Desk { stage: desk.stage.clone() };
    let is_key = ["y", "Y"].contains(&wanted);
    let answer = |desk: &mut Desk| {
        desk.text(wanted);
        if !is_key {
            assert!(!desk.sends(), "{what}: `{wanted}` without Enter");
            desk.keys("Enter");
        }
    };

    // The keys that led here, Enter, Space, and the small letter in production.
    let mut asked = again();
    ask(&mut asked, what);
    let other = if wanted == "y" { "Y" } else { "y" };
    for wrong in ["Enter", "Space", "s", "w", "s Enter", "w Enter", "Space Enter", other, "Enter"] {
        asked.keys(wrong);
        assert!(!asked.sends(), "{what}: {wrong} confirms");
        assert!(is_asked(&asked), "{what}: {wrong} ends the question");
    }

    // Texts that are not the one.
    let (short, longer) = (&wanted[..wanted.len() - 1], format!("{wanted}1"));
    let wrong =
        ["", "y", "Y", "yes", "1", "11", "delete", "delete 1", "merge", "prod", "2 uat", short, &longer];
    // Where a number is wanted, other characters are not taken.
    let taken = |wrong: &str| match wanted.bytes().all(|byte| byte.is_ascii_digit()) {
        true => wrong.chars().filter(char::is_ascii_digit).collect(),
        false => wrong.to_owned(),
    };
    for wrong in
        wrong.into_iter().filter(|wrong| taken(wrong) != wanted && !(is_key && wrong.contains(wanted)))
    {
        let mut asked = again();
        ask(&mut asked, what);
        for c in wrong.chars() {
            asked.press(Key::Char(c));
            assert!(!asked.sends(), "{what}: {c} of `{wrong}` confirms");
        }
        asked.keys("Enter");
        assert!(!asked.sends(), "{what}: `{wrong}` confirms");
    }

    // What was typed before the question was drawn.
    let mut queued = again();
    unseen(&mut queued, Key::Char('w'));
    if !is_asked(&queued) {
        unseen(&mut queued, Key::Char('s'));
    }
    for c in wanted.chars() {
        unseen(&mut queued, Key::Char(c));
        assert!(!queued.sends(), "{what}: {c} confirms a question that nobody saw");
    }
    unseen(&mut queued, Key::Enter);
    assert!(!queued.sends(), "{what}: confirmed before it was drawn");
    queued.stage.app.drawn();
    queued.keys("Enter");
    assert!(!queued.sends(), "{what}: what was typed before the frame counts");

    let mut asked = again();
    ask(&mut asked, what);
    answer(&mut asked);
    assert!(asked.sends(), "{what}: `{wanted}` does not confirm\n{}", asked.screen());
}

/// What is asked, as it stands on the screen, in one line.
fn question(desk: &Desk) -> String {
    let Some(Overlay::Prompt(prompt)) = desk.stage.app.overlays.last() else { panic!("{}", desk.screen()) };
    let (text, screen) = (prompt::text(&desk.stage.app, &prompt.question), desk.screen());
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    assert!(letters(&screen).contains(&letters(&text)), "`{text}` is not all seen:\n{screen}");
    text
}

/// The question says what it is about: the row, or how many, the badge of production, and what is gone for good.
fn tells(desk: &Desk, verb: &str, records: usize, in_production: bool) {
    let mut desk = Desk { stage: desk.stage.clone() };
    ask(&mut desk, verb);
    let question = question(&desk);
    let about = match (records, verb) {
        (1, "create" | "duplicate") => "case Printer jam on floor 3".to_owned(),
        (1, _) => FIRST.to_owned(),
        (2, "merge") => format!("{FIRST} into Case 1"),
        (records, _) => format!("{records} records"),
    };
    assert!(question.to_lowercase().contains(&about.to_lowercase()), "{verb}, {about}: {question}");
    assert!(!in_production || question.contains("PROD"), "{verb}: {question}");
    let count = if verb == "merge" { records - 1 } else { records };
    let gone = format!(" {count} record{} for good.", if count == 1 { "" } else { "s" });
    let is_final = ["delete", "merge"].contains(&verb);
    assert_eq!(question.ends_with(&gone), is_final, "{verb}: {question}");
}

fn environments() -> [(Identity, bool); 2] {
    [(person(), false), (production(), true)]
}

#[test]
fn each_verb_asks_for_what_its_records_and_the_environment_want() {
    for verb in VERBS {
        for (identity, in_production) in environments() {
            let asks = if in_production { verb.asks.1 } else { verb.asks.0 };
            for (records, wanted) in RECORDS.into_iter().zip(asks) {
                let service = Service::of(verb.cases, 12);
                let mut desk = service.at_cases(identity.clone(), 80, 24);
                (verb.stage)(service, &mut desk, records);
                let what = format!("{} of {records} in {}", verb.name, identity.badge);
                assert!(desk.pending() > 0, "{what}: {}", desk.screen());
                asks_for(&desk, wanted, &what);
                let touched = if verb.name == "merge" { records.max(2) } else { records };
                tells(&desk, verb.name, touched, in_production);
            }
        }
    }
}

#[test]
fn the_change_of_one_record_is_asked_for_at_once_and_everything_else_is_reviewed() {
    for verb in VERBS {
        let service = Service::of(verb.cases, 12);
        let mut desk = service.at_cases(person(), 80, 24);
        (verb.stage)(service, &mut desk, 1);
        desk.keys("w");
        let is_change = ["update", "follow-up", "assign", "assign to me"].contains(&verb.name);
        assert_eq!(is_asked(&desk), is_change, "{}: {}", verb.name, desk.screen());
    }
}

#[test]
fn a_question_names_the_row_that_changes_and_not_one_that_only_gets_a_note() {
    let service = Service::of(Cases::Open, 12);
    let mut desk = service.at_cases(person(), 80, 24);
    mix(service, &mut desk, &["D", "j", "note"]);
    ask(&mut desk, "a delete and a note elsewhere");
    let question = question(&desk);
    assert!(question.starts_with(&format!("Send 2 changes on {FIRST} and 1 new one to")), "{question}");
}

#[test]
fn verbs_together_ask_for_what_the_gravest_of_them_wants() {
    for (name, stage, elsewhere, there) in MIXED {
        for ((identity, _), wanted) in environments().into_iter().zip([*elsewhere, *there]) {
            let service = Service::of(Cases::Open, 12);
            let mut desk = service.at_cases(identity.clone(), 80, 24);
            stage(service, &mut desk);
            assert!(desk.pending() > 0, "{name}: {}", desk.screen());
            asks_for(&desk, wanted, &format!("{name} in {}", identity.badge));
        }
    }
}
