//! What waits in queues, and who works on it.

use serde_json::{Value, json};

use crate::office::Office;

const ANNA: &str = "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02";

async fn queue(office: &Office, name: &str) -> String {
    let found = office.get(&format!("/queues?$filter=name eq '{name}'&$select=queueid")).await;
    found.rows()[0]["queueid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_case_waits_in_one_queue_at_a_time() {
    let office = Office::new().await;
    let (_, id) = office.new_case("Waiting").await;
    let (support, returns) = (queue(&office, "Support").await, queue(&office, "Returns").await);
    let add = |queue: &str| format!("/queues({queue})/Microsoft.Dynamics.CRM.AddToQueue");
    let target = json!({ "@odata.type": "Microsoft.Dynamics.CRM.incident", "incidentid": id });
    let added = office.post(&add(&support), json!({ "Target": target })).await;
    assert_eq!(added.status, 200, "{}", added.text);
    let context = added.body["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("$metadata#Microsoft.Dynamics.CRM.AddToQueueResponse"));
    let item = added.body["QueueItemId"].as_str().unwrap().to_owned();
    let row = office.get(&format!("/queueitems({item})")).await.body;
    assert_eq!((&row["title"], &row["objecttypecode"]), (&json!("Waiting"), &json!(112)));
    assert_eq!(row["_queueid_value"], support.as_str());

    let elsewhere = office.post(&add(&returns), json!({ "Target": target })).await;
    assert_eq!(elsewhere.refusal(), (400, "0x80040526"));
    let worker = json!({ "SystemUser": { "systemuserid": ANNA }, "RemoveQueueItem": false });
    let path = format!("/queueitems({item})/Microsoft.Dynamics.CRM.");
    assert_eq!(office.post(&format!("{path}PickFromQueue"), worker.clone()).await.status, 204);
    assert_eq!(office.get(&format!("/queueitems({item})")).await.body["_workerid_value"], ANNA);
    let source = json!({ "@odata.type": "#Microsoft.Dynamics.CRM.queue", "queueid": support });
    let properties = json!({ "@odata.type": "Microsoft.Dynamics.CRM.queueitem", "priority": 3 });
    let moved = json!({
        "Target": { "@odata.id": format!("incidents({id})") },
        "SourceQueue": source,
        "QueueItemProperties": properties,
    });
    let moved = office.post(&add(&returns), moved).await;
    assert_eq!(moved.body["QueueItemId"], item.as_str(), "{}", moved.text);
    let row = office.get(&format!("/queueitems({item})")).await.body;
    assert_eq!((&row["_queueid_value"], &row["priority"]), (&json!(returns), &json!(3)));
    assert_eq!(row["_workerid_value"], Value::Null);

    assert_eq!(office.post(&format!("{path}PickFromQueue"), worker).await.status, 204);
    assert_eq!(office.post(&format!("{path}ReleaseToQueue"), json!({})).await.status, 204);
    assert_eq!(office.get(&format!("/queueitems({item})")).await.body["_workerid_value"], Value::Null);
    let route = json!({ "Target": { "@odata.type": "Microsoft.Dynamics.CRM.queue", "queueid": support } });
    assert_eq!(office.post(&format!("{path}RouteTo"), route).await.status, 204);
    assert_eq!(office.get(&format!("/queueitems({item})")).await.body["_queueid_value"], support.as_str());
    let mine = format!(
        "/queueitems?$filter=_queueid_value eq {support} and objecttypecode eq 112 and statecode eq 0 and \
         queueitemid eq {item}&$expand=objectid_incident($select=title,ticketnumber)"
    );
    assert_eq!(office.get(&mine).await.rows()[0]["objectid_incident"]["title"], "Waiting");
    assert_eq!(office.post(&format!("{path}RemoveFromQueue"), json!({})).await.status, 204);
    assert_eq!(office.get(&mine).await.rows().len(), 0);
    assert_eq!(office.post(&add(&returns), json!({ "Target": target })).await.status, 200);
}

#[tokio::test]
async fn what_cannot_wait_or_be_routed_is_refused() {
    let office = Office::new().await;
    let (case, id) = office.new_case("Refused").await;
    let support = queue(&office, "Support").await;
    let add = format!("/queues({support})/Microsoft.Dynamics.CRM.AddToQueue");
    let account = json!({ "Target": { "accountid": office.first("accounts", "accountid").await } });
    assert_eq!(office.post(&add, account).await.refusal(), (400, "0x80040203"));
    let nobody = json!({ "Target": { "incidentid": "00000000-0000-0000-0000-000000000001" } });
    assert_eq!(office.post(&add, nobody).await.refusal(), (404, "0x80040217"));
    let nowhere = add.replace(&support, "00000000-0000-0000-0000-000000000001");
    assert_eq!(
        office.post(&nowhere, json!({ "Target": { "incidentid": id } })).await.refusal(),
        (404, "0x80040217")
    );
    let rule = office.post(&format!("{case}/Microsoft.Dynamics.CRM.ApplyRoutingRule"), json!({})).await;
    assert_eq!(rule.refusal(), (400, "0x8004f874"));
    let rule = office.post("/ApplyRoutingRule", json!({ "Target": { "incidentid": id } })).await;
    assert_eq!(rule.message(), "Currently there's no active rule to route this case.");
    let mail = json!({ "subject": "Queued", "regardingobjectid_incident_email@odata.bind": case });
    let mail = office.post("/emails", mail).await.header("odata-entityid").to_owned();
    let added = office.post(&add, json!({ "Target": { "@odata.id": mail } })).await;
    let item = format!("/queueitems({})", added.body["QueueItemId"].as_str().unwrap());
    assert_eq!(office.get(&item).await.body["objecttypecode"], 4202);
    let pick = json!({ "SystemUser": { "systemuserid": ANNA }, "RemoveQueueItem": true });
    assert_eq!(office.post(&format!("{item}/Microsoft.Dynamics.CRM.PickFromQueue"), pick).await.status, 204);
    let row = office.get(&item).await.body;
    assert_eq!((&row["statecode"], &row["_workerid_value"]), (&json!(1), &json!(ANNA)));
}
