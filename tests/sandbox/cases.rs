//! What becomes of a case: resolved, cancelled, opened again, put on hold, given to somebody else.

use serde_json::{Value, json};

use crate::office::Office;

const ANNA: &str = "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02";
const BO: &str = "e4b0a7d2-0003-ef11-9f89-000d3a2b1c03";

fn resolution(case: &str, status: i64) -> Value {
    json!({
        "IncidentResolution": {
            "@odata.type": "Microsoft.Dynamics.CRM.incidentresolution",
            "subject": "Replaced part",
            "description": "New unit sent",
            "incidentid@odata.bind": case,
        },
        "Status": status,
    })
}

#[tokio::test]
async fn a_case_is_resolved_by_its_action_and_leaves_a_resolution() {
    let office = Office::new().await;
    let (case, id) = office.new_case("Broken").await;
    let child = office.new_case("Part of it").await.0;
    assert_eq!(office.patch(&child, &[], json!({ "parentcaseid@odata.bind": case })).await.status, 204);
    let call = json!({ "subject": "Call", "regardingobjectid_incident_phonecall@odata.bind": case });
    let call = office.post("/phonecalls", call).await.header("odata-entityid").to_owned();

    let open = office.post("/CloseIncident", resolution(&case, 5)).await;
    assert_eq!(open.refusal(), (400, "0x8004440a"));
    assert_eq!(
        open.message(),
        "The incident can not be closed because there are open activities for this incident."
    );
    let done = json!({ "statecode": 1, "statuscode": 2, "actualdurationminutes": 25 });
    assert_eq!(office.patch(&call, &[], done).await.status, 204);
    assert_eq!(office.post("/CloseIncident", resolution(&case, 5)).await.refusal(), (400, "0x8003f452"));
    assert_eq!(office.post("/CloseIncident", resolution(&child, -1)).await.status, 204);
    assert_eq!(office.get(&child).await.body["statuscode"], 5, "-1 is the state's usual reason");
    assert_eq!(office.post("/CloseIncident", resolution(&case, 6)).await.refusal(), (400, "0x80048408"));
    let patched = office.patch(&case, &[], json!({ "statecode": 1, "statuscode": 5 })).await;
    assert_eq!(patched.refusal(), (400, "0x8004023b"));
    let left = office.get(&format!("{case}/Incident_IncidentResolutions?$select=subject")).await;
    assert_eq!(left.rows().len(), 0, "what is refused leaves nothing");

    let closed = office.post("/CloseIncident", resolution(&case, 1000)).await;
    assert_eq!((closed.status.as_u16(), closed.text.as_str()), (204, ""));
    let row = office.get(&format!("{case}?$select=statecode,statuscode")).await.body;
    assert_eq!((&row["statecode"], &row["statuscode"]), (&json!(1), &json!(1000)));
    let rows = office.get(&format!("{case}/Incident_IncidentResolutions")).await;
    let row = &rows.rows()[0];
    assert_eq!(row["subject"], "Replaced part");
    assert_eq!((&row["statecode"], &row["statuscode"]), (&json!(1), &json!(2)));
    assert_eq!(row["timespent"], 25, "the minutes of the activities");
    assert_eq!(row["_incidentid_value"], id.as_str());
    assert_eq!(row["_ownerid_value"], ANNA);
    assert!(row["actualend"].is_string());
    let again = office.post("/CloseIncident", resolution(&case, 5)).await;
    assert_eq!((again.refusal(), again.message()), ((400, "0x80044411"), "Already Closed or Canceled"));
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 2 })).await.refusal(), (400, "0x80044411"));

    let total = office.get(&format!("{case}/Microsoft.Dynamics.CRM.CalculateTotalTimeIncident()")).await;
    assert_eq!(total.body["TotalTime"], 25);
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 0, "statuscode": 1 })).await.status, 204);
    let rows = office.get(&format!("{case}/Incident_IncidentResolutions")).await;
    assert_eq!((&rows.rows()[0]["statecode"], &rows.rows()[0]["statuscode"]), (&json!(2), &json!(3)));
}

#[tokio::test]
async fn the_resolution_names_its_case_in_any_of_the_ways_in_use() {
    let office = Office::new().await;
    for way in 0..4 {
        let (case, id) = office.new_case("Named").await;
        let mut body = json!({ "IncidentResolution": { "subject": "s", "timespent": 7 }, "Status": 5 });
        let resolution = &mut body["IncidentResolution"];
        match way {
            0 => resolution["incidentid@odata.bind"] = json!(office.address(&case)),
            1 => resolution["incidentid@odata.bind"] = json!(case.trim_start_matches('/')),
            2 => {
                let kind = "Microsoft.Dynamics.CRM.incident";
                resolution["incidentid"] = json!({ "@odata.type": kind, "incidentid": id });
            }
            _ => resolution["incidentid"] = json!({ "@odata.id": format!("incidents({id})") }),
        }
        let reply = office.post("/CloseIncident", body).await;
        assert_eq!(reply.status, 204, "{way}: {}", reply.text);
        let rows = office.get(&format!("{case}/Incident_IncidentResolutions?$select=timespent")).await;
        assert_eq!(rows.column("timespent"), ["7"]);
    }
    let nobody = json!({ "IncidentResolution": { "subject": "s" }, "Status": 5 });
    assert_eq!(office.post("/CloseIncident", nobody).await.refusal(), (400, "0x80040203"));
    let unknown = resolution("/incidents(00000000-0000-0000-0000-000000000001)", 5);
    assert_eq!(office.post("/CloseIncident", unknown).await.refusal(), (404, "0x80040217"));
    let wrong = resolution("/accounts(00000000-0000-0000-0000-000000000001)", 5);
    assert_eq!(office.post("/CloseIncident", wrong).await.status, 400);
}

