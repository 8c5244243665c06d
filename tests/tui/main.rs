//! The screens: events in, cells out, without a terminal and without a network.

mod desk;
mod editing;
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
