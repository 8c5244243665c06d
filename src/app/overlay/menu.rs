//! A menu at the bottom: a letter picks and closes, `j k Enter` too, `/` finds by typing. Long lists only by typing.

use crate::app::key::{Input, Key};
use crate::app::letters;
use crate::app::line::Line;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The key that picks it.
    pub key: Option<char>,
    /// What people read.
    pub label: String,
    /// What stands beside it.
    pub detail: String,
    /// It is what the column has now.
    pub now: bool,
    /// Of a menu of which several can be picked: whether it is.
    pub picked: Option<bool>,
}

/// A menu with its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    items: Vec<Item>,
    /// Place of the cursor among the visible entries.
    cursor: usize,
    find: Option<Line>,
}

/// What an input did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Answer {
    /// The entry at this index was picked.
    Picked(usize),
    Closed,
    Stays,
    /// The key means nothing here.
    Unknown(Key),
}

impl Menu {
    /// A menu of labels and what stands beside them, with letters by the rule of [`letters`].
    pub fn new(entries: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut items: Vec<Item> = entries
            .into_iter()
            .map(|(label, detail)| Item { key: None, label, detail, now: false, picked: None })
            .collect();
        let long = items.len() > letters::MOST;
        if !long {
            let keys = letters::assign(items.iter().map(|item| item.label.as_str()));
            for (item, key) in items.iter_mut().zip(keys) {
                item.key = key;
            }
        }
        Self { items, cursor: 0, find: long.then(Line::default) }
    }

    /// Adds an entry with a key of its own at the end.
    #[must_use]
    pub fn with(mut self, key: char, label: &str) -> Self {
        let label = label.to_owned();
        let item = Item { key: Some(key), label, detail: String::new(), now: false, picked: None };
        self.items.push(item);
        self
    }

    /// Marks the entry that holds now and puts the cursor there.
    #[must_use]
    pub fn at(mut self, index: Option<usize>) -> Self {
        if let Some(item) = index.and_then(|index| self.items.get_mut(index)) {
            item.now = true;
            self.cursor = index.unwrap_or_default();
        }
        self
    }

    /// Picks these entries of those that can be, and no others.
    pub(in crate::app) fn pick(&mut self, picked: &[usize]) {
        let several = self.items.iter().take_while(|item| item.key != Some('-')).count();
        for (index, item) in self.items.iter_mut().take(several).enumerate() {
            item.picked = Some(picked.contains(&index));
        }
    }

    /// The entry under the cursor.
    pub(in crate::app) fn current(&self) -> Option<usize> {
        self.visible().get(self.cursor).copied()
    }

    /// What was searched for is found: all entries are seen again. A long list is still found by typing.
    pub(in crate::app) fn end_find(&mut self) {
        let found = self.current();
        let long = self.items.iter().filter(|item| item.key != Some('-')).count() > letters::MOST;
        self.find = long.then(Line::default);
        self.cursor = found.unwrap_or_default();
    }

    /// The entries that match what was typed, by index.
    pub fn visible(&self) -> Vec<usize> {
        let needle = self.find.as_ref().map(|find| find.text().to_lowercase()).unwrap_or_default();
        let matches = |item: &Item| item.label.to_lowercase().contains(&needle);
        (0..self.items.len()).filter(|index| matches(&self.items[*index])).collect()
    }

    /// All entries.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Place of the cursor among the visible entries.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The text that is searched for, while it is being typed.
    pub fn find(&self) -> Option<&Line> {
        self.find.as_ref()
    }

    pub(in crate::app) fn input(&mut self, input: &Input) -> Answer {
        let visible = self.visible();
        let Input::Key(key) = input else {
            return match &mut self.find {
                Some(find) => {
                    find.update(input);
                    self.cursor = 0;
                    Answer::Stays
                }
                None => Answer::Stays,
            };
        };
        match key {
            Key::Esc | Key::Ctrl('g') => return Answer::Closed,
            Key::Enter => {
                return visible.get(self.cursor).map_or(Answer::Stays, |index| Answer::Picked(*index));
            }
            Key::Down | Key::Ctrl('n') => {
                self.cursor = (self.cursor + 1).min(visible.len().saturating_sub(1))
            }
            Key::Up | Key::Ctrl('p') => self.cursor = self.cursor.saturating_sub(1),
            key => return self.letter(*key, visible.len()),
        }
        Answer::Stays
    }

    fn letter(&mut self, key: Key, visible: usize) -> Answer {
        if let Some(find) = &mut self.find {
            if find.is_empty() && key == Key::Backspace {
                return Answer::Closed;
            }
            if find.update(&Input::Key(key)) {
                self.cursor = 0;
                return Answer::Stays;
            }
            return Answer::Unknown(key);
        }
        let picked = self.items.iter().position(|item| item.key.map(Key::Char) == Some(key));
        match (picked, key) {
            (Some(index), _) => return Answer::Picked(index),
            (None, Key::Char('j')) => self.cursor = (self.cursor + 1).min(visible.saturating_sub(1)),
            (None, Key::Char('k')) => self.cursor = self.cursor.saturating_sub(1),
            (None, Key::Char('/')) => {
                self.find = Some(Line::default());
                self.cursor = 0;
            }
            (None, Key::Backspace | Key::Char('q')) => return Answer::Closed,
            (None, key) => return Answer::Unknown(key),
        }
        Answer::Stays
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn menu(labels: &[&str]) -> Menu {
        Menu::new(labels.iter().map(|label| (label.to_string(), String::new())))
    }

    fn press(menu: &mut Menu, key: Key) -> Answer {
        menu.input(&Input::Key(key))
    }

    #[test]
    fn a_letter_picks_and_an_unknown_one_keeps_the_menu_open() {
        let mut menu = menu(&["High", "Normal", "Low"]).with('-', "(empty)").at(Some(1));
        assert_eq!(press(&mut menu, Key::Char('x')), Answer::Unknown(Key::Char('x')));
        assert_eq!(press(&mut menu, Key::Char('l')), Answer::Picked(2));
        assert_eq!(press(&mut menu, Key::Char('-')), Answer::Picked(3));
        assert_eq!(press(&mut menu, Key::Char('j')), Answer::Stays);
        assert_eq!(press(&mut menu, Key::Enter), Answer::Picked(2));
        assert_eq!(press(&mut menu, Key::Esc), Answer::Closed);
    }

    #[test]
    fn typing_finds_and_enter_takes_what_is_found() {
        let mut menu = menu(&["High", "Normal", "Low"]);
        for key in [Key::Char('/'), Key::Char('O'), Key::Char('w')] {
            assert_eq!(press(&mut menu, key), Answer::Stays);
        }
        assert_eq!(menu.visible(), [2]);
        assert_eq!(press(&mut menu, Key::Enter), Answer::Picked(2));
    }

    #[test]
    fn a_long_list_is_found_by_typing_only() {
        let labels: Vec<String> = (0..40).map(|n| format!("Option {n}")).collect();
        let mut menu = Menu::new(labels.into_iter().map(|label| (label, String::new())));
        assert!(menu.items().iter().all(|item| item.key.is_none()));
        for key in ['3', '9'] {
            press(&mut menu, Key::Char(key));
        }
        assert_eq!(press(&mut menu, Key::Enter), Answer::Picked(39));
    }
}
