//! Pages go on where the last one ended, in every order, whatever happens in between.

use std::collections::BTreeSet;

use crate::office::Office;

/// Orders over columns with and without nulls, ties, choices, lookups and related rows, in both directions.
const ORDERS: &[&str] = &[
    "",
    "title",
    "title desc",
    "createdon desc",
    "prioritycode",
    "prioritycode desc,title",
    "statuscode,createdon desc",
    "followupby",
    "followupby desc",
    "sentimentvalue desc,description",
    "_customerid_value",
    "_ownerid_value desc,ticketnumber",
    "_primarycontactid_value desc,title asc",
    "primarycontactid/fullname",
    "customerid_account/name desc,customerid_account/revenue",
    "incidentid desc",
    "isescalated desc,versionnumber",
];

/// Reads page after page and gives the keys in the order they came.
async fn walk(office: &Office, query: &str, size: usize) -> Vec<String> {
    let mut keys = Vec::new();
    let mut next = Some(format!("/incidents?{query}"));
    let prefer = format!("odata.maxpagesize={size}");
    while let Some(address) = next {
        let reply = office.get_preferring(&address, &prefer).await;
        assert_eq!(reply.header("preference-applied"), prefer, "{}", reply.text);
        assert!(reply.rows().len() <= size);
        keys.extend(reply.column("incidentid"));
        next = reply.body["@odata.nextLink"].as_str().map(str::to_owned);
        assert!(next.is_none() || reply.rows().len() == size, "a page before the last one is full");
    }
    keys
}

#[tokio::test]
async fn pages_of_every_order_add_up_to_the_whole() {
    let office = Office::new().await;
    for order in ORDERS {
        let order = if order.is_empty() { String::new() } else { format!("&$orderby={order}") };
        let query = format!("$select=title&$filter=statecode ne 2{order}");
        let whole = office.get(&format!("/incidents?{query}")).await.column("incidentid");
        assert!(whole.len() > 200, "{order}");
        assert_eq!(walk(&office, &query, 37).await, whole, "{order}");
    }
}

#[tokio::test]
async fn an_order_is_the_order_of_the_values_with_null_first() {
    let office = Office::new().await;
    for (column, descending) in [("followupby", false), ("followupby", true), ("onholdtime", true)] {
        let direction = if descending { " desc" } else { "" };
        let reply = office.get(&format!("/incidents?$select={column}&$orderby={column}{direction}")).await;
        let values: Vec<_> = reply.rows().iter().map(|row| row[column].clone()).collect();
        let key = |value: &serde_json::Value| match value {
            serde_json::Value::Null => (0, 0, String::new()),
            serde_json::Value::Number(number) => (1, number.as_i64().unwrap(), String::new()),
            other => (1, 0, other.to_string()),
        };
        let mut sorted = values.clone();
        sorted.sort_by_key(key);
        if descending {
            sorted.reverse();
        }
        assert_eq!(values, sorted, "{column}{direction}");
        assert!(
            values.iter().any(serde_json::Value::is_null) && !values.iter().all(serde_json::Value::is_null)
        );
    }
}

#[tokio::test]
async fn rows_that_come_while_somebody_pages_double_and_lose_none() {
    let office = Office::new().await;
    let query = "$select=title&$orderby=title desc";
    let before: BTreeSet<_> =
        office.get(&format!("/incidents?{query}")).await.column("incidentid").into_iter().collect();
    let mut keys = Vec::new();
    let mut next = Some(format!("/incidents?{query}"));
    while let Some(address) = next {
        let reply = office.get_preferring(&address, "odata.maxpagesize=50").await;
        keys.extend(reply.column("incidentid"));
        next = reply.body["@odata.nextLink"].as_str().map(str::to_owned);
        office.new_case("aaa first of all").await;
        office.new_case("zzz last of all").await;
    }
    let seen: BTreeSet<_> = keys.iter().cloned().collect();
    assert_eq!(seen.len(), keys.len(), "no row twice");
    assert!(seen.is_superset(&before), "no row lost");
}

#[tokio::test]
async fn a_next_link_is_absolute_and_keeps_version_filter_and_count() {
    let office = Office::new().await;
    let root = office.desk.ready().url.clone();
    let address =
        format!("{root}/api/data/v9.1/contacts?$select=fullname&$filter=statecode eq 0&$count=true");
    let reply = office.get_preferring(&address, "odata.maxpagesize=2").await;
    let link = reply.body["@odata.nextLink"].as_str().unwrap();
    let start = format!(
        "{root}/api/data/v9.1/contacts?$select=fullname&$filter=statecode%20eq%200&$count=true&$skiptoken="
    );
    assert!(link.starts_with(&start), "{link}");
    assert!(link.contains("%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22%253C"), "{link}");
    let second = office.get_preferring(link, "odata.maxpagesize=2").await;
    assert_eq!(second.body["@odata.count"], reply.body["@odata.count"]);
    assert_ne!(second.column("contactid"), reply.column("contactid"));
    assert!(second.body["@odata.nextLink"].as_str().unwrap().contains("pagenumber=%223%22"));
}

#[tokio::test]
async fn top_ends_the_list_and_a_foreign_token_is_refused() {
    let office = Office::new().await;
    let reply = office.get_preferring("/incidents?$select=title&$top=3", "odata.maxpagesize=2").await;
    assert_eq!(reply.rows().len(), 3);
    assert!(reply.body.get("@odata.nextLink").is_none());
    let reply = office.get_preferring("/incidents?$select=title&$orderby=title", "odata.maxpagesize=2").await;
    let link =
        reply.body["@odata.nextLink"].as_str().unwrap().replace("$orderby=title", "$orderby=createdon");
    assert_eq!(office.get(&link).await.refusal(), (400, "0x80041129"));
    assert_eq!(office.get("/incidents?$skiptoken=nonsense").await.refusal(), (400, "0x8004112a"));
}

#[tokio::test]
async fn counts_come_in_three_ways() {
    let office = Office::new().await;
    let reply =
        office.get_preferring("/incidents?$count=true&$top=1", "odata.include-annotations=\"*\"").await;
    assert_eq!(reply.body["@odata.count"], 300);
    assert_eq!(reply.body["@Microsoft.Dynamics.CRM.totalrecordcount"], 300);
    assert_eq!(reply.body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"], false);
    let reply = office.get("/incidents/$count").await;
    assert_eq!((reply.text.as_str(), reply.header("content-type")), ("\u{feff}300", "text/plain"));
    let total = office.get("/RetrieveTotalRecordCount(EntityNames=@p1)?@p1=[\"incident\",\"account\"]").await;
    let counted = &total.body["EntityRecordCountCollection"];
    assert_eq!(counted["Values"].to_string(), "[300,60]");
    assert_eq!(counted["Keys"].to_string(), "[\"incident\",\"account\"]");
}
