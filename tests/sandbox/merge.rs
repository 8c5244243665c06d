//! Two rows that turned out to be one.

use serde_json::{Value, json};

use crate::office::Office;

fn order(table: &str, target: &str, subordinate: &str, checks: bool) -> Value {
    let row = |id: &str| {
        let key = format!("{table}id");
        json!({ "@odata.type": format!("Microsoft.Dynamics.CRM.{table}"), key: id })
    };
    json!({ "Target": row(target), "Subordinate": row(subordinate), "PerformParentingChecks": checks })
}

#[tokio::test]
async fn a_merged_case_leaves_everything_to_the_other_one() {
    let office = Office::new().await;
    let (target, target_id) = office.new_case("First report").await;
    let (other, other_id) = office.new_case("Second report").await;
    let note = json!({ "subject": "n", "objectid_incident@odata.bind": other });
    assert_eq!(office.post("/annotations", note).await.status, 204);
    let call = json!({ "subject": "c", "regardingobjectid_incident_phonecall@odata.bind": other });
    assert_eq!(office.post("/phonecalls", call).await.status, 204);
    let child = office.new_case("Child").await.0;
    let parent = json!({ "parentcaseid@odata.bind": other });
    assert_eq!(office.patch(&child, &[], parent.clone()).await.status, 204);
    assert_eq!(office.patch(&target, &[], parent).await.status, 204);
    let checked = office.post("/Merge", order("incident", &target_id, &other_id, true)).await;
    assert_eq!(checked.refusal(), (400, "0x8003f450"));
    let merged = office.post("/Merge", order("incident", &target_id, &other_id, false)).await;
    assert_eq!((merged.status.as_u16(), merged.text.as_str()), (204, ""));
    let row = office.get(&other).await.body;
    assert_eq!((&row["statecode"], &row["statuscode"]), (&json!(2), &json!(2000)));
    assert_eq!((&row["merged"], &row["_masterid_value"]), (&json!(true), &json!(target_id)));
    let row = office.get(&target).await.body;
    assert_eq!((&row["statecode"], &row["title"]), (&json!(0), &json!("First report")));
    assert_eq!((&row["numberofchildincidents"], &row["_parentcaseid_value"]), (&json!(1), &Value::Null));
    for (collection, count) in
        [("Incident_Annotation", 1), ("Incident_Phonecalls", 1), ("incident_parent_incident", 1)]
    {
        assert_eq!(office.get(&format!("{target}/{collection}")).await.rows().len(), count, "{collection}");
        assert_eq!(office.get(&format!("{other}/{collection}")).await.rows().len(), 0, "{collection}");
    }
    let again = office.post("/Merge", order("incident", &target_id, &other_id, false)).await;
    assert_eq!(again.refusal(), (400, "0x8004f457"));
    let itself = office.post("/Merge", order("incident", &target_id, &target_id, false)).await;
    assert_eq!(itself.refusal(), (400, "0x80040203"));
}

#[tokio::test]
async fn merged_customers_keep_the_content_that_was_chosen() {
    let office = Office::new().await;
    let mut ids = Vec::new();
    for name in ["Kept Ltd", "Gone Ltd"] {
        let made = office.post("/accounts", json!({ "name": name, "telephone1": "1" })).await;
        ids.push(made.header("odata-entityid").split(['(', ')']).nth(1).unwrap().to_owned());
    }
    let case = json!({ "title": "c", "customerid_account@odata.bind": format!("/accounts({})", ids[1]) });
    let case = office.post("/incidents", case).await.header("odata-entityid").to_owned();
    let mut body = order("account", &ids[0], &ids[1], true);
    body["UpdateContent"] = json!({
        "@odata.type": "Microsoft.Dynamics.CRM.account",
        "accountid": "00000000-0000-0000-0000-000000000000",
        "telephone1": "2",
    });
    let merged = office.post("/Merge", body).await;
    assert_eq!(merged.status, 204, "{}", merged.text);
    assert_eq!(office.get(&format!("/accounts({})", ids[0])).await.body["telephone1"], "2");
    let gone = office.get(&format!("/accounts({})", ids[1])).await.body;
    assert_eq!((&gone["statecode"], &gone["_masterid_value"]), (&json!(1), &json!(ids[0])));
    let case = office.get(&case).await.body;
    assert_eq!((&case["_customerid_value"], &case["_accountid_value"]), (&json!(ids[0]), &json!(ids[0])));
    let task = office.first("tasks", "activityid").await;
    let task = json!({ "@odata.type": "Microsoft.Dynamics.CRM.task", "activityid": task });
    let tasks = json!({ "Target": task, "Subordinate": task, "PerformParentingChecks": false });
    assert_eq!(office.post("/Merge", tasks).await.refusal(), (400, "0x80040203"));
}
