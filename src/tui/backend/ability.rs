//! What the terminal is trusted with, by its name.

/// Names, or the beginnings of names, of terminals that have the whole set of xterm's older sequences: scroll regions,
/// absolute columns, erasing, and the ends of single attributes.
const FULL: [&str; 22] = [
    "xterm",
    "screen",
    "tmux",
    "rxvt",
    "linux",
    "alacritty",
    "kitty",
    "foot",
    "wezterm",
    "ghostty",
    "konsole",
    "gnome",
    "vte",
    "st-",
    "mlterm",
    "iterm",
    "contour",
    "rio",
    "mintty",
    "putty",
    "teraterm",
    "eterm",
];

/// What is sent to a terminal, and in which letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ability {
    /// Everything in xterm's older set. Otherwise what a VT100 had: moves, erasing to the end of a line, attributes.
    pub full: bool,
    /// Text other than ASCII. Without it each such cell is a question mark.
    pub unicode: bool,
}

impl Ability {
    /// What a terminal of this name can do.
    pub fn of(name: &str, unicode: bool) -> Self {
        let name = name.to_ascii_lowercase();
        Self { full: name == "st" || FULL.iter().any(|known| name.starts_with(known)), unicode }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_known_by_its_name() {
        for name in
            ["xterm", "xterm-256color", "screen.xterm-256color", "tmux-256color", "linux", "rxvt", "st"]
        {
            assert!(Ability::of(name, true).full, "{name}");
        }
        for name in ["vt100", "vt220", "ansi", "", "strange"] {
            assert!(!Ability::of(name, true).full, "{name}");
        }
    }
}
