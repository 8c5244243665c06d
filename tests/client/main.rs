//! The client against servers on loopback: its requests as they arrive, its answers as they are understood.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on should say where

mod connect;
mod discovery;
mod errors;
mod fidelity;
mod links;
mod paging;
mod real_data;
mod renewal;
mod retries;
mod sandbox_faults;
mod sandbox_reads;
mod sandbox_saves;
mod saves;
mod scripted;
#[path = "../support/mod.rs"]
mod support;
mod world;
mod writes;
