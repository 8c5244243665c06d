//! Views of the server by keys: the rows that they show, with a direct computation as the judge.

use serde_json::json;

use crate::program::{Program, api_fault};

const CASES: &str = "/api/data/v9.2/incidents?$select=ticketnumber&$orderby=createdon desc";

/// At the picker of views of the cases.
async fn at_picker() -> Program {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("50 of 300").await;
    program.keys("V");
    program.wait_for("Enter open").await;
    program
}

async fn numbers(program: &Program, filter: &str) -> Vec<String> {
    let rows = program.row(&format!("{CASES}{filter}")).await;
    let rows = rows["value"].as_array().unwrap();
    rows.iter().map(|row| row["ticketnumber"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_of_the_server_shows_its_rows_in_its_order_and_reads_them_to_the_last_one() {
    let mut program = at_picker().await;
    program.wait_for("Resolved Cases").await;
    program.keys("a l l space c a s e enter");
    let screen = program.wait_for("50 of 300").await;
    assert!(screen.lines().nth(1).unwrap().contains("All Cases"), "{screen}");
    assert!(screen.lines().nth(2).unwrap().contains("Case Title"), "{screen}");
    let all = numbers(&program, "").await;
    for (row, number) in screen.lines().skip(3).zip(&all).take(5) {
        assert!(row.contains(number.as_str()), "{number} is not in {row}");
    }
    program.keys("G G");
    let screen = program.wait_for("300 rows").await;
    assert!(screen.contains(all.last().unwrap().as_str()), "{screen}");
    let paths = program.api_paths().await;
    let views: Vec<&String> = paths.iter().filter(|path| path.contains("savedQuery=")).collect();
    assert!(views.len() > 1, "{paths:?}");
    assert!(views.iter().all(|path| !path.contains("$select") && !path.contains("$orderby")), "{views:?}");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_of_a_view_is_edited_and_saved_and_a_search_leaves_the_view_and_comes_back() {
    let mut program = at_picker().await;
    program.wait_for("Resolved Cases").await;
    program.keys("p e r s o n a l enter");
    let mine = numbers(&program, "&$filter=statecode eq 0 and prioritycode eq 1 and Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')").await;
    program.wait_for(&format!("{} row", mine.len())).await;
    program.wait_for("My urgent cases").await;
    let first = program.wait_for(&mine[0]).await;
    assert!(first.lines().nth(3).unwrap().contains(&mine[0]), "{first}");
    program.keys("c p l");
    program.wait_for("*Low").await;
    program.keys("w");
    program.wait_for("Save").await;
    program.keys("y");
    program.wait_for("Saved").await;
    assert_eq!(program.writes().await.len(), 1);
    program.keys("/ e r enter");
    let screen = program.wait_for("takes no condition").await;
    assert!(!screen.lines().nth(1).unwrap().contains("My urgent"), "{screen}");
    program.wait_for(": er").await;
    program.keys("[");
    program.wait_for("My urgent cases").await;
    program.keys("r");
    program.wait_for(&format!("{} row", mine.len() - 1)).await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_right_to_read_views_those_of_the_program_open() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.keys("/ i n c i d e n t enter");
    program.wait_for("50 of 300").await;
    let no =
        json!({ "kind": "status", "status": 403, "code": "0x80040220", "message": "Missing prvReadQuery." });
    for set in ["savedqueries", "userqueries"] {
        program.fault(api_fault("GET", set, 1, no.clone())).await;
    }
    program.keys("V");
    program.wait_for("! No views of the server: ").await;
    program.keys("u r g enter");
    let is_open = |screen: &str| screen.lines().nth(1).is_some_and(|row| row.contains("Urgent active"));
    program.wait_until("the view", is_open).await;
    program.quit().await;
}
