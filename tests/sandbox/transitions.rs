//! Which state follows which, and which values a column takes.

use serde_json::json;

use crate::office::Office;

#[tokio::test]
async fn a_status_reason_follows_only_those_that_the_table_allows() {
    let office = Office::of("admin").await;
    let made = office.post("/contoso_inspections", json!({ "contoso_name": "Visit" })).await;
    let visit = made.header("odata-entityid").to_owned();
    for (body, refusal) in [
        (json!({ "statecode": 1, "statuscode": 2 }), Some("0x8004f00e")),
        (json!({ "statecode": 1 }), Some("0x8004f00e")),
        (json!({ "statecode": 0, "statuscode": 2 }), Some("0x80048408")),
        (json!({ "statuscode": 1 }), None),
        (json!({ "statuscode": 100_000_001 }), None),
        (json!({ "statecode": 1, "statuscode": 2, "contoso_name": "Visited" }), None),
        (json!({ "contoso_name": "Still open to changes" }), None),
        (json!({ "statecode": 1, "statuscode": 100_000_003 }), Some("0x8004f00e")),
        (json!({ "statecode": 0 }), Some("0x8004f00e")),
        (json!({ "statecode": 0, "statuscode": 100_000_001 }), None),
    ] {
        let reply = office.patch(&visit, &[], body.clone()).await;
        match refusal {
            None => assert_eq!(reply.status, 204, "{body}: {}", reply.text),
            Some(code) => assert_eq!(reply.refusal(), (400, code), "{body}: {}", reply.text),
        }
    }
    let wrong = office.patch(&visit, &[], json!({ "statecode": 1, "statuscode": 7 })).await;
    assert_eq!(wrong.refusal(), (400, "0x80048408"));
}

#[tokio::test]
async fn a_closed_case_takes_a_state_and_nothing_else() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Closed").await;
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 2, "statuscode": 6 })).await.status, 204);
    for body in [
        json!({ "statecode": 2, "title": "x" }),
        json!({ "title": "x" }),
        json!({ "primarycontactid@odata.bind": format!("/contacts({})", office.first("contacts", "contactid").await) }),
    ] {
        assert_eq!(office.patch(&case, &[], body.clone()).await.refusal(), (400, "0x8004022e"), "{body}");
    }
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 2, "statuscode": 2000 })).await.status, 204);
    assert_eq!(office.patch(&case, &[], json!({ "statecode": 0, "title": "Open" })).await.status, 204);
}

#[tokio::test]
async fn every_kind_of_column_refuses_what_it_cannot_hold() {
    let office = Office::of("admin").await;
    let payload = Some("0x80048d19");
    let made = office.post("/contoso_inspections", json!({ "contoso_name": "Kinds" })).await;
    let row = made.header("odata-entityid").to_owned();
    for (body, refusal) in [
        (json!({ "contoso_number": "5" }), payload),
        (json!({ "contoso_number": -1 }), Some("0x8004432f")),
        (json!({ "contoso_number": 1_000_001 }), Some("0x8004432f")),
        (json!({ "contoso_counter": 9_007_199_254_740_993_i64 }), None),
        (json!({ "contoso_counter": 1.5 }), payload),
        (json!({ "contoso_temperature": "1.5" }), payload),
        (json!({ "contoso_temperature": -273.001 }), Some("0x80044330")),
        (json!({ "contoso_temperature": 21.0005 }), None),
        (json!({ "contoso_deviation": 1000.5 }), Some("0x80044330")),
        (json!({ "contoso_cost": -0.01 }), Some("0x80044330")),
        (json!({ "contoso_passed": 1 }), payload),
        (json!({ "contoso_grade": 4 }), Some("0x8004431a")),
        (json!({ "contoso_grade": null }), None),
        (json!({ "contoso_findings": "2, 8,1" }), None),
        (json!({ "contoso_findings": "7" }), Some("0x8004431a")),
        (json!({ "contoso_findings": [1, 2] }), payload),
        (json!({ "contoso_dueon": "2026-02-29" }), payload),
        (json!({ "contoso_dueon": "2026-02-28T00:00:00Z" }), payload),
        (json!({ "contoso_dueon": "1752-12-31" }), Some("0x80040239")),
        (json!({ "contoso_startedat": "2026-02-28T25:00:00Z" }), payload),
        (json!({ "contoso_startedat": "2026-02-28T10:00:00-08:00" }), None),
        (json!({ "contoso_startedat": 5 }), payload),
        (json!({ "contoso_externalid": "x" }), payload),
        (json!({ "contoso_code": "x".repeat(21) }), Some("0x80044331")),
        (json!({ "contoso_name": { "a": 1 } }), payload),
        (json!({ "contoso_Name": "wrong case" }), payload),
        (json!({ "contoso_accountid@odata.bind": null }), payload),
        (json!({ "contoso_AccountId@odata.bind": null }), None),
    ] {
        let reply = office.patch(&row, &[], body.clone()).await;
        match refusal {
            None => assert_eq!(reply.status, 204, "{body}: {}", reply.text),
            Some(code) => assert_eq!(reply.refusal(), (400, code), "{body}: {}", reply.text),
        }
    }
    let read = office.get(&row).await;
    assert_eq!(read.body["contoso_findings"], "1,2,8");
    assert_eq!(read.body["contoso_counter"], 9_007_199_254_740_993_i64);
    assert_eq!(read.body["contoso_temperature"].to_string(), "21.001");
    assert_eq!(read.body["contoso_startedat"], "2026-02-28T18:00:00Z");
    let team = format!("/teams({})", office.first("teams", "teamid").await);
    assert_eq!(office.patch(&team, &[], json!({ "name": null })).await.refusal(), (400, "0x80040200"));
}
