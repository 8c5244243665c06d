//! Actions and functions: how they are addressed, how their parameters are given, and what is refused.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

#[tokio::test]
async fn parameters_come_in_place_by_alias_and_in_every_spelling() {
    let office = Office::new().await;
    let who = office.get("/WhoAmI()").await;
    assert_eq!(who.body["UserId"], "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02");
    assert!(who.body["@odata.context"].as_str().unwrap().ends_with("#Microsoft.Dynamics.CRM.WhoAmIResponse"));
    assert_eq!(office.get("/Microsoft.Dynamics.CRM.WhoAmI").await.body["UserId"], who.body["UserId"]);
    for path in [
        "/RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Default')",
        "/RetrieveCurrentOrganization(AccessType=@p1)?@p1=Microsoft.Dynamics.CRM.EndpointAccessType'Internet'",
        "/RetrieveCurrentOrganization(AccessType='Default')",
        "/RetrieveCurrentOrganization",
    ] {
        let reply = office.get(path).await;
        assert!(reply.body["Detail"]["Endpoints"]["Values"][2].is_string(), "{path}: {}", reply.text);
    }
    let accounts =
        office.get("/accounts/$count").await.text.trim_start_matches('\u{feff}').parse::<i64>().unwrap();
    for path in [
        "/RetrieveTotalRecordCount(EntityNames=['account','contoso_fleetplan'])",
        "/RetrieveTotalRecordCount(EntityNames=@p1)?@p1=[%22account%22,%22contoso_fleetplan%22]",
        "/RetrieveTotalRecordCount(EntityNames=@x)?%40x=%5B%27account%27%2C+%27contoso_fleetplan%27%5D",
    ] {
        let counts = office.get(path).await.body["EntityRecordCountCollection"].clone();
        assert_eq!(counts["Keys"], json!(["account", "contoso_fleetplan"]), "{path}");
        assert_eq!(counts["Values"], json!([accounts, 0]), "{path}");
    }
    let languages = office.get("/RetrieveProvisionedLanguages()").await;
    assert_eq!(languages.body["RetrieveProvisionedLanguages"], json!([1033]));
    assert_eq!(office.get("/RetrieveAvailableLanguages()").await.body["LocaleIds"], json!([1033]));
    let local =
        office.get("/LocalTimeFromUtcTime(TimeZoneCode=@z,UtcTime=@t)?@z=110&@t=2026-07-01T10:00:00Z").await;
    assert_eq!(local.body["LocalTime"], "2026-07-01T12:00:00Z");
    let utc =
        office.get("/UtcTimeFromLocalTime(TimeZoneCode=35,LocalTime=@t)?@t='2026-12-01T08:30:00'").await;
    assert_eq!(utc.body["UtcTime"], "2026-12-01T13:30:00Z");
    let code = office
        .get("/GetTimeZoneCodeByLocalizedName(LocaleId=1033,LocalizedStandardName='Tokyo Standard Time')")
        .await;
    assert_eq!(code.body["TimeZoneCode"], 235);
}

