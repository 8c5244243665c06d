//! No key reaches the server but through a question that was seen and answered.

use std::collections::BTreeSet;

use dvtui::app::event::Event;
use dvtui::app::key::{Input, Key};
use dvtui::app::overlay::Overlay;
use dvtui::app::overlay::prompt::{self, Confirm, Question};
use dvtui::app::pending::{Item, OperationKind, Pending, Sent};
use dvtui::app::session::{Identity, Session, Writes};
use dvtui::app::{App, Screen};
use proptest::prelude::*;

use crate::desk::Desk;
use crate::fingers::{Fingers, Stroke, seed};
use crate::service::{Cases, Service, person, production};

/// So many keys are pressed before somebody begins anew at the same screen.
const AT_A_STRETCH: usize = 60;

/// Where keys are pressed, and the keys that lead there from the cases.
const PLACES: &[(&str, &str)] = &[
    ("grid", ""),
    ("grid with marks", "Space Space Space"),
    ("form", "Enter"),
    ("json", "Enter 2"),
    ("related", "Enter 3"),
    ("timeline", "Enter 4"),
    ("review", "c p l j x n N o t e Ctrl-D j D a N e w Ctrl-D j j x r S o Ctrl-D w"),
    ("question of one row", "c o e w"),
    ("question of several", "Space Space Space c o e w s"),
    ("question of a delete", "D w s"),
    ("form of a note", "x n N o t e"),
    ("form of a resolution", "x r S o"),
    ("new row", "a N e w"),
    ("lookup", "x q q"),
    ("menu of workflows", "x w"),
    ("menu of a choice", "c p"),
    ("editor", "e"),
    ("palette", ": a s s"),
    ("tables", "g t"),
    ("environments", "g e"),
    ("log", "g l"),
    ("help", "?"),
];

/// A question as it stood on the screen.
struct Asked {
    question: Question,
    text: String,
    confirm: Confirm,
    /// All letters of the last frame that it was in.
    frame: String,
    /// The keys since the first one.
    keys: Vec<Key>,
}

/// A desk at which somebody presses keys, and whoever watches it.
struct Watched {
    desk: Desk,
    service: Service,
    asked: Option<Asked>,
    confirmed: usize,
    name: String,
}

/// What is on its way, or waits for what is.
fn on_its_way(pending: &Pending) -> BTreeSet<Item> {
    let rows = pending.rows().iter().filter(|row| row.is_sending()).map(|row| Item::Row(row.key()));
    let operations = pending.operations().iter().filter(|operation| operation.is_sending());
    rows.chain(operations.map(|operation| Item::Operation(operation.id))).collect()
}

/// What the effects of the last event send.
fn sent(desk: &Desk) -> BTreeSet<Item> {
    let pending = &desk.stage.app.pending;
    let items = crate::stage::sent(&desk.stage.effects).into_iter().map(|sent| match sent {
        Sent::Update(id, _) => Item::Row(pending.sent_as(id).expect("a row is sent").key()),
        Sent::Operation(id, _) => {
            Item::Operation(pending.operation_sent_as(id).expect("an operation is sent").id)
        }
    });
    items.collect()
}

