//! Requests on behalf of somebody else, and headers that want more than a request usually may.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

const ANNA: &str = "e4b0a7d2-0002-ef11-9f89-000d3a2b1c02";
const ANNA_IN_ENTRA: &str = "a1f5c0de-0002-4e6b-9a51-6c1e5b7d0a02";
const READER: &str = "e4b0a7d2-0004-ef11-9f89-000d3a2b1c04";
const ADMIN: &str = "e4b0a7d2-0001-ef11-9f89-000d3a2b1c01";

#[tokio::test]
async fn an_administrator_acts_for_others_with_what_both_may_do() {
    let mut office = Office::of("admin").await;
    for header in [("callerobjectid", ANNA_IN_ENTRA), ("mscrmcallerid", ANNA)] {
        let who = office.send(Method::GET, "/WhoAmI", &[header], None).await;
        assert_eq!(who.body["UserId"], ANNA, "{header:?}");
        let back = [header, ("prefer", "return=representation")];
        let made = office.send(Method::POST, "/accounts", &back, Some(json!({ "name": "For Anna" }))).await;
        assert_eq!(made.body["_createdby_value"], ANNA);
        assert_eq!(made.body["_ownerid_value"], ANNA);
        assert_eq!(made.body["_createdonbehalfby_value"], ADMIN);
        assert_eq!(made.body["_modifiedonbehalfby_value"], ADMIN);
        let row = format!("/accounts({})", made.body["accountid"].as_str().unwrap());
        assert_eq!(office.patch(&row, &[], json!({ "name": "By herself" })).await.status, 204);
        let row = office.get(&row).await;
        assert_eq!(row.body["_modifiedonbehalfby_value"], Value::Null);
        assert_eq!(row.body["_createdonbehalfby_value"], ADMIN);
    }
    let reader = [("mscrmcallerid", READER)];
    let refused = office.send(Method::POST, "/accounts", &reader, Some(json!({ "name": "x" }))).await;
    assert_eq!(refused.refusal(), (403, "0x80040220"));
    for (header, refusal) in [
        (("mscrmcallerid", "nobody"), (400, "0x80060888")),
        (("mscrmcallerid", "00000000-0000-0000-0000-000000000001"), (403, "0x80072560")),
        (("callerobjectid", "00000000-0000-0000-0000-000000000001"), (403, "0x80072560")),
        (("mscrmcallerid", "e4b0a7d2-0007-ef11-9f89-000d3a2b1c07"), (403, "0x80040225")),
    ] {
        let reply = office.send(Method::GET, "/WhoAmI", &[header], None).await;
        assert_eq!(reply.refusal(), refusal, "{header:?}: {}", reply.text);
    }
    let kind = ("content-type", "multipart/mixed; boundary=b");
    let part = |more: &str| format!("--b\nContent-Type: application/http\n\nGET WhoAmI HTTP/1.1\n{more}\n");
    let text = format!("{}{}--b--", part(""), part(&format!("MSCRMCallerID: {READER}\n")));
    let batch =
        office.send_text(Method::POST, "/$batch", &[kind, ("callerobjectid", ANNA_IN_ENTRA)], text).await;
    assert!(batch.text.contains(ANNA), "the batch's headers are those of its parts: {}", batch.text);
    assert!(batch.text.contains(READER), "unless a part has its own: {}", batch.text);
    office.token_of("anna").await;
    let refused = office.send(Method::GET, "/WhoAmI", &reader, None).await;
    assert_eq!(refused.refusal(), (403, "0x8004a110"));
}

#[tokio::test]
async fn the_organizations_logic_is_left_out_for_administrators_only() {
    let mut office = Office::of("admin").await;
    let steps = "45e0c603-0d0b-466e-a286-d7fc1cda8361,d5370603-e4b9-4b92-b765-5966492a4fd7";
    let accepted = [
        ("mscrm.bypasscustompluginexecution", "true"),
        ("mscrm.bypassbusinesslogicexecution", "CustomSync,CustomAsync"),
        ("mscrm.bypassbusinesslogicexecutionstepids", steps),
    ];
    let name = json!({ "name": "x" });
    for header in accepted {
        let reply = office.send(Method::POST, "/accounts", &[header], Some(name.clone())).await;
        assert_eq!(reply.status, 204, "{header:?}: {}", reply.text);
        let both = [header, ("mscrmcallerid", ANNA)];
        let reply = office.send(Method::POST, "/accounts", &both, Some(name.clone())).await;
        assert_eq!(reply.refusal(), (403, "0x80040220"), "{header:?}");
    }
    let wrong = [("mscrm.bypassbusinesslogicexecution", "All")];
    let reply = office.send(Method::POST, "/accounts", &wrong, Some(name.clone())).await;
    assert_eq!(reply.refusal(), (400, "0x80040203"));
    office.token_of("anna").await;
    for header in accepted {
        let reply = office.send(Method::POST, "/accounts", &[header], Some(name.clone())).await;
        assert_eq!(reply.refusal(), (403, "0x80040220"), "{header:?}");
    }
    let harmless = [("mscrm.bypasscustompluginexecution", "false"), ("mscrm.solutionuniquename", "contoso")];
    assert_eq!(office.send(Method::POST, "/accounts", &harmless, Some(name)).await.status, 204);
}
