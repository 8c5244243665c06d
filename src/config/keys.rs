//! `keys.toml`: the keys that a person chose, as they are written. Which keys and commands there are is not known here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Spanned, Value};

use super::profile::read_text;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFile {
    /// Where it is, whether it is there or not.
    pub path: PathBuf,
    /// The lines that could be read, in their order.
    pub lines: Vec<KeyLine>,
    /// What could not be read, a sentence each.
    pub complaints: Vec<String>,
}

/// The keys of one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine {
    /// Where it stands: `keys.toml, line 3`.
    pub place: String,
    /// The command's name.
    pub command: String,
    /// Its key sequences; none takes the keys away.
    pub sequences: Vec<String>,
}

const NAME: &str = "keys.toml";

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    keys: BTreeMap<Spanned<String>, Value>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl KeyFile {
    /// Reads the file of a folder of settings. One that is not there says nothing; one that is broken complains.
    pub fn read(config: &Path) -> KeyFile {
        let path = config.join(NAME);
        let (lines, complaints) = match read_text(&path) {
            Ok(text) => lines(&text.unwrap_or_default()),
            Err(error) => {
                let why = std::error::Error::source(&error).map(|why| format!(": {why}")).unwrap_or_default();
                (vec![], vec![format!("{error}{why}. The usual keys hold.")])
            }
        };
        KeyFile { path, lines, complaints }
    }
}

fn lines(text: &str) -> (Vec<KeyLine>, Vec<String>) {
    let place = |at: usize| format!("{NAME}, line {}", 1 + text[..at.min(text.len())].matches('\n').count());
    let file: File = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let place = error.span().map_or_else(|| NAME.to_owned(), |span| place(span.start));
            return (vec![], vec![format!("{place}: {}. The usual keys hold.", error.message())]);
        }
    };
    let mut complaints: Vec<String> = Vec::new();
    for name in file.others.keys() {
        complaints.push(format!("{NAME}: `{name}` is not known; commands stand under `[keys]`."));
    }
    let mut keys: Vec<(Spanned<String>, Value)> = file.keys.into_iter().collect();
    keys.sort_by_key(|(name, _)| name.span().start);
    let mut lines = Vec::new();
    for (name, value) in keys {
        let place = place(name.span().start);
        let command = name.into_inner();
        let is_dotted = value.is_table();
        match sequences(value) {
            Some(sequences) => lines.push(KeyLine { place, command, sequences }),
            None if is_dotted => complaints.push(format!(
                "{place}: a name with a point stands in quotes, such as \"{command}.x\" = [\"o\"]."
            )),
            None => complaints.push(format!(
                "{place}: the keys of `{command}` are no list of texts, such as [\"Enter\", \"g o\"]."
            )),
        }
    }
    (lines, complaints)
}

/// A list of texts, or one text.
fn sequences(value: Value) -> Option<Vec<String>> {
    match value {
        Value::String(keys) => Some(vec![keys]),
        Value::Array(all) => all.into_iter().map(|one| one.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_come_in_their_order_with_their_places() {
        let text = "# mine\n[keys]\n\"rows.sort\" = []\n\n\"row.open\" = [\"Enter\", \"o\"]\nhelp = \"F1\"\n";
        let (lines, complaints) = lines(text);
        let line = |place: &str, command: &str, sequences: &[&str]| KeyLine {
            place: format!("keys.toml, line {place}"),
            command: command.into(),
            sequences: sequences.iter().map(|keys| (*keys).into()).collect(),
        };
        assert_eq!(
            lines,
            [line("3", "rows.sort", &[]), line("5", "row.open", &["Enter", "o"]), line("6", "help", &["F1"])]
        );
        assert_eq!(complaints, [""; 0]);
    }

    #[test]
    fn what_is_no_list_of_texts_is_told_and_the_rest_holds() {
        let (lines, complaints) = lines("[keys]\na = 3\nb = [\"x\", 4]\nrow.open = \"o\"\nhelp = \"F1\"\n");
        assert_eq!(lines.iter().map(|line| line.command.as_str()).collect::<Vec<_>>(), ["help"]);
        assert_eq!(complaints.len(), 3, "{complaints:?}");
        assert!(complaints[0].starts_with("keys.toml, line 2: the keys of `a`"), "{complaints:?}");
        assert!(complaints[2].contains("line 4: a name with a point stands in quotes"), "{complaints:?}");
    }

    #[test]
    fn a_broken_file_is_told_with_its_line() {
        for (text, line) in [("[keys]\nx = \n", "line 2"), ("[keys]\nx = \"a\"\nx = \"b\"\n", "line 3")] {
            let (lines, complaints) = lines(text);
            assert!(lines.is_empty());
            assert!(complaints[0].contains(line) && complaints[0].contains("usual keys"), "{complaints:?}");
        }
        assert!(lines("row.open = \"o\"\n").1[0].contains("`[keys]`"));
    }

    #[test]
    fn a_file_that_is_not_there_says_nothing_and_one_that_cannot_be_read_complains() {
        let folder = tempfile::tempdir().unwrap();
        let none = KeyFile::read(folder.path());
        assert_eq!((none.lines.len(), none.complaints.len()), (0, 0));
        std::fs::write(folder.path().join(NAME), [0xff, 0xfe]).unwrap();
        let broken = KeyFile::read(folder.path());
        assert_eq!(broken.complaints.len(), 1, "{broken:?}");
        assert!(broken.complaints[0].contains("keys.toml"), "{broken:?}");
    }
}
