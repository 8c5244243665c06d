//! The command line.

mod error;
mod output;

pub use error::{CliError, Kind};