fn letters(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What a question has to say of these items: the row, or how many rows there are.
fn told(pending: &Pending, items: &[Item]) -> String {
    let operations: Vec<_> = items.iter().filter_map(|item| pending.operation_of(item)).collect();
    let is_new = |item: &Item| {
        pending.operation_of(item).is_some_and(|operation| operation.kind == OperationKind::Create)
    };
    let old = items.iter().filter(|item| !is_new(item)).filter_map(|item| pending.row_of(item));
    let into = operations.iter().filter(|operation| operation.kind == OperationKind::Merge);
    let rows: BTreeSet<_> = old.chain(into.filter_map(|merge| merge.into.clone())).collect();
    let count = if rows.is_empty() { items.len() } else { rows.len() };
    let name = |item: &Item| match item {
        Item::Row(key) => pending.row(&key.table, key.id).map(|row| row.target.name.clone()),
        Item::Operation(id) => {
            let operation = pending.operation(*id)?;
            let about = operation.about.as_ref().map(|target| target.name.clone());
            Some(about.unwrap_or_else(|| operation.title.chars().skip(1).take(20).collect()))
        }
    };
    match (count, items) {
        // A merge names both of its rows.
        (_, [one]) => letters(&name(one).unwrap_or_default()),
        (1, items) => {
            let old = items.iter().find(|item| !is_new(item));
            letters(&old.and_then(name).unwrap_or_default())
        }
        (count, _) => format!("{count}records"),
    }
}

impl Watched {
    fn at(identity: Identity, keys: &str, name: &str) -> Self {
        let service = Service::of(Cases::Mixed, 12);
        let mut desk = service.at_cases(identity, 80, 24);
        service.keys(&mut desk, keys);
        let name = name.to_owned();
        let mut watched = Self { desk, service, asked: None, confirmed: 0, name };
        watched.draw();
        watched
    }

    /// The same desk once more, looked at anew.
    fn again(&self) -> Self {
        let desk = Desk { stage: self.desk.stage.clone() };
        let mut watched = Self { desk, asked: None, name: self.name.clone(), ..*self };
        watched.draw();
        watched
    }

    fn app(&self) -> &App {
        &self.desk.stage.app
    }

    fn question(&self) -> Option<&Question> {
        match self.app().overlays.last() {
            Some(Overlay::Prompt(prompt)) => Some(&prompt.question),
            _ => None,
        }
    }

    fn draw(&mut self) {
        self.desk.stage.app.drawn();
        let Some(question) = self.question().cloned() else {
            self.asked = None;
            return;
        };
        let frame = letters(&self.desk.screen());
        let (text, confirm) = (prompt::text(self.app(), &question), prompt::confirm(self.app(), &question));
        let before = self.asked.take().filter(|asked| asked.question == question && asked.text == text);
        let keys = before.map(|asked| asked.keys).unwrap_or_default();
        self.asked = Some(Asked { question, text, confirm, frame, keys });
    }

    /// Whatever goes out without a key has been confirmed before.
    fn confirmed_before(desk: &Desk, before: &BTreeSet<Item>, name: &str) {
        for item in sent(desk).union(&on_its_way(&desk.stage.app.pending)) {
            assert!(before.contains(item), "{name}: {item:?} goes out by itself");
        }
    }

    /// Presses a key, and judges what it sent by what was on the screen.
    fn press(&mut self, key: Key, drawn: bool, luck: u8) {
        let before = on_its_way(&self.app().pending);
        let question = self.question().cloned();
        let typed = match self.app().overlays.last() {
            Some(Overlay::Prompt(prompt)) => prompt.typed.text().trim().to_owned(),
            _ => String::new(),
        };
        let wanted = question.as_ref().map(|question| {
            let items = match question {
                Question::Save { row, .. } => vec![Item::Row(row.clone())],
                Question::Send { items, .. } => items.clone(),
                _ => vec![],
            };
            (prompt::text(self.app(), question), told(&self.app().pending, &items), items)
        });
        self.desk.stage.press(key);
        let new: BTreeSet<Item> = on_its_way(&self.app().pending)
            .union(&sent(&self.desk))
            .filter(|item| !before.contains(item))
            .cloned()
            .collect();
        let name = format!("{} {key}", self.name);
        if !new.is_empty() {
            self.confirmed += 1;
            let asked = self.asked.as_ref().unwrap_or_else(|| panic!("{name}: {new:?} without a question"));
            let (text, told, items) = wanted.unwrap_or_else(|| panic!("{name}: nothing was asked any more"));
            assert_eq!(Some(&asked.question), question.as_ref(), "{name}: another question was seen");
            assert_eq!(asked.text, text, "{name}: other words were seen");
            assert!(new.iter().all(|item| items.contains(item)), "{name}: more than was asked for");
            let text = letters(&text);
            assert!(text.contains(&told), "{name}: `{told}` is not in the question: {text}");
            assert!(
                asked.frame.contains(&text),
                "{name}: `{text}` was not all on the screen: {}",
                asked.frame
            );
            match &asked.confirm {
                Confirm::Key(c) => {
                    assert!(['y', 'Y'].contains(c) && key == Key::Char(*c), "{name} confirms");
                }
                Confirm::Text(wanted) => {
                    let mut seen = asked.keys.iter();
                    assert!(!wanted.is_empty() && key == Key::Enter && typed == *wanted, "{name} confirms");
                    assert!(
                        wanted.chars().all(|c| seen.any(|key| *key == Key::Char(c))),
                        "{name}: `{wanted}` was typed before it was asked for"
                    );
                }
            }
        }
        if let Some(asked) = &mut self.asked {
            asked.keys.push(key);
        }
        self.answer(luck);
        let before = on_its_way(&self.app().pending);
        self.desk.stage.later(300); // long enough for what is typed to be searched for
        Self::confirmed_before(&self.desk, &before, &self.name);
        self.answer(luck);
        if drawn {
            self.draw();
        }
    }

    fn answer(&mut self, luck: u8) {
        let mut before = on_its_way(&self.app().pending);
        let name = &self.name;
        self.service.answer_seeing(&mut self.desk, luck, |desk| {
            Self::confirmed_before(desk, &before, name);
            before = on_its_way(&desk.stage.app.pending);
        });
    }

    /// The program was left, or nobody is signed in any more.
    fn is_over(&self) -> bool {
        self.app().leaving || self.app().session.identity().is_none()
    }

    /// What would be typed now to confirm what is asked.
    fn confirmation(&self) -> Vec<Key> {
        let Some(question) = self.question() else { return vec![] };
        match prompt::confirm(self.app(), question) {
            Confirm::Key(c) => vec![Key::Char(c)],
            Confirm::Text(text) => {
                let clear = std::iter::once(Key::Ctrl('u'));
                clear.chain(text.chars().map(Key::Char)).chain([Key::Enter]).collect()
            }
        }
    }

    /// Enter would confirm: what is typed is what is asked for.
    fn is_confirmation(&self, key: Key) -> bool {
        let Some(Overlay::Prompt(prompt)) = self.app().overlays.last() else { return false };
        match prompt::confirm(self.app(), &prompt.question) {
            Confirm::Key(c) => key == Key::Char(c),
            Confirm::Text(text) => key == Key::Enter && prompt.typed.text().trim() == text,
        }
    }
}

/// What the hands at the keys do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hands {
    /// They answer questions.
    Confirming,
    /// They never answer any.
    Never,
    /// They answer all questions but the one that unlocks writes.
    NotUnlocking,
}