#[tokio::test]
async fn a_case_is_cancelled_when_nothing_of_it_is_open() {
    let office = Office::new().await;
    let (case, id) = office.new_case("Not needed").await;
    let task = json!({ "subject": "t", "regardingobjectid_incident_task@odata.bind": case });
    let task = office.post("/tasks", task).await.header("odata-entityid").to_owned();
    let cancel = json!({ "statecode": 2, "statuscode": 6 });
    assert_eq!(office.patch(&case, &[], cancel.clone()).await.refusal(), (400, "0x8004440e"));
    assert_eq!(office.patch(&task, &[], json!({ "statecode": 2 })).await.status, 204);
    let child = office.new_case("Child").await.0;
    assert_eq!(office.patch(&child, &[], json!({ "parentcaseid@odata.bind": case })).await.status, 204);
    assert_eq!(office.patch(&case, &[], cancel.clone()).await.refusal(), (400, "0x8003f451"));
    assert_eq!(office.patch(&child, &[], cancel.clone()).await.status, 204);
    assert_eq!(office.patch(&case, &[], cancel).await.status, 204);
    assert_eq!(office.post("/CloseIncident", resolution(&case, 5)).await.refusal(), (400, "0x80044411"));
    for (state, status, valid) in
        [("Active", 1, true), ("Resolved", 6, false), ("Active", -1, true), ("Gone", 1, false)]
    {
        let path = format!(
            "/IsValidStateTransition(Entity=@e,NewState='{state}',NewStatus={status})?@e={{'@odata.id':'incidents({id})'}}"
        );
        assert_eq!(office.get(&path).await.body["IsValid"], valid, "{state} {status}");
    }
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 0, "statuscode": 1 })).await.status, 204);
    assert_eq!(office.patch(&case, &[], json!({ "statuscode": 2 })).await.status, 204);
    assert!(office.get(&case).await.body["lastonholdtime"].is_string());
    assert_eq!(office.patch(&case, &[], json!({ "statuscode": 1 })).await.status, 204);
    assert_eq!(office.get(&case).await.body["onholdtime"], 0);
}

#[tokio::test]
async fn a_new_owner_gets_what_hangs_on_the_case_too() {
    let mut office = Office::new().await;
    let (case, _) = office.new_case("Passed on").await;
    let child = office.new_case("Child").await.0;
    assert_eq!(office.patch(&child, &[], json!({ "parentcaseid@odata.bind": case })).await.status, 204);
    let email = json!({ "subject": "m", "regardingobjectid_incident_email@odata.bind": child });
    let email = office.post("/emails", email).await.header("odata-entityid").to_owned();
    let note = json!({ "subject": "n", "objectid_incident@odata.bind": case });
    let note = office.post("/annotations", note).await.header("odata-entityid").to_owned();
    let assigned =
        office.patch(&case, &[], json!({ "ownerid@odata.bind": format!("/systemusers({BO})") })).await;
    assert_eq!(assigned.status, 204);
    for row in [&case, &child, &email, &note] {
        let row = office.get(row).await.body;
        assert_eq!((&row["_ownerid_value"], &row["_owninguser_value"]), (&json!(BO), &json!(BO)));
    }
    let team = office.first("teams", "teamid").await;
    let assigned = office.patch(&case, &[], json!({ "ownerid@odata.bind": format!("/teams({team})") })).await;
    assert_eq!(assigned.status, 204);
    let row = office.get(&email).await.body;
    assert_eq!((&row["_owningteam_value"], &row["_owninguser_value"]), (&json!(team), &Value::Null));
    office.token_of("reader").await;
    let refused =
        office.patch(&case, &[], json!({ "ownerid@odata.bind": format!("/systemusers({ANNA})") })).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
}

#[tokio::test]
async fn a_note_carries_a_file_up_to_the_size_that_the_organization_allows() {
    let office = Office::new().await;
    let (case, _) = office.new_case("With files").await;
    let note = |body: String| {
        json!({
            "subject": "s", "notetext": "t", "isdocument": true, "filename": "a.txt", "mimetype": "text/plain",
            "documentbody": body, "objectid_incident@odata.bind": case,
        })
    };
    assert_eq!(office.post("/annotations", note("aGVsbG8=".to_owned())).await.status, 204);
    let path = "/Incident_Annotation?$select=subject,filename,filesize,isdocument,objecttypecode&$orderby=createdon desc";
    let rows = office.get(&format!("{case}{path}")).await;
    let row = &rows.rows()[0];
    assert_eq!((&row["filesize"], &row["objecttypecode"]), (&json!(5), &json!("incident")));
    assert!(row.get("documentbody").is_none());
    for body in ["***", "aGVsbG8"] {
        let refused = office.post("/annotations", note(body.to_owned())).await;
        assert_eq!(refused.refusal(), (400, "0x80048d19"), "{body} is no base64");
    }
    let large = "AAAA".repeat(200 * 1024 * 1024 / 3);
    let refused = office.post("/annotations", note(large[..60 * 1024 * 1024].to_owned())).await;
    assert_eq!(
        (refused.refusal(), refused.message()),
        ((400, "0x80044a02"), "Attachment file size is too big.")
    );
}
