//! How rows look: context, ETags, annotations, expands, single values.

use reqwest::Method;
use serde_json::json;

use crate::office::Office;

const ALL: &str = "odata.include-annotations=\"*\"";

#[tokio::test]
async fn a_row_has_the_selected_columns_in_their_order_and_its_key() {
    let office = Office::new().await;
    let reply = office.get("/incidents?$select=ticketnumber,title&$top=1").await;
    let names: Vec<_> = reply.rows()[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["@odata.etag", "ticketnumber", "title", "incidentid"]);
    let root = &office.desk.ready().url;
    let context = format!("{root}/api/data/v9.2/$metadata#incidents(ticketnumber,title)");
    assert_eq!(reply.body["@odata.context"], context.as_str());
    assert_eq!(reply.header("odata-version"), "4.0");
    assert_eq!(reply.header("content-type"), "application/json; odata.metadata=minimal");
    assert!(!reply.header("x-ms-ratelimit-burst-remaining-xrm-requests").is_empty());
    assert_eq!(reply.header("req_id").len(), 36);
    let ticket = reply.rows()[0]["ticketnumber"].as_str().unwrap();
    assert!(ticket.starts_with("CAS-0") && ticket.len() == 16, "{ticket}");
}

#[tokio::test]
async fn annotations_come_when_they_are_asked_for() {
    let office = Office::new().await;
    let query = "/incidents?$select=prioritycode,createdon,_customerid_value,_primarycontactid_value&\
                 $filter=_primarycontactid_value eq null and customerid_account/name ne null&$top=1";
    let bare = office.get(query).await;
    assert!(!bare.text.contains("FormattedValue") && !bare.text.contains("globalmetadataversion"));
    let reply = office.get_preferring(query, ALL).await;
    assert_eq!(reply.header("preference-applied"), ALL);
    let row = &reply.rows()[0];
    let priority = row["prioritycode"].as_i64().unwrap();
    let label = ["High", "Normal", "Low"][usize::try_from(priority).unwrap() - 1];
    assert_eq!(row["prioritycode@OData.Community.Display.V1.FormattedValue"], label);
    assert_eq!(row["_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"], "account");
    assert_eq!(
        row["_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"],
        "customerid_account"
    );
    assert!(row["_customerid_value@OData.Community.Display.V1.FormattedValue"].is_string());
    assert!(row.get("_primarycontactid_value@OData.Community.Display.V1.FormattedValue").is_none());
    assert_eq!(reply.body["@Microsoft.Dynamics.CRM.totalrecordcount"], -1);
    let names: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    let annotation = "prioritycode@OData.Community.Display.V1.FormattedValue";
    assert_eq!(names[1..3], [annotation, "prioritycode"], "an annotation stands before its value");
    let some = office.get_preferring(query, "odata.include-annotations=\"Microsoft.Dynamics.CRM.*\"").await;
    assert!(some.text.contains("lookuplogicalname") && !some.text.contains("FormattedValue"));
}

#[tokio::test]
async fn amounts_travel_with_four_digits_and_their_currency() {
    let office = Office::new().await;
    let body = json!({ "name": "Exact Ltd", "revenue": 20000, "creditlimit": 1234567.125 });
    let address = office.post("/accounts", body).await.header("odata-entityid").to_owned();
    let reply = office.get_preferring(&format!("{address}?$select=revenue,creditlimit"), ALL).await;
    assert!(reply.text.contains("\"revenue\":20000.0000,"), "{}", reply.text);
    assert!(reply.text.contains("\"creditlimit\":1234567.1250"), "{}", reply.text);
    assert_eq!(reply.body["revenue@OData.Community.Display.V1.FormattedValue"], "$20,000.00");
    assert_eq!(reply.body["creditlimit@OData.Community.Display.V1.FormattedValue"], "$1,234,567.13");
    assert_eq!(
        reply.body["_transactioncurrencyid_value@OData.Community.Display.V1.FormattedValue"],
        "US Dollar"
    );
    let euro = office.get("/transactioncurrencies?$filter=isocurrencycode eq 'EUR'").await;
    let euro = euro.column("transactioncurrencyid")[0].replace('"', "");
    let bind = json!({ "transactioncurrencyid@odata.bind": format!("/transactioncurrencies({euro})") });
    assert_eq!(office.patch(&address, &[], bind).await.status, 204);
    let reply = office.get_preferring(&format!("{address}?$select=revenue,revenue_base"), ALL).await;
    assert_eq!(reply.body["revenue@OData.Community.Display.V1.FormattedValue"], "€20,000.00");
    assert_eq!(reply.body["revenue_base@OData.Community.Display.V1.FormattedValue"], "$21,739.13");
    assert!(reply.text.contains("\"revenue_base\":21739.1304"), "{}", reply.text);
}

