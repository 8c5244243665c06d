//! A stand-in for Entra ID and Dataverse on loopback, for the demo, the tests and other people's clients.
//!
//! It is written from the protocol alone and must name no other module of this package, nor they it (`cli`
//! excepted): a client and a test server that share code would share their misunderstandings too.

mod answer;
mod api;
mod border;
mod clock;
mod conditions;
mod controls;
mod discovery;
mod entra;
mod environments;
mod error;
mod faults;
mod fetchxml;
mod gzip;
mod line;
mod names;
mod odata;
mod options;
mod private;
mod ready;
mod request_log;
mod schema;
mod seed;
mod server;
mod sites;
mod start;
mod store;
mod struck;
mod tls;
mod users;

pub use error::Error;
pub use options::{Options, RowCounts, TlsFault};
pub use ready::{Confidential, Ready, ReadyEnvironment, ReadyUser};
pub use start::{Sandbox, start};
