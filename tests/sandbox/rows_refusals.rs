//! Who may not, what is not there, and how the service says so.

use reqwest::Method;
use serde_json::json;

use crate::office::Office;

#[tokio::test]
async fn people_without_a_place_in_the_environment_are_turned_away() {
    let mut office = Office::new().await;
    for (user, code, message) in [
        ("stranger", "0x80072560", "The user is not a member of the organization."),
        ("norole", "0x80042f09", "The user has not been assigned any roles."),
        (
            "disabled",
            "0x80040225",
            "The specified user is either disabled or is not a member of any business unit.",
        ),
        ("unlicensed", "0x8004d24b", "The user has not been assigned any License"),
    ] {
        office.token_of(user).await;
        for path in ["/WhoAmI", "/incidents?$top=1", "/EntityDefinitions?$select=LogicalName"] {
            let reply = office.get(path).await;
            assert_eq!(reply.refusal(), (403, code), "{user} {path}");
            assert_eq!(reply.message(), message);
        }
    }
}

#[tokio::test]
async fn a_reader_reads_and_writes_nothing() {
    let mut office = Office::new().await;
    let (case, _) = office.new_case("Read me").await;
    office.token_of("reader").await;
    assert_eq!(office.get(&format!("{case}?$select=title")).await.body["title"], "Read me");
    for (method, path, privilege) in [
        (Method::POST, "/incidents", "prvCreateIncident"),
        (Method::PATCH, case.as_str(), "prvWriteIncident"),
        (Method::DELETE, case.as_str(), "prvDeleteIncident"),
    ] {
        let reply = office.send(method, path, &[], Some(json!({ "title": "x" }))).await;
        assert_eq!(reply.refusal(), (403, "0x80040220"));
        let expected = format!("is missing {privilege} privilege (Id=");
        assert!(reply.message().contains(&expected), "{}", reply.message());
        assert!(reply.message().contains("on OTC=112 for entity 'incident' (LocalizedName='Case')"));
    }
    office.token_of("anna").await;
    let refused = office.post("/businessunits", json!({ "name": "Mine" })).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"), "case workers do not make business units");
}

#[tokio::test]
async fn what_is_not_there_is_said_in_the_services_words() {
    let office = Office::new().await;
    let nobody = "00000000-0000-0000-0000-000000000001";
    for (path, refusal, message) in [
        (
            format!("/incidents({nobody})?$select=title"),
            (404, "0x80040217"),
            format!("incident With Id = {nobody} Does Not Exist"),
        ),
        (
            "/incidentz".to_owned(),
            (404, "0x80060888"),
            "Resource not found for the segment 'incidentz'.".to_owned(),
        ),
        (
            "/incidents?$select=title,primarycontact".to_owned(),
            (400, "0x80060888"),
            "Could not find a property named 'primarycontact' on type 'Microsoft.Dynamics.CRM.incident'."
                .to_owned(),
        ),
        (
            format!("/accounts({nobody})/Account_Tasks"),
            (404, "0x80040217"),
            format!("account With Id = {nobody} Does Not Exist"),
        ),
    ] {
        let reply = office.get(&path).await;
        assert_eq!(reply.refusal(), refusal, "{path}");
        assert_eq!(reply.message(), message);
        let names: Vec<_> = reply.body["error"].as_object().unwrap().keys().collect();
        assert_eq!(names, ["code", "message"]);
    }
    let more =
        office.get_preferring(&format!("/incidents({nobody})"), "odata.include-annotations=\"*\"").await;
    let error = &more.body["error"];
    assert_eq!(error["@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus"], "0");
    assert!(error["@Microsoft.PowerApps.CDS.HelpLink"].as_str().unwrap().contains("80040217"));
}

#[tokio::test]
async fn methods_and_bodies_that_make_no_sense_are_refused() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Odd").await;
    assert_eq!(office.send(Method::PUT, &case, &[], Some(json!({}))).await.status, 405);
    assert_eq!(office.send(Method::DELETE, "/incidents", &[], None).await.status, 405);
    assert_eq!(office.send(Method::PATCH, "/EntityDefinitions", &[], Some(json!({}))).await.status, 405);
    assert_eq!(office.send(Method::PATCH, &case, &[], None).await.refusal(), (400, "0x80048d19"));
    assert_eq!(office.get("/incidents('x')").await.refusal(), (400, "0x80060888"));
    let deep = json!({ "title": "x", "primarycontactid": { "lastname": "y" } });
    assert_eq!(office.patch(&case, &[], deep).await.refusal(), (400, "0x80048d19"));
    assert_eq!(office.send(Method::POST, "/$batch", &[], None).await.status, 415);
    assert_eq!(office.send(Method::POST, "/CloseIncidents", &[], Some(json!({}))).await.status, 404);
}
