//! How many bytes a step costs on the line to the terminal. Counted, not timed.

use dvtui::tui::backend::Ability;
use dvtui::tui::traits::Traits;

use crate::paint::Wire;
use crate::stage::Stage;

/// Bytes of each of these keys at a grid of many rows.
fn costs(wire: &mut Wire, stage: &mut Stage, keys: &str, times: usize) -> Vec<usize> {
    (0..times)
        .map(|_| {
            stage.keys(keys);
            let buffer = wire.show(stage);
            assert_eq!(wire.difference(&buffer), None, "the frame is right too");
            wire.bytes.len()
        })
        .collect()
}

fn grid(width: u16, height: u16) -> (Wire, Stage) {
    let (mut wire, mut stage) = (Wire::new(width, height), Stage::at_cases(width, height, 2_000, None));
    stage.keys("Z"); // the grid alone
    wire.show(&stage);
    (wire, stage)
}

#[track_caller]
#[allow(clippy::print_stderr)] // the figures, for who asks with --nocapture
fn within(what: &str, costs: &[usize], limit: usize) {
    let most = costs.iter().max().copied().unwrap_or_default();
    let mean = costs.iter().sum::<usize>() / costs.len().max(1);
    eprintln!("{what}: {most} bytes at most, {mean} in the mean");
    assert!(most <= limit, "{what}: {most} bytes, {limit} are allowed");
}

#[test]
fn a_step_of_the_cursor_costs_few_bytes() {
    for (width, height, limit) in [(80, 24, 250), (160, 48, 300)] {
        let (mut wire, mut stage) = grid(width, height);
        let rows = usize::from(height) - 6;
        within(&format!("{width}x{height} down"), &costs(&mut wire, &mut stage, "j", rows - 2), limit);
        within(&format!("{width}x{height} up"), &costs(&mut wire, &mut stage, "k", rows - 2), limit);
        within(&format!("{width}x{height} right"), &costs(&mut wire, &mut stage, "l", 3), limit);
    }
}

#[test]
fn a_scroll_by_one_row_costs_one_row() {
    for (width, height, limit) in [(80, 24, 450), (160, 48, 600)] {
        let (mut wire, mut stage) = grid(width, height);
        costs(&mut wire, &mut stage, "j", usize::from(height)); // to the last row that is seen, and beyond it
        within(&format!("{width}x{height} scroll"), &costs(&mut wire, &mut stage, "j", 60), limit);
        costs(&mut wire, &mut stage, "k", usize::from(height));
        within(&format!("{width}x{height} scroll back"), &costs(&mut wire, &mut stage, "k", 10), limit);
    }
}

#[test]
fn a_page_costs_less_than_the_screen() {
    for (width, height, limit) in [(80, 24, 4_096), (160, 48, 7_000)] {
        let (mut wire, mut stage) = grid(width, height);
        within(&format!("{width}x{height} page"), &costs(&mut wire, &mut stage, "PgDn", 20), limit);
        within(&format!("{width}x{height} end"), &costs(&mut wire, &mut stage, "G", 1), limit);
        within(&format!("{width}x{height} start"), &costs(&mut wire, &mut stage, "g g", 1), limit);
    }
}

#[test]
fn a_terminal_without_scroll_regions_is_drawn_row_by_row() {
    let mut wire = Wire::with(160, 48, Ability::of("vt100", true));
    let mut stage = Stage::at_cases(160, 48, 200, None);
    wire.show(&stage);
    for _ in 0..60 {
        stage.keys("j");
        let buffer = wire.show(&stage);
        assert_eq!(wire.difference(&buffer), None);
        assert!(!wire.text().contains("\u{1b}[r"), "{:?}", wire.text());
    }
}

#[test]
fn nothing_is_written_when_nothing_changes() {
    for (name, stage) in crate::sweep::stages(80, 24) {
        let mut wire = Wire::new(80, 24);
        wire.learn(&Traits { synchronized: true, ..Traits::default() });
        wire.show(&stage);
        assert!(!wire.bytes.is_empty());
        wire.show(&stage);
        assert_eq!(wire.text(), "", "{name}");
    }
}

#[test]
fn frames_are_marked_only_for_a_terminal_that_knows_the_marks() {
    let (mut wire, mut stage) = grid(80, 24);
    stage.keys("j");
    wire.show(&stage);
    assert!(!wire.text().contains("2026"));
    wire.learn(&Traits { synchronized: true, ..Traits::default() });
    stage.keys("j");
    wire.show(&stage);
    let text = wire.text();
    assert!(text.starts_with("\u{1b}[?2026h") && text.ends_with("\u{1b}[?2026l"), "{text:?}");
    assert_eq!(text.matches("2026").count(), 2);
}

#[test]
fn a_screen_that_was_somebody_elses_is_drawn_whole() {
    let (mut wire, stage) = grid(80, 24);
    wire.forget();
    let buffer = wire.show(&stage);
    assert_eq!(wire.difference(&buffer), None);
    assert!(wire.text().starts_with("\u{1b}[m\u{1b}[r\u{1b}[2J"), "{:?}", wire.text());
}
