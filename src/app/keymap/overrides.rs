//! Keys that a person chose. What makes no sense is told, and the keys that were there stay.

use super::{Keymap, sequence_text};
use crate::app::command::{self, CommandSpec, Scope};
use crate::app::fuzzy::closest;
use crate::app::key::Key;

/// What a person wrote for one command: all its key sequences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Where it is written, for complaints: `keys.toml, line 3`.
    pub place: String,
    /// The command's name.
    pub command: String,
    /// Key sequences as help spells them; none takes the keys away.
    pub sequences: Vec<String>,
}

/// Commands without which nobody finds out again. They keep a key that nothing hides.
const ESSENTIAL: [&str; 5] = ["help", "palette", "quit", "cancel", "back"];

/// What terminals, tmux and flow control keep for themselves, and what some keyboards and clients do not send.
const UNSURE: [(Key, &str); 7] = [
    (Key::Ctrl('a'), "screen and some tmux set-ups keep it"),
    (Key::Ctrl('b'), "tmux keeps it"),
    (Key::Ctrl('q'), "flow control keeps it"),
    (Key::Ctrl('s'), "flow control keeps it"),
    (Key::Ctrl('v'), "many terminals paste with it"),
    (Key::Ctrl('z'), "it suspends"),
    (Key::Ctrl('\\'), "it ends programs"),
];

/// Control keys that are other keys on the wire.
const OTHERS: [(char, &str); 5] =
    [('h', "Backspace"), ('i', "Tab"), ('j', "Enter"), ('m', "Enter"), ('[', "Esc")];

/// A line that was understood.
struct Line<'a> {
    place: &'a str,
    spec: &'static CommandSpec,
}

impl Keymap {
    /// The keys of the tables with those that a person chose. Each line that makes no sense is left out and told in
    /// the complaints, which begin with `before`.
    pub fn with(before: Vec<String>, overrides: &[Override]) -> Self {
        let mut keymap = Self { complaints: before, ..Self::default() };
        let mut lines: Vec<Line<'_>> = Vec::new();
        for line in overrides {
            match understood(line) {
                Ok((spec, sequences)) => {
                    keymap.changed.insert(spec.name, sequences);
                    lines.push(Line { place: &line.place, spec });
                }
                Err(why) => keymap.complaints.push(format!("{}: {why}.", line.place)),
            }
        }
        keymap.settle(lines);
        keymap.warn();
        keymap
    }

    /// Takes back lines until no two commands are in each other's way. The later line of two gives way.
    fn settle(&mut self, mut lines: Vec<Line<'_>>) {
        while let Some((at, why)) =
            (0..lines.len()).rev().find_map(|at| self.clash(lines[at].spec).map(|why| (at, why)))
        {
            let line = lines.remove(at);
            self.changed.remove(line.spec.name);
            let kept = self.all_keys_text(line.spec);
            self.complaints.push(format!("{}: {why}. `{}` keeps {kept}.", line.place, line.spec.name));
        }
    }

    /// Why the keys of a command cannot be as they are.
    fn clash(&self, spec: &CommandSpec) -> Option<String> {
        for keys in self.sequences(spec) {
            for other in command::all().filter(|other| other.name != spec.name) {
                if !meet(spec.scope, other.scope) {
                    continue;
                }
                for bound in self.sequences(other) {
                    let is_same = bound == keys;
                    let is_refused = spec.scope == other.scope || ESSENTIAL.contains(&other.name);
                    if is_same && is_refused {
                        return Some(format!(
                            "`{}` cannot be both `{}` and `{}`",
                            sequence_text(keys),
                            spec.name,
                            other.name
                        ));
                    }
                    if !is_same && (bound.starts_with(keys) || keys.starts_with(bound)) {
                        return Some(format!(
                            "`{}` of `{}` and `{}` of `{}` begin alike, so one hides the other",
                            sequence_text(keys),
                            spec.name,
                            sequence_text(bound),
                            other.name
                        ));
                    }
                }
            }
        }
        None
    }

    /// What is in effect and may surprise.
    fn warn(&mut self) {
        let mut warnings = Vec::new();
        for spec in command::all().filter(|spec| self.is_changed(spec)) {
            for keys in self.sequences(spec) {
                let unsure = keys.iter().find_map(|key| Some((key, unsure(*key)?)));
                if let Some((key, why)) = unsure {
                    warnings.push(format!("`{key}` of `{}` may not arrive over SSH: {why}.", spec.name));
                }
                let hidden = command::all().filter(|other| other.name != spec.name).find(|other| {
                    hides(spec.scope, other.scope) && self.sequences(other).any(|bound| bound == keys)
                });
                if let Some(other) = hidden {
                    let keys = sequence_text(keys);
                    warnings.push(format!("`{keys}` of `{}` hides `{}` there.", spec.name, other.name));
                }
            }
        }
        self.warnings = warnings;
    }
}

