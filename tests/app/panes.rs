//! The form beside the rows, and the records beside a record, with the server as the judge of what was read.

use crate::program::Program;

/// How many single cases were read.
async fn rows_read(program: &Program) -> usize {
    program.api_paths().await.iter().filter(|path| path.contains("/incidents(")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_beside_the_rows_follows_the_cursor_and_reads_each_row_once() {
    let mut program = Program::start_sized(160, 45, |_, _| {}).await;
    program.wait_for("Action Card").await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("CAS-").await;
    program.wait_for("Case Stage").await;
    assert_eq!(rows_read(&program).await, 1);
    program.keys("j");
    program.wait_until("what the rows know", |screen| !screen.contains("Case Stage")).await;
    program.wait_for("Case Stage").await;
    program.keys("k Tab g g e");
    program.wait_for("Case Title of CAS-").await;
    program.keys("esc");
    program.wait_for("Case Stage").await;
    assert_eq!(rows_read(&program).await, 2, "a row that was read is not read again");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_record_is_found_across_the_border_of_a_page() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("CAS-").await;
    program.keys("enter");
    program.wait_for("row 1 of").await;
    program.keys(&["J"; 60].join(" "));
    program.wait_for("row 61 of").await;
    program.wait_for("Case Stage").await;
    program.keys("esc");
    program.wait_for("All rows").await;
    program.keys("[");
    program.wait_for("row 61 of").await;
    program.quit().await;
}
