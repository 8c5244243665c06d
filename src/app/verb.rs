//! Words of the palette that take something behind them: `watch 30`, `find printer`.

use super::App;
use super::command::act::ActCommand;
use super::effect::Effect;
use super::file_name::shown;
use super::watch;

/// A word with what it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Read this view again every so many seconds.
    Watch(u32),
    /// Find rows by a text.
    Find(String),
    /// A note with this text on what is meant.
    Note(String),
    /// The end of the case with these words.
    Resolve(String),
    /// What is pending, into a file at this path.
    SavePending(String),
    /// Pending changes from the file at this path.
    LoadPending(String),
}

/// Reads a text that may be a verb with what it takes; nothing for anything else.
///
/// # Errors
///
/// A sentence that says what it should take.
pub fn recognize(text: &str) -> Option<Result<Verb, String>> {
    let (word, taken) = text.trim_start().split_once(' ')?;
    let taken = taken.trim();
    match word {
        "watch" => Some(watch::seconds(taken).map(Verb::Watch)),
        "find" if taken.is_empty() => Some(Err("Type what to look for: find printer".into())),
        "find" => Some(Ok(Verb::Find(taken.to_owned()))),
        "note" => quoted(taken).map(|text| Ok(Verb::Note(text))),
        "pending" => pending(taken),
        // As the hands know it from an editor.
        "e" if taken.contains(['/', '.']) => Some(Ok(Verb::LoadPending(taken.to_owned()))),
        "resolve" => quoted(taken).map(|text| Ok(Verb::Resolve(text))),
        _ => None,
    }
}

/// `save` or `load`, and a path.
fn pending(taken: &str) -> Option<Result<Verb, String>> {
    let (word, path) = taken.split_once(' ').unwrap_or((taken, ""));
    let path = path.trim();
    match word {
        "save" | "load" if path.is_empty() => {
            Some(Err(format!("Type the path of a file: pending {word} ~/changes.json")))
        }
        "save" => Some(Ok(Verb::SavePending(path.to_owned()))),
        "load" => Some(Ok(Verb::LoadPending(path.to_owned()))),
        _ => None,
    }
}

/// A text in quotes; the last one may be missing. Without them it is a name to look for.
fn quoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"')?;
    let inside = inside.strip_suffix('"').unwrap_or(inside).trim();
    (!inside.is_empty()).then(|| inside.to_owned())
}

impl Verb {
    /// What it does, for the line of the palette.
    pub fn title(&self) -> String {
        match self {
            Self::Watch(seconds) => format!("watch: read again every {seconds} seconds"),
            Self::Find(text) => format!("find: rows with `{text}`"),
            Self::Note(text) => format!("note: stage `{text}`"),
            Self::Resolve(text) => format!("resolve: stage `{text}`"),
            Self::SavePending(path) => format!("pending: write it to {}", shown(path)),
            Self::LoadPending(path) => format!("pending: load {}", shown(path)),
        }
    }

    /// Where it does it.
    pub fn beside(&self, app: &App) -> String {
        match self {
            Self::Watch(_) => app.unwatchable().unwrap_or_default().to_owned(),
            Self::Find(_) => app.find_tables_text(),
            Self::SavePending(_) => match app.pending.count() {
                0 => "nothing pending".to_owned(),
                1 => "1 change".to_owned(),
                count => format!("{count} changes"),
            },
            Self::LoadPending(_) => app.read_only().unwrap_or_default(),
            Self::Note(_) | Self::Resolve(_) => app.meant_text().unwrap_or_else(|reason| reason),
        }
    }
}

impl App {
    pub(in crate::app) fn run_verb(&mut self, verb: Verb) -> Vec<Effect> {
        match verb {
            Verb::Watch(seconds) => {
                self.watch(seconds);
                vec![]
            }
            Verb::Find(text) => self.find_text(text),
            Verb::Note(text) => self.act_with(ActCommand::Note, "notetext", &text),
            Verb::Resolve(text) => self.act_with(ActCommand::Resolve, "subject", &text),
            Verb::SavePending(path) => self.save_pending(path),
            Verb::LoadPending(path) => self.load_pending(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_takes_what_stands_behind_it_and_other_words_are_no_verbs() {
        assert_eq!(recognize("watch 30"), Some(Ok(Verb::Watch(30))));
        assert_eq!(recognize(" watch  90 s "), Some(Ok(Verb::Watch(90))));
        assert_eq!(recognize("find  toner low "), Some(Ok(Verb::Find("toner low".into()))));
        assert_eq!(recognize("find a=b"), Some(Ok(Verb::Find("a=b".into()))), "a text, not a key of a table");
        assert_eq!(recognize("note \"Called back.\""), Some(Ok(Verb::Note("Called back.".into()))));
        assert_eq!(recognize("resolve \"Drum replaced"), Some(Ok(Verb::Resolve("Drum replaced".into()))));
        let path = "~/my changes.json";
        let save = Some(Ok(Verb::SavePending(path.into())));
        assert_eq!(recognize("pending save ~/my changes.json "), save);
        let load = Some(Ok(Verb::LoadPending(path.into())));
        assert_eq!(recognize("pending  load  ~/my changes.json"), load);
        assert_eq!(recognize("e ~/my changes.json"), load);
        for other in [
            "",
            "note ",
            "note x",
            "resolve case",
            "note \"\"",
            "watch",
            "find",
            "watching 30",
            "finder x",
            "case 3",
            "Find x",
            "pending ",
            "pending sav",
            "pending review",
            "e mail",
        ] {
            assert_eq!(recognize(other), None, "{other}");
        }
        let path = "Type the path of a file: pending load ~/changes.json";
        assert_eq!(recognize("pending load "), Some(Err(path.into())));
        assert_eq!(recognize("find "), Some(Err("Type what to look for: find printer".into())));
    }

    #[test]
    fn seconds_that_make_no_sense_are_refused_with_what_would() {
        for (text, why) in [
            ("watch ", "Type how many seconds: watch 60"),
            ("watch soon", "`soon` is no number of seconds. watch 60 reads every minute"),
            ("watch -5", "`-5` is no number of seconds. watch 60 reads every minute"),
            ("watch 1.5", "`1.5` is no number of seconds. watch 60 reads every minute"),
            ("watch 0", "Every 0 seconds is too often. 5 is the least."),
            ("watch 4", "Every 4 seconds is too often. 5 is the least."),
            ("watch 86401", "Every 86,401 seconds is too seldom. 86,400 is the most, a day."),
            ("watch 99999999999999999999999", "`99999999999999999999999` is no number of seconds."),
        ] {
            let refused = recognize(text).unwrap().unwrap_err();
            assert!(refused.starts_with(why), "{text}: {refused}");
        }
    }
}
