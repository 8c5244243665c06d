//! The bytes that reach a terminal make the frame that was drawn, in few bytes.

use dvtui::tui::backend::{Ability, ScreenBackend, mend};
use dvtui::tui::theme::{Colours, Ground};
use dvtui::tui::traits::Traits;
use dvtui::tui::{Theme, view};
use ratatui::Terminal;
use ratatui::backend::Backend;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier, Style};

use crate::stage::Stage;

/// The backend over memory, and a terminal that reads what it writes.
pub(crate) struct Wire {
    terminal: Terminal<ScreenBackend<Vec<u8>>>,
    parser: vt100::Parser,
    /// What the last frame was made of.
    pub(crate) bytes: Vec<u8>,
}

impl Wire {
    pub(crate) fn new(width: u16, height: u16) -> Self {
        Self::with(width, height, Ability { full: true, unicode: true })
    }

    pub(crate) fn with(width: u16, height: u16, ability: Ability) -> Self {
        let backend = ScreenBackend::on(vec![], Size { width, height }, ability);
        Self { terminal: Terminal::new(backend).unwrap(), parser: parser(width, height), bytes: vec![] }
    }

    /// Draws a frame; answers the buffer that it was.
    pub(crate) fn draw(&mut self, render: impl FnOnce(&mut Buffer) -> Option<Position>) -> Buffer {
        let frame = self.terminal.draw(|frame| {
            let cursor = render(frame.buffer_mut());
            mend(frame.buffer_mut());
            if let Some(cursor) = cursor {
                frame.set_cursor_position(cursor);
            }
        });
        let buffer = frame.unwrap().buffer.clone();
        self.bytes = std::mem::take(self.terminal.backend_mut().out_mut());
        self.parser.process(&self.bytes);
        buffer
    }

    /// Draws a stage with the theme of most terminals.
    pub(crate) fn show(&mut self, stage: &Stage) -> Buffer {
        self.show_in(stage, &Theme::for_terminal(Colours::Many, Ground::Dark))
    }

    /// Draws a stage with a theme.
    pub(crate) fn show_in(&mut self, stage: &Stage, theme: &Theme) -> Buffer {
        self.draw(|buffer| {
            let area = buffer.area;
            view::render(&stage.app, theme, area, buffer)
        })
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        if self.terminal.backend().size().unwrap() == (Size { width, height }) {
            return; // such a terminal keeps what it shows
        }
        self.terminal.backend_mut().resize(Size { width, height });
        self.parser = parser(width, height);
    }

    pub(crate) fn learn(&mut self, traits: &Traits) {
        self.terminal.backend_mut().learn(traits);
    }

    /// Somebody else had the terminal.
    pub(crate) fn forget(&mut self) {
        self.parser.process(b"\x1b[41m\x1b[2Jjunk\x1b[3;5r");
        self.terminal.clear().unwrap();
    }

    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// The first difference between what the terminal shows and a buffer.
    pub(crate) fn difference(&self, buffer: &Buffer) -> Option<String> {
        let area = buffer.area;
        for y in 0..area.height {
            let mut x = 0;
            while x < area.width {
                let cell = &buffer[(x, y)];
                let shown = self.screen().cell(y, x).unwrap();
                // The reference terminal leaves out what stands for bytes that are no text.
                let is_left_out = cell.symbol().contains('\u{fffd}');
                if !is_left_out && !same(cell, shown, usize::from(area.width - x)) {
                    return Some(format!("{x},{y}: {cell:?} is {shown:?}, by {:?}", self.text()));
                }
                x += unicode_width::UnicodeWidthStr::width(cell.symbol()).max(1) as u16;
            }
        }
        None
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

fn parser(width: u16, height: u16) -> vt100::Parser {
    let size = |size: u16| std::num::NonZeroU16::new(size.max(1)).unwrap();
    vt100::Parser::new(size(height), size(width), 0)
}

/// The sixteen, in the order of their numbers.
const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// A cell shows what was meant: the letters, and as much of the style as can be seen.
fn same(cell: &Cell, shown: &vt100::Cell, room: usize) -> bool {
    let letters = if shown.has_contents() { shown.contents() } else { " " };
    let blank = cell.symbol() == " ";
    let has = |modifier| cell.modifier.contains(modifier);
    let seen = |colour: Color| match colour {
        Color::Reset => vt100::Color::Default,
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        named => vt100::Color::Idx(NAMED.iter().position(|one| *one == named).unwrap() as u8),
    };
    // The second half of a text that a terminal counts differently shows the text's own style.
    let underlined = shown.underline() == has(Modifier::UNDERLINED);
    let behind = shown.bgcolor() == seen(cell.bg) && shown.inverse() == has(Modifier::REVERSED) && underlined;
    let ink_is_seen = !blank || has(Modifier::REVERSED) || has(Modifier::UNDERLINED);
    let ink = shown.fgcolor() == seen(cell.fg);
    let weight = shown.bold() == has(Modifier::BOLD) && shown.italic() == has(Modifier::ITALIC);
    // This terminal gives each character that takes room a place of its own: of a flag it has the first letter there.
    let spacing =
        cell.symbol().chars().filter(|c| unicode_width::UnicodeWidthChar::width(*c) > Some(0)).count();
    let widest: usize = cell.symbol().chars().filter_map(unicode_width::UnicodeWidthChar::width).sum();
    let is_text = match spacing > 1 {
        _ if widest > room => letters == "?", // it could go on in the next row
        true => cell.symbol().starts_with(letters),
        false => cell.symbol() == letters,
    };
    is_text && behind && (!ink_is_seen || ink) && (blank || weight)
}

/// Numbers that are the same in every run.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % sides
    }
}

