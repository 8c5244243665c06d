//! Queries in FetchXML: what comes back, and in which shape.

use serde_json::{Value, json};

use crate::office::Office;

fn sorted(mut values: Vec<String>) -> Vec<String> {
    values.sort();
    values
}

fn xml(inner: &str) -> String {
    format!("<fetch><entity name='incident'><attribute name='incidentid'/>{inner}</entity></fetch>")
}

/// Queries in both languages that mean the same.
const SAME: &[(&str, &str)] = &[
    ("<filter><condition attribute='prioritycode' operator='eq' value='1'/></filter>", "prioritycode eq 1"),
    ("<filter><condition attribute='prioritycode' operator='neq' value='1'/></filter>", "prioritycode ne 1"),
    (
        "<filter><condition attribute='prioritycode' operator='eq' value='high'/></filter>",
        "prioritycode eq 1",
    ),
    ("<filter><condition attribute='isescalated' operator='eq' value='1'/></filter>", "isescalated eq true"),
    (
        "<filter><condition attribute='isescalated' operator='ne' value='TRUE'/></filter>",
        "isescalated ne true",
    ),
    ("<filter><condition attribute='description' operator='null'/></filter>", "description eq null"),
    ("<filter><condition attribute='description' operator='not-null'/></filter>", "description ne null"),
    (
        "<filter><condition attribute='createdon' operator='ge' value='2026-01-01'/></filter>",
        "createdon ge 2026-01-01T00:00:00Z",
    ),
    (
        "<filter><condition attribute='createdon' operator='lt' value='2025-06-01 02:00:00'/></filter>",
        "createdon lt 2025-06-01T02:00:00Z",
    ),
    (
        "<filter><condition attribute='actualserviceunits' operator='le' value='10'/></filter>",
        "actualserviceunits le 10",
    ),
    (
        "<filter><condition attribute='title' operator='like' value='%PRINTER%'/></filter>",
        "contains(title,'printer')",
    ),
    (
        "<filter><condition attribute='title' operator='not-like' value='%printer%'/></filter>",
        "not contains(title,'printer')",
    ),
    (
        "<filter><condition attribute='title' operator='begins-with' value='gateway'/></filter>",
        "startswith(title,'gateway')",
    ),
    (
        "<filter><condition attribute='title' operator='like' value='Gateway%'/></filter>",
        "startswith(title,'gateway')",
    ),
    (
        "<filter><condition attribute='title' operator='not-begin-with' value='gateway'/></filter>",
        "not startswith(title,'gateway')",
    ),
    (
        "<filter><condition attribute='title' operator='ends-with' value='damaged'/></filter>",
        "endswith(title,'damaged')",
    ),
    (
        "<filter><condition attribute='title' operator='not-end-with' value='damaged'/></filter>",
        "not endswith(title,'damaged')",
    ),
    (
        "<filter type='or'><condition attribute='prioritycode' operator='eq' value='1'/><filter><condition attribute='statecode' \
         operator='eq' value='1'/><condition attribute='prioritycode' operator='eq' value='3'/></filter></filter>",
        "prioritycode eq 1 or (statecode eq 1 and prioritycode eq 3)",
    ),
    (
        "<filter><condition attribute='prioritycode' operator='eq' value='1'/></filter><filter/><filter type='or'/>",
        "prioritycode eq 1",
    ),
    (
        "<filter><condition attribute='createdon' operator='lt' valueof='modifiedon'/></filter>",
        "createdon lt modifiedon",
    ),
    (
        "<filter><condition attribute='ownerid' operator='eq' value='{E4B0A7D2-0002-EF11-9F89-000D3A2B1C02}' uiname='Anna'/></filter>",
        "_ownerid_value eq e4b0a7d2-0002-ef11-9f89-000d3a2b1c02",
    ),
    (
        "<filter><condition attribute='ownerid' operator='like' value='anna%'/></filter>",
        "_ownerid_value eq e4b0a7d2-0002-ef11-9f89-000d3a2b1c02",
    ),
    (
        "<filter><condition attribute='owneridname' operator='eq' value='Anna Moss'/></filter>",
        "_ownerid_value eq e4b0a7d2-0002-ef11-9f89-000d3a2b1c02",
    ),
    (
        "<filter><condition attribute='customeridtype' operator='eq' value='contact'/></filter>",
        "_contactid_value ne null",
    ),
    (
        "<filter><condition attribute='prioritycodename' operator='eq' value='low'/></filter>",
        "prioritycode eq 3",
    ),
    // Linked tables.
    (
        "<link-entity name='account' from='accountid' to='customerid'><filter><condition attribute='name' operator='like' value='%a%'/></filter></link-entity>",
        "contains(customerid_account/name,'a')",
    ),
    (
        "<link-entity name='account' from='accountid' to='customerid' link-type='outer' alias='a'/>\
         <filter><condition entityname='a' attribute='accountid' operator='null'/></filter>",
        "customerid_account/accountid eq null",
    ),
    (
        "<link-entity name='systemuser' from='systemuserid' to='owninguser' alias='u'/>\
         <filter type='or'><condition entityname='u' attribute='fullname' operator='eq' value='anna moss'/>\
         <condition entityname='systemuser' attribute='lastname' operator='eq' value='nobody'/></filter>",
        "owninguser/fullname eq 'Anna Moss'",
    ),
    (
        "<link-entity name='systemuser' from='systemuserid' to='owninguser' link-type='exists'><filter><condition attribute='fullname' operator='eq' value='Anna Moss'/></filter></link-entity>",
        "owninguser/fullname eq 'Anna Moss'",
    ),
    (
        "<filter><link-entity name='systemuser' from='systemuserid' to='owninguser' link-type='any'><filter><condition attribute='fullname' operator='eq' value='Anna Moss'/></filter></link-entity></filter>",
        "owninguser/fullname eq 'Anna Moss'",
    ),
    (
        "<filter><link-entity name='systemuser' from='systemuserid' to='owninguser' link-type='not any'><filter><condition attribute='fullname' operator='eq' value='Anna Moss'/></filter></link-entity></filter>",
        "owninguser/fullname ne 'Anna Moss'",
    ),
    // The service's `all`: there are rows, and none of them passes.
    (
        "<filter><link-entity name='systemuser' from='systemuserid' to='owninguser' link-type='all'><filter><condition attribute='fullname' operator='eq' value='Anna Moss'/></filter></link-entity></filter>",
        "owninguser/fullname ne 'Anna Moss' and _owninguser_value ne null",
    ),
    (
        "<filter><link-entity name='systemuser' from='systemuserid' to='owninguser' link-type='not all'><filter><condition attribute='fullname' operator='eq' value='Anna Moss'/></filter></link-entity></filter>",
        "owninguser/fullname eq 'Anna Moss'",
    ),
    (
        "<link-entity name='account' from='accountid' to='customerid' link-type='outer' alias='a'>\
         <link-entity name='contact' from='contactid' to='primarycontactid' alias='p'><filter><condition attribute='fullname' operator='not-null'/></filter></link-entity></link-entity>",
        "incidentid ne null",
    ),
];

