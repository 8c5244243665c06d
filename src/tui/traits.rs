//! What the terminal says of itself when it is asked.

/// What is known of the terminal. Nothing at first, and for ever where it does not answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits {
    /// It can hold a frame back until the frame is whole (mode 2026).
    pub synchronized: bool,
    /// The colour behind the text, as red, green and blue.
    pub background: Option<[u8; 3]>,
    /// Pastes come marked as such (mode 2004).
    pub pastes_marked: bool,
}
