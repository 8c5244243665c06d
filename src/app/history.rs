//! Where the person was: views with all their state, to go back to and forward again.
//!
//! The stack of screens says what belongs to what; the trail says what was seen when. A view is a path through
//! screens, and a screen that is no longer in the stack is on the shelf as long as a path leads through it.

use jiff::{SignedDuration, Timestamp};

use super::App;
use super::command::history::HistoryCommand;
use super::effect::Effect;
use super::nav::{Screens, View};
use super::screen::{Screen, Tables};
use super::tickets::Slot;

/// Views that are kept at most.
const VIEWS: usize = 50;
/// Bytes of rows that the shelf holds at most. Of each grid the pages around its cursor are kept.
const BYTES: usize = 64 << 20;
/// What was read longer ago than this is read again when the person comes back to it.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// A direction through the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To the view before this one.
    Back,
    /// To the view that was left by going back.
    Forward,
    /// To the view that was seen last, and from there to this one.
    Last,
}

/// The numbers of the screens from the first to the one that is seen.
type Path = Vec<u64>;

/// The views that were left.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Trail {
    /// The view that is seen, since the last event.
    here: Path,
    back: Vec<Path>,
    forward: Vec<Path>,
    last: Option<Path>,
    pub(super) shelf: Vec<View>,
}

impl Trail {
    /// Nothing was seen before the first screen.
    pub(super) fn new(first: u64) -> Self {
        Self { here: vec![first], ..Self::default() }
    }

    /// Keeps a screen that was left.
    pub(super) fn shelve(&mut self, mut view: View) {
        if let Screen::Grid(grid) = &mut view.screen {
            grid.let_go();
        }
        self.shelf.push(view);
    }

    fn paths(&self) -> impl Iterator<Item = &Path> {
        self.back.iter().chain(&self.forward).chain(&self.last).chain(std::iter::once(&self.here))
    }

    fn is_led_through(&self, number: u64) -> bool {
        self.paths().any(|path| path.contains(&number))
    }

    /// Forgets paths that lead through screens that are gone, and screens that no path leads through.
    fn prune(&mut self, stack: &[u64]) {
        let there: Vec<u64> =
            self.shelf.iter().map(|view| view.number).chain(stack.iter().copied()).collect();
        let leads = |path: &Path| path.iter().all(|number| there.contains(number));
        self.back.retain(leads);
        self.back.dedup();
        self.forward.retain(leads);
        if self.back.last() == Some(&self.here) {
            self.back.pop();
        }
        self.last = self.last.take().filter(|path| leads(path) && *path != self.here);
        if self.last.is_none() {
            self.last = self.back.last().cloned();
        }
        while self.back.len() + self.forward.len() > VIEWS || self.bytes() > BYTES {
            match (self.back.is_empty(), self.forward.is_empty()) {
                (false, _) => drop(self.back.remove(0)),
                (true, false) => drop(self.forward.remove(0)),
                (true, true) => break,
            }
            if self
                .last
                .as_ref()
                .is_some_and(|last| !self.back.contains(last) && !self.forward.contains(last))
            {
                self.last = None;
            }
            self.sweep();
        }
        self.sweep();
    }

    fn sweep(&mut self) {
        let shelf = std::mem::take(&mut self.shelf);
        self.shelf = shelf.into_iter().filter(|view| self.is_led_through(view.number)).collect();
    }

    fn bytes(&self) -> usize {
        let grids = self.shelf.iter().filter_map(|view| match &view.screen {
            Screen::Grid(grid) => Some(grid.held_bytes()),
            _ => None,
        });
        grids.sum()
    }
}

impl Screens {
    fn path(&self) -> Path {
        self.below.iter().chain(std::iter::once(&self.top)).map(|view| view.number).collect()
    }

    /// Whether there is a view to go to.
    pub fn has(&self, way: Way) -> bool {
        self.target(way).is_some()
    }

    fn target(&self, way: Way) -> Option<&Path> {
        match way {
            Way::Back => self.trail.back.last(),
            Way::Forward => self.trail.forward.last(),
            Way::Last => self.trail.last.as_ref(),
        }
    }

