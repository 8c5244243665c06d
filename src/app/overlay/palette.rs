//! The palette: any command or table by name. Every line shows its key, so that it teaches.

use super::Overlay;
use crate::app::App;
use crate::app::command::{self, Availability, CommandSpec};
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::picker::{Found, Picker};
use crate::dataverse::{Table, TableName};

/// Rows of the list.
pub const HEIGHT: usize = 9;

/// State of the palette.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    /// What matches: commands, then tables.
    pub picker: Picker,
    commands: usize,
    tables: Vec<TableName>,
}

/// What a line of the palette stands for.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'a> {
    /// A command of the screen below.
    Command(&'static CommandSpec),
    /// The rows of a table.
    Table(&'a Table),
}

impl Palette {
    /// The palette of the screen that is seen.
    pub fn new(app: &App) -> Self {
        let commands = command::of(app.screen().scopes());
        let mut texts: Vec<Vec<String>> = commands
            .map(|spec| {
                vec![spec.title.to_owned(), spec.name.to_owned(), spec.all_keys_text(), spec.words.into()]
            })
            .collect();
        let commands = texts.len();
        let tables = app.tables.value().map_or(&[][..], Vec::as_slice);
        texts.extend(tables.iter().map(|table| {
            vec![format!("go: {} (table)", table.display_name), table.name.to_string(), table.set.to_string()]
        }));
        let tables = tables.iter().map(|table| table.name.clone()).collect();
        Self { picker: Picker::strict(texts), commands, tables }
    }

    /// What an entry of the picker stands for.
    pub fn entry<'a>(&self, app: &'a App, entry: usize) -> Option<Entry<'a>> {
        match entry.checked_sub(self.commands) {
            None => command::of(app.screen().scopes()).nth(entry).map(Entry::Command),
            Some(table) => {
                let name = self.tables.get(table)?;
                app.tables.value()?.iter().find(|table| table.name == *name).map(Entry::Table)
            }
        }
    }

    /// The entries that match. A command whose key or name is exactly what was typed comes first: `w`, `g g`, `rw`.
    pub fn found<'a>(&'a self, app: &App) -> Vec<&'a Found> {
        let typed = self.picker.line.text().trim();
        let mut found: Vec<&Found> = self.picker.found().iter().collect();
        found.sort_by_key(|found| match self.entry(app, found.entry) {
            Some(Entry::Command(spec)) => {
                spec.name != typed && !spec.keys.iter().any(|keys| command::sequence_text(keys) == typed)
            }
            _ => true,
        });
        found
    }

    /// The entry under the cursor.
    pub fn current(&self, app: &App) -> Option<usize> {
        self.found(app).get(self.picker.list.cursor).map(|found| found.entry)
    }
}

impl App {
    pub(in crate::app) fn palette_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Palette(palette)) = self.overlays.last_mut() else { return vec![] };
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => {
                self.overlays.pop();
            }
            Input::Key(Key::Enter) => return self.run_palette(),
            Input::Key(Key::Tab) => {
                if let Some(text) =
                    palette.picker.current().and_then(|entry| palette.picker.texts(entry).first())
                {
                    let text = text.clone();
                    palette.picker.set_text(&text);
                }
            }
            input => {
                if !palette.picker.update(input, HEIGHT) {
                    self.say_unbound(input);
                }
            }
        }
        vec![]
    }

    fn run_palette(&mut self) -> Vec<Effect> {
        let Some(Overlay::Palette(palette)) = self.overlays.last() else { return vec![] };
        let entry = palette.current(self).and_then(|entry| palette.entry(self, entry));
        match entry {
            Some(Entry::Command(spec)) => {
                self.overlays.pop();
                self.run(spec)
            }
            Some(Entry::Table(table)) => {
                let table = table.clone();
                self.overlays.pop();
                self.screens.pop_to_first();
                self.open_grid(table)
            }
            None => {
                self.say("No command or table has that name. Esc closes");
                vec![]
            }
        }
    }
}

/// Why a command cannot run now.
pub fn refusal(app: &App, spec: &CommandSpec) -> Option<String> {
    match (spec.enabled)(app) {
        Availability::Yes => None,
        Availability::No(reason) => Some(reason),
    }
}
