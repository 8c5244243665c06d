//! Edits that were staged and not sent.

/// The edits of this environment that wait to be reviewed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pending {}

impl Pending {
    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many changes wait.
    pub fn count(&self) -> usize {
        0
    }
}
