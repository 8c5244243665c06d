//! The tables: which key a control byte or an escape sequence is, in the dialects of xterm, vt100, linux, rxvt, tmux,
//! screen, and of kitty and xterm where they were told to write keys as numbers.
//!
//! Modifiers that the core has no key for are left out: Ctrl-Up is Up.

use super::reply::{self, Reply};
use crate::app::key::Key;

/// What a whole control sequence (CSI) means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A key, with Alt where it is a key of one byte.
    Key { alt: bool, key: Key },
    /// A paste follows.
    Paste,
    /// Something of the terminal's own that is to be known.
    Reply(Reply),
    /// Something of the terminal's own that is to be forgotten: another answer, a focus, a click.
    Known,
    /// Nothing that is known.
    Nothing,
}

/// The key of a control byte.
pub(super) fn control(byte: u8) -> Key {
    match byte {
        0x7f => Key::Backspace,
        0x00 => Key::Ctrl(' '),
        0x1c..=0x1f => Key::Ctrl(char::from(byte - 0x1c + b'4')), // as vt100 has it on its digits
        byte => with_control(char::from(byte + b'a' - 1)),
    }
}

/// Control and a character. Some are keys of their own.
pub(super) fn with_control(c: char) -> Key {
    match c.to_ascii_lowercase() {
        'h' => Key::Backspace, // what many terminals send for it
        'i' => Key::Tab,
        'm' | 'j' => Key::Enter,
        '[' => Key::Esc,
        c => Key::Ctrl(c),
    }
}

/// What `CSI body last` means.
pub(super) fn csi(body: &[u8], last: u8) -> Meaning {
    if let Some(b'?' | b'>' | b'=' | b'<') = body.first() {
        let reply = match last {
            b'c' if body[0] == b'?' => Some(Reply::Attributes),
            b'y' => reply::mode(body),
            _ => None,
        };
        return reply.map_or(Meaning::Known, Meaning::Reply);
    }
    if part(body, 1, 1) == Some(3) {
        return Meaning::Known; // a key was released
    }
    let key = match last {
        b'A' | b'a' => Key::Up,
        b'B' | b'b' => Key::Down,
        b'C' | b'c' => Key::Right,
        b'D' | b'd' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'Z' => Key::BackTab,
        b'P' => Key::F(1),
        b'Q' => Key::F(2),
        // With numbers it is where the cursor stands. Shift-F3 of xterm looks the same and is nobody's key.
        b'R' if body.is_empty() => Key::F(3),
        b'S' => Key::F(4),
        b'~' => match part(body, 0, 0) {
            Some(200) => return Meaning::Paste,
            Some(27) => return numbered(part(body, 2, 0), part(body, 1, 0), None),
            Some(number) => match tilde(number) {
                Some(key) => key,
                None => return Meaning::Known,
            },
            None => return Meaning::Nothing,
        },
        // rxvt has a final of its own for each modifier.
        b'$' | b'^' | b'@' => match part(body, 0, 0).and_then(tilde) {
            Some(key) => key,
            None => return Meaning::Nothing,
        },
        b'u' => return numbered(part(body, 0, 0), part(body, 1, 0), part(body, 0, 1)),
        b'n' if matches!(body, b"0" | b"3") => return Meaning::Reply(Reply::Status),
        b'I' | b'O' | b'R' | b't' | b'n' | b'y' | b'M' => return Meaning::Known,
        _ => return Meaning::Nothing,
    };
    Meaning::Key { alt: false, key }
}

/// What `ESC O last` means.
pub(super) fn ss3(last: u8) -> Option<Key> {
    Some(match last {
        b'A' | b'a' => Key::Up,
        b'B' | b'b' => Key::Down,
        b'C' | b'c' => Key::Right,
        b'D' | b'd' => Key::Left,
        b'H' => Key::Home,
        b'F' => Key::End,
        b'P'..=b'S' => Key::F(last - b'P' + 1),
        b'M' => Key::Enter,
        b'I' => Key::Tab,
        b'X' => Key::Char('='),
        b'j'..=b'y' => Key::Char(char::from(last - b'j' + b'*')), // the keypad of vt100
        _ => return None,
    })
}

/// What `CSI [ last` means: the function keys of the Linux console.
pub(super) fn linux(last: u8) -> Option<Key> {
    (b'A'..=b'E').contains(&last).then(|| Key::F(last - b'A' + 1))
}

