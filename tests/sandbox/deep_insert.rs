//! Rows that are made together, and rows that are found by other keys than their own.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

const BACK: (&str, &str) = ("prefer", "return=representation");

#[tokio::test]
async fn one_body_makes_a_row_with_its_parents_and_its_children() {
    let office = Office::of("admin").await;
    let task =
        office.post("/tasks", json!({ "subject": "Old task" })).await.header("odata-entityid").to_owned();
    let body = json!({
        "@odata.type": "Microsoft.Dynamics.CRM.account",
        "accountid": "00000000-0000-0000-0000-00000000d001",
        "name": "Deep Ltd",
        "primarycontactid": { "firstname": "Ada", "lastname": "Deep" },
        "Account_Tasks@odata.bind": [task],
        "incident_customer_accounts": [
            {
                "title": "First", "Incident_Tasks": [{ "subject": "a" }, { "subject": "b" }],
                "primarycontactid": { "lastname": "Inner" },
            },
            { "@odata.type": "#Microsoft.Dynamics.CRM.incident", "title": "Second" },
        ],
    });
    let path = "/accounts?$select=name&$expand=primarycontactid($select=fullname),Account_Tasks($select=subject),\
                incident_customer_accounts($select=title;$orderby=title)";
    let made = office.send(Method::POST, path, &[BACK], Some(body)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.body["accountid"], "00000000-0000-0000-0000-00000000d001");
    assert_eq!(made.body["primarycontactid"]["fullname"], "Ada Deep");
    assert_eq!(made.body["Account_Tasks"][0]["subject"], "Old task");
    assert_eq!(made.body["incident_customer_accounts"].as_array().unwrap().len(), 2);
    let tasks =
        office.get("/tasks?$select=subject&$filter=regardingobjectid_incident_task/title eq 'First'").await;
    assert_eq!(tasks.rows().len(), 2);
    let shown = "odata.include-annotations=\"OData.Community.Display.V1.FormattedValue\"";
    let cases = office
        .get_preferring("/incidents?$select=title,_customerid_value&$filter=title eq 'First'", shown)
        .await;
    let name = "_customerid_value@OData.Community.Display.V1.FormattedValue";
    assert_eq!(cases.rows()[0][name], "Deep Ltd", "the name of the row that was made with it");
    let team = json!({
        "name": "Night shift",
        "administratorid@odata.bind": "/systemusers(e4b0a7d2-0001-ef11-9f89-000d3a2b1c01)",
        "businessunitid@odata.bind": format!("/businessunits({})", office.first("businessunits", "businessunitid").await),
        "teammembership_association@odata.bind": ["systemusers(e4b0a7d2-0002-ef11-9f89-000d3a2b1c02)"],
    });
    let team = office
        .send(
            Method::POST,
            "/teams?$select=name&$expand=teammembership_association($select=fullname)",
            &[BACK],
            Some(team),
        )
        .await;
    assert_eq!(team.body["teammembership_association"][0]["fullname"], "Anna Moss", "{}", team.text);
}

