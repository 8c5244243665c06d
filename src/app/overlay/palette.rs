//! The palette: any command, table, environment or row by name, and words that take something behind them. Every line
//! shows its key, so that it teaches.

use super::Overlay;
use crate::app::App;
use crate::app::command::global::Global;
use crate::app::command::{self, Availability, Command, CommandSpec};
use crate::app::destination::{self, Place};
use crate::app::effect::Effect;
use crate::app::key::{Input, Key};
use crate::app::keymap::sequence_text;
use crate::app::picker::{Found, Picker};
use crate::app::places::Listed;
use crate::app::verb::{self, Verb};
use crate::app::views::{self, TableView, View};
use crate::dataverse::{Table, TableName};

/// Rows of the list.
pub const HEIGHT: usize = 9;
/// So many lines that were run are remembered.
const REMEMBERED: usize = 100;
/// Which text of an entry people read.
const TITLE: usize = 0;
/// The entry of the destination that was typed: it is in no picker.
const DESTINATION: usize = usize::MAX;

/// State of the palette.
#[derive(Debug, Clone, PartialEq)]
pub struct Palette {
    /// What matches: commands, then tables, then environments.
    pub picker: Picker,
    commands: usize,
    tables: Vec<TableName>,
    /// Addresses of environments.
    places: Vec<String>,
    /// Views, each with its table.
    views: Vec<(TableName, &'static View)>,
    /// Where the text leads by itself.
    going: Option<(Found, Result<Going, String>)>,
    /// How far back among what was run, and what was typed before that.
    recalled: Option<(usize, String)>,
}

/// What a text means that is no name of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Going {
    /// Somewhere to go to.
    Place(Place),
    /// Something to do with what was typed behind it.
    Verb(Verb),
}

impl Going {
    fn recognize(text: &str) -> Option<Result<Self, String>> {
        match verb::recognize(text) {
            Some(verb) => Some(verb.map(Self::Verb)),
            None => Some(destination::recognize(text)?.map(Self::Place)),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Place(place) => format!("go: {}", place.destination),
            Self::Verb(verb) => verb.title(),
        }
    }
}

