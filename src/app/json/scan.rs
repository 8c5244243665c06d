//! From JSON text to an index of it, with a stack of its own: nesting of any depth is only a longer list.
//!
//! A node costs four bytes and a container that holds something 28 more, whatever its text is: a file is never in
//! memory as a tree. Several texts after each other, such as lines of JSON, are as many roots.

use std::ops::Range;

use super::fault::{Fault, Found};

/// No container.
pub(super) const NONE: u32 = u32::MAX;

/// Where everything is in a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Index {
    /// Where each node begins: at its name inside an object, at its value elsewhere.
    pub(super) starts: Vec<u32>,
    /// The objects and arrays that hold something, in order.
    pub(super) containers: Vec<Container>,
    /// How many texts there are.
    pub(super) roots: u32,
    /// How many nodes are null.
    pub(super) nulls: u32,
    /// The nodes whose name has an `@` that is not its first character.
    pub(super) annotated: Vec<u32>,
}

/// An object or array that holds something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Container {
    /// Its node.
    pub(super) node: u32,
    /// The container around it.
    pub(super) parent: u32,
    /// The node behind its last descendant.
    pub(super) end: u32,
    /// How many containers are around it.
    pub(super) depth: u32,
    /// Members or elements.
    pub(super) children: u32,
    /// Its place among its siblings.
    pub(super) place: u32,
    /// Where its closing bracket is.
    pub(super) close: u32,
}

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    /// A value; behind an opening bracket also the closing one.
    Value { or_close: bool },
    /// A name; behind an opening brace also the closing one.
    Name { or_close: bool },
    /// What follows a value: a comma, a closing bracket, another text.
    After,
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    index: Index,
    /// The containers that are open; empty ones are not among those of the index.
    open: Vec<Open>,
}

#[derive(Clone, Copy)]
struct Open {
    is_object: bool,
    /// Its place among the containers of the index, once it holds something.
    container: u32,
    node: u32,
    place: u32,
    children: u32,
}

/// The index of a text, and why it ends early where it does. It never panics.
pub(super) fn scan(text: &[u8]) -> (Index, Option<Fault>) {
    // Offsets have 32 bits; answers and files are far smaller.
    let bytes = &text[..text.len().min(NONE as usize - 1)];
    let mut scan = Scan { bytes, at: 0, index: Index::default(), open: Vec::new() };
    let fault = scan.run().err().map(|found| Fault::new(bytes, scan.at, found));
    if fault.is_some() {
        scan.close_all();
    }
    scan.index.starts.shrink_to_fit();
    scan.index.containers.shrink_to_fit();
    (scan.index, fault)
}

