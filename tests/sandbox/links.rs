//! `$ref`: links between rows, made and taken out from either side.

use reqwest::Method;
use serde_json::{Value, json};

use crate::office::Office;

const ANNA: &str = "systemusers(e4b0a7d2-0002-ef11-9f89-000d3a2b1c02)";
const NOBODY: &str = "00000000-0000-0000-0000-000000000001";

fn named(address: &str) -> Value {
    json!({ "@odata.id": address })
}

#[tokio::test]
async fn the_children_of_a_row_come_and_go() {
    let office = Office::new().await;
    let (case, _) = office.new_case("Parent").await;
    let task = office.post("/tasks", json!({ "subject": "t" })).await.header("odata-entityid").to_owned();
    let id = task.split(['(', ')']).nth(1).unwrap();
    let links = format!("{case}/Incident_Tasks/$ref");
    let members = format!("{case}/Incident_Tasks?$select=subject");
    for out in [
        format!("{case}/Incident_Tasks({id})/$ref"),
        format!("{links}?$id={task}"),
        format!("{links}?$id=tasks({id})"),
    ] {
        assert_eq!(office.post(&links, named(&task)).await.status, 204);
        assert_eq!(office.get(&members).await.rows().len(), 1);
        let gone = office.send(Method::DELETE, &out, &[], None).await;
        assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""), "{out}");
        assert_eq!(office.get(&members).await.rows().len(), 0);
        assert_eq!(
            office.send(Method::DELETE, &out, &[], None).await.refusal(),
            (404, "0x80040217"),
            "{out}"
        );
    }
    let made = office.post(&format!("{case}/Incident_Tasks"), json!({ "subject": "made here" })).await;
    assert!(made.header("odata-entityid").starts_with(&office.address("/tasks(")), "{}", made.text);
    assert_eq!(office.get(&members).await.column("subject"), ["\"made here\""]);
    for (path, body, refusal) in [
        (links.clone(), named(&format!("/tasks({NOBODY})")), (404, "0x80040217")),
        (links.clone(), named(&format!("/accounts({NOBODY})")), (400, "0x80048d19")),
        (links.clone(), json!({}), (400, "0x80048d19")),
        (format!("/incidents({NOBODY})/Incident_Tasks/$ref"), named(&task), (404, "0x80040217")),
        (format!("{case}/primarycontactid/$ref"), named(&task), (405, "0x80060888")),
    ] {
        let reply = office.post(&path, body).await;
        assert_eq!(reply.refusal(), refusal, "{path}: {}", reply.text);
    }
    assert_eq!(office.send(Method::DELETE, &links, &[], None).await.refusal(), (400, "0x80060888"));
    assert_eq!(office.send(Method::PUT, &links, &[], Some(named(&task))).await.status, 405);
}

#[tokio::test]
async fn members_of_a_team_are_linked_once_from_either_side() {
    let mut office = Office::of("admin").await;
    let team = office.post("/teams", json!({
        "name": "Linked",
        "administratorid@odata.bind": "/systemusers(e4b0a7d2-0001-ef11-9f89-000d3a2b1c01)",
        "businessunitid@odata.bind": format!("/businessunits({})", office.first("businessunits", "businessunitid").await),
    })).await.header("odata-entityid").to_owned();
    let team_id = team.split(['(', ')']).nth(1).unwrap();
    let members = format!("/teams({team_id})/teammembership_association");
    let links = format!("{members}/$ref");
    assert_eq!(office.post(&links, named(ANNA)).await.status, 204);
    assert_eq!(office.get(&members).await.column("fullname"), ["\"Anna Moss\""]);
    let twice = office.post(&links, named(ANNA)).await;
    assert_eq!((twice.refusal(), twice.message()), ((412, "0x80040237"), "Cannot insert duplicate key."));
    let other_side = format!("/{ANNA}/teammembership_association");
    let out = format!("{other_side}({team_id})/$ref");
    assert_eq!(office.send(Method::DELETE, &out, &[], None).await.status, 204);
    assert!(office.get(&members).await.rows().is_empty());
    assert_eq!(office.send(Method::DELETE, &out, &[], None).await.refusal(), (404, "0x80040217"));
    assert_eq!(office.post(&format!("{other_side}/$ref"), named(&team)).await.status, 204);
    assert_eq!(office.get(&members).await.rows().len(), 1);
    office.token_of("anna").await;
    assert_eq!(office.send(Method::DELETE, &out, &[], None).await.refusal(), (403, "0x80040220"));
}
