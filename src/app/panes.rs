//! Panes: which parts stand beside the rows of a grid, where, and which one has the keys. The geometry is pure.

use super::command::panes::PaneCommand;
use super::effect::Effect;
use super::layout::{CHROME, Size};
use super::list::Step;
use super::{App, Screen};

/// A terminal of this width has room for the rows and one of them beside each other.
const TWO: u16 = 120;
/// And for the list of tables as well.
const THREE: u16 = 160;
/// Cells of the list of tables.
const LIST: u16 = 36;
/// The rows get these before the form beside them gets all of its own.
const MAIN: u16 = 80;
/// Cells of the form.
const DETAIL: u16 = 57;

/// A part of the screen that can have the keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pane {
    /// The tables.
    List,
    /// The rows.
    #[default]
    Main,
    /// The form of the row under the cursor.
    Detail,
}

/// What the person made of the panes. It holds for every grid of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaneState {
    /// The form stands beside the rows where there is room for both.
    pub preview: bool,
    /// The form stands below the rows where there is no room beside them.
    pub peek: bool,
    /// The pane with the keys has all the room.
    pub zoom: bool,
    /// The pane with the keys, as long as it is there.
    pub focus: Pane,
}

impl Default for PaneState {
    fn default() -> Self {
        Self { preview: true, peek: false, zoom: false, focus: Pane::Main }
    }
}

/// Cells between rows 2 and 23, counted from their upper left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub x: u16,
    pub y: u16,
    pub width: u16,
    pub height: u16,
}

/// Where each pane is. One cell between two of them is the rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Panes {
    pub list: Option<Part>,
    pub main: Option<Part>,
    pub detail: Option<Part>,
}

impl Panes {
    /// The panes in a terminal of this size.
    pub fn place(size: Size, state: PaneState) -> Self {
        let all = Self::beside(size, state);
        if !state.zoom {
            return all;
        }
        let whole = Some(whole(size));
        match all.focus(state) {
            Pane::List => Self { list: whole, ..Self::default() },
            Pane::Main => Self { main: whole, ..Self::default() },
            Pane::Detail => Self { detail: whole, ..Self::default() },
        }
    }

    /// The panes when none of them is zoomed.
    fn beside(size: Size, state: PaneState) -> Self {
        let all = whole(size);
        if size.width < TWO {
            if !state.peek {
                return Self { main: Some(all), ..Self::default() };
            }
            let height = all.height.saturating_sub(1).div_ceil(2);
            let below = Part { y: height + 1, height: all.height.saturating_sub(height + 1), ..all };
            return Self { main: Some(Part { height, ..all }), detail: Some(below), list: None };
        }
        let left = if size.width < THREE { 0 } else { LIST + 1 };
        let room = all.width - left;
        let right = if state.preview { (room - MAIN - 1).min(DETAIL) + 1 } else { 0 };
        let part = |x, width| Part { x, width, ..all };
        Self {
            list: (left > 0).then(|| part(0, LIST)),
            main: Some(part(left, room - right)),
            detail: (right > 0).then(|| part(all.width - right + 1, right - 1)),
        }
    }

    /// The pane with the keys: the one that was chosen, the rows while it is not there.
    pub fn focus(&self, state: PaneState) -> Pane {
        match state.focus {
            Pane::List if self.list.is_none() => Pane::Main,
            Pane::Detail if self.detail.is_none() => Pane::Main,
            pane => pane,
        }
    }

    /// The panes that are there, from the left.
    fn there(&self) -> Vec<Pane> {
        let panes = [(Pane::List, self.list), (Pane::Main, self.main), (Pane::Detail, self.detail)];
        panes.into_iter().filter(|(_, part)| part.is_some()).map(|(pane, _)| pane).collect()
    }
}

/// A list, and what is under its cursor in full: beside it where there is room for both, else below it when that is
/// asked for. A rule is between them.
pub fn list_and_detail(size: Size, below: bool) -> (Part, Option<Part>) {
    let all = whole(size);
    if size.width >= TWO {
        let left = all.width.div_ceil(2).max(MAIN.min(all.width - DETAIL));
        let right = Part { x: left + 1, width: all.width - left - 1, ..all };
        return (Part { width: left, ..all }, Some(right));
    }
    if !below {
        return (all, None);
    }
    let height = all.height - all.height * 2 / 5;
    let rest = Part { y: height + 1, height: all.height.saturating_sub(height + 1), ..all };
    (Part { height, ..all }, Some(rest))
}

