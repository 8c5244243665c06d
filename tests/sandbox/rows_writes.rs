//! Creates, changes and deletes: what is kept, what is refused and with which code.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

const NOWHERE: &str = "/accounts(00000000-0000-0000-0000-000000000001)";
const BACK: (&str, &str) = ("prefer", "return=representation");

#[tokio::test]
async fn a_create_answers_with_the_address_or_with_the_row() {
    let office = Office::new().await;
    let account = office.first("accounts", "accountid").await;
    let body = json!({
        "title": "Printer offline",
        "prioritycode": 1,
        "customerid_account@odata.bind": format!("/accounts({account})"),
    });
    let bare = office.post("/incidents", body.clone()).await;
    assert_eq!((bare.status.as_u16(), bare.text.as_str()), (204, ""));
    assert!(bare.header("odata-entityid").starts_with(&office.address("/incidents(")));
    let path = "/incidents?$select=title,ticketnumber,statecode,statuscode,caseorigincode,routecase,_ownerid_value,\
                _accountid_value,_owningbusinessunit_value";
    let row = office.send(Method::POST, path, &[BACK], Some(body)).await;
    assert_eq!((row.status.as_u16(), row.header("preference-applied")), (201, "return=representation"));
    assert_eq!(row.body["statecode"], 0);
    assert_eq!(row.body["statuscode"], 1);
    assert_eq!(row.body["routecase"], true);
    assert_eq!(row.body["caseorigincode"], Value::Null);
    assert_eq!(row.body["_ownerid_value"], "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02");
    assert_eq!(row.body["_accountid_value"], account.as_str());
    assert!(row.body["_owningbusinessunit_value"].is_string());
    assert!(row.body["ticketnumber"].as_str().unwrap().starts_with("CAS-00302-"), "{}", row.text);
}

#[tokio::test]
async fn a_case_has_exactly_one_customer() {
    let office = Office::new().await;
    let account = format!("/accounts({})", office.first("accounts", "accountid").await);
    let contact = format!("/contacts({})", office.first("contacts", "contactid").await);
    let none = office.post("/incidents", json!({ "title": "x" })).await;
    assert_eq!(none.refusal(), (400, "0x80044410"));
    let both = json!({ "customerid_account@odata.bind": account, "customerid_contact@odata.bind": contact });
    assert_eq!(office.post("/incidents", both).await.refusal(), (400, "0x8004440f"));
    let (case, _) = office.new_case("x").await;
    let change = json!({ "customerid_contact@odata.bind": contact, "customerid_account@odata.bind": null });
    assert_eq!(office.patch(&case, &[], change).await.status, 204);
    let row =
        office.get(&format!("{case}?$select=_customerid_value,_accountid_value,_contactid_value")).await;
    assert_eq!(row.body["_customerid_value"], row.body["_contactid_value"]);
    assert!(contact.contains(row.body["_customerid_value"].as_str().unwrap()));
    assert_eq!(row.body["_accountid_value"], Value::Null);
    let cleared = office.patch(&case, &[], json!({ "customerid_contact": null })).await;
    assert_eq!(cleared.refusal(), (400, "0x80044410"));
}

#[tokio::test]
async fn a_stale_etag_is_refused_with_412_and_changes_nothing() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Before").await;
    let etag = office.get(&case).await.header("etag").to_owned();
    let first = office.patch(&case, &[("if-match", &etag)], json!({ "prioritycode": 1 })).await;
    assert_eq!(first.status, 204);
    assert_eq!(first.header("odata-entityid"), office.address(&case));
    let second = office.patch(&case, &[("if-match", &etag)], json!({ "prioritycode": 3 })).await;
    assert_eq!(second.refusal(), (412, "0x80060882"));
    assert_eq!(
        second.message(),
        "The version of the existing record doesn't match the RowVersion property provided."
    );
    let row = office.get(&format!("{case}?$select=prioritycode")).await;
    assert_eq!(row.body["prioritycode"], 1);
    assert_ne!(row.header("etag"), etag);
    let gone = office.send(Method::DELETE, &case, &[("if-match", &etag)], None).await;
    assert_eq!(gone.refusal(), (412, "0x80060882"));
}

