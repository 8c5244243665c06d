//! Use cases shared by the edges: what the command line and the screens both do, as async functions.
//!
//! Must not know: screens, arguments, standard output.

pub mod attaching;
pub mod backup;
pub mod column_layouts;
pub mod connect;
pub mod create;
pub mod delete;
pub mod doctor;
pub mod environments;
pub mod file_column;
pub mod journal;
pub mod known;
pub mod lookup;
mod new_file;
pub mod operate;
pub mod pending_file;
pub mod save;
pub mod save_file;
pub mod sign_in;
pub mod time_zone;
pub mod together;
mod windows_zones;

pub use connect::{Expected, Failure, Identity, OtherOrganization, connect, connect_as};
pub use create::create;
pub use delete::delete;
pub use operate::operate;
pub use save::{Outcome, save};
pub use time_zone::time_zone;
pub use together::together;