/// What is compared, and beside it where there is room who changed it.
pub fn compared_and_audit(size: Size) -> (Part, Option<Part>) {
    let all = whole(size);
    if size.width < TWO {
        return (all, None);
    }
    let right = (all.width - MAIN - 1).min(DETAIL);
    let left = all.width - right - 1;
    (Part { width: left, ..all }, Some(Part { x: left + 1, width: right, ..all }))
}

/// All of the room.
pub(in crate::app) fn whole(size: Size) -> Part {
    Part { x: 0, y: 0, width: size.width, height: size.body_height() as u16 }
}

impl App {
    /// Where the panes of a grid are.
    pub fn panes(&self) -> Panes {
        Panes::place(self.size, self.pane_state)
    }

    /// The pane with the keys. Screens without panes are all main.
    pub fn focus(&self) -> Pane {
        match self.screen() {
            Screen::Grid(_) => Panes::beside(self.size, self.pane_state).focus(self.pane_state),
            _ => Pane::Main,
        }
    }

    /// The terminal that a grid would fill alone: its rows scroll in that. Zooming another pane changes nothing in it.
    pub(in crate::app) fn grid_size(&self) -> Size {
        let panes = self.panes();
        let part = panes.main.or(Panes::beside(self.size, self.pane_state).main);
        part.map_or(self.size, |part| Size { width: part.width, height: part.height + CHROME })
    }

    /// The form of the row under the cursor is on the screen.
    pub fn is_preview_shown(&self) -> bool {
        matches!(self.screen(), Screen::Grid(_)) && self.panes().detail.is_some()
    }

