//! Where the person is: a stack of screens that is never empty.

use super::screen::Screen;

/// The screen that is seen, and those that Esc leads back to.
#[derive(Debug, Clone, PartialEq)]
pub struct Screens {
    top: Screen,
    below: Vec<Screen>,
}

impl Screens {
    /// One screen with nothing behind it.
    pub fn new(screen: Screen) -> Self {
        Self { top: screen, below: vec![] }
    }

    /// The screen that is seen.
    pub fn top(&self) -> &Screen {
        &self.top
    }

    /// The screen that is seen, to be changed.
    pub fn top_mut(&mut self) -> &mut Screen {
        &mut self.top
    }

    /// The first screen, to be changed.
    pub fn first_mut(&mut self) -> &mut Screen {
        self.below.first_mut().unwrap_or(&mut self.top)
    }

    /// Shows another screen in front.
    pub fn push(&mut self, screen: Screen) {
        self.below.push(std::mem::replace(&mut self.top, screen));
    }

    /// Leaves the screen in front; answers whether there was one behind it.
    pub fn pop(&mut self) -> bool {
        let Some(screen) = self.below.pop() else { return false };
        self.top = screen;
        true
    }

    /// Back to the first screen.
    pub fn pop_to_first(&mut self) {
        while self.pop() {}
    }

    /// Leaves the screens that are like this, wherever they are. The last one that is left stays.
    pub fn remove(&mut self, is_left: impl Fn(&Screen) -> bool) {
        self.below.retain(|screen| !is_left(screen));
        if is_left(&self.top) {
            self.pop();
        }
    }

    /// Nothing is behind the screen that is seen.
    pub fn is_first(&self) -> bool {
        self.below.is_empty()
    }

    /// Every screen, the one that is seen last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Screen> {
        self.below.iter().chain(std::iter::once(&self.top))
    }

    /// Every screen, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Screen> {
        self.below.iter_mut().chain(std::iter::once(&mut self.top))
    }
}
