//! The sandbox as a client sees it: plain requests, no code of our own client.

#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod border;
#[cfg(unix)]
mod command;
mod controls;
mod csdl;
mod desk;
mod discovery;
mod entra_applications;
mod entra_browser;
mod entra_device;
mod entra_documents;
mod entra_refresh;
mod faults;
mod metadata;
mod metadata_shapes;
mod metadata_writes;
mod methods;
mod office;
mod people;
mod raw;
mod rows_filters;
mod rows_kept;
mod rows_paging;
mod rows_refusals;
mod rows_shapes;
mod rows_writes;
#[path = "../support/mod.rs"]
mod support;
mod tls;
mod views;
