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

    /// Rows of the columns of a conflict: half of what its headings leave, the values in full take the rest.
    pub fn conflict_height(self) -> usize {
        (self.body_height().saturating_sub(4) / 2).max(1)
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
    /// A person asked for this width: it is not made smaller to leave room for others.
    pub own: bool,
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
    /// It is the last one of those that stay: a rule follows it.
    pub is_edge: bool,
}

/// How many of the first `frozen` columns stay at the left in `width` cells: those that leave room for one more. The
/// first one always does.
pub fn staying_columns(wishes: &[Wish], frozen: usize, width: u16) -> usize {
    let room = width.saturating_sub(width / 3);
    let mut x = MARKS;
    let fits = |(column, wish): (usize, &Wish)| {
        x += wanted(wish, column, width) + 2;
        column == 0 || x <= room
    };
    wishes.iter().enumerate().take(frozen.max(1)).map(fits).take_while(|fits| *fits).count()
}

/// Places the columns of a grid in `width` cells: the first `frozen` ones as far as they can stay, then those from
/// `left` on. The last cell stays free for the mark that more columns follow.
pub fn place_columns(wishes: &[Wish], frozen: usize, left: usize, width: u16) -> Vec<Placed> {
    let staying = staying_columns(wishes, frozen, width);
    let mut placed: Vec<Placed> = Vec::new();
    let mut x = MARKS;
    for (column, wish) in wishes.iter().enumerate() {
        if column >= staying && column < left {
            continue;
        }
        let wanted = wanted(wish, column, width);
        let mut room = width.saturating_sub(x + 3);
        if column < staying && wishes.len() > staying {
            room = room.min(width.saturating_sub(width / 3));
        }
        let least = if wish.uncut { wanted } else { wanted.min(NARROW) };
        // Something is shown beside the columns that stay, cut or not.
        if room < least && (placed.len() > staying || room == 0) {
            break;
        }
        let is_edge = column + 1 == staying;
        placed.push(Placed { column, x: x + 1, width: wanted.min(room), whole: wanted <= room, is_edge });
        x += wanted.min(room) + 2;
        if is_edge {
            x += 1; // the rule behind it
        }
    }
    placed
}

/// One long text must not hide all others, least of all the column that stays.
fn wanted(wish: &Wish, column: usize, width: u16) -> u16 {
    let most = if column == 0 { width / 3 } else { width * 3 / 8 };
    if wish.uncut || wish.own { wish.width } else { wish.width.min(most.max(NARROW)) }
}

