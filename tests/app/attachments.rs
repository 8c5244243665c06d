//! Files that go with notes, from a folder here to the server and back, and those of mails, from there to here.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::desk::{send, types};
use crate::program::{Program, api_fault};

/// Everything that a byte can be, and more than one line of base64.
fn content() -> Vec<u8> {
    (0..=255).cycle().take(3_001).collect()
}

/// At the timeline of a case, on a note that was written with a file, which is also in the home folder.
async fn at_a_note_with_a_file() -> Program {
    let mut program = Program::start_at_the_cases().await;
    fs::write(program.home().join("quote.bin"), content()).unwrap();
    program.keys("x n");
    program.wait_for("Note on CAS-").await;
    types(&mut program, "With it.");
    program.keys("tab tab");
    types(&mut program, "~/quote.bin");
    program.keys("ctrl-d");
    program.wait_for("~1 pending").await;
    assert!(program.writes().await.is_empty(), "nothing is sent before it was reviewed");
    send(&mut program, "Note on CAS-").await;
    program.keys("enter");
    program.wait_for("1 Form").await;
    program.keys("4");
    program.wait_for("Attachment: quote.bin (4 KB)").await;
    program
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_goes_with_a_note_and_comes_back_byte_by_byte_and_never_over_another_one() {
    let mut program = at_a_note_with_a_file().await;
    assert!(!program.api_paths().await.iter().any(|path| path.contains("documentbody")));
    let back = program.home().join("back.bin");
    program.keys("s ctrl-u");
    types(&mut program, "~/back.bin");
    program.keys("enter");
    program.wait_for("Saved quote.bin, 4 KB, to ~/back.bin").await;
    assert_eq!(fs::read(&back).unwrap(), content());
    fs::write(&back, "mine").unwrap();
    program.keys("s ctrl-u");
    types(&mut program, "~/back.bin");
    program.keys("enter");
    let screen = program.wait_for("something of that name exists").await;
    assert!(screen.contains("To  ~/back.bin"), "{screen}");
    assert_eq!(fs::read(&back).unwrap(), b"mine");
    program.keys("ctrl-u");
    types(&mut program, "~/no/back.bin");
    program.keys("enter");
    program.wait_for("There is no folder").await;
    program.keys("esc");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_is_gone_is_told_below_the_path_and_leaves_no_file() {
    let mut program = at_a_note_with_a_file().await;
    let gone = serde_json::json!({ "kind": "status", "status": 404 });
    program.fault(api_fault("GET", "annotations", 1, gone)).await;
    program.keys("s ctrl-u");
    types(&mut program, "~/back.bin");
    program.keys("enter");
    let screen = program.wait_for("It could not be fetched").await;
    assert!(screen.contains("To  ~/back.bin") && screen.contains("404"), "{screen}");
    assert!(!program.home().join("back.bin").exists());
    program.keys("esc");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_missing_or_too_large_is_told_at_its_field() {
    let mut program = Program::start_at_the_cases().await;
    fs::write(program.home().join("large.bin"), vec![0; 5_242_881]).unwrap();
    program.keys("x n");
    program.wait_for("Note on CAS-").await;
    program.keys("tab tab");
    types(&mut program, "~/none.bin");
    program.keys("ctrl-d");
    program.wait_for("There is no file ~/none.bin.").await;
    program.keys("ctrl-u");
    types(&mut program, "~/");
    program.keys("ctrl-d");
    program.wait_for("~/ is a folder.").await;
    program.keys("ctrl-u");
    types(&mut program, "~/large.bin");
    program.keys("ctrl-d");
    program.wait_for("Too large: at most 5,242,880 bytes. Administrators set that limit.").await;
    program.keys("esc esc");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_file_of_a_mail_is_chosen_and_saved_byte_by_byte() {
    let mut program = Program::start_sized(120, 30, |_, _| {}).await;
    program.wait_for("Action Card").await;
    let row = async |path: String| program.row(&format!("/api/data/v9.2/{path}")).await;
    let second = "activitymimeattachments?$select=_objectid_value,body&$filter=attachmentnumber eq 2&$top=1";
    let second = row(second.into()).await["value"][0].clone();
    let mail = second["_objectid_value"].as_str().unwrap();
    let mail = row(format!("emails({mail})?$select=_regardingobjectid_value")).await;
    let case = mail["_regardingobjectid_value"].as_str().unwrap();
    let case = row(format!("incidents({case})?$select=ticketnumber")).await;
    program.keys(": #");
    types(&mut program, case["ticketnumber"].as_str().unwrap().split('-').nth(1).unwrap());
    program.keys("enter");
    program.wait_for("1 Form").await;
    program.keys("4");
    let screen =
        program.wait_until("files", |screen| screen.contains(" +1]") || screen.contains(" +2]")).await;
    let of_mail = |line: &str| line.contains(" +1]") || line.contains(" +2]");
    let above =
        screen.lines().skip_while(|line| !line.contains("Summary")).skip(1).take_while(|line| !of_mail(line));
    for _ in above {
        program.keys("j");
    }
    program.wait_for(", s saves one").await;
    assert!(
        !program.api_paths().await.iter().any(|path| path.contains("=body")),
        "nothing is read but what is told"
    );
    program.keys("s");
    program.wait_for("Save which attachment").await;
    program.keys("j enter ctrl-u");
    types(&mut program, "~/back.bin");
    program.keys("enter");
    program.wait_for(", to ~/back.bin").await;
    let saved = fs::read(program.home().join("back.bin")).unwrap();
    assert_eq!(saved, STANDARD.decode(second["body"].as_str().unwrap()).unwrap());
    program.quit().await;
}
