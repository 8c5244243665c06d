//! From bytes and the time to keys, pastes and answers of the terminal. No input or output, no clock.
//!
//! Own tables and states: the parsers of `termina` and `terminput` come from crossterm's, which keep all of a sequence
//! that never ends, give the rest of a broken one out as keys, and are told only whether more may follow.

use std::time::Duration;

use super::keys::{self, Meaning};
use super::reply::{self, Reply};
use crate::app::key::{Input, Key};

/// `ESC [` and `ESC O` by themselves may be Alt and a letter. Nobody presses those in a hurry.
const BEGUN: Duration = Duration::from_millis(250);
/// What is longer than that is no key of a person: its rest must not become keys, however late it is.
const PATIENCE: Duration = Duration::from_secs(5);
/// A paste without an end is given out after this, and is still a paste.
const SILENCE: Duration = Duration::from_secs(2);
/// What comes within this of a burst belongs to it.
const BURST_GAP: Duration = Duration::from_millis(50);
/// The rest of a sequence is looked for so long after its Esc was given out.
const ORPHAN: Duration = Duration::from_millis(200);

/// Longest body of a control sequence that is kept; it ends where it ends.
const MAX_BODY: usize = 4096;
/// Longest body of an OSC that is kept.
const MAX_STRING: usize = 64 << 10;
/// Text is given out in pieces of this size.
const MAX_TEXT: usize = 1 << 20;
/// Ends a paste.
const PASTE_END: &[u8] = b"\x1b[201~";

/// Something that was decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoded {
    /// A key, or a paste that was marked as one.
    Input(Input),
    /// More than 8 printable bytes of at least 4 different characters at once, while it is not known that the terminal
    /// marks pastes.
    Burst(String),
    /// The terminal's answer to a question.
    Reply(Reply),
}

/// A sequence with text in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Text {
    /// `ESC ]`: colours and the like.
    Osc,
    /// `ESC P`: versions and settings.
    Dcs,
    /// What is left of either, whose beginning came too long ago.
    Rest,
}

impl Text {
    fn introducer(self) -> &'static str {
        match self {
            Text::Osc | Text::Rest => "]",
            Text::Dcs => "P",
        }
    }
}

/// What the bytes so far are the beginning of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing.
    Ground,
    /// A character of several bytes.
    Utf8,
    /// Esc by itself, or anything.
    Esc,
    /// `ESC [`.
    Csi,
    /// `ESC [ [`.
    Linux,
    /// `ESC O`.
    Ss3,
    /// `ESC ]` or `ESC P`, of which the next byte tells whether it is Alt and a letter.
    StringStart(Text),
    /// The inside of one of those.
    String(Text),
    /// Esc in there: its end, if `\` follows.
    StringEsc(Text),
    /// `ESC [ M`: so many raw bytes follow.
    Mouse(u8),
    /// A marked paste. It was silent for long when `stalled`.
    Paste { stalled: bool },
    /// Text without marks that came at once.
    Burst,
    /// `[`, `O` or `]` soon after an Esc that was given out.
    Orphan,
}

/// The state between bytes.
#[derive(Debug)]
pub struct Decoder {
    hold: Duration,
    state: State,
    /// The bytes of what has begun, without what the state says.
    held: Vec<u8>,
    until: Option<Duration>,
    /// When an Esc was given out because nothing followed it.
    esc_given: Option<Duration>,
    pastes_marked: bool,
    out: Vec<Decoded>,
}

impl Decoder {
    /// Nothing has come yet. A lone Esc is held for `hold`.
    pub fn new(hold: Duration) -> Self {
        Self {
            hold,
            state: State::Ground,
            held: vec![],
            until: None,
            esc_given: None,
            pastes_marked: false,
            out: vec![],
        }
    }

    /// Takes the bytes of one read. They came in time for what was held, unless [`Decoder::wake`] was called first.
    ///
    /// Times count from any one moment.
    pub fn feed(&mut self, bytes: &[u8], now: Duration) -> Vec<Decoded> {
        let mut rest = bytes;
        let mut typed = 0; // so many of the next bytes are known to be no burst
        while let Some((&byte, after)) = rest.split_first() {
            let may_be_text =
                matches!(self.state, State::Ground | State::Burst) && !self.is_orphan(byte, now);
            if may_be_text && typed == 0 {
                let run = rest.iter().take_while(|byte| is_text(**byte)).count();
                if self.state == State::Burst || (!self.pastes_marked && is_burst(&rest[..run])) {
                    self.burst(&rest[..run], now);
                    rest = &rest[run..];
                    if !rest.is_empty() {
                        self.give_burst();
                    }
                    continue;
                }
                typed = run;
            }
            typed = typed.saturating_sub(1);
            self.step(byte, now);
            rest = after;
        }
        std::mem::take(&mut self.out)
    }

