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
pub(in crate::app) const CHROME: u16 = 4;

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
/// A column that is cut to fewer cells than this tells nothing.
const NARROW: u16 = 10;

/// The cells that a column asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// Cells for its text.
    pub width: u16,
    /// Half of it is worse than nothing: a date, a number.
    pub uncut: bool,
}

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

/// Places the columns of a grid in `width` cells: the first one always, then those from `left` on. The last cell
/// stays free for the mark that more columns follow.
pub fn place_columns(wishes: &[Wish], left: usize, width: u16) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::new();
    let mut x = MARKS;
    for (column, wish) in wishes.iter().enumerate() {
        if column > 0 && column < left {
            continue;
        }
        // One long text must not hide all others, least of all the one that stays.
        let most = if column == 0 { width / 3 } else { width * 3 / 8 };
        let wanted = if wish.uncut { wish.width } else { wish.width.min(most.max(NARROW)) };
        let room = width.saturating_sub(x + 3);
        let least = if wish.uncut { wanted } else { wanted.min(NARROW) };
        // Something is shown beside the column that stays, cut or not.
        if room < least && (placed.len() > 1 || room == 0) {
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

/// The first scrolled column with which `active` is seen whole, changing `left` no more than needed. Room behind the
/// last column is filled from the left; the first column leads home.
pub fn scroll_columns(wishes: &[Wish], left: usize, active: usize, width: u16) -> usize {
    if active == 0 {
        return 1;
    }
    let is_seen = |left, column| {
        place_columns(wishes, left, width).iter().any(|placed| placed.column == column && placed.whole)
    };
    let mut left = left.clamp(1, active);
    while left < active && !is_seen(left, active) {
        left += 1;
    }
    while left > 1 && is_seen(left - 1, wishes.len() - 1) {
        left -= 1;
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(widths: &[u16]) -> Vec<Wish> {
        widths.iter().map(|width| Wish { width: *width, uncut: false }).collect()
    }

    #[test]
    fn room_behind_the_last_column_is_filled_from_the_left() {
        let widths = wishes(&[16, 23, 8, 13, 13, 9]);
        let narrow = scroll_columns(&widths, 1, 5, 60);
        assert!(narrow > 1);
        assert_eq!(scroll_columns(&widths, narrow, 5, 120), 1);
        let usual = scroll_columns(&widths, narrow, 5, 80);
        assert!(usual < narrow && usual > 1, "{usual}");
    }

    #[test]
    fn a_date_is_shown_whole_or_not_at_all() {
        let mut widths = wishes(&[16, 23, 19]);
        let columns =
            |widths: &[Wish]| place_columns(widths, 1, 60).iter().map(|p| p.column).collect::<Vec<_>>();
        assert_eq!(columns(&widths), [0, 1, 2]);
        widths[2].uncut = true;
        assert_eq!(columns(&widths), [0, 1]);
    }

    #[test]
    fn the_active_column_is_brought_into_view_and_the_first_one_stays() {
        let widths = wishes(&[20, 30, 30, 30, 10]);
        assert_eq!(scroll_columns(&widths, 1, 1, 80), 1);
        assert_eq!(scroll_columns(&widths, 1, 2, 80), 2);
        assert_eq!(scroll_columns(&widths, 2, 4, 80), 3);
        assert_eq!(scroll_columns(&widths, 3, 0, 80), 1);
        assert_eq!(scroll_columns(&widths, 3, 1, 80), 1);
        let columns = |left| place_columns(&widths, left, 80).iter().map(|p| p.column).collect::<Vec<_>>();
        assert_eq!(columns(3), [0, 3, 4]);
    }

    #[test]
    fn columns_stay_inside_the_grid() {
        for width in 0..200 {
            for placed in place_columns(&wishes(&[40, 40, 7, 40]), 1, width) {
                assert!(placed.x + placed.width < width.max(1));
            }
        }
    }
}
