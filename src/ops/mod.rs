//! Use cases shared by the edges: what the command line and the screens both do, as async functions.
//!
//! Must not know: screens, arguments, standard output.

pub mod column_layouts;
pub mod connect;
pub mod doctor;
pub mod environments;
pub mod journal;
pub mod known;
pub mod save;
pub mod sign_in;

pub use connect::{Expected, Failure, Identity, OtherOrganization, connect, connect_as};
pub use save::{Outcome, save};
