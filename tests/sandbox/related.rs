//! What belongs to a row, by its own address.

use serde_json::json;

use crate::office::Office;

#[tokio::test]
async fn a_row_leads_on_to_what_belongs_to_it() {
    let office = Office::new().await;
    let root = format!("{}/api/data/v9.2", office.desk.ready().url);
    let query = "/incidents?$select=title&$top=1&$filter=customerid_account/name ne null and primarycontactid eq null";
    let case = office.get(query).await.rows()[0]["incidentid"].as_str().unwrap().to_owned();
    let case = format!("/incidents({case})");
    let account = office
        .get(&format!("{case}/customerid_account?$select=name&$expand=owninguser($select=fullname)"))
        .await;
    let id = account.body["accountid"].as_str().unwrap().to_owned();
    assert!(account.body["owninguser"]["fullname"].is_string(), "{}", account.text);
    assert_eq!(account.header("etag"), account.body["@odata.etag"]);

    let reference = office.get(&format!("{case}/customerid_account/$ref")).await;
    let expected = json!({ "@odata.context": format!("{root}/$metadata#$ref"), "@odata.id": format!("{root}/accounts({id})") });
    assert_eq!(reference.body, expected);
    assert_eq!(office.get(&format!("{case}/primarycontactid/$ref")).await.status, 204);
    assert_eq!(office.get(&format!("{case}/primarycontactid")).await.status, 204);
    assert_eq!(office.get(&format!("{case}/primarycontactid/fullname")).await.refusal(), (404, "0x80060888"));

    let name = office.get(&format!("{case}/customerid_account/name")).await;
    assert_eq!(name.body["value"], account.body["name"]);
    assert_eq!(name.body["@odata.context"], format!("{root}/$metadata#accounts({id})/name"));
    let raw = office.get(&format!("{case}/customerid_account/name/$value")).await;
    assert_eq!((json!(raw.text), raw.header("content-type")), (account.body["name"].clone(), "text/plain"));

    let cases = format!("/accounts({id})/incident_customer_accounts");
    let all =
        office.get(&format!("{case}/customerid_account/incident_customer_accounts?$select=title")).await;
    let first = all.rows()[0]["incidentid"].as_str().unwrap().to_owned();
    let one = office.get(&format!("{cases}({first})?$select=title")).await;
    assert_eq!(one.body["title"], all.rows()[0]["title"]);
    assert_eq!(office.get(&format!("{cases}({first})/title")).await.body["value"], one.body["title"]);
    let (_, other) = office.new_case("Somebody else's").await;
    let foreign = office.get(&format!("{cases}({other})")).await;
    let own = office.get(&format!("/incidents({other})?$select=_customerid_value")).await;
    if own.body["_customerid_value"] != id.as_str() {
        assert_eq!(foreign.refusal(), (404, "0x80040217"));
    }

    let references = office.get_preferring(&format!("{cases}/$ref"), "odata.maxpagesize=1").await;
    assert_eq!(references.body["@odata.context"], format!("{root}/$metadata#Collection($ref)"));
    assert_eq!(references.rows()[0].as_object().unwrap().len(), 1, "{}", references.text);
    let address = references.rows()[0]["@odata.id"].as_str().unwrap();
    assert!(address.starts_with(&format!("{root}/incidents(")), "{address}");
    let filtered = office.get(&format!("{cases}/$count?$filter=title eq 'nothing of the kind'")).await;
    assert_eq!(filtered.text, "\u{feff}0");
    let far = "/owninguser/createdby".repeat(800);
    assert_eq!(office.get(&format!("{case}{far}")).await.refusal(), (400, "0x80060888"));
    let near = office.get(&format!("{case}{}?$select=fullname", "/owninguser/createdby".repeat(3))).await;
    assert!(matches!(near.status.as_u16(), 200 | 204 | 404), "{}", near.text);
    for path in ["/title/$nonsense", "/title/$value/more", "/nonsense", "/Incident_Tasks/nonsense", "/$ref"] {
        assert_eq!(office.get(&format!("{case}{path}")).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn amounts_keep_their_digits_as_single_values() {
    let office = Office::new().await;
    let body: serde_json::Value =
        serde_json::from_str("{\"name\":\"Rich\",\"revenue\":99999999999999.9999}").unwrap();
    let address = office.post("/accounts", body).await.header("odata-entityid").to_owned();
    let reply = office.get(&format!("{address}/revenue")).await;
    assert!(reply.text.ends_with(",\"value\":99999999999999.9999}"), "{}", reply.text);
    assert_eq!(office.get(&format!("{address}/revenue/$value")).await.text, "99999999999999.9999");
    assert_eq!(office.get(&format!("{address}/creditonhold/$value")).await.text, "false");
    assert_eq!(office.get(&format!("{address}/description")).await.status, 204);
    assert_eq!(office.get(&format!("{address}/description/$value")).await.status, 204);
}

#[tokio::test]
async fn a_single_row_takes_no_options_of_lists() {
    let office = Office::new().await;
    let id = office.first("incidents", "incidentid").await;
    for option in ["$filter=title eq 'x'", "$orderby=title", "$top=1", "$count=true"] {
        let reply = office.get(&format!("/incidents({id})?{option}")).await;
        assert_eq!(reply.refusal(), (400, "0x80060888"), "{option}");
        assert!(reply.message().ends_with("cannot be applied to the requested resource."), "{option}");
    }
    let reply =
        office.get_preferring(&format!("/incidents({id})?$select=title"), "odata.maxpagesize=5").await;
    assert_eq!(reply.header("preference-applied"), "", "there is nothing to cut into pages");
}