/// Presses so many keys at a place, and answers how many sends were confirmed.
fn mash(begin: &Watched, seed: u64, keys: usize, hands: Hands) -> usize {
    let mut fingers = Fingers::new(seed, hands != Hands::Never);
    let mut confirmed = 0;
    let mut pressed = 0;
    while pressed < keys {
        let mut watched = begin.again();
        watched.name = format!("seed {seed}, {}", watched.name);
        for _ in 0..AT_A_STRETCH {
            let answers = hands != Hands::Never && watched.question().is_some() && fingers.below(4) == 0;
            let strokes = match fingers.press() {
                Stroke::Key(key) if !answers => vec![key],
                _ => watched.confirmation(),
            };
            for key in strokes {
                pressed += 1;
                let unlocks = watched.question() == Some(&Question::Unlock);
                let kept = match hands {
                    Hands::Confirming => false,
                    Hands::Never => watched.is_confirmation(key),
                    Hands::NotUnlocking => unlocks && watched.is_confirmation(key),
                };
                if kept {
                    continue;
                }
                let drawn = fingers.below(8) > 0;
                let luck = u8::try_from(fingers.below(256)).unwrap();
                watched.press(key, drawn, luck);
                assert!(hands == Hands::Confirming || watched.confirmed == 0, "{} {key} sent", watched.name);
            }
            if watched.is_over() || pressed >= keys {
                break;
            }
        }
        confirmed += watched.confirmed;
    }
    confirmed
}

/// The same at every place, in production and elsewhere.
fn mash_everywhere(seed: u64, keys: usize, hands: Hands) -> usize {
    let mut confirmed = 0;
    for (number, (place, to)) in (0..).zip(PLACES) {
        let at = |identity: Identity| Watched::at(identity, to, place);
        confirmed += mash(&at(person()), seed.wrapping_add(number), keys / 2, hands);
        confirmed += mash(&at(production()), seed.wrapping_add(100 + number), keys / 2, hands);
    }
    confirmed
}

/// In sessions that cannot write, with changes and operations of every kind that wait from before.
fn mash_locked(seed: u64, keys: usize) {
    const STAGED: &str =
        "c p l j x n N o t e Ctrl-D j D j j a N e w Ctrl-D j x r S o Ctrl-D j x q q Enter g g";
    let locked = |writes: Writes, to: &str, place: &str| {
        let mut watched = Watched::at(production(), STAGED, place);
        assert!(watched.desk.pending() > 4, "{}", watched.desk.screen());
        watched.desk.stage.app.session = Session::SignedIn(Identity { writes, ..production() });
        watched.service.keys(&mut watched.desk, to);
        watched.draw();
        watched
    };
    for (number, (place, to)) in (0..).zip(PLACES) {
        let flag = locked(Writes::Locked("Read-only was asked for.".into()), to, place);
        mash(&flag, seed.wrapping_add(number), keys / 2, Hands::NotUnlocking);
        let shut = locked(Writes::Closed("This is production.".into()), to, place);
        mash(&shut, seed.wrapping_add(100 + number), keys / 2, Hands::NotUnlocking);
    }
}

#[test]
fn a_write_follows_only_a_drawn_question_that_names_its_row_and_its_confirming_key() {
    let confirmed = mash_everywhere(12, 400, Hands::Confirming);
    assert!(confirmed > 30, "only {confirmed} sends were confirmed");
}

