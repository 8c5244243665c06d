//! The real program: arguments in, standard output, standard error and exit code out.

#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

mod assigning;
mod bad_input;
mod browser;
mod calling;
mod creating;
mod damaged_files;
mod deleting;
#[path = "../support/dice.rs"]
mod dice;
mod doctor;
mod dv;
mod env;
mod files;
mod grants;
mod inspecting;
mod json;
mod keeping;
mod keys;
mod login;
mod noting;
mod odd_authorities;
mod odd_tokens;
#[cfg(target_os = "linux")]
mod opening;
mod plain_authority;
mod profiles_together;
mod refusals;
mod renewing;
mod resolving;
mod revoked;
mod rows;
mod setting;
mod stub;
#[path = "../support/mod.rs"]
mod support;
mod together;
#[cfg(unix)]
mod token_store;
mod unsafe_lines;
mod ways;
mod writing;
