//! The client against servers on loopback: its requests as they arrive, its answers as they are understood.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test that cannot go on should say where

mod audits;
mod background;
mod browser_visits;
mod clocks;
mod connect;
#[path = "../support/dice.rs"]
mod dice;
mod discovery;
mod errors;
mod exchanges;
mod fidelity;
mod file_columns;
mod hostile_devices;
mod interference;
mod links;
mod lookups;
mod making;
mod operations;
mod paging;
mod quick_find;
mod real_data;
mod redirects;
mod related;
mod renewal;
mod retries;
mod revoked;
mod sandbox_faults;
mod sandbox_reads;
mod sandbox_saves;
mod saves;
mod scripted;
mod shared_renewal;
mod stale;
#[path = "../support/mod.rs"]
mod support;
mod timelines;
mod together;
mod views;
mod workflows;
mod world;
mod writes;
