//! Related rows inside rows.

use serde_json::{Value, json};

use crate::office::{Office, Reply};

/// An account with `count` cases and a task for each of them; the account's address and key.
async fn account_with_cases(office: &Office, count: usize) -> (String, String) {
    let reply = office.post("/accounts", json!({ "name": "Expanded" })).await;
    let id = reply.header("odata-entityid").split(['(', ')']).nth(1).unwrap().to_owned();
    for number in 0..count {
        let body = json!({
            "title": format!("Case {number}"),
            "customerid_account@odata.bind": format!("/accounts({id})"),
        });
        let case = office.post("/incidents", body).await;
        assert_eq!(case.status, 204, "{}", case.text);
        let case = case.header("odata-entityid").split("/v9.2").nth(1).unwrap().to_owned();
        let task = json!({ "subject": format!("Task {number}"), "regardingobjectid_incident_task@odata.bind": case });
        assert_eq!(office.post("/tasks", task).await.status, 204);
    }
    (format!("/accounts({id})"), id)
}

fn titles(rows: &Value, column: &str) -> Vec<String> {
    let mut titles: Vec<_> =
        rows.as_array().unwrap().iter().map(|row| row[column].as_str().unwrap().to_owned()).collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn a_collection_comes_whole_with_an_address_that_reads_it_again() {
    let office = Office::new().await;
    let (account, id) = account_with_cases(&office, 5).await;
    let expand = "incident_customer_accounts($select=title;$filter=title ne 'Case 1; & 50% + x';$orderby=title desc;$top=3)";
    let expand = expand.replace('&', "%26").replace('%', "%25").replace("%2526", "%26").replace('+', "%2B");
    let reply = office.get(&format!("{account}?$select=name&$expand={expand}")).await;
    let rows = reply.body["incident_customer_accounts"].as_array().unwrap();
    let shown: Vec<_> = rows.iter().map(|row| row["title"].as_str().unwrap()).collect();
    assert_eq!(shown, ["Case 4", "Case 3", "Case 2"]);
    let link = reply.body["incident_customer_accounts@odata.nextLink"].as_str().unwrap();
    let root = &office.desk.ready().url;
    assert_eq!(
        link,
        format!(
            "{root}/api/data/v9.2/accounts({id})/incident_customer_accounts?$select=title&$filter=title%20ne%20'Case\
             %201;%20%26%2050%25%20%2B%20x'&$orderby=title%20desc&$top=3"
        )
    );
    assert_eq!(office.get(link).await.column("title"), ["\"Case 4\"", "\"Case 3\"", "\"Case 2\""]);
    let context = reply.body["@odata.context"].as_str().unwrap();
    assert!(context.ends_with("#accounts(name,incident_customer_accounts(title))/$entity"), "{context}");
    // A page size is for the rows of the query, not for what is inside of them.
    let path =
        "/accounts?$select=name&$filter=name eq 'Expanded'&$expand=incident_customer_accounts($select=title)";
    let reply = office.get_preferring(path, "odata.maxpagesize=2").await;
    assert_eq!(reply.rows()[0]["incident_customer_accounts"].as_array().unwrap().len(), 5);
    let without =
        office.get("/contacts?$top=2&$select=fullname&$expand=Contact_Tasks($select=subject)").await;
    for row in without.rows() {
        assert!(row["Contact_Tasks"].is_array() && row["Contact_Tasks@odata.nextLink"].is_string(), "{row}");
    }
}

#[tokio::test]
async fn every_row_of_a_page_has_its_own_members() {
    let office = Office::new().await;
    account_with_cases(&office, 3).await;
    let path =
        "/accounts?$select=name&$expand=incident_customer_accounts($select=title,_customerid_value;$top=2)";
    let reply = office.get(path).await;
    let mut members = 0;
    for row in reply.rows() {
        let account = &row["accountid"];
        let path = format!(
            "/accounts({})/incident_customer_accounts?$select=title,_customerid_value&$top=2",
            account.as_str().unwrap()
        );
        let alone = office.get(&path).await;
        assert_eq!(row["incident_customer_accounts"], alone.body["value"], "{path}");
        assert!(alone.rows().iter().all(|case| case["_customerid_value"] == *account));
        members += alone.rows().len();
    }
    assert!(members > 50, "{members}");
}

#[tokio::test]
async fn nested_collections_come_in_pages_whose_links_go_on() {
    let office = Office::new().await;
    let (account, id) = account_with_cases(&office, 5).await;
    let inner = "incident_customer_accounts($select=title;$expand=Incident_Tasks($select=subject))";
    let path = format!("{account}?$select=name&$expand={inner}");
    let whole = office.get(&path).await;
    assert_eq!(titles(&whole.body["incident_customer_accounts"], "title").len(), 5);
    assert!(whole.body.get("incident_customer_accounts@odata.nextLink").is_none(), "all of them are there");
    let prefer = "odata.maxpagesize=2,odata.include-annotations=\"*\"";
    let reply = office.get_preferring(&path, prefer).await;
    let mut seen: Vec<Value> = Vec::new();
    let mut tasks = Vec::new();
    let mut add = |rows: &Value| {
        for row in rows.as_array().unwrap() {
            seen.push(row["title"].clone());
            tasks.extend(titles(&row["Incident_Tasks"], "subject"));
        }
    };
    assert_eq!(reply.body["incident_customer_accounts"].as_array().unwrap().len(), 2);
    add(&reply.body["incident_customer_accounts"]);
    let mut next = reply.body["incident_customer_accounts@odata.nextLink"].as_str().map(str::to_owned);
    let address = format!("/accounts({id})/incident_customer_accounts?$select=title&$expand=Incident_Tasks(");
    assert!(next.as_ref().unwrap().contains(&address), "{next:?}");
    while let Some(link) = next {
        let reply = office.get_preferring(&link, prefer).await;
        add(&reply.body["value"]);
        next = reply.body["@odata.nextLink"].as_str().map(str::to_owned);
    }
    seen.sort_by_key(Value::to_string);
    tasks.sort();
    assert_eq!(seen, ["Case 0", "Case 1", "Case 2", "Case 3", "Case 4"]);
    assert_eq!(tasks, ["Task 0", "Task 1", "Task 2", "Task 3", "Task 4"]);
    // A collection behind a lookup is nested too.
    let path = "/incidents?$select=title&$top=3&$expand=customerid_account($select=name;\
                $expand=incident_customer_accounts($select=title))";
    let reply = office.get_preferring(path, "odata.maxpagesize=1").await;
    let expanded = reply.rows().iter().filter(|row| row["customerid_account"].is_object());
    for row in expanded {
        assert_eq!(row["customerid_account"]["incident_customer_accounts"].as_array().unwrap().len(), 1);
    }
}

#[tokio::test]
async fn many_to_many_collections_expand_on_their_own() {
    let office = Office::new().await;
    let reply = office
        .get(
            "/teams?$select=name&$expand=teammembership_association($select=fullname;$orderby=fullname desc)",
        )
        .await;
    let mut members = 0;
    for team in reply.rows() {
        let path = format!(
            "/teams({})/teammembership_association?$select=fullname&$orderby=fullname desc",
            team["teamid"].as_str().unwrap()
        );
        let alone = office.get(&path).await;
        let expanded = team["teammembership_association"].as_array().unwrap();
        let names: Vec<_> = expanded.iter().map(|user| user["fullname"].to_string()).collect();
        assert_eq!(names, alone.column("fullname"));
        assert!(expanded.iter().all(|user| user["ownerid"] == user["systemuserid"]), "{team}");
        members += names.len();
    }
    assert!(members > 0);
}

#[tokio::test]
async fn an_owner_is_filtered_by_what_either_kind_of_owner_has() {
    let office = Office::new().await;
    let path = "/incidents?$select=title,_ownerid_value&$expand=ownerid($select=fullname;$filter=fullname eq 'Anna Moss')";
    let reply = office.get(path).await;
    let anna = "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02";
    let mut hers = 0;
    for row in reply.rows() {
        assert_eq!(row["ownerid"].is_object(), row["_ownerid_value"] == anna, "{row}");
        hers += usize::from(row["ownerid"].is_object());
    }
    assert!(hers > 0 && hers < reply.rows().len());
}

#[tokio::test]
async fn a_lookup_can_be_expanded_to_its_address() {
    let office = Office::new().await;
    let path =
        "/incidents?$select=title,_customerid_value&$expand=customerid_account/$ref,customerid_contact/$ref";
    let reply = office.get(path).await;
    let root = format!("{}/api/data/v9.2", office.desk.ready().url);
    let mut kinds = [0, 0];
    for row in reply.rows() {
        let key = row["_customerid_value"].as_str().unwrap();
        let (account, contact) = (&row["customerid_account"], &row["customerid_contact"]);
        if account.is_null() {
            assert_eq!(*contact, json!({ "@odata.id": format!("{root}/contacts({key})") }));
            kinds[0] += 1;
        } else {
            assert_eq!(*account, json!({ "@odata.id": format!("{root}/accounts({key})") }));
            assert!(contact.is_null());
            kinds[1] += 1;
        }
    }
    assert!(kinds[0] > 0 && kinds[1] > 0, "{kinds:?}");
}

#[tokio::test]
async fn what_cannot_be_expanded_is_refused_in_the_services_words() {
    let office = Office::new().await;
    let only = "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or \
                nested one-to-many relationship.";
    let reference = "Expand with $ref is only supported on lookup type navigation property.";
    for (path, message) in [
        ("/accounts?$expand=primarycontactid($orderby=fullname)", only),
        ("/accounts?$expand=primarycontactid($top=1)", only),
        ("/accounts?$expand=incident_customer_accounts($top=1;$expand=Incident_Tasks)", only),
        ("/accounts?$expand=incident_customer_accounts($expand=Incident_Tasks($orderby=subject))", only),
        ("/accounts?$expand=primarycontactid($expand=Contact_Tasks($top=1))", only),
        ("/accounts?$expand=Account_Tasks/$ref", reference),
        ("/teams?$expand=teammembership_association($expand=businessunitid)", "A many-to-many relationship"),
        ("/incidents?$expand=owninguser($expand=teammembership_association)", "A many-to-many relationship"),
        ("/accounts?$expand=Account_Tasks($filter=subject eq @x)&@x='y'", "Parameter aliases"),
        ("/accounts?$expand=Account_Tasks($select=nonsense)", "Could not find a property named 'nonsense'"),
        ("/accounts?$expand=Account_Tasks($skip=1)", ""),
        ("/accounts?$expand=Account_Tasks($apply=aggregate($count as n))", ""),
        ("/accounts?$expand=Account_Tasks($levels=2)", ""),
    ] {
        let reply = office.get(path).await;
        assert_eq!(reply.refusal(), (400, "0x80060888"), "{path}: {}", reply.text);
        assert!(reply.message().starts_with(message), "{path}: {}", reply.message());
    }
    let fifteen = |reply: Reply| reply.status.as_u16();
    let inner: Vec<_> = ["owninguser", "createdby", "modifiedby", "primarycontactid", "customerid_account"]
        .iter()
        .map(|nav| {
            format!(
                "{nav}($select=createdon;$expand=createdby($select=fullname),modifiedby($select=fullname))"
            )
        })
        .collect();
    let path = format!("/incidents?$top=1&$select=title&$expand={}", inner.join(","));
    assert_eq!(fifteen(office.get(&path).await), 200);
    assert_eq!(fifteen(office.get(&format!("{path},customerid_contact")).await), 400);
    let within = |depth: usize| {
        let open = "parentaccountid($select=name;$expand=".repeat(depth - 1);
        format!("{open}parentaccountid($select=name){}", ")".repeat(depth - 1))
    };
    let mut body = json!({ "name": "0" });
    for generation in 1..=15 {
        body = json!({ "name": generation.to_string(), "parentaccountid": body });
    }
    assert_eq!(office.post("/accounts", body).await.status, 204);
    let reply =
        office.get(&format!("/accounts?$select=name&$filter=name eq '15'&$expand={}", within(15))).await;
    let pointer = format!("/value/0{}/name", "/parentaccountid".repeat(15));
    assert_eq!(reply.body.pointer(&pointer), Some(&json!("0")), "{}", reply.text);
    assert_eq!(fifteen(office.get(&format!("/accounts?$expand={}", within(16))).await), 400);
}
