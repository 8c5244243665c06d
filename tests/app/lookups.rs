//! Lookups set by keys, with the row on the server as the judge.

use serde_json::Value;

use crate::program::Program;

/// Opens the editor of a lookup, narrows it to a kind of row, and takes the first row with a text.
async fn choose(program: &mut Program, column: &str, tabs: &str, only: &str, text: &str) {
    program.keys(&format!("g c {column} enter e"));
    program.wait_for("Type a name, or paste").await;
    program.keys(tabs);
    program.wait_for(only).await;
    program.paste(text);
    program.wait_until("found", |screen| screen.contains(" on the server for ")).await;
    program.keys("enter");
    program.wait_for("~1 pending").await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending")).await;
}

/// The row that was written last, as the server has it.
async fn written(program: &Program) -> Value {
    let writes = program.writes().await;
    let last = writes.last().unwrap();
    assert_eq!(last["status"], 200, "{last}");
    let path = last["path"].as_str().unwrap().split('?').next().unwrap().to_owned();
    program.row(&path).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_an_account_or_a_contact_and_each_is_saved_as_what_it_is() {
    let mut program = Program::start_at_the_cases().await;
    for (tabs, only, set, name) in
        [("tab tab", "only Contact", "contacts", "fullname"), ("tab", "only Account", "accounts", "name")]
    {
        let first = format!("/api/data/v9.2/{set}?$select={name}&$orderby={name}%20desc&$top=1");
        let wanted = program.row(&first).await["value"][0][name].as_str().unwrap().to_owned();
        choose(&mut program, "c u s t o m", tabs, only, &wanted).await;
        let id = written(&program).await["_customerid_value"].as_str().unwrap().to_owned();
        let row = program.row(&format!("/api/data/v9.2/{set}({id})?$select={name}")).await;
        assert_eq!(row[name], wanted, "a row of {set}");
    }
    program.quit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_a_team_or_oneself() {
    let mut program = Program::start_at_the_cases().await;
    choose(&mut program, "o w n e r", "tab tab", "only Team", "Second Line").await;
    let id = written(&program).await["_ownerid_value"].as_str().unwrap().to_owned();
    assert_eq!(program.row(&format!("/api/data/v9.2/teams({id})?$select=name")).await["name"], "Second Line");

    program.keys("e m e");
    program
        .wait_until("me", |screen| {
            screen.lines().any(|line| line.starts_with(" > Anna Moss") && line.trim_end().ends_with("me"))
        })
        .await;
    program.keys("enter");
    program.wait_for("~1 pending").await;
    program.keys("w");
    program.wait_for("y yes").await;
    program.keys("y");
    program.wait_until("saved", |screen| !screen.contains("pending")).await;
    let me = program.row("/api/data/v9.2/WhoAmI").await["UserId"].clone();
    assert_eq!(written(&program).await["_ownerid_value"], me);
    program.quit().await;
}