#[tokio::test]
async fn nothing_is_made_when_one_row_of_a_body_is_refused() {
    let office = Office::new().await;
    let mut deep = json!({ "lastname": "bottom" });
    for _ in 0..20 {
        deep = json!({ "lastname": "x", "parentcustomerid_contact": deep });
    }
    for (body, refusal) in [
        (
            json!({ "name": "Torn", "incident_customer_accounts": [{ "title": "x".repeat(201) }] }),
            (400, "0x80044331"),
        ),
        (json!({ "name": "Torn", "incident_customer_accounts": [{ "title": "x" }, 5] }), (400, "0x80048d19")),
        (json!({ "name": "Torn", "incident_customer_accounts": {} }), (400, "0x80048d19")),
        (json!({ "name": "Torn", "primarycontactid": 5 }), (400, "0x80048d19")),
        (json!({ "name": "Torn", "ownerid": { "fullname": "x" } }), (400, "0x80048d19")),
        (json!({ "name": "Torn", "primarycontactid": { "nothing": 1 } }), (400, "0x80048d19")),
        (json!({ "name": "Torn", "primarycontactid": deep }), (400, "0x80048d19")),
        (json!({ "name": "Torn", "@odata.type": "Microsoft.Dynamics.CRM.contact" }), (400, "0x80048d19")),
        (json!({ "name": "Torn", "Account_Tasks@odata.bind": "/tasks(x)" }), (400, "0x80048d19")),
        (
            json!({ "name": "Torn", "Account_Tasks@odata.bind": ["/tasks(00000000-0000-0000-0000-000000000001)"] }),
            (404, "0x80040217"),
        ),
    ] {
        let reply = office.post("/accounts", body.clone()).await;
        assert_eq!(reply.refusal(), refusal, "{body}: {}", reply.text);
    }
    let nested = format!("{{\"name\":\"Torn\",\"x\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let json_type = [("content-type", "application/json")];
    let reply = office.send_text(Method::POST, "/accounts", &json_type, nested).await;
    assert_eq!(reply.refusal(), (400, "0x80048d19"));
    assert!(office.get("/accounts?$filter=name eq 'Torn'").await.rows().is_empty());
    let account = format!("/accounts({})", office.first("accounts", "accountid").await);
    let task = office.post("/tasks", json!({ "subject": "t" })).await.header("odata-entityid").to_owned();
    let bound = office.patch(&account, &[], json!({ "Account_Tasks@odata.bind": [task] })).await;
    assert_eq!(bound.status, 204, "{}", bound.text);
    let row = office.get(&format!("{task}?$select=_regardingobjectid_value")).await;
    assert!(account.contains(row.body["_regardingobjectid_value"].as_str().unwrap()));
    let update = office.patch(&account, &[], json!({ "primarycontactid": { "lastname": "x" } })).await;
    assert_eq!(update.refusal(), (400, "0x80048d19"), "a change cannot make related rows");
}

#[tokio::test]
async fn rows_are_bound_by_any_address_and_any_key() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Bound").await;
    let made = office.post("/accounts", json!({ "name": "O'Brien", "accountnumber": "K/'é 1" })).await;
    let account = made.header("odata-entityid").to_owned();
    let id = account.split(['(', ')']).nth(1).unwrap();
    let port = office.desk.ready().url.rsplit(':').next().unwrap().to_owned();
    for address in [
        account.clone(),
        format!("/accounts({id})"),
        format!("accounts({id})"),
        format!("/api/data/v9.1/accounts({id})"),
        format!("http://localhost:{port}/api/data/v9.0/accounts({id})"),
        format!("http://[::1]:{port}/api/data/v9.2/accounts(accountid={id})"),
        "/accounts(accountnumber='K/''é 1')".to_owned(),
        "/accounts(accountnumber='K%2F%27%27%C3%A9%201')".to_owned(),
    ] {
        let cleared = office.patch(&case, &[], json!({ "responsiblecontactid": null })).await;
        assert_eq!(cleared.status, 204);
        let reply = office.patch(&case, &[], json!({ "customerid_account@odata.bind": address })).await;
        assert_eq!(reply.status, 204, "{address}: {}", reply.text);
        assert_eq!(office.get(&case).await.body["_customerid_value"], id, "{address}");
    }
    for (address, refusal) in [
        (format!("http://localhost:1/api/data/v9.2/accounts({id})"), (400, "0x80048d19")),
        (format!("http://evil.example:{port}/api/data/v9.2/accounts({id})"), (400, "0x80048d19")),
        ("/accounts(accountnumber='none')".to_owned(), (404, "0x80060891")),
        ("/accounts(accountnumber=none)".to_owned(), (400, "0x80060888")),
        ("/accounts(name='O''Brien')".to_owned(), (400, "0x80060890")),
        ("$1".to_owned(), (400, "0x80048d19")),
        (format!("/contacts({id})"), (400, "0x80048d19")),
    ] {
        let reply = office.patch(&case, &[], json!({ "customerid_account@odata.bind": address })).await;
        assert_eq!(reply.refusal(), refusal, "{address}: {}", reply.text);
    }
}

#[tokio::test]
async fn a_key_of_a_lookup_and_a_number_makes_one_row_and_finds_it_again() {
    let office = Office::of("admin").await;
    let account = office.first("accounts", "accountid").await;
    let row = format!("/contoso_inspections(_contoso_accountid_value={account},contoso_number=812345)");
    let made = office.patch(&row, &[], json!({ "contoso_name": "Keyed" })).await;
    assert_eq!(made.status, 204, "{}", made.text);
    let read =
        office.get(&format!("{row}?$select=contoso_name,contoso_number,_contoso_accountid_value")).await;
    assert_eq!(read.body["contoso_number"], 812_345);
    assert_eq!(read.body["_contoso_accountid_value"], account.as_str());
    let changed = office
        .send(
            Method::PATCH,
            &format!("{row}?$select=contoso_name"),
            &[BACK],
            Some(json!({ "contoso_name": "Again" })),
        )
        .await;
    assert_eq!((changed.status.as_u16(), &changed.body["contoso_name"]), (200, &json!("Again")));
    let never = office.patch(&row, &[("if-none-match", "*")], json!({ "contoso_name": "No" })).await;
    assert_eq!(never.refusal(), (412, "0x80040237"));
    let absent = row.replace("812345", "812346");
    let only = office.patch(&absent, &[("if-match", "*")], json!({ "contoso_name": "No" })).await;
    assert_eq!(only.refusal(), (404, "0x80060891"));
    let twice = json!({ "contoso_name": "x", "contoso_AccountId@odata.bind": format!("/accounts({account})"), "contoso_number": 812_345 });
    assert_eq!(office.post("/contoso_inspections", twice.clone()).await.refusal(), (412, "0x80060892"));
    let mut free = twice;
    free["contoso_number"] = Value::Null;
    assert_eq!(
        office.post("/contoso_inspections", free).await.status,
        204,
        "a key with a null in it binds nobody"
    );
    let etag = office.get(&row).await.header("etag").to_owned();
    for (header, status) in [
        (("if-none-match", etag.as_str()), 412),
        (("if-none-match", "null"), 204),
        (("if-match", etag.as_str()), 412),
    ] {
        let reply = office.patch(&row, &[header], json!({ "contoso_name": "Once more" })).await;
        assert_eq!(reply.status, status, "{header:?} {}", reply.text);
    }
}
