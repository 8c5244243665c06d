//! What is sent as one and is more than the update of a row: a row made, a row deleted, an action.

use serde::{Deserialize, Serialize};

use super::request::Request;
use super::{Action, Association, Deletion, Error, FileChange, NewRow, Patch, Wire};

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
    /// Brings a file into a column, or takes it away.
    File(FileChange),
    /// Links two rows, or takes the link away.
    Associate(Association),
}

impl Operation {
    /// What is sent. The two parts of a change set travel in one request.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for what cannot be put into a request.
    pub fn wires(&self) -> Result<Vec<Wire>, Error> {
        Ok(match self {
            Self::Update(patch) => vec![patch.wire()?],
            Self::Create(new) => vec![new.wire()?],
            Self::Delete(deletion) => vec![deletion.wire()?],
            Self::Act(action) => vec![action.wire()],
            Self::File(change) => vec![change.wire()?],
            Self::Associate(association) => vec![association.wire()],
            Self::CreateAndAct(new, action) => vec![Wire::of(&Request::create_unseen(new)?), action.wire()],
        })
    }

    /// It runs a workflow: nobody here knows what that does.
    pub fn runs_workflow(&self) -> bool {
        matches!(self, Self::Act(action) if action.runs_workflow())
    }

    /// Takes the version of the row that it is about for the one that was read.
    pub fn based_on(&mut self, etag: &str) {
        let known = match self {
            Self::Create(_) | Self::Associate(_) => None,
            Self::Update(patch) => Some(&mut patch.etag),
            Self::Delete(deletion) => Some(&mut deletion.etag),
            Self::File(change) => Some(&mut change.subject.etag),
            Self::Act(action) | Self::CreateAndAct(_, action) => {
                action.subject.as_mut().map(|subject| &mut subject.etag)
            }
        };
        if let Some(known) = known {
            etag.clone_into(known);
        }
    }
}
