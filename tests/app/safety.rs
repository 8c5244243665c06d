//! Keys at random against a server that counts: what reaches it without an answer to a question, and what reaches it
//! from a session that cannot write.

use std::path::{Path, PathBuf};

use dvtui::app::key::Key;
use dvtui::sandbox::Ready;
use dvtui::tui::Start;

use crate::fingers::{Fingers, Stroke, seed};
use crate::program::Program;

/// Where keys are pressed: what leads there from the cases, and what is seen there.
const PLACES: &[(&str, &str)] = &[
    ("/ esc", "CAS-"),
    ("1", "1 Form"),
    ("2", "incidentid"),
    ("4", "4 Timeline"),
    ("w", "included, sent to"),
    ("g t", "Logical name"),
    ("g e", "Contoso"),
];

/// What the hands at the keys do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hands {
    /// They answer questions that they see.
    Answering,
    /// They never answer a question about a write.
    Never,
    /// They answer all of them but the one that unlocks writes, as long as they are in an environment of this kind.
    In(&'static str),
}

/// Files and what is in them.
type Kept = Vec<(PathBuf, Vec<u8>)>;

/// The first environment, which can be written to.
fn sandbox(_: &Ready, _: &mut Start) {}

fn flagged(_: &Ready, start: &mut Start) {
    start.read_only = true;
}

fn in_production(ready: &Ready, start: &mut Start) {
    start.url = Some(ready.environments[1].url.clone());
}

/// A program in which an update, a delete, a note and a cancellation wait.
async fn with_all_kinds(change: impl FnOnce(&Ready, &mut Start)) -> Program {
    let mut program = Program::start_with(change).await;
    program.go_to_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    program.keys("j D");
    program.wait_for("~2 pending").await;
    program.keys("j x n");
    program.wait_for("Note on CAS-").await;
    program.keys("N ctrl-d");
    program.wait_for("~3 pending").await;
    program.keys("j x c");
    program.wait_for("~4 pending").await;
    program
}

