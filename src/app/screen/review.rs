//! The review of pending changes before they are sent.

use crate::app::App;
use crate::app::command::review::ReviewCommand;
use crate::app::effect::Effect;
use crate::app::list::List;

/// State of the review.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Review {
    /// Cursor and scroll position.
    pub list: List,
}

impl App {
    pub(in crate::app) fn run_review(&mut self, command: ReviewCommand) -> Vec<Effect> {
        match command {
            ReviewCommand::Send => vec![],
        }
    }
}
