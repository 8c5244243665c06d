//! Going to a row from anywhere: by its number, its id, a key, an address.

use serde_json::json;

use crate::program::{Program, api_fault};

/// The digits' groups of the paths that looked for tickets.
async fn looked_for(program: &Program, text: &str) -> bool {
    program.api_paths().await.iter().any(|path| path.contains(text))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_gone_to_by_the_digits_of_its_number_and_by_its_beginning() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.keys(": # 1 2 3 enter");
    program.wait_for("1 Form").await;
    program.wait_for("CAS-00123-").await;
    assert!(looked_for(&program, "contains(ticketnumber,%27-00123%27)").await);
    program.keys("q g i C A S - 0 0 0 0 enter");
    let screen = program.wait_for("which:").await;
    assert!(screen.contains("Case CAS-0000: 9 rows") && screen.contains("CAS-00009-"), "{screen}");
    program.keys("0 0 0 0 7 enter");
    program.wait_for("1 Form").await;
    program.wait_for("CAS-00007-").await;
    program.keys(": # 9 9 9 9 9 enter");
    program.wait_for("No Case has 99999 in its number.").await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_gone_to_by_its_address_and_by_its_id_alone() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    let first = program.row("/api/data/v9.2/accounts?$top=1&$select=name").await;
    let (id, name) = (first["value"][0]["accountid"].clone(), first["value"][0]["name"].clone());
    let (id, name) = (id.as_str().unwrap().to_owned(), name.as_str().unwrap().to_owned());
    let url = program.sandbox.ready().url.clone();
    program.paste(&format!("{url}/main.aspx?pagetype=entityrecord&etn=account&id={id}"));
    program.wait_for("Go to account").await;
    program.keys("enter");
    program.wait_for("1 Form").await;
    program.wait_for(&name).await;
    program.wait_for("Account Name").await; // its columns are known: it counts as opened
    program.keys("q");
    program.wait_for("Action Card").await;
    program.paste(&id.to_uppercase());
    program.wait_for("Go to row").await;
    program.keys("enter");
    program.wait_for("1 Form").await;
    program.wait_for(&name).await;
    program.keys("q");
    program.wait_for("Action Card").await;
    program.paste("00000000-0000-4000-8000-00000000abcd");
    program.wait_for("Go to row").await;
    program.keys("enter");
    // What was opened before is looked at, and what is usual.
    program.wait_for("No row 00000000-0000-4000-8000-00000000abcd in Account, Case, Contact.").await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_is_gone_to_by_a_key_of_its_table_and_other_columns_are_no_keys() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    program.keys(": a c c o u n t Space a c c o u n t n u m b e r = A 1 0 0 0 0 7 enter");
    program.wait_for("1 Form").await;
    program.wait_for("A100007").await;
    assert!(looked_for(&program, "accountnumber%20eq%20%27A100007%27").await);
    program.keys(": a c c o u n t Space n a m e = x enter");
    let screen = program.wait_for("name is no key of Account.").await;
    assert!(screen.contains("The keys of Account are: accountnumber."), "{screen}");
    program.keys("esc : i n c i d e n t Space t i t l e = x enter");
    program.wait_for("Case has no alternate keys.").await;
    program.keys("esc");
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_found_in_several_tables_by_one_search_a_table_and_the_row_is_opened() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    let first = program.row("/api/data/v9.2/accounts?$top=1&$select=name").await;
    let name = first["value"][0]["name"].as_str().unwrap().to_owned();
    let word = name.split(' ').next().unwrap();
    let typed = word.chars().map(String::from).collect::<Vec<_>>().join(" ");
    program.keys(&format!("g f {typed} enter"));
    let screen = program.wait_for("which:").await;
    assert!(screen.contains("Account") && screen.contains(word), "{screen}");
    let rows = |paths: Vec<String>| {
        let searched = ["incidents?", "accounts?", "contacts?"];
        let of =
            |set: &str| paths.iter().filter(|path| path.contains(set) && path.contains("contains(")).count();
        searched.map(of)
    };
    assert_eq!(rows(program.api_paths().await), [1, 1, 1], "{:?}", program.api_paths().await);
    program.keys("esc");
    program.wait_until("the list closed", |screen| !screen.contains("which:")).await;
    let before = program.api_paths().await.len();
    program.keys(&format!("g f {typed} enter"));
    program.wait_for("which:").await;
    assert_eq!(program.api_paths().await.len(), before + 3, "what is known of the tables is not asked again");
    program.keys(&format!("{typed} enter"));
    program.wait_for("1 Form").await;
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_may_not_be_read_is_named_beside_what_was_found_in_others() {
    let mut program = Program::start().await;
    program.wait_for("Action Card").await;
    let refused = json!({"kind": "status", "status": 403, "code": "0x80040220", "message": "No privilege."});
    program.fault(api_fault("GET", "/accounts\\?", 1, refused)).await;
    program.keys(": f i n d Space p r i n t e r enter");
    program.wait_for("which:").await;
    program.wait_for("Account could not be read").await;
    program.keys("esc");
    program.quit().await;
}