    /// Takes notice of where the last event led; answers whether that is another view.
    ///
    /// Views that are worth coming back to are kept: tables, rows, a record. Questions and lists to choose from are not.
    pub(super) fn settle(&mut self) -> bool {
        let path = self.path();
        if path == self.trail.here {
            return false;
        }
        let left = std::mem::replace(&mut self.trail.here, path.clone());
        if left.last().is_some_and(|number| self.is_worth_keeping(*number)) {
            self.trail.back.push(left.clone());
            self.trail.last = Some(left);
        }
        self.trail.forward.clear();
        self.trail.prune(&path);
        true
    }

    fn is_worth_keeping(&self, number: u64) -> bool {
        let stack = self.below.iter().chain(std::iter::once(&self.top));
        let view = stack.chain(&self.trail.shelf).find(|view| view.number == number);
        view.is_some_and(|view| {
            matches!(view.screen, Screen::Tables(_) | Screen::Grid(_) | Screen::Record(_))
        })
    }

    /// Goes to a view of the history; answers whether there was one.
    fn travel(&mut self, way: Way) -> bool {
        let Some(target) = self.target(way).cloned() else { return false };
        let here = self.path();
        let keeps = self.is_worth_keeping(self.top.number);
        let trail = &mut self.trail;
        let way = match way {
            Way::Last if trail.back.last() == Some(&target) => Way::Back,
            Way::Last if trail.forward.last() == Some(&target) => Way::Forward,
            way => way,
        };
        match way {
            Way::Back => {
                trail.back.pop();
                trail.forward.extend(keeps.then(|| here.clone()));
            }
            Way::Forward => {
                trail.forward.pop();
                trail.back.extend(keeps.then(|| here.clone()));
            }
            Way::Last => {
                trail.back.extend(keeps.then(|| here.clone()));
                trail.forward.clear();
            }
        }
        trail.last = keeps.then_some(here);
        trail.here = target.clone();
        self.show(&target);
        self.trail.prune(&target);
        true
    }

    /// Makes a path the stack; what is not on it goes to the shelf.
    fn show(&mut self, path: &Path) {
        let nothing = View { number: 0, screen: Screen::Tables(Tables::default()) };
        let mut views = std::mem::take(&mut self.trail.shelf);
        let top = std::mem::replace(&mut self.top, nothing);
        let stack: Vec<View> = self.below.drain(..).chain(std::iter::once(top)).collect();
        for view in stack {
            match path.contains(&view.number) {
                true => views.push(view),
                false => self.trail.shelve(view),
            }
        }
        for number in path {
            if let Some(at) = views.iter().position(|view| view.number == *number) {
                let view = views.swap_remove(at);
                self.below.push(view);
            }
        }
        if let Some(top) = self.below.pop() {
            self.top = top;
        }
        self.trail.shelf.extend(views);
    }
}

impl App {
    /// After every event: what follows from where it led, and from the time.
    pub(in crate::app) fn settle(&mut self) -> Vec<Effect> {
        if self.screens.settle() {
            self.left_view();
        }
        let mut effects = self.take_up_draft();
        effects.extend(self.read_stale_rows());
        effects.extend(self.follow());
        effects.extend(self.preview_in_time());
        effects.extend(self.watch_in_time());
        effects.extend(self.look_up_in_time());
        effects.extend(self.gather_on());
        effects.extend(self.count_related());
        effects.extend(self.follow_beside());
        effects
    }

    pub(in crate::app) fn run_history(&mut self, command: HistoryCommand) -> Vec<Effect> {
        match command {
            HistoryCommand::Go(way) => return self.travel(way),
            HistoryCommand::Watch => self.toggle_watch(),
        }
        vec![]
    }

    /// Goes to a view of the history: as it was left, in one frame. What is old is read again behind that.
    fn travel(&mut self, way: Way) -> Vec<Effect> {
        let mut effects = self.stop_reading();
        if !self.screens.travel(way) {
            return effects;
        }
        self.left_view();
        self.list_tables();
        self.fit();
        let is_fresh =
            |read: Option<Timestamp>| read.is_some_and(|read| self.now.duration_since(read) < FRESH);
        effects.extend(match self.screen() {
            Screen::Grid(grid) if grid.schema.is_none() => self.refresh_grid(),
            Screen::Grid(grid) if grid.rows.is_pending() || is_fresh(grid.read_at) => self.read_grid(),
            Screen::Grid(_) => self.refresh_grid(),
            Screen::Record(record) if record.row.is_pending() || !is_fresh(record.read_at) => self.refresh(),
            Screen::Record(record) if record.timeline.load.is_pending() => self.read_timeline(),
            Screen::Record(_) => self.read_stale_timeline(),
            _ => vec![],
        });
        effects
    }

