//! The screens: what each one holds, and what its commands do. One file a screen.

pub mod doctor;
pub mod environments;
pub mod form;
pub mod grid;
pub mod json;
pub mod log;
pub mod record;
pub mod related;
pub mod review;
pub mod sign_in;
pub mod tables;
pub mod timeline;
mod unsent;
pub mod viewer;

use super::App;
use super::command::Scope;
use super::effect::Effect;
use super::key::Input;

pub use doctor::Doctor;
pub use environments::Environments;
pub use grid::Grid;
pub use log::Log;
pub use record::Record;
pub use review::Review;
pub use sign_in::SignIn;
pub use tables::Tables;
pub use viewer::Viewer;

/// A screen with its state.
#[derive(Debug, Clone, PartialEq)]
pub enum Screen {
    SignIn(SignIn),
    Environments(Environments),
    Tables(Tables),
    Grid(Box<Grid>),
    Record(Box<Record>),
    Review(Review),
    Doctor(Box<Doctor>),
    Log(Box<Log>),
    Viewer(Box<Viewer>),
}

impl Screen {
    /// The scopes whose commands apply, nearest first.
    pub fn scopes(&self) -> &'static [Scope] {
        match self {
            Screen::SignIn(_) => &[Scope::SignIn, Scope::Global],
            Screen::Environments(_) => &[Scope::Environments, Scope::List, Scope::Global],
            Screen::Tables(_) => &[Scope::Tables, Scope::List, Scope::Global],
            Screen::Grid(grid) if grid.parent.is_some() => {
                &[Scope::RelatedRows, Scope::Grid, Scope::Act, Scope::List, Scope::Global]
            }
            Screen::Grid(_) => &[Scope::Grid, Scope::Act, Scope::List, Scope::Global],
            Screen::Record(record) => match record.tab {
                record::Tab::Form => &[Scope::Form, Scope::Record, Scope::Act, Scope::List, Scope::Global],
                record::Tab::Related => {
                    &[Scope::Related, Scope::Record, Scope::Act, Scope::List, Scope::Global]
                }
                record::Tab::Timeline => {
                    &[Scope::Timeline, Scope::Record, Scope::Act, Scope::List, Scope::Global]
                }
                record::Tab::Json => {
                    &[Scope::Json, Scope::Tree, Scope::Record, Scope::Act, Scope::List, Scope::Global]
                }
            },
            Screen::Review(_) => &[Scope::Review, Scope::List, Scope::Global],
            Screen::Doctor(_) => &[Scope::Doctor, Scope::List, Scope::Global],
            Screen::Log(_) => &[Scope::Log, Scope::List, Scope::Global],
            Screen::Viewer(_) => &[Scope::Tree, Scope::List, Scope::Viewer],
        }
    }
}

impl App {
    /// Gives an input to the text field of the screen that has the keys; nothing when none has.
    pub(in crate::app) fn field_input(&mut self, input: &Input) -> Option<Vec<Effect>> {
        match self.screen() {
            Screen::Environments(_) => self.environments_field_input(input),
            Screen::SignIn(_) => self.sign_in_field_input(input),
            Screen::Tables(_) => self.tables_field_input(input),
            Screen::Grid(_) => self.grid_field_input(input),
            Screen::Log(_) => self.log_field_input(input),
            Screen::Record(_) | Screen::Review(_) | Screen::Doctor(_) | Screen::Viewer(_) => None,
        }
    }
}
