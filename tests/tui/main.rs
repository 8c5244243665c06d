//! The screens: events in, cells out, without a terminal and without a network.

#![allow(clippy::unwrap_used, clippy::expect_used)] // a test that cannot go on should say where

mod acts;
mod bulk;
mod bytes;
mod columns;
mod confirming;
mod conflict;
mod copying;
mod copying_pending;
mod desk;
mod doctor;
mod duplicates;
mod editing;
mod editors;
mod environments;
mod files;
#[path = "../support/fingers.rs"]
mod fingers;
mod form;
mod going;
mod grid;
mod history;
mod journal;
mod json;
mod keymap;
mod known_columns;
mod known_tables;
mod log;
mod lookups;
mod marks;
mod odd_rows;
mod overlays;
mod own_editor;
mod paint;
mod panes;
mod problems;
mod progress;
mod query;
mod room;
mod safety;
mod saving;
mod service;
mod sign_in;
mod stage;
mod states;
mod storm;
mod sweep;
mod tables;
mod taking_back;
mod timeline;
mod typing;
mod viewer;
mod views;
mod whole_row;
mod words;