    /// The next step of Esc among the panes, as the hint says it.
    pub(in crate::app) fn pane_step(&self) -> Option<&'static str> {
        if !matches!(self.screen(), Screen::Grid(_)) {
            return None;
        }
        match self.pane_state.zoom {
            true => Some("all panes"),
            false if self.focus() != Pane::Main => Some("to the rows"),
            false if self.size.width < TWO && self.pane_state.peek => Some("close preview"),
            false => None,
        }
    }

    /// Takes that step; answers whether there was one.
    pub(in crate::app) fn panes_back(&mut self) -> bool {
        if self.pane_step().is_none() {
            return false;
        }
        match self.pane_state.zoom {
            true => self.pane_state.zoom = false,
            false if self.focus() != Pane::Main => self.pane_state.focus = Pane::Main,
            false => self.pane_state.peek = false,
        }
        self.fit();
        true
    }

    pub(in crate::app) fn run_pane(&mut self, command: PaneCommand) -> Vec<Effect> {
        match command {
            PaneCommand::Preview => {
                let state = &mut self.pane_state;
                let shown = if self.size.width < TWO { &mut state.peek } else { &mut state.preview };
                *shown = state.zoom || !*shown;
                state.zoom = false;
                if state.focus == Pane::Detail {
                    state.focus = Pane::Main;
                }
            }
            PaneCommand::ScrollDown => self.scroll_preview(1),
            PaneCommand::ScrollUp => self.scroll_preview(-1),
            PaneCommand::Zoom => self.pane_state.zoom = !self.pane_state.zoom,
            PaneCommand::Next => self.next_pane(1),
            PaneCommand::Previous => self.next_pane(-1),
            PaneCommand::NextRecord => return self.step_beside(1),
            PaneCommand::PreviousRecord => return self.step_beside(-1),
        }
        self.fit();
        self.read_grid()
    }

    /// The next or previous row, with its form beside it.
    fn step_beside(&mut self, rows: isize) -> Vec<Effect> {
        let cursor = |app: &Self| match app.screen() {
            Screen::Grid(grid) => grid.list.cursor,
            _ => 0,
        };
        let before = cursor(self);
        let effects = self.step_grid(Step::Rows(rows));
        if cursor(self) == before {
            self.say(if rows < 0 { "This is the first row." } else { "This is the last row read so far." });
        }
        effects
    }

    fn next_pane(&mut self, step: isize) {
        let there = Panes::beside(self.size, self.pane_state).there();
        let at = there.iter().position(|pane| *pane == self.focus()).unwrap_or_default();
        let next = (at as isize + step).rem_euclid(there.len() as isize) as usize;
        if there[next] == Pane::List && self.focus() != Pane::List {
            self.enter_table_list();
        }
        self.pane_state.focus = there[next];
    }

    /// How many panes there are when none is zoomed.
    pub(in crate::app) fn pane_count(&self) -> usize {
        Panes::beside(self.size, self.pane_state).there().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(panes: Panes) -> Vec<Part> {
        [panes.list, panes.main, panes.detail].into_iter().flatten().collect()
    }

    fn states() -> Vec<PaneState> {
        let mut states = Vec::new();
        for bits in 0..8u8 {
            for focus in [Pane::List, Pane::Main, Pane::Detail] {
                states.push(PaneState {
                    preview: bits & 1 > 0,
                    peek: bits & 2 > 0,
                    zoom: bits & 4 > 0,
                    focus,
                });
            }
        }
        states
    }

    #[test]
    fn panes_fill_the_body_without_overlap_at_every_size() {
        for width in 60..300 {
            for height in 16..70 {
                let size = Size { width, height };
                for state in states() {
                    let parts = parts(Panes::place(size, state));
                    assert!(!parts.is_empty());
                    let stacked = parts.len() == 2 && parts[0].y != parts[1].y;
                    let body = size.body_height() as u16;
                    let rules = parts.len() as u16 - 1;
                    if stacked {
                        let heights: u16 = parts.iter().map(|part| part.height).sum();
                        assert_eq!(heights + rules, body, "{size:?} {state:?}");
                        assert_eq!(parts[1].y, parts[0].height + 1);
                        assert!(parts.iter().all(|part| part.x == 0 && part.width == width));
                        assert!(parts.iter().all(|part| part.height >= 5), "{size:?} {parts:?}");
                        continue;
                    }
                    let widths: u16 = parts.iter().map(|part| part.width).sum();
                    assert_eq!(widths + rules, width, "{size:?} {state:?}");
                    for pair in parts.windows(2) {
                        assert_eq!(pair[0].x + pair[0].width + 1, pair[1].x, "{size:?} {state:?}");
                    }
                    assert!(parts.iter().all(|part| part.y == 0 && part.height == body));
                }
            }
        }
    }

    #[test]
    fn the_rows_keep_80_cells_and_the_panes_come_with_the_width() {
        let at = |width| Panes::place(Size { width, height: 24 }, PaneState::default());
        for width in 60..300 {
            let panes = at(width);
            assert_eq!(panes.list.is_some(), width >= 160, "{width}");
            assert_eq!(panes.detail.is_some(), width >= 120, "{width}");
            assert!(panes.main.is_some_and(|main| main.width >= width.min(80)), "{width}");
            assert!(panes.list.is_none_or(|list| list.width == 36));
            assert!(panes.detail.is_none_or(|detail| (39..=57).contains(&detail.width)), "{width}");
        }
        assert_eq!(at(200).detail.map(|detail| detail.width), Some(57));
        assert_eq!(at(200).main.map(|main| main.width), Some(105));
    }

    #[test]
    fn what_is_compared_keeps_80_cells_beside_the_audit() {
        for width in 60..300 {
            let (left, right) = compared_and_audit(Size { width, height: 24 });
            assert_eq!(right.is_some(), width >= 120, "{width}");
            assert_eq!(left.width + right.map_or(0, |right| right.width + 1), width);
            assert!(left.width >= width.min(80) && right.is_none_or(|right| right.width >= 39), "{width}");
        }
    }

    #[test]
    fn a_pane_that_is_not_there_gives_the_keys_to_the_rows_and_has_them_again_when_it_is() {
        let state = PaneState { focus: Pane::Detail, ..PaneState::default() };
        let focus = |width| Panes::place(Size { width, height: 24 }, state).focus(state);
        assert_eq!([focus(120), focus(119), focus(200)], [Pane::Detail, Pane::Main, Pane::Detail]);
    }
}
