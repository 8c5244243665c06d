//! What lies over a screen and takes its keys: prefix menus, help, the palette, prompts, editors.

pub mod columns;
pub mod help;
pub mod palette;
pub mod prefix;

use super::App;
use super::effect::Effect;
use super::key::{Input, Key};
use columns::ColumnJump;
use help::Help;
use palette::Palette;

/// An overlay with its state.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// A prefix key was pressed: the menu of what may follow.
    Prefix(Key),
    /// The keys of the screen.
    Help(Help),
    /// Commands and tables by name.
    Palette(Palette),
    /// The grid's columns by name.
    Columns(ColumnJump),
}

impl App {
    /// Gives an input to the top overlay.
    pub(in crate::app) fn overlay_input(&mut self, input: Input) -> Vec<Effect> {
        match self.overlays.last() {
            Some(Overlay::Prefix(prefix)) => self.prefix_input(*prefix, input),
            Some(Overlay::Help(_)) => self.help_input(&input),
            Some(Overlay::Palette(_)) => self.palette_input(&input),
            Some(Overlay::Columns(_)) => self.column_jump_input(&input),
            None => vec![],
        }
    }

    /// Says that an overlay has no use for an input.
    pub(in crate::app) fn say_unbound(&mut self, input: &Input) {
        if let Input::Key(key) = input {
            self.say(format!("`{key}` does nothing here. Esc closes"));
        }
    }
}
