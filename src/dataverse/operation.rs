//! What is sent as one and is more than the update of a row: a row made, a row deleted, an action.

use serde::{Deserialize, Serialize};

use super::{Action, Deletion, NewRow, Patch};

/// One write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Operation {
    /// Changes columns: a state and its reason, which are no edit of one cell.
    Update(Patch),
    /// Makes a row.
    Create(NewRow),
    /// Deletes a row.
    Delete(Deletion),
    /// Carries out an action.
    Act(Action),
    /// Makes a row, a note usually, and carries out an action behind it: both or neither, in one change set.
    CreateAndAct(NewRow, Action),
}

impl Operation {
    /// Takes the version of the row that it is about for the one that was read.
    pub fn based_on(&mut self, etag: &str) {
        let known = match self {
            Self::Create(_) => None,
            Self::Update(patch) => Some(&mut patch.etag),
            Self::Delete(deletion) => Some(&mut deletion.etag),
            Self::Act(action) | Self::CreateAndAct(_, action) => {
                action.subject.as_mut().map(|subject| &mut subject.etag)
            }
        };
        if let Some(known) = known {
            etag.clone_into(known);
        }
    }
}
