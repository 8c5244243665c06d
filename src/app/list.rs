//! Cursor and scroll position of anything that is a list: one movement model for every screen.

/// Where the cursor is and which row is the first on the screen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct List {
    /// Index of the row under the cursor.
    pub cursor: usize,
    /// Index of the first visible row.
    pub top: usize,
}

/// A step of the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Rows down, negative for up.
    Rows(isize),
    /// Halves of the visible height.
    Halves(isize),
    First,
    Last,
}

impl List {
    /// Moves the cursor inside `len` rows and scrolls just enough that it is one of the `height` visible ones.
    pub fn step(&mut self, step: Step, len: usize, height: usize) {
        let last = len.saturating_sub(1);
        self.cursor = match step {
            Step::Rows(rows) => self.cursor.saturating_add_signed(rows),
            Step::Halves(halves) => {
                let rows = halves * (height as isize / 2).max(1);
                self.cursor.saturating_add_signed(rows)
            }
            Step::First => 0,
            Step::Last => last,
        };
        self.clamp(len, height);
    }

    /// Keeps cursor and scroll position inside `len` rows of which `height` are visible.
    pub fn clamp(&mut self, len: usize, height: usize) {
        self.cursor = self.cursor.min(len.saturating_sub(1));
        let lowest = (self.cursor + 1).saturating_sub(height.max(1));
        self.top = self.top.clamp(lowest, self.cursor).min(len.saturating_sub(height));
    }

    /// Puts the cursor on a row.
    pub fn go_to(&mut self, row: usize, len: usize, height: usize) {
        self.cursor = row;
        self.clamp(len, height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_stays_inside_and_visible() {
        let mut list = List::default();
        list.step(Step::Rows(-1), 100, 10);
        assert_eq!((list.cursor, list.top), (0, 0));
        list.step(Step::Rows(10), 100, 10);
        assert_eq!((list.cursor, list.top), (10, 1));
        list.step(Step::Last, 100, 10);
        assert_eq!((list.cursor, list.top), (99, 90));
        list.step(Step::Halves(-1), 100, 10);
        assert_eq!((list.cursor, list.top), (94, 90));
        list.clamp(3, 10);
        assert_eq!((list.cursor, list.top), (2, 0));
        list.clamp(0, 10);
        assert_eq!((list.cursor, list.top), (0, 0));
    }
}
