//! What the program costs, measured with the real binary against the sandbox in another process.
//!
//!     cargo bench --bench measure                        everything but what takes a million rows
//!     cargo bench --bench measure -- start idle          some of it: start, idle, finder, keys, staging, bytes, rows, grid, memory, busy
//!     cargo bench --bench measure -- million             keys and memory over a million rows; seeding them takes minutes
//!     DV_MEASURED=/path/to/dv cargo bench ...            another build of the program, to compare
//!
//! Times are of this machine in this minute: compare figures of one run with each other, not with other machines.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::unwrap_used)] // a measurement prints, and stops at what is odd

mod bytes;
mod grid;
mod idle;
mod keys;
mod memory;
mod rows;
mod start;
#[path = "../../tests/pty/terminal.rs"]
#[allow(dead_code)] // the tests use more of it
mod terminal;
mod world;

use world::World;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    if let [reader, url, pages] = wanted.as_slice()
        && reader == grid::READER
    {
        return grid::read(url, pages.parse().expect("a number of pages"));
    }
    let wants =
        |name: &str| wanted.iter().any(|wanted| wanted == name) || (wanted.is_empty() && name != "million");
    if ["start", "idle", "finder", "keys", "staging", "bytes"].into_iter().any(wants) {
        let world = World::new(12_000);
        if wants("start") {
            start::measure(&world);
        }
        if wants("idle") {
            idle::measure(&world);
        }
        if wants("keys") {
            keys::measure(&world, 10_000);
        }
        if wants("staging") {
            keys::staging(&world);
        }
        if wants("bytes") {
            bytes::measure(&world);
        }
        if wants("finder") {
            keys::finder(&world);
        }
    }
    if ["rows", "grid", "memory", "busy"].into_iter().any(wants) {
        let world = World::new(110_000);
        if wants("rows") {
            rows::measure(&world);
        }
        if wants("grid") {
            grid::measure(&world);
        }
        if wants("memory") {
            memory::measure(&world, 110_000);
        }
        if wants("busy") {
            keys::busy(&world);
        }
    }
    if wants("million") {
        let world = World::new(1_000_000);
        memory::measure(&world, 1_000_000);
        keys::measure(&world, 1_000_000);
    }
}