    /// Decides what is held, when its time is over.
    pub fn wake(&mut self, now: Duration) -> Vec<Decoded> {
        if self.until.is_none_or(|until| now < until) {
            return vec![];
        }
        match self.state {
            State::Esc => {
                self.ground();
                self.key(Key::Esc);
                self.esc_given = Some(now);
            }
            State::Csi if self.held.is_empty() => self.give_typed("["),
            State::Linux => self.give_typed("[["),
            State::Ss3 => self.give_typed("O"),
            State::StringStart(kind) => self.give_typed(kind.introducer()),
            State::Orphan => self.give_orphan(now),
            State::Burst => self.give_burst(),
            State::Paste { stalled } if stalled && self.held == [0x1b] => {
                self.ground();
                self.key(Key::Esc);
            }
            State::Paste { .. } => {
                self.give_paste();
                self.state = State::Paste { stalled: true };
                self.until = None;
            }
            _ => self.ground(),
        }
        std::mem::take(&mut self.out)
    }

    /// When [`Decoder::wake`] wants to be called.
    pub fn deadline(&self) -> Option<Duration> {
        self.until
    }

    /// Something has begun and is not known yet.
    pub fn holds(&self) -> bool {
        self.state != State::Ground
    }

    /// The terminal marks pastes: it said so, or did.
    pub fn pastes_marked(&self) -> bool {
        self.pastes_marked
    }

    fn step(&mut self, byte: u8, now: Duration) {
        match self.state {
            State::Ground | State::Burst => self.start(byte, now),
            State::Utf8 => self.utf8(byte, now),
            State::Esc => self.after_esc(byte, now),
            State::Csi => self.in_csi(byte, now),
            State::Linux => match keys::linux(byte) {
                Some(key) => {
                    self.ground();
                    self.key(key);
                }
                None => {
                    self.give_typed("[[");
                    self.start(byte, now);
                }
            },
            State::Ss3 => self.in_ss3(byte, now),
            State::StringStart(kind) => {
                // Colours begin with a number, versions and settings with one of these.
                if byte.is_ascii_digit() || (kind == Text::Dcs && matches!(byte, b'>' | b'!')) {
                    self.go(State::String(kind), now + PATIENCE);
                    self.held.push(byte);
                } else {
                    self.give_typed(kind.introducer());
                    self.start(byte, now);
                }
            }
            State::String(kind) => self.in_string(kind, byte, now),
            State::StringEsc(kind) if byte == b'\\' => self.end_string(kind),
            State::StringEsc(_) => {
                self.held.clear();
                self.after_esc(byte, now);
            }
            State::Mouse(1) => self.ground(),
            State::Mouse(left) => self.go(State::Mouse(left - 1), now + BEGUN),
            State::Paste { stalled: true } if byte == 0x03 => {
                self.ground();
                self.key(Key::Ctrl('c')); // the way out of a paste whose end was lost
            }
            State::Paste { stalled } => self.in_paste(byte, stalled, now),
            State::Orphan => self.in_orphan(byte, now),
        }
    }

    /// The first byte of something.
    fn start(&mut self, byte: u8, now: Duration) {
        let is_orphan = self.is_orphan(byte, now);
        self.esc_given = None;
        match byte {
            0x1b => self.go(State::Esc, now + self.hold),
            // A person who presses one of them after Esc waits for `hold` once more, and loses nothing.
            _ if is_orphan => {
                self.go(State::Orphan, now + self.hold);
                self.held.push(byte);
            }
            0x00..=0x1f | 0x7f => self.key(keys::control(byte)),
            0x20..=0x7e => self.key(Key::Char(char::from(byte))),
            0x80.. => {
                self.ground();
                self.utf8(byte, now);
            }
        }
    }

    /// Whether a byte may be the second one of a sequence whose Esc was given out.
    fn is_orphan(&self, byte: u8, now: Duration) -> bool {
        let is_soon = self.esc_given.is_some_and(|given| now.saturating_sub(given) <= ORPHAN);
        is_soon && matches!(byte, b'[' | b'O' | b']')
    }

    fn utf8(&mut self, byte: u8, now: Duration) {
        self.held.push(byte);
        match std::str::from_utf8(&self.held) {
            Ok(text) => {
                let c = text.chars().next();
                self.ground();
                // C1 control characters can be written, and are no keys.
                if let Some(c) = c.filter(|c| !c.is_control()) {
                    self.key(Key::Char(c));
                }
            }
            Err(error) if error.error_len().is_none() => {
                self.state = State::Utf8;
                self.until = None; // whatever comes next decides
            }
            Err(_) => {
                let is_alone = self.held.len() == 1;
                self.ground();
                self.key(Key::Char(char::REPLACEMENT_CHARACTER));
                if !is_alone {
                    self.start(byte, now);
                }
            }
        }
    }

