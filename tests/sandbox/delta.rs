//! Change tracking: what a client that follows a table gets to know.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::{Office, Reply};

const TRACK: &str = "odata.track-changes";

fn delta_link(reply: &Reply) -> String {
    let link = reply.body["@odata.deltaLink"].as_str();
    link.unwrap_or_else(|| panic!("no delta link: {}", reply.text)).to_owned()
}

async fn create(office: &Office, name: &str) -> String {
    let reply = office.post("/accounts", json!({ "name": name })).await;
    reply.header("odata-entityid").split(['(', ')']).nth(1).unwrap().to_owned()
}

#[tokio::test]
async fn a_delta_link_tells_what_came_changed_and_went() {
    let office = Office::new().await;
    let gone = create(&office, "Gone").await;
    let kept = create(&office, "Kept").await;
    let reply = office.get_preferring("/accounts?$select=name", TRACK).await;
    assert_eq!(reply.header("preference-applied"), TRACK);
    assert_eq!(reply.rows().len(), 62);
    let link = delta_link(&reply);
    let root = format!("{}/api/data/v9.2", office.desk.ready().url);
    let start = format!("{root}/accounts?$select=name&$deltatoken=");
    let token = link.strip_prefix(&start).unwrap_or_else(|| panic!("{link}"));
    assert!(token.contains("%21") && token.matches("%2f").count() == 2 && token.matches("%3a").count() == 2);
    assert!(reply.text.find("deltaLink").unwrap() < reply.text.find("\"value\"").unwrap());

    let nothing = office.get(&link).await;
    assert_eq!(nothing.rows().len(), 0);
    let context = format!("{root}/$metadata#accounts(name)/$delta");
    assert_eq!(nothing.body["@odata.context"], context.as_str());

    create(&office, "New").await;
    office.patch(&format!("/accounts({kept})"), &[], json!({ "name": "Changed" })).await;
    office.send(Method::DELETE, &format!("/accounts({gone})"), &[], None).await;
    let brief = create(&office, "Brief").await;
    office.send(Method::DELETE, &format!("/accounts({brief})"), &[], None).await;
    office.post("/contacts", json!({ "lastname": "Other" })).await;
    let reply = office.get(&link).await;
    assert_eq!(reply.header("preference-applied"), "");
    let rows = reply.rows();
    assert_eq!(rows.len(), 4, "{}", reply.text);
    assert_eq!((&rows[0]["name"], &rows[1]["name"]), (&json!("New"), &json!("Changed")));
    assert!(rows[0]["@odata.etag"].is_string());
    let deleted = json!({
        "@odata.context": format!("{root}/$metadata#accounts/$deletedEntity"), "id": gone, "reason": "deleted",
    });
    assert_eq!(rows[2], deleted);
    assert_eq!(rows[3]["id"], brief.as_str());
    let count = link.replace("/accounts?$select=name&", "/accounts/$count?");
    assert_eq!(office.get(&count).await.text, "\u{feff}4");
    assert_eq!(office.get(&delta_link(&reply)).await.rows().len(), 0);
    let again = json!({ "accountid": gone, "name": "Back" });
    assert_eq!(office.post("/accounts", again).await.status, 204);
    assert_eq!(office.get(&delta_link(&reply)).await.column("name"), ["\"Back\""]);
}

#[tokio::test]
async fn what_changes_while_pages_are_read_is_in_the_delta() {
    let office = Office::new().await;
    let prefer = format!("{TRACK},odata.maxpagesize=25");
    let first = office.get_preferring("/accounts?$select=name", &prefer).await;
    assert_eq!(first.header("preference-applied"), prefer);
    assert!(first.body.get("@odata.deltaLink").is_none(), "there are more pages");
    let seen = first.rows()[0]["accountid"].as_str().unwrap().to_owned();
    office.patch(&format!("/accounts({seen})"), &[], json!({ "name": "Changed behind" })).await;
    let mut next = first.body["@odata.nextLink"].as_str().map(str::to_owned);
    let (mut rows, mut last) = (first.rows().len(), first);
    while let Some(link) = next {
        // The tracking is in the link: a client may leave the preference out.
        last = office.get_preferring(&link, &prefer).await;
        rows += last.rows().len();
        next = last.body["@odata.nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(rows, 60);
    let changes = office.get(&delta_link(&last)).await;
    assert_eq!(changes.column("name"), ["\"Changed behind\""]);

    let link = delta_link(&changes);
    let mut expected = Vec::new();
    for number in 0..5 {
        expected.push(json!(format!("Many {number}")));
        create(&office, &format!("Many {number}")).await;
    }
    office.send(Method::DELETE, &format!("/accounts({seen})"), &[], None).await;
    let mut names: Vec<Value> = Vec::new();
    let mut removed = 0;
    let mut next = Some(link);
    while let Some(link) = next {
        let page = office.get_preferring(&link, "odata.maxpagesize=2").await;
        names.extend(page.rows().iter().filter_map(|row| row.get("name").cloned()));
        removed += page.rows().iter().filter(|row| row["reason"] == "deleted").count();
        next = page.body["@odata.nextLink"].as_str().map(str::to_owned);
        assert_eq!(next.is_none(), page.body["@odata.deltaLink"].is_string());
    }
    assert_eq!(names, expected);
    assert!(removed <= 1, "an account with cases is not deleted");
}

#[tokio::test]
async fn tokens_that_are_old_or_narrowed_are_refused() {
    let office = Office::new().await;
    let link = delta_link(&office.get_preferring("/tasks?$select=subject", TRACK).await);
    for more in ["$filter=statecode eq 0", "$orderby=subject", "$expand=owninguser", "$top=3"] {
        assert_eq!(office.get(&format!("{link}&{more}")).await.refusal(), (400, "0x80060888"), "{more}");
        let reply = office.get_preferring(&format!("/tasks?{more}"), TRACK).await;
        assert_eq!(reply.refusal(), (400, "0x80060888"), "{more}");
    }
    for (token, code) in [
        ("1%2108%2f22%2f2020%2008%3a10%3a44", "0x80044352"),
        ("999999999999%2101%2f01%2f2999%2000%3a00%3a00", "0x80044352"),
        ("nonsense", "0x80060888"),
        ("", "0x80060888"),
    ] {
        assert_eq!(
            office.get(&format!("/tasks?$deltatoken={token}")).await.refusal(),
            (400, code),
            "{token}"
        );
        let count = office.get(&format!("/tasks/$count?$deltatoken={token}")).await;
        assert_eq!(count.refusal(), (400, code), "{token}");
    }
}