#[tokio::test]
async fn patch_makes_a_row_unless_the_headers_forbid_it() {
    let office = Office::new().await;
    let absent = office.patch(NOWHERE, &[("if-match", "*")], json!({ "name": "x" })).await;
    assert_eq!(absent.refusal(), (404, "0x80040217"));
    assert_eq!(absent.message(), "account With Id = 00000000-0000-0000-0000-000000000001 Does Not Exist");
    let etag = office.patch(NOWHERE, &[("if-match", "W/\"1\"")], json!({ "name": "x" })).await;
    assert_eq!(etag.refusal(), (404, "0x80040217"));
    let made = office.patch(&format!("{NOWHERE}?$select=name"), &[BACK], json!({ "name": "Made" })).await;
    assert_eq!((made.status.as_u16(), &made.body["name"]), (201, &json!("Made")));
    let known = office.patch(NOWHERE, &[("if-none-match", "*")], json!({ "name": "y" })).await;
    assert_eq!(known.refusal(), (412, "0x80040237"));
    let changed =
        office.patch(&format!("{NOWHERE}?$select=name"), &[BACK], json!({ "name": "Changed" })).await;
    assert_eq!((changed.status.as_u16(), &changed.body["name"]), (200, &json!("Changed")));
    let twice = json!({ "accountid": "00000000-0000-0000-0000-000000000001", "name": "z" });
    assert_eq!(office.post("/accounts", twice).await.refusal(), (412, "0x80040237"));
    let by_number = "/accounts(accountnumber='NEW-1')";
    assert_eq!(office.patch(by_number, &[], json!({ "name": "By key" })).await.status, 204);
    assert_eq!(office.get(&format!("{by_number}?$select=name")).await.body["name"], "By key");
    assert_eq!(office.get("/accounts(accountnumber='NONE')").await.refusal(), (404, "0x80060891"));
    assert_eq!(office.get("/accounts(name='By key')").await.refusal(), (400, "0x80060890"));
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused_by_their_code() {
    let office = Office::new().await;
    let (case, id) = office.new_case("Checked").await;
    let payload = "0x80048d19";
    for (body, code) in [
        (json!({ "prioritycode": "High" }), payload),
        (json!({ "prioritycode": 99 }), "0x8004431a"),
        (json!({ "prioritycode": 1.5 }), payload),
        (json!({ "title": "x".repeat(201) }), "0x80044331"),
        (json!({ "title": "💡".repeat(101) }), "0x80044331"),
        (json!({ "title": 5 }), payload),
        (json!({ "isescalated": "yes" }), payload),
        (json!({ "actualserviceunits": -1 }), "0x8004432f"),
        (json!({ "actualserviceunits": 5_000_000_000_i64 }), payload),
        (json!({ "influencescore": -1.5 }), "0x80044330"),
        (json!({ "followupby": "soon" }), payload),
        (json!({ "resolveby": "2026-04-07T10:00:00" }), payload),
        (json!({ "resolveby": "1700-01-01T00:00:00Z" }), "0x80040239"),
        (json!({ "nonsense": 1 }), payload),
        (json!({ "_customerid_value": id }), payload),
        (json!({ "PrimaryContactId@odata.bind": "/contacts(x)" }), payload),
        (
            json!({ "primarycontactid@odata.bind": "/accounts(00000000-0000-0000-0000-000000000001)" }),
            payload,
        ),
        (json!({ "primarycontactid@odata.bind": "/contacts(nobody)" }), payload),
        (json!({ "ownerid": null }), "0x80040200"),
        (json!({ "incidentid": "00000000-0000-0000-0000-000000000001" }), "0x80040266"),
        (json!({ "statuscode": 5 }), "0x80048408"),
        (json!({ "statecode": 7 }), "0x80048408"),
        (json!({ "statecode": 1, "statuscode": 6 }), "0x80048408"),
        (json!([1]), payload),
    ] {
        let reply = office.patch(&case, &[], body.clone()).await;
        assert_eq!(reply.refusal(), (400, code), "{body}: {}", reply.text);
    }
    let literal = office.patch(&case, &[], json!({ "prioritycode": "High" })).await;
    assert!(
        literal
            .message()
            .starts_with("Error identified in Payload provided by the user for Entity :'incidents'")
    );
    assert!(
        literal.message().contains("Cannot convert the literal 'High' to the expected type 'Edm.Int32'.")
    );
    let accepted = office.patch(&case, &[], json!({ "prioritycode": 99 })).await;
    assert!(accepted.message().ends_with("outside the valid range. Accepted Values: 1,2,3"));
    let large: Value = serde_json::from_str("{\"revenue\":100000000000001}").unwrap();
    let account = format!("/accounts({})", office.first("accounts", "accountid").await);
    assert_eq!(office.patch(&account, &[], large).await.refusal(), (400, "0x80044330"));
    let unknown = json!({ "primarycontactid@odata.bind": "/contacts(00000000-0000-0000-0000-000000000001)" });
    assert_eq!(office.patch(&case, &[], unknown).await.refusal(), (404, "0x80040217"));
}

#[tokio::test]
async fn what_fits_is_kept_as_it_was_sent() {
    let office = Office::new().await;
    let (case, id) = office.new_case("Kept").await;
    let contact = office.first("contacts", "contactid").await;
    let body = json!({
        "title": "O'Brien & \"Söhne\"\n起動 💡",
        "description": "",
        "sentimentvalue": -0.25,
        "followupby": "2026-04-07",
        "resolveby": "2026-04-07T10:00:00-08:00",
        "isescalated": true,
        "primarycontactid@odata.bind": office.address(&format!("/contacts({contact})")),
        "createdon": "1999-01-01T00:00:00Z",
        "incidentid": id,
        "title@OData.Community.Display.V1.FormattedValue": "ignored",
        "@odata.etag": "W/\"1\"",
    });
    let reply = office
        .patch(
            &format!(
                "{case}?$select=title,description,sentimentvalue,followupby,resolveby,isescalated,\
                                       createdon,_primarycontactid_value"
            ),
            &[BACK],
            body.clone(),
        )
        .await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    for name in ["title", "sentimentvalue", "isescalated"] {
        assert_eq!(reply.body[name], body[name]);
    }
    assert_eq!(reply.body["description"], Value::Null);
    assert_eq!(reply.body["followupby"], "2026-04-07T00:00:00Z");
    assert_eq!(reply.body["resolveby"], "2026-04-07T18:00:00Z");
    assert_eq!(reply.body["_primarycontactid_value"], contact.as_str());
    assert_ne!(reply.body["createdon"], body["createdon"], "a column that is read only is passed over");
    let date = format!("/contacts({contact})?$select=birthdate,fullname");
    let born = json!({ "birthdate": "1990-01-31", "firstname": "Zoë", "lastname": "van der Berg" });
    let reply = office.patch(&date, &[BACK], born).await;
    assert_eq!(reply.body["birthdate"], "1990-01-31");
    let name = reply.body["fullname"].as_str().unwrap().to_owned();
    let prefer = "odata.include-annotations=\"OData.Community.Display.V1.FormattedValue\"";
    let shown = office.get_preferring(&format!("{case}?$select=_primarycontactid_value"), prefer).await;
    let label = "_primarycontactid_value@OData.Community.Display.V1.FormattedValue";
    assert_eq!(shown.body[label], name.as_str(), "a renamed row is shown under its new name");
}

#[tokio::test]
async fn a_closed_case_is_read_only_until_it_is_opened_again() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Closed").await;
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 2 })).await.status, 204);
    assert_eq!(office.get(&case).await.body["statuscode"], 6);
    assert_eq!(office.patch(&case, &[], json!({ "title": "x" })).await.refusal(), (400, "0x8004022e"));
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 0, "statuscode": 3 })).await.status, 204);
    assert_eq!(office.patch(&case, &[], json!({ "title": "x", "statuscode": 2 })).await.status, 204);
    let row = office.get(&case).await;
    assert_eq!((&row.body["statecode"], &row.body["statuscode"]), (&json!(0), &json!(2)));
}

