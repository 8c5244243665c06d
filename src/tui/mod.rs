//! The terminal edge: the loop, the runner of effects, the views.
//!
//! Must not know: how a request is built or a token is got; that is behind `ops` and `dataverse`.

mod aim;
pub mod backend;
pub mod clipboard;
pub mod console;
pub mod event_loop;
mod examination;
mod finding;
pub mod input;
mod journal;
mod layouts;
pub mod line;
pub mod own_editor;
pub mod pasting;
mod places;
pub mod runner;
pub mod secret_line;
pub mod services;
mod sign_in_problem;
mod sign_ins;
pub mod start;
pub mod terminal;
pub mod theme;
mod told;
pub mod traits;
mod typing;
pub mod view;

pub use console::Console;
pub use event_loop::run as run_loop;
pub use runner::Runner;
pub use services::Services;
pub use start::{Given, Start, run};
pub use theme::Theme;
pub use traits::Traits;
