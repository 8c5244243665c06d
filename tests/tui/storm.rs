//! Sizes that come in a storm.

use dvtui::tui::{Theme, view};

use crate::paint::{Dice, Wire};
use crate::sweep::stages;

/// Sizes at the ends of what there is, and one that is usual again.
const ODD: [(u16, u16); 8] = [(1, 1), (0, 0), (300, 100), (59, 16), (60, 15), (60, 16), (2, 40), (80, 24)];

/// Every screen takes the size, shows it rightly, and keeps its cursor on the screen.
fn storm(name: &str, mut stage: crate::stage::Stage, sizes: impl Iterator<Item = (u16, u16)>) {
    let mut wire = Wire::new(80, 24);
    wire.show(&stage);
    for (width, height) in sizes {
        stage.resize(width, height);
        wire.resize(width, height);
        let buffer = wire.show(&stage);
        assert_eq!((buffer.area.width, buffer.area.height), (width, height), "{name}");
        assert_eq!(wire.difference(&buffer), None, "{name} at {width}x{height}");
        if let Some(cursor) = stage.cursor() {
            assert!(cursor.x < width && cursor.y < height, "{name} at {width}x{height}: {cursor:?}");
            assert_eq!(wire.screen().cursor_position(), (cursor.y, cursor.x), "{name} at {width}x{height}");
        }
    }
}

fn random_sizes(seed: u64) -> impl Iterator<Item = (u16, u16)> {
    let mut dice = Dice::new(seed);
    (0..200).map(move |_| (1 + dice.roll(160) as u16, 1 + dice.roll(50) as u16))
}

#[test]
fn every_screen_takes_the_oddest_sizes() {
    for (name, stage) in stages(80, 24) {
        storm(name, stage, ODD.into_iter());
    }
}

#[test]
fn two_hundred_sizes_leave_the_grid_and_the_form_as_they_are() {
    let tried = ["rows", "form", "choice menu", "typing a filter"];
    for (seed, (name, mut stage)) in (5..).zip(stages(80, 24)) {
        if !tried.contains(&name) {
            continue;
        }
        if name == "rows" {
            stage.keys("j j j j j j j j j j j j j j j j j j j j j");
        }
        let before = stage.screen();
        storm(name, stage.clone(), random_sizes(seed));
        for (width, height) in random_sizes(seed).chain([(80, 24)]) {
            stage.resize(width, height);
            if name == "rows" && !stage.app.size.is_too_small() {
                let cursor = stage.cursor().expect("the cursor is on a row");
                assert!(stage.row(usize::from(cursor.y) + 1).starts_with('>'), "{width}x{height}");
            }
        }
        let text = |screen: &str| screen.lines().find(|line| line.starts_with('>')).map(str::to_owned);
        assert_eq!(text(&stage.screen()), text(&before), "{name} has the cursor where it was");
    }
}

#[test]
fn a_terminal_that_changed_its_size_before_the_program_heard_of_it_is_no_trouble() {
    for (name, stage) in stages(80, 24) {
        for (width, height) in ODD {
            let mut wire = Wire::new(width, height);
            let buffer = wire.draw(|buffer| {
                let area = buffer.area;
                view::render_into(&stage.app, &Theme::plain(), area, buffer)
            });
            assert_eq!(wire.difference(&buffer), None, "{name} at {width}x{height}");
        }
    }
}

#[test]
fn a_screen_of_a_thousand_columns_is_drawn() {
    let (name, stage) = stages(80, 24).swap_remove(4);
    storm(name, stage, [(1_000, 400), (80, 24)].into_iter());
}

#[test]
#[ignore = "long; by hand"]
fn two_hundred_sizes_break_no_screen() {
    for (seed, (name, stage)) in (1..).zip(stages(80, 24)) {
        storm(name, stage, random_sizes(seed));
    }
}
