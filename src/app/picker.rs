//! A list that narrows as one types.

use super::fuzzy::Fuzzy;
use super::key::{Input, Key};
use super::line::Line;
use super::list::{List, Step};

/// Texts to choose from, what was typed, and what of them matches.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Picker {
    /// What was typed.
    pub line: Line,
    /// Cursor and scroll position among the matches.
    pub list: List,
    entries: Vec<Vec<String>>,
    strict: bool,
    found: Vec<Found>,
}

/// An entry that matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Index of the entry.
    pub entry: usize,
    /// Which of the entry's texts matches best.
    pub text: usize,
    /// The matching characters of that text.
    pub letters: Vec<u32>,
}

impl Found {
    /// The matching characters of one of the entry's texts.
    pub fn letters_of(&self, text: usize) -> &[u32] {
        if self.text == text { &self.letters } else { &[] }
    }
}

impl Picker {
    /// A picker of entries, each with the texts it can be found by.
    pub fn new(entries: Vec<Vec<String>>) -> Self {
        let mut picker = Self { entries, ..Self::default() };
        picker.search();
        picker
    }

    /// A picker that leaves out texts in which the letters are merely scattered.
    pub fn strict(entries: Vec<Vec<String>>) -> Self {
        let mut picker = Self { entries, strict: true, ..Self::default() };
        picker.search();
        picker
    }

    /// Takes other entries; what was typed stays.
    pub fn set_entries(&mut self, entries: Vec<Vec<String>>) {
        self.entries = entries;
        self.search();
    }

    /// The texts of an entry.
    pub fn texts(&self, entry: usize) -> &[String] {
        self.entries.get(entry).map_or(&[], Vec::as_slice)
    }

    /// How many entries there are to choose from.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// There is nothing to choose from.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries that match, best first; in their own order when nothing was typed.
    pub fn found(&self) -> &[Found] {
        &self.found
    }

    /// The entry under the cursor.
    pub fn current(&self) -> Option<usize> {
        self.found.get(self.list.cursor).map(|found| found.entry)
    }

    /// Moves the cursor over the matches.
    pub fn step(&mut self, step: Step, height: usize) {
        self.list.step(step, self.found.len(), height);
    }

    /// Replaces what was typed.
    pub fn set_text(&mut self, text: &str) {
        self.line = Line::new(text);
        self.list = List::default();
        self.search();
    }

    /// Takes an input that moves or types; answers whether it did. Enter, Esc and Tab are the caller's.
    pub fn update(&mut self, input: &Input, height: usize) -> bool {
        let step = match input {
            Input::Key(Key::Up | Key::Ctrl('p')) => Step::Rows(-1),
            Input::Key(Key::Down | Key::Ctrl('n')) => Step::Rows(1),
            Input::Key(Key::PageUp) => Step::Halves(-2),
            Input::Key(Key::PageDown) => Step::Halves(2),
            _ => {
                let before = self.line.text().to_owned();
                let taken = self.line.update(input);
                if self.line.text() != before {
                    self.list = List::default();
                    self.search();
                }
                return taken;
            }
        };
        self.step(step, height);
        true
    }

    fn search(&mut self) {
        let typed = self.line.text().trim();
        let words = typed.split_whitespace().count();
        let mut fuzzy = Fuzzy::new(typed);
        let mut found: Vec<(u32, Found)> = Vec::new();
        for (entry, texts) in self.entries.iter().enumerate() {
            let matches = texts.iter().enumerate().filter_map(|(text, text_of)| {
                let found = fuzzy.find(text_of)?;
                if self.strict && !found.is_close(text_of, words) {
                    return None;
                }
                Some((found.score, Found { entry, text, letters: found.letters }))
            });
            // The first of equals: texts are given with the one people read first.
            found.extend(matches.reduce(|best, other| if other.0 > best.0 { other } else { best }));
        }
        found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
        self.found = found.into_iter().map(|(_, found)| found).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picker() -> Picker {
        Picker::new(
            [["Case", "incident"], ["Account", "account"]]
                .map(|texts| texts.map(String::from).to_vec())
                .to_vec(),
        )
    }

    #[test]
    fn an_entry_is_found_by_any_of_its_texts() {
        let mut picker = picker();
        assert_eq!(picker.found().len(), 2);
        picker.set_text("inci");
        assert_eq!(picker.current(), Some(0));
        assert_eq!(picker.found()[0].letters_of(1), [0, 1, 2, 3]);
        assert!(picker.found()[0].letters_of(0).is_empty());
    }

    #[test]
    fn a_strict_picker_hides_scattered_letters() {
        let mut picker = Picker::strict(
            ["Stop what is being read from there", "Priority of a case"]
                .map(|text| vec![text.into()])
                .to_vec(),
        );
        picker.set_text("prio");
        assert_eq!(picker.found().iter().map(|found| found.entry).collect::<Vec<_>>(), [1]);
        picker.set_text("poac");
        assert_eq!(picker.current(), Some(1), "beginnings of words");
        picker.set_text("owe");
        assert!(picker.found().is_empty());
    }

    #[test]
    fn typing_brings_the_cursor_back_to_the_best_match() {
        let mut picker = picker();
        assert!(picker.update(&Input::Key(Key::Down), 5));
        assert_eq!(picker.current(), Some(1));
        assert!(picker.update(&Input::Key(Key::Char('c')), 5));
        assert_eq!(picker.list.cursor, 0);
        assert!(!picker.update(&Input::Key(Key::Enter), 5));
    }
}
