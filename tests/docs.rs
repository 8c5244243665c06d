//! Documents that are made from the code are current, and those that people write name what is there. `UPDATE_DOCS=1 cargo
//! test --test docs` writes the first kind anew.
#![allow(clippy::unwrap_used)] // a test that cannot go on should say where

use std::fmt::Write;
use std::path::Path;

use clap::{CommandFactory, Parser};
use dvtui::app::command::{self, Scope};
use dvtui::app::keymap::{Keymap, sequence_text};
use dvtui::cli::Cli;

/// The scopes from the nearest to the farthest, as a reader meets them.
const SCOPES: &[Scope] = &[
    Scope::Global,
    Scope::List,
    Scope::SignIn,
    Scope::Environments,
    Scope::Tables,
    Scope::Grid,
    Scope::Record,
    Scope::Act,
    Scope::Form,
    Scope::Json,
    Scope::Related,
    Scope::RelatedRows,
    Scope::Timeline,
    Scope::Tree,
    Scope::Viewer,
    Scope::Review,
    Scope::Doctor,
    Scope::Log,
];

/// `docs/keys.md` as the command tables say it.
fn keys() -> String {
    let mut page = String::from(
        "# Keys\n\nMade from the command tables in `src/app/command/`. A key means the same on every screen that has \
         it.\nEvery command is also in the palette (`:`) and, for the screen at hand, in help (`?`).\n\nA file \
         `keys.toml` beside `config.toml` gives commands other keys. A line replaces all keys of its command, an empty \
         list takes\nthem away, and what makes no sense is told at the start, with its line, and leaves the usual keys \
         as they are.\n`help`, `palette`, `quit`, `cancel` and `back` keep a key that no other command hides.\n\n\
         ```toml\n[keys]\n\"row.open\" = [\"Enter\", \"i\"]   # one key, or a prefix and a key: \"g o\"\n\
         \"rows.sort\" = []\n```\n\nCtrl-A, Ctrl-B, Ctrl-Q, Ctrl-S, Ctrl-V, Ctrl-Z, Ctrl-\\ and function keys may \
         not arrive over SSH or in tmux;\nCtrl-H, Ctrl-I, Ctrl-J, Ctrl-M and Ctrl-[ arrive as other keys.\n",
    );
    let keymap = Keymap::default();
    for scope in SCOPES {
        let title = scope.title();
        let title = title[..1].to_owned() + &title[1..].to_lowercase();
        write!(page, "\n## {title}\n\n| Key | Does | Command |\n| --- | --- | --- |\n").unwrap();
        for spec in command::of(&[*scope]) {
            let mut keys: Vec<String> =
                keymap.sequences(spec).map(|keys| format!("`{}`", code(&sequence_text(keys)))).collect();
            if keys.is_empty() {
                keys.push(format!("`{}`", keymap.keys_text(spec)));
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
    is_current("docs/keys.md", &keys());
}

/// Writes a page that is made, where that is asked for, and looks at it.
fn is_current(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, made, "`UPDATE_DOCS=1 cargo test --test docs` writes {name} anew");
}

/// The screens from the first one to see to the last, each by the name of its snapshot.
const SCREENS: &[(&str, &[(&str, &str)])] = &[
    (
        "Signing in and finding a table",
        &[
            ("Signing in on another device", "sign_in__the_code_stands_beside_the_picture_of_the_address"),
            ("Environments", "environments__the_environments_are_listed"),
            ("Tables", "tables__the_tables_are_listed_by_name_without_system_tables"),
            (
                "Commands and tables by name, `:`",
                "overlays__the_palette_finds_commands_and_tables_and_shows_their_keys",
            ),
        ],
    ),
    (
        "Rows",
        &[
            ("Rows of a table", "grid__the_rows"),
            (
                "Filter over the rows held, `/`",
                "grid__the_filter_looks_through_held_rows_and_says_what_it_did_not_look_at",
            ),
            ("Views, `V`", "views__view_picker_80x24"),
            ("Marked rows", "marks__space_marks_a_row_and_goes_down_and_the_mark_is_seen_without_colour"),
        ],
    ),
    (
        "A row",
        &[
            ("Form, `1`", "form__usual"),
            ("JSON, `2`", "json__usual"),
            ("Related rows, `3`", "related__related"),
            ("Timeline, `4`", "timeline__timeline"),
            ("One of several files, `s`", "timeline__save_one_of_several"),
            ("What can be copied, `y`", "copying__the_menu_shows_every_letter"),
        ],
    ),
    (
        "Editing",
        &[
            ("Three keys for a choice", "editing__three_keys_change_a_choice_and_stage_it"),
            ("A date in words", "editing__a_date_says_what_was_understood_while_it_is_typed"),
            ("A lookup, searched on the server", "lookups__customers"),
            ("A new row, `a`", "acts__new_case"),
            ("Resolving a case, `x r`", "acts__resolve"),
            ("A related row that is new, `a`", "adding__add_related"),
            ("A row to attach, `A`", "linking__attach"),
            ("A row to merge into, `x g`", "acts__merge_into"),
        ],
    ),
    (
        "Sending",
        &[
            ("One change, `w`", "saving__prompt"),
            ("The review, `w`", "acts__review_80"),
            ("Changes from a file", "pending_files__pending_loaded"),
            ("A send that was stopped", "bulk__stopped"),
            ("A conflict", "conflict__same_column"),
            ("A row that was deleted meanwhile", "conflict__gone"),
            ("Rows that a new one is like", "duplicates__duplicates"),
        ],
    ),
    (
        "When something is in the way",
        &[
            ("Doctor", "doctor__the_report_at_80_by_24"),
            (
                "The requests of the session, `g l`",
                "log__the_log_shows_each_request_and_all_that_is_known_of_one",
            ),
            ("Keys of the screen, `?`", "overlays__help_lists_the_keys_of_the_screen"),
        ],
    ),
];

/// `docs/screens.md` as the snapshots of the tests say it.
fn screens() -> String {
    let mut text = String::from(
        "# Screens\n\nHow the screens look in a terminal of 80 by 24, made from the snapshots in `tests/tui/snapshots/`. \
         What each key does:\n[keys.md](keys.md).\n",
    );
    for (part, screens) in SCREENS {
        write!(text, "\n## {part}\n").unwrap();
        for (title, name) in *screens {
            let snapshot = page(&format!("tests/tui/snapshots/tui__{name}.snap"));
            let screen = snapshot.splitn(3, "---\n").nth(2).unwrap();
            write!(text, "\n### {title}\n\n```text\n{}\n```\n", screen.trim_end()).unwrap();
        }
    }
    text
}

#[test]
fn the_page_of_screens_is_current() {
    is_current("docs/screens.md", &screens());
}

#[test]
fn every_scope_is_on_the_page() {
    for spec in command::all() {
        assert!(SCOPES.contains(&spec.scope), "{}", spec.name);
    }
}

fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The lines of code blocks in which commands stand: indented ones, not those in fences, which are output.
fn commands(page: &str) -> impl Iterator<Item = &str> {
    let mut fenced = false;
    page.lines().filter(move |line| {
        fenced ^= line.starts_with("```");
        !fenced && line.starts_with("    ")
    })
}

/// What a shell would give `dv` on this line, once for each time that it is run there.
fn runs(line: &str) -> Vec<Vec<String>> {
    let mut words: Vec<String> = vec![];
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => break,
            (None, ' ') => words.extend(word.take()),
            // A command within a command begins anew.
            (None, '(' | ')' | '|' | '<' | '>') => {
                words.extend(word.take());
                words.push(c.to_string());
            }
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    let ends = |word: &String| matches!(word.as_str(), "(" | ")" | "|" | "<" | ">" | "&&");
    let mut runs = vec![];
    for command in words.split(ends) {
        let settings =
            command.iter().take_while(|word| word.starts_with("DV_") && word.contains('=')).count();
        if command.get(settings).is_some_and(|word| word == "dv") {
            // The descriptor of a redirection, as in `3< file`.
            let redirected = command.last().is_some_and(|word| word == "3" && line.contains("3<"));
            runs.push(command[settings..command.len() - usize::from(redirected)].to_vec());
        }
    }
    runs
}

#[test]
fn the_commands_of_the_pages_are_understood() {
    let mut count = 0;
    for name in ["docs/sign-in.md", "docs/sandbox.md", "README.md"] {
        let page = page(name);
        // What is in brackets, or `a | b`, is a synopsis.
        for line in commands(&page).filter(|line| !line.contains('[') && !line.contains("env list |")) {
            for run in runs(line) {
                let parsed = Cli::try_parse_from(&run);
                assert!(parsed.is_ok(), "{name}: {line}\n{}", parsed.err().unwrap());
                count += 1;
            }
        }
    }
    assert!(count > 50, "only {count} commands were found");
}

#[test]
fn a_line_of_shell_is_taken_apart() {
    let taken = |line: &str| runs(line).iter().map(|run| run.join("|")).collect::<Vec<_>>();
    assert_eq!(taken("    DV_TOKEN=$(cat t) dv whoami --x \"a b\" # c"), ["dv|whoami|--x|a b"]);
    assert_eq!(taken("az x -o tsv | dv login && dv token < t"), ["dv|login", "dv|token"]);
    assert_eq!(taken("curl -H \"B $(dv token)\" u; dvd"), Vec::<String>::new());
    assert_eq!(taken("dv whoami --client-secret-fd 3 3< secret"), ["dv|whoami|--client-secret-fd|3"]);
}

/// Every option of a command and of those below it.
fn options(command: &clap::Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|arg| arg.get_long_and_visible_aliases());
    let own = own.flatten().map(|name| format!("--{name}"));
    own.chain(command.get_subcommands().flat_map(options)).collect()
}

#[test]
fn every_option_that_the_pages_name_is_there() {
    let known = options(&Cli::command());
    // Of cargo, the Azure CLI and `dv --help`.
    let others =
        ["--release", "--path", "--features", "--test", "--resource", "--query", "--tenant", "--help"];
    for name in ["docs/sign-in.md", "README.md"] {
        let page = page(name);
        let words = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        for word in words.filter(|word| word.starts_with("--") && word.len() > 2 && !word.starts_with("---"))
        {
            assert!(known.iter().any(|option| option == word) || others.contains(&word), "{name}: {word}");
        }
    }
}

#[test]
fn the_readme_names_every_setting_and_every_command() {
    let readme = page("README.md");
    for setting in Cli::command().get_arguments().filter(|arg| arg.is_global_set()) {
        let flag = format!("`--{}", setting.get_long().unwrap());
        assert!(readme.contains(&flag), "{flag}");
    }
    for file in ["settings", "mod", "application", "place", "look"] {
        let source = page(&format!("src/config/{file}.rs"));
        let variables = source.split(|c: char| !c.is_ascii_uppercase() && c != '_');
        for variable in variables.filter(|word| word.starts_with("DV_")) {
            assert!(readme.contains(&format!("`{variable}`")), "{variable}");
        }
    }
    for command in Cli::command().get_subcommands() {
        assert!(readme.contains(&format!("dv {}", command.get_name())), "{}", command.get_name());
    }
}