/// Why a key may not arrive, where the terminal is at the other end of a line.
fn unsure(key: Key) -> Option<&'static str> {
    match key {
        Key::F(_) => Some("not every client sends function keys"),
        key => UNSURE.iter().find(|(unsure, _)| *unsure == key).map(|(_, why)| *why),
    }
}

/// Whether commands of both scopes are on one screen.
fn meet(one: Scope, other: Scope) -> bool {
    one == other || hides(one, other) || hides(other, one)
}

/// Whether a scope is nearer than another one on some screen.
fn hides(near: Scope, far: Scope) -> bool {
    match far {
        Scope::Global => !matches!(near, Scope::Global | Scope::Viewer),
        Scope::Viewer => matches!(near, Scope::Tree | Scope::List),
        Scope::List => !matches!(near, Scope::Global | Scope::List | Scope::Viewer),
        Scope::Record => {
            matches!(near, Scope::Form | Scope::Json | Scope::Tree | Scope::Related | Scope::Timeline)
        }
        Scope::Grid => near == Scope::RelatedRows,
        Scope::Tree => near == Scope::Json,
        _ => false,
    }
}

/// The command and the keys that a line means.
fn understood(line: &Override) -> Result<(&'static CommandSpec, Vec<Vec<Key>>), String> {
    let name = line.command.as_str();
    let Some(spec) = command::all().find(|spec| spec.name == name) else {
        let near = closest(name, command::all().map(|spec| spec.name));
        let near = near.map(|near| format!("; the nearest is `{near}`")).unwrap_or_default();
        return Err(format!("there is no command `{name}`{near}"));
    };
    let mut sequences: Vec<Vec<Key>> = Vec::new();
    for text in &line.sequences {
        let keys = sequence(text)?;
        if !sequences.contains(&keys) {
            sequences.push(keys);
        }
    }
    if sequences.is_empty() && ESSENTIAL.contains(&name) {
        return Err(format!("`{name}` needs a key: without one nobody finds out again"));
    }
    Ok((spec, sequences))
}

/// Reads a key sequence: `j`, `g t`, `Ctrl-D`.
fn sequence(text: &str) -> Result<Vec<Key>, String> {
    let keys: Vec<Key> = text.split_whitespace().map(one).collect::<Result<_, _>>()?;
    match keys.as_slice() {
        [] => Err("an empty text is no key; the space bar is `Space`".into()),
        [_] => Ok(keys),
        [_, Key::Esc | Key::Backspace | Key::Ctrl('g')] => {
            Err(format!("`{}` cannot be: its second key closes every menu", sequence_text(&keys)))
        }
        [_, _] => Ok(keys),
        _ => Err(format!("`{text}` is more than two keys")),
    }
}

