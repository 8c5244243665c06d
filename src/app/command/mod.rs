//! Everything a key can do, declared once.
//!
//! Each scope has a file with its commands and one table of [`CommandSpec`]. The tables drive key look-up, prefix
//! menus, the hint line, help and the palette, by way of the [`Keymap`](super::keymap::Keymap), which knows what a person
//! changed; nothing else knows a key.

pub mod act;
pub mod copy;
pub mod doctor;
pub mod environments;
pub mod global;
pub mod grid;
pub mod history;
pub mod list;
pub mod log;
pub mod marks;
pub mod panes;
pub mod record;
pub mod related;
pub mod review;
pub mod sign_in;
pub mod tables;
pub mod timeline;
pub mod viewer;

use super::App;
use super::key::Key;

/// Where a command applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Every screen.
    Global,
    /// Every screen with a list.
    List,
    SignIn,
    Environments,
    Tables,
    Grid,
    /// Both tabs of a record.
    Record,
    /// The form tab.
    Form,
    /// The JSON tab.
    Json,
    /// The tab of relationships.
    Related,
    /// Rows that are related to one row.
    RelatedRows,
    /// The timeline tab.
    Timeline,
    /// JSON wherever it is shown.
    Tree,
    /// A JSON file by itself.
    Viewer,
    Review,
    Doctor,
    Log,
    /// A row, in a grid or by itself.
    Act,
}

impl Scope {
    /// The heading in help.
    pub fn title(self) -> &'static str {
        match self {
            Scope::Global => "EVERYWHERE",
            Scope::List => "MOVE",
            Scope::SignIn => "SIGN-IN",
            Scope::Environments => "ENVIRONMENTS",
            Scope::Tables => "TABLES",
            Scope::Grid => "ROWS",
            Scope::Record => "RECORD",
            Scope::Form => "FORM",
            Scope::Json => "JSON",
            Scope::Related => "RELATED",
            Scope::RelatedRows => "RELATED ROWS",
            Scope::Timeline => "TIMELINE",
            Scope::Tree => "JSON TEXT",
            Scope::Viewer => "VIEWER",
            Scope::Review => "REVIEW",
            Scope::Doctor => "DOCTOR",
            Scope::Log => "REQUEST LOG",
            Scope::Act => "ACT",
        }
    }
}

/// A command, by the scope that declares it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Global(global::Global),
    List(list::ListCommand),
    SignIn(sign_in::SignInCommand),
    Tables(tables::TablesCommand),
    Grid(grid::GridCommand),
    Mark(marks::MarkCommand),
    Pane(panes::PaneCommand),
    Record(record::RecordCommand),
    Related(related::RelatedCommand),
    Timeline(timeline::TimelineCommand),
    Review(review::ReviewCommand),
    Act(act::ActCommand),
    Doctor(doctor::DoctorCommand),
    Environments(environments::EnvironmentsCommand),
    Log(log::LogCommand),
    Copy(copy::CopyCommand),
    History(history::HistoryCommand),
}

/// Whether a command can run now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Availability {
    Yes,
    /// Not now, and why, as a sentence.
    No(String),
}

/// Declaration of one command.
#[derive(Debug, Clone, Copy)]
pub struct CommandSpec {
    /// What runs.
    pub command: Command,
    /// Its name for scripts, configuration and tests: `row.open`.
    pub name: &'static str,
    /// What it does, in a few words: help, palette, prefix menus.
    pub title: &'static str,
    /// One word or two for the hint line; empty keeps it out of there.
    pub hint: &'static str,
    /// Where it applies.
    pub scope: Scope,
    /// The key sequences that run it unless a person chose others ([`Keymap`](super::keymap::Keymap)), the first one
    /// shown. One key, or a prefix and a key.
    pub keys: &'static [&'static [Key]],
    /// Other words that people look for it with.
    pub words: &'static str,
    /// Whether it can run now.
    pub enabled: fn(&App) -> Availability,
}

impl CommandSpec {
    /// A command that is always available and has no key yet.
    pub const fn new(command: Command, name: &'static str, title: &'static str, scope: Scope) -> Self {
        Self { command, name, title, hint: "", scope, keys: &[], words: "", enabled: |_| Availability::Yes }
    }

