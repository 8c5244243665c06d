//! Keys and pastes as the core sees them. Whoever reads the terminal translates into these.

use std::fmt;
use std::str::FromStr;

/// Something a person did at the keyboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// One key.
    Key(Key),
    /// Text from the clipboard: never taken for keys.
    Paste(String),
}

/// One key, with its modifier where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    Char(char),
    /// Control and a lower-case letter.
    Ctrl(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// Function key, 1 to 12.
    F(u8),
}

/// The keys that have a name, in the spelling of help and hints.
const NAMED: &[(Key, &str)] = &[
    (Key::Char(' '), "Space"),
    (Key::Enter, "Enter"),
    (Key::Esc, "Esc"),
    (Key::Tab, "Tab"),
    (Key::BackTab, "Shift-Tab"),
    (Key::Backspace, "Backspace"),
    (Key::Delete, "Del"),
    (Key::Up, "Up"),
    (Key::Down, "Down"),
    (Key::Left, "Left"),
    (Key::Right, "Right"),
    (Key::Home, "Home"),
    (Key::End, "End"),
    (Key::PageUp, "PgUp"),
    (Key::PageDown, "PgDn"),
];

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, name)) = NAMED.iter().find(|(key, _)| key == self) {
            return f.write_str(name);
        }
        match self {
            Key::Char(c) => write!(f, "{c}"),
            Key::Ctrl(c) => write!(f, "Ctrl-{}", c.to_ascii_uppercase()),
            Key::F(n) => write!(f, "F{n}"),
            _ => Ok(()), // every other key is in NAMED
        }
    }
}

impl FromStr for Key {
    type Err = String;

    /// Reads the spelling of [`Display`](fmt::Display), in either case for names: `j`, `Ctrl-D`, `enter`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut chars = text.chars();
        if let (Some(c), None) = (chars.next(), chars.next()) {
            return Ok(Key::Char(c));
        }
        if let Some((key, _)) = NAMED.iter().find(|(_, name)| name.eq_ignore_ascii_case(text)) {
            return Ok(*key);
        }
        let lower = text.to_ascii_lowercase();
        if let Some(letter) = lower.strip_prefix("ctrl-") {
            let mut letters = letter.chars();
            if let (Some(c), None) = (letters.next(), letters.next()) {
                return Ok(Key::Ctrl(c));
            }
        }
        if let Some(Ok(n @ 1..=12)) = lower.strip_prefix('f').map(str::parse) {
            return Ok(Key::F(n));
        }
        Err(format!("`{text}` is no key"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_reads_back_as_it_is_printed() {
        let mut keys: Vec<Key> = NAMED.iter().map(|(key, _)| *key).collect();
        keys.extend([Key::Char('j'), Key::Char('G'), Key::Char('界'), Key::Ctrl('d'), Key::F(1), Key::F(12)]);
        for key in keys {
            assert_eq!(key.to_string().parse(), Ok(key));
        }
        assert!("no-key".parse::<Key>().is_err());
    }
}
