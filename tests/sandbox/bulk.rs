//! Many rows in one message, all of them or none.

use serde_json::{Value, json};

use crate::office::Office;

fn message(set: &str, name: &str) -> String {
    format!("/{set}/Microsoft.Dynamics.CRM.{name}")
}

#[tokio::test]
async fn many_rows_are_made_changed_and_upserted_together() {
    let office = Office::of("admin").await;
    let kind = "Microsoft.Dynamics.CRM.account";
    let number = |n: usize| json!({ "name": format!("Many {n}"), "accountnumber": format!("M-{n}"), "@odata.type": kind });
    let targets: Vec<Value> = (0..1000).map(number).collect();
    let made = office.post(&message("accounts", "CreateMultiple"), json!({ "Targets": targets })).await;
    assert_eq!(made.status, 200, "{}", made.text);
    let context = office.address("/$metadata#Microsoft.Dynamics.CRM.CreateMultipleResponse");
    assert_eq!(made.body["@odata.context"], context);
    let ids = made.body["Ids"].as_array().unwrap();
    assert_eq!(ids.len(), 1000);
    let seventh = format!("/accounts({})?$select=name", ids[7].as_str().unwrap());
    assert_eq!(office.get(&seventh).await.body["name"], "Many 7");

    let again = office
        .post(&message("accounts", "CreateMultiple"), json!({ "Targets": [number(2000), number(7)] }))
        .await;
    assert_eq!(again.refusal(), (412, "0x80060892"));
    assert_eq!(
        office.get("/accounts(accountnumber='M-2000')").await.status,
        404,
        "the first one was taken back"
    );

    let change = json!({ "Targets": [
        { "@odata.type": kind, "accountid": ids[0], "name": "By id" },
        { "@odata.type": format!("#{kind}"), "@odata.id": "accounts(accountnumber='M-1')", "name": "By address" },
        { "@odata.type": kind, "accountnumber": "M-2", "name": "By number" },
    ] });
    assert_eq!(office.post(&message("accounts", "UpdateMultiple"), change).await.status, 204);
    let names = office.get("/accounts?$select=name&$filter=startswith(name,'By ')&$orderby=name").await;
    assert_eq!(names.column("name"), ["\"By address\"", "\"By id\"", "\"By number\""]);

    let upsert = json!({ "Targets": [
        { "name": "New one", "@odata.type": kind, "@odata.id": "accounts(accountnumber='M/''1''')" },
        { "name": "Old one", "@odata.type": kind, "@odata.id": office.address("/accounts(accountnumber='M-3')") },
        { "name": "Own id", "@odata.type": kind, "accountid": "00000000-0000-0000-0000-0000000000aa" },
    ] });
    assert_eq!(office.post(&message("accounts", "UpsertMultiple"), upsert).await.status, 204);
    let keyed = office.get("/accounts(accountnumber='M%2F%27%271%27%27')?$select=name,accountnumber").await;
    assert_eq!((&keyed.body["name"], &keyed.body["accountnumber"]), (&json!("New one"), &json!("M/'1'")));
    assert_eq!(office.get("/accounts(accountnumber='M-3')?$select=name").await.body["name"], "Old one");
    assert_eq!(office.get("/accounts(00000000-0000-0000-0000-0000000000aa)").await.status, 200);

    for (name, body, refusal) in [
        ("CreateMultiple", json!({ "Targets": [{ "name": "x" }] }), (400, "0x80048d19")),
        (
            "CreateMultiple",
            json!({ "Targets": [{ "name": "x", "@odata.type": "Microsoft.Dynamics.CRM.task" }] }),
            (400, "0x80048d19"),
        ),
        ("CreateMultiple", json!({ "Targets": [] }), (400, "0x80040203")),
        ("CreateMultiple", json!({}), (400, "0x80040203")),
        ("UpdateMultiple", json!({ "Targets": [{ "@odata.type": kind, "name": "x" }] }), (400, "0x80040266")),
        (
            "UpdateMultiple",
            json!({ "Targets": [{ "@odata.type": kind, "accountnumber": "none" }] }),
            (404, "0x80060891"),
        ),
        (
            "UpdateMultiple",
            json!({ "Targets": [{ "@odata.type": kind, "accountid": "00000000-0000-0000-0000-0000000000ab" }] }),
            (404, "0x80040217"),
        ),
        ("DeleteMultiple", json!({ "Targets": [] }), (400, "0x80040800")),
    ] {
        let reply = office.post(&message("accounts", name), body.clone()).await;
        assert_eq!(reply.refusal(), refusal, "{name} {body}: {}", reply.text);
    }
    assert_eq!(office.get(&message("accounts", "CreateMultiple")).await.status, 405);
    let plain = json!({ "Targets": [{ "name": "x", "@odata.type": "Microsoft.Dynamics.CRM.lead" }] });
    assert_eq!(
        office.post(&message("leads", "CreateMultiple"), plain).await.status,
        200,
        "a table made late"
    );
}

