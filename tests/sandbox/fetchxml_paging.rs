//! Pages of FetchXML: with the cookie of the page before, and without.

use percent_encoding::percent_decode_str;
use serde_json::json;

use crate::office::{Office, Reply};

const ALL: &str = "odata.include-annotations=\"*\"";
const COOKIE: &str = "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie";
const MORE: &str = "@Microsoft.Dynamics.CRM.morerecords";

/// Takes the next page's cookie as a client is told to: the attribute, decoded twice, escaped for an attribute.
fn next(reply: &Reply) -> Option<(String, String)> {
    let cookie = reply.body[COOKIE].as_str()?;
    let attribute = |name: &str| {
        let start = format!("{name}=\"");
        cookie.split(start.as_str()).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let once = percent_decode_str(&attribute("pagingcookie")).decode_utf8().unwrap().into_owned();
    let twice = percent_decode_str(&once).decode_utf8().unwrap().into_owned();
    let escaped = twice.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    Some((attribute("pagenumber"), escaped))
}

/// Queries whose pages add up, with the name of what tells their rows apart.
const QUERIES: &[(&str, &str, &[&str])] = &[
    ("incidents", "<entity name='incident'><attribute name='title'/></entity>", &["incidentid"]),
    (
        "incidents",
        "<entity name='incident'><attribute name='title'/><order attribute='title'/></entity>",
        &["incidentid"],
    ),
    (
        "incidents",
        "<entity name='incident'><attribute name='title'/><order attribute='followupby' descending='true'/><order attribute='prioritycode'/></entity>",
        &["incidentid"],
    ),
    (
        "incidents",
        "<entity name='incident'><order attribute='customerid'/><order attribute='incidentid' descending='true'/></entity>",
        &["incidentid"],
    ),
    (
        "incidents",
        "<entity name='incident'><attribute name='title'/><link-entity name='account' from='accountid' to='customerid' link-type='outer' alias='a'>\
         <attribute name='name'/><order attribute='name' descending='true'/></link-entity></entity>",
        &["incidentid"],
    ),
    (
        "accounts",
        "<entity name='account'><attribute name='name'/><order attribute='name'/><link-entity name='incident' from='customerid' to='accountid' \
         alias='i' link-type='outer'><attribute name='incidentid'/></link-entity></entity>",
        &["accountid", "i.incidentid"],
    ),
    (
        "incidents",
        "<entity name='incident'><attribute name='title'/><filter type='or'><condition attribute='prioritycode' operator='eq' value='1'/>\
         <condition attribute='prioritycode' operator='eq' value='2'/></filter></entity>",
        &["incidentid"],
    ),
];

fn rows(reply: &Reply, keys: &[&str]) -> Vec<String> {
    let tells =
        |row: &serde_json::Value| keys.iter().map(|key| row[*key].to_string()).collect::<Vec<_>>().join("/");
    reply.rows().iter().map(tells).collect()
}

#[tokio::test]
async fn pages_with_and_without_cookies_add_up_to_the_whole() {
    let office = Office::new().await;
    for (set, entity, keys) in QUERIES {
        let whole = rows(&office.fetch(set, &format!("<fetch>{entity}</fetch>"), "").await, keys);
        assert!(whole.len() > 100, "{entity}");
        let (mut sought, mut counted) = (Vec::new(), Vec::new());
        let mut page = Some(("1".to_owned(), String::new()));
        while let Some((number, cookie)) = page {
            let cookie = if cookie.is_empty() { cookie } else { format!(" paging-cookie=\"{cookie}\"") };
            let reply = office
                .fetch(set, &format!("<fetch count='37' page='{number}'{cookie}>{entity}</fetch>"), ALL)
                .await;
            assert_eq!(reply.status, 200, "{entity}: {}", reply.text);
            sought.extend(rows(&reply, keys));
            page = next(&reply);
            assert_eq!(reply.body[MORE], json!(page.is_some()), "{entity}");
            let plain =
                office.fetch(set, &format!("<fetch count='37' page='{number}'>{entity}</fetch>"), "").await;
            counted.extend(rows(&plain, keys));
        }
        assert_eq!(sought, whole, "{entity}");
        assert_eq!(counted, whole, "{entity}");
    }
}

#[tokio::test]
async fn the_annotations_are_those_of_the_documentation() {
    let office = Office::new().await;
    let query = "<fetch page='1' count='2'><entity name='incident'><attribute name='title'/><order attribute='title'/>\
                 <order attribute='incidentid'/></entity></fetch>";
    let reply = office.fetch("incidents", query, ALL).await;
    let (first, last) = (&reply.rows()[0], &reply.rows()[1]);
    let id = |row: &serde_json::Value| row["incidentid"].as_str().unwrap().to_uppercase();
    let (number, cookie) = next(&reply).unwrap();
    let cookie = cookie.replace("&quot;", "\"").replace("&lt;", "<").replace("&amp;", "&");
    assert_eq!(number, "2");
    let expected = format!(
        "<cookie page=\"1\"><title last=\"{}\" first=\"{}\" /><incidentid last=\"{{{}}}\" first=\"{{{}}}\" /></cookie>",
        last["title"].as_str().unwrap(),
        first["title"].as_str().unwrap(),
        id(last),
        id(first)
    );
    assert_eq!(cookie, expected);
    let raw = reply.body[COOKIE].as_str().unwrap();
    assert!(raw.starts_with("<cookie pagenumber=\"2\" pagingcookie=\"%253ccookie%2520page%253d%25221%2522%253e%253ctitle%2520last"), "{raw}");
    assert!(raw.ends_with("%253c%252fcookie%253e\" istracking=\"False\" />"), "{raw}");
    assert!(
        reply.body["@odata.context"].as_str().unwrap().ends_with("$metadata#incidents(title,incidentid)")
    );
    assert!(reply.body["@odata.nextLink"].is_null());
    // A client may ask for these two alone, and for no page at all: a full page says that there is more.
    let two = "odata.maxpagesize=50,odata.include-annotations=\"Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords\"";
    let reply = office
        .fetch("incidents", "<fetch><entity name='incident'><attribute name='title'/></entity></fetch>", two)
        .await;
    assert_eq!((reply.rows().len(), &reply.body[MORE]), (50, &json!(true)));
    assert!(next(&reply).is_some());
    assert!(reply.body["@Microsoft.Dynamics.CRM.totalrecordcount"].is_null());
    let top = office.fetch("incidents", "<fetch top='3'><entity name='incident'/></fetch>", ALL).await;
    assert_eq!((top.rows().len(), &top.body[MORE], &top.body[COOKIE]), (3, &json!(false), &json!(null)));
    let counted = "<fetch count='2' returntotalrecordcount='true'><entity name='incident'/></fetch>";
    let counted = office.fetch("incidents", counted, ALL).await;
    assert_eq!(counted.body["@Microsoft.Dynamics.CRM.totalrecordcount"], 300);
    let query = "%3Cfetch%20count='2'%3E%3Centity%20name='incident'/%3E%3C/fetch%3E&$count=true";
    assert_eq!(office.get(&format!("/incidents?fetchXml={query}")).await.body["@odata.count"], 300);
}

#[tokio::test]
async fn distinct_and_grouped_pages_go_on_by_number() {
    let office = Office::new().await;
    let distinct = |page: usize| {
        format!(
            "<fetch distinct='true' count='2' page='{page}'><entity name='incident'><attribute name='prioritycode'/><order attribute='prioritycode'/></entity></fetch>"
        )
    };
    let first = office.fetch("incidents", &distinct(1), ALL).await;
    assert_eq!(
        first.column("prioritycode@OData.Community.Display.V1.FormattedValue"),
        ["\"High\"", "\"Low\""]
    );
    assert_eq!((&first.body[MORE], &first.body[COOKIE]), (&json!(true), &json!(null)));
    assert!(first.rows()[0]["@odata.etag"].is_null() && first.rows()[0]["incidentid"].is_null());
    let second = office.fetch("incidents", &distinct(2), ALL).await;
    assert_eq!(second.column("prioritycode@OData.Community.Display.V1.FormattedValue"), ["\"Normal\""]);
    assert_eq!(second.body[MORE], json!(false));
}

#[tokio::test]
async fn cookies_of_other_queries_and_pages_too_far_are_refused() {
    let office = Office::new().await;
    let entity = |order: &str| {
        format!("<entity name='incident'><attribute name='title'/><order attribute='{order}'/></entity>")
    };
    let reply =
        office.fetch("incidents", &format!("<fetch count='5'>{}</fetch>", entity("title")), ALL).await;
    let (_, cookie) = next(&reply).unwrap();
    for (query, code) in [
        (
            format!("<fetch page='2' count='5' paging-cookie=\"{cookie}\">{}</fetch>", entity("createdon")),
            "0x80041129",
        ),
        (
            format!("<fetch page='2' count='5' paging-cookie='nonsense'>{}</fetch>", entity("title")),
            "0x8004112a",
        ),
        (format!("<fetch page='11' count='5000'>{}</fetch>", entity("title")), "0x8004430a"),
        (format!("<fetch page='4000000000' count='5000'>{}</fetch>", entity("title")), "0x8004430a"),
    ] {
        assert_eq!(office.fetch("incidents", &query, "").await.refusal(), (400, code), "{query}");
    }
    let again = format!("<fetch page='3' count='5' paging-cookie=\"{cookie}\">{}</fetch>", entity("title"));
    let again = office.fetch("incidents", &again, "").await;
    let plain = office
        .fetch("incidents", &format!("<fetch page='3' count='5'>{}</fetch>", entity("title")), "")
        .await;
    assert_eq!(
        again.column("incidentid"),
        plain.column("incidentid"),
        "a cookie that is not the page before's does no harm"
    );
}