/// The screen in one line.
fn in_one_line(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text that a question on the screen wants.
fn wanted(screen: &str) -> Option<String> {
    let line = in_one_line(screen);
    let (_, behind) = line.rsplit_once("? Type ").or_else(|| line.rsplit_once(". Type "))?;
    behind.split_once(':').map(|(text, _)| text.to_owned())
}

/// How many changes the question on the screen is about; none where nothing is asked about a write.
fn asked(screen: &str) -> usize {
    let line = in_one_line(screen);
    let is_asked = wanted(screen).is_some() || ["y yes", "Y yes"].iter().any(|keys| screen.contains(keys));
    let many = line.rsplit_once(" Send ").and_then(|(_, behind)| behind.split(' ').next()?.parse().ok());
    match is_asked && !screen.contains("Unlock writes") {
        true => many.unwrap_or(1),
        false => 0,
    }
}

/// The keys that confirm what is asked on the screen, a question about a write.
fn confirmation(screen: &str) -> Vec<Key> {
    if screen.contains("Unlock writes") {
        return vec![];
    }
    if let Some(text) = wanted(screen) {
        let clear = std::iter::once(Key::Ctrl('u'));
        return clear.chain(text.chars().map(Key::Char)).chain([Key::Enter]).collect();
    }
    let asked = ['y', 'Y'].into_iter().find(|key| screen.contains(&format!("{key} yes")));
    asked.map(Key::Char).into_iter().collect()
}

/// Puts the journal back that there was at first, and forgets how columns were arranged: keys have dropped changes and
/// hidden columns. Answers what there was at first.
fn begin_anew(state: &Path, first: Option<Kept>) -> Kept {
    let files = |name: &str| {
        let all = std::fs::read_dir(state).unwrap().map(|entry| entry.unwrap().path());
        let is_of = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(name);
        all.filter(is_of).collect::<Vec<_>>()
    };
    let read = |path: PathBuf| (path.clone(), std::fs::read(path).unwrap());
    let first = first.unwrap_or_else(|| files("journal").into_iter().map(read).collect());
    for path in files("journal").into_iter().chain(files("layouts.toml")) {
        std::fs::remove_file(path).unwrap();
    }
    for (path, bytes) in &first {
        std::fs::write(path, bytes).unwrap();
    }
    first
}

/// Presses so many keys at every place and asks the server after each what it got: never more than what was confirmed.
/// Answers how often that was tried.
async fn mash(
    mut program: Program,
    seed: u64,
    keys: usize,
    hands: Hands,
    change: fn(&Ready, &mut Start),
) -> usize {
    let (mut confirmed, mut allowed, mut staged) = (0, 0, None);
    let mut fingers = Fingers::new(seed, hands != Hands::Never);
    for (place, seen) in PLACES {
        let mut left = keys;
        while left > 0 {
            program = program
                .start_again_with(|ready, start| {
                    staged = Some(begin_anew(&start.state_folder, staged.take()));
                    change(ready, start);
                })
                .await;
            // What was confirmed has been sent by now; what is left of it allows nothing more.
            let mut written = program.writes().await.len();
            assert!(written <= allowed, "seed {seed}: {written} writes, {allowed} confirmed");
            allowed = written;
            let mut known =
                program.requests().await.last().map_or(0, |request| request["n"].as_u64().unwrap());
            program
                .wait_until("pending changes", |screen| {
                    screen.contains("pending") && screen.contains("Logical name")
                })
                .await;
            program.keys("/ i n c i d e n t enter");
            program.wait_for("CAS-").await;
            program.keys(place);
            program.wait_for(seen).await;
            for _ in 0..left.min(100) {
                left -= 1;
                let screen = program.shown();
                let answers = match hands {
                    Hands::Answering => true,
                    Hands::Never => false,
                    Hands::In(kind) => screen.lines().next().is_some_and(|row| row.contains(kind)),
                };
                let at_once = hands == Hands::Answering && asked(&screen) > 0 && fingers.below(2) == 0;
                let strokes = match fingers.press() {
                    Stroke::Key(key) if !at_once => vec![key],
                    _ if answers => confirmation(&screen),
                    _ => vec![],
                };
                confirmed += usize::from(
                    strokes.contains(&Key::Char('y'))
                        || strokes.contains(&Key::Char('Y'))
                        || strokes.len() > 1,
                );
                for key in strokes {
                    let screen = program.shown();
                    let is_typed = wanted(&screen).is_some() && key == Key::Enter;
                    let is_answer = is_typed || matches!(key, Key::Char('y' | 'Y'));
                    let unlocks = is_typed && screen.contains("Unlock writes");
                    let unseen = hands == Hands::Answering && is_answer && asked(&screen) == 0;
                    if (is_answer && !answers) || unlocks || unseen {
                        continue;
                    }
                    if is_answer && hands == Hands::Answering {
                        allowed += asked(&screen);
                    }
                    if !program.press(key) {
                        continue;
                    }
                    for request in program.requests_since(known).await {
                        known = request["n"].as_u64().unwrap();
                        written += usize::from(request["origin"] == "api" && request["method"] != "GET");
                        let shown = program.shown();
                        assert!(written <= allowed, "seed {seed}, {place}, {key}: {request}\n{shown}");
                    }
                }
            }
        }
    }
    // Everything that was typed is taken, and everything that was sent is answered.
    program = program.start_again_with(change).await;
    let writes = program.writes().await;
    assert!(writes.len() <= allowed, "seed {seed}: {allowed} were confirmed: {writes:?}");
    let reads = program.api_paths().await.len();
    assert!(reads > keys, "only {reads} requests: the keys led nowhere");
    confirmed
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_written_than_questions_on_the_screen_were_about() {
    let program = with_all_kinds(sandbox).await;
    let confirmed = mash(program, 15, 60, Hands::Answering, sandbox).await;
    assert!(confirmed > 3, "only {confirmed} questions were answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn random_keys_that_answer_no_question_write_nothing() {
    let program = with_all_kinds(sandbox).await;
    mash(program, 12, 40, Hands::Never, sandbox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_with_the_read_only_flag_writes_nothing_whatever_is_confirmed() {
    let program = with_all_kinds(sandbox).await;
    let confirmed = mash(program, 13, 40, Hands::In(""), flagged).await;
    assert!(confirmed > 3, "only {confirmed} questions were confirmed");
}

/// What was staged while production was unlocked, sent while it is locked.
async fn mash_locked_production(seed: u64, keys: usize) -> usize {
    let program = with_all_kinds(|ready, start| {
        in_production(ready, start);
        start.unlocked = true;
    });
    let locked = |ready: &Ready, start: &mut Start| {
        in_production(ready, start);
        start.unlocked = false;
    };
    mash(program.await, seed, keys, Hands::In("PROD"), locked).await
}

#[tokio::test(flavor = "multi_thread")]
async fn locked_production_gets_no_write_whatever_is_confirmed() {
    let confirmed = mash_locked_production(14, 40).await;
    assert!(confirmed > 3, "only {confirmed} questions were confirmed");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "10,000 keys take minutes"]
async fn no_more_is_written_than_questions_were_about_over_10_000_keys() {
    let program = with_all_kinds(sandbox).await;
    mash(program, seed(), 10_000 / PLACES.len(), Hands::Answering, sandbox).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "10,000 keys take minutes"]
async fn ten_thousand_random_keys_that_answer_no_question_write_nothing() {
    let program = with_all_kinds(sandbox).await;
    mash(program, seed(), 10_000 / PLACES.len(), Hands::Never, sandbox).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "10,000 keys take minutes"]
async fn a_session_with_the_read_only_flag_writes_nothing_over_10_000_keys() {
    let program = with_all_kinds(sandbox).await;
    let confirmed = mash(program, seed(), 10_000 / PLACES.len(), Hands::In(""), flagged).await;
    assert!(confirmed > 100, "only {confirmed} questions were confirmed");
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "10,000 keys take minutes"]
async fn locked_production_gets_no_write_over_10_000_keys() {
    let confirmed = mash_locked_production(seed(), 10_000 / PLACES.len()).await;
    assert!(confirmed > 100, "only {confirmed} questions were confirmed");
}