#[tokio::test]
async fn a_bulk_delete_takes_what_can_go_and_leaves_the_rest() {
    let mut office = Office::of("admin").await;
    let (_, first) = office.new_case("Gone one").await;
    let (_, second) = office.new_case("Gone two").await;
    let (kept, _) = office.new_case("Stays").await;
    let job = |table: &str, conditions: Value| {
        json!({
            "JobName": "Clean up", "SendEmailNotification": false, "ToRecipients": [], "CCRecipients": [],
            "RecurrencePattern": "", "StartDateTime": "2026-01-01T00:00:00Z",
            "QuerySet": [{
                "@odata.type": "Microsoft.Dynamics.CRM.QueryExpression", "EntityName": table,
                "ColumnSet": { "@odata.type": "Microsoft.Dynamics.CRM.ColumnSet", "AllColumns": false, "Columns": [] },
                "Criteria": {
                    "@odata.type": "Microsoft.Dynamics.CRM.FilterExpression", "FilterOperator": "And",
                    "Conditions": conditions,
                },
            }],
        })
    };
    let typed = |id: &str| json!({ "Value": id, "Type": "System.Guid" });
    let by_id = json!([{ "AttributeName": "incidentid", "Operator": "In", "Values": [typed(&first), typed(&second)] }]);
    let reply = office.post("/BulkDelete", job("incident", by_id)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let told = office.get(&format!("/asyncoperations({})", reply.body["JobId"].as_str().unwrap())).await;
    assert_eq!(
        (&told.body["name"], &told.body["description"]),
        (&json!("Clean up"), &json!("Deleted 2, failed 0."))
    );
    assert_eq!(office.get(&format!("/incidents({first})")).await.status, 404);
    assert_eq!(office.get(&kept).await.status, 200);
    let used =
        office.get("/incidents?$filter=_productid_value ne null&$select=_productid_value&$top=1").await;
    let product = used.rows()[0]["_productid_value"].as_str().unwrap();
    let by_id = json!([{ "AttributeName": "productid", "Operator": "Equal", "Values": [product] }]);
    let reply = office.post("/BulkDelete", job("product", by_id)).await;
    let told = office.get(&format!("/asyncoperations({})", reply.body["JobId"].as_str().unwrap())).await;
    assert_eq!(told.body["description"], "Deleted 0, failed 1.");
    for (table, conditions, refusal) in [
        ("nothing", json!([]), (400, "0x80041102")),
        (
            "incident",
            json!([{ "AttributeName": "nothing", "Operator": "Null", "Values": [] }]),
            (400, "0x80041103"),
        ),
        (
            "incident",
            json!([{ "AttributeName": "title", "Operator": "Equal", "Values": [] }]),
            (400, "0x80041106"),
        ),
        (
            "incident",
            json!([{ "AttributeName": "title", "Operator": "Today", "Values": [] }]),
            (501, "0x80040219"),
        ),
    ] {
        let reply = office.post("/BulkDelete", job(table, conditions)).await;
        assert_eq!(reply.refusal(), refusal, "{table}: {}", reply.text);
    }
    office.token_of("reader").await;
    let refused = office.post("/BulkDelete", job("incident", json!([]))).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
    let kind = "Microsoft.Dynamics.CRM.account";
    let refused = office
        .post(&message("accounts", "CreateMultiple"), json!({ "Targets": [{ "@odata.type": kind }] }))
        .await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
}

#[tokio::test]
async fn a_client_can_ask_whether_a_table_takes_rows_in_bulk() {
    let office = Office::new().await;
    for (table, messages) in [("account", 2), ("contoso_inspection", 2), ("privilege", 0), ("nothing", 0)] {
        let asked = format!(
            "/sdkmessagefilters?$select=sdkmessagefilterid&$expand=sdkmessageid($select=name)&$filter=(\
             sdkmessageid/name eq 'CreateMultiple' or sdkmessageid/name eq 'UpdateMultiple') and \
             primaryobjecttypecode eq '{table}'"
        );
        let reply = office.get(&asked).await;
        assert_eq!(reply.rows().len(), messages, "{table}: {}", reply.text);
        assert!(reply.rows().iter().all(|row| row["sdkmessageid"]["name"].is_string()), "{}", reply.text);
    }
}
