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
