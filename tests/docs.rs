//! Documents that are made from the code are current. `UPDATE_DOCS=1 cargo test --test docs` writes them anew.
#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

use std::fmt::Write;
use std::path::Path;

use dvtui::app::command::{self, Scope, sequence_text};

/// The scopes from the nearest to the farthest, as a reader meets them.
const SCOPES: &[Scope] = &[
    Scope::Global,
    Scope::List,
    Scope::SignIn,
    Scope::Environments,
    Scope::Tables,
    Scope::Grid,
    Scope::Record,
    Scope::Form,
    Scope::Json,
    Scope::Review,
    Scope::Doctor,
];

/// `docs/keys.md` as the command tables say it.
fn keys() -> String {
    let mut page = String::from(
        "# Keys\n\nMade from the command tables in `src/app/command/`. A key means the same on every screen that has \
         it.\nEvery command is also in the palette (`:`) and, for the screen at hand, in help (`?`).\n",
    );
    for scope in SCOPES {
        let title = scope.title();
        let title = title[..1].to_owned() + &title[1..].to_lowercase();
        write!(page, "\n## {title}\n\n| Key | Does | Command |\n| --- | --- | --- |\n").unwrap();
        for spec in command::of(&[*scope]) {
            let mut keys: Vec<String> =
                spec.keys.iter().map(|keys| format!("`{}`", code(&sequence_text(keys)))).collect();
            if keys.is_empty() {
                keys.push(format!("`{}`", spec.keys_text()));
            }
            writeln!(page, "| {} | {} | `{}` |", keys.join(" "), spec.title, spec.name).unwrap();
        }
    }
    page
}

/// A table cell ends at a bar, and a backtick ends code.
fn code(keys: &str) -> String {
    keys.replace('|', "\\|").replace('`', "backtick")
}

#[test]
fn the_page_of_keys_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/keys.md");
    let made = keys();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, made, "`UPDATE_DOCS=1 cargo test --test docs` writes docs/keys.md anew");
}

#[test]
fn every_scope_is_on_the_page() {
    for spec in command::all() {
        assert!(SCOPES.contains(&spec.scope), "{}", spec.name);
    }
}
