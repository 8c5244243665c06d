//! What text stands on, and the colours that can be read there.

use ratatui::style::{Color, Modifier, Style};

use super::{Colours, Theme};
use crate::config::{Look, Shade};

/// What text stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    Dark,
    Light,
    /// It may be either: only what can be read on both is shown.
    Unknown,
}

impl Ground {
    /// By the setting, then by what the terminal answered, then by what the environment tells.
    pub fn choose(look: &Look, answered: Option<[u8; 3]>) -> Self {
        let answered = answered.map(|colour| match luminance(colour) < MIDDLE {
            true => Shade::Dark,
            false => Shade::Light,
        });
        match look.asked.or(answered).or(look.likely) {
            Some(Shade::Dark) => Ground::Dark,
            Some(Shade::Light) => Ground::Light,
            None => Ground::Unknown,
        }
    }
}

/// The luminance that black and white stand out from alike.
pub(super) const MIDDLE: f64 = 0.179;

/// Relative luminance as <https://www.w3.org/TR/WCAG21/#dfn-relative-luminance> defines it.
pub(super) fn luminance(colour: [u8; 3]) -> f64 {
    let [red, green, blue] = colour.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

impl Theme {
    /// The theme for so many colours on such a ground.
    pub fn for_terminal(colours: Colours, ground: Ground) -> Self {
        if colours == Colours::None {
            return Self::plain();
        }
        let mut theme = Self::colors();
        theme.colours = colours;
        for style in theme.styles() {
            *style = shade(*style, colours, ground);
        }
        theme
    }
}

/// What becomes of a style that was made for sixteen colours on black.
///
/// Terminals draw bold letters of the eight darker colours in the brighter ones, so what stands on a light ground, and
/// black on a colour, is not bold.
fn shade(style: Style, colours: Colours, ground: Ground) -> Style {
    let thin = style.remove_modifier(Modifier::BOLD);
    let thin = Style { sub_modifier: style.sub_modifier, ..thin };
    let (Some(colour), false) = (style.fg, colours == Colours::Sixteen && ground == Ground::Dark) else {
        return style;
    };
    if let (Some(behind), true) = (style.bg, colours != Colours::Sixteen) {
        return style.fg(fixed(colour)).bg(fixed(behind));
    }
    if style.bg.is_some() {
        return style;
    }
    if colours == Colours::Sixteen {
        return match (colour, ground) {
            (Color::Green, _) => thin.fg(Color::Black).bg(Color::Green),
            (Color::LightRed, Ground::Light) => thin.fg(Color::Red),
            (Color::LightRed, _) => style.fg(Color::White).bg(Color::Red),
            (Color::LightYellow, Ground::Light) => thin.fg(Color::Magenta),
            (Color::LightYellow, _) => thin.fg(Color::Black).bg(Color::Cyan),
            (Color::Cyan, Ground::Light) => style.fg(Color::Blue),
            _ => style.fg(Color::Reset),
        };
    }
    // Of the 240 colours that nobody changes: on black, on white, on both.
    let [dark, light, both] = match colour {
        Color::Green => [114, 28, 29],
        Color::LightRed => [210, 160, 131],
        Color::LightYellow => [221, 94, 98],
        Color::Cyan => [116, 24, 63],
        _ => [246, 241, 243],
    };
    style.fg(Color::Indexed(match ground {
        Ground::Dark => dark,
        Ground::Light => light,
        Ground::Unknown => both,
    }))
}

/// A colour of a pair, as one that nobody changes.
fn fixed(colour: Color) -> Color {
    match colour {
        Color::White => Color::Indexed(231),
        Color::Black => Color::Indexed(16),
        Color::Red => Color::Indexed(160),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::rgb;

    /// The colours of the PC's text mode, and xterm's.
    const PALETTES: [[[u8; 3]; 16]; 2] = [
        [
            [0, 0, 0],
            [170, 0, 0],
            [0, 170, 0],
            [170, 85, 0],
            [0, 0, 170],
            [170, 0, 170],
            [0, 170, 170],
            [170, 170, 170],
            [85, 85, 85],
            [255, 85, 85],
            [85, 255, 85],
            [255, 255, 85],
            [85, 85, 255],
            [255, 85, 255],
            [85, 255, 255],
            [255, 255, 255],
        ],
        [
            [0, 0, 0],
            [205, 0, 0],
            [0, 205, 0],
            [205, 205, 0],
            [0, 0, 238],
            [205, 0, 205],
            [0, 205, 205],
            [229, 229, 229],
            [127, 127, 127],
            [255, 0, 0],
            [0, 255, 0],
            [255, 255, 0],
            [92, 92, 255],
            [255, 0, 255],
            [0, 255, 255],
            [255, 255, 255],
        ],
    ];

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

    fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        if one > other { one / other } else { other / one }
    }

    /// What a colour may look like: as its palette has it, or brighter when it is bold.
    fn looks(colour: Option<Color>, reset: [u8; 3], bold: bool, palette: &[[u8; 3]; 16]) -> Vec<[u8; 3]> {
        let colour = colour.unwrap_or_default();
        match NAMED.iter().position(|named| *named == colour) {
            Some(index) if bold && index < 8 => vec![palette[index], palette[index + 8]],
            Some(index) => vec![palette[index]],
            None if colour == Color::Reset => vec![reset],
            None => vec![rgb(colour)],
        }
    }

    fn least_contrast(style: Style, ground: [u8; 3]) -> f64 {
        let opposite = ground.map(|part| 255 - part);
        let bold = style.add_modifier.contains(Modifier::BOLD);
        let mut least = f64::MAX;
        for palette in &PALETTES {
            for letters in looks(style.fg, opposite, bold, palette) {
                for behind in looks(style.bg, ground, false, palette) {
                    least = least.min(contrast(letters, behind));
                }
            }
        }
        least
    }

    fn grounds(ground: Ground) -> Vec<[u8; 3]> {
        match ground {
            Ground::Dark => vec![[0; 3]],
            Ground::Light => vec![[255; 3]],
            Ground::Unknown => vec![[0; 3], [255; 3]],
        }
    }

    #[test]
    fn every_style_of_every_theme_can_be_read() {
        for colours in [Colours::None, Colours::Sixteen, Colours::Many, Colours::All] {
            for ground in [Ground::Dark, Ground::Light, Ground::Unknown] {
                let mut theme = Theme::for_terminal(colours, ground);
                for (index, style) in theme.styles().into_iter().enumerate() {
                    for behind in grounds(ground) {
                        let contrast = least_contrast(*style, behind);
                        let place = format!("{colours:?} {ground:?}, style {index} {style:?}");
                        assert!(contrast >= 4.5, "{place}: {contrast:.2}");
                        // How faint a terminal makes it is not known.
                        assert!(!style.add_modifier.contains(Modifier::DIM), "{place}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_ground_is_asked_for_answered_or_likely() {
        let look = |asked, likely| Look { asked, likely, ..Look::default() };
        let white = Some([255; 3]);
        assert_eq!(Ground::choose(&look(Some(Shade::Dark), None), white), Ground::Dark);
        assert_eq!(Ground::choose(&look(None, Some(Shade::Dark)), white), Ground::Light);
        assert_eq!(Ground::choose(&look(None, Some(Shade::Dark)), None), Ground::Dark);
        assert_eq!(Ground::choose(&look(None, None), Some([0, 43, 54])), Ground::Dark);
        assert_eq!(Ground::choose(&look(None, None), None), Ground::Unknown);
    }

    #[test]
    fn no_colours_are_none_on_any_ground() {
        for ground in [Ground::Dark, Ground::Light, Ground::Unknown] {
            let mut theme = Theme::for_terminal(Colours::None, ground);
            assert!(theme.styles().iter().all(|style| style.fg.is_none() && style.bg.is_none()));
        }
    }
}