#[tokio::test]
async fn a_deleted_row_takes_along_what_hangs_on_it() {
    let mut office = Office::of("admin").await;
    let (case, id) = office.new_case("Short").await;
    let task = json!({ "subject": "t", "regardingobjectid_incident_task@odata.bind": case });
    let task = office.post("/tasks", task).await.header("odata-entityid").to_owned();
    let child = office.new_case("Child").await.0;
    assert_eq!(office.patch(&child, &[], json!({ "parentcaseid@odata.bind": case })).await.status, 204);
    assert_eq!(office.get(&case).await.body["numberofchildincidents"], 1);
    assert_eq!(office.send(Method::DELETE, &case, &[], None).await.status, 204);
    for path in [case.as_str(), child.as_str(), task.as_str()] {
        assert_eq!(office.get(path).await.refusal(), (404, "0x80040217"), "{path}");
    }
    assert_eq!(office.send(Method::DELETE, &case, &[], None).await.refusal(), (404, "0x80040217"));
    let user = "/systemusers(e4b0a7d2-0002-ef11-9f89-000d3a2b1c02)";
    assert_eq!(office.send(Method::DELETE, user, &[], None).await.refusal(), (405, "0x80040227"));
    let used = office.get("/products?$filter=statecode eq 0&$select=productid&$top=1").await;
    let product = format!("/products({})", used.rows()[0]["productid"].as_str().unwrap());
    assert_eq!(office.send(Method::DELETE, &product, &[], None).await.refusal(), (405, "0x80040227"));
    office.token_of("reader").await;
    let refused = office.send(Method::DELETE, &format!("/incidents({id})"), &[], None).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
}

