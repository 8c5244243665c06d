//! The doctor: a line a check, what to do below those that stand in the way; beside them the explanation where there
//! is room.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::text;
use crate::app::App;
use crate::app::examination::{Examination, Status};
use crate::app::overlay::key_tester::KeyTester;
use crate::app::overlay::reading::Reading;
use crate::app::screen::Doctor;
use crate::app::screen::doctor::DoctorLine;
use crate::tui::theme::Theme;
use ratatui::widgets::{Clear, Widget};

/// From this width on the explanation stands beside the list.
const WIDE: u16 = 160;
/// Cells of the explanation.
const BESIDE: u16 = 57;
/// Where status, title and words of a check begin.
const PLACES: [u16; 3] = [3, 10, 24];

/// Draws the screen; answers where the cursor is.
pub(super) fn draw(
    app: &App,
    doctor: &Doctor,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    let top = Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area };
    let body = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let Some(report) = doctor.report.value() else {
        let said = match doctor.report.is_pending() {
            true => "Looking at the network, the token, the environment and the terminal ...",
            false => "Nothing was examined. r runs the checks",
        };
        text::line(said, theme.dim, top, buffer);
        return None;
    };
    text::line(&report.counts(), theme.dim, top, buffer);
    let mark = app.reading_mark();
    let right = if doctor.report.is_pending() { mark.trim_start() } else { "r run again" };
    text::line_right(right, theme.dim, top, buffer);
    let wide = app.size.width >= WIDE;
    let rule = body.right().saturating_sub(BESIDE + 1);
    let list = Rect { width: if wide { rule - 1 - body.x } else { body.width }, ..body };
    if wide {
        for y in body.y..body.bottom() {
            buffer.set_string(rule, y, "|", theme.dim);
        }
        beside(report, doctor, theme, Rect { x: rule + 2, width: BESIDE - 2, ..body }, buffer);
    }
    let mut cursor = None;
    let all = doctor.lines();
    // Where there is room for it and it does not stand beside.
    let free = list.y
        + u16::try_from(all.len() - doctor.list.top.min(all.len())).unwrap_or(u16::MAX).saturating_add(1);
    if let Some((_, aud)) = report.facts.iter().find(|(label, _)| label.contains("aud"))
        && !wide
        && free < list.bottom()
    {
        let line = format!("TOKEN  t shows claims (never the token)   aud {aud}");
        text::line(&line, theme.dim, indent(Rect { y: free, height: 1, ..list }, PLACES[0]), buffer);
    }
    for (y, (place, line)) in (list.y..list.bottom()).zip(all.iter().enumerate().skip(doctor.list.top)) {
        let row = Rect { y, height: 1, ..list };
        let current = place == doctor.list.cursor;
        if current {
            buffer.set_string(row.x, y, ">", theme.cursor);
            cursor = Some(Position { x: row.x, y });
        }
        match line {
            DoctorLine::Check(index) => check(report, *index, current, theme, row, buffer),
            DoctorLine::Fix(index) => {
                let next = report.checks.get(*index).map_or("", |check| &check.next);
                let place = indent(row, PLACES[1] + 2);
                text::line(
                    &text::whole_parts(&format!("fix: {next}"), usize::from(place.width)),
                    theme.dim,
                    place,
                    buffer,
                );
            }
        }
    }
    cursor
}

fn check(report: &Examination, index: usize, current: bool, theme: &Theme, row: Rect, buffer: &mut Buffer) {
    let Some(check) = report.checks.get(index) else { return };
    let [status, title, words] = PLACES.map(|cells| indent(row, cells));
    let style = match check.status {
        Status::Ok => theme.good,
        Status::Warn => theme.edited,
        Status::Fail => theme.problem,
        Status::Skip => theme.dim,
    };
    text::line(&format!("[{}]", check.status.word()), style, status, buffer);
    let style = if current { theme.cursor } else { Style::new() };
    text::line(
        &check.title,
        style,
        Rect { width: title.width.min(PLACES[2] - PLACES[1] - 1), ..title },
        buffer,
    );
    match check.status {
        Status::Skip => text::line(&check.why, theme.dim, words, buffer),
        _ => text::line(&check.what, style, words, buffer),
    }
}

/// The check under the cursor, explained; below it what the token is.
fn beside(report: &Examination, doctor: &Doctor, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(index) = doctor.current() else { return };
    let title = report.checks.get(index).map_or("", |check| &check.title);
    text::line(title, theme.heading, Rect { height: 1, ..area }, buffer);
    let mut lines: Vec<(String, Style)> = Vec::new();
    for paragraph in report.explanation(index) {
        lines.push((String::new(), Style::new()));
        lines.extend(
            text::wrap(&paragraph, usize::from(area.width)).into_iter().map(|line| (line, Style::new())),
        );
    }
    if !report.facts.is_empty() {
        lines.push((String::new(), Style::new()));
        lines.push(("Token (t shows all)".to_owned(), theme.heading));
        for (label, value) in report.facts.iter().take(3) {
            lines.push((format!("{label}: {value}"), theme.dim));
        }
    }
    for (y, (line, style)) in (area.y + 1..area.bottom()).zip(lines) {
        text::line(&line, style, Rect { y, height: 1, ..area }, buffer);
    }
}

/// Draws a text to be read over the whole screen.
pub(super) fn reading(
    app: &App,
    reading: &Reading,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    Clear.render(area, buffer);
    let inner = indent(Rect { width: area.width.saturating_sub(2), ..area }, 2);
    text::line(&reading.title, theme.heading, Rect { height: 1, ..inner }, buffer);
    let lines = reading.lines(app.size.width);
    let rows = area.y + 1..area.bottom();
    let seen = rows.len().min(lines.len().saturating_sub(reading.top));
    if seen < lines.len() {
        let place = format!("{} to {} of {} lines", reading.top + 1, reading.top + seen, lines.len());
        text::line_right(&place, theme.dim, Rect { height: 1, ..inner }, buffer);
    }
    for (y, line) in rows.zip(lines.iter().skip(reading.top)) {
        buffer.set_stringn(inner.x, y, line, usize::from(inner.width), Style::new());
    }
    Some(Position { x: inner.x, y: area.y })
}

/// Draws the key tester over the whole screen.
pub(super) fn key_tester(
    tester: &KeyTester,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<Position> {
    Clear.render(area, buffer);
    let inner = indent(area, 2);
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..inner };
    text::line("Key tester", theme.heading, row(0), buffer);
    text::line(
        "Press keys: each line is what one arrived as. q or Esc Esc leaves.",
        theme.dim,
        row(1),
        buffer,
    );
    let height = usize::from(area.height.saturating_sub(4));
    let first = tester.seen.len().saturating_sub(height);
    let mut y = 3;
    for seen in &tester.seen[first..] {
        text::line(seen, theme.key, row(y), buffer);
        y += 1;
    }
    if tester.leaving {
        text::line("Esc again leaves", theme.dim, row(2), buffer);
    }
    Some(Position { x: inner.x, y: (area.y + y).min(area.bottom().saturating_sub(1)) })
}

fn indent(area: Rect, cells: u16) -> Rect {
    let cells = cells.min(area.width);
    Rect { x: area.x + cells, width: area.width - cells, ..area }
}