/// The first scrolled column with which `active` is seen whole, changing `left` no more than needed. Room behind the
/// last column is filled from the left; the columns that stay lead home.
pub fn scroll_columns(wishes: &[Wish], frozen: usize, left: usize, active: usize, width: u16) -> usize {
    let staying = staying_columns(wishes, frozen, width);
    if active < staying {
        return staying;
    }
    let is_seen = |left, column| {
        let placed = place_columns(wishes, frozen, left, width);
        placed.iter().any(|placed| placed.column == column && placed.whole)
    };
    let mut left = left.clamp(staying, active);
    while left < active && !is_seen(left, active) {
        left += 1;
    }
    while left > staying && is_seen(left - 1, wishes.len() - 1) {
        left -= 1;
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wishes(widths: &[u16]) -> Vec<Wish> {
        widths.iter().map(|width| Wish { width: *width, uncut: false, own: false }).collect()
    }

    #[test]
    fn room_behind_the_last_column_is_filled_from_the_left() {
        let widths = wishes(&[16, 23, 8, 13, 13, 9]);
        let narrow = scroll_columns(&widths, 1, 1, 5, 60);
        assert!(narrow > 1);
        assert_eq!(scroll_columns(&widths, 1, narrow, 5, 120), 1);
        let usual = scroll_columns(&widths, 1, narrow, 5, 80);
        assert!(usual < narrow && usual > 1, "{usual}");
    }

    #[test]
    fn a_date_is_shown_whole_or_not_at_all() {
        let mut widths = wishes(&[16, 23, 19]);
        let columns =
            |widths: &[Wish]| place_columns(widths, 1, 1, 60).iter().map(|p| p.column).collect::<Vec<_>>();
        assert_eq!(columns(&widths), [0, 1, 2]);
        widths[2].uncut = true;
        assert_eq!(columns(&widths), [0, 1]);
    }

    #[test]
    fn the_active_column_is_brought_into_view_and_the_first_one_stays() {
        let widths = wishes(&[20, 30, 30, 30, 10]);
        assert_eq!(scroll_columns(&widths, 1, 1, 1, 80), 1);
        assert_eq!(scroll_columns(&widths, 1, 1, 2, 80), 2);
        assert_eq!(scroll_columns(&widths, 1, 2, 4, 80), 3);
        assert_eq!(scroll_columns(&widths, 1, 3, 0, 80), 1);
        assert_eq!(scroll_columns(&widths, 1, 3, 1, 80), 1);
        let columns = |left| place_columns(&widths, 1, left, 80).iter().map(|p| p.column).collect::<Vec<_>>();
        assert_eq!(columns(3), [0, 3, 4]);
    }

    #[test]
    fn columns_stay_inside_the_grid() {
        for width in 0..200 {
            for placed in place_columns(&wishes(&[40, 40, 7, 40]), 1, 1, width) {
                assert!(placed.x + placed.width < width.max(1));
            }
        }
    }

    #[test]
    fn frozen_columns_stay_as_far_as_they_leave_room_for_another() {
        let widths = wishes(&[10, 12, 30, 30, 10]);
        let columns = |frozen, left, width| {
            place_columns(&widths, frozen, left, width).iter().map(|p| p.column).collect::<Vec<_>>()
        };
        assert_eq!(columns(2, 2, 80), [0, 1, 2, 3]);
        assert_eq!(columns(2, 4, 80), [0, 1, 4]);
        assert_eq!(staying_columns(&widths, 4, 80), 2, "three of them would fill two thirds");
        assert_eq!(columns(4, 3, 80), [0, 1, 3, 4], "what cannot stay scrolls");
        assert_eq!(scroll_columns(&widths, 2, 4, 1, 80), 2, "what stays leads home");
    }

    #[test]
    fn a_width_of_ones_own_is_kept_and_never_hides_the_column_under_the_cursor() {
        let own = |width| Wish { width, uncut: false, own: true };
        let placed = place_columns(&[own(3), own(50)], 1, 1, 80);
        assert_eq!(placed.iter().map(|p| p.width).collect::<Vec<_>>(), [3, 50]);
        let placed = place_columns(&[own(200), own(200)], 1, 1, 60);
        assert_eq!(placed.len(), 2, "{placed:?}");
    }

    proptest::proptest! {
        /// Whatever the widths: the column under the cursor is on the screen, nothing overlaps, nothing is outside.
        #[test]
        fn the_active_column_is_always_seen(
            widths in proptest::collection::vec((1..90_u16, proptest::bool::ANY, proptest::bool::ANY), 1..12),
            frozen in 0..14_usize,
            left in 0..14_usize,
            active in 0..12_usize,
            width in 60..220_u16,
        ) {
            let wishes: Vec<Wish> =
                widths.iter().map(|(width, uncut, own)| Wish { width: *width, uncut: *uncut, own: *own }).collect();
            let active = active.min(wishes.len() - 1);
            let left = scroll_columns(&wishes, frozen, left, active, width);
            let placed = place_columns(&wishes, frozen, left, width);
            proptest::prop_assert!(placed.iter().any(|placed| placed.column == active && placed.width > 0));
            for pair in placed.windows(2) {
                proptest::prop_assert!(pair[0].column < pair[1].column);
                proptest::prop_assert!(pair[0].x + pair[0].width + u16::from(pair[0].is_edge) < pair[1].x);
            }
            proptest::prop_assert!(placed.iter().all(|placed| placed.x + placed.width < width));
        }
    }
}
