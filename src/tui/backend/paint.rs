//! From what a terminal shows to what it is to show.

use super::ability::Ability;
use super::cells::{Cells, is_blank, is_covered};
use super::glyph::{Trust, measure};
use super::pen::Pen;
use super::scroll;

/// Cells that are rather written again than jumped over.
const GAP: usize = 3;
/// Blank cells that are rather erased than written.
const BLANKS: usize = 12;

/// Writes the difference, and makes the picture of what is shown the wanted one. The style is plain afterwards.
pub(super) fn paint(shown: &mut Cells, wanted: &Cells, ability: Ability, pen: &mut Pen) {
    if ability.full
        && let Some(scroll) = scroll::find(shown, wanted)
    {
        pen.scroll(scroll.rows.clone(), scroll.by);
        shown.scroll(scroll.rows, scroll.by);
    }
    for y in 0..wanted.height() {
        if shown.row(y) != wanted.row(y) {
            row(shown, wanted, y, ability, pen);
            shown.row_mut(y).clone_from_slice(wanted.row(y));
        }
    }
    pen.wipe();
}

fn row(shown: &mut Cells, wanted: &Cells, y: u16, ability: Ability, pen: &mut Pen) {
    let new = wanted.row(y);
    let width = new.len();
    let end = new.iter().rposition(|cell| !is_blank(cell)).map_or(0, |last| last + 1);
    let mut x = 0;
    while x < end {
        let cells = 1 + new[x + 1..].iter().take_while(|cell| is_covered(cell)).count();
        if shown.row(y)[x..x + cells] == new[x..x + cells] {
            x += cells;
            continue;
        }
        if is_blank(&new[x]) && ability.full {
            let blanks = new[x..end].iter().take_while(|cell| is_blank(cell)).count();
            let until = shown.row(y)[x..x + blanks].iter().rposition(|cell| !is_blank(cell));
            let blanks = until.map_or(0, |last| last + 1);
            if blanks >= BLANKS {
                pen.erase_some(x as u16, y, blanks as u16);
                cover(shown, y, x, blanks);
                x += blanks;
                continue;
            }
        }
        bridge(new, x, y, pen);
        x += write(shown, wanted, x, y, pen);
    }
    let rest = shown.row(y)[end..].iter().position(|cell| !is_blank(cell)).map(|first| end + first);
    let Some(first) = rest else { return };
    let last = shown.row(y).iter().rposition(|cell| !is_blank(cell)).unwrap_or(width - 1);
    if last - first < GAP {
        (first..=last).for_each(|x| pen.write(x as u16, y, width as u16, &new[x]));
    } else {
        pen.erase(first as u16, y);
    }
}

/// Writes again the few cells between the cursor and a place, where that is shorter than a jump.
fn bridge(new: &[ratatui::buffer::Cell], x: usize, y: u16, pen: &mut Pen) {
    let Some((from, row)) = pen.place() else { return };
    let from = usize::from(from);
    if row != y || from >= x || x - from > GAP {
        return;
    }
    let gap = &new[from..x];
    if gap.iter().all(|cell| pen.suits(cell) && cell.symbol().len() == 1) {
        for (x, cell) in (from..x).zip(gap) {
            pen.write(x as u16, y, new.len() as u16, cell);
        }
    }
}

/// Writes one text; answers how many cells it takes.
fn write(shown: &mut Cells, wanted: &Cells, x: usize, y: u16, pen: &mut Pen) -> usize {
    let new = wanted.row(y);
    let cell = &new[x];
    let width = new.len();
    let glyph = measure(cell.symbol());
    let cells = usize::from(glyph.width);
    if glyph.trust != Trust::Doubtful {
        pen.write(x as u16, y, width as u16, cell);
        cover(shown, y, x, cells);
        return cells;
    }
    if x + usize::from(glyph.widest) > width {
        // A terminal that adds up would go on in the next row.
        let mut instead = cell.clone();
        instead.set_symbol("?");
        (x..x + cells).for_each(|x| pen.write(x as u16, y, width as u16, &instead));
        cover(shown, y, x, cells);
        return cells;
    }
    // One that takes fewer cells must not show what was there, one that takes more must not keep what it wrote there.
    let mut blank = cell.clone();
    blank.set_symbol(" ");
    (x + 1..x + cells).for_each(|x| pen.write(x as u16, y, width as u16, &blank));
    pen.write(x as u16, y, width as u16, cell);
    cover(shown, y, x, cells);
    shown.forget(y, (x + cells) as u16..(x + usize::from(glyph.widest)) as u16);
    cells
}

/// Takes note that cells of a row were written: the rest of a wide text that they cut is anything now.
fn cover(shown: &mut Cells, y: u16, x: usize, cells: usize) {
    let behind = shown.row(y)[x + cells..].iter().take_while(|cell| is_covered(cell)).count();
    shown.forget(y, (x + cells) as u16..(x + cells + behind) as u16);
}
