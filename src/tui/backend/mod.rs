//! The terminal as ratatui draws on it: in few bytes, and in none when nothing changed.
//!
//! Ratatui hands over cells. They go into a picture of the wanted screen; when a frame is complete it is compared
//! with a picture of what the terminal shows, and the difference is written at once.

mod ability;
mod cells;
mod glyph;
mod mend;
mod paint;
mod pen;
mod scroll;

use std::io::{self, Stdout, Write, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use tokio::time::Instant;

pub use ability::Ability;
use cells::Cells;
pub use mend::mend;
use pen::Pen;

use super::line::{Line, QUESTION};
use super::traits::Traits;

/// What a terminal shows, what it is to show, and the way there.
///
/// It remembers where the cursor is instead of asking: the answer would come among the keys, and a terminal that does
/// not answer would hold the program for seconds.
#[derive(Debug)]
pub struct ScreenBackend<W: Write = Stdout> {
    out: W,
    /// A size that was given, for a screen in memory. The terminal is asked otherwise.
    size: Option<Size>,
    ability: Ability,
    synchronized: Synchronized,
    line: Line,
    wanted: Cells,
    shown: Cells,
    /// Where the terminal's own cursor belongs, and whether it is to be seen.
    cursor: Position,
    cursor_shown: bool,
    /// The same as the terminal has it, as far as that is certain.
    known_cursor: Option<(u16, u16)>,
    known_shown: Option<bool>,
    /// Nobody knows what the terminal shows.
    stale: bool,
}

/// Whether the terminal is asked to hold a frame back until it is whole. Clones mean the same screen.
#[derive(Debug, Clone, Default)]
pub struct Synchronized(Arc<AtomicBool>);

impl Synchronized {
    /// Takes in what the terminal answered.
    pub fn set(&self, traits: &Traits) {
        self.0.store(traits.synchronized, Ordering::Relaxed);
    }

    fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl ScreenBackend {
    /// Draws on standard output.
    pub fn new(ability: Ability) -> Self {
        Self::with(stdout(), None, ability)
    }
}

impl<W: Write> ScreenBackend<W> {
    /// Draws on anything that takes bytes, as a terminal of this size.
    pub fn on(out: W, size: Size, ability: Ability) -> Self {
        Self::with(out, Some(size), ability)
    }

    fn with(out: W, size: Option<Size>, ability: Ability) -> Self {
        Self {
            out,
            size,
            ability,
            synchronized: Synchronized::default(),
            line: Line::default(),
            wanted: Cells::blank(0, 0),
            shown: Cells::blank(0, 0),
            cursor: Position::ORIGIN,
            cursor_shown: true,
            known_cursor: None,
            known_shown: None,
            stale: true,
        }
    }

    /// Takes in what the terminal answered.
    pub fn learn(&mut self, traits: &Traits) {
        self.synchronized.set(traits);
    }

    /// The same for whoever hears the answers while the screen is in use.
    pub fn synchronized(&self) -> Synchronized {
        self.synchronized.clone()
    }

    /// The line that the bytes go to, for whoever hears the answers.
    pub fn line(&self) -> Line {
        self.line.clone()
    }

    /// A screen in memory has a new size.
    pub fn resize(&mut self, size: Size) {
        self.size = Some(size);
    }

    /// Where the bytes go.
    pub fn out_mut(&mut self) -> &mut W {
        &mut self.out
    }

    /// Makes the pictures as large as the terminal is.
    fn fit(&mut self) -> io::Result<()> {
        let size = self.size()?;
        if (self.wanted.width(), self.wanted.height()) != (size.width, size.height) {
            self.wanted = Cells::blank(size.width, size.height);
            self.stale = true;
        }
        Ok(())
    }
}

impl<W: Write> Backend for ScreenBackend<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        self.fit()?;
        for (x, y, cell) in content {
            self.wanted.put(x, y, cell, self.ability.unicode);
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor_shown = false;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor_shown = true;
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = position.into();
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.fit()?;
        let Position { x, y } = self.cursor;
        match clear_type {
            ClearType::All => {
                self.wanted.clear();
                self.stale = true;
            }
            ClearType::AfterCursor => {
                self.wanted.clear_from(x, y);
                (y.saturating_add(1)..self.wanted.height()).for_each(|y| self.wanted.clear_from(0, y));
            }
            ClearType::BeforeCursor => {
                (0..y).for_each(|y| self.wanted.clear_from(0, y));
                (0..x).for_each(|x| self.wanted.put(x, y, &Cell::EMPTY, true));
            }
            ClearType::CurrentLine => self.wanted.clear_from(0, y),
            ClearType::UntilNewLine => self.wanted.clear_from(x, y),
        }
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        match self.size {
            Some(size) => Ok(size),
            None => crossterm::terminal::size().map(|(width, height)| Size { width, height }),
        }
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    /// Writes what changed, all of it at once.
    fn flush(&mut self) -> io::Result<()> {
        let mut pen = Pen::new(self.ability.full);
        if self.stale {
            // Whoever had the terminal may have left a style, a margin, anything.
            pen.send("\u{1b}[m\u{1b}[r\u{1b}[2J");
            self.shown = Cells::blank(self.wanted.width(), self.wanted.height());
            (self.known_cursor, self.known_shown) = (None, None);
            self.stale = false;
        }
        pen.stands_at(self.known_cursor);
        paint::paint(&mut self.shown, &self.wanted, self.ability, &mut pen);
        self.place_cursor(&mut pen);
        if pen.bytes.is_empty() {
            return Ok(());
        }
        let mut bytes = pen.bytes;
        if self.synchronized.is_on() {
            bytes.splice(0..0, *b"\x1b[?2026h");
            bytes.extend_from_slice(b"\x1b[?2026l");
        }
        if self.line.asks() {
            bytes.extend_from_slice(QUESTION.as_bytes());
            self.line.wrote(bytes.len(), Instant::now());
        }
        self.out.write_all(&bytes)?;
        self.out.flush()
    }
}

impl<W: Write> ScreenBackend<W> {
    /// Puts the cursor where it belongs, and shows or hides it. A hidden one stays where it is.
    fn place_cursor(&mut self, pen: &mut Pen) {
        if self.cursor_shown {
            let [right, bottom] =
                [self.wanted.width(), self.wanted.height()].map(|size| size.saturating_sub(1));
            pen.go(self.cursor.x.min(right), self.cursor.y.min(bottom));
        }
        if self.known_shown != Some(self.cursor_shown) {
            pen.send(if self.cursor_shown { "\u{1b}[?25h" } else { "\u{1b}[?25l" });
        }
        (self.known_cursor, self.known_shown) = (pen.place(), Some(self.cursor_shown));
    }
}
