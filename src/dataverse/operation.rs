//! What is sent as one and is more than the update of a row: a row made, a row deleted, an action.

use serde::{Deserialize, Serialize};

use super::{Action, Deletion, NewRow};

/// One write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Makes a row.
    Create(NewRow),
    /// Deletes a row.
    Delete(Deletion),
    /// Carries out an action.
    Act(Action),
    /// Makes a row, a note usually, and carries out an action behind it: both or neither, in one change set.
    CreateAndAct(NewRow, Action),
}
