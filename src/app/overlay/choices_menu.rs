//! The options of a column that has several at once: letters pick and unpick, Enter stages.

use super::Overlay;
use super::menu::{Answer, Menu};
use crate::app::App;
use crate::app::effect::Effect;
use crate::app::field::{self, choices};
use crate::app::key::{Input, Key};
use crate::app::pending::{Staged, Target};
use crate::dataverse::metadata::Choice;
use crate::dataverse::{Change, Column};

/// The menu of a column's options, of which several hold.
#[derive(Debug, Clone, PartialEq)]
pub struct ChoicesMenu {
    /// The row.
    pub target: Target,
    /// The column.
    pub column: Column,
    /// The options as the menu lists them, each picked or not.
    pub menu: Menu,
    /// Why Enter was refused.
    pub problem: Option<String>,
    options: Vec<Choice>,
    /// What was picked in the beginning.
    began: Vec<i32>,
}

impl ChoicesMenu {
    /// The options, those picked that hold: the staged ones, otherwise those that were read.
    pub fn new(target: Target, column: Column, now: Option<&Staged>) -> Self {
        let mut options = column.kind.options().to_vec();
        options.sort_by_key(|option| option.value);
        let initial = match now.map(|staged| &staged.change) {
            Some(Change::Text(wire)) => wire.clone(),
            Some(_) => String::new(),
            None => {
                let cell = target.row.cell(column.name.as_str());
                cell.and_then(|cell| Some(cell.raw_text()?.into_owned())).unwrap_or_default()
            }
        };
        let entries = options.iter().map(|option| (option.label.clone(), option.value.to_string()));
        let mut menu = Menu::new(entries);
        menu.pick(&places(&options, &choices::numbers(&initial)));
        let menu = menu.with('-', "(none of them)");
        let mut menu = Self { target, column, menu, problem: None, options, began: vec![] };
        menu.began = menu.numbers();
        menu
    }

    fn numbers(&self) -> Vec<i32> {
        let picked = self.menu.items().iter().zip(&self.options);
        picked.filter(|(item, _)| item.picked == Some(true)).map(|(_, option)| option.value).collect()
    }

    /// Picks what has not been picked, and the other way round; the entry behind the options picks none.
    fn toggle(&mut self, index: usize) {
        let Some(option) = self.options.get(index) else { return self.menu.pick(&[]) };
        let mut numbers = self.numbers();
        match numbers.iter().position(|number| *number == option.value) {
            Some(place) => drop(numbers.remove(place)),
            None => numbers.push(option.value),
        }
        self.menu.pick(&places(&self.options, &numbers));
    }

    /// Takes what was typed: a list of options, or the beginning of the one under the cursor.
    fn take_typed(&mut self, typed: &str) {
        let read = choices::read(typed, &self.options);
        match (read, self.menu.current()) {
            (Ok(numbers), _) if typed.contains([',', ';']) => {
                self.menu.pick(&places(&self.options, &numbers));
            }
            (Ok(numbers), _) => {
                let place = places(&self.options, &numbers).first().copied();
                self.toggle(place.unwrap_or(self.options.len()));
            }
            (Err(_), Some(index)) => self.toggle(index),
            (Err(problem), None) => {
                self.problem = Some(problem);
                return;
            }
        }
        self.menu.end_find();
    }

    /// What Enter stages; nothing when that is what it began with.
    fn staged(&self) -> Result<Option<Staged>, String> {
        let numbers = self.numbers();
        if numbers == self.began {
            return Ok(None);
        }
        match numbers.as_slice() {
            [] => field::null(&self.column).map(Some),
            numbers => Ok(Some(choices::staged(&self.options, numbers))),
        }
    }
}

/// Where the options with these numbers stand.
fn places(options: &[Choice], numbers: &[i32]) -> Vec<usize> {
    (0..options.len()).filter(|place| numbers.contains(&options[*place].value)).collect()
}

impl App {
    pub(super) fn choices_menu_input(&mut self, input: &Input) -> Vec<Effect> {
        let many = self.marked().is_some_and(|marked| marked.count() > 1);
        let Some(Overlay::ChoicesMenu(menu)) = self.overlays.last_mut() else { return vec![] };
        menu.problem = None;
        let typed = menu.menu.find().map(|find| find.text().trim().to_owned()).unwrap_or_default();
        match input {
            Input::Key(Key::Enter) if !typed.is_empty() => menu.take_typed(&typed),
            Input::Key(Key::Enter) => match menu.staged() {
                Ok(None) if !many => {
                    self.overlays.pop();
                    self.say("Nothing changed.");
                }
                Ok(staged) => {
                    let numbers = menu.numbers();
                    let staged = staged.unwrap_or_else(|| choices::staged(&menu.options, &numbers));
                    let (target, column) = (menu.target.clone(), menu.column.clone());
                    self.overlays.pop();
                    self.stage_meant(&target, &column, staged);
                }
                Err(problem) => menu.problem = Some(problem),
            },
            Input::Key(Key::Char(' ')) if typed.is_empty() => {
                if let Some(index) = menu.menu.current() {
                    menu.toggle(index);
                }
            }
            input => match menu.menu.input(input) {
                Answer::Picked(index) => menu.toggle(index),
                Answer::Closed => drop(self.overlays.pop()),
                Answer::Stays => {}
                Answer::Unknown(key) => {
                    self.say(format!("`{key}` is none of these.  Enter stages, Esc keeps the value"));
                }
            },
        }
        vec![]
    }
}