#[tokio::test]
async fn related_rows_come_inside() {
    let office = Office::new().await;
    let (case, id) = office.new_case("With tasks").await;
    for subject in ["One", "Two", "Three"] {
        let body = json!({ "subject": subject, "regardingobjectid_incident_task@odata.bind": case });
        assert_eq!(office.post("/tasks", body).await.status, 204);
    }
    let expand = "customerid_account($select=name;$expand=ownerid($select=fullname,name)),\
                  customerid_contact($select=fullname),owninguser($select=fullname),\
                  Incident_Tasks($select=subject;$orderby=subject desc;$top=2;$filter=subject ne 'Two')";
    let reply = office.get(&format!("{case}?$select=title&$expand={expand}")).await;
    let row = &reply.body;
    assert!(row["customerid_account"]["name"].is_string(), "{}", reply.text);
    assert!(row["customerid_account"]["ownerid"].is_object());
    assert!(row["customerid_account"]["@odata.etag"].as_str().unwrap().starts_with("W/\""));
    assert!(row["customerid_contact"].is_null());
    assert_eq!(row["owninguser"]["fullname"], "Anna Moss");
    assert_eq!(row["owninguser"]["ownerid"], row["owninguser"]["systemuserid"]);
    let subjects: Vec<_> = row["Incident_Tasks"].as_array().unwrap().iter().map(|t| &t["subject"]).collect();
    assert_eq!(subjects, ["Three", "One"]);
    let link = row["Incident_Tasks@odata.nextLink"].as_str().unwrap();
    assert!(link.contains(&format!("/incidents({id})/Incident_Tasks?$select=subject&")), "{link}");
    assert_eq!(office.get(link).await.rows().len(), 2);
    let all = office.get(&format!("{case}/Incident_Tasks?$select=subject&$orderby=subject")).await;
    assert_eq!(all.column("subject"), ["\"One\"", "\"Three\"", "\"Two\""]);
    assert_eq!(office.get(&format!("{case}/Incident_Tasks/$count")).await.text, "\u{feff}3");
    let customer = office.get(&format!("{case}/customerid_account?$select=name")).await;
    assert_eq!(customer.body["name"], row["customerid_account"]["name"]);
    assert_eq!(office.get(&format!("{case}/customerid_contact")).await.status, 204);
}

#[tokio::test]
async fn a_related_row_that_the_filter_keeps_back_is_null() {
    let office = Office::new().await;
    let all = "/incidents?$select=title&$expand=primarycontactid($select=fullname,gendercode)";
    let all = office.get(all).await;
    let query = "/incidents?$select=title&$expand=primarycontactid($select=fullname,gendercode;$filter=gendercode eq 1)";
    let some = office.get(query).await;
    let contacts = |reply: &crate::office::Reply| {
        let contacts = reply.rows().iter().map(|row| row["primarycontactid"].clone());
        contacts.collect::<Vec<_>>()
    };
    let kept = |contact: &serde_json::Value| contact["gendercode"] == 1;
    let expected: Vec<_> = contacts(&all)
        .into_iter()
        .map(|contact| if kept(&contact) { contact } else { json!(null) })
        .collect();
    assert_eq!(contacts(&some), expected);
    assert!(contacts(&all).iter().any(|contact| contact.is_object() && !kept(contact)));
    assert!(expected.iter().any(serde_json::Value::is_object));
}

#[tokio::test]
async fn a_single_row_has_an_etag_and_is_not_sent_again() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Same").await;
    let reply = office.get(&format!("{case}?$select=title,versionnumber")).await;
    let etag = reply.header("etag").to_owned();
    assert_eq!(reply.body["@odata.etag"], etag.as_str());
    assert_eq!(etag, format!("W/\"{}\"", reply.body["versionnumber"]));
    assert!(
        reply.body["@odata.context"].as_str().unwrap().ends_with("#incidents(title,versionnumber)/$entity")
    );
    let unchanged = office.send(Method::GET, &case, &[("if-none-match", &etag)], None).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.text.as_str()), (304, ""));
    let null = office.send(Method::GET, &case, &[("if-none-match", "null")], None).await;
    assert_eq!(null.status, 200);
    office.patch(&case, &[], json!({ "title": "Other" })).await;
    let changed = office.send(Method::GET, &case, &[("if-none-match", &etag)], None).await;
    assert_eq!(changed.status, 200);
}

#[tokio::test]
async fn addresses_are_in_the_version_that_was_asked_for() {
    let office = Office::new().await;
    let root = office.desk.ready().url.clone();
    for version in ["v9.0", "v9.1", "v9.2"] {
        let reply = office.get(&format!("{root}/api/data/{version}/WhoAmI")).await;
        let context = format!("{root}/api/data/{version}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse");
        assert_eq!(reply.body["@odata.context"], context.as_str());
        assert_eq!(reply.body["UserId"], "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02");
    }
    let document = office.get(&format!("{root}/api/data/")).await;
    let first = &document.rows()[0];
    assert_eq!(*first, json!({ "name": "accounts", "kind": "EntitySet", "url": "accounts" }));
    assert_eq!(office.get(&format!("{root}/api/data/v8.2/WhoAmI")).await.status, 404);
}

#[tokio::test]
async fn the_environment_is_a_sandbox() {
    let office = Office::new().await;
    let path =
        "/RetrieveCurrentOrganization(AccessType=@p1)?@p1=Microsoft.Dynamics.CRM.EndpointAccessType'Default'";
    let detail = office.get(path).await.body["Detail"].clone();
    assert_eq!(detail["OrganizationType"], "CustomerTest");
    assert_eq!(detail["OrganizationId"], office.desk.ready().environments[0].organization_id.as_str());
    assert!(office.get("/RetrieveVersion()").await.body["Version"].as_str().unwrap().starts_with("9.2."));
}
