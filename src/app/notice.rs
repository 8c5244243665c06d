//! The message line.

use super::problem::Problem;

/// What the message line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Something done or worth knowing. Goes with the next key that brings another.
    Info(String),
    /// Something that went wrong. Stays until Esc or another notice.
    Problem(Problem),
}