impl Scan<'_> {
    fn run(&mut self) -> Result<(), Found> {
        let mut expect = Expect::Value { or_close: false };
        loop {
            self.space();
            let Some(byte) = self.bytes.get(self.at).copied() else {
                return match (self.open.last(), expect) {
                    (None, Expect::After) => Ok(()),
                    (None, _) => Err(Found::Nothing),
                    (Some(_), _) => Err(Found::End),
                };
            };
            expect = match (expect, byte) {
                (Expect::After, _) if self.open.is_empty() => Expect::Value { or_close: false },
                (Expect::After, b',') => {
                    self.at += 1;
                    match self.in_object() {
                        true => Expect::Name { or_close: false },
                        false => Expect::Value { or_close: false },
                    }
                }
                (Expect::After | Expect::Name { or_close: true }, b'}') if self.in_object() => self.close(),
                (Expect::After | Expect::Value { or_close: true }, b']') if !self.in_object() => self.close(),
                (Expect::After, _) => {
                    return Err(match self.in_object() {
                        true => Found::NoComma('}'),
                        false => Found::NoComma(']'),
                    });
                }
                (Expect::Name { .. }, b'"') => {
                    let start = self.at;
                    self.string()?;
                    let name = &self.bytes[start + 1..self.at - 1];
                    if name.iter().skip(1).any(|byte| *byte == b'@') {
                        self.index.annotated.push(self.index.starts.len() as u32);
                    }
                    self.space();
                    if self.bytes.get(self.at) != Some(&b':') {
                        return Err(if self.at == self.bytes.len() { Found::End } else { Found::NoColon });
                    }
                    self.at += 1;
                    self.space();
                    match self.bytes.get(self.at) {
                        Some(byte) => self.value(*byte, start)?,
                        None => return Err(Found::End),
                    }
                }
                (Expect::Name { .. }, _) => return Err(Found::NoName),
                (Expect::Value { .. }, byte) => self.value(byte, self.at)?,
            };
        }
    }

    fn in_object(&self) -> bool {
        self.open.last().is_some_and(|open| open.is_object)
    }

    fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    /// Adds a node that begins at `start`, and reads its value.
    fn value(&mut self, byte: u8, start: usize) -> Result<Expect, Found> {
        let is_value = matches!(byte, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n');
        if !is_value {
            return Err(Found::NoValue);
        }
        let place = self.add(start);
        match byte {
            b'{' | b'[' => {
                let is_object = byte == b'{';
                let node = self.index.starts.len() as u32 - 1;
                self.open.push(Open { is_object, container: NONE, node, place, children: 0 });
                self.at += 1;
                return Ok(match is_object {
                    true => Expect::Name { or_close: true },
                    false => Expect::Value { or_close: true },
                });
            }
            b'"' => self.string()?,
            b't' => self.word(b"true")?,
            b'f' => self.word(b"false")?,
            b'n' => {
                self.word(b"null")?;
                self.index.nulls += 1;
            }
            _ => self.number()?,
        }
        Ok(Expect::After)
    }

    /// Adds a node; answers its place among its siblings.
    fn add(&mut self, start: usize) -> u32 {
        let depth = self.open.len() as u32;
        let parent = match self.open.len().checked_sub(2) {
            Some(around) => self.open[around].container,
            None => NONE,
        };
        let place = match self.open.last_mut() {
            Some(open) => {
                if open.container == NONE {
                    open.container = self.index.containers.len() as u32;
                    self.index.containers.push(Container {
                        node: open.node,
                        parent,
                        end: NONE,
                        depth: depth - 1,
                        children: 0,
                        place: open.place,
                        close: NONE,
                    });
                }
                open.children += 1;
                open.children - 1
            }
            None => {
                self.index.roots += 1;
                self.index.roots - 1
            }
        };
        self.index.starts.push(start as u32);
        place
    }

    fn close(&mut self) -> Expect {
        if let Some(open) = self.open.pop()
            && let Some(container) = self.index.containers.get_mut(open.container as usize)
        {
            container.end = self.index.starts.len() as u32;
            container.children = open.children;
            container.close = self.at as u32;
        }
        self.at += 1;
        Expect::After
    }

    /// What was open when the text broke off ends where the text ends.
    fn close_all(&mut self) {
        let at = self.bytes.len();
        while !self.open.is_empty() {
            self.at = at;
            self.close();
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Found> {
        for expected in word {
            match self.bytes.get(self.at) {
                Some(byte) if byte == expected => self.at += 1,
                Some(_) => return Err(Found::NoWord),
                None => return Err(Found::End),
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), Found> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.bytes.get(self.at) {
            self.at += 1;
        }
        match (self.at > start, self.bytes.get(self.at)) {
            (true, _) => Ok(()),
            (false, Some(_)) => Err(Found::NoDigit),
            (false, None) => Err(Found::End),
        }
    }

    fn number(&mut self) -> Result<(), Found> {
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
            if let Some(b'0'..=b'9') = self.bytes.get(self.at) {
                return Err(Found::LeadingZero);
            }
        } else {
            self.digits()?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        // `12x` is no number with something after it.
        match self.bytes.get(self.at) {
            Some(byte)
                if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'"' | b'_' | b'-' | b'+') =>
            {
                Err(Found::NoDigit)
            }
            _ => Ok(()),
        }
    }

    fn string(&mut self) -> Result<(), Found> {
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    match self.bytes.get(self.at + 1) {
                        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
                        Some(b'u') => {
                            let digits = self.bytes.get(self.at + 2..self.at + 6).ok_or(Found::End)?;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return Err(Found::BadEscape);
                            }
                            self.at += 6;
                        }
                        Some(_) => return Err(Found::BadEscape),
                        None => return Err(Found::End),
                    };
                }
                Some(0..=0x1f) => return Err(Found::ControlCharacter),
                Some(_) => self.at += 1,
                None => return Err(Found::End),
            }
        }
    }
}

/// The place behind the closing quote of the string that begins at `start`.
pub(super) fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// A scalar or an empty container that begins at `start`.
pub(super) fn small(bytes: &[u8], start: usize) -> Range<usize> {
    let end = match bytes.get(start) {
        Some(b'"') => string_end(bytes, start),
        Some(b'{' | b'[') => {
            let rest = bytes[start..].iter().position(|byte| matches!(byte, b'}' | b']'));
            rest.map_or(bytes.len(), |length| start + length + 1)
        }
        _ => {
            let ends =
                |byte: &u8| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r' | b'{' | b'[');
            let rest = bytes.get(start..).unwrap_or_default();
            start + rest.iter().position(ends).unwrap_or(rest.len())
        }
    };
    start.min(bytes.len())..end.min(bytes.len())
}
