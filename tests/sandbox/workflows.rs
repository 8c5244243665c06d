//! Workflows that are run on rows when somebody asks for it.

use serde_json::json;

use crate::office::Office;

const LIST: &str = "/workflows?$select=workflowid,name,description,mode&$filter=type eq 1 and category eq 0 \
                    and ondemand eq true and statecode eq 1 and primaryentity eq 'incident'&$orderby=name";

async fn path_of(office: &Office, name: &str) -> String {
    let found = office.get(&format!("/workflows?$select=workflowid&$filter=name eq '{name}'")).await;
    let id = found.rows()[0]["workflowid"].as_str().unwrap().to_owned();
    format!("/workflows({id})/Microsoft.Dynamics.CRM.ExecuteWorkflow")
}

#[tokio::test]
async fn those_that_are_activated_for_cases_and_on_demand_are_listed() {
    let office = Office::new().await;
    let list = office.get(LIST).await;
    assert_eq!(list.column("name"), ["\"Escalate to second line\"", "\"Send survey\""], "{}", list.text);
    let all = office.get("/workflows?$select=name,statuscode&$orderby=name").await;
    assert_eq!(all.column("statuscode"), ["2", "1", "2"]);
}

#[tokio::test]
async fn one_that_is_run_on_a_case_answers_with_its_job_and_may_change_the_case() {
    let office = Office::new().await;
    for (name, changes) in [("Escalate to second line", true), ("Send survey", false)] {
        let (case, id) = office.new_case("Run on").await;
        let before = office.get(&case).await.body;
        assert_eq!(before["isescalated"], false);
        let run = office.post(&path_of(&office, name).await, json!({ "EntityId": id })).await;
        assert_eq!(run.status, 200, "{}", run.text);
        let context = run.body["@odata.context"].as_str().unwrap();
        assert!(context.ends_with("$metadata#asyncoperations/$entity"), "{context}");
        assert_eq!(run.body["name"], name);
        let job = format!("/asyncoperations({})", run.body["asyncoperationid"].as_str().unwrap());
        assert_eq!(office.get(&job).await.body["name"], name);
        let after = office.get(&case).await.body;
        assert_eq!(after["isescalated"], changes);
        assert_eq!(after["@odata.etag"] != before["@odata.etag"], changes, "{name}");
    }
}

#[tokio::test]
async fn a_draft_a_row_that_is_not_there_and_one_of_another_table_are_refused() {
    let mut office = Office::new().await;
    let (case, id) = office.new_case("Not run on").await;
    let draft = path_of(&office, "Hand over to field service").await;
    assert_eq!(office.post(&draft, json!({ "EntityId": id })).await.refusal(), (400, "0x80045002"));
    let run = path_of(&office, "Escalate to second line").await;
    let nowhere = "00000000-0000-0000-0000-000000000001";
    for other in [nowhere.to_owned(), office.first("accounts", "accountid").await] {
        assert_eq!(office.post(&run, json!({ "EntityId": other })).await.refusal(), (404, "0x80040217"));
    }
    assert_eq!(office.post(&run, json!({})).await.status, 400);
    assert_eq!(office.post(&run, json!({ "EntityId": "case" })).await.status, 400);
    let none = format!("/workflows({nowhere})/Microsoft.Dynamics.CRM.ExecuteWorkflow");
    assert_eq!(office.post(&none, json!({ "EntityId": id })).await.refusal(), (404, "0x80040217"));
    let own = run.split("/Microsoft").next().unwrap().to_owned();
    office.token_of("admin").await;
    assert_eq!(office.patch(&own, &[], json!({ "ondemand": false })).await.status, 204);
    assert_eq!(office.post(&run, json!({ "EntityId": id })).await.refusal(), (400, "0x80045046"));
    assert_eq!(office.get(&case).await.body["isescalated"], false);
}

#[tokio::test]
async fn who_may_only_read_may_run_none() {
    let mut office = Office::new().await;
    let (_, id) = office.new_case("Read only").await;
    let run = path_of(&office, "Send survey").await;
    office.token_of("reader").await;
    let refused = office.post(&run, json!({ "EntityId": id })).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
    assert!(refused.message().contains("prvWorkflowExecution"), "{}", refused.message());
}
