//! Finds rows that moved as a block, so that the terminal can move them by itself.

use std::ops::Range;

use ratatui::buffer::Cell;

use super::cells::{Cells, is_blank};

/// Bytes that a scroll costs, and what the terminal may need to do it, in cells that need not be written.
const COST: i32 = 40;

/// Rows that move up by `by`, down when it is negative.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scroll {
    pub(super) rows: Range<u16>,
    pub(super) by: i32,
}

/// The scroll that saves most, if one saves anything: most rows of a block are found elsewhere on the old screen.
pub(super) fn find(old: &Cells, new: &Cells) -> Option<Scroll> {
    let height = i32::from(old.height());
    let changed: Vec<i32> = (0..height).filter(|y| row(old, *y) != row(new, *y)).collect();
    if changed.len() < 3 {
        return None;
    }
    let (by, _) = votes(old, new, &changed)?;
    let gain = |y: i32| differences(row(old, y), row(new, y)) - differences(row(old, y + by), row(new, y));
    let from_blank = |y: i32| differences(row(old, y), row(new, y)) - letters(row(new, y));
    // The rows that come from elsewhere, `first` to `last`: the stretch with the greatest gain.
    let (mut best, mut sum, mut start) = (None::<(i32, i32, i32)>, 0, 0);
    for y in 0.max(-by)..height.min(height - by) {
        if sum <= 0 {
            (sum, start) = (0, y);
        }
        sum += gain(y);
        if best.is_none_or(|(most, ..)| sum > most) {
            best = Some((sum, start, y));
        }
    }
    let (saved, first, last) = best?;
    let (top, bottom) = if by > 0 { (first, last + by) } else { (first + by, last) };
    let entering = if by > 0 { last + 1..bottom + 1 } else { top..first };
    let saved = saved + entering.map(from_blank).sum::<i32>();
    (saved > COST).then_some(Scroll { rows: top as u16..bottom as u16 + 1, by })
}

/// How far most of the changed rows moved, and how many did.
fn votes(old: &Cells, new: &Cells, changed: &[i32]) -> Option<(i32, usize)> {
    let hashes = |cells: &Cells| changed.iter().map(|y| hash(row(cells, *y))).collect::<Vec<_>>();
    let (before, after) = (hashes(old), hashes(new));
    let mut counts = std::collections::BTreeMap::<i32, usize>::new();
    for (to, wanted) in after.iter().enumerate() {
        for (from, found) in before.iter().enumerate() {
            if from != to && wanted.is_some() && wanted == found {
                *counts.entry(changed[from] - changed[to]).or_default() += 1;
            }
        }
    }
    counts.into_iter().max_by_key(|(by, count)| (*count, -by.abs()))
}

fn row(cells: &Cells, y: i32) -> &[Cell] {
    cells.row(y as u16)
}

/// The letters of a row in one number (FNV-1a); colours are compared later. Nothing for a row without a letter: it is
/// found everywhere.
fn hash(row: &[Cell]) -> Option<u64> {
    if row.iter().all(is_blank) {
        return None;
    }
    let letters = row.iter().flat_map(|cell| cell.symbol().as_bytes());
    Some(letters.fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    }))
}

fn differences(one: &[Cell], other: &[Cell]) -> i32 {
    one.iter().zip(other).filter(|(one, other)| one != other).count() as i32
}

fn letters(row: &[Cell]) -> i32 {
    row.iter().filter(|cell| !is_blank(cell)).count() as i32
}
