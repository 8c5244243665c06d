//! Styles by meaning. Every state also has a character of its own, so the screens read without colour.

use ratatui::style::{Color, Modifier, Style};

/// The styles of the views.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Row 1.
    pub bar: Style,
    /// The badge of an environment that is not production.
    pub badge: Style,
    /// The badge of production.
    pub production: Style,
    /// Headings and column headers.
    pub heading: Style,
    /// What explains or is less important.
    pub dim: Style,
    /// The row under the cursor.
    pub cursor: Style,
    /// The cell or field under the cursor.
    pub active: Style,
    /// Edited, not sent.
    pub edited: Style,
    /// Went wrong.
    pub problem: Style,
    /// Keys in hints and menus.
    pub key: Style,
    /// Letters that match what was typed.
    pub matched: Style,
    /// Names of properties in JSON.
    pub name: Style,
    /// Done, fine.
    pub good: Style,
    /// A QR code: dark on light, many readers refuse it the other way round.
    pub code: Style,
}

impl Theme {
    /// Sixteen colours: every terminal has them, and people have chosen what theirs look like.
    pub fn colors() -> Self {
        let plain = Style::new();
        Self {
            bar: plain.add_modifier(Modifier::BOLD),
            badge: plain.fg(Color::Green).add_modifier(Modifier::BOLD),
            production: plain.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
            heading: plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            dim: plain.add_modifier(Modifier::DIM), // "dark grey" is the background of some palettes
            cursor: plain.add_modifier(Modifier::BOLD),
            active: plain.add_modifier(Modifier::REVERSED),
            edited: plain.fg(Color::Yellow),
            problem: plain.fg(Color::Red).add_modifier(Modifier::BOLD),
            key: plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            matched: plain.fg(Color::Yellow).add_modifier(Modifier::BOLD),
            name: plain.fg(Color::Cyan),
            good: plain.fg(Color::Green),
            code: plain.fg(Color::Black).bg(Color::White),
        }
    }

    /// Reverse, bold and underline only: what `NO_COLOR` asks for.
    pub fn plain() -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        Self {
            bar: bold,
            badge: bold,
            production: plain.add_modifier(Modifier::REVERSED | Modifier::BOLD),
            heading: bold.add_modifier(Modifier::UNDERLINED),
            dim: plain,
            cursor: bold,
            active: plain.add_modifier(Modifier::REVERSED),
            edited: bold,
            problem: bold,
            key: bold,
            matched: bold.add_modifier(Modifier::UNDERLINED),
            name: plain,
            good: plain,
            code: plain.add_modifier(Modifier::REVERSED),
        }
    }
}