#[tokio::test]
async fn a_query_finds_the_rows_that_the_same_filter_finds() {
    let office = Office::new().await;
    let mut met = 0;
    for (inner, filter) in SAME {
        let fetched = office.fetch("incidents", &xml(inner), "").await;
        assert_eq!(fetched.status, 200, "{inner}: {}", fetched.text);
        let filtered = office.get(&format!("/incidents?$select=incidentid&$filter={filter}")).await;
        assert_eq!(sorted(fetched.column("incidentid")), sorted(filtered.column("incidentid")), "{inner}");
        met += usize::from(!fetched.rows().is_empty() && fetched.rows().len() < 300);
    }
    assert!(met > SAME.len() - 4, "most of them let some rows through and keep some back, not only {met}");
}

#[tokio::test]
async fn rows_have_the_shape_of_the_service() {
    let office = Office::new().await;
    let (_, id) = office.new_case("Shape").await;
    let query = format!(
        "<fetch no-lock='true'><entity name='incident'><attribute name='title'/><attribute name='prioritycode' alias='priority'/>
         <attribute name='customerid'/><attribute name='description'/><attribute name='createdby' alias='author'/>
         <filter><condition attribute='incidentid' operator='eq' value='{id}'/></filter>
         <link-entity name='account' from='accountid' to='customerid' alias='a'><attribute name='name'/>
           <attribute name='ownerid'/><attribute name='accountnumber' alias='number'/></link-entity>
         <link-entity name='systemuser' from='systemuserid' to='createdby' link-type='outer'><attribute name='fullname'/></link-entity>
         </entity></fetch>"
    );
    let plain = office.fetch("incidents", &query, "").await;
    let row = &plain.rows()[0];
    let names: Vec<_> = row.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "@odata.etag",
        "title",
        "priority",
        "_customerid_value",
        "author",
        "a.name",
        "a.ownerid",
        "number",
        "systemuser2.fullname",
        "incidentid",
    ];
    assert_eq!(
        names, expected,
        "null is left out, aliases name properties, links have their names before the dot"
    );
    assert!(plain.body["@odata.context"].as_str().unwrap().ends_with(
        "#incidents(title,priority,_customerid_value,description,author,a.name,a.ownerid,number,systemuser2.fullname,incidentid)"
    ));
    assert!(!plain.text.contains("@Microsoft") && !plain.text.contains("@OData"));
    let full = office.fetch("incidents", &query, "odata.include-annotations=\"*\"").await;
    assert_eq!(full.header("preference-applied"), "odata.include-annotations=\"*\"");
    let row = &full.rows()[0];
    for (name, value) in [
        ("priority@OData.Community.Display.V1.AttributeName", json!("prioritycode")),
        ("priority@OData.Community.Display.V1.FormattedValue", json!("Normal")),
        ("priority", json!(2)),
        ("_customerid_value@OData.Community.Display.V1.FormattedValue", row["a.name"].clone()),
        (
            "_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty",
            json!("customerid_account"),
        ),
        ("_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname", json!("account")),
        ("author@OData.Community.Display.V1.AttributeName", json!("createdby")),
        ("author@OData.Community.Display.V1.FormattedValue", json!("Anna Moss")),
        ("author@Microsoft.Dynamics.CRM.lookuplogicalname", json!("systemuser")),
        ("author@Microsoft.Dynamics.CRM.associatednavigationproperty", Value::Null),
        ("a.ownerid@OData.Community.Display.V1.AttributeName", json!("ownerid")),
        ("number@OData.Community.Display.V1.AttributeName", json!("accountnumber")),
        ("title@OData.Community.Display.V1.AttributeName", Value::Null),
        ("systemuser2.fullname", json!("Anna Moss")),
    ] {
        assert_eq!(row[name], value, "{name}");
    }
    for (name, value) in [
        ("totalrecordcount", json!(-1)),
        ("totalrecordcountlimitexceeded", json!(false)),
        ("morerecords", json!(false)),
        ("fetchxmlpagingcookie", Value::Null),
    ] {
        assert_eq!(full.body[format!("@Microsoft.Dynamics.CRM.{name}")], value, "{name}");
    }
    let all = office.fetch("incidents", "<fetch top='1'><entity name='incident'/></fetch>", "").await;
    assert!(all.rows()[0].as_object().unwrap().len() > 20, "no attributes are all of them");
    assert!(all.body["@odata.context"].as_str().unwrap().ends_with("$metadata#incidents"));
}

