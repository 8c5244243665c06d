//! The terminal is handed to the person's own editor whole, and comes back.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use crate::journey::{open_cases, sign_in};
use crate::terminal::Signal;
use crate::{Home, Sandbox, Terminal};

/// The program at the titles of cases, with a script as the editor. Files are in `runtime` of the home.
struct Scene {
    terminal: Terminal,
    _sandbox: Sandbox,
    home: Home,
}

impl Scene {
    fn new(script: &str) -> Self {
        let (sandbox, home) = (Sandbox::start(&[]), Home::new());
        let runtime = home.folder.path().join("runtime");
        fs::create_dir(&runtime).unwrap();
        let editor = home.folder.path().join("ed");
        fs::write(&editor, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).unwrap();
        let environment = [
            ("HOME", home.folder.path().to_str().unwrap()),
            ("SSH_CONNECTION", "192.0.2.1 50000 192.0.2.2 22"),
            ("PATH", "/usr/bin:/bin"),
            ("XDG_RUNTIME_DIR", runtime.to_str().unwrap()),
            ("EDITOR", "false"),
            ("VISUAL", editor.to_str().unwrap()),
            ("DV_URL", sandbox.field("url")),
            ("DV_AUTHORITY", sandbox.field("authority")),
            ("DV_CLIENT_ID", sandbox.field("client_id")),
        ];
        let mut terminal = Terminal::start(&[], &environment, 24, 80);
        sign_in(&mut terminal, &sandbox);
        open_cases(&mut terminal);
        terminal.keys(&["l"]);
        Self { terminal, _sandbox: sandbox, home }
    }

    /// What is left of the files.
    fn files(&self) -> Vec<PathBuf> {
        let runtime = fs::read_dir(self.home.folder.path().join("runtime")).unwrap();
        runtime.map(|entry| entry.unwrap().path()).collect()
    }
}

/// Waits until a text is staged, and the other screen shows it.
fn wait_for_staged(terminal: &mut Terminal, text: &str) {
    terminal.wait_until(text, |screen| screen.contains("~1 pending") && screen.contains(text));
    assert!(terminal.state().alternate_screen());
}

#[test]
fn the_editor_has_the_whole_terminal_and_what_is_typed_there_is_for_it_alone() {
    let script = "echo at the editor; read line; echo \"$line\" > \"$1\"; echo written; read more";
    let mut scene = Scene::new(script);
    let terminal = &mut scene.terminal;
    terminal.keys(&["E"]);
    terminal.wait_for("at the editor");
    assert!(terminal.is_restored(), "as a shell has it");
    terminal.send("From outside\r");
    terminal.wait_for("written");
    terminal.send("\rQQQ"); // the editor ends with the first of them, and reads no more
    wait_for_staged(terminal, "From outside");
    terminal.keys(&["w"]); // no question has the keys
    terminal.wait_for("y yes");
    assert!(scene.files().is_empty());
}

#[test]
fn a_key_that_interrupts_the_editor_is_not_for_the_program() {
    let mut scene = Scene::new("stty -echo raw isig; echo at the editor; exec sleep 600");
    let terminal = &mut scene.terminal;
    terminal.keys(&["E"]);
    terminal.wait_for("at the editor");
    terminal.keys(&["Ctrl-C"]);
    terminal.wait_for("ed was ended by signal 2: nothing changed.");
    terminal.keys(&["Q"]);
    assert_eq!(terminal.wait_for_end(), 0);
    assert!(terminal.is_restored(), "although the editor left the line as it wanted it");
    assert!(scene.files().is_empty());
}

#[test]
fn stopping_the_editor_stops_the_program_with_it_and_both_go_on() {
    let mut scene = Scene::new("echo at the editor; read line; echo \"$line\" > \"$1\"");
    let terminal = &mut scene.terminal;
    terminal.keys(&["E"]);
    terminal.wait_for("at the editor");
    terminal.signal(Signal::TSTP);
    terminal.wait_until_stopped();
    terminal.signal(Signal::CONT);
    terminal.send("Later\r");
    wait_for_staged(terminal, "Later");
}

#[test]
fn told_to_end_while_the_editor_runs_it_leaves_no_file_and_the_terminal_as_it_was() {
    for signal in [Signal::TERM, Signal::HUP] {
        let mut scene = Scene::new("stty -echo raw; echo at the editor; exec sleep 600");
        scene.terminal.keys(&["E"]);
        scene.terminal.wait_for("at the editor");
        assert_eq!(scene.files().len(), 1);
        scene.terminal.signal(signal);
        assert_eq!(scene.terminal.wait_for_end(), 0);
        assert!(scene.terminal.is_restored());
        assert!(scene.files().is_empty());
    }
}
