//! Where things are on the screen: pure geometry, used by `update` and by the views alike.

/// A size in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

/// The smallest terminal that the screens fit into.
pub const MINIMUM: Size = Size { width: 60, height: 16 };

/// Rows of the frame around the body: where am I, context, message, hints.
const CHROME: u16 = 4;

impl Size {
    /// Too small for the screens.
    pub fn is_too_small(self) -> bool {
        self.width < MINIMUM.width || self.height < MINIMUM.height
    }

    /// Rows between the two on top and the two at the bottom.
    pub fn body_height(self) -> usize {
        usize::from(self.height.saturating_sub(CHROME))
    }

    /// Rows of a list that has a header line in the body.
    pub fn list_height(self) -> usize {
        self.body_height().saturating_sub(1)
    }
}

/// Cells at the left of a grid: the cursor's mark and the row's mark.
const MARKS: u16 = 2;
/// A column narrower than this tells nothing.
const NARROW: u16 = 5;

/// Where a column of a grid is drawn. One cell at each side of it is its own: brackets and gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Index among the grid's columns.
    pub column: usize,
    /// The first cell of its text, counted from the left edge of the grid.
    pub x: u16,
    /// Cells for its text.
    pub width: u16,
    /// All of its width is on the screen.
    pub whole: bool,
}

/// Places the columns of a grid in `width` cells: the first one always, then those from `left` on.
pub fn place_columns(widths: &[u16], left: usize, width: u16) -> Vec<Placed> {
    let mut placed = Vec::new();
    let mut x = MARKS;
    for (column, wanted) in widths.iter().copied().enumerate() {
        if column > 0 && column < left {
            continue;
        }
        // One long text must not hide all others, least of all the one that stays.
        let most = if column == 0 { width / 3 } else { width * 3 / 8 };
        let wanted = wanted.min(most.max(NARROW));
        let room = width.saturating_sub(x + 2);
        if room < wanted.min(NARROW) {
            break;
        }
        placed.push(Placed { column, x: x + 1, width: wanted.min(room), whole: wanted <= room });
        x += wanted.min(room) + 2;
        if column == 0 {
            x += 1; // the rule behind it
        }
    }
    placed
}

/// The first scrolled column with which `active` is seen whole, changing `left` no more than needed.
pub fn scroll_columns(widths: &[u16], left: usize, active: usize, width: u16) -> usize {
    let mut left = left.clamp(1, widths.len().max(1));
    if active > 0 {
        left = left.min(active);
        let is_seen = |left| place_columns(widths, left, width).iter().any(|p| p.column == active && p.whole);
        while left < active && !is_seen(left) {
            left += 1;
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_active_column_is_brought_into_view_and_the_first_one_stays() {
        let widths = [20, 30, 30, 30, 10];
        assert_eq!(scroll_columns(&widths, 1, 1, 80), 1);
        assert_eq!(scroll_columns(&widths, 1, 2, 80), 2);
        assert_eq!(scroll_columns(&widths, 2, 4, 80), 3);
        assert_eq!(scroll_columns(&widths, 3, 0, 80), 3);
        assert_eq!(scroll_columns(&widths, 3, 1, 80), 1);
        let columns = |left| place_columns(&widths, left, 80).iter().map(|p| p.column).collect::<Vec<_>>();
        assert_eq!(columns(3), [0, 3, 4]);
    }

    #[test]
    fn columns_stay_inside_the_grid() {
        for width in 0..200 {
            for placed in place_columns(&[40, 40, 7, 40], 1, width) {
                assert!(placed.x + placed.width < width.max(1));
            }
        }
    }
}