#[tokio::test]
async fn orders_go_by_label_and_by_name_and_by_linked_columns() {
    let office = Office::new().await;
    let all = office
        .get_preferring("/incidents?$select=prioritycode,_ownerid_value", "odata.include-annotations=\"*\"")
        .await;
    let formatted = |column: &str| {
        let name = format!("{column}@OData.Community.Display.V1.FormattedValue");
        let mut values: Vec<_> =
            all.rows().iter().map(|row| row[&name].as_str().unwrap_or("").to_lowercase()).collect();
        values.sort();
        values
    };
    for (order, column) in [
        ("<order attribute='prioritycode'/>", "prioritycode"),
        ("<order attribute='ownerid'/>", "_ownerid_value"),
    ] {
        for descending in [false, true] {
            let order = order.replace("/>", &format!(" descending='{descending}'/>"));
            let query = format!(
                "<fetch><entity name='incident'><attribute name='prioritycode'/><attribute name='ownerid'/>{order}</entity></fetch>"
            );
            let reply = office.fetch("incidents", &query, "odata.include-annotations=\"*\"").await;
            let name = format!("{column}@OData.Community.Display.V1.FormattedValue");
            let found: Vec<_> =
                reply.rows().iter().map(|row| row[&name].as_str().unwrap_or("").to_lowercase()).collect();
            let mut expected = formatted(column);
            if descending {
                expected.reverse();
            }
            assert_eq!(found, expected, "{order}");
        }
    }
    let linked = "<fetch><entity name='incident'><attribute name='incidentid'/><order entityname='a' attribute='name'/>\
                  <link-entity name='account' from='accountid' to='customerid' alias='a'><attribute name='name'/>\
                  <order attribute='accountid' descending='true'/></link-entity></entity></fetch>";
    let names = office.fetch("incidents", linked, "").await.column("a.name");
    let mut expected = names.clone();
    expected.sort_by_key(|name| name.to_lowercase());
    assert_eq!(names, expected);
}

