//! Which keys run which command: the tables of [`super::command`], and what a person changed about them.
//!
//! The only place that is asked for the keys of a command. Look-up, hints, help, palette and prefix menus follow it.

mod overrides;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::App;
use super::command::{self, Command, CommandSpec, Scope};
use super::key::Key;

pub use overrides::Override;

/// The keys in effect.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keymap {
    /// The commands whose keys were changed, by name, with all their sequences.
    changed: BTreeMap<&'static str, Vec<Vec<Key>>>,
    /// What was asked for and is not in effect, a sentence each.
    complaints: Vec<String>,
    /// What is in effect and may not do what was meant, a sentence each.
    warnings: Vec<String>,
}

/// What a key sequence means on a screen.
#[derive(Debug, Clone, Copy)]
pub enum Meaning {
    /// It runs this command.
    Runs(&'static CommandSpec),
    /// It is the beginning of others.
    Begins,
    /// Nothing.
    Nothing,
}

impl Keymap {
    /// The key sequences of a command, the one that is shown first.
    pub fn sequences<'a>(&'a self, spec: &CommandSpec) -> impl Iterator<Item = &'a [Key]> + use<'a> {
        let changed = self.changed.get(spec.name);
        let usual = if changed.is_some() { &[] } else { spec.keys };
        changed.into_iter().flatten().map(Vec::as_slice).chain(usual.iter().copied())
    }

    /// Whether a person gave the command keys of their own.
    pub fn is_changed(&self, spec: &CommandSpec) -> bool {
        self.changed.contains_key(spec.name)
    }

    /// The first key sequence as text: `g g`. What has no key is typed into the palette: `:rw`.
    pub fn keys_text(&self, spec: &CommandSpec) -> String {
        self.sequences(spec).next().map_or_else(|| format!(":{}", spec.name), sequence_text)
    }

    /// Every key sequence as text: `j  Down`.
    pub fn all_keys_text(&self, spec: &CommandSpec) -> String {
        let all: Vec<String> = self.sequences(spec).map(sequence_text).collect();
        if all.is_empty() { self.keys_text(spec) } else { all.join("  ") }
    }

    /// The first key sequence of a command as text.
    pub fn text_of(&self, command: Command) -> String {
        command::all()
            .find(|spec| spec.command == command)
            .map_or_else(String::new, |spec| self.keys_text(spec))
    }

    /// A line of keys as it is true with the keys in effect. It names the usual ones, two spaces or more apart, each
    /// before what it does: `r try again   Esc back`.
    pub fn in_effect<'t>(&self, scopes: &[Scope], line: &'t str) -> Cow<'t, str> {
        if self.changed.is_empty() {
            return Cow::Borrowed(line);
        }
        let mut said = String::with_capacity(line.len());
        let mut rest = line;
        while !rest.is_empty() {
            let (gap, words) = rest.split_at(rest.len() - rest.trim_start_matches(' ').len());
            let (part, behind) = words.split_at(words.find("  ").unwrap_or(words.len()));
            let (keys, means) = self.spelled(scopes, part).unwrap_or((String::new(), part));
            said.extend([gap, &keys, means]);
            rest = behind;
        }
        Cow::Owned(said)
    }

    /// The keys in effect in place of the usual ones that a text begins with, and what follows them.
    fn spelled<'t>(&self, scopes: &[Scope], part: &'t str) -> Option<(String, &'t str)> {
        let behind = |keys: &[Key]| {
            let rest = part.strip_prefix(&sequence_text(keys))?;
            rest.starts_with(' ').then_some(rest)
        };
        // A number counts something.
        let named = |spec: &&CommandSpec| {
            let usual = spec.keys.iter().filter(|keys| !matches!(keys, [Key::Char('0'..='9')]));
            usual.copied().find_map(behind)
        };
        let spec = command::of(scopes).find(|spec| named(spec).is_some())?;
        let means = named(&spec)?;
        self.is_changed(spec).then(|| (self.keys_text(spec), means))
    }

    /// Looks a key sequence up; a nearer scope wins over a farther one.
    pub fn resolve(&self, scopes: &[Scope], keys: &[Key]) -> Meaning {
        for spec in command::of(scopes) {
            for bound in self.sequences(spec) {
                if bound == keys {
                    return Meaning::Runs(spec);
                }
                if bound.len() > keys.len() && bound.starts_with(keys) {
                    return Meaning::Begins;
                }
            }
        }
        Meaning::Nothing
    }

    /// Whether a nearer scope has the keys that are shown of a command.
    pub fn is_hidden(&self, scopes: &[Scope], spec: &CommandSpec) -> bool {
        self.sequences(spec).next().is_some_and(
            |keys| !matches!(self.resolve(scopes, keys), Meaning::Runs(found) if found.name == spec.name),
        )
    }

    /// What was asked for and is not in effect, a sentence each.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// What is in effect and may not do what was meant, a sentence each.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// A key sequence as help spells it.
