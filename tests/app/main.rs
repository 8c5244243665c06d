//! The whole program but for the terminal: the real loop, runner and client against a sandbox, driven by keys.
#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod attachments;
mod bulk;
mod desk;
mod doctor;
mod environments;
mod faults;
mod files;
#[path = "../support/fingers.rs"]
mod fingers;
mod going;
mod grid;
mod handing_over;
mod log;
mod lookups;
mod own_editor;
mod panes;
mod program;
mod safety;
mod screen;
mod signed_out;
#[path = "../support/mod.rs"]
#[allow(dead_code)] // others use more of it
mod support;
mod typing;
mod views;
mod work;
