//! Styles by meaning. Every state also has a character of its own, so the screens read without colour.

mod ground;

use ratatui::style::{Color, Modifier, Style};

pub use ground::Ground;
use ground::luminance;

/// The styles of the views.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Row 1.
    pub bar: Style,
    /// The badge of an environment that is not production.
    pub badge: Style,
    /// The badge of production.
    pub production: Style,
    /// The word for production in a list.
    pub production_text: Style,
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
    /// Marked.
    pub marked: Style,
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
    /// How many colours there are to choose from.
    colours: Colours,
}

/// How many colours a terminal is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colours {
    None,
    Sixteen,
    /// Sixteen that people choose, and 240 that stay what they are.
    Many,
    /// Any, as red, green and blue.
    All,
}

impl Colours {
    /// What a terminal of this name has; `all` when it says that it has every colour.
    pub fn of(name: &str, all: bool) -> Self {
        match name {
            _ if all || name.ends_with("-direct") => Colours::All,
            _ if name.contains("256color") => Colours::Many,
            _ => Colours::Sixteen,
        }
    }
}

/// The sixteen colours of most terminals, as red, green and blue.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 85, 85]),
    (Color::LightGreen, [85, 255, 85]),
    (Color::LightYellow, [255, 255, 85]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 85, 255]),
    (Color::LightCyan, [85, 255, 255]),
    (Color::White, [255, 255, 255]),
];

impl Theme {
    /// Sixteen colours on black: every terminal has them, and people have chosen what theirs look like. Other
    /// terminals get the same in other colours.
    pub fn colors() -> Self {
        let plain = Style::new();
        Self {
            bar: plain.add_modifier(Modifier::BOLD),
            badge: plain.fg(Color::Green).add_modifier(Modifier::BOLD),
            production: plain.fg(Color::White).bg(Color::Red).add_modifier(Modifier::BOLD),
            production_text: plain.fg(Color::LightRed).add_modifier(Modifier::BOLD),
            heading: plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            dim: plain.fg(Color::Gray), // faint letters may be too faint, and dark grey is the ground of some palettes
            cursor: plain.add_modifier(Modifier::BOLD),
            active: plain.add_modifier(Modifier::REVERSED),
            edited: plain.fg(Color::LightYellow),
            marked: plain.fg(Color::Cyan),
            problem: plain.fg(Color::LightRed).add_modifier(Modifier::BOLD),
            key: plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            matched: plain.fg(Color::LightYellow).add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            name: plain.fg(Color::Cyan),
            good: plain.fg(Color::Green),
            code: plain.fg(Color::Black).bg(Color::White),
            colours: Colours::Sixteen,
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
            production_text: bold,
            heading: bold.add_modifier(Modifier::UNDERLINED),
            dim: plain,
            cursor: bold,
            active: plain.add_modifier(Modifier::REVERSED),
            edited: bold,
            marked: bold,
            problem: bold,
            key: bold,
            matched: bold.add_modifier(Modifier::UNDERLINED),
            name: plain,
            good: plain,
            code: plain.add_modifier(Modifier::REVERSED),
            colours: Colours::None,
        }
    }

    /// All styles.
    fn styles(&mut self) -> Vec<&mut Style> {
        let Self {
            bar,
            badge,
            production,
            production_text,
            heading,
            dim,
            cursor,
            active,
            edited,
            marked,
            problem,
            key,
            matched,
            name,
            good,
            code,
            colours: _,
        } = self;
        vec![
            bar,
            badge,
            production,
            production_text,
            heading,
            dim,
            cursor,
            active,
            edited,
            marked,
            problem,
            key,
            matched,
            name,
            good,
            code,
        ]
    }

    /// The same with any colour, for terminals that say that they have them.
    #[must_use]
    pub fn with_all_colours(mut self) -> Self {
        if self.colours == Colours::Sixteen {
            self.colours = Colours::All;
        }
        self
    }

    /// A style in the colour that a profile names: behind the text where the style has a colour there, the text's own
    /// otherwise. The style as it is where there are no colours.
    pub fn coloured(&self, colour: &str, style: Style) -> Style {
        let colour = match (self.colours, colour.parse::<Color>()) {
            (Colours::None, _) | (_, Err(_)) => return style,
            (Colours::Sixteen, Ok(Color::Rgb(red, green, blue))) => nearest([red, green, blue]),
            (Colours::Many, Ok(Color::Rgb(red, green, blue))) => in_cube([red, green, blue]),
            (_, Ok(colour)) => colour,
        };
        match style.bg {
            Some(_) => style.bg(colour).fg(readable_on(colour)),
            None => style.fg(colour),
        }
    }
}

fn nearest(colour: [u8; 3]) -> Color {
    let distance = |of: &[u8; 3]| -> i32 {
        colour.iter().zip(of).map(|(one, other)| (i32::from(*one) - i32::from(*other)).pow(2)).sum()
    };
    // Black is no choice: it is the ground of most terminals.
    SIXTEEN[1..].iter().min_by_key(|(_, of)| distance(of)).map_or(Color::White, |(colour, _)| *colour)
}

/// The steps of the cube of colours that starts at 16.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest colour of the cube.
fn in_cube(colour: [u8; 3]) -> Color {
    let [red, green, blue] =
        colour.map(|part| (0..6).min_by_key(|step| CUBE[*step].abs_diff(part)).unwrap_or(0));
    Color::Indexed((16 + 36 * red + 6 * green + blue) as u8)
}

/// What a colour looks like, as far as that is known.
fn rgb(colour: Color) -> [u8; 3] {
    match colour {
        Color::Rgb(red, green, blue) => [red, green, blue],
        Color::Indexed(grey @ 232..) => [8 + 10 * (grey - 232); 3],
        Color::Indexed(index @ 16..) => {
            let place = usize::from(index - 16);
            [place / 36, place / 6 % 6, place % 6].map(|step| CUBE[step])
        }
        named => SIXTEEN.iter().find(|(one, _)| *one == named).map_or([0; 3], |(_, of)| *of),
    }
}

/// Black or white, whichever can be read on a colour.
fn readable_on(colour: Color) -> Color {
    if luminance(rgb(colour)) > ground::MIDDLE { Color::Black } else { Color::White }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_badge_takes_the_colour_of_its_profile_as_far_as_the_terminal_has_it() {
        let (plain, sixteen) = (Theme::plain(), Theme::colors());
        let all = Theme::colors().with_all_colours();
        assert_eq!(plain.coloured("red", plain.production), plain.production);
        assert_eq!(sixteen.coloured("blue", sixteen.badge).fg, Some(Color::Blue));
        assert_eq!(sixteen.coloured("light-blue", sixteen.badge).fg, Some(Color::LightBlue));
        assert_eq!(sixteen.coloured("dark-gray", sixteen.badge).fg, Some(Color::DarkGray));
        assert_eq!(sixteen.coloured("#ff5050", sixteen.badge).fg, Some(Color::LightRed));
        assert_eq!(all.coloured("#ff5050", all.badge).fg, Some(Color::Rgb(255, 80, 80)));
        let production = sixteen.coloured("yellow", sixteen.production);
        assert_eq!((production.bg, production.fg), (Some(Color::Yellow), Some(Color::Black)));
        assert_eq!(sixteen.coloured("reddish", sixteen.badge), sixteen.badge);
    }
}
