//! The keys of a person, counted.

use crate::Terminal;

/// Somebody at a terminal.
pub(crate) struct Counted<'a> {
    pub(crate) terminal: &'a mut Terminal,
    /// Keys so far; prose is not counted.
    pub(crate) count: usize,
}

impl<'a> Counted<'a> {
    pub(crate) fn new(terminal: &'a mut Terminal) -> Self {
        Self { terminal, count: 0 }
    }

    /// Presses a key by its name.
    pub(crate) fn press(&mut self, key: &str) {
        self.count += 1;
        self.terminal.keys(&[key]);
    }

    /// Presses a key and waits for what it leads to.
    pub(crate) fn key(&mut self, key: &str, then: &str) {
        self.press(key);
        self.terminal.wait_for(then);
    }

    /// Presses the keys of a text, one after the other, and waits for what they lead to.
    pub(crate) fn keys(&mut self, text: &str, then: &str) {
        for c in text.chars() {
            self.press(c.encode_utf8(&mut [0; 4]));
        }
        self.terminal.wait_for(then);
    }

    /// Writes what nobody counts.
    pub(crate) fn prose(&mut self, text: &str) {
        self.terminal.send(text);
        self.terminal.wait_for(text);
    }
}
