//! Going to a row from anywhere: by its number, its id, a key, an address.

use crate::program::Program;

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
