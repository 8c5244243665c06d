//! The screens: events in, cells out, without a terminal and without a network.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should say where

mod desk;
mod doctor;
mod editing;
mod environments;
mod form;
mod grid;
mod json;
mod overlays;
mod safety;
mod saving;
mod sign_in;
mod stage;
mod sweep;
mod tables;
mod viewer;
mod whole_row;
