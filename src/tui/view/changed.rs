//! Texts with the words that change: one line of them, and all that changes of a value, as a patch shows it.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::text;
use crate::app::overlay::whole::broken;
use crate::app::screen::review::Value;
use crate::tui::theme::Theme;

/// Bytes of a value that are looked at for a frame.
const SEEN: usize = 6_000;

/// The part of a long text around its first changed words: enough for any screen.
pub(super) fn seen(value: &str, changed: &[Range<usize>]) -> Range<usize> {
    let first = changed.first().map_or(0, |run| run.start);
    let begin = value.floor_char_boundary(if first > SEEN / 2 { first - SEEN / 4 } else { 0 });
    begin..value.floor_char_boundary((begin + SEEN).min(value.len()))
}

/// A line has words that change.
pub(super) fn differs(line: &Range<usize>, changed: &[Range<usize>]) -> bool {
    changed.iter().any(|run| run.start < line.end && run.end > line.start)
}

/// Draws a line of a text, the words that change marked.
pub(super) fn line(
    value: &str,
    line: &Range<usize>,
    changed: &[Range<usize>],
    theme: &Theme,
    place: Rect,
    buffer: &mut Buffer,
) {
    let (mut x, mut at) = (place.x, line.start);
    for run in changed.iter().filter(|run| run.start < line.end && run.end > line.start) {
        let (start, end) = (run.start.max(line.start), run.end.min(line.end));
        x = piece(&value[at..start], Style::new(), x, place, buffer);
        x = piece(&value[start..end], theme.matched, x, place, buffer);
        at = end;
    }
    piece(&value[at..line.end], Style::new(), x, place, buffer);
}

/// Writes a part of a line; answers where it ends.
fn piece(part: &str, style: Style, x: u16, line: Rect, buffer: &mut Buffer) -> u16 {
    let place = Rect { x, width: line.right().saturating_sub(x), ..line };
    if part.is_empty() || place.width == 0 {
        return x;
    }
    let part = text::fit(part, usize::from(place.width));
    text::line(&part, style, place, buffer);
    x + part.width() as u16
}

/// Draws values one below the other: of each its label, what goes behind `-` and what comes behind `+`. Of long texts the
/// lines around what changes.
pub(super) fn values(values: &[Value], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut rest = area;
    for value in values {
        if rest.height == 0 {
            return;
        }
        text::line(&value.label, theme.heading, Rect { height: 1, ..rest }, buffer);
        take(&mut rest, 1);
        let [gone, come] = [&value.changed.old, &value.changed.new];
        let sides = match &value.old {
            // Words only come, or only go: the other side has nothing to tell.
            Some(_) if gone.is_empty() && !come.is_empty() => vec![('+', &value.new, come)],
            Some(old) if come.is_empty() && !gone.is_empty() => vec![('-', old, gone)],
            Some(old) => vec![('-', old, gone), ('+', &value.new, come)],
            None => vec![('+', &value.new, come)],
        };
        let (mut left, shares) = (rest.height, sides.len() as u16);
        for (place, (mark, value, changed)) in (0..shares).zip(sides) {
            // What the first side does not need is left to the second.
            let share = left.div_ceil(shares - place);
            let used = side(mark, value, changed, theme, Rect { height: share, ..rest }, buffer);
            take(&mut rest, used);
            left -= used;
        }
        take(&mut rest, 1);
    }
}

fn take(rest: &mut Rect, rows: u16) {
    let rows = rows.min(rest.height);
    *rest = Rect { y: rest.y + rows, height: rest.height - rows, ..*rest };
}

/// One side of a value; answers how many rows it took.
fn side(
    mark: char,
    value: &str,
    changed: &[Range<usize>],
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) -> u16 {
    let seen = seen(value, changed);
    let width = usize::from(area.width.saturating_sub(2)).max(1);
    let lines: Vec<Range<usize>> = broken(&value[seen.clone()], width)
        .into_iter()
        .map(|line| line.start + seen.start..line.end + seen.start)
        .collect();
    let is_shown = shown(&lines, changed);
    let style = if mark == '-' { theme.problem } else { theme.edited };
    let (mut row, mut left_out) = (0, false);
    for (line_of, is_shown) in lines.iter().zip(is_shown) {
        if row == area.height {
            break;
        }
        if is_shown || !left_out {
            let place =
                Rect { x: area.x + 2, y: area.y + row, width: area.width.saturating_sub(2), height: 1 };
            // The last row says that there is more.
            if !is_shown || (row + 1 == area.height && line_of.end < value.len() && row > 0) {
                text::line("...", theme.dim, place, buffer);
            } else {
                buffer.set_string(area.x, place.y, mark.to_string(), style);
                line(value, line_of, changed, theme, place, buffer);
            }
            row += 1;
        }
        left_out = !is_shown;
    }
    row
}

/// Which lines are shown: those that change, with one around each; all where none does.
fn shown(lines: &[Range<usize>], changed: &[Range<usize>]) -> Vec<bool> {
    let differs: Vec<bool> = lines.iter().map(|line| differs(line, changed)).collect();
    if !differs.contains(&true) {
        return vec![true; lines.len()];
    }
    let near = |at: usize| differs[at.saturating_sub(1)..(at + 2).min(differs.len())].contains(&true);
    (0..lines.len()).map(near).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::word_diff;

    /// What is drawn of a value in an area of this size.
    fn drawn(old: Option<&str>, new: &str, width: u16, height: u16) -> Vec<String> {
        let area = Rect { x: 0, y: 0, width, height };
        let mut buffer = Buffer::empty(area);
        let changed = old.map(|old| word_diff::changed(old, new)).unwrap_or_default();
        let value = Value { label: "Description".into(), old: old.map(Into::into), new: new.into(), changed };
        values(&[value], &Theme::plain(), area, &mut buffer);
        let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
        (0..height).map(line).collect()
    }

    #[test]
    fn of_a_long_text_the_lines_around_a_change_are_shown_and_what_is_left_out_is_told() {
        let old: Vec<String> = (1..=9).map(|line| format!("line {line}")).collect();
        let new = old.join("\n").replace("line 5", "line five");
        assert_eq!(
            drawn(Some(&old.join("\n")), &new, 20, 12),
            [
                "Description",
                "  ...",
                "- line 4",
                "- line 5",
                "- line 6",
                "  ...",
                "  ...",
                "+ line 4",
                "+ line five",
                "+ line 6",
                "  ...",
                ""
            ]
        );
    }

    #[test]
    fn what_does_not_fit_is_told_and_both_sides_have_room() {
        let new: Vec<String> = (1..=9).map(|line| format!("new {line}")).collect();
        assert_eq!(
            drawn(Some("old"), &new.join("\n"), 20, 5),
            ["Description", "- old", "+ new 1", "+ new 2", "  ..."]
        );
        assert_eq!(drawn(None, "a\nb", 20, 4), ["Description", "+ a", "+ b", ""]);
    }
}