/// What a line of the palette stands for.
#[derive(Debug, Clone)]
pub enum Entry<'a> {
    /// A command of the screen below.
    Command(&'static CommandSpec),
    /// The rows of a table.
    Table(&'a Table),
    /// Rows of a table that come as a view.
    View(&'a Table, &'static View),
    /// Another environment.
    Environment(&'a Listed),
    /// Where the text leads, or why it does not.
    Going(&'a Result<Going, String>),
}

impl Palette {
    /// The palette of the screen that is seen.
    pub fn new(app: &App) -> Self {
        let commands = command::of(app.screen().scopes());
        let mut texts: Vec<Vec<String>> = commands
            .map(|spec| {
                let keys = app.keymap().all_keys_text(spec);
                vec![spec.title.to_owned(), spec.name.to_owned(), keys, spec.words.into()]
            })
            .collect();
        let commands = texts.len();
        let listed = app.tables.value().map_or(&[][..], Vec::as_slice);
        texts.extend(listed.iter().map(|table| {
            vec![
                format!("go: {} (table)", table.display_name),
                table.name.to_string(),
                table.set.to_string(),
                table.collection_name.clone(),
            ]
        }));
        let tables = listed.iter().map(|table| table.name.clone()).collect();
        let places = app.places.value().map_or(&[][..], Vec::as_slice);
        texts.extend(places.iter().map(|place| {
            let profile = place.profile.iter().map(|profile| format!("@{profile}"));
            [format!("@{}", place.name), format!("@{}", place.short)].into_iter().chain(profile).collect()
        }));
        let places = places.iter().map(|place| place.address.clone()).collect();
        let views: Vec<_> = views::among(listed).collect();
        texts.extend(
            views.iter().map(|(table, view)| vec![format!("{}: {} (view)", table.display_name, view.name)]),
        );
        let views = views.into_iter().map(|(table, view)| (table.name.clone(), view)).collect();
        let picker = Picker::strict(texts);
        Self { picker, commands, tables, places, views, going: None, recalled: None }
    }

    /// The same with a text that somebody goes on to type.
    pub fn with_text(app: &App, text: &str) -> Self {
        let mut palette = Self::new(app);
        palette.set_text(text);
        palette
    }

    /// What an entry of the picker stands for.
    pub fn entry<'a>(&'a self, app: &'a App, entry: usize) -> Option<Entry<'a>> {
        if entry == DESTINATION {
            return self.going.as_ref().map(|(_, going)| Entry::Going(going));
        }
        let Some(behind) = entry.checked_sub(self.commands) else {
            return command::of(app.screen().scopes()).nth(entry).map(Entry::Command);
        };
        match behind.checked_sub(self.tables.len()) {
            None => {
                let name = self.tables.get(behind)?;
                let tables = app.tables.value()?;
                // Mostly nothing has changed since the palette was opened: then the place is still right.
                let same = tables.get(behind).filter(|table| table.name == *name);
                same.or_else(|| tables.iter().find(|table| table.name == *name)).map(Entry::Table)
            }
            Some(view) if view >= self.places.len() => {
                let (table, view) = self.views.get(view - self.places.len())?;
                let table = app.tables.value()?.iter().find(|known| known.name == *table)?;
                Some(Entry::View(table, view))
            }
            Some(place) => {
                let address = self.places.get(place)?;
                app.places.value()?.iter().find(|place| place.address == *address).map(Entry::Environment)
            }
        }
    }

    /// What people read of an entry.
    pub fn title(&self, entry: usize) -> String {
        match &self.going {
            Some((found, Ok(going))) if found.entry == entry => going.title(),
            Some((found, Err(why))) if found.entry == entry => why.clone(),
            _ => self.picker.texts(entry).first().cloned().unwrap_or_default(),
        }
    }

    /// The entries that match. Where the text leads by itself comes first, then a command whose key or name is exactly
    /// what was typed (`w`, `g g`, `rw`), then a table or environment of that name.
    pub fn found<'a>(&'a self, app: &App) -> Vec<&'a Found> {
        let typed = self.picker.line.text().trim();
        let mut found: Vec<&Found> = self.picker.found().iter().collect();
        if !typed.is_empty() {
            found.sort_by_cached_key(|found| {
                self.entry(app, found.entry).map_or(u8::MAX, |entry| rank(app, found, &entry, typed))
            });
        }
        found.splice(0..0, self.going.iter().map(|(found, _)| found));
        found
    }

    /// The entry under the cursor.
    pub fn current(&self, app: &App) -> Option<usize> {
        self.found(app).get(self.picker.list.cursor).map(|found| found.entry)
    }

    /// The text has changed: looks where it leads by itself.
    fn look(&mut self) {
        let going = Going::recognize(self.picker.line.text());
        self.going = going.map(|going| (Found { entry: DESTINATION, text: 0, letters: vec![] }, going));
    }

    fn set_text(&mut self, text: &str) {
        self.picker.set_text(text);
        self.look();
    }

    /// Puts an older or a newer line in place of what is typed; answers whether there was one.
    fn recall(&mut self, ran: &[String], older: bool) -> bool {
        let (back, typed) = match self.recalled.take() {
            Some((back, typed)) => (back, typed),
            None if older => (0, self.picker.line.text().to_owned()),
            None => return false,
        };
        let next = if older { (back + 1).min(ran.len()) } else { back.saturating_sub(1) };
        match ran.len().checked_sub(next).and_then(|at| ran.get(at)) {
            Some(line) => {
                self.set_text(line);
                self.recalled = Some((next, typed));
            }
            None => self.set_text(&typed), // the newest is behind what was typed
        }
        next != back
    }
}

/// How exactly an entry is what was typed; less is better. What cannot run now and is not
/// even called so comes last.
fn rank(app: &App, found: &Found, entry: &Entry<'_>, typed: &str) -> u8 {
    let is = |name: &str| name.to_lowercase() == typed.to_lowercase();
    match entry {
        Entry::Going(_) => 0,
        Entry::Command(spec)
            if spec.name == typed
                || app.keymap().sequences(spec).any(|keys| sequence_text(keys) == typed) =>
        {
            1
        }
        Entry::Table(table)
            if is(table.name.as_str())
                || is(table.set.as_str())
                || is(&table.display_name)
                || is(&table.collection_name) =>
        {
            2
        }
        Entry::Environment(place)
            if [Some(&place.name), Some(&place.short), place.profile.as_ref()]
                .into_iter()
                .flatten()
                .any(|name| is(&format!("@{name}"))) =>
        {
            2
        }
        Entry::Command(spec) if spec.words.split_whitespace().any(|word| word == typed) => 3,
        Entry::Command(spec) if found.text != TITLE && refusal(app, spec).is_some() => 5,
        _ => 4,
    }
}

impl App {
    pub(in crate::app) fn palette_input(&mut self, input: &Input) -> Vec<Effect> {
        let Some(Overlay::Palette(mut palette)) = self.overlays.pop() else { return vec![] };
        let at_top = palette.picker.list.cursor == 0;
        match input {
            Input::Key(Key::Esc | Key::Ctrl('g' | 'c')) => return vec![],
            Input::Key(Key::Enter) => return self.run_palette(palette),
            Input::Key(Key::Tab) => {
                match palette.current(self).and_then(|entry| palette.entry(self, entry)) {
                    Some(Entry::Going(Ok(Going::Place(_)))) => self.say("Enter goes there"),
                    Some(Entry::Going(Ok(Going::Verb(_)))) => self.say("Enter does that"),
                    Some(entry) => {
                        let name = name(&entry);
                        palette.set_text(&name);
                    }
                    None => self.say("Nothing to complete"),
                }
            }
            Input::Key(Key::Up) if at_top => {
                if !palette.recall(&self.ran, true) {
                    self.say("No older command");
                }
            }
            Input::Key(Key::Down) if palette.recalled.is_some() => {
                palette.recall(&self.ran, false);
            }
            input => {
                let before = palette.picker.line.text().to_owned();
                let taken = palette.picker.update(input, HEIGHT);
                if palette.picker.line.text() != before {
                    palette.recalled = None;
                    palette.look();
                }
                if !taken {
                    self.say_unbound(input);
                }
            }
        }
        self.overlays.push(Overlay::Palette(palette));
        vec![]
    }

    fn run_palette(&mut self, palette: Palette) -> Vec<Effect> {
        let entry = palette.current(self).and_then(|entry| palette.entry(self, entry));
        // What was moved to is remembered by its name: the text alone finds something else.
        let typed = palette.picker.line.text().trim();
        let line = match &entry {
            Some(entry) if typed.is_empty() || palette.picker.list.cursor > 0 => name(entry),
            _ => typed.to_owned(),
        };
        match entry {
            Some(Entry::Command(spec)) => {
                self.remember(line);
                self.run(spec)
            }
            Some(Entry::Table(table)) => {
                let table = table.clone();
                self.remember(line);
                self.screens.pop_to_first();
                self.open_grid(table)
            }
            Some(Entry::View(table, view)) => {
                let table = table.clone();
                self.remember(line);
                self.open_view(table, Some(TableView::Shipped(view)))
            }
            Some(Entry::Environment(place)) => {
                let address = place.address.clone();
                self.remember(line);
                self.go_environment(address)
            }
            Some(Entry::Going(Ok(going))) => {
                let going = going.clone();
                self.remember(line);
                match going {
                    Going::Place(place) => self.go_to(place),
                    Going::Verb(verb) => self.run_verb(verb),
                }
            }
            Some(Entry::Going(Err(why))) => {
                let why = why.clone();
                self.overlays.push(Overlay::Palette(palette));
                self.say(why);
                vec![]
            }
            None => {
                self.overlays.push(Overlay::Palette(palette));
                self.say("No command or table has that name.  Esc closes");
                vec![]
            }
        }
    }

    fn remember(&mut self, line: String) {
        self.ran.retain(|other| *other != line);
        self.ran.push(line);
        if self.ran.len() > REMEMBERED {
            self.ran.remove(0);
        }
    }
}

/// What finds an entry again.
fn name(entry: &Entry<'_>) -> String {
    match entry {
        Entry::Command(spec) => spec.name.to_owned(),
        Entry::Table(table) => table.name.to_string(),
        Entry::View(table, view) => format!("{}: {}", table.display_name, view.name),
        Entry::Environment(place) => format!("@{}", place.name),
        Entry::Going(_) => String::new(),
    }
}

/// What stands beside an entry: its key, or why it cannot run.
pub fn beside(app: &App, entry: &Entry<'_>) -> String {
    match entry {
        Entry::Command(spec) => refusal(app, spec).unwrap_or_else(|| app.keymap().keys_text(spec)),
        Entry::Table(table) => format!("table {}", table.name),
        Entry::View(..) => "view".to_owned(),
        Entry::Environment(place) => format!("environment {}", place.short),
        Entry::Going(Ok(Going::Place(_))) => app.keymap().text_of(Command::Global(Global::GoRecord)),
        Entry::Going(Ok(Going::Verb(verb))) => verb.beside(app),
        Entry::Going(Err(_)) => String::new(),
    }
}

/// Why a command cannot run now.
pub fn refusal(app: &App, spec: &CommandSpec) -> Option<String> {
    match (spec.enabled)(app) {
        Availability::Yes => None,
        Availability::No(reason) => Some(reason),
    }
}