    /// Binds key sequences.
    #[must_use]
    pub const fn keys(mut self, keys: &'static [&'static [Key]]) -> Self {
        self.keys = keys;
        self
    }

    /// Puts it into the hint line.
    #[must_use]
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// Adds words that people look for it with.
    #[must_use]
    pub const fn words(mut self, words: &'static str) -> Self {
        self.words = words;
        self
    }

    /// Says when it can run.
    #[must_use]
    pub const fn enabled(mut self, enabled: fn(&App) -> Availability) -> Self {
        self.enabled = enabled;
        self
    }
}

/// The tables of all scopes. Within a scope the order is that of the hint line and of help.
const TABLES: &[&[CommandSpec]] = &[
    sign_in::COMMANDS,
    environments::COMMANDS,
    tables::COMMANDS,
    grid::ROWS,
    marks::COMMANDS,
    grid::COLUMNS,
    panes::COMMANDS,
    record::COMMANDS,
    act::COMMANDS,
    related::COMMANDS,
    timeline::COMMANDS,
    review::COMMANDS,
    doctor::COMMANDS,
    log::COMMANDS,
    copy::GRID,
    copy::RECORD,
    copy::REVIEW,
    copy::TREE,
    list::COMMANDS,
    global::COMMANDS,
    copy::EVERYWHERE,
    history::COMMANDS,
    viewer::COMMANDS,
    copy::VIEWER,
];

/// Every command there is.
pub fn all() -> impl Iterator<Item = &'static CommandSpec> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// The commands of some scopes, the nearest scope first.
pub fn of(scopes: &[Scope]) -> impl Iterator<Item = &'static CommandSpec> {
    scopes.iter().flat_map(|scope| all().filter(move |spec| spec.scope == *scope))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::app::keymap::sequence_text;

    #[test]
    fn names_are_unique() {
        let mut seen = BTreeSet::new();
        for spec in all() {
            assert!(seen.insert(spec.name), "{} is declared twice", spec.name);
        }
    }

    #[test]
    fn no_key_is_bound_twice_in_a_scope_and_no_command_hides_behind_a_prefix() {
        for spec in all() {
            for keys in spec.keys {
                let rivals = all().filter(|other| other.scope == spec.scope && other.name != spec.name);
                for other in rivals {
                    for bound in other.keys {
                        let clash = bound.starts_with(keys) || keys.starts_with(bound);
                        assert!(!clash, "{} and {} share {}", spec.name, other.name, sequence_text(keys));
                    }
                }
            }
        }
    }

    #[test]
    fn every_command_says_what_it_does() {
        for spec in all() {
            assert!(!spec.title.is_empty() && !spec.title.ends_with('.'), "{}", spec.name);
            assert!(spec.keys.iter().all(|keys| (1..=2).contains(&keys.len())), "{}", spec.name);
        }
    }

    #[test]
    fn a_table_declares_commands_of_its_own_kind_only() {
        for spec in all() {
            let same = match spec.command {
                // A viewer has some of those of every screen, and no others.
                Command::Global(_) => matches!(spec.scope, Scope::Global | Scope::Viewer),
                Command::History(_) => spec.scope == Scope::Global,
                Command::List(_) => spec.scope == Scope::List,
                Command::SignIn(_) => spec.scope == Scope::SignIn,
                Command::Tables(_) => spec.scope == Scope::Tables,
                Command::Grid(_) if spec.scope == Scope::RelatedRows => true,
                Command::Grid(_) | Command::Mark(_) | Command::Pane(_) => spec.scope == Scope::Grid,
                Command::Record(_) => {
                    matches!(
                        spec.scope,
                        Scope::Record | Scope::Form | Scope::Json | Scope::Tree | Scope::Related
                    )
                }
                Command::Review(_) => spec.scope == Scope::Review,
                Command::Related(_) => matches!(spec.scope, Scope::Related | Scope::RelatedRows),
                Command::Timeline(_) => spec.scope == Scope::Timeline,
                Command::Act(_) => matches!(spec.scope, Scope::Act | Scope::Timeline),
                Command::Environments(_) => spec.scope == Scope::Environments,
                Command::Doctor(_) => spec.scope == Scope::Doctor,
                Command::Log(_) => spec.scope == Scope::Log,
                Command::Copy(_) => matches!(
                    spec.scope,
                    Scope::Grid | Scope::Record | Scope::Review | Scope::Tree | Scope::Viewer | Scope::Global
                ),
            };
            assert!(same, "{}", spec.name);
        }
    }
}
