//! A stand-in for Entra ID and Dataverse on loopback, for the demo, the tests and other people's clients.
//!
//! It is written from the protocol alone and must name no other module of this package, nor they it (`cli`
//! excepted): a client and a test server that share code would share their misunderstandings too.

mod api;
mod error;
mod options;
mod users;

pub use error::Error;
pub use options::{Options, RowCounts};