fn one(text: &str) -> Result<Key, String> {
    let key: Key = text.parse()?;
    let other = |c: char| OTHERS.iter().find(|(other, _)| *other == c).map(|(_, other)| *other);
    match key {
        Key::Ctrl(c) => match other(c) {
            Some(other) => Err(format!("`{text}` arrives as {other}")),
            None if c.is_ascii_lowercase() || "\\]^_".contains(c) => Ok(key),
            None => Err(format!("`{text}` is no key that terminals send")),
        },
        Key::Char(c) if c.is_control() => Err("a control character is no key".into()),
        key => Ok(key),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[(&str, &[&str])]) -> Vec<Override> {
        let line = |(at, (command, sequences)): (usize, &(&str, &[&str]))| Override {
            place: format!("keys.toml, line {}", at + 2),
            command: (*command).to_owned(),
            sequences: sequences.iter().map(|keys| (*keys).to_owned()).collect(),
        };
        lines.iter().enumerate().map(line).collect()
    }

    fn keymap(of: &[(&str, &[&str])]) -> Keymap {
        Keymap::with(vec![], &lines(of))
    }

    fn keys(keymap: &Keymap, name: &str) -> String {
        keymap.all_keys_text(command::all().find(|spec| spec.name == name).unwrap())
    }

    fn complaint(of: &[(&str, &[&str])]) -> String {
        let keymap = keymap(of);
        assert_eq!(keymap.complaints().len(), 1, "{:?}", keymap.complaints());
        keymap.complaints()[0].clone()
    }

    #[test]
    fn a_line_replaces_all_keys_of_its_command_and_an_empty_one_takes_them_away() {
        let keymap = keymap(&[("row.open", &["Enter", "i"]), ("rows.sort", &[]), ("go.tables", &["g T"])]);
        assert_eq!(keymap.complaints(), [""; 0]);
        assert_eq!(keys(&keymap, "row.open"), "Enter  i");
        assert_eq!(keys(&keymap, "rows.sort"), ":rows.sort");
        assert_eq!(keys(&keymap, "go.tables"), "g T");
        assert_eq!(keys(&keymap, "go.doctor"), "g d");
    }

    #[test]
    fn an_unknown_command_is_told_with_the_nearest_one() {
        assert_eq!(
            complaint(&[("row.opne", &["i"])]),
            "keys.toml, line 2: there is no command `row.opne`; the nearest is `row.open`."
        );
    }

    #[test]
    fn what_is_no_key_is_told() {
        for (keys, said) in [
            ("Super-X", "`Super-X` is no key"),
            ("g g g", "more than two keys"),
            ("", "no key"),
            ("Ctrl-H", "arrives as Backspace"),
            ("Ctrl-M", "arrives as Enter"),
            ("Ctrl-;", "no key that terminals send"),
            ("g Esc", "closes every menu"),
        ] {
            let told = complaint(&[("row.open", &[keys])]);
            assert!(told.starts_with("keys.toml, line 2: ") && told.contains(said), "{told}");
        }
    }

    #[test]
    fn a_key_of_another_command_is_refused_with_both_named_and_the_old_keys_stay() {
        let map = keymap(&[("row.open", &["s"])]);
        let told = &map.complaints()[0];
        assert!(told.contains("`s` cannot be both `row.open` and `rows.sort`"), "{told}");
        assert!(told.contains("`row.open` keeps Enter  1."), "{told}");
        assert_eq!(keys(&map, "row.open"), "Enter  1");
        // Both changed: keys may change hands.
        let swapped = keymap(&[("row.open", &["s"]), ("rows.sort", &["Enter"])]);
        assert_eq!(swapped.complaints(), [""; 0]);
        assert_eq!(keys(&swapped, "row.open"), "s");
    }

    #[test]
    fn the_later_of_two_lines_gives_way_and_what_it_leaves_is_looked_at_again() {
        let map = keymap(&[("rows.sort", &["Enter"]), ("row.open", &["i"]), ("cell.edit", &["i"])]);
        assert_eq!(map.complaints().len(), 1, "{:?}", map.complaints());
        assert_eq!(keys(&map, "cell.edit"), "e");
        let map = keymap(&[("rows.sort", &["Enter"]), ("row.open", &["e"])]);
        assert_eq!(map.complaints().len(), 2, "{:?}", map.complaints());
        assert_eq!((keys(&map, "row.open").as_str(), keys(&map, "rows.sort").as_str()), ("Enter  1", "s"));
    }

    #[test]
    fn a_prefix_that_hides_a_command_is_refused_whatever_the_scopes_are() {
        for line in [("row.open", ["g"]), ("cell.edit", ["r x"]), ("go.doctor", ["w d"])] {
            let told = complaint(&[(line.0, &line.1)]);
            assert!(told.contains("begin alike"), "{told}");
        }
    }

    #[test]
    fn nobody_can_lock_themselves_out() {
        for name in ESSENTIAL {
            assert!(complaint(&[(name, &[])]).contains("needs a key"), "{name}");
        }
        for (keys, owner) in
            [("?", "help"), (":", "palette"), ("Q", "quit"), ("Ctrl-C", "cancel"), ("Esc", "back")]
        {
            let told = complaint(&[("row.open", &[keys])]);
            assert!(told.contains(owner), "{told}");
        }
        // A key that is given away is free.
        let map = keymap(&[("help", &["F1"]), ("row.open", &["?"])]);
        assert_eq!(map.complaints(), [""; 0]);
    }

    #[test]
    fn keys_that_may_not_arrive_and_hidden_ones_are_warned_of() {
        let map = keymap(&[("rows.sort", &["Ctrl-A"]), ("cell.edit", &["F7"]), ("row.repeat", &["u"])]);
        assert_eq!(map.complaints(), [""; 0]);
        let said = map.warnings().join("\n");
        for word in ["Ctrl-A", "F7", "`u` of `row.repeat` hides `pending.undo`"] {
            assert!(said.contains(word), "{said}");
        }
        assert_eq!(map.warnings().len(), 3);
        assert_eq!(Keymap::default().warnings(), [""; 0]);
    }
}