/// What `CSI number ~` means.
fn tilde(number: u32) -> Option<Key> {
    Some(match number {
        1 | 7 => Key::Home,
        3 => Key::Delete,
        4 | 8 => Key::End,
        5 => Key::PageUp,
        6 => Key::PageDown,
        11..=15 => Key::F((number - 10) as u8),
        17..=21 => Key::F((number - 11) as u8),
        23 | 24 => Key::F((number - 12) as u8),
        _ => return None,
    })
}

/// A key as the number of its character (`CSI u` of kitty and others, `modifyOtherKeys` of xterm).
fn numbered(code: Option<u32>, modifiers: Option<u32>, shifted: Option<u32>) -> Meaning {
    let modifiers = modifiers.unwrap_or(1).saturating_sub(1);
    let [shift, alt, control] = [1, 2, 4].map(|bit| modifiers & bit != 0);
    let key = match code {
        None => return Meaning::Nothing,
        Some(9) if shift => Key::BackTab,
        Some(9) => Key::Tab,
        Some(10 | 13 | 57_414) => Key::Enter,
        Some(27) => return Meaning::Key { alt: false, key: Key::Esc },
        Some(8 | 127) => Key::Backspace,
        Some(57_344..=63_743) => return Meaning::Known, // keys that have no character, in kitty's numbers
        Some(code) => match shifted.filter(|_| shift).or(Some(code)).and_then(char::from_u32) {
            Some(c) if c.is_control() => return Meaning::Known,
            Some(c) if control => with_control(c),
            Some(c) if shift => Key::Char(c.to_ascii_uppercase()),
            Some(c) => Key::Char(c),
            None => return Meaning::Known,
        },
    };
    Meaning::Key { alt, key }
}

/// A number of a body such as `1;5` or `97:65;2:3`.
fn part(body: &[u8], index: usize, inner: usize) -> Option<u32> {
    let part = body.split(|byte| *byte == b';').nth(index)?;
    let digits = part.split(|byte| *byte == b':').nth(inner)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(body: &str, last: u8) -> Meaning {
        csi(body.as_bytes(), last)
    }

    #[test]
    fn modifiers_that_the_core_has_no_key_for_are_left_out() {
        for (body, last, expected) in [
            ("1;5", b'A', Key::Up),
            ("1;3", b'D', Key::Left),
            ("3;5", b'~', Key::Delete),
            ("3", b'$', Key::Delete),
            ("7", b'^', Key::Home),
            ("1;2", b'P', Key::F(1)),
            ("24;2", b'~', Key::F(12)),
        ] {
            assert_eq!(
                key(body, last),
                Meaning::Key { alt: false, key: expected },
                "{body}{}",
                char::from(last)
            );
        }
    }

    #[test]
    fn keys_written_as_numbers_are_the_keys_they_are() {
        for (body, last, alt, expected) in [
            ("97", b'u', false, Key::Char('a')),
            ("97:65;2", b'u', false, Key::Char('A')),
            ("97;2", b'u', false, Key::Char('A')),
            ("100;5", b'u', false, Key::Ctrl('d')),
            ("103;5", b'u', false, Key::Ctrl('g')),
            ("120;3", b'u', true, Key::Char('x')),
            ("27;5;100", b'~', false, Key::Ctrl('d')),
            ("27;2;9", b'~', false, Key::BackTab),
            ("13", b'u', false, Key::Enter),
            ("27;1", b'u', false, Key::Esc),
            ("127", b'u', false, Key::Backspace),
        ] {
            assert_eq!(key(body, last), Meaning::Key { alt, key: expected }, "{body}{}", char::from(last));
        }
        assert_eq!(key("97;1:3", b'u'), Meaning::Known, "a released key is no key");
        assert_eq!(key("155", b'u'), Meaning::Known, "a control character is no key");
        assert_eq!(key("1114112", b'u'), Meaning::Known, "no character at all");
    }

    #[test]
    fn control_letters_that_are_keys_of_their_own_arrive_as_those() {
        assert_eq!([0x0d, 0x0a].map(control), [Key::Enter; 2]);
        assert_eq!([0x08, 0x7f].map(control), [Key::Backspace; 2]);
        assert_eq!([0x09, 0x04, 0x07].map(control), [Key::Tab, Key::Ctrl('d'), Key::Ctrl('g')]);
        assert_eq!([0x00, 0x1c, 0x1f].map(control), [Key::Ctrl(' '), Key::Ctrl('4'), Key::Ctrl('7')]);
    }
}
