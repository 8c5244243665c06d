//! A file that goes into a column and comes out again, by keys.

use crate::program::Program;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_put_by_review_alone_also_after_the_program_ended_and_is_saved_again() {
    let mut program = Program::start().await;
    let bytes: Vec<u8> = (0..5_000_000_u32).map(|at| (at % 251).to_le_bytes()[0]).collect();
    let path = program.home.path().join("quote.pdf");
    std::fs::write(&path, &bytes).unwrap();
    to_the_report(&mut program).await;
    program.wait_for("p put a file").await;
    program.keys("p");
    program.paste("~/quote.pdf");
    program.keys("enter");
    program.wait_for("Staged: put quote.pdf (5.0 MB) into Report").await;
    assert!(program.writes().await.is_empty());

    let mut program = program.break_off_and_start_again().await;
    program.wait_for("~1 pending").await;
    program.keys("w");
    program.wait_for("Put quote.pdf").await;
    program.keys("s");
    program.wait_for("y yes").await;
    assert!(program.writes().await.is_empty());
    program.keys("y");
    program.wait_until("sent", |screen| !screen.contains("pending")).await;
    let statuses: Vec<_> =
        program.writes().await.iter().map(|write| write["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 206, 204], "a place for the pieces, and two of them");

    program.keys("esc");
    to_the_report(&mut program).await;
    program.wait_for("s save as").await;
    program.keys("s ctrl-u");
    program.paste("~/quote.pdf");
    program.keys("enter");
    program.wait_for("something of that name exists").await;
    program.keys("ctrl-u");
    let copy = program.home.path().join("copy.pdf");
    program.paste("~/copy.pdf");
    program.keys("enter");
    program.wait_for("5.0 MB, to ~/copy.pdf").await;
    assert!(std::fs::read(&copy).unwrap() == bytes);
    program.quit().await;
}

/// From the tables to what can be done with the report of the first inspection.
async fn to_the_report(program: &mut Program) {
    program.wait_for("Action Card").await;
    program.keys("/ i n s p e c t i o n enter");
    program.wait_for("> [Inspection at").await;
    program.keys("enter");
    program.wait_for("1 Form").await;
    program.wait_for("Account").await;
    program.keys("/ r e p o r t enter e");
}
