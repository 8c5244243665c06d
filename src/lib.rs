//! A keyboard-driven explorer and editor for Microsoft Dataverse in a terminal.
//!
//! The house and its rules are in `ARCHITECTURE.md`. In one line: `cli` and `tui` are the edges, `app` is the
//! pure core, `ops` are use cases, `dataverse` speaks the Web API, `auth` gets tokens, `sandbox` is a server of
//! its own that shares nothing with them.

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod dataverse;
pub mod http;
pub mod logging;
pub mod ops;
pub mod private_file;
pub mod sandbox;
pub mod text;
pub mod tui;
