//! Jump to a column of the grid by its name.

use super::Overlay;
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::picker::Picker;
use crate::app::{App, Screen};
use crate::dataverse::Column;

/// Rows of the list.
pub const HEIGHT: usize = 8;

/// The columns to choose from, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnJump {
    /// What matches.
    pub picker: Picker,
}

impl ColumnJump {
    /// A choice among these columns, by display or logical name.
    pub fn new(columns: &[Column]) -> Self {
        let texts = |column: &Column| vec![column.display_name.clone(), column.name.to_string()];
        Self { picker: Picker::new(columns.iter().map(texts).collect()) }
    }
}

impl App {
    pub(in crate::app) fn column_jump_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Columns(jump)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => {
                self.overlays.pop();
            }
            Input::Key(Key::Enter | Key::Tab) => {
                let column = jump.picker.current();
                self.overlays.pop();
                let width = self.grid_size().width;
                match (column, self.screen_mut()) {
                    (Some(column), Screen::Grid(grid)) => grid.go_to_column(column, width),
                    _ => self.say("No column has that name."),
                }
            }
            input => {
                if !jump.picker.update(input, HEIGHT) {
                    self.say_unbound(input);
                }
            }
        }
        vec![]
    }
}
