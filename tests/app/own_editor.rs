//! A value that goes through the person's own editor to the server.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use dvtui::config::OwnEditor;

use crate::program::Program;

/// At the cases, with a script as the editor.
async fn start(home: &tempfile::TempDir, script: &str) -> Program {
    let path = home.path().join("ed");
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let editor = OwnEditor { command: path.to_str().map(str::to_owned), folder: home.path().into() };
    let mut program = Program::start_with(|_, start| start.editor = editor).await;
    program.go_to_the_cases().await;
    program
}

/// Sends what is pending, and answers the row that was written, as the server has it.
async fn saved(program: &mut Program) -> serde_json::Value {
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending")).await;
    let writes = program.writes().await;
    assert_eq!(writes.len(), 1);
    let path = writes[0]["path"].as_str().unwrap().split('?').next().unwrap().to_owned();
    program.row(&path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_written_in_an_editor_is_what_the_server_has() {
    let home = tempfile::tempdir().unwrap();
    let mut program = start(&home, "printf 'Une\\nligne \\303\\251crite\\n' > \"$1\"").await;
    program.keys("enter");
    program.wait_for("Billed Service").await;
    program.keys("/ D e s c r i p t enter E");
    program.wait_for("~1 pending").await;
    assert_eq!(saved(&mut program).await["description"], "Une\nligne écrite");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1, "the script alone");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_edited_as_json_is_saved_with_what_differs_and_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let script = "sed -i -e 's/\"title\": .*/\"title\": \"By hand\",/' -e 's/\"prioritycode\": ./\"prioritycode\": null/' \"$1\"";
    let mut program = start(&home, script).await;
    program.open_as_json().await;
    program.keys("E");
    program.wait_for("~2 pending").await;
    let row = saved(&mut program).await;
    assert_eq!((row["title"].as_str(), row["prioritycode"].as_str()), (Some("By hand"), None));
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_editor_nothing_happens_but_a_sentence() {
    let mut program = Program::start_at_the_cases().await;
    program.keys("l E");
    program.wait_for("No editor is set. Name one before dv is started, such as `export EDITOR=vim`.").await;
    program.quit().await;
}
