//! The audit of rows of the sandbox.

use dvtui::dataverse::audit::Changed;
use dvtui::dataverse::{Change, Patch, Query, Row, RowId, RowQuery, field};
use dvtui::ops::{Outcome, save};

use crate::world::World;

async fn a_case(world: &World) -> (RowId, Row) {
    let query = Query::new("incidents").select(["prioritycode"]).filter(field("statecode").eq(0)).top(1);
    let page = world.client.page(&query).await.unwrap();
    let id = page.row(0).unwrap().id(&"incidentid".into()).unwrap();
    (id, world.client.row(&RowQuery::new("incidents", id)).await.unwrap())
}

#[tokio::test]
async fn what_was_done_since_a_row_was_read_is_told_with_who_and_each_value() {
    let world = World::open().await;
    let (id, row) = a_case(&world).await;
    let before = row.cell("prioritycode").unwrap().json.to_owned();
    let after = if before == "1" { "2" } else { "1" };
    let changes = vec![("prioritycode".into(), Change::Number(after.to_owned()))];
    let patch = Patch::new(&world.table("incident").await, id, &row, changes);
    assert!(matches!(save(&world.other().await, &patch).await, Outcome::Saved(_)));

    let read = row.cell("modifiedon").unwrap().raw_text().unwrap().parse().unwrap();
    let audit = world.client.audit(id, Some(read)).await.unwrap();
    let newest = &audit.entries[0];
    assert_eq!(newest.action, "Update");
    assert!(newest.at.is_some_and(|at| at >= read) && newest.who.is_some(), "{newest:?}");
    let change = Changed { column: "prioritycode".into(), old: Some(before), new: Some(after.to_owned()) };
    assert!(newest.changes.contains(&change), "{newest:?}");

    let later = newest.at.unwrap() + jiff::SignedDuration::from_hours(1);
    assert!(world.client.audit(id, Some(later)).await.unwrap().entries.is_empty());
    let requests = world.requests().await;
    let asked = requests.iter().filter(|request| request["path"].as_str().unwrap().contains("/audits?"));
    assert_eq!(asked.count(), 2, "one request each");
}

#[tokio::test]
async fn whoever_lacks_the_privilege_is_refused_and_nothing_is_guessed() {
    let world = World::signed_in_as("reader").await;
    let page = world.client.page(&Query::new("incidents").select(["incidentid"]).top(1)).await.unwrap();
    let id = page.row(0).unwrap().id(&"incidentid".into()).unwrap();
    assert!(world.client.audit(id, None).await.is_err_and(|error| error.is_forbidden()));
}