pub fn sequence_text(keys: &[Key]) -> String {
    keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
}

impl App {
    /// The keys in effect.
    pub fn keymap(&self) -> &Keymap {
        &self.start.keymap
    }

    /// A line of keys as it is true on this screen with the keys in effect.
    pub fn with_keys<'t>(&self, line: &'t str) -> Cow<'t, str> {
        self.keymap().in_effect(self.screen().scopes(), line)
    }

    /// Says what of the changed keys is not in effect, or may not arrive where the line is slow.
    pub(in crate::app) fn tell_complaints(&mut self) {
        let warned = self.keymap().warnings().first().filter(|_| self.start.remote).cloned();
        let said = match self.keymap().complaints() {
            [] => match warned {
                Some(warning) => warning,
                None => return,
            },
            [only] => only.clone(),
            [first, more @ ..] => format!("{first}  {} more: `dv keys` tells all", more.len()),
        };
        self.say(said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(keymap: &Keymap, scopes: &[Scope], keys: &[Key]) -> Option<&'static str> {
        match keymap.resolve(scopes, keys) {
            Meaning::Runs(spec) => Some(spec.name),
            Meaning::Begins | Meaning::Nothing => None,
        }
    }

    #[test]
    fn a_nearer_scope_wins_and_a_prefix_begins() {
        let keymap = Keymap::default();
        let scopes = [Scope::Doctor, Scope::List, Scope::Global];
        assert_eq!(runs(&keymap, &scopes, &[Key::Char('r')]), Some("doctor.again"));
        assert_eq!(runs(&keymap, &scopes[1..], &[Key::Char('r')]), Some("refresh"));
        assert_eq!(runs(&keymap, &scopes, &[Key::Char('g'), Key::Char('g')]), Some("list.first"));
        assert!(matches!(keymap.resolve(&scopes, &[Key::Char('g')]), Meaning::Begins));
        assert!(matches!(keymap.resolve(&scopes, &[Key::F(12)]), Meaning::Nothing));
    }

    #[test]
    fn a_line_of_keys_names_those_in_effect_and_leaves_words_and_numbers_alone() {
        let chosen = |command: &str, keys: &str| Override {
            place: String::new(),
            command: command.into(),
            sequences: vec![keys.into()],
        };
        let changed = [
            chosen("refresh", "W"),
            chosen("go.tables", "T"),
            chosen("row.open", "i"),
            chosen("row.repeat", ","),
        ];
        let keymap = Keymap::with(vec![], &changed);
        assert!(keymap.complaints().is_empty(), "{:?}", keymap.complaints());
        let scopes = [Scope::Grid, Scope::List, Scope::Global];
        for (usual, in_effect) in [
            ("r try again   Esc back   g t other tables", "W try again   Esc back   T other tables"),
            ("read it  . repeat", "read it  , repeat"),
            ("1 row is left   Enter opens it", "1 row is left   i opens it"),
            ("all rows are read", "all rows are read"),
        ] {
            assert_eq!(keymap.in_effect(&scopes, usual), in_effect);
            assert!(
                matches!(Keymap::default().in_effect(&scopes, usual), Cow::Borrowed(same) if same == usual)
            );
        }
        // The doctor's own `r` was not changed.
        assert_eq!(keymap.in_effect(&[Scope::Doctor, Scope::Global], "r run again"), "r run again");
    }

    #[test]
    fn what_has_no_key_is_typed_into_the_palette() {
        let keymap = Keymap::default();
        assert_eq!(keymap.text_of(Command::Global(command::global::Global::Unlock)), ":rw");
        assert_eq!(keymap.text_of(Command::List(command::list::ListCommand::Down)), "j");
    }
}