#[test]
fn whoever_never_confirms_sends_nothing() {
    assert_eq!(mash_everywhere(1_200, 400, Hands::Never), 0);
}

#[test]
fn a_session_that_cannot_write_sends_nothing_whatever_is_confirmed() {
    mash_locked(13, 400);
}

#[test]
#[ignore = "10,000 keys at each screen take minutes"]
fn a_write_follows_only_a_drawn_question_over_10_000_keys_a_screen() {
    let confirmed = mash_everywhere(seed(), 10_000, Hands::Confirming);
    assert!(confirmed > 300, "only {confirmed} sends were confirmed");
}

#[test]
#[ignore = "10,000 keys at each screen take minutes"]
fn whoever_never_confirms_sends_nothing_over_10_000_keys_a_screen() {
    assert_eq!(mash_everywhere(seed(), 10_000, Hands::Never), 0);
}

#[test]
#[ignore = "10,000 keys at each screen take minutes"]
fn a_session_that_cannot_write_sends_nothing_over_10_000_keys_a_screen() {
    mash_locked(seed(), 10_000);
}

#[test]
fn a_read_only_session_stages_nothing() {
    let identity = || Identity { writes: Writes::Locked("Read-only.".into()), ..person() };
    for (place, to) in PLACES {
        let mut fingers = Fingers::new(130, true);
        let mut watched = Watched::at(identity(), to, place);
        for _ in 0..150 {
            let Stroke::Key(key) = fingers.press() else { continue };
            watched.press(key, true, 0);
            assert_eq!(watched.desk.pending(), 0, "{place} {key}");
            if watched.is_over() {
                break;
            }
        }
    }
}

/// Every kind of thing that can be staged is, by keys that are pressed at random.
#[test]
fn random_keys_reach_every_kind_of_operation() {
    let mut kinds = BTreeSet::new();
    let mut rows = 0;
    let begin = Watched::at(person(), "", "grid");
    for seed in 0..100 {
        let mut fingers = Fingers::new(seed, false);
        let mut watched = begin.again();
        for _ in 0..AT_A_STRETCH {
            let Stroke::Key(key) = fingers.press() else { continue };
            watched.press(key, true, 0);
            let pending = &watched.app().pending;
            kinds.extend(pending.operations().iter().map(|operation| operation.kind));
            rows += pending.rows().len();
            if watched.is_over() {
                break;
            }
        }
    }
    use OperationKind::{Act, Close, Create, Delete, Merge, Reactivate};
    assert!(rows > 0);
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [Reactivate, Create, Act, Close, Merge, Delete]);
}

#[test]
fn the_places_of_the_fuzz_are_where_they_say() {
    let screen = |keys: &str| Watched::at(person(), keys, "");
    let at = |name: &str| {
        let (_, keys) = PLACES.iter().find(|(place, _)| *place == name).unwrap();
        screen(keys)
    };
    assert!(at("form").desk.is_at(|screen| matches!(screen, Screen::Record(_))));
    let review = at("review");
    assert!(review.desk.is_at(|screen| matches!(screen, Screen::Review(_))), "{}", review.desk.screen());
    assert!(at("review").desk.pending() > 3, "{}", at("review").desk.screen());
    assert!(at("tables").desk.is_at(|screen| matches!(screen, Screen::Tables(_))));
    assert!(at("environments").desk.is_at(|screen| matches!(screen, Screen::Environments(_))));
    assert!(at("log").desk.is_at(|screen| matches!(screen, Screen::Log(_))), "{}", at("log").desk.screen());
    for place in ["question of one row", "question of several", "question of a delete"] {
        assert!(at(place).question().is_some(), "{place}: {}", at(place).desk.screen());
    }
    for place in ["form of a note", "form of a resolution", "new row"] {
        assert!(matches!(at(place).app().overlays.last(), Some(Overlay::Draft(_))), "{place}");
    }
    assert!(matches!(at("lookup").app().overlays.last(), Some(Overlay::Lookup(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_key_and_no_paste_breaks_a_screen(
        seed in any::<u64>(),
        count in 1_usize..200,
        paste in ".{0,12}",
        width in 40u16..160,
        height in 10u16..50,
    ) {
        let mut watched = Watched::at(person(), "", "grid");
        let mut fingers = Fingers::new(seed, true);
        for number in 0..count {
            let Stroke::Key(key) = fingers.press() else { continue };
            if number % 17 == 0 {
                watched.desk.stage.resize(width, height);
            }
            if number % 23 == 0 {
                watched.desk.stage.event(Event::Input(Input::Paste(paste.clone())));
            }
            watched.press(key, true, number as u8);
            watched.desk.screen();
            if watched.is_over() {
                break;
            }
        }
    }
}
