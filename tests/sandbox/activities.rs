//! Activities of every kind, and all of them as one table.

use reqwest::Method;
use serde_json::json;

use crate::office::Office;

#[tokio::test]
async fn every_kind_of_activity_is_made_for_a_case_and_read_with_the_others() {
    let office = Office::new().await;
    let (case, id) = office.new_case("Busy").await;
    for (set, kind) in [
        ("tasks", "task"),
        ("emails", "email"),
        ("phonecalls", "phonecall"),
        ("appointments", "appointment"),
        ("letters", "letter"),
        ("faxes", "fax"),
    ] {
        let bind = format!("regardingobjectid_incident_{kind}@odata.bind");
        let body =
            json!({ "subject": format!("a {kind}"), bind: case, "scheduledend": "2026-12-01T15:00:00Z" });
        let made = office.post(&format!("/{set}"), body).await;
        assert_eq!(made.status, 204, "{kind}: {}", made.text);
        let own = office.get(made.header("odata-entityid")).await.body;
        assert_eq!((&own["activitytypecode"], &own["statecode"]), (&json!(kind), &json!(0)));
    }
    let path =
        format!("{case}/Incident_ActivityPointers?$select=subject,activitytypecode,statecode,statuscode");
    let all = office.get(&format!("{path}&$orderby=subject&$count=true")).await;
    assert_eq!(all.body["@odata.count"], 6);
    assert_eq!(
        all.column("activitytypecode"),
        ["\"appointment\"", "\"email\"", "\"fax\"", "\"letter\"", "\"phonecall\"", "\"task\""]
    );
    assert_eq!(all.column("statuscode"), ["1"; 6], "the reasons of all kinds are those of the pointer");
    let some = office.get(&format!("{path}&$filter=activitytypecode eq 'EMAIL'")).await;
    assert_eq!(some.column("subject"), ["\"a email\""]);
    let mail = format!("/emails({})", some.rows()[0]["activityid"].as_str().unwrap());
    assert_eq!(office.patch(&mail, &[], json!({ "statecode": 1, "statuscode": 3 })).await.status, 204);
    let sent = office
        .get_preferring(&mail.replace("emails", "activitypointers"), "odata.include-annotations=\"*\"")
        .await;
    assert_eq!((&sent.body["statecode"], &sent.body["statuscode"]), (&json!(1), &json!(2)));
    assert_eq!(sent.body["statuscode@OData.Community.Display.V1.FormattedValue"], "Completed");
    let regarding = "_regardingobjectid_value@Microsoft.Dynamics.CRM.associatednavigationproperty";
    assert_eq!(sent.body[regarding], "regardingobjectid_incident");
    assert_eq!(sent.body["_regardingobjectid_value"], id.as_str());

    let mut page = office
        .get_preferring(&format!("{path}&$orderby=scheduledend,subject desc"), "odata.maxpagesize=2")
        .await;
    let mut subjects = page.column("subject");
    while let Some(next) = page.body["@odata.nextLink"].as_str() {
        page = office.get_preferring(next, "odata.maxpagesize=2").await;
        subjects.extend(page.column("subject"));
    }
    assert_eq!(subjects.len(), 6);
    assert!(subjects.is_sorted_by(|a, b| a > b), "{subjects:?}");

    let closing =
        json!({ "IncidentResolution": { "subject": "done", "incidentid@odata.bind": case }, "Status": 5 });
    assert_eq!(office.post("/CloseIncident", closing.clone()).await.refusal(), (400, "0x8004440a"));
    for row in office.get(&format!("{path}&$filter=statecode eq 0")).await.rows() {
        let pointer = format!("/activitypointers({})", row["activityid"].as_str().unwrap());
        let cancelled = office.patch(&pointer, &[], json!({ "statecode": 2 })).await;
        assert_eq!(cancelled.status, 204, "{}", cancelled.text);
    }
    assert_eq!(office.post("/CloseIncident", closing).await.status, 204);
    let newest = office.get(&format!("{path}&$filter=activitytypecode eq 'incidentresolution'")).await;
    assert_eq!(newest.column("statecode"), ["1"]);
    let expanded =
        office.get(&format!("{case}?$select=title&$expand=Incident_ActivityPointers($select=subject)")).await;
    assert_eq!(
        expanded.body["Incident_ActivityPointers"].as_array().map(Vec::len),
        Some(7),
        "{}",
        expanded.text
    );
}

#[tokio::test]
async fn the_table_of_all_activities_is_not_written_to() {
    let office = Office::of("admin").await;
    let made = office.post("/activitypointers", json!({ "subject": "x" })).await;
    assert_eq!(made.refusal(), (400, "0x80040800"));
    assert!(
        made.message()
            .starts_with("The 'Create' method does not support entities of type 'activitypointer'.")
    );
    let first =
        office.get("/activitypointers?$filter=activitytypecode eq 'task'&$top=1&$select=subject").await;
    let id = first.rows()[0]["activityid"].as_str().unwrap();
    let pointer = format!("/activitypointers({id})");
    assert_eq!(office.patch(&pointer, &[], json!({ "subject": "Renamed" })).await.status, 204);
    assert_eq!(office.get(&format!("/tasks({id})")).await.body["subject"], "Renamed");
    assert_eq!(office.send(Method::DELETE, &pointer, &[], None).await.status, 204);
    assert_eq!(office.get(&format!("/tasks({id})")).await.refusal(), (404, "0x80040217"));
    assert_eq!(office.get(&pointer).await.refusal(), (404, "0x80040217"));
    assert_eq!(office.send(Method::DELETE, &pointer, &[], None).await.refusal(), (404, "0x80040217"));
}

#[tokio::test]
async fn the_timelines_of_the_first_rows_are_alive() {
    let office = Office::new().await;
    for set in ["emails", "phonecalls", "appointments", "incidentresolutions"] {
        let rows = office.get(&format!("/{set}?$top=1&$count=true")).await;
        assert!(rows.body["@odata.count"].as_u64().unwrap() > 5, "{set}");
    }
    let open =
        "/activitypointers?$filter=statecode eq 0 and regardingobjectid_incident/statecode ne 0&$top=5";
    let open = office.get(&format!("{open}&$select=activitytypecode")).await;
    assert!(open.rows().iter().all(|row| row["activitytypecode"] == "task"), "{}", open.text);
    let mail = office.first("emails", "activityid").await;
    let parties = office.get(&format!("/emails({mail})/email_activity_parties")).await;
    assert_eq!(parties.rows().len(), 2);
    let mut masks = parties.column("participationtypemask");
    masks.sort();
    assert_eq!(masks, ["1", "2"]);
}