    fn after_esc(&mut self, byte: u8, now: Duration) {
        match byte {
            b'[' => self.go(State::Csi, now + BEGUN),
            b'O' => self.go(State::Ss3, now + BEGUN),
            b']' => self.go(State::StringStart(Text::Osc), now + BEGUN),
            b'P' => self.go(State::StringStart(Text::Dcs), now + BEGUN),
            // The first one was a key; the second may begin something.
            0x1b => {
                self.key(Key::Esc);
                self.go(State::Esc, now + self.hold);
            }
            _ => {
                self.ground();
                self.key(Key::Esc);
                self.start(byte, now);
            }
        }
    }

    fn in_csi(&mut self, byte: u8, now: Duration) {
        match byte {
            b'[' if self.held.is_empty() => self.go(State::Linux, now + BEGUN),
            b'M' if self.held.is_empty() => self.go(State::Mouse(3), now + BEGUN),
            // The end of a key in rxvt, elsewhere never behind a single number.
            b'$' if !self.held.is_empty() && self.held.iter().all(u8::is_ascii_digit) => {
                self.end_csi(byte, now)
            }
            0x20..=0x3f => {
                if self.held.len() < MAX_BODY {
                    self.held.push(byte);
                }
                self.until = Some(now + PATIENCE);
            }
            0x40..=0x7e => self.end_csi(byte, now),
            _ => {
                // Broken off: what came was no key, unless it was Alt and `[`.
                if self.held.is_empty() {
                    self.give_typed("[");
                }
                self.ground();
                self.start(byte, now);
            }
        }
    }

    fn end_csi(&mut self, last: u8, now: Duration) {
        let body = std::mem::take(&mut self.held);
        self.ground();
        if body.len() == MAX_BODY {
            return; // not all of it is there
        }
        match keys::csi(&body, last) {
            Meaning::Key { alt, key } => {
                if alt {
                    self.key(Key::Esc);
                }
                self.key(key);
            }
            Meaning::Paste => self.begin_paste(now),
            Meaning::Reply(reply) => self.reply(reply),
            Meaning::Known | Meaning::Nothing => {}
        }
    }

    fn in_ss3(&mut self, byte: u8, now: Duration) {
        if (byte.is_ascii_digit() || byte == b';') && self.held.len() < 8 {
            self.held.push(byte); // a modifier
            self.until = Some(now + BEGUN);
        } else if let Some(key) = keys::ss3(byte) {
            self.ground();
            self.key(key);
        } else {
            self.give_typed("O");
            self.start(byte, now);
        }
    }

    fn in_string(&mut self, kind: Text, byte: u8, now: Duration) {
        match byte {
            0x07 => self.end_string(kind),
            0x1b => self.go_on(State::StringEsc(kind), now + PATIENCE),
            // Broken off. A person for whom nothing works presses Enter or Ctrl-C at last.
            0x00..=0x1f => {
                self.ground();
                self.start(byte, now);
            }
            _ => {
                if self.held.len() < MAX_STRING {
                    self.held.push(byte);
                }
                self.until = Some(now + PATIENCE);
            }
        }
    }

    fn end_string(&mut self, kind: Text) {
        let body = std::mem::take(&mut self.held);
        self.ground();
        if let Some(reply) = reply::osc(&body).filter(|_| kind == Text::Osc) {
            self.reply(reply);
        }
    }

    fn begin_paste(&mut self, now: Duration) {
        self.pastes_marked = true;
        self.go(State::Paste { stalled: false }, now + SILENCE);
    }

    fn in_paste(&mut self, byte: u8, stalled: bool, now: Duration) {
        self.held.push(byte);
        self.until = Some(now + if stalled && self.held == [0x1b] { self.hold } else { SILENCE });
        if self.held.ends_with(PASTE_END) {
            self.held.truncate(self.held.len() - PASTE_END.len());
            let text = std::mem::take(&mut self.held);
            self.ground();
            self.paste(&text);
        } else if self.held.len() >= MAX_TEXT {
            self.give_paste();
        }
    }

    /// Gives out what is there of a paste, but for what may be the beginning of its end or of a character.
    fn give_paste(&mut self) {
        let held = &self.held;
        let end = (1..PASTE_END.len()).rev().find(|len| held.ends_with(&PASTE_END[..*len])).unwrap_or(0);
        let whole = whole_characters(&held[..held.len() - end]);
        let rest = self.held.split_off(whole);
        let text = std::mem::replace(&mut self.held, rest);
        self.paste(&text);
    }

    fn paste(&mut self, text: &[u8]) {
        if !text.is_empty() {
            let text = String::from_utf8_lossy(text).into_owned();
            self.out.push(Decoded::Input(Input::Paste(text)));
        }
    }

