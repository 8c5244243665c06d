//! Stored views as queries, with OData options on top.

use crate::office::Office;

async fn view(office: &Office, set: &str, name: &str) -> String {
    let key = if set == "savedqueries" { "savedqueryid" } else { "userqueryid" };
    let reply = office
        .get(&format!("/{set}?$select={key}&$filter=returnedtypecode eq 'incident' and name eq '{name}'"))
        .await;
    reply.rows().first().unwrap_or_else(|| panic!("no view {name}"))[key].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_view_runs_and_shows_its_columns() {
    let office = Office::new().await;
    for (set, option) in [("savedqueries", "savedQuery"), ("userqueries", "userQuery")] {
        let key = if set == "savedqueries" { "savedqueryid" } else { "userqueryid" };
        let views = office.get(&format!("/{set}?$select=name,returnedtypecode,fetchxml")).await;
        assert!(views.rows().len() > 2);
        for row in views.rows() {
            let table = row["returnedtypecode"].as_str().unwrap();
            let definition =
                office.get(&format!("/EntityDefinitions(LogicalName='{table}')?$select=EntitySetName")).await;
            let target = definition.body["EntitySetName"].as_str().unwrap();
            let id = row[key].as_str().unwrap();
            let reply = office.get(&format!("/{target}?{option}={id}")).await;
            assert_eq!(reply.status, 200, "{row}: {}", reply.text);
            let fetched = office.fetch(target, row["fetchxml"].as_str().unwrap(), "").await;
            assert_eq!(reply.rows(), fetched.rows(), "{row}");
        }
    }
}

#[tokio::test]
async fn options_come_on_top_of_a_view() {
    let office = Office::new().await;
    let id = view(&office, "savedqueries", "Active Cases").await;
    let active = office.get("/incidents?$select=title&$filter=statecode eq 0&$orderby=createdon desc").await;
    let path = format!("/incidents?savedQuery={id}");
    let high = office.get(&format!("{path}&$filter=prioritycode eq 1 and owninguser/fullname ne null&$select=title&$orderby=title desc&$count=true")).await;
    let expected = office
        .get("/incidents?$select=title&$orderby=title desc&$filter=statecode eq 0 and prioritycode eq 1 and owninguser/fullname ne null")
        .await;
    assert_eq!(high.column("incidentid"), expected.column("incidentid"), "{}", high.text);
    assert_eq!(high.body["@odata.count"], expected.rows().len());
    assert_eq!(
        high.rows()[0].as_object().unwrap().len(),
        3,
        "the etag, the title and the key: {}",
        high.text
    );
    let top = office.get(&format!("{path}&$top=3")).await;
    assert_eq!(top.rows().len(), 3);
    let (mut pages, mut next) = (Vec::new(), Some(path.clone()));
    while let Some(address) = next {
        let reply = office.get_preferring(&address, "odata.maxpagesize=40").await;
        pages.extend(reply.column("incidentid"));
        next = reply.body["@odata.nextLink"].as_str().map(str::to_owned);
    }
    let mut all = active.column("incidentid");
    assert_eq!(pages, office.get(&path).await.column("incidentid"));
    all.sort();
    pages.sort();
    assert_eq!(pages, all);
    let account = office
        .get("/incidents?$select=_accountid_value&$filter=_accountid_value ne null and statecode eq 0&$top=1")
        .await;
    let account = account.rows()[0]["_accountid_value"].as_str().unwrap().to_owned();
    let nested =
        office.get(&format!("/accounts({account})/incident_customer_accounts?savedQuery={id}")).await;
    let expected = office
        .get(&format!(
            "/incidents?$select=incidentid&$filter=statecode eq 0 and _accountid_value eq {account}"
        ))
        .await;
    assert_eq!(nested.rows().len(), expected.rows().len());
    for (path, refusal) in [
        (format!("/accounts?savedQuery={id}"), (400, "0x80041128")),
        (format!("{path}&$select=nonsense"), (400, "0x80060888")),
        (format!("{path}&$filter=nonsense eq 1"), (400, "0x80060888")),
        (format!("{path}&$expand=owninguser"), (501, "0x80040219")),
        ("/incidents?savedQuery=00000000-0000-0000-0000-000000000001".to_owned(), (404, "0x80040217")),
        ("/incidents?userQuery=00000000-0000-0000-0000-000000000001".to_owned(), (404, "0x80040217")),
    ] {
        assert_eq!(office.get(&path).await.refusal(), refusal, "{path}");
    }
}
