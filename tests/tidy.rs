//! House rules that a machine can see. `ARCHITECTURE.md` says why they are there.
#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

use std::fs;
use std::path::{Path, PathBuf};

/// Who may name whom. A room may use itself and what is listed; `lib.rs` and `main.rs` are checked by their own lines.
const LAYERS: &[(&str, &[&str])] = &[
    ("main", &["cli", "config", "http"]),
    ("cli", &["app", "auth", "config", "dataverse", "http", "logging", "ops", "sandbox", "text", "tui"]),
    ("tui", &["app", "auth", "config", "dataverse", "http", "ops", "text"]),
    ("app", &["dataverse", "text"]),
    ("ops", &["auth", "dataverse", "http", "private_file", "text"]),
    ("dataverse", &["auth", "http", "text"]),
    ("auth", &["text", "http", "private_file"]),
    ("config", &["auth", "private_file"]),
    ("http", &[]),
    ("logging", &["private_file"]),
    ("private_file", &[]),
    ("sandbox", &[]),
    ("text", &[]),
];

/// The core is pure: these words must not occur in it.
const IMPURE: &[&str] = &[
    "tokio",
    "reqwest",
    "std::fs",
    "std::env",
    "std::io",
    "std::net",
    "std::thread",
    "std::process",
    "::now()",
    "SystemTime",
    "crossterm",
    "ratatui",
    "rusqlite",
    "rand::",
    "Uuid::new_v4",
    "println!",
    "eprintln!",
];

/// Files that read best; a longer one is usually two things.
const MAX_LINES: usize = 600;

struct Source {
    path: PathBuf,
    room: String,
    text: String,
}

impl Source {
    fn shown(&self) -> String {
        self.path.display().to_string()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// Rust files below a folder of the project, with the room each one belongs to.
fn sources(folder: &str) -> Vec<Source> {
    let mut found = vec![];
    files(&root().join(folder), &mut found);
    found
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| {
            let path = path.strip_prefix(root()).unwrap().to_owned();
            let second = path.components().nth(1).unwrap().as_os_str().to_string_lossy().into_owned();
            let room = second.trim_end_matches(".rs").to_owned();
            Source { text: fs::read_to_string(root().join(&path)).unwrap(), room, path }
        })
        .collect()
}

/// The code without its inline tests, which may do what they like.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// The first path segment after each `crate::` or `dvtui::`, also inside `crate::{a::b, c}`.
fn rooms_named(text: &str) -> Vec<String> {
    let mut named = vec![];
    for rest in text.split("crate::").skip(1).chain(text.split("dvtui::").skip(1)) {
        let Some(inner) = rest.strip_prefix('{') else {
            named.push(segment(rest));
            continue;
        };
        let mut depth = 0;
        let inner = inner.split(';').next().unwrap_or(inner);
        for part in inner.split(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            c == ',' && depth == 0
        }) {
            named.push(segment(part));
        }
    }
    named
}

fn segment(text: &str) -> String {
    text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn arrows_point_down() {
    for source in sources("src").iter().filter(|source| source.room != "lib") {
        let allowed = LAYERS.iter().find(|(room, _)| *room == source.room);
        let (_, allowed) =
            allowed.unwrap_or_else(|| panic!("{} is in no room that is known", source.shown()));
        for used in rooms_named(without_tests(&source.text)) {
            let known = LAYERS.iter().any(|(room, _)| *room == used);
            let fine = !known || used == source.room || allowed.contains(&used.as_str());
            assert!(fine, "{} uses `{used}`", source.shown());
        }
    }
}

#[test]
fn the_core_is_pure() {
    for source in sources("src").iter().filter(|source| source.room == "app") {
        for word in IMPURE {
            let code = without_tests(&source.text);
            let found = code.lines().find(|line| line.contains(word) && !line.trim_start().starts_with("//"));
            assert!(found.is_none(), "{} names `{word}`: {}", source.shown(), found.unwrap_or_default());
        }
    }
}

#[test]
fn the_sandbox_names_no_other_room() {
    let sandbox = sources("src").into_iter().filter(|source| source.room == "sandbox").collect::<Vec<_>>();
    assert!(!sandbox.is_empty());
    for source in &sandbox {
        let foreign = rooms_named(&source.text)
            .into_iter()
            .find(|used| used != "sandbox" && LAYERS.iter().any(|(room, _)| room == used));
        assert_eq!(foreign, None, "{}", source.shown());
    }
}

#[test]
fn one_function_sends_requests_to_dataverse_and_names_the_authorization_header() {
    for source in sources("src").iter().filter(|source| source.room == "dataverse") {
        let gate = source.path.ends_with("transport.rs");
        let code = without_tests(&source.text);
        let sends = code.matches("http.send(").count();
        assert_eq!(sends, usize::from(gate), "{}", source.shown());
        assert!(gate || !code.contains("AUTHORIZATION"), "{}", source.shown());
    }
}

#[test]
fn only_main_and_config_read_the_environment() {
    for source in sources("src").iter().filter(|source| !["main", "config"].contains(&source.room.as_str())) {
        for word in ["env::var", "env::vars", "env::args", "std::env"] {
            assert!(!without_tests(&source.text).contains(word), "{} uses `{word}`", source.shown());
        }
    }
}

#[test]
fn only_the_terminal_edge_knows_the_terminal_library() {
    for source in sources("src").iter().filter(|source| source.room != "tui") {
        for word in ["crossterm::", "ratatui::"] {
            assert!(!source.text.contains(word), "{} uses `{word}`", source.shown());
        }
    }
}

#[test]
fn files_are_one_thing_each() {
    for source in sources("src").iter().chain(&sources("tests")).chain(&sources("benches")) {
        let lines = source.text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", source.shown());
    }
}

#[test]
fn every_room_says_what_it_is() {
    let entrance = |path: &Path| {
        path.ends_with("mod.rs")
            || path.ends_with("lib.rs")
            || path.ends_with("main.rs") && !path.starts_with("src")
    };
    for source in sources("src").iter().chain(&sources("tests")).filter(|source| entrance(&source.path)) {
        assert!(source.text.starts_with("//!"), "{} does not begin with what it is", source.shown());
    }
}

#[test]
fn names_are_terms_of_the_field() {
    for source in sources("src") {
        for line in source.text.lines() {
            let Some(rest) = ["struct ", "enum ", "trait ", "type "]
                .iter()
                .find_map(|kind| line.trim_start().trim_start_matches("pub ").strip_prefix(kind))
            else {
                continue;
            };
            let name = segment(rest);
            for word in ["Manager", "Helper", "Util"] {
                assert!(!name.contains(word), "{}: {name}", source.shown());
            }
        }
    }
}

#[test]
fn the_project_speaks_of_itself_alone() {
    let mut all = vec![];
    for folder in ["src", "tests", "benches", "assets", ".ci", "docs"] {
        files(&root().join(folder), &mut all);
    }
    for name in ["Cargo.toml", "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "deny.toml"]
    {
        all.push(root().join(name));
    }
    let words = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat()];
    for path in all {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for word in &words {
            assert!(!text.contains(word), "{} names a folder of somebody's machine", path.display());
        }
    }
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for line in lock.lines().filter(|line| line.starts_with("source = ")) {
        assert_eq!(line, "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    }
}

#[test]
fn the_rooms_are_on_the_map() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (room, _) in LAYERS {
        let named = map.contains(&format!("`src/{room}/`")) || map.contains(&format!("`src/{room}.rs`"));
        assert!(named, "ARCHITECTURE.md does not say what `{room}` is");
    }
}