#[tokio::test]
async fn a_row_is_not_put_below_itself() {
    let office = Office::of("admin").await;
    for (set, name, parent, code) in [
        ("accounts", "name", "parentaccountid", "0x80040507"),
        ("subjects", "title", "parentsubject", "0x80043e01"),
    ] {
        let bind = |to: &str| json!({ format!("{parent}@odata.bind"): to });
        let mut line = Vec::new();
        for at in ["top", "middle", "low"] {
            let made = office.post(&format!("/{set}"), json!({ name: at })).await;
            let address = made.header("odata-entityid").to_owned();
            line.push(address[address.find(&format!("/{set}(")).unwrap()..].to_owned());
        }
        assert_eq!(office.patch(&line[1], &[], bind(&line[0])).await.status, 204);
        assert_eq!(office.patch(&line[2], &[], bind(&line[1])).await.status, 204);
        for below in &line {
            let refused = office.patch(&line[0], &[], bind(below)).await;
            assert_eq!(refused.refusal(), (400, code), "{set} below {below}");
        }
        assert_eq!(office.patch(&line[2], &[], bind(&line[0])).await.status, 204);
    }
}

#[tokio::test]
async fn single_columns_and_links_have_addresses() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Parts").await;
    let contact = office.first("contacts", "contactid").await;
    let description = format!("{case}/description");
    assert_eq!(office.get(&description).await.status, 204);
    let put = office.send(Method::PUT, &description, &[], Some(json!({ "value": "Updated text" }))).await;
    assert_eq!(put.status, 204);
    let read = office.get(&description).await;
    assert_eq!(read.body["value"], "Updated text");
    assert!(
        read.body["@odata.context"].as_str().unwrap().ends_with(&format!("$metadata#{}", &description[1..]))
    );
    assert_eq!(office.get(&format!("{description}/$value")).await.text, "Updated text");
    assert_eq!(office.send(Method::DELETE, &description, &[], None).await.status, 204);
    assert_eq!(office.get(&description).await.status, 204);
    let link = format!("{case}/primarycontactid/$ref");
    let body = json!({ "@odata.id": office.address(&format!("/contacts({contact})")) });
    assert_eq!(office.send(Method::PUT, &link, &[], Some(body)).await.status, 204);
    assert_eq!(
        office.get(&format!("{case}/primarycontactid?$select=fullname")).await.body["contactid"],
        contact
    );
    assert_eq!(office.send(Method::DELETE, &link, &[], None).await.status, 204);
    assert_eq!(office.get(&case).await.body["_primarycontactid_value"], Value::Null);
}

#[tokio::test]
async fn a_duplicate_is_refused_when_the_caller_asks() {
    let office = Office::new().await;
    assert_eq!(office.post("/accounts", json!({ "name": "Twice Ltd" })).await.status, 204);
    assert_eq!(office.post("/accounts", json!({ "name": "TWICE ltd" })).await.status, 204);
    let ask = [("mscrm.suppressduplicatedetection", "false")];
    let body = Some(json!({ "name": "twice LTD" }));
    let refused = office.send(Method::POST, "/accounts", &ask, body).await;
    assert_eq!(refused.refusal(), (412, "0x80040333"));

    let asked = |name: &str, of: &str| {
        format!(
            "/RetrieveDuplicates(BusinessEntity=@p1,MatchingEntityName=@p2,PagingInfo=@p3)\
             ?@p1={{\"@odata.type\":\"Microsoft.Dynamics.CRM.account\",\"name\":\"{name}\"}}&@p2='{of}'\
             &@p3={{\"PageNumber\":1,\"Count\":50}}"
        )
    };
    let found = office.get(&asked("twice LTD", "account")).await;
    let rows: Vec<_> =
        found.body["value"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert_eq!(rows, ["Twice Ltd", "TWICE ltd"], "{}", found.text);
    for (name, of) in [("Once Ltd", "account"), ("twice LTD", "contact")] {
        let none = office.get(&asked(name, of)).await;
        assert_eq!((none.status.as_u16(), &none.body["value"]), (200, &json!([])), "{name} {of}");
    }
}
