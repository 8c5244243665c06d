//! Answers of the terminal to what it was asked.

/// An answer that means something to us. All others are taken off the input as well, and dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The terminal knows this private mode and could set it (DECRPM).
    Mode(u32),
    /// The colour behind the text (OSC 11).
    Background([u8; 3]),
    /// It is well, or not (DSR). Only that there is an answer matters.
    Status,
    /// What kind of terminal it is (DA1). Only that there is an answer matters.
    Attributes,
}

/// Reads the body of `CSI ? ... $ y`: a mode and its state, of which 0 is unknown and 4 is always off.
pub(super) fn mode(body: &[u8]) -> Option<Reply> {
    let text = std::str::from_utf8(body).ok()?;
    let (mode, state) = text.strip_prefix('?')?.strip_suffix('$')?.split_once(';')?;
    let mode = mode.parse().ok()?;
    matches!(state, "1" | "2" | "3").then_some(Reply::Mode(mode))
}

/// Reads the body of an OSC.
pub(super) fn osc(body: &[u8]) -> Option<Reply> {
    let text = std::str::from_utf8(body).ok()?;
    Some(Reply::Background(colour(text.strip_prefix("11;")?)?))
}

/// `rgb:ffff/8080/0`, `rgba:ff/80/00/ff` or `#ff8000`: colours as X11 and so terminals write them.
fn colour(text: &str) -> Option<[u8; 3]> {
    let mut parts = match text.strip_prefix('#') {
        Some(digits) if digits.is_ascii() && digits.len() % 3 == 0 && !digits.is_empty() => {
            let (red, rest) = digits.split_at(digits.len() / 3);
            let (green, blue) = rest.split_at(red.len());
            vec![red, green, blue]
        }
        _ => text.strip_prefix("rgb:").or(text.strip_prefix("rgba:"))?.split('/').collect(),
    };
    parts.truncate(3);
    let parts: Vec<u8> = parts.into_iter().map(part).collect::<Option<_>>()?;
    parts.try_into().ok()
}

/// One to four hexadecimal digits, scaled to eight bits.
fn part(digits: &str) -> Option<u8> {
    if !(1..=4).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let most = (1_u32 << (4 * digits.len())) - 1;
    let value = u32::from_str_radix(digits, 16).ok()?;
    u8::try_from((value * 255 + most / 2) / most).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_background_is_read_in_every_way_that_terminals_write_it() {
        for text in ["11;rgb:ffff/8080/0000", "11;rgb:ff/80/00", "11;rgba:ffff/8080/0/ffff", "11;#ff8000"] {
            assert_eq!(osc(text.as_bytes()), Some(Reply::Background([255, 128, 0])), "{text}");
        }
        for text in [
            "11;?",
            "10;rgb:ff/ff/ff",
            "11;rgb:ff/ff",
            "11;rgb:fffff/0/0",
            "11;#1234",
            "11;#",
            "11;rgb:+f/0/0",
        ] {
            assert_eq!(osc(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_mode_that_the_terminal_does_not_know_is_no_trait() {
        assert_eq!(mode(b"?2026;2$"), Some(Reply::Mode(2026)));
        assert_eq!(mode(b"?2026;1$"), Some(Reply::Mode(2026)));
        assert_eq!(mode(b"?2026;0$"), None);
        assert_eq!(mode(b"?2026;4$"), None);
        assert_eq!(mode(b"2026;1$"), None);
    }
}