const WORDS: [&str; 12] = [
    "a",
    "Fourth Coffee",
    "Ørsted",
    "宽字符",
    "テスト",
    "e\u{301}tude",
    "❤\u{fe0f}",
    "👍🏽 ok",
    "🇳🇴",
    "שלום",
    "x  y",
    "各位 Привет",
];

fn style(dice: &mut Dice) -> Style {
    let colours =
        [Color::Reset, Color::Red, Color::Cyan, Color::White, Color::Indexed(200), Color::Rgb(1, 2, 3)];
    let modifiers = [Modifier::BOLD, Modifier::UNDERLINED, Modifier::REVERSED, Modifier::ITALIC];
    let mut style = Style::new();
    if dice.roll(3) == 0 {
        style = style.fg(colours[dice.roll(6)]);
    }
    if dice.roll(5) == 0 {
        style = style.bg(colours[dice.roll(6)]);
    }
    if dice.roll(3) == 0 {
        style = style.add_modifier(modifiers[dice.roll(4)]);
    }
    style
}

/// Changes a picture as screens do: a text here, a row there, a block that moves, everything anew.
fn change(picture: &mut [Vec<(u16, String, Style)>], width: u16, dice: &mut Dice) {
    let height = picture.len();
    let text = |dice: &mut Dice| {
        let word = WORDS[dice.roll(WORDS.len())];
        (dice.roll(usize::from(width)) as u16, word.repeat(1 + dice.roll(3)), style(dice))
    };
    match dice.roll(8) {
        0 => picture.iter_mut().for_each(|row| *row = (0..dice.roll(5)).map(|_| text(dice)).collect()),
        1 => picture[dice.roll(height)].clear(),
        2 | 3 => {
            let (top, bottom) = (dice.roll(height), dice.roll(height) + 1);
            if top < bottom {
                let by = dice.roll(3) % (bottom - top);
                picture[top..bottom].rotate_left(by);
                picture[top..bottom].iter_mut().rev().take(by).for_each(|row| *row = vec![text(dice)]);
            }
        }
        4 => {
            let (top, bottom) = (dice.roll(height), dice.roll(height) + 1);
            if top < bottom {
                picture[top..bottom].rotate_right(1);
                picture[top] = vec![text(dice)];
            }
        }
        _ => {
            let row = dice.roll(height);
            let text = text(dice);
            picture[row].push(text);
        }
    }
}

fn draw(wire: &mut Wire, picture: &[Vec<(u16, String, Style)>], cursor: Option<Position>) -> Buffer {
    wire.draw(|buffer| {
        for (y, row) in (0..).zip(picture) {
            for (x, text, style) in row.iter().rev().take(4).rev() {
                buffer.set_string(*x, y, text, *style);
            }
        }
        cursor
    })
}

/// Random frames, one after the other, as the terminal has them in the end.
fn frames_arrive(seeds: std::ops::Range<u64>, ability: Ability) {
    for seed in seeds {
        let mut dice = Dice::new(seed + 1);
        let (width, height) = (20 + dice.roll(60) as u16, 3 + dice.roll(20) as u16);
        let mut wire = Wire::with(width, height, ability);
        let mut picture = vec![vec![]; usize::from(height)];
        for frame in 0..40 {
            change(&mut picture, width, &mut dice);
            let cursor = Position { x: dice.roll(width.into()) as u16, y: dice.roll(height.into()) as u16 };
            let cursor = Some(cursor).filter(|_| dice.roll(4) > 0);
            let buffer = draw(&mut wire, &picture, cursor);
            if let Some(difference) = wire.difference(&buffer) {
                panic!("seed {seed}, frame {frame}, {width}x{height}: {difference}");
            }
            assert_eq!(wire.screen().hide_cursor(), cursor.is_none(), "seed {seed}, frame {frame}");
            if let Some(cursor) = cursor {
                let shown = wire.screen().cursor_position();
                assert_eq!(shown, (cursor.y, cursor.x), "seed {seed}, frame {frame}: {}", wire.text());
            }
            draw(&mut wire, &picture, cursor);
            assert_eq!(wire.text(), "", "seed {seed}, frame {frame}: nothing changed");
        }
    }
}

#[test]
fn what_is_drawn_is_what_the_terminal_shows() {
    frames_arrive(0..16, Ability { full: true, unicode: true });
}

#[test]
fn what_is_drawn_is_what_an_old_terminal_shows() {
    frames_arrive(0..8, Ability { full: false, unicode: true });
}

#[test]
fn what_stands_behind_an_emoji_is_written_again_with_it() {
    let mut wire = Wire::new(20, 1);
    for style in [Style::new(), Style::new().add_modifier(Modifier::BOLD)] {
        let buffer = wire.draw(|buffer| {
            buffer.set_string(0, 0, "👍🏽", style);
            buffer.set_string(2, 0, "abc", Style::new());
            None
        });
        assert_eq!(wire.difference(&buffer), None);
    }
}

#[test]
#[ignore = "long; by hand"]
fn what_is_drawn_is_what_the_terminal_shows_in_many_runs() {
    frames_arrive(0..5_000, Ability { full: true, unicode: true });
}
