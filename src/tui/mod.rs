//! The terminal edge: the loop, the runner of effects, the views.
//!
//! Must not know: how a request is built or a token is got; that is behind `ops` and `dataverse`.

mod console;
mod event_loop;
mod input;
mod runner;
mod services;
mod start;
mod terminal;
mod theme;
pub mod view;

pub use console::Console;
pub use event_loop::run as run_loop;
pub use runner::Runner;
pub use services::Services;
pub use start::{Start, run};
pub use theme::Theme;
