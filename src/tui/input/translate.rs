//! From crossterm's events to the core's [`Input`], where the terminal is a console and not a line of bytes.

use crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::event::Event;
use crate::app::key::{Input, Key};
use crate::app::layout::Size;

/// Everything that comes from the console. How long Esc is held is not for us to say there.
#[cfg(not(unix))]
pub(in crate::tui) fn start(
    _hold: std::time::Duration,
) -> std::io::Result<impl futures_util::Stream<Item = super::Arrival> + Unpin> {
    use std::future::ready;

    use futures_util::StreamExt;
    use futures_util::stream::iter;
    let events = crossterm::event::EventStream::new().take_while(|event| ready(event.is_ok()));
    let events = events.filter_map(|event| ready(event.ok())).flat_map(|event| iter(translate(event)));
    Ok(events.map(super::Arrival::Event))
}

/// A console keeps its answers.
#[cfg(not(unix))]
pub(in crate::tui) async fn hear_out<S>(_input: &mut S, _line: &crate::tui::line::Line) {}

/// What a terminal event means to the core; nothing for what it has no use for.
///
/// A key of one byte with Alt is Esc and the key: a terminal sends both the same.
pub(super) fn translate(event: TerminalEvent) -> Vec<Event> {
    match event {
        TerminalEvent::Key(key) if key.kind != KeyEventKind::Release => {
            keys(key).into_iter().map(|key| Event::Input(Input::Key(key))).collect()
        }
        TerminalEvent::Paste(text) => vec![Event::Input(Input::Paste(text))],
        TerminalEvent::Resize(width, height) => vec![Event::Resize(Size { width, height })],
        _ => vec![],
    }
}

fn keys(event: KeyEvent) -> Vec<Key> {
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    let alt = event.modifiers.contains(KeyModifiers::ALT);
    let key = match event.code {
        KeyCode::Char(c) if control => match c.to_ascii_lowercase() {
            'h' => Key::Backspace, // what many terminals send for it
            'i' => Key::Tab,
            'm' | 'j' => Key::Enter,
            '[' => Key::Esc,
            c => Key::Ctrl(c),
        },
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => Key::BackTab,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::F(n) => Key::F(n),
        _ => return vec![],
    };
    match (alt, key) {
        (true, Key::Char(_) | Key::Ctrl(_) | Key::Enter | Key::Tab | Key::Backspace) => vec![Key::Esc, key],
        _ => vec![key],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode, modifiers: KeyModifiers) -> Vec<Key> {
        keys(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn alt_and_a_letter_is_esc_and_the_letter() {
        assert_eq!(pressed(KeyCode::Enter, KeyModifiers::ALT), [Key::Esc, Key::Enter]);
        assert_eq!(pressed(KeyCode::Up, KeyModifiers::ALT), [Key::Up]);
        assert_eq!(pressed(KeyCode::Char('x'), KeyModifiers::ALT), [Key::Esc, Key::Char('x')]);
    }

    #[test]
    fn control_letters_that_are_keys_of_their_own_arrive_as_those() {
        assert_eq!(pressed(KeyCode::Char('m'), KeyModifiers::CONTROL), [Key::Enter]);
        assert_eq!(pressed(KeyCode::Char('h'), KeyModifiers::CONTROL), [Key::Backspace]);
        assert_eq!(pressed(KeyCode::Char('D'), KeyModifiers::CONTROL), [Key::Ctrl('d')]);
    }

    #[test]
    fn a_released_key_is_no_key() {
        let mut event = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert!(translate(TerminalEvent::Key(event)).is_empty());
    }

    #[test]
    fn pasted_text_is_never_keys() {
        let events = translate(TerminalEvent::Paste("dd".into()));
        assert!(matches!(&events[..], [Event::Input(Input::Paste(text))] if text == "dd"));
    }
}