    fn burst(&mut self, bytes: &[u8], now: Duration) {
        self.go_on(State::Burst, now + BURST_GAP);
        self.held.extend_from_slice(bytes);
        if self.held.len() >= MAX_TEXT {
            let rest = self.held.split_off(whole_characters(&self.held));
            let text = std::mem::replace(&mut self.held, rest);
            self.out.push(Decoded::Burst(String::from_utf8_lossy(&text).into_owned()));
        }
    }

    fn give_burst(&mut self) {
        let text = std::mem::take(&mut self.held);
        self.ground();
        if !text.is_empty() {
            self.out.push(Decoded::Burst(String::from_utf8_lossy(&text).into_owned()));
        }
    }

    /// Drops the rest of a sequence whose Esc was given out because the rest came too late.
    ///
    /// It is taken for one only when all of this holds: it began at most [`ORPHAN`] after that Esc was given out, its
    /// bytes came within `hold` of each other, and they make up a key or an answer that is known. Somebody who types
    /// `[` after Esc gets it after `hold`; to lose it, one would have to type `[` and then `A` within that time.
    fn in_orphan(&mut self, byte: u8, now: Duration) {
        let is_known = match (self.held.as_slice(), byte) {
            ([b'O'], b'A'..=b'D' | b'F' | b'H' | b'P'..=b'S') => Some(true),
            ([b']', b'0'..=b'9', ..], b';') => {
                self.go(State::String(Text::Rest), now + PATIENCE); // nothing in it is wanted any more
                return;
            }
            ([b']', ..], b'0'..=b'9') if self.held.len() < 4 => None,
            ([b'[', body @ ..], 0x40..=0x7e) => Some(match keys::csi(body, byte) {
                Meaning::Key { .. } => true,
                Meaning::Paste => {
                    self.begin_paste(now); // text all the same
                    return;
                }
                Meaning::Reply(_) | Meaning::Known => !body.is_empty(),
                Meaning::Nothing => false,
            }),
            ([b'[', ..], 0x20..=0x3f) if self.held.len() < 32 => None,
            _ => Some(false),
        };
        match is_known {
            None => {
                self.held.push(byte);
                self.until = Some(now + self.hold);
            }
            Some(true) => self.ground(),
            Some(false) => {
                self.give_orphan(now);
                self.step(byte, now);
            }
        }
    }

    fn give_orphan(&mut self, now: Duration) {
        let held = std::mem::take(&mut self.held);
        self.ground();
        for byte in held {
            self.start(byte, now);
        }
    }

    /// It was typed after all: Esc or Alt, these characters, and what else is held.
    fn give_typed(&mut self, characters: &str) {
        let held = std::mem::take(&mut self.held);
        self.ground();
        self.key(Key::Esc);
        for c in characters.chars().chain(held.into_iter().map(char::from)) {
            self.key(Key::Char(c));
        }
    }

    fn reply(&mut self, reply: Reply) {
        self.pastes_marked |= reply == Reply::Mode(2004);
        self.out.push(Decoded::Reply(reply));
    }

    fn key(&mut self, key: Key) {
        self.out.push(Decoded::Input(Input::Key(key)));
    }

    /// Begins something.
    fn go(&mut self, state: State, until: Duration) {
        self.held.clear();
        self.go_on(state, until);
    }

    fn go_on(&mut self, state: State, until: Duration) {
        self.state = state;
        self.until = Some(until);
    }

    fn ground(&mut self) {
        self.state = State::Ground;
        self.until = None;
        self.held = vec![]; // and its memory
    }
}

/// A byte of a text or between its lines.
fn is_text(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..)
}

/// Whether bytes that came at once are more than a person types. A key that is held down is one character.
fn is_burst(bytes: &[u8]) -> bool {
    let printable = bytes.iter().filter(|byte| **byte >= 0x20).count();
    if printable <= 8 {
        return false;
    }
    let text = String::from_utf8_lossy(bytes);
    let mut different: Vec<char> = vec![];
    for c in text.chars().filter(|c| !c.is_control()) {
        if !different.contains(&c) {
            different.push(c);
        }
        if different.len() == 4 {
            return true;
        }
    }
    false
}

/// How many bytes of a text come before a last character that is not whole.
fn whole_characters(text: &[u8]) -> usize {
    let last = text.len().saturating_sub(3);
    let lead = (last..text.len()).rev().find(|at| text[*at] & 0xc0 != 0x80);
    match lead {
        Some(lead) if std::str::from_utf8(&text[lead..]).is_err_and(|error| error.error_len().is_none()) => {
            lead
        }
        _ => text.len(),
    }
}

#[cfg(test)]
mod tests;