#[tokio::test]
async fn several_linked_rows_make_several_rows_and_distinct_makes_them_one() {
    let office = Office::new().await;
    let accounts = office.get("/accounts?$select=accountid&$filter=_primarycontactid_value ne null").await;
    let joined = |kind: &str, distinct: bool, attributes: &str| {
        format!(
            "<fetch distinct='{distinct}'><entity name='account'><attribute name='accountid'/>\
             <link-entity name='incident' from='customerid' to='accountid' link-type='{kind}' alias='i'>{attributes}</link-entity></entity></fetch>"
        )
    };
    let cases =
        office.get("/incidents?$select=incidentid&$filter=_accountid_value ne null").await.rows().len();
    let inner = office.fetch("accounts", &joined("inner", false, "<attribute name='title'/>"), "").await;
    assert_eq!(inner.rows().len(), cases);
    let distinct = office.fetch("accounts", &joined("inner", true, ""), "").await;
    let mut keys = inner.column("accountid");
    keys.sort();
    keys.dedup();
    assert_eq!(sorted(distinct.column("accountid")), keys);
    let exists = office.fetch("accounts", &joined("exists", false, ""), "").await;
    assert_eq!(sorted(exists.column("accountid")), keys);
    let outer = office.fetch("accounts", &joined("outer", false, ""), "").await;
    assert_eq!(outer.rows().len(), cases + 60 - keys.len());
    let first = office
        .fetch("accounts", &joined("matchfirstrowusingcrossapply", false, "<attribute name='title'/>"), "")
        .await;
    assert_eq!(sorted(first.column("accountid")), keys, "one case for each account that has some");
    assert!(first.rows().iter().all(|row| row["i.title"].is_string()));
    // An inner link below an outer one takes away the linked row, not the account.
    let nested = "<fetch><entity name='account'><attribute name='accountid'/><link-entity name='contact' from='contactid' \
                  to='primarycontactid' link-type='outer' alias='c'><attribute name='fullname'/><link-entity name='account' \
                  from='accountid' to='parentcustomerid' alias='p'><filter><condition attribute='name' operator='eq' \
                  value='nobody'/></filter></link-entity></link-entity></entity></fetch>";
    let nested = office.fetch("accounts", nested, "").await;
    assert_eq!(nested.rows().len(), 60, "{}", nested.text);
    assert!(nested.rows().iter().all(|row| row["c.fullname"].is_null()));
    assert!(!accounts.rows().is_empty());
    let teams = "<fetch distinct='true'><entity name='systemuser'><attribute name='systemuserid'/><link-entity name='teammembership' \
                 from='systemuserid' to='systemuserid' intersect='true' visible='false'><link-entity name='team' from='teamid' \
                 to='teamid' alias='t1'><attribute name='name'/></link-entity></link-entity></entity></fetch>";
    let teams = office.fetch("systemusers", teams, "").await;
    let links = office.get("/teammemberships?$select=teammembershipid").await;
    assert_eq!(teams.rows().len(), links.rows().len());
    assert!(teams.rows().iter().all(|row| row["t1.name"].is_string()));
}

#[tokio::test]
async fn a_collection_takes_a_query_of_its_own() {
    let office = Office::new().await;
    let customer =
        office.get("/incidents?$select=_accountid_value&$filter=_accountid_value ne null&$top=1").await;
    let account = customer.rows()[0]["_accountid_value"].as_str().unwrap();
    let path = format!("accounts({account})/incident_customer_accounts");
    let expected = office.get(&format!("/{path}?$select=incidentid")).await;
    let fetched = office.fetch(&path, &xml(""), "").await;
    assert_eq!(sorted(fetched.column("incidentid")), sorted(expected.column("incidentid")));
    assert!(!fetched.rows().is_empty() && fetched.rows().len() < 300);
}
