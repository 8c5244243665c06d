//! What a terminal is told: where to write, in which style, what. In as few bytes as it understands.

use std::io::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::cells::SEEN_ON_BLANK;
use super::glyph::{Trust, measure};

/// The style of what is written next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Ink {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Ink = Ink { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// Attributes: what they are, and the numbers that switch them on and off.
const ATTRIBUTES: [(Modifier, &str, &str); 9] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::SLOW_BLINK, "5", "25"),
    (Modifier::RAPID_BLINK, "6", "25"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::HIDDEN, "8", "28"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

/// Bytes for a terminal, and what they leave it in.
#[derive(Debug)]
pub(super) struct Pen {
    pub(super) bytes: Vec<u8>,
    full: bool,
    ink: Ink,
    /// Where the terminal's cursor is, as far as it is known.
    column: Option<u16>,
    row: Option<u16>,
    /// What was written last may have another width there.
    drifting: bool,
}

impl Pen {
    /// Nothing is known of where the cursor is. The style is plain: every frame ends so.
    pub(super) fn new(full: bool) -> Self {
        Self { bytes: vec![], full, ink: PLAIN, column: None, row: None, drifting: false }
    }

    /// Says where the cursor is.
    pub(super) fn stands_at(&mut self, place: Option<(u16, u16)>) {
        (self.column, self.row) = (place.map(|(x, _)| x), place.map(|(_, y)| y));
        self.drifting = false;
    }

    /// Where the cursor is, when that is certain.
    pub(super) fn place(&self) -> Option<(u16, u16)> {
        if self.drifting { None } else { Some((self.column?, self.row?)) }
    }

    /// Sends a sequence that moves nothing.
    pub(super) fn send(&mut self, sequence: &str) {
        self.bytes.extend_from_slice(sequence.as_bytes());
    }

    /// Moves the cursor.
    pub(super) fn go(&mut self, x: u16, y: u16) {
        if self.place() == Some((x, y)) {
            return;
        }
        let mut best = absolute(x, y);
        let mut offer = |bytes: String| {
            if bytes.len() < best.len() {
                best = bytes;
            }
        };
        let column = self.column.filter(|_| !self.drifting);
        match (column, self.row) {
            (Some(from), Some(row)) if row == y && from < x => offer(step(x - from, 'C')),
            (Some(from), Some(row)) if row == y && self.full => offer(step(from - x, 'D')),
            (Some(from), Some(row)) if from == x && self.full => {
                offer(step(row.abs_diff(y), if row < y { 'B' } else { 'A' }));
            }
            _ => {}
        }
        if let Some(row) = self.row {
            if row == y && x == 0 {
                offer("\r".into());
            } else if row == y && self.full {
                offer(format!("\u{1b}[{}G", x + 1));
            } else if row + 1 == y && x == 0 {
                offer("\r\n".into());
            }
        }
        self.send(&best);
        self.stands_at(Some((x, y)));
    }

    /// Whether a cell can be written where the cursor is without a word about its style.
    pub(super) fn suits(&self, cell: &Cell) -> bool {
        let wanted = ink(cell);
        // On a blank cell not much of a style is seen.
        let seen = |ink: Ink| (ink.bg, ink.modifier & SEEN_ON_BLANK);
        let plain = |ink: Ink| (ink.modifier & SEEN_ON_BLANK).is_empty();
        self.ink == wanted || cell.symbol() == " " && plain(wanted) && seen(self.ink) == seen(wanted)
    }

    /// Writes a cell at a place.
    pub(super) fn write(&mut self, x: u16, y: u16, width: u16, cell: &Cell) {
        let glyph = measure(cell.symbol());
        // Letters of one script follow each other as they come; before anything else the place is made certain.
        if self.drifting && glyph.trust == Trust::Likely && (self.column, self.row) == (Some(x), Some(y)) {
            self.drifting = false;
        }
        self.go(x, y);
        if !self.suits(cell) {
            self.dip(ink(cell));
        }
        self.send(cell.symbol());
        self.column = Some(x + glyph.width).filter(|next| *next < width && glyph.trust != Trust::Doubtful);
        self.drifting = glyph.trust == Trust::Likely;
    }

    /// Erases from a place to the end of its row.
    pub(super) fn erase(&mut self, x: u16, y: u16) {
        self.go(x, y);
        self.dip(PLAIN); // some terminals erase in the colour they write in
        self.send("\u{1b}[K");
    }

    /// Erases cells without moving.
    pub(super) fn erase_some(&mut self, x: u16, y: u16, cells: u16) {
        self.go(x, y);
        self.dip(PLAIN);
        self.send(&step(cells, 'X'));
    }

    /// Moves the rows of a block up by `by`, or down when it is negative.
    ///
    /// Line feeds at the lower margin and reverse ones at the upper: more terminals know those than `CSI S`.
    pub(super) fn scroll(&mut self, rows: std::ops::Range<u16>, by: i32) {
        self.dip(PLAIN);
        let _ = write!(self.bytes, "\u{1b}[{};{}r", rows.start + 1, rows.end); // writing to a Vec cannot fail
        self.stands_at(None); // at the top of the screen, or of the block: they differ
        self.go(0, if by > 0 { rows.end - 1 } else { rows.start });
        for _ in 0..by.unsigned_abs() {
            self.send(if by > 0 { "\n" } else { "\u{1b}M" });
        }
        self.send("\u{1b}[r");
        self.stands_at(None); // at home; some emulators leave it where it was
    }

    /// Goes back to the plain style.
    pub(super) fn wipe(&mut self) {
        self.dip(PLAIN);
    }

    fn dip(&mut self, wanted: Ink) {
        if wanted == self.ink {
            return;
        }
        let anew = change(PLAIN, wanted).unwrap_or_default();
        let anew = match (wanted == PLAIN, anew.is_empty()) {
            (true, _) => "\u{1b}[m".to_owned(),
            (false, true) => String::new(),
            (false, false) => format!("\u{1b}[0;{anew}m"),
        };
        let best = match change(self.ink, wanted).filter(|_| self.full || self.only_adds(wanted)) {
            Some(some) if some.len() + 3 <= anew.len() => format!("\u{1b}[{some}m"),
            _ => anew,
        };
        self.send(&best);
        self.ink = wanted;
    }

    /// Nothing that is on has to go off: old terminals can only end everything at once.
    fn only_adds(&self, wanted: Ink) -> bool {
        wanted.modifier.contains(self.ink.modifier)
    }
}

/// The numbers that lead from one style to another; none when they are the same.
fn change(from: Ink, to: Ink) -> Option<String> {
    let mut parts: Vec<String> = vec![];
    let (mut gone, mut new) = (from.modifier - to.modifier, to.modifier - from.modifier);
    if gone.intersects(Modifier::BOLD | Modifier::DIM) {
        new |= to.modifier & (Modifier::BOLD | Modifier::DIM); // one number ends both
    }
    if gone.intersects(Modifier::SLOW_BLINK | Modifier::RAPID_BLINK) {
        new |= to.modifier & (Modifier::SLOW_BLINK | Modifier::RAPID_BLINK);
    }
    for (attribute, _, off) in ATTRIBUTES {
        if gone.contains(attribute) {
            parts.push(off.into());
            gone -= match off {
                "22" => Modifier::BOLD | Modifier::DIM,
                "25" => Modifier::SLOW_BLINK | Modifier::RAPID_BLINK,
                _ => attribute,
            };
        }
    }
    parts.extend(ATTRIBUTES.iter().filter(|(one, ..)| new.contains(*one)).map(|(_, on, _)| (*on).into()));
    if from.fg != to.fg {
        parts.push(colour(to.fg, 30));
    }
    if from.bg != to.bg {
        parts.push(colour(to.bg, 40));
    }
    if parts.is_empty() { None } else { Some(parts.join(";")) }
}

/// The numbers of a colour; `base` is 30 for letters and 40 for what is behind them.
fn colour(colour: Color, base: u8) -> String {
    let plain = |number: u8| (base + number).to_string();
    let bright = |number: u8| (base + 60 + number).to_string();
    match colour {
        Color::Reset => plain(9),
        Color::Black => plain(0),
        Color::Red => plain(1),
        Color::Green => plain(2),
        Color::Yellow => plain(3),
        Color::Blue => plain(4),
        Color::Magenta => plain(5),
        Color::Cyan => plain(6),
        Color::Gray => plain(7),
        Color::DarkGray => bright(0),
        Color::LightRed => bright(1),
        Color::LightGreen => bright(2),
        Color::LightYellow => bright(3),
        Color::LightBlue => bright(4),
        Color::LightMagenta => bright(5),
        Color::LightCyan => bright(6),
        Color::White => bright(7),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}

fn ink(cell: &Cell) -> Ink {
    Ink { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
}

fn absolute(x: u16, y: u16) -> String {
    match (x, y) {
        (0, 0) => "\u{1b}[H".into(),
        (0, y) => format!("\u{1b}[{}H", y + 1),
        (x, y) => format!("\u{1b}[{};{}H", y + 1, x + 1),
    }
}

/// A sequence of one number, which is left out when it is 1.
fn step(by: u16, last: char) -> String {
    if by == 1 { format!("\u{1b}[{last}") } else { format!("\u{1b}[{by}{last}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(full: bool, from: (u16, u16), to: (u16, u16)) -> String {
        let mut pen = Pen::new(full);
        pen.stands_at(Some(from));
        pen.go(to.0, to.1);
        String::from_utf8(pen.bytes).unwrap()
    }

    #[test]
    fn moves_are_as_short_as_the_terminal_knows_them() {
        assert_eq!(moved(true, (5, 5), (5, 5)), "");
        assert_eq!(moved(true, (5, 5), (6, 5)), "\u{1b}[C");
        assert_eq!(moved(true, (5, 5), (5, 6)), "\u{1b}[B");
        assert_eq!(moved(true, (70, 20), (50, 20)), "\u{1b}[20D");
        assert_eq!(moved(true, (70, 20), (0, 21)), "\r\n");
        assert_eq!(moved(true, (7, 2), (40, 11)), "\u{1b}[12;41H");
        assert_eq!(moved(false, (5, 5), (5, 6)), "\u{1b}[7;6H");
    }

    #[test]
    fn after_a_scroll_the_cursor_is_placed_whether_the_terminal_took_it_home_or_not() {
        let mut pen = Pen::new(true);
        pen.scroll(0..7, 1);
        pen.go(0, 0);
        assert_eq!(String::from_utf8(pen.bytes).unwrap(), "\u{1b}[1;7r\u{1b}[7H\n\u{1b}[r\u{1b}[H");
    }

    #[test]
    fn a_style_is_changed_by_what_differs_or_begun_anew() {
        let ink = |fg, modifier| Ink { fg, bg: Color::Reset, modifier };
        let mut pen = Pen::new(true);
        let mut dipped = |wanted| {
            pen.bytes.clear();
            pen.dip(wanted);
            String::from_utf8(pen.bytes.clone()).unwrap()
        };
        let bold_dim = Modifier::BOLD | Modifier::DIM;
        assert_eq!(dipped(ink(Color::Red, Modifier::BOLD)), "\u{1b}[1;31m");
        assert_eq!(dipped(ink(Color::Red, bold_dim)), "\u{1b}[2m");
        assert_eq!(dipped(ink(Color::Red, Modifier::DIM)), "\u{1b}[22;2m");
        assert_eq!(dipped(ink(Color::Rgb(1, 2, 3), Modifier::DIM)), "\u{1b}[38;2;1;2;3m");
        assert_eq!(dipped(PLAIN), "\u{1b}[m");
        assert_eq!(dipped(PLAIN), "");
    }

    #[test]
    fn an_old_terminal_ends_all_attributes_at_once() {
        let mut pen = Pen::new(false);
        pen.dip(Ink { modifier: Modifier::BOLD | Modifier::REVERSED, ..PLAIN });
        pen.dip(Ink { modifier: Modifier::BOLD, ..PLAIN });
        assert_eq!(String::from_utf8(pen.bytes).unwrap(), "\u{1b}[1;7m\u{1b}[0;1m");
    }
}
