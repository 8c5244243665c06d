//! The cells of a screen, as a terminal keeps them.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::glyph::{LONGEST, measure};

/// What shows on a cell without a letter.
pub(super) const SEEN_ON_BLANK: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK)
    .union(Modifier::CROSSED_OUT);

/// The text of the cells that a wide one covers behind its first.
const COVERED: &str = "";

/// The text of a cell of which nobody knows what the terminal shows there. No other cell has it.
const UNKNOWN: Cell = Cell::new("\0");

/// Rows of cells. A wide text stands in its first cell and covers the others.
#[derive(Debug)]
pub(super) struct Cells {
    width: u16,
    height: u16,
    cells: Vec<Cell>,
}

impl Cells {
    /// A blank screen.
    pub(super) fn blank(width: u16, height: u16) -> Self {
        Self { width, height, cells: vec![Cell::EMPTY; usize::from(width) * usize::from(height)] }
    }

    pub(super) fn width(&self) -> u16 {
        self.width
    }

    pub(super) fn height(&self) -> u16 {
        self.height
    }

    pub(super) fn row(&self, y: u16) -> &[Cell] {
        let from = usize::from(y) * usize::from(self.width);
        &self.cells[from..from + usize::from(self.width)]
    }

    pub(super) fn row_mut(&mut self, y: u16) -> &mut [Cell] {
        let from = usize::from(y) * usize::from(self.width);
        &mut self.cells[from..from + usize::from(self.width)]
    }

    /// Makes everything blank.
    pub(super) fn clear(&mut self) {
        self.cells.fill(Cell::EMPTY);
    }

    /// Makes one row blank from a column on.
    pub(super) fn clear_from(&mut self, x: u16, y: u16) {
        if y < self.height {
            let from = x.min(self.width);
            self.row_mut(y)[usize::from(from)..].fill(Cell::EMPTY);
        }
    }

    /// Writes a cell as a terminal does: the rest of a wide text that it cuts is blank afterwards.
    ///
    /// This is the last door to the terminal: a control character in a cell becomes a question mark, a pile of marks
    /// is cut, and what would stick out of the row is left out.
    pub(super) fn put(&mut self, x: u16, y: u16, cell: &Cell, unicode: bool) {
        if x >= self.width || y >= self.height {
            return;
        }
        let mut new = tidy(cell, unicode);
        let mut width = measure(new.symbol()).width;
        if width == 0 || width > self.width - x {
            new.set_symbol(" ");
            width = 1;
        }
        let (x, width) = (usize::from(x), usize::from(width));
        let row = self.row_mut(y);
        if is_covered(&row[x]) {
            return; // cells come from left to right: the wide text before it is part of this frame
        }
        let behind = row[x + width..].iter().take_while(|cell| is_covered(cell)).count();
        row[x + width..x + width + behind].fill(Cell::EMPTY);
        for covered in &mut row[x + 1..x + width] {
            *covered = Cell::new(COVERED);
        }
        row[x] = new;
    }

    /// Nobody knows what these cells of a row show.
    pub(super) fn forget(&mut self, y: u16, columns: std::ops::Range<u16>) {
        let (from, to) = (columns.start.min(self.width), columns.end.min(self.width));
        self.row_mut(y)[usize::from(from)..usize::from(to)].fill(UNKNOWN);
    }

    /// Moves the rows of a block up by `by` (down when negative); blank ones come in.
    pub(super) fn scroll(&mut self, rows: std::ops::Range<u16>, by: i32) {
        let width = usize::from(self.width);
        let block = &mut self.cells[usize::from(rows.start) * width..usize::from(rows.end) * width];
        let cells = (by.unsigned_abs() as usize * width).min(block.len());
        if by > 0 {
            block.rotate_left(cells);
            let from = block.len() - cells;
            block[from..].fill(Cell::EMPTY);
        } else {
            block.rotate_right(cells);
            block[..cells].fill(Cell::EMPTY);
        }
    }
}

/// The cell is the rest of a wide one.
pub(super) fn is_covered(cell: &Cell) -> bool {
    cell.symbol().is_empty()
}

/// The cell shows nothing at all, not even a background.
pub(super) fn is_blank(cell: &Cell) -> bool {
    *cell == Cell::EMPTY
}

/// A cell without what would not be seen, and without what must not be sent.
fn tidy(cell: &Cell, unicode: bool) -> Cell {
    let mut new = Cell::EMPTY;
    (new.fg, new.bg, new.modifier) = (cell.fg, cell.bg, cell.modifier);
    let symbol = cell.symbol();
    if symbol == " " || symbol.is_empty() {
        new.modifier &= SEEN_ON_BLANK;
        if new.modifier.is_empty() {
            new.fg = Color::Reset;
        }
        return new;
    }
    match symbol {
        _ if symbol.chars().any(char::is_control) => new.set_symbol("?"),
        _ if !unicode && !symbol.is_ascii() => {
            new.set_symbol(&"?".repeat(usize::from(measure(symbol).width)))
        }
        _ => match symbol.char_indices().nth(LONGEST) {
            Some((end, _)) => new.set_symbol(&symbol[..end]),
            None => new.set_symbol(symbol),
        },
    };
    new
}
