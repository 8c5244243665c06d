//! What a terminal tells of itself when it is asked.

/// The answers; as nobody has answered yet by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traits {
    /// It draws a frame at once when its bytes are marked (mode 2026).
    pub synchronized: bool,
    /// The colour behind the text, as red, green and blue.
    pub background: Option<[u8; 3]>,
    /// Pastes arrive marked as such (mode 2004).
    pub pastes_marked: bool,
}