#[tokio::test]
async fn what_is_no_message_or_is_asked_for_wrongly_is_refused_with_a_reason() {
    let office = Office::new().await;
    let case = format!("/incidents({})", office.first("incidents", "incidentid").await);
    let crm = "Microsoft.Dynamics.CRM";
    let target = "@t={'@odata.id':'incidents(00000000-0000-0000-0000-000000000001)'}";
    for (method, path, refusal) in [
        (Method::GET, "/CloseIncident".to_owned(), (405, "0x80060888")),
        (Method::POST, "/WhoAmI".to_owned(), (405, "0x80060888")),
        (Method::DELETE, "/Merge".to_owned(), (405, "0x80060888")),
        (Method::POST, "/NoSuchThing".to_owned(), (404, "0x80060888")),
        (Method::POST, format!("{case}/{crm}.NoSuchThing"), (404, "0x80060888")),
        (Method::POST, "/ExportSolution".to_owned(), (501, "0x80040219")),
        (Method::GET, "/GetAllTimeZonesWithDisplayName(LocaleId=1033)".to_owned(), (501, "0x80040219")),
        (Method::POST, format!("{case}/{crm}.QualifyLead"), (501, "0x80040219")),
        (Method::POST, format!("{case}/{crm}.AddToQueue"), (400, "0x80060888")),
        (Method::POST, "/AddToQueue".to_owned(), (400, "0x80060888")),
        (Method::POST, format!("/queues/{crm}.AddToQueue"), (400, "0x80060888")),
        (Method::POST, "/CloseIncident".to_owned(), (400, "0x80060888")),
        (Method::GET, "/RetrieveTotalRecordCount()".to_owned(), (400, "0x80060888")),
        (Method::GET, "/RetrieveTotalRecordCount(EntityNames=@p1)".to_owned(), (400, "0x80060888")),
        (Method::GET, "/RetrieveTotalRecordCount(EntityNames='account')".to_owned(), (400, "0x80060888")),
        (Method::GET, "/RetrieveTotalRecordCount(EntityNames=['nothing'])".to_owned(), (400, "0x80041102")),
        (Method::GET, "/RetrieveVersion(Which=1)".to_owned(), (400, "0x80060888")),
        (Method::GET, "/RetrieveVersion('x')".to_owned(), (400, "0x80060888")),
        (
            Method::GET,
            "/RetrieveCurrentOrganization(AccessType=Microsoft.Dynamics.CRM.EndpointAccessType'Here')"
                .to_owned(),
            (400, "0x80060888"),
        ),
        (Method::GET, format!("/RetrieveSharedPrincipalsAndAccess(Target=@t)?{target}"), (404, "0x80040217")),
        (
            Method::GET,
            format!(
                "/RetrieveSharedPrincipalsAndAccess(Target=@t)?{}",
                target.replace("incidents(", "nowhere(")
            ),
            (400, "0x80060888"),
        ),
        (
            Method::GET,
            "/LocalTimeFromUtcTime(TimeZoneCode=1234,UtcTime=2026-01-01T00:00:00Z)".to_owned(),
            (400, "0x80040203"),
        ),
    ] {
        let reply = office.send(method.clone(), &path, &[], None).await;
        assert_eq!(reply.refusal(), refusal, "{method} {path}: {}", reply.text);
    }
    for body in [
        json!({ "Target": 5, "Subordinate": {}, "PerformParentingChecks": false }),
        json!({ "Target": {}, "Subordinate": {}, "PerformParentingChecks": "no" }),
        json!({ "Target": { "@odata.type": "Microsoft.Dynamics.CRM.incident" }, "Subordinate": {}, "PerformParentingChecks": false }),
        json!({ "Target": { "@odata.type": "Microsoft.Dynamics.CRM.nothing" }, "Subordinate": {}, "PerformParentingChecks": false }),
        json!({ "Whatever": 1 }),
        json!([1]),
        Value::Null,
    ] {
        let reply = office.post("/Merge", body.clone()).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
    }
    assert_eq!(
        office.send(Method::OPTIONS, "/CloseIncident", &[], None).await.header("allow"),
        "OPTIONS,POST"
    );
}

#[tokio::test]
async fn a_row_can_be_initialized_from_another_one() {
    let office = Office::new().await;
    let (_, id) = office.new_case("Parent").await;
    let path = format!(
        "/InitializeFrom(EntityMoniker=@p1,TargetEntityName='incident',TargetFieldType=@p2)?@p1={{'@odata.id':'incidents({id})'}}\
         &@p2=Microsoft.Dynamics.CRM.TargetFieldType'ValidForCreate'"
    );
    let row = office.get(&path).await.body;
    assert_eq!(row["@odata.type"], "#Microsoft.Dynamics.CRM.incident");
    assert_eq!(row["parentcaseid@odata.bind"], format!("incidents({id})"));
    assert!(row["customerid_account@odata.bind"].as_str().unwrap().starts_with("accounts("), "{row}");
    let mut child = row.as_object().unwrap().clone();
    child.retain(|name, _| !name.starts_with("@odata.context"));
    child.insert("title".to_owned(), "Child".into());
    assert_eq!(office.post("/incidents", child.into()).await.status, 204);
    let count = office.get(&format!("/incidents({id})?$select=numberofchildincidents")).await;
    assert_eq!(count.body["numberofchildincidents"], 1);
    let task = office.get(&path.replace("'incident'", "'task'")).await.body;
    assert_eq!(task["regardingobjectid_incident_task@odata.bind"], format!("incidents({id})"));
}
