//! Where the person is: a stack of screens that is never empty. What was left is in the [history](super::history).

use super::history::Trail;
use super::screen::Screen;

/// A screen, told from all others that there were.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct View {
    pub(super) number: u64,
    pub(super) screen: Screen,
}

/// The screen that is seen, and those that Esc leads back to.
#[derive(Debug, Clone, PartialEq)]
pub struct Screens {
    pub(super) top: View,
    pub(super) below: Vec<View>,
    pub(super) trail: Trail,
    last_number: u64,
}

impl Screens {
    /// One screen with nothing behind it and no history.
    pub fn new(screen: Screen) -> Self {
        let top = View { number: 1, screen };
        Self { trail: Trail::new(top.number), top, below: vec![], last_number: 1 }
    }

    /// The screen that is seen.
    pub fn top(&self) -> &Screen {
        &self.top.screen
    }

    /// The screen that is seen, to be changed.
    pub fn top_mut(&mut self) -> &mut Screen {
        &mut self.top.screen
    }

    /// The first screen, to be changed.
    pub fn first_mut(&mut self) -> &mut Screen {
        &mut self.below.first_mut().unwrap_or(&mut self.top).screen
    }

    /// Shows another screen in front.
    pub fn push(&mut self, screen: Screen) {
        self.last_number += 1;
        let view = View { number: self.last_number, screen };
        self.below.push(std::mem::replace(&mut self.top, view));
    }

    /// Leaves the screen in front; answers whether there was one behind it.
    pub fn pop(&mut self) -> bool {
        let Some(view) = self.below.pop() else { return false };
        let left = std::mem::replace(&mut self.top, view);
        self.trail.shelve(left);
        true
    }

    /// Back to the first screen.
    pub fn pop_to_first(&mut self) {
        while self.pop() {}
    }

    /// Leaves the screens that are like this, wherever they are. The last one that is left stays.
    pub fn remove(&mut self, is_left: impl Fn(&Screen) -> bool) {
        self.below.retain(|view| !is_left(&view.screen));
        if is_left(&self.top.screen) {
            self.pop();
        }
    }

    /// Nothing is behind the screen that is seen.
    pub fn is_first(&self) -> bool {
        self.below.is_empty()
    }

    /// Every screen, the one that is seen last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Screen> {
        self.below.iter().chain(std::iter::once(&self.top)).map(|view| &view.screen)
    }

    /// Every screen, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Screen> {
        self.below.iter_mut().chain(std::iter::once(&mut self.top)).map(|view| &mut view.screen)
    }

    /// Every screen, those too that only the history leads back to.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Screen> {
        let shelf = self.trail.shelf.iter_mut();
        let stack = self.below.iter_mut().chain(std::iter::once(&mut self.top));
        stack.chain(shelf).map(|view| &mut view.screen)
    }
}
