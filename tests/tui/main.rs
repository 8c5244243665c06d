//! The screens: events in, cells out, without a terminal and without a network.

mod grid;
mod overlays;
mod sign_in;
mod stage;
mod sweep;
mod tables;