    /// Another view is seen: what was done for the one before ends.
    pub(in crate::app) fn left_view(&mut self) {
        self.watch = None;
    }

    /// A row is being read for the view that is seen.
    pub(in crate::app) fn is_view_reading(&self) -> bool {
        match self.screen() {
            Screen::Grid(grid) => {
                grid.is_reading() || grid.rows.is_pending() || self.tickets.is_busy(Slot::Schema)
            }
            Screen::Record(record) => record.is_reading(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::screen::{Record, Review, record::Tab};
    use crate::dataverse::{RowId, Table};

    /// A record whose number can be told.
    fn record(number: u128) -> Screen {
        let table = Table {
            name: "thing".into(),
            set: "things".into(),
            display_name: "Thing".into(),
            collection_name: "Things".into(),
            primary_id: "thingid".into(),
            primary_name: None,
            is_custom: false,
            is_system: false,
            optimistic_concurrency: true,
        };
        Screen::Record(Box::new(Record::new(table, RowId(uuid::Uuid::from_u128(number)), Tab::Form)))
    }

    fn number(screens: &Screens) -> u128 {
        match screens.top() {
            Screen::Record(record) => record.id.0.as_u128(),
            _ => 0,
        }
    }

    /// Pushes records 1 and 2 over the list and leaves both.
    fn walked() -> Screens {
        let mut screens = Screens::new(Screen::Tables(Tables::default()));
        for step in 1..=2 {
            screens.push(record(step));
            screens.settle();
        }
        screens.pop();
        screens.settle();
        screens.pop();
        screens.settle();
        screens
    }

    #[test]
    fn back_and_forward_lead_along_what_was_seen_screens_that_were_left_too() {
        let mut screens = walked();
        let mut seen = Vec::new();
        while screens.travel(Way::Back) {
            seen.push((number(&screens), screens.is_first()));
        }
        assert_eq!(seen, [(1, false), (2, false), (1, false), (0, true)]);
        let mut seen = Vec::new();
        while screens.travel(Way::Forward) {
            seen.push(number(&screens));
        }
        assert_eq!(seen, [1, 2, 1, 0]);
    }

    #[test]
    fn the_last_view_and_again_returns() {
        let mut screens = walked();
        for expected in [1, 0, 1, 0] {
            assert!(screens.travel(Way::Last));
            assert!(!screens.settle(), "going there is no new step");
            assert_eq!(number(&screens), expected);
        }
    }

    #[test]
    fn a_new_step_ends_the_way_forward() {
        let mut screens = walked();
        screens.travel(Way::Back);
        assert!(screens.has(Way::Forward));
        screens.push(record(9));
        screens.settle();
        assert!(!screens.has(Way::Forward));
        assert!(screens.travel(Way::Back));
        assert_eq!(number(&screens), 1);
    }

    #[test]
    fn a_question_is_no_place_to_come_back_to() {
        let mut screens = walked();
        screens.push(record(5));
        screens.settle();
        screens.push(Screen::Review(Review::default()));
        screens.settle();
        screens.pop();
        screens.settle();
        assert_eq!(number(&screens), 5);
        assert!(screens.travel(Way::Back));
        assert_eq!(number(&screens), 0, "neither the review nor the record twice");
    }

    #[test]
    fn fifty_views_are_kept_and_no_screen_that_none_of_them_needs() {
        let mut screens = Screens::new(Screen::Tables(Tables::default()));
        for step in 1..200 {
            screens.push(record(step));
            screens.settle();
            screens.pop();
            screens.settle();
        }
        let steps = std::iter::repeat_with(|| screens.travel(Way::Back)).take_while(|went| *went).count();
        assert_eq!(steps, 50);
        assert!(screens.trail.shelf.len() <= 50, "{}", screens.trail.shelf.len());
    }
}
