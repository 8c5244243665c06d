//! What is typed, and when it counts.

use dvtui::app::App;
use dvtui::app::event::Event;
use dvtui::app::key::{Input, Key};
use dvtui::app::layout::Size;
use dvtui::app::session::{self, Way};
use dvtui::tui::input::Arrival;
use dvtui::tui::{Runner, Services, Theme, run_loop};
use futures_util::stream::iter;
use jiff::Timestamp;
use ratatui::Terminal;

use crate::program::{Deaf, Program, nowhere};
use crate::screen::Screen;

/// Runs the loop until these keys are taken; answers how many frames were drawn.
async fn frames(keys: impl Iterator<Item = Key>) -> usize {
    let home = tempfile::tempdir().unwrap();
    let services = Services::new(&nowhere(home.path())).unwrap();
    let start = session::Start {
        version: "0".into(),
        environment: None,
        places: services.places(),
        way: Way::DeviceCode,
        remote: true,
        ascii: false,
        desktop: false,
        keymap: dvtui::app::keymap::Keymap::default(),
    };
    let mut app = App::new(start, Size { width: 80, height: 24 }, Timestamp::now());
    let mut runner = Runner::new(services);
    let screen = Screen::new(80, 24);
    let mut terminal = Terminal::new(screen.clone()).unwrap();
    let keys = iter(keys.map(|key| Event::Input(Input::Key(key))));
    run_loop(&mut app, &mut runner, &mut terminal, &mut Deaf::default(), &Theme::plain(), keys)
        .await
        .unwrap();
    screen.frames()
}

#[tokio::test]
async fn keys_that_wait_are_all_taken_before_one_frame_is_drawn() {
    assert_eq!(frames((0..100).map(|_| Key::Char('j'))).await, 1);
    // Also keys that have work done: `r` reads again.
    let keys = (0..100).map(|index| Key::Char(if index % 2 == 0 { 'r' } else { 'j' }));
    assert_eq!(frames(keys).await, 1);
    let many = frames((0..5_000).map(|_| Key::Char('j'))).await;
    assert!((5..=6).contains(&many), "a flood is seen on its way: {many}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_whose_beginning_was_held_when_a_question_came_is_no_answer_to_it() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("c p h");
    program.wait_for("~1 pending").await;
    program.send(Arrival::Held(true));
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.send(Arrival::Held(false));
    program.keys("n");
    program.wait_until("the question to be gone", |screen| !screen.contains("y yes")).await;
    assert!(program.writes().await.is_empty());

    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending")).await;
    program.quit().await;
}
