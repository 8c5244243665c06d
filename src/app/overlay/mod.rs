//! What lies over a screen and takes its keys: prefix menus, help, the palette, prompts, editors.

pub mod prefix;

use super::App;
use super::effect::Effect;
use super::key::{Input, Key};

/// An overlay with its state.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// A prefix key was pressed: the menu of what may follow.
    Prefix(Key),
}

impl App {
    /// Gives an input to the top overlay.
    pub(in crate::app) fn overlay_input(&mut self, input: Input) -> Vec<Effect> {
        match self.overlays.last() {
            Some(Overlay::Prefix(prefix)) => self.prefix_input(*prefix, input),
            None => vec![],
        }
    }
}
